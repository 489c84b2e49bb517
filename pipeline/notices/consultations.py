"""Market consultations, each once, and whether a call followed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.notices.indicators import trait
from pipeline.notices.overview import Overview
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import announces, relations
from pipeline.notices.versions import Groups, order
from pipeline.records import Notice, Procedure

CONSULTATION = "consultation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A market consultation, whatever was published of it.

    Attributes:
        publications: The notices that hold now: the consultation itself first, then its copies.
        published_on: When it was first published; ``None`` where no notice tells.
        shown_by: ``form`` where the kind of notice says that it is one, ``text`` where only what
            is written in it does.
        calls: The same of the first call of its tender on or after that day; empty where none
            is known.
        called_on: When that call was first published.
        inferred: Whether only the likeness of titles links the two.
    """

    publications: tuple[Notice, ...]
    published_on: dt.date | None
    shown_by: Literal["form", "text"]
    calls: tuple[Notice, ...] = ()
    called_on: dt.date | None = None
    inferred: bool = False

    @property
    def notice(self) -> Notice:
        """What is shown of it."""
        return self.publications[0]

    @property
    def call(self) -> Notice | None:
        """What is shown of the call."""
        return next(iter(self.calls), None)


def known_consultations(overview: Overview, *, by_text: Collection[str] = ()) -> list[Consultation]:
    """Return the consultations among all that was collected, the latest first.

    Only tenders are read that hold one; texts are not.

    Args:
        by_text: Notices whose text says that they are consultations.

    Raises:
        CorpusError: A collected file is damaged, or was written by another version.
    """
    rows = overview.having({trait("kind", CONSULTATION)}) | overview.named(by_text)
    said = relations(x.notice for x in overview.outlines(overview.around(rows)))
    return consultations_among(procedures(said), said.notices, by_text=by_text)


def consultations_among(
    linked: Iterable[Procedure], notices: Mapping[str, Notice], *, by_text: Collection[str] = ()
) -> list[Consultation]:
    """Return the consultations of some tenders, the latest first; undated ones come last.

    Args:
        notices: By ``notice_id``; at least those of the tenders.
        by_text: Notices whose text says that they are consultations.
    """
    texts = frozenset(by_text)
    found = [x for procedure in linked for x in _of_tender(procedure, notices, texts)]
    by_name = sorted(found, key=lambda x: x.notice.notice_id)
    return sorted(by_name, key=lambda x: x.published_on or dt.date.min, reverse=True)


def _of_tender(
    procedure: Procedure, notices: Mapping[str, Notice], by_text: frozenset[str]
) -> Iterator[Consultation]:
    """Versions of one notice and its copies are one publication; what it is called holds now."""
    versions: dict[str, list[Notice]] = defaultdict(list)
    for notice_id, holds in procedure.current.items():
        versions[procedure.copies.get(holds, holds)].append(notices[notice_id])
    standing = {
        name: [x for x in group if procedure.current[x.notice_id] == x.notice_id]
        for name, group in versions.items()
    }
    shown = {name: sign for name, group in standing.items() if (sign := _sign(group, by_text))}
    calls = [name for name in versions if name not in shown and _is_call(notices[name])]
    firsts = {name: _first_day(group) for name, group in versions.items()}
    for name, sign in shown.items():
        since = firsts[name]
        later = [x for x in calls if since and (day := firsts[x]) and day >= since]
        call = min(later, key=lambda x: (firsts[x], order(notices[x])), default=None)
        yield Consultation(
            publications=tuple(sorted(standing[name], key=_place)),
            published_on=since,
            shown_by=sign,
            calls=tuple(sorted(standing[call], key=_place)) if call else (),
            called_on=firsts[call] if call else None,
            inferred=call is not None and not _linked(procedure, name, call),
        )


def _sign(group: Iterable[Notice], by_text: frozenset[str]) -> Literal["form", "text"] | None:
    """How the notices that hold now show a consultation, if they do."""
    kinds = {x.kind for x in group}
    if CONSULTATION in kinds:
        return "form"
    return "text" if any(_may_consult(x) and x.notice_id in by_text for x in group) else None


def _may_consult(notice: Notice) -> bool:
    # A call that names its procedure has begun it, whatever it says of a consultation before.
    return notice.kind == "planning" or (notice.kind == "competition" and not notice.procedure)


def _is_call(notice: Notice) -> bool:
    return notice.kind == "competition" and not announces(notice)


def _first_day(group: Sequence[Notice]) -> dt.date | None:
    return min((x.published_on for x in group if x.published_on), default=None)


def _place(notice: Notice) -> tuple[bool, object]:
    """A consultation before a copy of another kind, the original before its copies."""
    return notice.kind != CONSULTATION, order(notice)


def _linked(procedure: Procedure, one: str, other: str) -> bool:
    """Whether names and references alone link two notices of a tender."""
    certain = Groups()
    for link in procedure.links:
        if not link.inferred:
            certain.join(link.notice_id, link.other)
    return certain.find(one) == certain.find(other)
