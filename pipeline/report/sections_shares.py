"""The share with its intervals, variants and targets, and what other estimators say."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import INNOVATION
from pipeline.report import cells, dutch, names, verdicts
from pipeline.report.cells import (
    NOT_APPLICABLE,
    UNKNOWN,
    count_cell,
    millions_cell,
    share_cell,
    text_cell,
)
from pipeline.report.facts import Facts
from pipeline.report.outline import (
    Block,
    Cell,
    Chapter,
    Column,
    Heading,
    Table,
    Text,
)
from pipeline.report.sections_first import ASPECTS, plan_command, targets

CHAPTER = Chapter()
section = CHAPTER.section


@section("Aandeel naar waarde en aantal")
def shares(facts: Facts) -> Iterable[Block]:
    """The share with its intervals, variants, targets, and the other estimators."""
    if facts.headline is None:
        yield from cells.no_draw_text()
        yield from _diagnostics(facts)
        yield Text("Een trekking plannen:")
        yield Text(plan_command(facts), "command")
        return
    quantities = (INNOVATION, *ASPECTS)
    lines = [(names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in quantities]
    yield Text(
        "Naar waarde telt elke euro even zwaar: enkele grote opdrachten kunnen het aandeel dan "
        "sterk bepalen. Naar aantal telt elk perceel even zwaar. Het interval is zo gemaakt dat "
        "het in 95 van de 100 gevallen het werkelijke aandeel bevat."
    )
    goals = targets(facts, ((name, x) for x, (name, _) in zip(quantities, lines, strict=True)))
    yield cells.intervals(
        "aandeel",
        f"Aandeel innovatiegericht, met interval{' en doelen' if goals else ''}",
        lines,
        targets=goals,
    )
    extra = (
        (f"{lines[0][0]}, grootste waarden afgetopt", cells.winsorised(facts)),
        *(
            (f"{name}, zonder defensie", cells.pair(facts, quantity, "without_defence"))
            for quantity, (name, _) in zip(quantities, lines, strict=True)
        ),
    )
    yield Table(
        key="aandeel",
        caption="Aandeel innovatiegericht van de gepubliceerde gunningen",
        columns=cells.share_columns("Wat"),
        lines=tuple(
            cells.share_line(name, x, absent=NOT_APPLICABLE)
            for name, x in (*lines, *extra)
            if any(x)
        ),
    )
    yield from _verdicts(facts)
    yield from _bounds(facts)
    yield from _targets(facts)
    yield _extent(facts)
    yield from _diagnostics(facts)


def _bounds(facts: Facts) -> Iterable[Block]:
    if facts.missing_bounds is None:
        return
    yield Text(
        "Van een deel van de percelen ontbreekt de waarde; die is bijgeschat. De uitersten laten "
        "zien hoe ver het aandeel kan verschuiven als die bijschatting niet klopt."
    )
    yield Table(
        key="uitersten",
        caption="Uitersten van het aandeel naar waarde, door ontbrekende waarden",
        columns=(Column("Wat"), Column("Laagste", "share"), Column("Hoogste", "share")),
        lines=(
            (
                text_cell("Innovatiegericht"),
                *(Cell(value=x, shown=dutch.percentage(x)) for x in facts.missing_bounds),
            ),
        ),
    )


def _verdicts(facts: Facts) -> Iterable[Block]:
    for quantity in (INNOVATION, *ASPECTS):
        estimate, target = facts.share(quantity), facts.target(quantity)
        if estimate and target:
            name = names.quantity(quantity, facts.codebook)
            verdict = verdicts.against(facts, estimate, target).sentence
            yield Text(f"{name}, naar waarde: {cells.with_interval(estimate)}. {verdict}.")


def _targets(facts: Facts) -> Iterable[Block]:
    known, compared = facts.yardsticks.shares, facts.yardsticks.compared
    if compared is None:
        return
    yield Heading(compared.heading)
    yield Text(compared.difference)
    yield Table(
        key="doelen",
        caption=compared.table,
        columns=(
            Column("Wat"),
            Column("Aandeel in waarde", "share"),
            Column("Gaat over"),
            Column("Nagekeken bij de bron"),
        ),
        lines=tuple(
            (
                text_cell(x.name),
                Cell(value=x.share, shown=cells.yardstick_text(x)),
                text_cell(x.about),
                text_cell("ja" if x.checked else "nee"),
            )
            for x in known
        ),
        notes=tuple(f"Bron: {x}." for x in dict.fromkeys(x.source for x in known)),
    )


def _extent(facts: Facts) -> Table:
    whole, draw = facts.frame.sizes["all"], facts.draw
    alpha = draw.agreement if draw else None
    agreement = UNKNOWN if alpha is None else Cell(value=alpha, shown=dutch.number(alpha, 2))
    return Table(
        key="omvang",
        caption="Waar de cijfers op rusten",
        columns=(
            Column("Periode"),
            Column("Procedures", "count"),
            Column("Percelen", "count"),
            Column("Bekende waarde", "millions"),
            Column("Getrokken", "count"),
            Column("Beoordeeld", "count"),
            Column("Overeenstemming", "index"),
        ),
        lines=(
            (
                text_cell(dutch.period(facts.period)),
                count_cell(facts.frame.procedures),
                count_cell(whole.lots),
                millions_cell(whole.volume),
                count_cell(draw.drawn if draw else None),
                count_cell(draw.judged if draw else None),
                agreement,
            ),
        ),
        notes=(
            "Overeenstemming: Krippendorffs alfa tussen beoordelaars over de innovatiegraad; 1 is "
            "volledig eens.",
        ),
    )


def _diagnostics(facts: Facts) -> Iterable[Block]:
    others = facts.others()
    if facts.unread.many:
        yield Text(
            "Kansen en oordelen van het model zijn niet opgeteld: het leest de taal van te veel "
            "percelen niet.",
            "note",
        )
    if not others:
        return
    yield Heading("Controle met andere rekenwijzen")
    yield Text(
        "Deze uitkomsten dienen om de berekening te controleren. Tellingen en kansen van het "
        "model zijn vertekend: het model maakt fouten, en die vallen niet tegen elkaar weg."
    )
    yield Table(
        key="andere-rekenwijzen",
        caption="Uitkomsten van andere rekenwijzen",
        columns=(
            Column("Rekenwijze"),
            Column("Telt"),
            Column("Uitkomst", "share"),
            Column("95%-interval", "interval"),
        ),
        lines=tuple(
            (
                text_cell(names.METHODS.get(x.method, x.method)),
                text_cell("waarde" if x.weighting == "value" else "aantal"),
                *share_cell(x),
            )
            for x in others
        ),
        biased=True,
        appendix=True,
    )
