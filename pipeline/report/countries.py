"""Countries side by side: a workbook, a chart, and the warnings that belong to both."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.estimates._rates_over_buyers import Rate
from pipeline.estimates.countries import CountryFigures, Tally
from pipeline.estimates.notice_rows import FIELDS, SIGNS
from pipeline.records import Period
from pipeline.report import dutch
from pipeline.report.charts import COLOURS, SOFT, STYLE
from pipeline.report.tables import append_lines
from pipeline.spreadsheet import csv_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = {
    "AT": "Oostenrijk", "BE": "België", "BG": "Bulgarije", "CH": "Zwitserland", "CY": "Cyprus",
    "CZ": "Tsjechië", "DE": "Duitsland", "DK": "Denemarken", "EE": "Estland", "ES": "Spanje",
    "FI": "Finland", "FR": "Frankrijk", "GB": "Verenigd Koninkrijk", "GR": "Griekenland",
    "HR": "Kroatië", "HU": "Hongarije", "IE": "Ierland", "IS": "IJsland", "IT": "Italië",
    "LI": "Liechtenstein", "LT": "Litouwen", "LU": "Luxemburg", "LV": "Letland", "MT": "Malta",
    "NL": "Nederland", "NO": "Noorwegen", "PL": "Polen", "PT": "Portugal", "RO": "Roemenië",
    "SE": "Zweden", "SI": "Slovenië", "SK": "Slowakije",
}  # fmt: skip
TITLES = {
    "innovation_partnership": "Innovatiepartnerschap",
    "competitive_dialogue": "Concurrentiegerichte dialoog",
    "design_contest": "Prijsvraag",
    "research_cpv": "Onderzoek en ontwikkeling (CPV 73)",
    "pre_commercial": "Precommercieel: CPV 73 met rd-act",
    "declared_purpose": "Innovatie als doel aangevinkt (BT-06)",
    "declared_innovation": "Soort innovatie aangevinkt (BT-776)",
    "variants": "Varianten toegestaan (BT-63)",
}
# What a rate is a part of, and how it is written.
SHEETS = {
    "calls": ("Aankondigingen", "per 1.000 aankondigingen van een opdracht"),
    "lots": ("Percelen", "per 1.000 percelen in die aankondigingen"),
    "euro": ("Waarde", "per 1.000 euro aan gegunde waarde in gunningsberichten"),
}
FIELD_NAMES = {name: name for name in FIELDS} | {"form": "formulier", "cpv": "CPV"}
# The fields that came with eForms, and the year in which the first of those were published.
NEW_FIELDS, FIRST_EFORMS = frozenset({"BT-06", "BT-776"}), 2022
EMPTY, NOT_YET = "veld niet ingevuld", "veld bestond nog niet"
NOTES = (
    "Geteld is wat in velden van aankondigingen op TED staat; teksten zijn niet gelezen. Van een "
    "gewijzigde aankondiging telt alleen de laatste versie, in het jaar daarvan.",
    "Instellingen van de EU en internationale organisaties tellen mee in het land waar zij zijn "
    "gevestigd, België en Luxemburg vooral.",
    "Het interval (95%) gaat over inkopers: hoe ver het cijfer zou liggen als andere inkopers "
    "hadden ingekocht. Alle berichten van de pakketten zijn geteld; er is geen steekproef.",
    f"„{EMPTY}”: het land vult dit veld in minder dan 5% van de aankondigingen in. Dan zegt het "
    "cijfer niets over wat er wordt ingekocht.",
    "BT-06 en BT-776 bestaan sinds eForms (eind 2023). Verschillen tussen landen zijn ook "
    "verschillen in hoe formulieren worden ingevuld.",
    "Waarde is wat gunningsberichten noemen; bedragen tot 1.000 euro, herhaalde cijfers en "
    "bedragen boven 10 miljard euro tellen niet mee.",
)
FEWEST_DRAWN = 50
FEW = f"nergens {FEWEST_DRAWN} aankondigingen"
# Signs of a title in one line of a panel.
TITLE_WIDTH = 26

Line = tuple[object, ...]


def country_name(country: str) -> str:
    """Return a country's Dutch name; its code where it has none here."""
    return NAMES.get(country, country)


def warnings(figures: Sequence[CountryFigures]) -> Iterator[str]:
    """Name the fields that a country leaves empty, one line per country and year."""
    for one in figures:
        silent = [TITLES[x] for x in SIGNS if one.total("calls") and _silence(one, x) == EMPTY]
        if silent:
            yield f"{country_name(one.country)} {one.year}: {EMPTY}: {', '.join(silent)}"


def _silence(one: CountryFigures, sign: str) -> str:
    """Say why there is no figure; nothing where there is one."""
    if one.tells(sign):
        return ""
    return NOT_YET if SIGNS[sign] in NEW_FIELDS and one.year < FIRST_EFORMS else EMPTY


def tables(figures: Sequence[CountryFigures]) -> dict[str, list[Line]]:
    """Write the sheets: name to lines, of which the first is the heading."""
    sheets = {
        title: [_head(unit), *(_line(one, of) for one in figures)]
        for of, (title, unit) in SHEETS.items()
    }
    return sheets | {"Velden": [_fields_head(), *map(_fields, figures)]}


def _head(unit: str) -> Line:
    several = ((f"{title}, {unit}", "van", "tot", "opmerking") for title in TITLES.values())
    return "land", "jaar", "totaal", *(x for each in several for x in each)


