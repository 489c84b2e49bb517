"""Countries side by side by what stands in structured fields: counted, never classified.

Every notice is reduced to a row of numbers where it is read; rows are added up per country, year
and buyer, so that memory depends on the number of buyers and not of notices. Texts play no part,
so the language does not matter; how well a country fills in a field does, and stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline import parallel
from pipeline.errors import NoticeError
from pipeline.estimates._money import Rates, in_euros
from pipeline.estimates._rates_over_buyers import Rate, rate
from pipeline.notices import collect
from pipeline.records import Lot, Notice, Period, RawNotice, Unreadable

Floats = NDArray[np.float64]
Numbers = NDArray[np.uint64]

# Notices per task: what a worker gives back for them is one matrix.
BATCH = 500

DESIGN_CONTEST = frozenset(
    {"23", "24", "36", "37", "F12", "F13", "DESIGN_CONTEST", "RESULT_DESIGN_CONTEST"}
)
RESEARCH = "73"

# No contract is so large; a total must not hang on a slip of the keyboard. In euro.
LARGEST = 1e10

# Below this a country leaves the field empty, and what it holds says nothing of the country.
FEWEST_FILLED = 0.05


class Sign(NamedTuple):
    """What is counted.

    Attributes:
        of: Whether a lot has it.
        field: Name in ``FIELDS`` of the field that shows it.
    """

    of: Callable[[Notice, Lot], bool]
    field: str


def _is_research(notice: Notice, lot: Lot) -> bool:
    return any(code.startswith(RESEARCH) for code in (lot.cpv or notice.cpv)[:1])


# The field where a pre-commercial procurement shows: bought as research, and said to be so.
SIGNS: Mapping[str, Sign] = {
    "innovation_partnership": Sign(lambda n, _: n.procedure == "innovation", "procedure"),
    "competitive_dialogue": Sign(lambda n, _: n.procedure == "comp-dial", "procedure"),
    "design_contest": Sign(lambda n, _: n.subtype in DESIGN_CONTEST, "form"),
    "research_cpv": Sign(_is_research, "cpv"),
    "pre_commercial": Sign(
        lambda n, lot: _is_research(n, lot) and "rd-act" in (lot.innovation or ()), "BT-776"
    ),
    "declared_purpose": Sign(lambda _, lot: "inn-pur" in (lot.purposes or ()), "BT-06"),
    "declared_innovation": Sign(
        lambda _, lot: bool({*(lot.innovation or ())} - {"none"}), "BT-776"
    ),
    "variants_allowed": Sign(lambda _, lot: lot.variants in {"allowed", "required"}, "BT-63"),
}
FIELDS: Mapping[str, Callable[[Notice, Lot], bool]] = {
    "procedure": lambda n, _: n.procedure is not None,
    "form": lambda n, _: n.subtype is not None,
    "cpv": lambda n, lot: bool(lot.cpv or n.cpv),
    "BT-06": lambda _, lot: lot.purposes is not None,
    "BT-776": lambda _, lot: lot.innovation is not None,
    "BT-63": lambda _, lot: lot.variants is not None,
}

# The columns of a row: calls and lots, each sign on them, filled fields, and the money of results.
COLUMNS = (
    *("calls", "lots", "results", "valued", "euro"),
    *(f"{what}:{sign}" for what in ("calls", "lots", "euro") for sign in SIGNS),
    *(f"filled:{name}" for name in FIELDS),
)
PLACES = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What a batch of notices came to; of notices of the period that are calls or results.

    Attributes:
        notices, buyers: Numbers that stand for their ids; shape (n,).
        places: Country and year of each; length n.
        values: Shape (n, n_columns), as ``COLUMNS``.
        unreadable: Of what could not be read: what it is called, and why.
        passed: How many notices are of another period or kind, or name no country.
    """

    notices: Numbers
    buyers: Numbers
    places: Sequence[tuple[str, int]]
    values: Floats
    unreadable: Sequence[tuple[str, str]]
    passed: int


