"""The first page: the figure to follow and all that is needed to read it, for who reads no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.estimates.reference import Yardstick
from pipeline.estimates.series import Point
from pipeline.records import INNOVATION
from pipeline.report import cells, dutch, names, verdicts
from pipeline.report.cells import NOT_APPLICABLE, share_cell, text_cell
from pipeline.report.facts import Facts
from pipeline.report.outline import (
    Block,
    Card,
    Cards,
    Cell,
    Chapter,
    Column,
    Definitions,
    Intervals,
    Mark,
    Table,
    TargetLine,
    Text,
)

CHAPTER = Chapter()
section = CHAPTER.section

ASPECTS = ("solution", "rd")
STATUS = {
    "draft": "concept, niet voor publicatie",
    "provisional": "voorlopig",
    "final": "definitief",
}


@section("Kerncijfers")
def first_page(facts: Facts) -> Iterable[Block]:
    """The share to follow, how sure it is, what it is held against, and who answers for it."""
    if facts.failed:
        failed = "; ".join(names.CHECKS.get(x.name, x.name) for x in facts.failed)
        yield Text(
            f"Concept, niet voor publicatie. Niet geslaagd: {failed}. Zie Gegevenskwaliteit.",
            "warning",
        )
    if facts.unread.many:
        yield Text(_unread(facts), "warning")
    if facts.headline is None:
        yield from _no_share(facts)
    else:
        yield Cards(tuple(_cards(facts)))
        yield Text(f"{_change(facts)} {_quarter(facts)}")
        yield _chart(facts)
        yield _table(facts)
        if compared := facts.yardsticks.compared:
            yield Text(compared.caution, "note")
    yield Text(_basis(facts))
    yield Definitions(tuple(_imprint(facts)), compact=True)


def plan_command(facts: Facts) -> str:
    """The command that plans a draw for this period."""
    return f"innovatiemonitor plan {facts.period}{facts.country.options} --half-width 2"


def _no_share(facts: Facts) -> Iterable[Block]:
    yield Text(
        "Dit rapport noemt geen aandeel. Er is voor deze periode geen aselecte trekking "
        "beoordeeld; zonder trekking is niet bekend hoe ver een aandeel ernaast kan zitten.",
        "warning",
    )
    yield Text("Plan eerst een trekking, met de opdracht:")
    yield Text(plan_command(facts), "command")


def _unread(facts: Facts) -> str:
    """Say of how many lots the model does not read the language, and what follows from it."""
    told = "; ".join(
        f"{names.language_in_dutch(code)}: {dutch.number(lots)}"
        for code, lots in facts.unread.languages.items()
    )
    shares = (
        "De aandelen komen uit de trekking die mensen hebben beoordeeld."
        if facts.draw
        else "Wat in velden van het formulier staat, is wel geteld."
    )
    return (
        f"Het model leest alleen Nederlands. Van {dutch.number(facts.unread.lots)} van de "
        f"{dutch.number(facts.unread.frame)} percelen is de tekst in een andere taal ({told}): "
        "die hebben geen label en geen kans. Kansen en oordelen van het model zijn daarom niet "
        f"opgeteld. {shares}"
    )


def _cards(facts: Facts) -> Iterator[Card]:
    if last := facts.followed:
        ends = dutch.interval_text(last.low, last.high)
        yield Card(
            "Naar waarde, vier kwartalen: het cijfer om te volgen",
            dutch.share(last.share),
            _between(ends),
        )
    wanted = (
        ("Naar waarde, alleen deze periode", facts.headline),
        ("Naar aantal, alleen deze periode", facts.share(INNOVATION, weighting="number")),
    )
    for name, estimate in wanted:
        if estimate is not None:
            yield Card(name, cells.words_of(estimate), _between(cells.interval_of(estimate)))


def _between(interval: str) -> str:
    return f"95%-interval: {interval}"


def _quarter(facts: Facts) -> str:
    if facts.headline is None:
        return ""
    by_number = facts.share(INNOVATION, weighting="number")
    words = (
        f"In {_the_period(facts)} was naar schatting {cells.with_interval(facts.headline)} van de "
        "gepubliceerde inkoopwaarde innovatiegericht."
    )
    if by_number is None:
        return words
    return f"{words} Naar aantal was dat {cells.with_interval(by_number)}."


def _the_period(facts: Facts) -> str:
    words = dutch.period(facts.period)
    return f"het {words}" if "kwartaal" in words else words


def _change(facts: Facts) -> str:
    if facts.followed is None:
        return "Er zijn nog geen vier kwartalen achter elkaar met een trekking om te volgen."
    return latest_share(facts.followed)


def latest_share(last: Point) -> str:
    """Say what four quarters together are, and whether the last step is a change."""
    words = (
        f"Over vier kwartalen samen was het aandeel {dutch.share(last.share)} "
        f"(95%-betrouwbaarheidsinterval: {dutch.interval_text(last.low, last.high)})."
    )
    if "break" in last.flags:
        return f"{words} Door de reeksbreuk is dit niet met de vorige meting te vergelijken."
    if last.change is None or last.detectable is None:
        return f"{words} Er is nog geen vorige meting om mee te vergelijken."
    step = dutch.points(last.change)
    limit = dutch.points(last.detectable).removeprefix("+")
    if last.changed:
        return (
            f"{words} Dat is een verandering: het verschil met de vorige meting ({step}) is groter "
            f"dan toeval verklaart (tot {limit})."
        )
    return (
        f"{words} Dat is geen aantoonbare verandering: het verschil met de vorige meting is {step} "
        f"en wordt pas vanaf {limit} als verandering gezien."
    )


def _chart(facts: Facts) -> Intervals:
    """Own shares by value, each target on the line of what it is a target for."""
    lines: list[tuple[str, tuple[Mark, ...]]] = []
    if last := facts.followed:
        lines.append((ROLLING, (Mark(share=last.share, low=last.low, high=last.high),)))
    for name, quantity in _quantities(facts):
        marks = [cells.mark(x, number) for number, x in enumerate(cells.pair(facts, quantity)) if x]
        lines.append((name, tuple(marks)))
    benchmarks, compared = facts.yardsticks.of("benchmark"), facts.yardsticks.compared
    others = f"{compared.alternative} " if compared else ""
    return Intervals(
        key="kerncijfers",
        caption=_beside(facts, "Aandeel met interval"),
        alternative=f"Aandelen met hun interval. {others}Alle cijfers staan in de tabel hieronder.",
        lines=(*lines, *((x.name, ()) for x in benchmarks)),
        series=(cells.BY_VALUE, cells.BY_NUMBER),
        targets=(
            *targets(facts, _quantities(facts)),
            *(_drawn(x, x.name) for x in benchmarks),
        ),
    )


def _beside(facts: Facts, ours: str) -> str:
    """A caption, with what stands beside our shares, if anything does."""
    compared = facts.yardsticks.compared
    return f"{ours}, {compared.caption}" if compared else ours


ROLLING = "Innovatiegericht, vier kwartalen"


def _quantities(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Innovatiegericht, deze periode", INNOVATION
    for aspect in ASPECTS:
        yield names.quantity(aspect, facts.codebook), aspect


def targets(facts: Facts, lines: Iterable[tuple[str, str]]) -> tuple[TargetLine, ...]:
    """Targets, each on the line of what it is a target for.

    Args:
        lines: Of a chart: name and quantity.
    """
    return tuple(_drawn(x, name) for name, quantity in lines if (x := facts.target(quantity)))


def _drawn(one: Yardstick, line: str) -> TargetLine:
    goal = "doel " if one.kind == "target" else ""
    return TargetLine(name=f"{goal}{cells.yardstick_text(one)}", share=one.share, line=line)


def _table(facts: Facts) -> Table:
    goals = (Column("Doel", "share"), Column("Oordeel (naar waarde)"))
    # Without any target there is nothing to judge either.
    width = None if facts.yardsticks.of("target") else -len(goals)
    return Table(
        key="kerncijfers",
        caption=_beside(facts, "Kerncijfers"),
        columns=(
            Column("Wat"),
            Column("Aandeel in waarde", "share"),
            Column("95%-interval waarde", "interval"),
            Column("Aandeel in aantal", "share"),
            Column("95%-interval aantal", "interval"),
            *goals,
        )[:width],
        lines=tuple(line[:width] for line in _lines(facts)),
    )


def _lines(facts: Facts) -> Iterator[tuple[Cell, ...]]:
    none = (NOT_APPLICABLE,) * 2
    if last := facts.followed:
        yield text_cell(ROLLING), *of_point(last), *none, *none
    for name, quantity in _quantities(facts):
        by_value, by_number = cells.pair(facts, quantity)
        target = facts.target(quantity)
        goal = _stated(target) if target else NOT_APPLICABLE
        verdict = verdicts.against(facts, by_value, target).short if target and by_value else ""
        yield (
            text_cell(name),
            *share_cell(by_value),
            *share_cell(by_number),
            goal,
            text_cell(verdict),
        )
    for one in facts.yardsticks.of("benchmark"):
        yield text_cell(one.name), _stated(one), NOT_APPLICABLE, *none, *none


def _stated(one: Yardstick) -> Cell:
    return Cell(value=one.share, shown=cells.yardstick_text(one))


def of_point(point: Point) -> tuple[Cell, Cell]:
    """Two cells: the share of a point of the series and its interval."""
    ends = (point.low, point.high)
    return (
        Cell(value=point.share, shown=dutch.share(point.share)),
        Cell(value=ends, shown=dutch.interval_text(*ends)),
    )


def _basis(facts: Facts) -> str:
    whole = facts.frame.sizes["all"]
    lots = "aangekondigde" if facts.frame.calls_only else "gegunde"
    drawn = (
        f" Mensen hebben {dutch.number(facts.draw.judged)} aselect getrokken percelen beoordeeld."
        if facts.draw
        else ""
    )
    calls = (
        " Er zijn in deze periode nog geen gunningen; oproepen nemen hun plaats in."
        if facts.frame.calls_only
        else ""
    )
    return (
        f"Het gaat om {dutch.number(whole.lots)} {lots} percelen uit "
        f"{dutch.number(facts.frame.procedures)} procedures, samen "
        f"{dutch.euro(whole.volume)} aan bekende waarde.{drawn} Niet meegeteld is inkoop die niet "
        "gepubliceerd wordt: vrijwel alles onder de Europese drempels, en wat is uitgezonderd. "
        f"Het interval bevat die onbekende inkoop niet.{calls}"
    )


def _imprint(facts: Facts) -> Iterator[tuple[str, str]]:
    imprint = facts.imprint
    later = f"; definitief vanaf {dutch.date(imprint.final_from)}" if imprint.final_from else ""
    yield "Status", f"{STATUS[facts.status]}{later if facts.status == 'provisional' else ''}"
    yield "Stand van de gegevens", dutch.date(facts.as_of)
    yield "Verantwoordelijk", imprint.responsible
    yield "Vragen", imprint.contact or f"bij {imprint.responsible}"
    if imprint.next_release:
        yield "Volgende publicatie", dutch.date(imprint.next_release)
