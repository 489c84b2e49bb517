"""Line charts as shapes for a template: drawn here, since the pages let no other script draw.

Series differ in shape and dash as well as in colour. What a chart shows stands in a table too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report import dutch

WIDTH, HEIGHT = 380, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 40
MOST_TICKS = 6
# More names would stand in each other's way; the last one always stands there.
MOST_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One point of a series; where there is no interval its ends are ``None``."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series: one point, or nothing, per place on the x axis."""

    name: str
    spots: Sequence[Spot | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """What is to be drawn.

    Attributes:
        key: Ids in the page begin with it.
        title, description: For who does not see the chart.
        places: Names along the x axis, at equal distances.
        across, up: What the axes are.
        limit: Height of a line across, with its name.
        lowest: Of the y axis; it begins there or lower.
        decimals: Of the numbers at the y axis.
    """

    key: str
    title: str
    description: str
    places: Sequence[str]
    across: str
    up: str
    lines: Sequence[Line]
    limit: tuple[float, str] | None = None
    lowest: float = 0.0
    decimals: int = 0


def drawn(chart: LineChart) -> dict[str, Any]:
    """Work out where everything stands, in units of the picture."""
    ends = [x for line in chart.lines for spot in line.spots if spot for x in _ends(spot)]
    top = max([*ends, chart.limit[0] if chart.limit else chart.lowest, chart.lowest])
    ticks = _ticks(min([chart.lowest, *ends]), top)

    def height(value: float) -> float:
        part = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return _rounded(HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP))

    return {
        "chart": chart,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "floor": HEIGHT - BOTTOM,
        "ticks": [(height(x), dutch.number(x, chart.decimals)) for x in ticks],
        "places": [
            (_x(n, chart), name)
            for n, name in enumerate(chart.places)
            if (len(chart.places) - 1 - n) % -(-len(chart.places) // MOST_NAMES) == 0
        ],
        "limit": chart.limit and (height(chart.limit[0]), chart.limit[1]),
        "lines": [
            {"name": line.name, **_line(line, number, chart, height)}
            for number, line in enumerate(x for x in chart.lines if any(x.spots))
        ],
    }


def _ends(spot: Spot) -> Iterator[float]:
    yield from (x for x in (spot.value, spot.low, spot.high) if x is not None)


def _line(
    line: Line, number: int, chart: LineChart, height: Callable[[float], float]
) -> dict[str, Any]:
    # Series that stand at the same place would hide each other's intervals.
    aside = (number - (len(chart.lines) - 1) / 2) * 7
    known = [(_x(n, chart) + aside, spot) for n, spot in enumerate(line.spots) if spot]
    return {
        "points": " ".join(f"{x:g},{height(spot.value):g}" for x, spot in known),
        "spots": [
            {
                "x": x,
                "y": height(spot.value),
                "low": None if spot.low is None else height(spot.low),
                "high": None if spot.high is None else height(spot.high),
            }
            for x, spot in known
        ],
    }


def _x(number: int, chart: LineChart) -> float:
    step = (WIDTH - RIGHT - LEFT) / max(1, len(chart.places))
    return _rounded(LEFT + (number + 0.5) * step)


def _rounded(value: float) -> float:
    return round(value, 1)


def _ticks(low: float, high: float) -> list[float]:
    """Return whole steps of 1, 2 or 5 times a power of ten that hold all; at least two."""
    span = (high - low) or 1.0
    rough = span / (MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(x * power for x in (1, 2, 5, 10) if x * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, max(last, first + 1) + 1)]
