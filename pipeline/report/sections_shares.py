"""The first sections: key figures, and the share with its intervals and targets."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import INNOVATION, Estimate
from pipeline.report import cells, dutch, names
from pipeline.report.cells import EMPTY, count_cell, millions_cell, share_cell, text_cell
from pipeline.report.facts import Facts
from pipeline.report.outline import (
    Block,
    Card,
    Cards,
    Cell,
    Chapter,
    Column,
    Heading,
    Table,
    TargetLine,
    Text,
)

CHAPTER = Chapter()
section = CHAPTER.section

# Commission benchmark of 2018 (report of the Werkgroep Innovatiegericht Inkopen, 2022).
TARGETS = {
    "solution": TargetLine(name="doel oplossingen 17%", share=0.17),
    "rd": TargetLine(name="doel O&O 3%", share=0.03),
}
# Of the Netherlands only "just under 12%" was published, which is no figure to calculate with.
BENCHMARK = (("Europese Unie", 0.093, "9,3%"), ("Nederland", None, "bijna 12%"))


def plan_command(facts: Facts) -> str:
    """The command that plans a draw for this period."""
    return f"innovatiemonitor plan {facts.period} --half-width 2"


@section("Kerncijfers")
def key_figures(facts: Facts) -> Iterable[Block]:
    """The headline: the share, its interval, and what it is a share of."""
    whole = facts.frame.sizes["all"]
    if facts.failed:
        failed = "; ".join(names.CHECKS.get(x.name, x.name) for x in facts.failed)
        yield Text(
            f"Concept, niet voor publicatie. Niet geslaagd: {failed}. Zie Gegevenskwaliteit.",
            "warning",
        )
    headline = facts.headline
    if headline is None:
        yield from _no_share(facts)
    else:
        yield Cards(tuple(_cards(facts)))
        yield Text(
            f"In {_the_period(facts)} was naar schatting {cells.with_interval(headline)} van de "
            f"gepubliceerde inkoopwaarde innovatiegericht{_by_number(facts)}."
        )
        for aspect, target in TARGETS.items():
            if estimate := facts.share(aspect):
                yield Text(_against(estimate, target, names.quantity(aspect, facts.codebook)))
        yield Text(
            "De doelen gaan over alle inkoop van de overheid, dit rapport over de gepubliceerde "
            "gunningen. De vergelijking geeft dus een richting aan, geen oordeel."
        )
    lots = "aangekondigde" if facts.frame.calls_only else "gegunde"
    drawn = (
        f" Mensen hebben {dutch.number(facts.draw.judged)} aselect getrokken percelen beoordeeld."
        if facts.draw
        else ""
    )
    yield Text(
        f"Het gaat om {dutch.number(whole.lots)} {lots} percelen uit "
        f"{dutch.number(facts.frame.procedures)} procedures, samen "
        f"{dutch.euro(whole.volume)} aan bekende waarde.{drawn}"
    )
    yield _extent(facts)
    if facts.frame.calls_only:
        yield Text("Er zijn in deze periode nog geen gunningen; oproepen nemen hun plaats in.")


def _extent(facts: Facts) -> Table:
    whole, draw = facts.frame.sizes["all"], facts.draw
    alpha = draw.agreement if draw else None
    agreement = EMPTY if alpha is None else Cell(value=alpha, shown=dutch.number(alpha, 2))
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


def _the_period(facts: Facts) -> str:
    words = dutch.period(facts.period)
    return f"het {words}" if "kwartaal" in words else words


def _no_share(facts: Facts) -> Iterable[Block]:
    yield Text(
        "Dit rapport noemt geen aandeel. Er is voor deze periode geen aselecte trekking "
        "beoordeeld; zonder trekking is niet bekend hoe ver een aandeel ernaast kan zitten.",
        "warning",
    )
    yield Text("Plan eerst een trekking, met de opdracht:")
    yield Text(plan_command(facts), "command")


def _by_number(facts: Facts) -> str:
    estimate = facts.share(INNOVATION, weighting="number")
    return "" if estimate is None else f". Naar aantal was dat {cells.with_interval(estimate)}"


def _cards(facts: Facts) -> Iterable[Card]:
    wanted = (
        ("Innovatiegericht, naar waarde", facts.headline),
        ("Innovatiegericht, naar aantal", facts.share(INNOVATION, weighting="number")),
        ("Innovatieve oplossingen, naar waarde", facts.share("solution")),
        ("Onderzoek en ontwikkeling, naar waarde", facts.share("rd")),
    )
    for name, estimate in wanted:
        if estimate is not None:
            _, ends = share_cell(estimate)
            under = "niets gevonden in de trekking" if ends.shown == "–" else f"tussen {ends.shown}"
            yield Card(name, cells.words_of(estimate), under.replace(" tot ", " en "))


def _against(estimate: Estimate, target: TargetLine, name: str) -> str:
    """Hold an estimate against a target without saying more than the interval allows."""
    goal = dutch.percentage(target.share, 0)
    if estimate.high < target.share:
        verdict = f"Dat is lager dan het doel van {goal}: het hele interval ligt eronder"
    elif estimate.low > target.share:
        verdict = f"Dat is hoger dan het doel van {goal}: het hele interval ligt erboven"
    else:
        verdict = f"Het doel van {goal} ligt binnen het interval; wel of niet gehaald is onbekend"
    return f"{name}, naar waarde: {cells.with_interval(estimate)}. {verdict}."


@section("Aandeel naar waarde en aantal")
def shares(facts: Facts) -> Iterable[Block]:
    """The share with its intervals, variants, targets, and the other estimators."""
    if facts.headline is None:
        yield from cells.no_draw_text()
        yield from _diagnostics(facts)
        yield Text("Een trekking plannen:")
        yield Text(plan_command(facts), "command")
        return
    quantities = (INNOVATION, "solution", "rd")
    lines = [(names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in quantities]
    yield Text(
        "Naar waarde telt elke euro even zwaar: enkele grote opdrachten kunnen het aandeel dan "
        "sterk bepalen. Naar aantal telt elk perceel even zwaar. Het interval is zo gemaakt dat "
        "het in 95 van de 100 gevallen het werkelijke aandeel bevat."
    )
    yield cells.intervals(
        "aandeel",
        "Aandeel innovatiegericht, met interval en doelen",
        lines,
        targets=tuple(TARGETS.values()),
    )
    extra = (
        ("Innovatiegericht, grootste waarden afgetopt", cells.winsorised(facts)),
        ("Innovatiegericht, zonder defensie", cells.pair(facts, INNOVATION, "without_defence")),
        ("Oplossingen, zonder defensie", cells.pair(facts, "solution", "without_defence")),
    )
    yield Table(
        key="aandeel",
        caption="Aandeel innovatiegericht van de gepubliceerde gunningen",
        columns=cells.share_columns("Wat"),
        lines=tuple(cells.share_line(name, x) for name, x in (*lines, *extra) if any(x)),
    )
    yield from _bounds(facts)
    yield from _targets()
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


def _targets() -> Iterable[Block]:
    yield Heading("Doelen en vergelijking met 2018")
    yield Text(
        "De cijfers in deze tabel zijn niet dezelfde grootheid als ons aandeel. De meting van "
        "2018 gaat alleen over innovatieve oplossingen, zonder defensie en met een andere "
        "methode. Het doel voor oplossingen en dat voor O&O hebben elk een eigen teller; zij "
        "worden hier niet opgeteld."
    )
    goals = (
        ("Doel innovatieve oplossingen", 0.17, "17%", "oplossingen"),
        ("Doel onderzoek en ontwikkeling", 0.03, "3%", "O&O (precommerciële inkoop)"),
        *(
            (f"Meting 2018, {place}", value, shown, "oplossingen, zonder defensie")
            for place, value, shown in BENCHMARK
        ),
    )
    yield Table(
        key="doelen",
        caption="Doelen en de Europese meting van 2018",
        columns=(Column("Wat"), Column("Aandeel in waarde", "share"), Column("Gaat over")),
        lines=tuple(
            (text_cell(name), Cell(value=value, shown=shown), text_cell(about))
            for name, value, shown, about in goals
        ),
        notes=("Bron: meting van de Europese Commissie, 2018.",),
    )


def _diagnostics(facts: Facts) -> Iterable[Block]:
    others = facts.others()
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
    )
