"""How many labels does a half-width need? By simulation on the actual values and scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.corpus.selection import Design, select
from pipeline.errors import TooFewLabels
from pipeline.estimates.estimators import FEWEST_LABELS, difference
from pipeline.estimates.judged import Floats, Judged

# Each number of labels in the table is about a fifth above the one before.
STEP = 1.2
ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a number of labels is expected to give.

    Attributes:
        labels: Lots to judge (n).
        half_width: Mean half-width of the 95% interval of the share by value, 0 to 1, if the
            scores are right as probabilities.
        half_width_useless: The same if the model tells nothing apart at the same prevalence.
            The truth lies between both.
        half_width_by_number: As ``half_width``, of the share by number.
    """

    labels: int
    half_width: float
    half_width_useless: float
    half_width_by_number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer of :func:`plan`.

    Attributes:
        labels: The smallest number in the table that is expected to reach the half-width.
        table: From ``FEWEST_LABELS`` up to that number and one step beyond.
    """

    half_width: float
    labels: int
    table: tuple[Expected, ...]


def plan(
    values: Floats,
    scores: Floats,
    *,
    half_width: float,
    rng: np.random.Generator,
    confidence: float = 0.95,
    design: Design = "strata",
) -> Plan:
    """Say how many labels are needed.

    Truths are drawn with the scores as probabilities; lots are drawn and estimated as they
    will be, ``ROUNDS`` times per number of labels.

    Args:
        values: Euro, above 0; shape (N,).
        scores: Probabilities, 0 to 1; shape (N,).
        half_width: Wanted, as a fraction: 0.02 for two percentage points.
        rng: Seeded by the caller.

    Raises:
        TooFewLabels: The frame has fewer than ``FEWEST_LABELS`` lots.
        ValueError: The half-width is not between 0 and 0.5.
    """
    if not 0 < half_width < 0.5:
        raise ValueError(f"a half-width is a fraction between 0 and 0.5, not {half_width}")
    if len(values) < FEWEST_LABELS:
        raise TooFewLabels(
            f"the frame has {len(values)} lots; at least {FEWEST_LABELS} must be judged",
            hint="Take a longer period, for example four quarters.",
        )
    table: list[Expected] = []
    for labels in _numbers(len(values)):
        reached = bool(table) and table[-1].half_width <= half_width
        table.append(
            expected(values, scores, labels=labels, rng=rng, confidence=confidence, design=design)
        )
        if reached:
            break
    enough = next((each.labels for each in table if each.half_width <= half_width), len(values))
    return Plan(half_width=half_width, labels=enough, table=tuple(table))


def _numbers(lots: int) -> list[int]:
    """Return numbers of labels, rounded up to tens; the whole frame last."""
    numbers, labels = [], float(FEWEST_LABELS)
    while labels < lots:
        numbers.append(int(-(-labels // 10) * 10))
        labels *= STEP
    return [*(number for number in numbers if number < lots), lots]


def expected(
    values: Floats,
    scores: Floats,
    *,
    labels: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
    design: Design = "strata",
) -> Expected:
    """Simulate the mean half-width of a number of labels; arguments as in :func:`plan`."""
    rounds: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        drawn = select(
            values, scores, numbers=rng.random(len(values)), labels=labels, design=design
        )
        truth = (rng.random(len(values)) < scores).astype(np.float64)
        judged = Judged(
            values=values,
            scores=scores,
            drawn=drawn.chosen,
            truth=truth[drawn.chosen],
            probabilities=drawn.probabilities,
            strata=drawn.strata,
            clusters=np.arange(labels),
        )
        shuffled = replace(judged, truth=rng.permutation(truth)[drawn.chosen])
        rounds.append(
            (
                _half_width(judged, confidence),
                _half_width(shuffled, confidence),
                _half_width(judged.by_number(), confidence),
            )
        )
    by_value, useless, by_number = np.mean(rounds, axis=0).tolist()
    return Expected(
        labels=labels,
        half_width=by_value,
        half_width_useless=useless,
        half_width_by_number=by_number,
    )


def _half_width(judged: Judged, confidence: float) -> float:
    interval = difference(judged, confidence=confidence)
    return (interval.high - interval.low) / 2
