"""Is a period plausible: one function is one check.

A new check is a new function under ``@plausible``; it is run with the others, in order of the file.
Limits stand beside the check that uses them, with their reason.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.countries import NETHERLANDS, Country
from pipeline.notices._holidays import workdays
from pipeline.records import Check, Notice, Period, Unreadable

# A day listed by a source may lack a notice that was withdrawn since; a lost page of 100 on a
# workday of 50 to 110 publications is far beyond it.
MOST_LACKING = 0.02

# The shares of quarters differ by their seasons; twice the largest difference that the previous
# quarters show among themselves, and never less than five points, is no season.
LEAST_CHANGE = 0.05

# Fetching runs that overlap give a notice twice; more than one in a hundred is a reader that
# gives different notices one name.
MOST_DOUBLE = 0.01

# The limit at which a run itself refuses (settings: max_unreadable).
MOST_QUARANTINED = 0.05

SHOWN = 20

Severity = Literal["stop", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What the checks look at.

    Attributes:
        period: Both ends belong to it.
        notices: All readings of the period, doubles included; texts may be left out.
        previous: The same of the quarters before, the latest last; may be empty.
        totals: Per source what it says itself per day; days it says nothing of are left out.
        quarantined: Raw notices of the period that could not be read.
        country: Whose holidays.
    """

    period: Period
    notices: Sequence[Notice]
    previous: Sequence[Sequence[Notice]] = ()
    totals: Mapping[str, Mapping[dt.date, int]] = field(default_factory=dict)
    quarantined: Sequence[Unreadable] = ()
    country: Country = NETHERLANDS


Finding = tuple[bool, str, Iterable[str]]
CHECKS: dict[str, Callable[[Inspection], Check]] = {}


def plausible(severity: Severity) -> Callable[[Callable[[Inspection], Finding]], None]:
    """Register a function as a check; ``stop`` keeps figures from being published."""

    def register(function: Callable[[Inspection], Finding]) -> None:
        name = function.__name__

        def checked(inspected: Inspection) -> Check:
            passed, finding, notice_ids = function(inspected)
            shown = tuple(sorted(set(notice_ids))[:SHOWN])
            return Check(
                name=name, severity=severity, passed=passed, finding=finding, notice_ids=shown
            )

        CHECKS[name] = checked

    return register


def inspect(inspected: Inspection) -> list[Check]:
    """Run every check, in order of the file."""
    return [checked(inspected) for checked in CHECKS.values()]


@plausible("stop")
def there_are_notices(inspected: Inspection) -> Finding:
    """An empty period is a failure of fetching, or of the language asked; never a quiet quarter."""
    language = inspected.country.language
    known = Counter(x.language or "unknown" for x in inspected.notices)
    number = known[language] + known["unknown"] if language else known.total()
    finding = f"{number} notices in {inspected.period}; expected at least 1"
    if language:
        told = ", ".join(f"{each} {times}" for each, times in known.most_common())
        finding = f"{finding} in language {language!r}; there are: {told or 'none'}"
    return number > 0, finding, ()


@plausible("stop")
def counts_agree_with_the_source(inspected: Inspection) -> Finding:
    """Per day, against the totals of the source itself; files have none."""
    if not inspected.totals:
        return True, "no source gave totals to compare with", ()
    wrong = []
    compared = 0
    for source, totals in sorted(inspected.totals.items()):
        ours = _per_day(x for x in inspected.notices if x.source == source)
        for day in sorted(day for day in totals if day in inspected.period):
            lacking = totals[day] - len(ours.get(day, ()))
            compared += 1
            if lacking < 0 or lacking > math.floor(MOST_LACKING * totals[day]):
                wrong.append(f"{source} {day}: {totals[day] - lacking} here, {totals[day]} there")
    finding = (
        f"{len(wrong)} of {compared} days differ from the source's own totals, expected 0: "
        f"{'; '.join(wrong[:5]) or 'none'}"
    )
    return not wrong, finding, ()


@plausible("look")
def no_workday_is_empty(inspected: Inspection) -> Finding:
    """Workdays without a notice, unless a source itself says that there was none."""
    ours = _per_day(inspected.notices)
    silent = {day for totals in inspected.totals.values() for day in totals if not totals[day]}
    empty = [
        x
        for x in workdays(inspected.period, inspected.country)
        if x not in ours and x not in silent
    ]
    days = ", ".join(str(day) for day in empty[:5])
    return not empty, f"{len(empty)} workdays without notices, expected 0: {days or 'none'}", ()


