"""Market consultations as a reader sees them, a line each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.codebook import Codebook
from pipeline.home import Home
from pipeline.labels import scores as scoring
from pipeline.learning import promotions
from pipeline.notices.consultations import Consultation, known_consultations
from pipeline.notices.outlines import storable
from pipeline.notices.overview import Overview
from pipeline.notices.versions import PUBLICATION
from pipeline.records import Notice, Period
from pipeline.report import dutch, names
from pipeline.shown import for_people

FORM = "market_consultation"
UNTITLED = "Zonder titel"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

SHOWN_BY = {
    "form": "het formulier",
    "text": "de tekst, volgens het model",
    "rules": "de tekst, volgens vaste regels",
}
NOT_FOUND = "niet gevonden"
HOSTS = {"www.tenderned.nl": "TenderNed", "ted.europa.eu": "TED"}
Addresses = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationLine:
    """A consultation as a reader sees it.

    Attributes:
        missions: Dutch names; empty where the model knows none.
        sector: Of the CPV, in Dutch.
        shown_by: What it is recognised by.
        call: Title of the call that followed; ``None`` where none is known.
        inferred: Whether the call is linked by likeness only.
        addresses, call_addresses: On the web, by the name of the site.
    """

    published_on: dt.date | None
    title: str
    buyer: str
    missions: tuple[str, ...]
    sector: str
    cpv: str
    shown_by: str
    call: str | None
    called_on: dt.date | None
    inferred: bool
    addresses: Addresses
    call_addresses: Addresses

    @property
    def shown_day(self) -> str:
        """The day in words."""
        return dutch.date(self.published_on) if self.published_on else "onbekend"

    @property
    def shown_call_day(self) -> str:
        """The day of the call in words; that none was found where there is none."""
        return dutch.date(self.called_on) if self.called_on else NOT_FOUND


def consultation_lines(
    home: Home,
    overview: Overview,
    *,
    model_id: str | None = None,
    periods: Collection[Period] = (),
) -> list[ConsultationLine]:
    """Return what was collected of the consultations of a home's country, the latest first.

    Args:
        model_id: Whose opinion of texts counts; without it the promoted model's, and where there
            is none only what forms say.
        periods: In which one was published; all where none is given.

    Raises:
        CorpusError: A collected file is damaged, or was written by another version.
    """
    if model_id is None and promotions.history(home.store):
        model_id = promotions.champion(home.store).model_id
    forms: Mapping[str, tuple[str, ...]] = {}
    missions: Mapping[str, tuple[str, ...]] = {}
    by_rules: Collection[str] = ()
    if model_id:
        columns = ("forms", "missions", "abstained")
        said = scoring.known(home.store, model_id, home.codebook, only=columns)
        forms, missions = map(said.listed, columns[:2])
        by_rules = said.unread(forms)
    by_text = {notice_id for notice_id, labels in forms.items() if FORM in labels}
    return [
        written_consultation(x, home.codebook, missions, by_rules=by_rules)
        for x in known_consultations(overview, by_text=by_text, country=home.country)
        if not periods or any(x.published_on in period for period in periods if x.published_on)
    ]


def written_consultation(
    one: Consultation,
    codebook: Codebook,
    missions: Mapping[str, Sequence[str]],
    *,
    by_rules: Collection[str] = (),
    fictional: bool = False,
) -> ConsultationLine:
    """Write a consultation for people.

    Args:
        missions: Ids of the codebook by notice, as far as a model gave them.
        by_rules: Notices in a language that the model does not read: rules found their forms.
        fictional: Whether the notices are made up: their numbers may be those of others.
    """
    notices, call = one.publication.standing, one.call
    ruled = one.shown_by == "text" and any(x.notice_id in by_rules for x in notices)
    served = (x for notice in notices for x in missions.get(notice.notice_id, ()))
    cpv = next((x.cpv[0] for x in notices if x.cpv), "")
    return ConsultationLine(
        published_on=one.published_on,
        title=_text(one.publication.notice.title) or UNTITLED,
        buyer=next((text for x in notices if (text := _text(x.buyer))), "onbekend"),
        missions=tuple(names.quantity(x, codebook) for x in dict.fromkeys(served)),
        sector=names.domain(f"cpv_division={cpv[:2] or 'unknown'}"),
        cpv=_text(cpv),
        shown_by=SHOWN_BY["rules" if ruled else one.shown_by],
        call=(_text(call.notice.title) or UNTITLED) if call else None,
        called_on=call.first_day if call else None,
        inferred=one.inferred,
        addresses={} if fictional else _addresses(notices),
        call_addresses={} if fictional or not call else _addresses(call.standing),
    )


def _text(text: str | None) -> str:
    """Write on one line what a notice says: masked, and only what a file can hold."""
    plain = " ".join(CONTROL.sub(" ", for_people(text) or "").split())
    return str(storable(plain))


def _addresses(notices: Iterable[Notice]) -> Addresses:
    return dict(filter(None, map(_address, notices)))


def _address(notice: Notice) -> tuple[str, str] | None:
    """Where a notice is on the web, by the name of the site; an address is never taken on trust."""
    number = notice.notice_id
    if notice.format in {"eforms", "ted_export"} and PUBLICATION.fullmatch(number):
        return "TED", f"https://ted.europa.eu/nl/notice/-/detail/{number}"
    if notice.source.startswith("tenderned") and number.isascii() and number.isdigit():
        return "TenderNed", f"https://www.tenderned.nl/aankondigingen/overzicht/{number}"
    try:
        parts = urlsplit(notice.url or "")
    except ValueError:
        return None
    site = HOSTS.get(parts.netloc)
    return (site, parts.geturl()) if site and parts.scheme == "https" else None
