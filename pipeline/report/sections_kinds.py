"""Sections by kind of innovation: degree, form, and what is bought."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.estimates.counted import Counted
from pipeline.notices.indicators import Count, Indicator
from pipeline.records import Estimate
from pipeline.report import cells, dutch, names
from pipeline.report.cells import NOT_APPLICABLE, UNKNOWN, count_cell, millions_cell, text_cell
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
from pipeline.report.sections_first import targets

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
        appendix=True,
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
                "Niets gevonden: in de trekking kwam de vorm niet voor; er staat een bovengrens.",
            ),
            appendix=True,
        )
    if facts.counted:
        yield _fields(facts)
    for reconciled in facts.indicators:
        yield from _counts(reconciled, facts)


def _fields(facts: Facts) -> Table:
    """What stands in a field of every notice: counted, so without an interval of a draw."""
    return Table(
        key="velden",
        caption="Geteld: percelen waarvan een veld van het formulier het zegt",
        columns=(
            Column("Kenmerk"),
            Column("Percelen", "count"),
            Column("Deel van de percelen", "share"),
            Column("Deel van de bekende waarde", "share"),
            Column("Uitersten door ontbrekende waarden", "interval"),
        ),
        lines=tuple(_field(name, x, facts) for name, x in facts.counted.items()),
        notes=(
            "Dit zijn tellingen over alle percelen, geen schattingen; er is geen toeval van een "
            "trekking. Wat alleen in de tekst staat, telt hier niet mee en hierboven wel.",
        ),
    )


def _field(name: str, sign: Counted, facts: Facts) -> tuple[Cell, ...]:
    by_value, ends = sign.by_value, (sign.low, sign.high)
    return (
        text_cell(names.SIGNS.get(name) or names.quantity(name, facts.codebook)),
        count_cell(sign.lots),
        _part(sign.by_number),
        UNKNOWN if by_value is None else _part(by_value),
        UNKNOWN if by_value is None else Cell(value=ends, shown=dutch.interval_text(*ends)),
    )


def _part(share: float) -> Cell:
    """An exact share; nothing is nil, as a share it may not read as 0,0% of something."""
    return Cell(value=share, shown=dutch.share(share) if share else cells.NIL_SIGN)


def _counts(reconciled: Reconciled, facts: Facts) -> Iterable[Block]:
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
    yield Table(
        key=reconciled.indicator_id,
        caption=indicator.name,
        columns=(
            Column(per),
            Column("Onze telling", "count"),
            Column("Gepubliceerd", "count"),
            Column("Verschil", "count"),
            Column("Opmerking"),
        ),
        lines=(
            *(_counted(x, partial=x.value in reconciled.partial) for x in counts),
            *(_together(reconciled) if compared else ()),
        ),
        notes=_origin(indicator, fictional=facts.fictional),
        appendix=True,
    )


def _counted(each: Count, *, partial: bool) -> tuple[Cell, ...]:
    """A line of counts; of a part of a year there is no difference to show."""
    return (
        text_cell(each.value),
        count_cell(each.ours),
        count_cell(each.published),
        NOT_APPLICABLE if partial else _difference(each.ours, each.published),
        text_cell("niet het hele jaar verzameld" if partial else ""),
    )


def _together(reconciled: Reconciled) -> Iterable[tuple[Cell, ...]]:
    """The sum of what can be compared: published, and collected as a whole."""
    both = [
        (x.ours, x.published)
        for x in reconciled.counts
        if x.published is not None and x.value not in reconciled.partial
    ]
    if both:
        ours, published = (sum(side) for side in zip(*both, strict=True))
        yield (
            text_cell("Samen, waar beide tellingen geheel zijn"),
            count_cell(ours),
            count_cell(published),
            _difference(ours, published),
            text_cell(""),
        )


def _origin(indicator: Indicator, *, fictional: bool) -> tuple[str, ...]:
    """Where published counts come from; a made-up count is nobody's but ours."""
    if fictional:
        return ("Verzonnen tellingen, niet afkomstig van enige organisatie.",)
    unchecked = ", ".join(indicator.unchecked)
    doubt = f"Niet nagekeken bij de bron: {unchecked}." if unchecked else ""
    return tuple(x for x in (f"Bron: {indicator.source}.", doubt, indicator.remark) if x)


def _difference(ours: int, published: int | None) -> Cell:
    if published is None:
        return NOT_APPLICABLE
    return Cell(value=ours - published, shown=dutch.signed_count(ours - published))


@section("Onderzoek en ontwikkeling, en oplossingen")
def aspects(facts: Facts) -> Iterable[Block]:
    """Both kinds, each with its own target."""
    yield Text(
        "Innovatie-inkoop heeft twee soorten. Bij onderzoek en ontwikkeling betaalt de "
        "inkoper voor onderzoek, een prototype of een proefserie. Bij een oplossing koopt hij iets "
        "dat nieuw is of op een nieuwe manier wordt gebruikt. Een perceel kan beide zijn, zoals "
        "bij een innovatiepartnerschap. Daarom tellen de twee aandelen niet op."
    )
    if facts.headline is None:
        yield from cells.no_draw_text()
        return
    kinds = facts.codebook.of("aspect")
    every = [(names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in kinds]
    goals = targets(facts, ((name, x) for x, (name, _) in zip(kinds, every, strict=True)))
    yield cells.intervals(
        "soorten",
        f"Aandeel per soort innovatie-inkoop{', met doelen' if goals else ''}",
        every,
        targets=goals,
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
    return millions_cell(point * volume) if isinstance(point, float) else UNKNOWN
