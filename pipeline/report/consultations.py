"""The list of market consultations, as inspiration for buyers: a page, a workbook and a CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import SettingsError
from pipeline.notices.overview import Overview
from pipeline.report import dutch
from pipeline.report.consultation_lines import NOT_FOUND, ConsultationLine
from pipeline.report.pages import TEMPLATES
from pipeline.report.tables import append_lines
from pipeline.spreadsheet import csv_bytes
from pipeline.writing import write_atomic

TITLE = "Marktconsultaties"
NAME = "marktconsultaties"
ENDINGS = (".html", ".xlsx", ".csv")
ALIKE = "afgeleid uit inkoper en titel"
NOTES = (
    "Bij een marktconsultatie vraagt een inkoper de markt om kennis, nog voordat er een opdracht "
    "is. Dit overzicht dient ter inspiratie: wie vroeg de markt waarnaar, en wat volgde erop?",
    "Een consultatie staat erin als het formulier zegt dat het er een is, of als het model dat "
    "uit de tekst opmaakt; het model vergist zich soms. Van een gewijzigde aankondiging{copied} is "
    "er één regel: zoals zij nu luidt.",
    f"„{NOT_FOUND}” betekent niet dat er geen opdracht kwam. Oproepen worden gevonden doordat "
    "aankondigingen naar elkaar verwijzen of onder één kenmerk staan; anders, en dat staat er "
    "dan bij, doordat dezelfde inkoper een opdracht met vrijwel dezelfde titel aankondigde.",
)
HEAD = (
    *("datum", "onderwerp", "inkoper", "maatschappelijke opgaven", "sector", "cpv"),
    *("herkend aan", "oproep gevolgd", "datum oproep", "titel oproep", "koppeling"),
)
WIDTHS = (12, 60, 34, 30, 34, 11, 18, 14, 13, 50, 20)
ADDRESS_WIDTH = 40

FICTIONAL_LIST = "Verzonnen gegevens: dit overzicht is alleen een voorbeeld"
SITES = {"tenderned": "TenderNed", "ted": "TED"}


def _sites(country: Country) -> list[str]:
    return [site for source, site in SITES.items() if source in country.sources]


def notes_on_consultations(country: Country) -> list[str]:
    """Say what a list of consultations holds, and what not."""
    several = _sites(country)[1:] and f", en van een die op {' én '.join(_sites(country))} staat,"
    return [note.format(copied=several or "") for note in NOTES]


def consultations_page(
    lines: Sequence[ConsultationLine],
    *,
    until: dt.date | None,
    fictional: bool = False,
    country: Country = NETHERLANDS,
) -> str:
    """Write the page, by year; it needs no other file and runs no scripts.

    Args:
        until: The last day of which notices are known.
        fictional: Whether the notices are made up; the page then says so.
        country: Whose sources are spoken of.
    """
    years = [
        (str(year) if year else "Datum onbekend", list(found))
        for year, found in groupby(lines, lambda x: x.published_on and x.published_on.year)
    ]
    return TEMPLATES.get_template("consultations.html").render(
        title=TITLE,
        banner=FICTIONAL_LIST if fictional else "",
        notes=notes_on_consultations(country),
        total=dutch.number(len(lines)),
        followed=dutch.number(sum(x.call is not None for x in lines)),
        until=until and dutch.date(until),
        years=years,
        missions=any(x.missions for x in lines),
        not_found=NOT_FOUND,
        alike=ALIKE,
    )


def consultations_csv(
    lines: Iterable[ConsultationLine], *, fictional: bool = False, country: Country = NETHERLANDS
) -> bytes:
    """Write one line per consultation under a header; the same lines give the same bytes."""
    return csv_bytes(_written(lines, country, fictional=fictional))


def consultations_workbook(
    lines: Sequence[ConsultationLine],
    *,
    until: dt.date | None,
    fictional: bool = False,
    country: Country = NETHERLANDS,
) -> bytes:
    """Write a workbook: a sheet that explains, then the consultations."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    del book["Sheet"]
    first, sheet = book.create_sheet("Lees mij"), book.create_sheet(TITLE)
    append_lines(first, _front(len(lines), until, country, fictional=fictional))
    first.column_dimensions["A"].width = 120
    append_lines(sheet, _written(lines, country, fictional=fictional))
    addresses = (ADDRESS_WIDTH,) * 2 * len(_sites(country))
    for number, width in enumerate((*WIDTHS, *addresses, WIDTHS[5]), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        cell = sheet.cell(1, number)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes, sheet.auto_filter.ref = "C2", sheet.dimensions
    book.properties.title, book.properties.creator = TITLE, "innovatiemonitor"
    book.properties.language = "nl-NL"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(
    number: int, until: dt.date | None, country: Country, *, fictional: bool
) -> Iterator[tuple[str]]:
    yield (TITLE,)
    if fictional:
        yield (FICTIONAL_LIST,)
    day = f", uit aankondigingen tot en met {dutch.date(until)}" if until else ""
    yield (f"{dutch.number(number)} consultaties{day}.",)
    yield from ((note,) for note in notes_on_consultations(country))


def _written(
    lines: Iterable[ConsultationLine], country: Country, *, fictional: bool
) -> Iterator[tuple[object, ...]]:
    """The header and a line per consultation; addresses on the sites of the country."""
    sites = _sites(country)
    named = [site.lower() for site in sites]
    yield (*HEAD, *named, *(f"oproep {site}" for site in named), "verzonnen")
    yield from ((*_cells(x, sites), fictional) for x in lines)


def _cells(line: ConsultationLine, sites: Sequence[str]) -> tuple[object, ...]:
    followed = line.call is not None
    return (
        *(line.published_on, line.title, line.buyer, "; ".join(line.missions)),
        *(line.sector, line.cpv, line.shown_by, "ja" if followed else NOT_FOUND),
        *(line.called_on, line.call, (ALIKE if line.inferred else "vermeld") if followed else None),
        *(line.addresses.get(site) for site in sites),
        *(line.call_addresses.get(site) for site in sites),
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
    lines: Sequence[ConsultationLine],
    path: Path,
    *,
    until: dt.date | None,
    fictional: bool = False,
    country: Country = NETHERLANDS,
) -> None:
    """Write a page, a workbook or a CSV, by the end of the file's name.

    Raises:
        SettingsError: It ends otherwise.
    """
    kind = ending_of_list(path)
    if kind == ".csv":
        body = consultations_csv(lines, fictional=fictional, country=country)
    elif kind == ".xlsx":
        body = consultations_workbook(lines, until=until, fictional=fictional, country=country)
    else:
        body = consultations_page(lines, until=until, fictional=fictional, country=country).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, body)