def _line(one: CountryFigures, of: str) -> Line:
    cells = (_cells(one, sign, of) for sign in SIGNS)
    return country_name(one.country), one.year, round(one.total(of)), *(x for y in cells for x in y)


def _cells(one: CountryFigures, sign: str, of: str) -> Line:
    found = one.rate(sign, of)
    if found is None:
        return None, None, None, "geen gegevens"
    if silence := _silence(one, sign):
        return None, None, None, silence
    return *(round(1000 * x, 2) for x in found), ""


def _fields_head() -> Line:
    return (
        *("land", "jaar", "inkopers", "aankondigingen", "percelen", "gunningsberichten"),
        *("daarvan met bruikbare waarde", *(f"{FIELD_NAMES[name]} ingevuld" for name in FIELDS)),
    )


def _fields(one: CountryFigures) -> Line:
    counts = (round(one.total(x)) for x in ("calls", "lots", "results", "valued"))
    filled = (round(one.filled(name), 4) for name in FIELDS)
    return country_name(one.country), one.year, len(one.sums), *counts, *filled


def workbook(found: Tally, period: Period) -> bytes:
    """Write a workbook: a sheet that explains, then one sheet per table."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    del book["Sheet"]
    first = book.create_sheet("Lees mij")
    append_lines(first, _front(found, period))
    first.column_dimensions["A"].width = 110
    for title, lines in tables(found.figures).items():
        sheet = book.create_sheet(title)
        append_lines(sheet, lines)
        for cell in sheet[1]:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        for number in range(1, sheet.max_column + 1):
            sheet.column_dimensions[get_column_letter(number)].width = 22 if number == 1 else 14
        sheet.freeze_panes = "C2"
    book.properties.title = f"Landen vergeleken, {dutch.period(period)}"
    book.properties.creator = "innovatiemonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _front(found: Tally, period: Period) -> Iterator[Line]:
    yield (f"Landen vergeleken naar velden op TED, {dutch.period(period)}",)
    yield (
        f"Getelde berichten: {dutch.number(found.counted)}. Niet geteld: dubbel "
        f"{dutch.number(found.again)}, vervangen door een latere versie "
        f"{dutch.number(found.replaced)}, van een andere periode of soort of zonder land "
        f"{dutch.number(found.passed)}, onleesbaar {dutch.number(len(found.unreadable))}.",
    )
    yield from ((note,) for note in NOTES)
    yield ("",)
    yield from ((x,) for x in warnings(found.figures))


def country_csv(figures: Sequence[CountryFigures]) -> bytes:
    """Write one line per country, year, sign and what it is a part of."""
    lines: list[Line] = [
        (*("country", "year", "sign", "part_of", "total", "per_1000", "low", "high"), "filled")
    ]
    for one in figures:
        for sign, field in SIGNS.items():
            for of in SHEETS:
                found = one.rate(sign, of)
                ends = [round(1000 * x, 4) for x in found] if found else [None] * 3
                total = round(one.total(of))
                filled = round(one.filled(field), 4)
                lines.append((one.country, one.year, sign, of, total, *ends, filled))
    return csv_bytes(lines)


def chart(period: Period, figures: Sequence[CountryFigures], *, home: str) -> bytes:
    """Draw the latest year: a panel per sign, countries by rate; SVG.

    Countries that leave the field empty, or have few calls, are not drawn.

    Args:
        home: Alpha-2 code of the country that is marked.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    drawable = [x for x in figures if x.total("calls") >= FEWEST_DRAWN]
    latest = max((one.year for one in drawable or figures), default=0)
    shown = [x for x in drawable if x.year == latest]
    nothing = EMPTY if shown else FEW
    with mpl.rc_context({**STYLE, "svg.hashsalt": "landen"}):
        drawing = Figure(figsize=(13, 1.6 + 0.36 * max(len(shown), 4)), layout="constrained")
        panels = drawing.subplots(2, 4).ravel().tolist()
        for axes, sign in zip(panels, SIGNS, strict=True):
            rates = [(one.country, found) for one in shown if (found := _drawn(one, sign))]
            axes.set_title(textwrap.fill(TITLES[sign], TITLE_WIDTH), fontsize=9)
            if rates:
                _panel(axes, sorted(rates, key=lambda x: (x[1].value, x[0])), home)
            else:
                axes.text(0.5, 0.5, nothing, ha="center", va="center", color=SOFT)
                axes.set_axis_off()
        drawing.suptitle(
            f"Per 1.000 aankondigingen van een opdracht op TED, {latest or dutch.period(period)}; "
            f"95%-interval over inkopers; landen met {FEWEST_DRAWN} aankondigingen of meer"
        )
        out = io.BytesIO()
        dateless: dict[Any, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        drawing.savefig(out, format="svg", metadata=dateless)
        return out.getvalue()


def _drawn(one: CountryFigures, sign: str) -> Rate | None:
    return one.rate(sign) if one.tells(sign) else None


def _panel(axes: Axes, rates: Sequence[tuple[str, Rate]], home: str) -> None:
    for place, (country, found) in enumerate(rates):
        ours = country == home
        colour = COLOURS[1] if ours else COLOURS[0]
        axes.plot([1000 * found.low, 1000 * found.high], [place, place], color=colour, linewidth=1)
        axes.plot(1000 * found.value, place, "s" if ours else "o", color=colour, markersize=4)
    axes.set_yticks(range(len(rates)), [country_name(x) for x, _ in rates], fontsize=7)
    axes.set_xlim(left=0)
    axes.tick_params(axis="x", labelsize=7)
