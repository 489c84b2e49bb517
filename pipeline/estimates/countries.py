"""Countries side by side by what stands in structured fields: counted, never classified.

Every notice is reduced to a row of numbers where it is read; rows are kept until all are there,
so that a notice that took the place of another counts for both, and are then added up per
country, year and buyer. Texts play no part, so the language does not matter; how well a country
fills in a field does, and stands beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import parallel
from pipeline.codebook import Codebook
from pipeline.estimates._money import Rates
from pipeline.estimates._rates_over_buyers import Floats, Rate, rate
from pipeline.estimates.notice_rows import COLUMNS, PLACES, SIGNS, Numbers, Rows, reduced
from pipeline.estimates.signs import settled_forms
from pipeline.notices.versions import Groups
from pipeline.records import Period, RawNotice, Unreadable

# Notices per task: what a worker gives back for them is one matrix.
BATCH = 500

# Below this a country leaves the field empty, and what it holds says nothing of the country.
FEWEST_FILLED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountryFigures:
    """One country in one year.

    Attributes:
        country: ISO 3166 alpha-2.
        sums: Per buyer; shape (n_buyers, n_columns) as ``COLUMNS``.
    """

    country: str
    year: int
    sums: Floats

    def total(self, column: str) -> float:
        """Return the sum of a column over all buyers."""
        return float(self.sums[:, PLACES[column]].sum())

    def rate(self, sign: str, of: str = "calls") -> Rate | None:
        """Return which part of ``calls``, ``lots`` or ``euro`` has a sign; ``None`` of nothing."""
        if not self.total(of):
            return None
        return rate(self.sums[:, PLACES[f"{of}:{sign}"]], self.sums[:, PLACES[of]])

    def filled(self, name: str) -> float:
        """Return the part of the calls that fill in a field, 0 to 1; 0 without calls."""
        calls = self.total("calls")
        return self.total(f"filled:{name}") / calls if calls else 0.0

    def tells(self, sign: str) -> bool:
        """Whether the country fills in the field that shows a sign."""
        return self.filled(SIGNS[sign]) >= FEWEST_FILLED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """What was counted.

    Attributes:
        figures: By country and year, in order.
        counted: Notices that count.
        again: Readings of a notice that had been read before, in another package.
        replaced: Notices whose place a later one took.
        passed: Notices of another period or kind, or of no country.
        unreadable: Of what could not be read: what it is called, and why.
    """

    figures: Sequence[CountryFigures]
    counted: int = 0
    again: int = 0
    replaced: int = 0
    passed: int = 0
    unreadable: Sequence[tuple[str, str]] = ()


def tally(
    raws: Iterable[RawNotice | Unreadable],
    period: Period,
    rates: Rates,
    *,
    codebook: Codebook,
    jobs: int = 1,
    cluster: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Count the calls and results of a period; packages are read as a stream.

    Args:
        raws: Of any countries, in any order; notices of another period are passed over.
        codebook: Which forms a field settles.
        jobs, cluster: See ``pipeline.parallel.ordered``.
        tell: Hears how many notices were read.
    """
    read: list[Rows] = []
    taken = 0
    batches: Iterator[list[Any]] = parallel.batches(raws, BATCH)
    work = partial(reduced, period, rates, settled_forms(codebook))
    for rows in parallel.ordered(work, batches, jobs=jobs, cluster=cluster):
        read.append(rows)
        taken += len(rows.notices) + len(rows.unreadable) + rows.passed
        tell(taken)
    return summed(read)


def summed(read: Sequence[Rows]) -> Tally:
    """Add batches up: each notice once, and of those that replace each other the last one."""
    passed = sum(x.passed for x in read)
    unreadable = [each for x in read for each in x.unreadable]
    some = [x for x in read if len(x.notices)]
    if not some:
        return Tally(figures=(), passed=passed, unreadable=unreadable)
    once = _first_of_each(some)
    kept = np.zeros(sum(len(x.notices) for x in some), dtype=bool)
    kept[once] = True
    replaced = _replaced(some, once)
    kept[replaced] = False
    return Tally(
        figures=list(_figures(some, kept)),
        counted=int(kept.sum()),
        again=len(kept) - len(once),
        replaced=len(replaced),
        passed=passed,
        unreadable=unreadable,
    )


def _first_of_each(read: Sequence[Rows]) -> NDArray[np.int64]:
    """Return the places of all notices, each where it was read first."""
    _, places = np.unique(_whole(read, "notices"), return_index=True)
    return places.astype(np.int64)


def _whole(read: Sequence[Rows], name: str) -> NDArray[Any]:
    return np.concatenate([getattr(x, name) for x in read])


def _replaced(read: Sequence[Rows], once: NDArray[np.int64]) -> list[int]:
    """Return the places of notices that no longer hold, as ``versions.current`` has it.

    A change notice in eForms is the whole notice again. It takes the place of one of its own kind;
    of several that change the same notice, which may be absent, the last one holds.
    """
    changed = [each for x in read for each in x.changed]
    # A call that "changes" a planning notice is the first of its own.
    others = frozenset().union(*(x.others for x in read))
    changes = [
        (place, target)
        for place in once.tolist()
        for target in changed[place]
        if target not in others
    ]
    notices, orders = _whole(read, "notices"), _whole(read, "orders")
    calls = _whole(read, "values")[:, PLACES["calls"]] > 0
    named = _named(read, once, np.array([x for _, x in changes], dtype=np.uint64))
    groups, older = Groups(), set()
    for newer, target in changes:
        if (target_at := named.get(target)) is None:
            groups.join(newer, ("absent", target, bool(calls[newer])))
        elif calls[target_at] == calls[newer]:
            groups.join(newer, target_at)
            older.add(target_at)
    together: dict[Hashable, list[int]] = defaultdict(list)
    for place in older.union(newer for newer, _ in changes):
        together[groups.find(place)].append(place)
    replaced: list[int] = []
    for some in together.values():
        # Notices that change each other in a circle are all replaced: then the latest holds.
        leaves = [x for x in some if x not in older] or some
        holds = max(leaves, key=lambda x: (orders[x], notices[x]))
        replaced += (x for x in some if x != holds)
    return replaced


def _named(read: Sequence[Rows], once: NDArray[np.int64], targets: Numbers) -> dict[int, int]:
    """Return where the notices stand that others change, by publication number or identifier."""
    latest_first = once[np.argsort(-_whole(read, "orders")[once], kind="stable")]
    found: dict[int, int] = {}
    # Where two have one, the earlier; and a publication number tells more than an identifier.
    for names in (_whole(read, "versions"), _whole(read, "notices")):
        places = latest_first[np.isin(names[latest_first], targets)]
        found |= zip(names[places].tolist(), places.tolist(), strict=True)
    return found


def _figures(read: Sequence[Rows], kept: NDArray[np.bool_]) -> Iterator[CountryFigures]:
    countries, years, buyers, values = (
        _whole(read, name)[kept] for name in ("countries", "years", "buyers", "values")
    )
    for country in np.unique(countries).tolist():
        for year in np.unique(years[countries == country]).tolist():
            here = (countries == country) & (years == year)
            known, at = np.unique(buyers[here], return_inverse=True)
            sums = np.zeros((len(known), len(COLUMNS)))
            np.add.at(sums, at, values[here])
            yield CountryFigures(country=country, year=year, sums=sums)
