"""What each lot of a procedure is worth: the value ladder.

The rungs, from top to bottom: the awarded value of the lot; the awarded total of its notice,
spread over lots; the maximum of its framework agreement; the estimate; missing. Sums that
belong to several lots are spread by estimate where every one of those lots has one, else
evenly, after what is known of single lots has been taken off. So no sum is counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.estimates._awards import Candidate
from pipeline.estimates._money import PLACEHOLDER, Euros, Rates, against_estimate, in_euros
from pipeline.records import Amount, Lot

# Sums that differ less than this are the same sum, rounded.
SAME = 0.01
# Winners of one lot; ten times as much is more likely a slip of the decimal point.
MOST_WINNERS = 9
# Lots and total of a notice may differ by options and price revisions.
NEAR = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """The value of a lot and how it was found.

    Attributes:
        euro: ``None`` when missing.
        rung: ``lot``, ``total``, ``framework``, ``estimate`` or ``missing``.
        flags: Sorted.
        not_taken: Sums of higher rungs that were stated and not used, with rung and currency.
    """

    euro: float | None
    rung: str
    flags: tuple[str, ...]
    not_taken: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Ladder:
    """One lot while its value is being found; a figure per rung."""

    candidate: Candidate
    year: int | None
    lot: Euros
    ceiling: Euros
    estimate: Euros
    total: Euros = field(default_factory=Euros)
    flags: set[str] = field(default_factory=set)

    @property
    def open_ended(self) -> bool:
        """Awarded in a dynamic purchasing system, of which ceiling and estimate are no value.

        They are of all contracts together, past and to come.
        """
        return self.candidate.dynamic and self.candidate.award is not None

    @property
    def known(self) -> float | None:
        """The awarded value, of the lot or as part of a total."""
        return self.lot.euro if self.lot.euro is not None else self.total.euro


def values(candidates: Iterable[Candidate], rates: Rates) -> Iterator[tuple[Candidate, Valued]]:
    """Yield the lots of one procedure with their values."""
    ladders = [_ladder(candidate, rates) for candidate in candidates]
    _spread_estimate(ladders, rates)
    _repeated_ceilings(ladders)
    notices: dict[str, list[_Ladder]] = defaultdict(list)
    totals: dict[str, Euros] = {}
    for ladder in ladders:
        if (award := ladder.candidate.award) and ladder.candidate.excluded is None:
            notices[award.notice.notice_id].append(ladder)
            totals[award.notice.notice_id] = in_euros(award.notice.awarded, ladder.year, rates)
    for notice_id, winners in notices.items():
        _awarded_total(winners, totals[notice_id])
    _spread_ceiling(ladders)
    for ladder in ladders:
        yield ladder.candidate, _climb(ladder)


def _ladder(candidate: Candidate, rates: Rates) -> _Ladder:
    """The figures that are stated for the lot itself."""
    year = candidate.dated.year if candidate.dated else None
    own, called = candidate.award_lot or Lot(), candidate.call_lots
    ceiling = own.framework_maximum or _together([lot.framework_maximum for lot in called])
    estimate = own.estimated or _added([lot.estimated for lot in called])
    ladder = _Ladder(
        candidate=candidate,
        year=year,
        lot=in_euros(own.awarded, year, rates),
        ceiling=in_euros(ceiling, year, rates),
        estimate=in_euros(estimate, year, rates),
    )
    return replace(ladder, ceiling=Euros(), estimate=Euros()) if ladder.open_ended else ladder


def _added(amounts: Sequence[Amount | None]) -> Amount | None:
    known = [x for x in amounts if x is not None]
    if not known or len(known) < len(amounts) or len({x.currency for x in known}) > 1:
        return None
    return Amount(value=sum(x.value for x in known), currency=known[0].currency)


def _together(ceilings: Sequence[Amount | None]) -> Amount | None:
    """The ceiling of several lots: equal ceilings are one ceiling, written more than once."""
    return ceilings[0] if len(set(ceilings)) == 1 else _added(ceilings)


def _spread(sum_of_all: Euros, over: Sequence[_Ladder], known: float) -> Iterator[Euros]:
    """The parts of a sum for the lots without a value; nothing where nothing is left."""
    if sum_of_all.euro is None:
        yield from (sum_of_all for _ in over)
        return
    left = sum_of_all.euro - known
    estimates = [ladder.estimate.euro for ladder in over]
    weights = [x for x in estimates if x is not None]
    if len(weights) < len(over):
        weights = [1.0] * len(over)
    flags = ("spread",) if len(over) > 1 or known else ()
    for weight in weights:
        part = left * weight / sum(weights)
        # What is left after rounding is not a value.
        yield sum_of_all.part(part, *flags) if left > PLACEHOLDER else Euros()


def _spread_estimate(ladders: Sequence[_Ladder], rates: Rates) -> None:
    """Give lots without a usable estimate their part of that of the whole."""
    lots = [x for x in ladders if not x.open_ended and x.candidate.excluded != "awarded_as_whole"]
    without = [x for x in lots if x.estimate.euro is None]
    told = [s.notice for x in lots for s in (x.candidate.award, x.candidate.call) if s]
    stated = next((notice.estimated for notice in told if notice.estimated), None)
    if not without or stated is None:
        return
    whole = in_euros(stated, without[0].year, rates)
    known = sum(x.estimate.euro or 0 for x in lots)
    for ladder, part in zip(without, list(_spread(whole, without, known)), strict=True):
        ladder.estimate = replace(part, flags=(*ladder.estimate.flags, *part.flags))


def _repeated_ceilings(ladders: Iterable[_Ladder]) -> None:
    """An award of a whole ceiling says no more than the ceiling, once per winner."""
    for ladder in ladders:
        awarded, ceiling = ladder.lot.euro, ladder.ceiling.euro
        if awarded is not None and ceiling is not None and awarded >= ceiling * (1 - SAME):
            above = awarded > ceiling * (1 + SAME)
            ladder.lot = ladder.lot.refused(*(("above_maximum",) if above else ()))


def _awarded_total(winners: Sequence[_Ladder], total: Euros) -> None:
    """Hold the awarded total of a notice against its lots, and spread it over those without."""
    without = [x for x in winners if x.lot.euro is None]
    lots = sum(x.lot.euro or 0 for x in winners)
    whole, ceiling = total.euro, _ceiling(winners)
    if whole is None:
        pass
    elif ceiling is not None and whole >= ceiling * (1 - SAME):
        total = total.refused()
    elif not without and _once_per_winner(lots, whole, winners):
        without, lots = list(winners), 0.0
        for ladder in winners:
            ladder.lot = ladder.lot.refused("winners_repeated")
    elif not without and abs(lots - whole) > NEAR * whole:
        for ladder in winners:
            ladder.flags.add("total_differs")
    for ladder, part in zip(without, list(_spread(total, without, lots)), strict=True):
        ladder.total = part


def _once_per_winner(lots: float, total: float, winners: Sequence[_Ladder]) -> bool:
    """Whether the lots are a multiple of the total because each winner repeats it.

    Not where the estimates say that the lots are right and the total is not.
    """
    times = round(lots / total)
    estimates = sum(x.estimate.raw or 0 for x in winners)
    return (
        2 <= times <= MOST_WINNERS
        and abs(lots - times * total) <= SAME * total
        and abs(estimates - lots) > NEAR * lots
    )


def _ceiling(ladders: Sequence[_Ladder]) -> float | None:
    """The ceiling of some lots together; ``None`` unless each has one."""
    ceilings = [x.ceiling.euro for x in ladders]
    known = [x for x in ceilings if x is not None]
    if len(known) < len(ceilings):
        return None
    return known[0] if len(set(known)) == 1 else sum(known)


def _spread_ceiling(ladders: Sequence[_Ladder]) -> None:
    """Count a ceiling that several lots state once, whether they are awarded yet or not."""
    lots = [
        x
        for x in ladders
        if x.candidate.excluded in {None, "no_award"} and x.ceiling.euro is not None
    ]
    if len(lots) < 2 or len({x.ceiling.euro for x in lots}) > 1:
        return
    without = [x for x in lots if x.known is None]
    parts = list(_spread(lots[0].ceiling, without, sum(x.known or 0 for x in lots)))
    for ladder, part in zip(without, parts, strict=True):
        ladder.ceiling = part


def _climb(ladder: _Ladder) -> Valued:
    """Take the highest rung that holds a value."""
    flags = set(ladder.flags)
    not_taken: list[str] = []
    rungs = {
        "lot": ladder.lot,
        "total": ladder.total,
        "framework": ladder.ceiling,
        "estimate": ladder.estimate,
    }
    for rung, found in rungs.items():
        flags |= set(found.flags)
        if found.euro is not None:
            if rung != "estimate":
                flags |= set(against_estimate(found.euro, ladder.estimate.raw))
            return Valued(
                euro=found.euro,
                rung=rung,
                flags=tuple(sorted(flags)),
                not_taken=tuple(not_taken),
            )
        if found.stated is not None:
            not_taken.append(f"{rung} {found.stated.value} {found.stated.currency}")
    return Valued(euro=None, rung="missing", flags=tuple(sorted(flags)), not_taken=tuple(not_taken))
