"""Shares over time: quarters, rolling four quarters, years and changes.

Every quarter has its own draw, so a longer period is the sum of its quarters:
R = sum T_q / sum V_q, with T_q the innovation-oriented volume and V_q the whole volume. Two
rolling periods share quarters, and a shared quarter has the same error in both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot

import numpy as np
from scipy import stats

from pipeline.errors import EstimateError
from pipeline.estimates.judged import Interval
from pipeline.records import Period

# eForms became obligatory on 25 October 2023 (Regulation (EU) 2019/1780, as amended); from
# this quarter on the notices have other fields.
BREAK = Period.quarter(2023, 4)
QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What one quarter adds to any longer period.

    Attributes:
        period: A quarter.
        volume: V: euro, or lots for a share by number.
        total: T: estimated volume that is innovation-oriented, at most V.
        low, high: Ends of the interval of T, as published for the quarter.
        variance: Of T.
        degrees: Degrees of freedom of the variance.
    """

    period: Period
    volume: float
    total: float
    low: float
    high: float
    variance: float
    degrees: float

    @classmethod
    def of(cls, period: Period, interval: Interval, volume: float) -> Quarter:
        """Make a quarter of what an estimator returned."""
        return cls(
            period=period,
            volume=volume,
            total=interval.share * volume,
            low=interval.low * volume,
            high=interval.high * volume,
            variance=interval.variance * volume**2,
            degrees=interval.degrees,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a series.

    Attributes:
        period: Of the quarters together.
        quarters: The quarters it is made of.
        flags: ``break`` when the quarter of the change of forms is in it, and not only as the
            first of several.
        change: Share minus that of the point before; ``None`` for the first.
        detectable: Changes up to this size are not called a change; ``None`` for the first.
    """

    period: Period
    quarters: tuple[Quarter, ...]
    share: float
    low: float
    high: float
    flags: tuple[str, ...]
    change: float | None = None
    detectable: float | None = None

    @property
    def changed(self) -> bool:
        """Whether the change is beyond the minimal detectable one."""
        return (
            self.change is not None
            and self.detectable is not None
            and abs(self.change) > self.detectable
        )


def single(quarters: Sequence[Quarter], *, confidence: float = 0.95) -> tuple[Point, ...]:
    """Return each quarter by itself, with the very interval it was published with."""
    return _points([(each,) for each in quarters], confidence)


def rolling(quarters: Sequence[Quarter], *, confidence: float = 0.95) -> tuple[Point, ...]:
    """Return the published series: each quarter with the three before it.

    Raises:
        EstimateError: A quarter is missing or out of order.
    """
    _consecutive(quarters)
    windows = [
        tuple(quarters[start : start + QUARTERS]) for start in range(len(quarters) - QUARTERS + 1)
    ]
    return _points(windows, confidence)


def years(quarters: Sequence[Quarter], *, confidence: float = 0.95) -> tuple[Point, ...]:
    """Return each calendar year of which all four quarters are there.

    Raises:
        EstimateError: A quarter is missing or out of order.
    """
    _consecutive(quarters)
    found = sorted({each.period.first_day.year for each in quarters})
    windows = [tuple(q for q in quarters if q.period.first_day.year == year) for year in found]
    return _points([window for window in windows if len(window) == QUARTERS], confidence)


def _consecutive(quarters: Sequence[Quarter]) -> None:
    for before, after in pairwise(quarters):
        if after.period.first_day - before.period.last_day != dt.timedelta(days=1):
            raise EstimateError(
                f"quarters must follow each other: {before.period} is followed by {after.period}"
            )


def _points(windows: Sequence[tuple[Quarter, ...]], confidence: float) -> tuple[Point, ...]:
    points: list[Point] = []
    for window in windows:
        point = _point(window)
        if points:
            before = points[-1]
            point = replace(
                point,
                change=point.share - before.share,
                detectable=minimal_detectable_change(
                    before.quarters, window, confidence=confidence
                ),
            )
        points.append(point)
    return tuple(points)


def _point(window: tuple[Quarter, ...]) -> Point:
    """Add quarters up; their reaches are squared and added (MOVER: Zou & Donner 2008).

    Two quarters of 100 with totals 10 (from 7) and 10 (from 6): 20, from 20 - hypot(3, 4) = 15,
    of 200. The sum of the lower ends, 13, is never undercut.
    """
    volume = sum(each.volume for each in window)
    total = sum(each.total for each in window)
    below = hypot(*(each.total - each.low for each in window))
    above = hypot(*(each.high - each.total for each in window))
    first, last = window[0].period, window[-1].period
    breaks = first <= BREAK <= last and (len(window) == 1 or first < BREAK)
    return Point(
        period=Period(window[0].period.first_day, window[-1].period.last_day),
        quarters=window,
        share=total / volume,
        low=max(0.0, total - below) / volume,
        high=min(volume, total + above) / volume,
        flags=("break",) if breaks else (),
    )


def _degrees(window: Sequence[Quarter]) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of variances."""
    variances = np.array([each.variance for each in window])
    freedom = np.array([each.degrees for each in window])
    if not variances.sum() > 0:
        return np.inf
    return float(variances.sum() ** 2 / max((np.square(variances) / freedom).sum(), 1e-300))


def minimal_detectable_change(
    old: Sequence[Quarter], new: Sequence[Quarter], *, confidence: float = 0.95
) -> float:
    """Return the size up to which a difference between two periods may be chance.

        var(R_new - R_old) = sum_q var(T_q) (q in new / V_new - q in old / V_old)^2

    A quarter in both periods nearly cancels: that is what the overlap of the panels gives.
    """
    volume_old, volume_new = (sum(each.volume for each in side) for side in (old, new))
    # A revised quarter counts as two: its old and new error are not known to cancel.
    quarters = tuple(dict.fromkeys((*old, *new)))
    variance = sum(
        each.variance * ((each in new) / volume_new - (each in old) / volume_old) ** 2
        for each in quarters
    )
    degrees = _degrees(quarters)
    return float(stats.t.ppf((1 + confidence) / 2, degrees) * variance**0.5)
