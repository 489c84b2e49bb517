"""Our counts beside those of a source, and why they differ.

A count of tenders that does not agree with the source's own is not believed, whatever else is
right about it. So each difference is led back to notices, by the rule that makes us count them
otherwise; what no rule explains is said to be unexplained.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from pipeline.codes import is_ex_ante
from pipeline.notices.relations import relations
from pipeline.notices.versions import current
from pipeline.records import Notice, Unreadable

Dimension = Literal["day", "kind", "procedure"]

DIMENSIONS: Mapping[Dimension, Callable[[Notice], str | None]] = {
    "day": lambda x: x.published_on.isoformat() if x.published_on else None,
    "kind": lambda x: x.kind,
    "procedure": lambda x: x.procedure,
}
NOT_SAID = "not said"

NOT_AWARDED = frozenset({"clos-nw", "open-nw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a source says itself.

    Attributes:
        by: What it counts by.
        value: ISO date, kind of notice or eForms procedure code, as ``by`` says.
    """

    by: Dimension
    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A rule by which we and the source count otherwise, and the notices it applies to."""

    rule: str
    notice_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLine:
    """One line of the table.

    Attributes:
        theirs: ``None`` where the source says nothing of it.
        explanations: Rules whose notices together make up the difference; where they do not,
            all rules that apply.
        unexplained: What is left of the difference; negative where notices are missing here.
    """

    by: Dimension
    value: str
    ours: int
    theirs: int | None
    explanations: tuple[Explanation, ...] = ()
    unexplained: int = 0


def reconcile(
    notices: Iterable[Notice],
    totals: Sequence[Total],
    *,
    quarantined: Collection[Unreadable] = (),
) -> list[CountLine]:
    """Compare our counts with a source's own, by day, kind and procedure.

    Each notice is counted once, however often it was read; change notices and copies are
    counted, because most sources count publications. Only what the source counts by is
    compared.

    Args:
        notices: Of the period and of the source, in any order, with those of other sources
            that copy it, if any.
        totals: At most one per dimension and value.
        quarantined: Notices that are missing here because they could not be read.
    """
    said = relations(notices)
    rules = _rules(said.notices, said.copies, current(said.notices, said.copies, said.resolve))
    table = []
    for by in dict.fromkeys(total.by for total in totals):
        theirs = {total.value: total.count for total in totals if total.by == by}
        ours: dict[str, list[str]] = defaultdict(list)
        for notice in said.notices.values():
            ours[DIMENSIONS[by](notice) or NOT_SAID].append(notice.notice_id)
        for value in sorted(theirs.keys() | ours.keys()):
            line = CountLine(
                by=by, value=value, ours=len(ours.get(value, ())), theirs=theirs.get(value)
            )
            table.append(_explained(line, ours.get(value, ()), rules, quarantined))
    return table


def comparison_lines(table: Iterable[CountLine]) -> Iterator[str]:
    """Yield the table as text, a line per count and one more per explanation."""
    yield f"{'':<28}{'ours':>8}{'theirs':>8}{'differ':>8}"
    for x in table:
        theirs = "-" if x.theirs is None else str(x.theirs)
        differ = "" if x.theirs is None else f"{x.ours - x.theirs:+d}"
        yield f"{f'{x.by} {x.value}':<28}{x.ours:>8}{theirs:>8}{differ:>8}"
        for reason in x.explanations:
            shown = ", ".join(reason.notice_ids[:20])
            yield f"    {reason.rule}: {len(reason.notice_ids)} ({shown})"
        if x.unexplained:
            yield f"    unexplained: {x.unexplained:+d}"


def _rules(
    notices: Mapping[str, Notice], copies: Mapping[str, str], holds: Mapping[str, str]
) -> dict[str, str]:
    """Return per notice the first rule that applies to it."""
    found = {}
    for notice_id, notice in notices.items():
        if rule := _rule(notice, copied=notice_id in copies, holds=holds[notice_id] == notice_id):
            found[notice_id] = rule
    return found


def _rule(notice: Notice, *, copied: bool, holds: bool) -> str | None:
    kinds = {reference.kind for reference in notice.references}
    outcomes = {lot.outcome for lot in notice.lots}
    applies = {
        "TED copy of a notice of TenderNed": copied,
        "contract modification": notice.kind == "change" and "modifies" in kinds,
        "change notice": notice.kind == "change" or "changes" in kinds,
        "replaced by a change notice": not holds,
        "voluntary ex-ante notice": is_ex_ante(notice.subtype),
        "cancelled or not awarded": bool(outcomes) and outcomes <= NOT_AWARDED,
        "without a publication date": notice.published_on is None,
    }
    return next((rule for rule, true in applies.items() if true), None)


def _explained(
    line: CountLine,
    notice_ids: Iterable[str],
    rules: Mapping[str, str],
    quarantined: Collection[Unreadable],
) -> CountLine:
    difference = 0 if line.theirs is None else line.ours - line.theirs
    if difference < 0:
        return _missing(line, -difference, quarantined)
    by_rule: dict[str, list[str]] = defaultdict(list)
    for notice_id in sorted(notice_ids):
        if notice_id in rules:
            by_rule[rules[notice_id]].append(notice_id)
    chosen = _sum_to(difference, by_rule)
    explanations = tuple(
        Explanation(rule=rule, notice_ids=tuple(by_rule[rule]))
        for rule in (by_rule if chosen is None and difference else chosen or ())
    )
    return replace(line, explanations=explanations, unexplained=difference if chosen is None else 0)


def _sum_to(difference: int, by_rule: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """The fewest rules whose notices are as many as the difference; there are at most 7."""
    for number in range(len(by_rule) + 1):
        for chosen in combinations(by_rule, number):
            if sum(len(by_rule[rule]) for rule in chosen) == difference:
                return chosen
    return None


def _missing(line: CountLine, missing: int, quarantined: Collection[Unreadable]) -> CountLine:
    """Unreadable notices have no day or kind: they explain as many as there are of them."""
    if not quarantined:
        return replace(line, unexplained=-missing)
    names = tuple(sorted(x.source_id for x in quarantined))
    reason = Explanation(rule="unreadable, in quarantine", notice_ids=names)
    return replace(line, explanations=(reason,), unexplained=min(0, len(names) - missing))


def per_day(totals: Mapping[dt.date, int]) -> list[Total]:
    """Return the totals of a source per day in the shape of :func:`reconcile`."""
    return [Total(by="day", value=str(day), count=count) for day, count in totals.items()]
