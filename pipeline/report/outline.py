"""What a section is made of: texts, tables, charts, examples and definitions.

A table is the only home of a figure: the page, the workbook, the CSV and the JSON are all
written from it, so they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.report.facts import Facts, Passage

Kind = Literal["text", "count", "share", "interval", "points", "millions", "index"]
Ends = tuple[float, float, float]
Value = str | int | float | tuple[float, float] | None

# Of the numbers as they stand in the workbook.
UNITS: dict[Kind, str] = {
    "text": "",
    "count": "aantal",
    "share": "%",
    "interval": "%",
    "points": "procentpunt",
    "millions": "mln euro",
    "index": "0 tot 1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure or text.

    Attributes:
        value: Shares as 0 to 1, money in euro; ``None`` where there is no figure.
        shown: As a Dutch reader sees it.
    """

    value: Value
    shown: str


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column, what its cells are, and their language where not Dutch."""

    name: str
    kind: Kind = "text"
    language: str | None = None

    @property
    def unit(self) -> str:
        """As it must stand in the heading, where the cells do not show it."""
        return UNITS[self.kind] if self.kind in {"points", "millions"} else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures under headings; the first cell of a line names the line.

    Attributes:
        key: Unique in the report; lower case and hyphens, at most 31 characters.
        notes: Sentences below the table.
        biased: Whether it must say that it is biased and not for publication.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    biased: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``weight`` says how loud."""

    text: str
    weight: Literal["plain", "note", "warning", "command"] = "plain"
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure."""

    name: str
    shown: str
    explained: str


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline figures side by side."""

    cards: tuple[Card, ...]
    kind: ClassVar[str] = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An estimate to draw.

    Attributes:
        share: ``None`` where only the interval may be shown.
        series: Index in the chart's ``series``.
    """

    share: float | None
    low: float
    high: float
    series: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """A reference line with its label."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Estimates with their intervals, one line of the chart per name.

    Attributes:
        lines: Name and its marks.
        series: What the marks stand for, in order.
        alternative: The chart in words.
    """

    key: str
    caption: str
    alternative: str
    lines: tuple[tuple[str, tuple[Mark, ...]], ...]
    series: tuple[str, ...]
    targets: tuple[TargetLine, ...] = ()
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Shares over time: single quarters with their intervals, and the rolling series.

    Attributes:
        names: Quarters in order.
        single, rolling: Per quarter share, low and high, or ``None``.
        mixed: Indices of the rolling marks that hold quarters of both sides of a break.
        breaks: Indices of the quarters before which the series breaks.
    """

    key: str
    caption: str
    alternative: str
    names: tuple[str, ...]
    single: tuple[Ends | None, ...]
    rolling: tuple[Ends | None, ...]
    mixed: tuple[int, ...]
    breaks: tuple[int, ...]
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Counts side by side: ours and the published ones; ``None`` draws no bar."""

    key: str
    caption: str
    alternative: str
    names: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An example as the reader sees it; ``url`` is ``None`` unless it is a web address."""

    title: str
    url: str | None
    about: str
    tags: tuple[str, ...]
    passages: tuple[tuple[Passage, str], ...]


@dataclass(frozen=True, slots=True)
class ShownExamples:
    """Notices with their marked passages."""

    examples: tuple[Shown, ...]
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms and what they mean."""

    terms: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "definitions"


Chart = Intervals | Course | Bars
Block = Text | Heading | Cards | Table | Intervals | Course | Bars | ShownExamples | Definitions
Writer = Callable[[Facts], Iterable[Block]]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A finished section of the report."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def slug(self) -> str:
        """For links within the page."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def tables(self) -> tuple[Table, ...]:
        """In order of the section."""
        return tuple(x for x in self.blocks if isinstance(x, Table))


class Chapter:
    """The sections of one module, in order of its functions."""

    def __init__(self) -> None:
        self.writers: list[tuple[str, Writer]] = []

    def section(self, title: str) -> Callable[[Writer], Writer]:
        """Register a function as the next section."""

        def register(writer: Writer) -> Writer:
            self.writers.append((title, writer))
            return writer

        return register

    def write(self, facts: Facts) -> Iterable[ReportSection]:
        """Write the sections, in order."""
        for title, writer in self.writers:
            yield ReportSection(title, tuple(writer(facts)))
