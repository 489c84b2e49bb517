"""Sections by part of the frame, and over time."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.estimates.series import BREAK, Point
from pipeline.estimates.shares import (
    SUPPRESS_BELOW_LOTS,
    SUPPRESS_BELOW_PROCEDURES,
    Suppressed,
)
from pipeline.records import INNOVATION
from pipeline.report import cells, dutch, names
from pipeline.report.cells import SUPPRESSED, UNKNOWN, count_cell, millions_cell, text_cell
from pipeline.report.facts import Facts
from pipeline.report.outline import Block, Cell, Chapter, Column, Course, Table, Text
from pipeline.report.sections_first import latest_share, of_point

CHAPTER = Chapter()
section = CHAPTER.section

# More lines do not fit on a printed page.
MOST_DRAWN = 20
SIZES = (Column("Percelen", "count"), Column("Waarde", "millions"))


@section("Opdrachtgevers")
def buyers(facts: Facts) -> Iterable[Block]:
    """Shares per kind of buyer."""
    yield Text(
        "De soort opdrachtgever komt uit de aankondiging. Speciale sectoren zijn bedrijven voor "
        "water, energie, vervoer en post."
    )
    yield from _parts(facts, "buyer_kind", "opdrachtgevers", "soort opdrachtgever")


@section("Sectoren")
def sectors(facts: Facts) -> Iterable[Block]:
    """Shares per division of the CPV."""
    yield Text(
        "De sector is de afdeling van de eerste CPV-code: de Europese indeling van wat wordt "
        "ingekocht. De grafiek toont hoogstens twintig sectoren met een schatting, de grootste "
        "eerst; de tabel toont alle sectoren."
    )
    yield from _parts(facts, "cpv_division", "sectoren", "sector")


@section("Regio")
def regions(facts: Facts) -> Iterable[Block]:
    """Shares per province of performance."""
    region = facts.country.region
    yield Text(
        f"De {region} is die waar de opdracht wordt uitgevoerd, niet die van de opdrachtgever. "
        f"Opdrachten in meer dan één {region}, of zonder plaats, staan apart."
    )
    yield from _parts(facts, "province", "regio", region)


def _parts(facts: Facts, kind: str, key: str, head: str) -> Iterable[Block]:
    """A chart and a table of all domains of one kind, the largest volume first."""
    sizes = facts.frame.sizes
    found = [x for x in sizes if x.startswith(f"{kind}=")]
    found.sort(key=lambda x: (x.endswith("=unknown"), -sizes[x].volume, x))
    if facts.headline is None:
        yield from cells.no_draw_text()
        yield cells.sizes_table(key, f"Gunningen per {head}", head.capitalize(), facts, found)
        return
    every = [(names.domain(x, facts.country), cells.pair(facts, INNOVATION, x)) for x in found]
    drawn = [x for x in every if any(x[1])][:MOST_DRAWN]
    yield cells.intervals(key, f"Aandeel innovatiegericht per {head}", drawn)
    hidden = {x.domain: x for x in facts.suppressed}
    yield Table(
        key=key,
        caption=f"Aandeel innovatiegericht per {head}",
        columns=cells.share_columns(head.capitalize(), SIZES),
        lines=tuple(
            _part(name, estimates, facts, domain, hidden=hidden.get(domain))
            for domain, (name, estimates) in zip(found, every, strict=True)
        ),
        notes=(
            "Weinig gegevens: het interval klopt, maar is te breed om delen te vergelijken.",
            "Te klein: er zijn te weinig beoordeelde percelen of procedures voor een aandeel. "
            "Te onzeker: er zijn er genoeg, maar het interval is te breed om iets te zeggen. "
            "Niets gevonden: in de trekking kwam het niet voor; er staat een bovengrens.",
        ),
        appendix=True,
    )


def _part(
    name: str, estimates: cells.Pair, facts: Facts, domain: str, *, hidden: Suppressed | None
) -> tuple[Cell, ...]:
    size = facts.frame.sizes[domain]
    sizes = (count_cell(size.lots), millions_cell(size.volume))
    if hidden or not any(estimates):
        line = cells.share_line(name, (None, None), sizes, absent=SUPPRESSED)
        return (*line[:-1], text_cell(_why(hidden)))
    return cells.share_line(name, estimates, sizes)


def _why(hidden: Suppressed | None) -> str:
    """Enough was judged, but the interval is too wide; or too little was judged."""
    enough = hidden is not None and (
        hidden.labelled >= SUPPRESS_BELOW_LOTS and hidden.procedures >= SUPPRESS_BELOW_PROCEDURES
    )
    return "te onzeker" if enough else "te klein"


@section("Ontwikkeling over kwartalen")
def course(facts: Facts) -> Iterable[Block]:
    """The rolling series, single quarters, and which changes may be called so."""
    yield Text(
        "Een los kwartaal hangt sterk af van enkele grote opdrachten. Daarom is de reeks van vier "
        "kwartalen samen het cijfer om te volgen. Sinds het vierde kwartaal van 2023 gebruiken "
        "inkopers andere formulieren (eForms). Daar is de reeks gebroken: cijfers van voor en na "
        "die datum zijn niet zonder meer te vergelijken."
    )
    if facts.headline is None or not facts.quarters:
        if facts.headline is None:
            yield from cells.no_draw_text()
        else:
            yield Text("Er zijn nog geen eerdere kwartalen met een trekking.", "note")
        return
    yield Text(_latest(facts.rolling))
    yield _chart(facts)
    rolling = {x.period.last_day: x for x in facts.rolling}
    yield Table(
        key="ontwikkeling",
        caption="Aandeel in waarde per kwartaal en per vier kwartalen",
        columns=(
            Column("Kwartaal"),
            Column("Los kwartaal", "share"),
            Column("95%-interval los", "interval"),
            Column("Vier kwartalen", "share"),
            Column("95%-interval vier", "interval"),
            Column("Verschil met vorige", "points"),
            Column("Kleinst aantoonbaar", "points"),
            Column("Oordeel"),
        ),
        lines=tuple(
            (
                text_cell(dutch.quarter(x.period)),
                *of_point(x),
                *_rolling(rolling.get(x.period.last_day)),
            )
            for x in facts.quarters
        ),
        notes=(
            "Vier kwartalen: dit kwartaal en de drie ervoor. Verschillen zijn die tussen twee "
            "opeenvolgende reeksen van vier kwartalen; zij delen drie kwartalen.",
            "Open rondjes in de grafiek: vier kwartalen van voor en na de reeksbreuk samen.",
        ),
    )


def _latest(rolling: tuple[Point, ...]) -> str:
    if not rolling:
        return "Er zijn nog geen vier kwartalen achter elkaar met een trekking."
    return latest_share(rolling[-1])


def _rolling(point: Point | None) -> tuple[Cell, ...]:
    if point is None:
        return (UNKNOWN,) * 4 + (text_cell(""),)
    broken = "break" in point.flags
    if point.change is None or point.detectable is None:
        return (
            *of_point(point),
            UNKNOWN,
            UNKNOWN,
            text_cell("reeksbreuk" if broken else "eerste meting"),
        )
    verdict = "verandering" if point.changed else "niet aantoonbaar"
    return (
        *of_point(point),
        Cell(value=point.change, shown=_bare(point.change)),
        Cell(value=point.detectable, shown=_bare(point.detectable).removeprefix("+")),
        text_cell("reeksbreuk" if broken else verdict),
    )


def _bare(difference: float) -> str:
    return dutch.points(difference).removesuffix(" procentpunt")


def _chart(facts: Facts) -> Course:
    rolling = {x.period.last_day: x for x in facts.rolling}
    return Course(
        key="ontwikkeling",
        caption="Aandeel in waarde per kwartaal en per vier kwartalen",
        alternative=f"Lijn van het aandeel over vier kwartalen, met een band voor het interval, en "
        f"losse kwartalen met hun interval. {_latest(facts.rolling)} Alle cijfers staan in de "
        "tabel hieronder.",
        names=tuple(dutch.quarter(x.period) for x in facts.quarters),
        single=tuple(_drawn(x) for x in facts.quarters),
        rolling=tuple(
            _drawn(point) if (point := rolling.get(x.period.last_day)) else None
            for x in facts.quarters
        ),
        mixed=tuple(
            index
            for index, x in enumerate(facts.quarters)
            if (point := rolling.get(x.period.last_day))
            and point.period.first_day < BREAK.first_day
            and point.period.last_day > BREAK.first_day
        ),
        breaks=tuple(
            index for index, x in enumerate(facts.quarters) if index and "break" in x.flags
        ),
    )


def _drawn(point: Point) -> tuple[float, float, float]:
    return point.share, point.low, point.high
