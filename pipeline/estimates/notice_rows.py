"""A call or a result as a row of numbers, by what stands in its structured fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Label
from pipeline.errors import NoticeError
from pipeline.estimates._money import Rates, in_euros
from pipeline.estimates.signs import CHARACTERISTIC, PURPOSE, signs_of
from pipeline.notices import collect
from pipeline.notices.versions import order, plain_identifier
from pipeline.records import Lot, Notice, Period, RawNotice, Unreadable

# Half as much as others: all notices of a year are held. Sums are made in full.
Values = NDArray[np.float32]
Numbers = NDArray[np.uint64]

RESEARCH_CPV, RESEARCH_ACTIVITY = "73", "rd-act"

# No contract is so large; a total must not hang on a slip of the keyboard. In euro.
LARGEST = 1e10

FIELDS: Mapping[str, Callable[[Notice, Lot], bool]] = {
    "procedure": lambda n, _: n.procedure is not None,
    "form": lambda n, _: n.subtype is not None,
    "cpv": lambda n, lot: bool(lot.cpv or n.cpv),
    "BT-06": lambda _, lot: lot.purposes is not None,
    "BT-776": lambda _, lot: lot.innovation is not None,
    "BT-63": lambda _, lot: lot.variants is not None,
}
# What is counted, and which of the fields shows it. A pre-commercial procurement shows where
# what is bought as research is said to be so.
SIGNS: Mapping[str, str] = {
    "innovation_partnership": "procedure",
    "competitive_dialogue": "procedure",
    "design_contest": "form",
    "research_cpv": "cpv",
    "pre_commercial": "BT-776",
    PURPOSE: "BT-06",
    CHARACTERISTIC: "BT-776",
    "variants": "BT-63",
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
        notices: Numbers that stand for their ids; shape (n,).
        versions: The same for the identifier that eForms gives besides; shape (n,).
        changed: Per notice the numbers of those whose place it takes; length n.
        orders: What was published later is larger; shape (n,).
        buyers: Numbers that stand for their buyers; shape (n,).
        countries, years: Where and when; each of shape (n,).
        values: Shape (n, n_columns), as ``COLUMNS``.
        others: Numbers and versions of notices that are neither call nor result; what changes one
            of them takes no place.
        unreadable: Of what could not be read: what it is called, and why.
        passed: How many notices are of another period or kind, or name no country.
    """

    notices: Numbers
    versions: Numbers
    changed: Sequence[tuple[int, ...]]
    orders: NDArray[np.int64]
    buyers: Numbers
    countries: NDArray[np.str_]
    years: NDArray[np.int16]
    values: Values
    others: frozenset[int] = frozenset()
    unreadable: Sequence[tuple[str, str]] = ()
    passed: int = 0


def reduced(
    period: Period, rates: Rates, settled: Sequence[Label], batch: Sequence[RawNotice | Unreadable]
) -> Rows:
    """Read a batch and reduce each notice to a row.

    Args:
        settled: The forms that fields settle: ``signs.settled_forms``.
    """
    kept: list[Notice] = []
    unreadable, others, passed = [], set[int](), 0
    for raw in batch:
        try:
            if isinstance(raw, Unreadable):
                raise NoticeError(raw.reason)
            notice = collect.read_notice(raw)
        except NoticeError as error:
            if isinstance(raw, RawNotice) and collect.is_registration(raw):
                passed += 1
            else:
                unreadable.append((raw.source_id, str(error)))
            continue
        day = notice.published_on
        counts = notice.kind in {"competition", "result"}
        if not counts:
            others |= {_number(x) for x in (notice.notice_id, notice.version_id) if x}
        if notice.country and day and day in period and counts:
            kept.append(notice)
        else:
            passed += 1
    return replace(
        rows_of_notices(kept, rates, settled),
        others=frozenset(others),
        unreadable=unreadable,
        passed=passed,
    )


def rows_of_notices(notices: Sequence[Notice], rates: Rates, settled: Iterable[Label]) -> Rows:
    """Reduce dated calls and results of known countries."""
    values = [row_of(x, rates, settled) for x in notices]
    return Rows(
        notices=np.array([_number(x.notice_id) for x in notices], dtype=np.uint64),
        versions=np.array([_number(x.version_id or x.notice_id) for x in notices], dtype=np.uint64),
        changed=[
            tuple(_number(y.target) for y in x.references if y.kind == "changes") for x in notices
        ],
        orders=np.array([_order(x) for x in notices], dtype=np.int64),
        buyers=np.array([_buyer(x) for x in notices], dtype=np.uint64),
        countries=np.array([x.country for x in notices], dtype=np.str_),
        years=np.array([(x.published_on or dt.date.min).year for x in notices], dtype=np.int16),
        values=np.array(values, dtype=np.float32).reshape(len(notices), len(COLUMNS)),
    )


def _number(identifier: str) -> int:
    digest = blake2b(plain_identifier(identifier).encode(errors="replace"), digest_size=8)
    return int.from_bytes(digest.digest())


def _order(notice: Notice) -> int:
    day, _, serial, _ = order(notice)
    return day.toordinal() * 10**9 + min(serial, 10**9 - 1)


def _buyer(notice: Notice) -> int:
    who = notice.buyer_id or (notice.buyer or notice.notice_id).casefold()
    return _number(f"{notice.country} {who}")


def row_of(notice: Notice, rates: Rates, settled: Iterable[Label]) -> Values:
    """Reduce a call or a result to numbers; a notice without lots has one."""
    row = np.zeros(len(COLUMNS), dtype=np.float32)
    lots = notice.lots or (Lot(),)
    carrying = dict.fromkeys(SIGNS, 0)
    for lot in lots:
        for name in _carried(notice, lot, settled):
            carrying[name] += 1
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


def _carried(notice: Notice, lot: Lot, settled: Iterable[Label]) -> Iterator[str]:
    """Yield what a notice carries for one of its lots."""
    # A codebook may have forms of its own, of which no country is asked.
    yield from (x for x in signs_of(replace(notice, lots=(lot,)), settled) if x in SIGNS)
    if any(code.startswith(RESEARCH_CPV) for code in (lot.cpv or notice.cpv)[:1]):
        yield "research_cpv"
        if RESEARCH_ACTIVITY in (lot.innovation or ()):
            yield "pre_commercial"


def _euro(notice: Notice, rates: Rates) -> float | None:
    """The awarded sum of a notice: its total, else that of its lots; ``None`` where not usable."""
    year = notice.published_on.year if notice.published_on else None
    stated = [notice.awarded] if notice.awarded else [lot.awarded for lot in notice.lots]
    sums = [x.euro for x in (in_euros(one, year, rates) for one in stated) if x.euro is not None]
    total = sum(sums)
    return total if sums and total <= LARGEST else None
