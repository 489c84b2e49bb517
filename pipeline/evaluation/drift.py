"""Is a quarter still what the model knows: an alarm with a stated rate of false ones.

Months are the units: their shares differ by more than chance, because notices come in bundles of
one buyer and because quarters have seasons. Derivation and simulation: docs/drift.md.

Source:
    Two samples of months, Welch & Student as in Snedecor & Cochran, Statistical Methods (1989),
    ch. 6; the arcsine of a share's root has a variance of 1/4n whatever the share (ibid., ch. 15).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.notices.period import quarters_before
from pipeline.records import Check, Period

Floats = NDArray[np.float64]

# Measure to how many of how many, in one month.
Month = Mapping[str, tuple[int, int]]
Quarter = Sequence[Month]

# With eight measures against two references, at most one quarter in twenty is beyond this without
# any drift, in the worst of the worlds of `scripts/drift_alarm.py`.
LIMIT = 4.8
FALSE_ALARMS = 1 / 20
QUARTERS = 4
# What a quarter is compared with, by the name of the check.
BEFORE, MODEL = "like_the_quarters_before", "like_when_the_model_came"

NAMES = {
    "innovative": "notices with a probability of innovation of 0.5 or more",
    "doubtful": "notices with a probability of 0.2 to 0.8",
    "abstained": "notices on which the model abstains",
    "unknown": "words that no notice holds of those it learned from",
    "no_text": "notices without a description",
    "no_value": "calls and awards without a value",
    "no_cpv": "notices without a CPV code",
    "no_procedure": "calls without a procedure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far one measure lies from what it was.

    Attributes:
        measure: Key of ``NAMES``.
        now, before: Shares, 0 to 1.
        distance: In standard errors; an alarm beyond ``LIMIT``, either way.
    """

    measure: str
    now: float
    before: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A quarter held against four others.

    Attributes:
        name: ``BEFORE`` or ``MODEL``.
        quarters: Of how many of the four something is known; fewer say too little.
        drifts: The farthest measure first; empty where too little is known.
    """

    name: str
    quarters: int
    drifts: tuple[Drift, ...]

    @property
    def far(self) -> tuple[Drift, ...]:
        """The measures that are beyond the limit: none without drift, as a rule."""
        return tuple(x for x in self.drifts if abs(x.distance) > LIMIT)


def alarms(
    period: Period, months: Callable[[Period], Quarter | None], *, since: dt.date
) -> tuple[Alarm, ...]:
    """Hold a quarter against the four before it, and those before the model in use came.

    Args:
        months: Given a quarter its months; ``None`` where nothing is known of it.
        since: When the model was taken into use. In a quarter that was not over by then there is
            nothing to hold against its time.
    """
    first = Period.quarter_of(since)
    then = quarters_before(first) if first.first_day < period.first_day else []
    return tuple(
        alarm(name, months(period) or (), [x for each in quarters if (x := months(each))])
        for name, quarters in ((BEFORE, quarters_before(period)), (MODEL, then))
    )


def alarm(name: str, now: Quarter, before: Sequence[Quarter]) -> Alarm:
    """Hold the months of a quarter against those of others."""
    enough = len(before) >= QUARTERS and len(now) > 0
    return Alarm(name=name, quarters=len(before), drifts=drifts(now, before) if enough else ())


def distance(now: Floats, before: Floats, floor: Floats) -> Floats:
    """Return by how many standard errors months differ from those before.

    The standard error is the larger of two: months as independent units, and quarters as such.

    Args:
        now: Transformed shares of the months of a quarter, shape (..., m).
        before: Of the quarters before, shape (..., quarters, m).
        floor: Least variance of a month, that of chance alone, shape (...).

    Returns:
        Shape (...).
    """
    months = now.shape[-1]
    quarters = before.shape[-2]
    flat = before.reshape(*before.shape[:-2], -1)
    squares = _squares(now) + _squares(flat)
    within = np.maximum(squares / (months + flat.shape[-1] - 2), floor)
    between = before.mean(axis=-1).var(axis=-1, ddof=1)
    variance = np.maximum(within * (1 / months + 1 / flat.shape[-1]), between * (1 + 1 / quarters))
    difference = now.mean(axis=-1) - flat.mean(axis=-1)
    return np.asarray(difference / np.sqrt(variance), dtype=np.float64)


def drifts(now: Quarter, before: Sequence[Quarter]) -> tuple[Drift, ...]:
    """Compare a quarter with earlier ones, the farthest measure first.

    Left out is what not every month tells: a measure that was not taken, or of no notices.

    Args:
        now: Its months.
        before: At least two quarters, with as many months each.
    """
    found = []
    for name in NAMES:
        counts = [[x.get(name, (0, 0)) for x in quarter] for quarter in (now, *before)]
        if any(not of for quarter in counts for _, of in quarter):
            continue
        yes, of = np.moveaxis(np.array(counts, dtype=np.float64), -1, 0)
        turned = np.arcsin(np.sqrt(yes / of))
        far = distance(turned[0], turned[1:], np.array((1 / (4 * of)).mean()))
        found.append(
            Drift(
                measure=name,
                now=float(yes[0].sum() / of[0].sum()),
                before=float(yes[1:].sum() / of[1:].sum()),
                distance=float(far),
            )
        )
    return tuple(sorted(found, key=lambda x: -abs(x.distance)))


def drift_check(one: Alarm) -> Check:
    """Say whether a quarter is beyond the limit in any measure."""
    if one.quarters < QUARTERS:
        finding = f"{one.quarters} quarters to compare with; {QUARTERS} are needed"
        return Check(name=one.name, severity="look", passed=True, finding=finding)
    told = "; ".join(_told(x) for x in one.far or one.drifts[:1])
    return Check(
        name=one.name,
        severity="look",
        passed=not one.far,
        finding=f"{len(one.far)} of {len(one.drifts)} measures beyond {LIMIT:g} standard errors, "
        f"expected 0{': ' if told else ''}{told}",
    )


def _told(one: Drift) -> str:
    return f"{one.now:.1%} {NAMES[one.measure]}, was {one.before:.1%} ({one.distance:+.1f})"


def _squares(values: Floats) -> Floats:
    return np.asarray(
        ((values - values.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1), dtype=np.float64
    )
