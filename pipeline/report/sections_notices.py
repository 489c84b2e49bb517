"""Sections about the notices themselves: what buyers declare, examples, quality of the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.estimates.extent import Size
from pipeline.report import dutch, names
from pipeline.report.cells import NOT_APPLICABLE, UNKNOWN, count_cell, millions_cell, text_cell
from pipeline.report.facts import Declared, Example, Facts
from pipeline.report.outline import (
    Block,
    Cell,
    Chapter,
    Column,
    Heading,
    Shown,
    ShownExamples,
    Table,
    Text,
)

CHAPTER = Chapter()
section = CHAPTER.section

WITHOUT_LABEL = (
    "Zonder label: het model gaf geen oordeel, omdat de tekst te kort is of in een taal die het "
    "niet leest."
)


@section("Wat kopers zelf aangeven")
def declared_section(facts: Facts) -> Iterable[Block]:
    """BT-06 and BT-776 beside our labels."""
    yield Text(
        "In de formulieren kan een inkoper zelf aangeven dat een opdracht innovatie als doel heeft "
        "(veld BT-06) en om welk soort innovatie het gaat (veld BT-776). Ons label volgt de tekst "
        "van de aankondiging, niet het vakje. Een leeg vakje zegt niets: de meeste inkopers laten "
        "het leeg, en niet elk formulier heeft het."
    )
    if not facts.declared:
        yield Text("In deze periode zijn deze velden niet gelezen.", "note")
        return
    unlabelled = any(x.unlabelled for x in facts.declared)
    yield Table(
        key="kopers-zelf",
        caption="Percelen naar wat de koper aangeeft, naast ons label",
        columns=(
            Column("Veld en antwoord"),
            Column("Percelen", "count"),
            Column("Label innovatiegericht", "count"),
            Column("Label niet innovatiegericht", "count"),
            *([Column("Zonder label", "count")] if unlabelled else []),
        ),
        lines=tuple(_answered(x, unlabelled=unlabelled) for x in facts.declared),
        notes=(
            "Dit zijn tellingen van labels, geen schattingen. Een perceel kan meer codes van "
            "BT-776 hebben.",
            *([WITHOUT_LABEL] if unlabelled else []),
        ),
        biased=True,
    )


def _answered(told: Declared, *, unlabelled: bool) -> tuple[Cell, ...]:
    labels = told.labelled, told.lots - told.labelled - told.unlabelled
    return (
        text_cell(f"{told.field}: {_answer(told.code, told.state)}"),
        count_cell(told.lots),
        *map(count_cell, labels),
        *([count_cell(told.unlabelled)] if unlabelled else []),
    )


def _answer(code: str | None, state: str) -> str:
    return names.STATES[state] if code is None else names.INNOVATION_CODES.get(code, code)


@section("Voorbeelden")
def examples_section(facts: Facts) -> Iterable[Block]:
    """Titles with links and marked passages."""
    yield Text(
        "Deze aankondigingen kregen het label innovatiegericht. De gemarkeerde woorden droegen "
        "daaraan bij. De voorbeelden zijn gekozen om het label te laten zien; zij zijn niet "
        "representatief."
    )
    if facts.examples:
        yield ShownExamples(tuple(_example(x, facts) for x in facts.examples))
    else:
        yield Text("Er zijn in deze periode geen voorbeelden gekozen.", "note")


def _example(example: Example, facts: Facts) -> Shown:
    about = (
        example.buyer,
        dutch.date(example.published_on) if example.published_on else None,
        "waarde onbekend" if example.value_eur is None else dutch.euro(example.value_eur),
        f"nummer {example.notice_id}",
        "beoordeeld door mensen" if example.judged_by == "people" else "beoordeeld door het model",
    )
    web = example.url is not None and example.url.startswith(("https://", "http://"))
    return Shown(
        title=example.title,
        url=example.url if web else None,
        about=" · ".join(x for x in about if x),
        tags=tuple(names.quantity(x, facts.codebook) for x in example.labels),
        passages=tuple((x, names.quantity(x.label, facts.codebook)) for x in example.passages),
    )


@section("Gegevenskwaliteit")
def quality(facts: Facts) -> Iterable[Block]:
    """Coverage, checks, the value ladder, and what was left out."""
    yield Heading("Dekking")
    yield _sources(facts)
    yield Heading("Controles")
    yield from _checks(facts)
    yield Heading("Waarde van de percelen")
    yield Text(
        "De waarde van een perceel komt van de hoogste trede waarop een bruikbaar bedrag staat. "
        "Verdachte bedragen krijgen een merkteken en zijn na te zien in het controlebestand."
    )
    yield _ladder(facts.frame.rungs)
    yield _counted("merktekens", "Merktekens bij waarden", facts.frame.flags, names.FLAGS)
    yield Heading("Percelen die niet meetellen")
    reasons = names.exclusions(facts.country)
    yield _counted("niet-meegeteld", "Niet meegetelde percelen", facts.frame.excluded, reasons)


def _sources(facts: Facts) -> Table:
    return Table(
        key="dekking",
        caption="Gelezen aankondigingen per bron",
        columns=(
            Column("Bron"),
            Column("Gelezen", "count"),
            Column("Onleesbaar", "count"),
            Column("Dagen met aankondigingen", "count"),
            Column("Werkdagen", "count"),
        ),
        lines=tuple(
            (
                text_cell(names.source_in_dutch(x.source)),
                count_cell(x.notices),
                count_cell(x.unreadable),
                count_cell(x.days),
                count_cell(x.workdays),
            )
            for x in facts.sources
        ),
        notes=(
            "Onleesbare aankondigingen blijven bewaard in quarantaine en worden geteld. Eén "
            "aanbesteding kan in meer bronnen staan; in de cijfers telt zij één keer.",
        ),
    )


def _checks(facts: Facts) -> Iterable[Block]:
    yield Table(
        key="controles",
        caption="Controles van de gegevens",
        columns=(
            Column("Controle"),
            Column("Soort"),
            Column("Uitkomst"),
            Column("Technische melding (Engels)", language="en"),
        ),
        lines=tuple(
            (
                text_cell(names.CHECKS.get(x.name, x.name)),
                text_cell("houdt publicatie tegen" if x.severity == "stop" else "vraagt aandacht"),
                text_cell("in orde" if x.passed else "niet in orde"),
                NOT_APPLICABLE if x.passed else text_cell(x.finding),
            )
            for x in facts.checks
        ),
    )


def _ladder(rungs: Mapping[str, Size]) -> Table:
    lots = sum(x.lots for x in rungs.values())
    return Table(
        key="waardeladder",
        caption="Herkomst van de waarde",
        columns=(
            Column("Trede"),
            Column("Percelen", "count"),
            Column("Deel van de percelen", "share"),
            Column("Waarde", "millions"),
        ),
        lines=tuple(
            (
                text_cell(name),
                count_cell(rungs[rung].lots),
                _part(rungs[rung].lots, lots),
                UNKNOWN if rung == "missing" else millions_cell(rungs[rung].volume),
            )
            for rung, name in names.RUNGS.items()
            if rung in rungs
        ),
    )


def _part(number: int, whole: int) -> Cell:
    return Cell(value=number / whole, shown=dutch.percentage(number / whole))


def _counted(key: str, caption: str, counts: Mapping[str, int], known: Mapping[str, str]) -> Table:
    lines = tuple((text_cell(known.get(x, x)), count_cell(number)) for x, number in counts.items())
    return Table(
        key=key,
        caption=caption,
        columns=(
            Column("Merkteken" if known is names.FLAGS else "Reden"),
            Column("Percelen", "count"),
        ),
        lines=lines or ((text_cell("Geen"), count_cell(0)),),
    )