def reduced(period: Period, rates: Rates, batch: Sequence[RawNotice | Unreadable]) -> Rows:
    """Read a batch and reduce each notice to a row."""
    found: list[tuple[int, int, tuple[str, int], Floats]] = []
    unreadable, passed = [], 0
    for raw in batch:
        try:
            if isinstance(raw, Unreadable):
                raise NoticeError(raw.reason)
            notice = collect.read_notice(raw)
        except NoticeError as error:
            unreadable.append((raw.source_id, str(error)))
            continue
        day = notice.published_on
        if notice.country and day and day in period and notice.kind in {"competition", "result"}:
            who = notice.buyer_id or (notice.buyer or notice.notice_id).casefold()
            buyer = _number(f"{notice.country} {who}")
            place = (notice.country, day.year)
            found.append((_number(notice.notice_id), buyer, place, row_of(notice, rates)))
        else:
            passed += 1
    return Rows(
        notices=np.array([x[0] for x in found], dtype=np.uint64),
        buyers=np.array([x[1] for x in found], dtype=np.uint64),
        places=[x[2] for x in found],
        values=np.array([x[3] for x in found]).reshape(len(found), len(COLUMNS)),
        unreadable=unreadable,
        passed=passed,
    )


def row_of(notice: Notice, rates: Rates) -> Floats:
    """Reduce a call or a result to numbers; a notice without lots has one."""
    row = np.zeros(len(COLUMNS))
    lots = notice.lots or (Lot(),)
    carrying = {name: sum(sign.of(notice, lot) for lot in lots) for name, sign in SIGNS.items()}
    if notice.kind == "result":
        row[PLACES["results"]] = 1
        euro = _euro(notice, rates)
        row[PLACES["valued"]], row[PLACES["euro"]] = float(euro is not None), euro or 0.0
        for name, number in carrying.items():
            row[PLACES[f"euro:{name}"]] = (euro or 0.0) * number / len(lots)
        return row
    row[PLACES["calls"]], row[PLACES["lots"]] = 1, len(lots)
    for name, number in carrying.items():
        row[PLACES[f"calls:{name}"]], row[PLACES[f"lots:{name}"]] = float(number > 0), number
    for name, filled in FIELDS.items():
        row[PLACES[f"filled:{name}"]] = float(any(filled(notice, lot) for lot in lots))
    return row


def _euro(notice: Notice, rates: Rates) -> float | None:
    """The awarded sum of a notice: its total, else that of its lots; ``None`` where not usable."""
    year = notice.published_on.year if notice.published_on else None
    stated = [notice.awarded] if notice.awarded else [lot.awarded for lot in notice.lots]
    sums = [x.euro for x in (in_euros(one, year, rates) for one in stated) if x.euro is not None]
    total = sum(sums)
    return total if sums and total <= LARGEST else None


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest())


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was counted, per country and year.

    Attributes:
        buyers: Per country and year, per buyer its sums, shape (n_columns,) as ``COLUMNS``.
        unreadable: Of what could not be read: what it is called, and why.
        passed: Notices of another period or kind, or of no country.
        again: Notices that had been counted before.
    """

    buyers: dict[tuple[str, int], dict[int, Floats]] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    passed: int = 0
    again: int = 0
    _seen: set[int] = field(default_factory=set)

    @property
    def counted(self) -> int:
        """Notices that were counted."""
        return len(self._seen)

    def add(self, rows: Rows) -> None:
        """Add a batch; a notice that stands in two packages counts once."""
        self.unreadable += rows.unreadable
        self.passed += rows.passed
        numbers, buyers = rows.notices.tolist(), rows.buyers.tolist()
        for number, buyer, place, row in zip(
            numbers, buyers, rows.places, rows.values, strict=True
        ):
            if number in self._seen:
                self.again += 1
                continue
            self._seen.add(number)
            known = self.buyers.setdefault(place, {})
            known[buyer] = known[buyer] + row if buyer in known else row

    def figures(self) -> Iterator[CountryFigures]:
        """Yield what was counted of each country and year, in order."""
        for (country, year), buyers in sorted(self.buyers.items()):
            yield CountryFigures(country=country, year=year, sums=np.array([*buyers.values()]))


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
        return self.filled(SIGNS[sign].field) >= FEWEST_FILLED


def tally(
    raws: Iterable[RawNotice | Unreadable],
    period: Period,
    rates: Rates,
    *,
    jobs: int = 1,
    cluster: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Count the calls and results of a period; packages are read as a stream.

    Args:
        raws: Of any countries, in any order; notices of another period are passed over.
        jobs, cluster: See ``pipeline.parallel.ordered``.
        tell: Hears how many notices were read.
    """
    found, taken = Tally(), 0
    batches: Iterator[list[Any]] = parallel.batches(raws, BATCH)
    for rows in parallel.ordered(
        partial(reduced, period, rates), batches, jobs=jobs, cluster=cluster
    ):
        found.add(rows)
        taken += len(rows.notices) + len(rows.unreadable) + rows.passed
        tell(taken)
    return found
