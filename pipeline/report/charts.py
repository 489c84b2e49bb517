"""Charts: intervals drawn, readable in grayscale, the same bytes from the same figures."""

from __future__ import annotations

import base64
import html
import io
import re
import textwrap
from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.report import dutch
from pipeline.report.outline import Bars, Chart, Course, Intervals, Mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008): told apart with every common colour blindness. Shape, filling and hatching
# tell the same apart in grayscale.
COLOURS = ("#0072B2", "#D55E00")
SHAPES = ("o", "s")
INK, SOFT = "#1b1f24", "#57606a"
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
}
WIDTH = 7.2
MADE_UP = "Verzonnen gegevens: alleen om het rapport te laten zien"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as files.

    Attributes:
        svg: A whole SVG file.
        png: The same, at 200 dots per inch.
    """

    svg: str
    png: bytes


def draw_chart(chart: Chart, *, fictional: bool) -> Drawn:
    """Draw a chart; one of fictional figures says so in the picture itself."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**STYLE, "svg.hashsalt": chart.key}):
        figure = Figure(figsize=(WIDTH, _height(chart)), layout="constrained")
        _draw(chart, figure.add_subplot())
        if fictional:
            figure.suptitle(MADE_UP, fontsize=8, color=INK, fontweight="bold")
        return Drawn(_svg(figure, chart), _png(figure))


def inline(drawn: Drawn) -> str:
    """Return the SVG element for within a page, named by its text alternative."""
    element = drawn.svg[drawn.svg.index("<svg") :]
    return re.sub(r'(?<=[" ])(width|height)="[\d.]+pt" ?', "", element, count=2)


def image(chart: Chart, drawn: Drawn) -> str:
    """Return the chart as an image element, for the PDF, which takes its ``alt``."""
    body = base64.b64encode(drawn.svg.encode()).decode()
    alternative = html.escape(chart.alternative)
    return f'<img src="data:image/svg+xml;base64,{body}" alt="{alternative}">'


def _svg(figure: Figure, chart: Chart) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    # Ids must differ between the charts of one page.
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{chart.key}-", out.getvalue())
    name = f"{chart.key}-titel"
    opening = f'<svg role="img" aria-labelledby="{name}" '
    title = f'<title id="{name}">{html.escape(chart.alternative)}</title>'
    text = text.replace("<svg ", opening, 1)
    return re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}{title}", text, count=1)


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=200, metadata={"Software": None})
    return out.getvalue()


def _height(chart: Chart) -> float:
    return max(2.4, 1.3 + 0.36 * len(chart.lines)) if isinstance(chart, Intervals) else 3.6


@singledispatch
def _draw(chart: Chart, axes: Axes) -> None:
    raise TypeError(f"no way to draw {type(chart).__name__} on {axes}")


@_draw.register(Intervals)
def _intervals(chart: Intervals, axes: Axes) -> None:
    for place, (_name, marks) in enumerate(chart.lines):
        for mark in marks:
            _across(axes, mark, place + (mark.series - (len(chart.series) - 1) / 2) * 0.3)
    for target in chart.targets:
        axes.axvline(target.share, color=INK, linestyle=(0, (4, 3)), linewidth=1)
        axes.annotate(
            target.name,
            (target.share, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=8,
            ha="center",
        )
    axes.set_yticks(range(len(chart.lines)), [textwrap.fill(name, 32) for name, _ in chart.lines])
    axes.set_ylim(len(chart.lines) - 0.4, -0.6)
    _percentages(axes.xaxis)
    farthest = max(axes.get_xlim()[1], *(1.1 * x.share for x in chart.targets), 0)
    axes.set_xlim(0, farthest)
    axes.grid(axis="x", color="#d0d7de", linewidth=0.6)
    axes.set_axisbelow(True)
    _legend(axes, chart.series)


def _across(axes: Axes, mark: Mark, height: float) -> None:
    colour = COLOURS[mark.series]
    axes.plot(
        [mark.low, mark.high],
        [height, height],
        color=colour,
        linewidth=2 if mark.share is not None else 1,
        linestyle="-" if mark.share is not None else ":",
        solid_capstyle="butt",
        marker="|",
        markersize=7,
    )
    if mark.share is not None:
        axes.plot([mark.share], [height], **_point(mark.series))


def _point(series: int) -> dict[str, Any]:
    return {
        "color": COLOURS[series],
        "marker": SHAPES[series],
        "markerfacecolor": COLOURS[series] if series == 0 else "white",
        "markersize": 6.5,
        "linestyle": "none",
    }


def _legend(axes: Axes, series: tuple[str, ...]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_point(index), label=name) for index, name in enumerate(series)]
    _below(axes, handles)


