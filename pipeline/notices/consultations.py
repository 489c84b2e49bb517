"""Market consultations, each once, and whether a call followed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.notices._likeness import buyer_names, likeness, subject
from pipeline.notices.indicators import trait
from pipeline.notices.overview import Overview
from pipeline.notices.procedures import LONGEST_LEAD, procedures
from pipeline.notices.relations import announces, relations
from pipeline.notices.versions import Groups, order
from pipeline.records import Notice, Procedure

CONSULTATION = "consultation"
Sign = Literal["form", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One notice, whatever its versions and copies.

    Attributes:
        name: What its links call it.
        standing: The notices that hold now: a consultation first, then by day.
        first_day: When it was first published; ``None`` where no notice tells.
        tender: Of which it is part.
    """

    name: str
    standing: tuple[Notice, ...]
    first_day: dt.date | None
    tender: Procedure

    @property
    def notice(self) -> Notice:
        """What is shown of it."""
        return self.standing[0]

    def lead(self, day: dt.date | None) -> dt.timedelta | None:
        """How long after a day it was first published; ``None`` where before it, or unknown."""
        if day is None or self.first_day is None or self.first_day < day:
            return None
        return self.first_day - day


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A market consultation.

    Attributes:
        shown_by: ``form`` where the kind of notice says that it is one, ``text`` where only what
            is written in it does.
        call: The first call that followed; ``None`` where none is known.
        inferred: Whether only the likeness of buyer and title links the two.
    """

    publication: Publication
    shown_by: Sign
    call: Publication | None = None
    inferred: bool = False

    @property
    def published_on(self) -> dt.date | None:
        """When it was first published; ``None`` where no notice tells."""
        return self.publication.first_day


def known_consultations(overview: Overview, *, by_text: Collection[str] = ()) -> list[Consultation]:
    """Return the consultations among all that was collected, the latest first.

    Only tenders are read that hold one, or a call that is like one; texts are not.

    Args:
        by_text: Notices whose text says that they are consultations.

    Raises:
        CorpusError: A collected file is damaged, or was written by another version.
    """
    rows = overview.having({trait("kind", CONSULTATION)}) | overview.named(by_text)
    alike = overview.calls_like(x.notice for x in overview.outlines(rows))
    said = relations(x.notice for x in overview.outlines(overview.around(rows | alike)))
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
    found: list[Consultation] = []
    calls: list[Publication] = []
    for tender in linked:
        published = list(_publications(tender, notices))
        signs = {x.name: _sign(x.standing, texts) for x in published}
        called = [x for x in published if not signs[x.name] and _is_call(x.notice)]
        found += (_with_call(x, sign, called) for x in published if (sign := signs[x.name]))
        calls += called
    whole = _with_calls_alike(found, calls)
    by_name = sorted(whole, key=lambda x: x.publication.notice.notice_id)
    return sorted(by_name, key=lambda x: x.published_on or dt.date.min, reverse=True)


def _publications(tender: Procedure, notices: Mapping[str, Notice]) -> Iterator[Publication]:
    versions: dict[str, list[Notice]] = defaultdict(list)
    for notice_id, holds in tender.current.items():
        versions[tender.copies.get(holds, holds)].append(notices[notice_id])
    for name, group in versions.items():
        holding = (x for x in group if tender.current[x.notice_id] == x.notice_id)
        yield Publication(
            name=name,
            standing=tuple(sorted(holding, key=lambda x: (x.kind != CONSULTATION, order(x)))),
            first_day=min((x.published_on for x in group if x.published_on), default=None),
            tender=tender,
        )


def _sign(standing: Iterable[Notice], by_text: frozenset[str]) -> Sign | None:
    """How the notices that hold now show a consultation, if they do."""
    notices = list(standing)
    if any(x.kind == CONSULTATION for x in notices):
        return "form"
    return "text" if any(_may_consult(x) and x.notice_id in by_text for x in notices) else None


def _may_consult(notice: Notice) -> bool:
    # A call that names its procedure has begun it, whatever it says of a consultation before.
    return notice.kind == "planning" or (notice.kind == "competition" and not notice.procedure)


def _is_call(notice: Notice) -> bool:
    return notice.kind == "competition" and not announces(notice)


def _with_call(one: Publication, sign: Sign, calls: Iterable[Publication]) -> Consultation:
    """Take the first call of the tender that was published on the same day or later."""
    later = [x for x in calls if x.lead(one.first_day) is not None]
    call = min(later, key=_place, default=None)
    inferred = call is not None and not _linked(one.tender, one.name, call.name)
    return Consultation(publication=one, shown_by=sign, call=call, inferred=inferred)


def _place(call: Publication) -> tuple[dt.date, object]:
    return call.first_day or dt.date.max, order(call.notice)


def _linked(tender: Procedure, one: str, other: str) -> bool:
    """Whether names and references alone link two notices of a tender."""
    certain = Groups()
    for link in tender.links:
        if not link.inferred:
            certain.join(link.notice_id, link.other)
    return certain.find(one) == certain.find(other)


def _with_calls_alike(
    found: Sequence[Consultation], calls: Iterable[Publication]
) -> Iterator[Consultation]:
    """Give consultations without a call the one that is most like them, by buyer and title.

    A consultation on TenderNed has a tender of its own, which is never merged with that of the
    call: no figure counts on this.
    """
    buyers = {name for x in found if x.call is None for name in buyer_names(x.publication.notice)}
    theirs: dict[str, list[tuple[str, Publication]]] = defaultdict(list)
    for call in calls:
        for name in buyers.intersection(buyer_names(call.notice)):
            theirs[name].append((subject(call.notice.title), call))
    for one in found:
        followed = one.call or _most_alike(one.publication, theirs)
        yield replace(one, call=followed, inferred=one.inferred or followed is not one.call)


def _most_alike(
    one: Publication, theirs: Mapping[str, Sequence[tuple[str, Publication]]]
) -> Publication | None:
    """Return the call whose title is most like that of a consultation, the earliest of equals."""
    words = subject(one.notice.title)
    near = [
        pair
        for name in buyer_names(one.notice)
        for pair in theirs.get(name, ())
        if (lead := pair[1].lead(one.first_day)) is not None and lead <= LONGEST_LEAD
    ]
    rated = [(-likeness(words, title), _place(call), call) for title, call in near]
    # Two empty titles are no likeness.
    alike = [x for x in rated if x[0] and words]
    return min(alike, key=lambda x: x[:2])[2] if alike else None
