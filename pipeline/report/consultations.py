"""The list of market consultations, as inspiration for buyers: a page, a workbook and a CSV."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.codebook import Codebook
from pipeline.errors import SettingsError
from pipeline.home import Home
from pipeline.labels import scores as scoring
from pipeline.learning import promotions
from pipeline.notices.consultations import Consultation, known_consultations
from pipeline.notices.outlines import storable
from pipeline.notices.overview import Overview
from pipeline.notices.versions import PUBLICATION
from pipeline.records import Notice, Period
from pipeline.report import dutch, names
from pipeline.report.pages import TEMPLATES
from pipeline.report.tables import append_lines
from pipeline.shown import for_people
from pipeline.spreadsheet import csv_bytes
from pipeline.writing import write_atomic

TITLE = "Marktconsultaties"
NAME = "marktconsultaties"
ENDINGS = (".html", ".xlsx", ".csv")
FORM = "market_consultation"
UNTITLED = "Zonder titel"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

SHOWN_BY = {"form": "het formulier", "text": "de tekst, volgens het model"}
NOT_FOUND = "niet gevonden"
ALIKE = "afgeleid uit inkoper en titel"
NOTES = (
    "Bij een marktconsultatie vraagt een inkoper de markt om kennis, nog voordat er een opdracht "
    "is. Dit overzicht dient ter inspiratie: wie vroeg de markt waarnaar, en wat volgde erop?",
    "Een consultatie staat erin als het formulier zegt dat het er een is, of als het model dat "
    "uit de tekst opmaakt; het model vergist zich soms. Van een gewijzigde aankondiging, en van "
    "een die op TenderNed én TED staat, is er één regel: zoals zij nu luidt.",
    f"„{NOT_FOUND}” betekent niet dat er geen opdracht kwam. Oproepen worden gevonden doordat "
    "aankondigingen naar elkaar verwijzen of onder één kenmerk staan; anders, en dat staat er "
    "dan bij, doordat dezelfde inkoper een opdracht met vrijwel dezelfde titel aankondigde.",
)
HEAD = (
    *("datum", "onderwerp", "inkoper", "maatschappelijke opgaven", "sector", "cpv"),
    *("herkend aan", "oproep gevolgd", "datum oproep", "titel oproep", "koppeling"),
    *("tenderned", "ted", "oproep tenderned", "oproep ted", "verzonnen"),
)
WIDTHS = (12, 60, 34, 30, 34, 11, 18, 14, 13, 50, 20, 40, 40, 40, 40, 11)

FICTIONAL_LIST = "Verzonnen gegevens: dit overzicht is alleen een voorbeeld"
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
    """Return what was collected of consultations, the latest first.

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
    if model_id:
        columns = ("forms", "missions")
        said = scoring.known(home.store, model_id, home.codebook, only=columns)
        forms, missions = map(said.listed, columns)
    by_text = {notice_id for notice_id, labels in forms.items() if FORM in labels}
    return [
        written_consultation(x, home.codebook, missions)
        for x in known_consultations(overview, by_text=by_text)
        if not periods or any(x.published_on in period for period in periods if x.published_on)
    ]


def written_consultation(
    one: Consultation, codebook: Codebook, missions: Mapping[str, Sequence[str]]
) -> ConsultationLine:
    """Write a consultation for people.

    Args:
        missions: Ids of the codebook by notice, as far as a model gave them.
    """
    notices, call = one.publication.standing, one.call
    served = (x for notice in notices for x in missions.get(notice.notice_id, ()))
    cpv = next((x.cpv[0] for x in notices if x.cpv), "")
    return ConsultationLine(
        published_on=one.published_on,
        title=_text(one.publication.notice.title) or UNTITLED,
        buyer=next((text for x in notices if (text := _text(x.buyer))), "onbekend"),
        missions=tuple(names.quantity(x, codebook) for x in dict.fromkeys(served)),
        sector=names.domain(f"cpv_division={cpv[:2] or 'unknown'}"),
        cpv=_text(cpv),
        shown_by=SHOWN_BY[one.shown_by],
        call=(_text(call.notice.title) or UNTITLED) if call else None,
        called_on=call.first_day if call else None,
        inferred=one.inferred,
        addresses=dict(filter(None, map(_address, notices))),
        call_addresses=dict(filter(None, map(_address, call.standing if call else ()))),
    )


