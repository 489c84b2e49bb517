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
from pipeline.report.outline import Bars, Chart, Course, Intervals, Mark, TargetLine

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
WIDTH = 6.3
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
    if isinstance(chart, Intervals):
        return max(1.9, 0.95 + (0.33 if len(chart.lines) < 10 else 0.28) * len(chart.lines))
    if isinstance(chart, Bars):
        return 0.95 + 0.3 * len(chart.names) if _lies(chart) else 2.3
    return 3.0


@singledispatch
def _draw(chart: Chart, axes: Axes) -> None:
    raise TypeError(f"no way to draw {type(chart).__name__} on {axes}")


@_draw.register(Intervals)
def _intervals(chart: Intervals, axes: Axes) -> None:
    for place, (_name, marks) in enumerate(chart.lines):
        for mark in marks:
            _across(axes, mark, place + (mark.series - (len(chart.series) - 1) / 2) * 0.3)
    places = {name: place for place, (name, _) in enumerate(chart.lines)}
    for target in chart.targets:
        if target.line in places:
            place = places[target.line]
            beyond = max((x.high for x in chart.lines[place][1]), default=0.0)
            _target(axes, target, place, beside=max(beyond, target.share))
    axes.set_yticks(range(len(chart.lines)), [_short(name) for name, _ in chart.lines])
    axes.set_ylim(len(chart.lines) - 0.4, -0.6)
    ends = [mark.high for _, marks in chart.lines for mark in marks]
    farthest = max((*ends, *(x.share for x in chart.targets), 0.01))
    axes.set_xlim(0, (1.16 if chart.targets else 1.04) * farthest)
    _percentages(axes.xaxis)
    axes.grid(axis="x", color="#d0d7de", linewidth=0.6)
    axes.set_axisbelow(True)
    _legend(axes, chart.series)


def _short(name: str) -> str:
    """At most two lines; the table has the whole name."""
    return "\n".join(textwrap.wrap(name, 34, max_lines=2, placeholder=" …"))


def _target(axes: Axes, target: TargetLine, place: int, *, beside: float) -> None:
    """Draw a target on its line, its name to the right of all that is on the line."""
    axes.plot([target.share] * 2, [place - 0.36, place + 0.36], color=INK, linewidth=2.2)
    axes.annotate(
        target.name,
        (beside, place),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=8,
        va="center",
    )


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
        "markersize": 5.5,
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
    """Mark whole steps, with the decimals that tell them apart: 0,0% 0,5% 1,0%."""
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(steps=[1, 2, 5, 10], nbins=8)
    axis.set_major_locator(locator)
    low, high = axis.get_view_interval()
    step = min(after - before for before, after in pairwise(locator.tick_values(low, high)))
    decimals = next((x for x in range(3) if _whole(100 * step * 10**x)), 3)
    axis.set_major_formatter(lambda share, _: dutch.percentage(share, decimals))


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6 and round(value) > 0


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
        range(len(chart.names)),
        [x.replace("\N{NO-BREAK SPACE}", "\n", 1) for x in chart.names],
        fontsize=9 if len(chart.names) < 11 else 7,
    )
    axes.set_xlim(-0.6, len(chart.names) - 0.4)
    highs = [x[2] for x in (*chart.single, *chart.rolling) if x]
    axes.set_ylim(0, 1.08 * max((*highs, 0.01)))
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
    lying = _lies(chart)
    draw = axes.barh if lying else axes.bar
    for index, (name, counts) in enumerate(chart.series):
        known = [(place, each) for place, each in enumerate(counts) if each is not None]
        bars = draw(
            [place + (index - (len(chart.series) - 1) / 2) * width for place, _ in known],
            [each for _, each in known],
            width,
            label=name,
            color=COLOURS[index] if index == 0 else "white",
            edgecolor=COLOURS[index],
            hatch=None if index == 0 else "////",
        )
        axes.bar_label(bars, fontsize=8, padding=1)
    if lying:
        axes.set_yticks(range(len(chart.names)), [_short(x) for x in chart.names])
        axes.invert_yaxis()
        axes.locator_params(axis="x", integer=True)
        axes.margins(x=0.12)
    else:
        axes.set_xticks(range(len(chart.names)), chart.names)
        # One or two years would otherwise make bars as wide as the page.
        axes.set_xlim(-0.6, max(len(chart.names), 8) - 0.4)
        axes.locator_params(axis="y", integer=True)
        axes.margins(y=0.12)
    _below(axes, axes.get_legend_handles_labels()[0])


def _lies(chart: Bars) -> bool:
    """Whether names are too long to stand side by side, as those of provinces are."""
    return max(map(len, chart.names), default=0) > 7
