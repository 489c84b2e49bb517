"""Market consultations, each once, and whether a call followed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.countries import NETHERLANDS, Country
from pipeline.notices._likeness import buyer_names, in_one_country, likeness, subject
from pipeline.notices.indicators import trait
from pipeline.notices.overview import Overview
from pipeline.notices.procedures import LONGEST_LEAD, procedures
from pipeline.notices.relations import announces, relations
from pipeline.notices.versions import Groups, order
from pipeline.records import Notice, Procedure

CONSULTATION = "consultation"
Sign = Literal["form", "text"]

# Rounds about one tender follow each other sooner: of 18 consultations that a call of the same
# title followed on TenderNed, those of one tender lay at most 106 days apart, others 274 or more.
LONGEST_ROUND = dt.timedelta(days=183)


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


def known_consultations(
    overview: Overview, *, by_text: Collection[str] = (), country: Country = NETHERLANDS
) -> list[Consultation]:
    """Return the consultations among all that was collected, the latest first.

    Only tenders are read that hold one, or a call that is like one; texts are not.

    Args:
        by_text: Notices whose text says that they are consultations.
        country: Whose buyers.

    Raises:
        CorpusError: A collected file is damaged, or was written by another version.
    """
    rows = overview.having({trait("kind", CONSULTATION)}) | overview.named(by_text)
    alike = overview.calls_like(x.notice for x in overview.outlines(rows))
    said = relations(x.notice for x in overview.outlines(overview.around(rows | alike)))
    return consultations_among(procedures(said), said.notices, by_text=by_text, country=country)


def consultations_among(
    linked: Iterable[Procedure],
    notices: Mapping[str, Notice],
    *,
    by_text: Collection[str] = (),
    country: Country = NETHERLANDS,
) -> list[Consultation]:
    """Return the consultations of some tenders, the latest first; undated ones come last.

    Args:
        notices: By ``notice_id``; at least those of the tenders.
        by_text: Notices whose text says that they are consultations.
        country: Whose buyers.
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
    whole = _with_calls_alike(
        [x for x in found if not country.barred(x.publication.standing)], calls
    )
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


# By the names of buyers: subjects of titles, with what carries them.
ByBuyer = Mapping[str, Sequence[tuple[str, Publication]]]


def _with_calls_alike(
    found: Sequence[Consultation], calls: Iterable[Publication]
) -> Iterator[Consultation]:
    """Give consultations without a call the one that is most like them, by buyer and title.

    A consultation on TenderNed has a tender of its own, which is never merged with that of the
    call: no figure counts on this.
    """
    asked = _by_buyer(x.publication for x in found)
    called = _by_buyer(calls, among=asked.keys())
    for one in found:
        call = one.call
        if one.inferred and call and _is_asked_again(one.publication, call, asked):
            call = None
        followed = call or _most_alike(one.publication, called, asked)
        inferred = followed is not None and (one.inferred or followed is not one.call)
        yield replace(one, call=followed, inferred=inferred)


def _by_buyer(some: Iterable[Publication], among: Collection[str] | None = None) -> ByBuyer:
    theirs: dict[str, list[tuple[str, Publication]]] = defaultdict(list)
    for one in some:
        for name in set(buyer_names(one.notice)):
            if among is None or name in among:
                theirs[name].append((subject(one.notice.title), one))
    return theirs


def _most_alike(one: Publication, called: ByBuyer, asked: ByBuyer) -> Publication | None:
    """Return the call whose title is most like that of a consultation, the earliest of equals."""
    alike = [
        (-score, _place(call), call)
        for score, lead, call in _alike(one, called)
        if lead <= LONGEST_LEAD and not _is_asked_again(one, call, asked)
    ]
    return min(alike, key=lambda x: x[:2])[2] if alike else None


def _is_asked_again(one: Publication, call: Publication, asked: ByBuyer) -> bool:
    """Whether another consultation, later than a round takes, stands between one and a call."""
    return any(
        lead > LONGEST_ROUND and call.lead(other.first_day) is not None
        for _, lead, other in _alike(one, asked)
    )


def _alike(one: Publication, theirs: ByBuyer) -> Iterator[tuple[float, dt.timedelta, Publication]]:
    """Yield what the same buyer published later under a title alike: how much, and how long."""
    words = subject(one.notice.title)
    for name in buyer_names(one.notice):
        for title, other in theirs.get(name, ()):
            lead = other.lead(one.first_day)
            if lead is None or not in_one_country(one.notice, other.notice):
                continue
            # Two empty titles are no likeness.
            if words and (score := likeness(words, title)):
                yield score, lead, other
