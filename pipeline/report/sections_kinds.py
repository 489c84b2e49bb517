"""Sections by kind of innovation: degree, form, and what is bought."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import Estimate
from pipeline.report import cells, dutch, names
from pipeline.report.cells import EMPTY, count_cell, millions_cell, text_cell
from pipeline.report.facts import Facts, Reconciled
from pipeline.report.outline import (
    Bars,
    Block,
    Cell,
    Chapter,
    Column,
    Heading,
    Table,
    Text,
)
from pipeline.report.sections_shares import TARGETS

CHAPTER = Chapter()
section = CHAPTER.section


@section("Innovatiegraad")
def degrees(facts: Facts) -> Iterable[Block]:
    """How strongly what is bought changes the present situation."""
    yield Text(
        "De innovatiegraad zegt hoe sterk wat wordt ingekocht de bestaande situatie verandert. "
        "Bij twijfel tussen twee graden geldt de laagste."
    )
    if facts.headline is None:
        yield from cells.no_draw_text()
        return
    every = [
        (names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in facts.codebook.degrees
    ]
    yield cells.intervals("innovatiegraad", "Aandeel per innovatiegraad", every[1:])
    yield Table(
        key="innovatiegraad",
        caption="Aandeel per innovatiegraad",
        columns=cells.share_columns("Graad"),
        lines=tuple(cells.share_line(name, x) for name, x in every),
        notes=('De graad "geen" staat alleen in de tabel.',),
    )


@section("Inkoopvormen")
def forms(facts: Facts) -> Iterable[Block]:
    """The forms, and yearly counts beside the published ones."""
    yield Text(
        "Een inkoopvorm is een manier van inkopen die ruimte kan geven aan innovatie. Een vorm is "
        "nog geen innovatie: een gewone marktconsultatie telt hier mee, ook als de opdracht niet "
        "innovatiegericht is. Een perceel kan meer vormen hebben; de aandelen tellen niet op."
    )
    if facts.headline is None:
        yield from cells.no_draw_text()
    else:
        every = [
            (names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in facts.codebook.forms
        ]
        yield cells.intervals("inkoopvormen", "Aandeel per inkoopvorm", every)
        yield Table(
            key="inkoopvormen",
            caption="Aandeel per inkoopvorm",
            columns=cells.share_columns("Inkoopvorm"),
            lines=tuple(cells.share_line(name, x) for name, x in every),
            notes=(
                "Een streep betekent: niet geschat, omdat er te weinig gegevens zijn. Niets "
                "gevonden: in de trekking kwam de vorm niet voor; er staat een bovengrens.",
            ),
        )
    for reconciled in facts.indicators:
        yield from _counts(reconciled)


def _counts(reconciled: Reconciled) -> Iterable[Block]:
    """Our counts beside published ones: counts of notices, no estimates."""
    indicator, counts = reconciled.indicator, reconciled.counts
    compared = any(x.published is not None for x in counts)
    per = "Jaar" if indicator.per == "year" else "Provincie"
    yield Heading(indicator.name)
    yield Text(f"{indicator.description} Dit zijn tellingen, geen schattingen.")
    yield Bars(
        key=reconciled.indicator_id,
        caption=indicator.name,
        alternative=f"{indicator.name}: onze telling naast de gepubliceerde, per "
        f"{per.lower()}. Alle cijfers staan in de tabel hieronder.",
        names=tuple(x.value for x in counts),
        series=(
            ("Onze telling", tuple(x.ours for x in counts)),
            *((("Gepubliceerd", tuple(x.published for x in counts)),) if compared else ()),
        ),
    )
    ours = sum(x.ours for x in counts if x.published is not None)
    published = sum(x.published for x in counts if x.published is not None)
    yield Table(
        key=reconciled.indicator_id,
        caption=indicator.name,
        columns=(
            Column(per),
            Column("Onze telling", "count"),
            Column("Gepubliceerd", "count"),
            Column("Verschil", "count"),
        ),
        lines=(
            *(
                (
                    text_cell(x.value),
                    count_cell(x.ours),
                    count_cell(x.published),
                    _difference(x.ours, x.published),
                )
                for x in counts
            ),
            *(
                (
                    (
                        text_cell("Samen, waar iets gepubliceerd is"),
                        count_cell(ours),
                        count_cell(published),
                        _difference(ours, published),
                    ),
                )
                if compared
                else ()
            ),
        ),
        notes=tuple(x for x in (f"Bron: {indicator.source}.", indicator.remark) if x),
    )


def _difference(ours: int, published: int | None) -> Cell:
    if published is None:
        return EMPTY
    return Cell(value=ours - published, shown=dutch.signed_count(ours - published))


@section("Onderzoek en ontwikkeling, en oplossingen")
def aspects(facts: Facts) -> Iterable[Block]:
    """Both kinds, each with its own target."""
    yield Text(
        "Innovatie-inkoop heeft twee soorten. Bij O&O betaalt de inkoper voor onderzoek, een "
        "prototype of een proefserie. Bij een oplossing koopt hij iets dat nieuw is of op een "
        "nieuwe manier wordt gebruikt. Een perceel kan beide zijn, zoals bij een "
        "innovatiepartnerschap. Daarom tellen de twee aandelen niet op."
    )
    if facts.headline is None:
        yield from cells.no_draw_text()
        return
    every = [
        (names.quantity(x, facts.codebook), cells.pair(facts, x))
        for x in facts.codebook.of("aspect")
    ]
    yield cells.intervals(
        "soorten",
        "Aandeel per soort innovatie-inkoop, met doelen",
        every,
        targets=tuple(TARGETS.values()),
    )
    volume = facts.frame.sizes["all"].volume
    yield Table(
        key="soorten",
        caption="Aandeel per soort innovatie-inkoop",
        columns=cells.share_columns("Soort", (Column("Omvang", "millions"),)),
        lines=tuple(cells.share_line(name, x, (_volume(x[0], volume),)) for name, x in every),
        notes=(
            "Omvang is het geschatte aandeel maal de bekende waarde van alle gunningen in deze "
            "periode.",
        ),
    )


def _volume(estimate: Estimate | None, volume: float) -> Cell:
    point = cells.share_cell(estimate)[0].value
    return millions_cell(point * volume) if isinstance(point, float) else EMPTY
