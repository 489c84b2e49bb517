"""From facts to cells, marks and sentences: how an estimate is shown wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.estimates.reference import Yardstick
from pipeline.records import INNOVATION, Estimate, Weighting
from pipeline.report import dutch, names
from pipeline.report.facts import Facts
from pipeline.report.outline import Block, Cell, Column, Intervals, Mark, Table, TargetLine, Text

# Signs of official statistics (CBS, "Verklaring van tekens"); each has one meaning.
NIL_SIGN = "–"
UNKNOWN = Cell(value=None, shown=".")
SUPPRESSED = Cell(value=None, shown="x")
NOT_APPLICABLE = Cell(value=None, shown="")
LEGEND = (
    (NIL_SIGN, "nihil: geteld, en het zijn er nul"),
    (UNKNOWN.shown, "gegevens ontbreken: onbekend of niet gemeten"),
    (SUPPRESSED.shown, "niet getoond: te klein of te onzeker voor een aandeel"),
    ("(leeg)", "niet van toepassing: hier kan geen cijfer staan"),
)
BY_VALUE, BY_NUMBER = "Naar waarde", "Naar aantal"

Pair = tuple[Estimate | None, Estimate | None]


def text_cell(words: str) -> Cell:
    """A cell of words."""
    return Cell(value=words, shown=words)


def count_cell(number: int | None) -> Cell:
    """A cell with a number of things; ``None`` where nobody counted."""
    if number is None:
        return UNKNOWN
    return Cell(value=number, shown=dutch.number(number) if number else NIL_SIGN)


def millions_cell(euro: float) -> Cell:
    """A cell with euro, shown in millions."""
    return Cell(value=euro, shown=dutch.millions(euro))


def words_of(estimate: Estimate) -> str:
    """Write a share; none found is an upper bound and never "0%"."""
    if "upper_bound_only" in estimate.flags:
        return dutch.at_most(estimate.high)
    if "lower_bound_only" in estimate.flags:
        return dutch.at_least(estimate.low)
    return dutch.share(estimate.share)


def with_interval(estimate: Estimate) -> str:
    """Write a share for a sentence, with its interval between brackets where it has one."""
    if _one_sided(estimate):
        return words_of(estimate)
    confidence = dutch.percentage(estimate.confidence, 0)
    interval = dutch.interval_text(estimate.low, estimate.high)
    return f"{words_of(estimate)} ({confidence}-betrouwbaarheidsinterval: {interval})"


def share_cell(estimate: Estimate | None, absent: Cell = UNKNOWN) -> tuple[Cell, Cell]:
    """Two cells: the share and its interval; ``absent`` says why there is none."""
    if estimate is None:
        return absent, absent
    point = Cell(value=None if _one_sided(estimate) else estimate.share, shown=words_of(estimate))
    if "no_interval" in estimate.flags:
        return point, NOT_APPLICABLE
    return point, Cell(value=(estimate.low, estimate.high), shown=interval_of(estimate))


def interval_of(estimate: Estimate) -> str:
    """Write the interval; a bound is rounded as the share itself is."""
    if "upper_bound_only" in estimate.flags:
        return dutch.at_most_interval(estimate.high)
    if "lower_bound_only" in estimate.flags:
        return dutch.at_least_interval(estimate.low)
    return dutch.interval_text(estimate.low, estimate.high)


def mark(estimate: Estimate, series: int) -> Mark:
    """What to draw of an estimate."""
    point = None if _one_sided(estimate) else estimate.share
    return Mark(share=point, low=estimate.low, high=estimate.high, series=series)


def _one_sided(estimate: Estimate) -> bool:
    return not {"upper_bound_only", "lower_bound_only"}.isdisjoint(estimate.flags)


def yardstick_text(one: Yardstick) -> str:
    """Write a yardstick with the decimals it was published with: those of our table."""
    written = f"{one.share}".partition(".")[2]
    return dutch.percentage(one.share, max(len(written) - len("00"), 0))


def pair(facts: Facts, quantity: str, domain: str = "all") -> Pair:
    """The published share by value and by number."""
    weightings: tuple[Weighting, Weighting] = ("value", "number")
    by_value, by_number = (facts.share(quantity, domain=domain, weighting=x) for x in weightings)
    return by_value, by_number


def share_columns(head: str, sizes: Sequence[Column] = ()) -> tuple[Column, ...]:
    """Headings of a table of shares by value and by number."""
    return (
        Column(head),
        *sizes,
        Column("Aandeel in waarde", "share"),
        Column("95%-interval waarde", "interval"),
        Column("Aandeel in aantal", "share"),
        Column("95%-interval aantal", "interval"),
        Column("Opmerking"),
    )


def share_line(
    name: str, estimates: Pair, sizes: Sequence[Cell] = (), *, absent: Cell = UNKNOWN
) -> tuple[Cell, ...]:
    """A line of such a table; ``absent`` says why a share is not there."""
    flags = tuple(dict.fromkeys(flag for x in estimates if x for flag in x.flags))
    shares = [cell for estimate in estimates for cell in share_cell(estimate, absent)]
    return text_cell(name), *sizes, *shares, text_cell(names.remarks(flags))


def intervals(
    key: str,
    caption: str,
    lines: Sequence[tuple[str, Pair]],
    *,
    targets: tuple[TargetLine, ...] = (),
) -> Intervals:
    """A chart of shares by value and by number, described in words."""
    drawn = [
        (name, tuple(mark(x, index) for index, x in enumerate(estimates) if x))
        for name, estimates in lines
    ]
    return Intervals(
        key=key,
        caption=caption,
        alternative=f"{caption}. {_spoken(lines)} Alle cijfers staan in de tabel hieronder.",
        lines=tuple((name, marks) for name, marks in drawn if marks),
        series=(BY_VALUE, BY_NUMBER),
        targets=targets,
    )


def _spoken(lines: Sequence[tuple[str, Pair]]) -> str:
    """Say in words what the eye sees first: the largest and the smallest by value."""
    known = [(x[0].share, name, x[0]) for name, x in lines if x[0] and not _one_sided(x[0])]
    if len(known) < 2:
        return "".join(f"{name}: {words_of(estimate)}." for _, name, estimate in known)
    _, top, most = max(known, key=lambda each: each[0])
    _, bottom, least = min(known, key=lambda each: each[0])
    return (
        f"Naar waarde is het aandeel het grootst bij {top} ({words_of(most)}) en het kleinst "
        f"bij {bottom} ({words_of(least)})."
    )


def no_draw_text() -> Iterable[Block]:
    """What every section of shares says when no share may be shown."""
    yield Text(
        "Hier staat geen aandeel. Er is voor deze periode geen aselecte trekking beoordeeld, en "
        "zonder trekking is de fout van een aandeel niet bekend.",
        "note",
    )


def sizes_table(key: str, caption: str, head: str, facts: Facts, domains: Sequence[str]) -> Table:
    """How many lots and how much money, without shares."""
    return Table(
        key=key,
        caption=caption,
        columns=(Column(head), Column("Percelen", "count"), Column("Waarde", "millions")),
        lines=tuple(
            (
                text_cell(names.domain(x, facts.country)),
                count_cell(size.lots),
                millions_cell(size.volume),
            )
            for x in domains
            if (size := facts.frame.sizes[x])
        ),
    )


def winsorised(facts: Facts) -> Pair:
    """The share by value with the largest values capped; by number capping changes nothing."""
    return facts.share(INNOVATION, winsorised=True), None
