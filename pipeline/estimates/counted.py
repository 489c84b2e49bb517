"""Shares that need no draw: counts over the whole frame of what notices declare themselves.

A structured sign, such as the procedure "innovation partnership", stands in the notice. How
many lots carry it is counted, not estimated, so there is no sampling interval; only missing
values leave room. Printed beside the sampled share of what the sign stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.estimates.imputation import Cell, large_values
from pipeline.estimates.judged import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What part of a frame carries a sign.

    Attributes:
        lots: With the sign.
        by_number: Part of all lots, 0 to 1; exact.
        by_value: Part of the known value, 0 to 1; ``None`` where no value is known.
        low, high: Of the share by value, were the missing values of the others all large ones
            of their kind, and were those of the lots with the sign; equal where none is missing.
    """

    lots: int
    by_number: float
    by_value: float | None
    low: float
    high: float


def counted(values: Floats, signed: NDArray[np.bool_], cells: Sequence[Cell]) -> Counted:
    """Count the lots that carry a sign.

    Values 10, 30 and 60 of which the first has it: 1 of 3 lots, 10% of the value.

    Args:
        values: Euro; NaN where missing; shape (N,), N at least 1.
        signed: Which lots carry the sign; shape (N,).
        cells: Kinds, as in :func:`pipeline.estimates.imputation.impute`; length N.
    """
    known, missing = np.nan_to_num(values), large_values(values, cells)
    whole, part = float(known.sum()), float(known[signed].sum())
    low, high = 0.0, 1.0
    if not np.isnan(missing).any() and whole > 0:
        more = float(missing[signed].sum())
        low = part / (whole + float(missing[~signed].sum()))
        high = (part + more) / (whole + more)
    return Counted(
        lots=int(signed.sum()),
        by_number=float(signed.mean()),
        by_value=part / whole if whole > 0 else None,
        low=low,
        high=high,
    )
