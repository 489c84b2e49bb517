"""Every figure of the report as CSV, JSON and a workbook; CSV and JSON are the same in two runs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.report import dutch, names
from pipeline.report.cells import LEGEND
from pipeline.report.facts import Facts
from pipeline.report.outline import UNITS, Cell, Column, ReportSection, Table, Value
from pipeline.spreadsheet import csv_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FICTIONAL = "Verzonnen gegevens: dit rapport is alleen een voorbeeld"
BIASED = "Vertekend, niet voor publicatie"
FORMATS = {
    "count": '#,##0;-#,##0;"–"',
    "share": "0.00%",
    "interval": "0.00%",
    "points": "0.00%",
    "index": "0.00",
    "millions": "#,##0.0",
}
COLUMNS = (
    *("periode", "onderdeel", "tabel", "regel", "kolom", "grens", "eenheid", "waarde", "getoond"),
    *("vertekend", "fictief"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigure:
    """One figure on its own.

    Attributes:
        end: ``van`` or ``tot`` for the ends of an interval, else empty.
        unit: Of ``value``: shares and points are fractions, money is euro.
        value: ``None`` where only words are shown, such as "hoogstens 1,3%".
    """

    section: str
    table: Table
    line: str
    column: str
    end: str
    unit: str
    value: Value
    shown: str


def report_figures(sections: Sequence[ReportSection]) -> Iterator[ReportFigure]:
    """Yield every figure of the report, in its order; cells to which none applies are left out."""
    for section in sections:
        for table in section.tables:
            for line in table.lines:
                for column, cell in zip(table.columns[1:], line[1:], strict=True):
                    for end, value in _ends(cell):
                        yield ReportFigure(
                            section=section.title,
                            table=table,
                            line=line[0].shown,
                            column=column.name,
                            end=end,
                            unit=_unit(column),
                            value=value,
                            shown=cell.shown,
                        )


def _ends(cell: Cell) -> Iterable[tuple[str, Value]]:
    if isinstance(cell.value, tuple):
        return zip(("van", "tot"), cell.value, strict=True)
    if cell.shown == "":
        return ()
    return (("", cell.value),)


def _unit(column: Column) -> str:
    units = {"text": "tekst", "count": "aantal", "millions": "euro", "index": "0 tot 1"}
    return units.get(column.kind, "fractie")


def csv_of(facts: Facts, sections: Sequence[ReportSection]) -> bytes:
    """Write one line per figure; UTF-8, comma between cells, point in numbers."""
    return csv_table(COLUMNS, (_line(x, facts) for x in report_figures(sections)))


def json_of(facts: Facts, sections: Sequence[ReportSection]) -> bytes:
    """Write the same with where it comes from."""
    origin = facts.provenance
    whole = {
        "land": facts.country.alpha_2,
        "taal": facts.country.language or None,
        "periode": str(facts.period),
        "stand": facts.as_of.isoformat(),
        "fictief": facts.fictional,
        "waarschuwing": FICTIONAL if facts.fictional else None,
        "niet_geslaagde_controles": [x.name for x in facts.failed],
        "model": facts.model_id,
        "codeboek": facts.codebook.version,
        "herkomst": {
            "gemaakt_met": origin.made_by,
            "versie": origin.code_version,
            "instellingen": origin.settings_fingerprint,
            "invoer": dict(sorted(origin.inputs.items())),
        },
        "cijfers": [_line(x, facts) for x in report_figures(sections)],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _line(figure: ReportFigure, facts: Facts) -> dict[str, Any]:
    texts = isinstance(figure.value, str)
    return dict(
        zip(
            COLUMNS,
            (
                str(facts.period),
                figure.section,
                figure.table.key,
                figure.line,
                figure.column,
                figure.end,
                figure.unit,
                None if texts else figure.value,
                figure.shown,
                figure.table.biased,
                facts.fictional,
            ),
            strict=True,
        )
    )


def xlsx_of(facts: Facts, sections: Sequence[ReportSection]) -> bytes:
    """Write a workbook: a sheet that explains, then one sheet per table."""
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    first = book.create_sheet("Lees mij")
    tables = [(section, table) for section in sections for table in section.tables]
    append_lines(first, _front(facts, tables))
    first.column_dimensions["A"].width = 34
    first.column_dimensions["B"].width = 80
    for section, table in tables:
        # Excel refuses longer names.
        _sheet(book.create_sheet(table.key[:31]), section, table, facts)
    book.properties.title = f"Kwartaalrapport {facts.period}"
    book.properties.creator = "innovatiemonitor"
    book.properties.language = "nl-NL"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(
    facts: Facts, tables: Sequence[tuple[ReportSection, Table]]
) -> Iterator[tuple[object, ...]]:
    yield (f"Innovatiegericht inkopen, {dutch.period(facts.period)}",)
    if facts.fictional:
        yield (FICTIONAL,)
    yield ()
    yield ("Overheidsinkoop in", names.frame_place(facts.country))
    yield ("Stand van de gegevens", dutch.date(facts.as_of))
    yield (
        "Eenheden",
        "Aandelen en procentpunten zijn breuken met een procentopmaak; bedragen "
        "staan in miljoenen euro.",
    )
    yield from ((f"Teken {sign}", meaning) for sign, meaning in LEGEND)
    yield ()
    yield ("Werkblad", "Tabel")
    for _, table in tables:
        yield (table.key, f"{table.caption}{f' ({BIASED.lower()})' if table.biased else ''}")


def _sheet(sheet: Worksheet, section: ReportSection, table: Table, facts: Facts) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    top: list[tuple[object, ...]] = [(table.caption,), (f"Onderdeel: {section.title}",)]
    top += [(FICTIONAL,)] if facts.fictional else []
    top += [(BIASED,)] if table.biased else []
    heads = [(name, kind, unit) for column in table.columns for name, kind, unit in _heads(column)]
    append_lines(sheet, [*top, (), tuple(x[0] for x in heads), tuple(x[2] for x in heads)])
    start = sheet.max_row + 1
    append_lines(sheet, (_values(line, table.columns) for line in table.lines))
    for number, (_, kind, _) in enumerate(heads, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 44 if number == 1 else 18
        for line in range(start, sheet.max_row + 1):
            sheet.cell(line, number).number_format = FORMATS.get(kind, "General")
        for line in (start - 2, start - 1):
            sheet.cell(line, number).font = Font(bold=line == start - 2, italic=line == start - 1)
            sheet.cell(line, number).alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.freeze_panes = f"B{start}"
    append_lines(sheet, [(), *((note,) for note in table.notes)])


def _heads(column: Column) -> Iterator[tuple[str, str, str]]:
    unit = UNITS[column.kind]
    if column.kind == "interval":
        yield f"{column.name}, van", column.kind, unit
        yield f"{column.name}, tot", column.kind, unit
    else:
        yield column.name, column.kind, unit


def _values(line: Sequence[Cell], columns: Sequence[Column]) -> tuple[object, ...]:
    values: list[object] = []
    for cell, column in zip(line, columns, strict=True):
        if column.kind == "interval":
            absent = cell.shown or None
            values += cell.value if isinstance(cell.value, tuple) else (absent, absent)
        elif column.kind == "millions" and isinstance(cell.value, float | int):
            values.append(cell.value / 1e6)
        else:
            values.append(cell.shown or None if cell.value is None else cell.value)
    return tuple(values)


def append_lines(sheet: Worksheet, lines: Iterable[Sequence[Any]]) -> None:
    """Write lines below each other; text stays text, even when it begins with "="."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    number = 0 if sheet.max_row == 1 and sheet["A1"].value is None else sheet.max_row
    for line in lines:
        number += 1
        for place, value in enumerate(line, 1):
            cell = sheet.cell(number, place)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
            else:
                cell.value = value