def _below(axes: Axes, handles: list[Any]) -> None:
    """Put the legend below the chart, where it hides nothing."""
    axes.figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), frameon=False
    )


def _percentages(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_formatter(lambda share, _: dutch.percentage(share, 0))
    axis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10], nbins=8))


@_draw.register(Course)
def _course(chart: Course, axes: Axes) -> None:
    for place, point in enumerate(chart.single):
        if point is not None:
            share, low, high = point
            axes.plot([place, place], [low, high], color=COLOURS[1], linewidth=1)
            axes.plot([place], [share], **_point(1))
    for start, stop in _stretches(chart):
        _band(chart, axes, [x for x in range(start, stop) if x not in chart.mixed])
    for place in chart.mixed:
        if mixed := chart.rolling[place]:
            axes.plot([place], [mixed[0]], **{**_point(0), "markerfacecolor": "white"})
    for place in chart.breaks:
        axes.axvline(place - 0.5, color=INK, linestyle=(0, (1, 2)))
        axes.annotate(
            "andere formulieren",
            (place - 0.5, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
            va="top",
        )
    axes.set_xticks(
        range(len(chart.names)), [x.replace("\N{NO-BREAK SPACE}", "\n", 1) for x in chart.names]
    )
    axes.set_xlim(-0.6, len(chart.names) - 0.4)
    axes.set_ylim(bottom=0)
    _percentages(axes.yaxis)
    axes.grid(axis="y", color="#d0d7de", linewidth=0.6)
    axes.set_axisbelow(True)
    _legend(axes, ("Vier kwartalen samen, met band voor het interval", "Los kwartaal"))


def _band(chart: Course, axes: Axes, places: list[int]) -> None:
    """Draw the rolling series with its interval as a band."""
    known = [(place, *point) for place in places if (point := chart.rolling[place])]
    if known:
        where, shares, lows, highs = zip(*known, strict=True)
        axes.fill_between(where, lows, highs, color=COLOURS[0], alpha=0.2)
        axes.plot(where, shares, color=COLOURS[0], marker="o", linewidth=2)


def _stretches(chart: Course) -> list[tuple[int, int]]:
    """The stretches between breaks; a line is never drawn across one."""
    ends = [0, *chart.breaks, len(chart.names)]
    return list(pairwise(ends))


@_draw.register(Bars)
def _bars(chart: Bars, axes: Axes) -> None:
    width = 0.8 / len(chart.series)
    for index, (name, counts) in enumerate(chart.series):
        known = [(place, each) for place, each in enumerate(counts) if each is not None]
        bars = axes.bar(
            [place + (index - (len(chart.series) - 1) / 2) * width for place, _ in known],
            [each for _, each in known],
            width,
            label=name,
            color=COLOURS[index] if index == 0 else "white",
            edgecolor=COLOURS[index],
            hatch=None if index == 0 else "////",
        )
        axes.bar_label(bars, fontsize=8, padding=1)
    axes.set_xticks(range(len(chart.names)), chart.names)
    # One or two years would otherwise make bars as wide as the page.
    axes.set_xlim(-0.6, max(len(chart.names), 8) - 0.4)
    axes.locator_params(axis="y", integer=True)
    axes.margins(y=0.12)
    _below(axes, axes.get_legend_handles_labels()[0])