def _text(text: str | None) -> str:
    """Write on one line what a notice says: masked, and only what a file can hold."""
    plain = " ".join(CONTROL.sub(" ", for_people(text) or "").split())
    return str(storable(plain))


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


def consultations_page(
    lines: Sequence[ConsultationLine], *, until: dt.date | None, fictional: bool = False
) -> str:
    """Write the page, by year; it needs no other file and runs no scripts.

    Args:
        until: The last day of which notices are known.
        fictional: Whether the notices are made up; the page then says so.
    """
    years = [
        (str(year) if year else "Datum onbekend", list(found))
        for year, found in groupby(lines, lambda x: x.published_on and x.published_on.year)
    ]
    return TEMPLATES.get_template("consultations.html").render(
        title=TITLE,
        banner=FICTIONAL_LIST if fictional else "",
        notes=NOTES,
        total=dutch.number(len(lines)),
        followed=dutch.number(sum(x.call is not None for x in lines)),
        until=until and dutch.date(until),
        years=years,
        missions=any(x.missions for x in lines),
        not_found=NOT_FOUND,
        alike=ALIKE,
    )


def consultations_csv(lines: Iterable[ConsultationLine], *, fictional: bool = False) -> bytes:
    """Write one line per consultation under a header; the same lines give the same bytes."""
    return csv_bytes([HEAD, *(_cells(x, fictional=fictional) for x in lines)])


def consultations_workbook(
    lines: Sequence[ConsultationLine], *, until: dt.date | None, fictional: bool = False
) -> bytes:
    """Write a workbook: a sheet that explains, then the consultations."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    del book["Sheet"]
    first, sheet = book.create_sheet("Lees mij"), book.create_sheet(TITLE)
    append_lines(first, _front(len(lines), until, fictional=fictional))
    first.column_dimensions["A"].width = 120
    append_lines(sheet, [HEAD, *(_cells(x, fictional=fictional) for x in lines)])
    for number, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        cell = sheet.cell(1, number)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes, sheet.auto_filter.ref = "C2", sheet.dimensions
    book.properties.title, book.properties.creator = TITLE, "innovatiemonitor"
    book.properties.language = "nl-NL"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(number: int, until: dt.date | None, *, fictional: bool) -> Iterator[tuple[str]]:
    yield (TITLE,)
    if fictional:
        yield (FICTIONAL_LIST,)
    day = f", uit aankondigingen tot en met {dutch.date(until)}" if until else ""
    yield (f"{dutch.number(number)} consultaties{day}.",)
    yield from ((note,) for note in NOTES)


def _cells(line: ConsultationLine, *, fictional: bool) -> tuple[object, ...]:
    followed = line.call is not None
    return (
        *(line.published_on, line.title, line.buyer, "; ".join(line.missions)),
        *(line.sector, line.cpv, line.shown_by, "ja" if followed else NOT_FOUND),
        *(line.called_on, line.call, (ALIKE if line.inferred else "vermeld") if followed else None),
        *(line.addresses.get(site) for site in HOSTS.values()),
        *(line.call_addresses.get(site) for site in HOSTS.values()),
        fictional,
    )


def until_of(overview: Overview) -> dt.date | None:
    """Return the last day of which notices were collected."""
    return max((day for x in overview.digests for day in x.days), default=None)


def ending_of_list(path: Path) -> str:
    """Return how the name of a list ends: what is written in it.

    Raises:
        SettingsError: It ends otherwise.
    """
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(
            f"cannot write {path.name!r}; expected a name that ends in one of {', '.join(ENDINGS)}"
        )
    return path.suffix.lower()


def write_consultations(
    lines: Sequence[ConsultationLine], path: Path, *, until: dt.date | None, fictional: bool = False
) -> None:
    """Write a page, a workbook or a CSV, by the end of the file's name.

    Raises:
        SettingsError: It ends otherwise.
    """
    kind = ending_of_list(path)
    if kind == ".csv":
        body = consultations_csv(lines, fictional=fictional)
    elif kind == ".xlsx":
        body = consultations_workbook(lines, until=until, fictional=fictional)
    else:
        body = consultations_page(lines, until=until, fictional=fictional).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, body)
