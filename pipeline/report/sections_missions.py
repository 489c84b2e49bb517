"""The section on missions: what is bought for, and how much of it is innovation-oriented."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.codebook import MISSION
from pipeline.estimates.arrays import BUYERS, both
from pipeline.records import INNOVATION, Estimate
from pipeline.report import cells, dutch, names
from pipeline.report.cells import UNKNOWN, text_cell
from pipeline.report.facts import Facts
from pipeline.report.outline import Block, Cell, Chapter, Column, Table, Text

CHAPTER = Chapter()
section = CHAPTER.section


@section("Maatschappelijke opgaven")
def missions(facts: Facts) -> Iterable[Block]:
    """What is bought for, and how much of it is innovation-oriented."""
    yield Text(
        "Waarvoor wordt ingekocht? Een perceel dient een opgave als wat wordt gekocht daarover "
        "gaat; wie het koopt telt niet. Een perceel kan meer dan een opgave dienen, of geen. "
        "Daarom tellen de aandelen niet op tot honderd."
    )
    if facts.headline is None:
        yield from cells.no_draw_text()
        return
    every = facts.codebook.of(MISSION)
    served = [(names.quantity(x, facts.codebook), cells.pair(facts, x)) for x in every]
    if not any(any(found) for _, found in served):
        yield Text(
            "Hier staat geen aandeel: van de getrokken percelen is nog niet beoordeeld welke "
            "opgave zij dienen, of te weinig om er iets van te zeggen.",
            "note",
        )
        return
    yield cells.intervals("opgaven", "Aandeel per maatschappelijke opgave", served)
    yield Table(
        key="opgaven",
        caption="Aandeel per maatschappelijke opgave",
        columns=cells.share_columns("Opgave"),
        lines=tuple(cells.share_line(name, found) for name, found in served),
    )
    yield Table(
        key="opgaven-innovatie",
        caption="Innovatiegericht én voor deze opgave, als deel van alle gunningen",
        columns=cells.share_columns("Opgave", (Column("Binnen de opgave", "interval"),)),
        lines=tuple(
            _oriented(name, found, cells.pair(facts, both(INNOVATION, x)))
            for x, (name, found) in zip(every, served, strict=True)
        ),
        notes=(
            "Binnen de opgave: welk deel van de waarde voor deze opgave innovatiegericht is. De "
            "grenzen volgen uit de twee intervallen en zijn daarom ruim.",
        ),
    )
    yield from _buyers_of_missions(facts)


def _oriented(name: str, served: cells.Pair, oriented: cells.Pair) -> tuple[Cell, ...]:
    return cells.share_line(name, oriented, (_within(served[0], oriented[0]),))


def _within(served: Estimate | None, oriented: Estimate | None) -> Cell:
    """How much of a mission is innovation-oriented, by the widest reading of both intervals."""
    if not served or not oriented or not served.low:
        return UNKNOWN
    ends = oriented.low / served.high, min(1.0, oriented.high / served.low)
    return Cell(value=ends, shown=dutch.interval_text(*ends))


def _buyers_of_missions(facts: Facts) -> Iterable[Block]:
    """Which part of what each kind of buyer buys serves a mission, where it can be told."""
    kinds = sorted(x for x in facts.frame.sizes if x.startswith(BUYERS))
    lines = [
        (
            text_cell(names.domain(kind)),
            text_cell(names.quantity(mission, facts.codebook)),
            *cells.share_cell(found),
            text_cell(names.remarks(found.flags)),
        )
        for kind in kinds
        for mission in facts.codebook.of(MISSION)
        if (found := facts.share(mission, domain=kind))
    ]
    if lines:
        yield Table(
            key="opgaven-opdrachtgevers",
            caption="Aandeel van elke opgave in wat een soort opdrachtgever inkoopt",
            columns=(
                Column("Opdrachtgever"),
                Column("Opgave"),
                Column("Aandeel in waarde", "share"),
                Column("95%-interval waarde", "interval"),
                Column("Opmerking"),
            ),
            lines=tuple(lines),
            notes=("Soorten opdrachtgevers met minder dan 50 beoordeelde percelen ontbreken.",),
            appendix=True,
        )