@plausible("look")
def texts_are_filled(inspected: Inspection) -> Finding:
    """The share of notices without a description, in notice or lots."""
    return _share(
        inspected,
        "text",
        lambda x: not has_text(x),
    )


@plausible("look")
def values_are_filled(inspected: Inspection) -> Finding:
    """The share of calls and awards without any value."""
    return _share(
        inspected,
        "value",
        lambda x: x.kind in {"competition", "result"} and not has_value(x),
    )


@plausible("look")
def buyers_are_filled(inspected: Inspection) -> Finding:
    """The share of notices without the name of a buyer."""
    return _share(inspected, "buyer", lambda x: not x.buyer)


@plausible("look")
def cpv_is_filled(inspected: Inspection) -> Finding:
    """The share of notices without a CPV code."""
    return _share(inspected, "CPV", lambda x: not x.cpv)


@plausible("look")
def nothing_new_is_unread(inspected: Inspection) -> Finding:
    """Unread fields and unknown codes that no earlier notice had: seen on the day they appear."""
    before = {news for notices in inspected.previous for x in notices for news in _news(x)}
    new: dict[str, list[str]] = {}
    for notice in inspected.notices:
        for news in set(_news(notice)) - before:
            new.setdefault(news, []).append(notice.notice_id)
    told = "; ".join(f"{news} ({len(ids)})" for news, ids in sorted(new.items())[:5])
    finding = f"{len(new)} fields or codes never seen before, expected 0: {told or 'none'}"
    return not new, finding, [x for ids in new.values() for x in ids]


@plausible("stop")
def notices_are_not_double(inspected: Inspection) -> Finding:
    """One name, one notice, within a source: packages and datasets repeat what APIs gave."""
    counts = Counter((x.source, x.notice_id) for x in inspected.notices)
    double = [notice_id for (_, notice_id), times in counts.items() if times > 1]
    limit = MOST_DOUBLE * len(counts)
    finding = f"{len(double)} of {len(counts)} notices are there twice; expected at most {limit:g}"
    return len(double) <= limit, finding, double


@plausible("stop")
def few_are_quarantined(inspected: Inspection) -> Finding:
    """The share of raw notices that could not be read."""
    unreadable = len(inspected.quarantined)
    everything = unreadable + len(inspected.notices)
    reason = f": {inspected.quarantined[0].reason}" if inspected.quarantined else ""
    finding = (
        f"{unreadable} of {everything} notices unreadable, expected at most "
        f"{MOST_QUARANTINED:.0%}{reason}"
    )
    sources = [x.source_id for x in inspected.quarantined]
    return unreadable <= MOST_QUARANTINED * everything, finding, sources


def _per_day(notices: Iterable[Notice]) -> dict[dt.date, set[str]]:
    days: dict[dt.date, set[str]] = {}
    for notice in notices:
        if notice.published_on:
            days.setdefault(notice.published_on, set()).add(notice.notice_id)
    return days


def has_text(notice: Notice) -> bool:
    """Whether a notice or any of its lots has a description."""
    return bool(notice.description or any(lot.description for lot in notice.lots))


def has_value(notice: Notice) -> bool:
    """Whether a notice or any of its lots has a value, estimated or awarded."""
    amounts = [notice.estimated, notice.awarded]
    for lot in notice.lots:
        amounts += [lot.estimated, lot.awarded, lot.framework_maximum]
    return any(amounts)


def _share(inspected: Inspection, name: str, lacks: Callable[[Notice], bool]) -> Finding:
    """Compare a share of lacking notices with the previous quarters."""

    def share(notices: Sequence[Notice]) -> float:
        return sum(map(lacks, notices)) / len(notices) if notices else 0.0

    earlier = [share(notices) for notices in inspected.previous if notices]
    now = share(inspected.notices)
    lacking = [x.notice_id for x in inspected.notices if lacks(x)]
    if not earlier:
        return True, f"{now:.1%} without {name}; no previous quarter to compare with", ()
    usual = sum(earlier) / len(earlier)
    limit = max(LEAST_CHANGE, 2 * (max(earlier) - min(earlier)))
    finding = f"{now:.1%} without {name}; expected {usual:.1%} give or take {limit:.1%}"
    passed = abs(now - usual) <= limit
    return passed, finding, () if passed else lacking


def _news(notice: Notice) -> Iterable[str]:
    """Unread fields and unknown codes; of references only that there was one."""
    for remark in notice.remarks:
        if remark.startswith("unknown reference"):
            yield f"{notice.format} {remark.partition('=')[0]}"
        elif remark.startswith(("unread", "unknown", "ambiguous")):
            yield f"{notice.format} {remark}"
