"""How many labels does a half-width need? By simulation on the actual values and scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from pipeline.corpus.selection import select
from pipeline.errors import TooFewLabels
from pipeline.estimates.estimators import FEWEST_LABELS, LONGER, difference
from pipeline.estimates.judged import Floats, Judged
from pipeline.records import INNOVATION, Weighting

# Each number of labels in the table is about a fifth above the one before.
STEP = 1.2
ROUNDS = 40

# A slope on fewer judgements says nothing about a model.
FEWEST_MEASURED = 100

Quality = Literal["right", "measured", "useless"]


class PlannedWidths(NamedTuple):
    """What a half-width is of, and how good the model is taken to be.

    ``right``: its scores are right as probabilities. ``useless``: it tells nothing apart, at the
    same prevalence. ``measured``: as bad as it was on earlier draws.
    """

    quantity: str
    weighting: Weighting
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How good the scores of a quantity were on lots that were drawn and judged.

    Attributes:
        prevalence: Part of the judged lots that had it, 0 to 1.
        slope: Of the judgements on the scores: 1 where they are right, 0 where they say nothing.
    """

    prevalence: float
    slope: float

    @classmethod
    def of(cls, truth: Floats, scores: Floats) -> Measured | None:
        """Measure; ``None`` below ``FEWEST_MEASURED`` judgements, or where all scores are equal.

        Args:
            truth: 0 to 1; shape (n,).
            scores: Of the same lots; shape (n,).
        """
        apart = scores - scores.mean() if len(scores) else scores
        spread = float(apart @ apart)
        if len(truth) < FEWEST_MEASURED or spread < 1e-12:
            return None
        slope = float(np.clip(apart @ truth / spread, 0, 1))
        return cls(prevalence=float(truth.mean()), slope=slope)

    def chances(self, scores: Floats) -> Floats:
        """Return the probabilities that such scores stand for; shape (N,).

        Prevalence 0.02 and slope 0.5: a score 0.1 above the mean stands for 0.07.
        """
        chances: Floats = np.clip(self.prevalence + self.slope * (scores - scores.mean()), 0, 1)
        return chances


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a number of labels is expected to give.

    Attributes:
        labels: Lots to judge (n).
        widths: Mean half-width of the 95% interval per column, 0 to 1.
    """

    labels: int
    widths: Mapping[PlannedWidths, float]

    @property
    def pessimistic(self) -> float:
        """The widest of the headline by value, whatever the model is worth."""
        return max(
            width
            for column, width in self.widths.items()
            if (column.quantity, column.weighting) == (INNOVATION, "value")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer of :func:`plan`.

    Attributes:
        labels: The smallest number in the table that is expected to reach the half-width even
            by the pessimistic column.
        table: From ``FEWEST_LABELS`` up to that number and one step beyond.
    """

    half_width: float
    labels: int
    table: tuple[Expected, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedFrame:
    """What is drawn from.

    Attributes:
        values: Euro, above 0; shape (N,).
        scores: Per quantity probabilities, 0 to 1, each of shape (N,); those of
            ``innovation_oriented`` steer the draw.
        measured: Per quantity how good its scores were; left out where nothing was measured.
    """

    values: Floats
    scores: Mapping[str, Floats]
    measured: Mapping[str, Measured] = field(default_factory=dict)

    def truths(self, rng: np.random.Generator) -> Iterator[tuple[str, Quality, Floats]]:
        """Yield a truth of every lot per quantity and quality of the model."""
        for quantity, scores in self.scores.items():
            right = _happened(scores, rng)
            yield quantity, "right", right
            if quantity in self.measured:
                chances = self.measured[quantity].chances(scores)
                yield quantity, "measured", _happened(chances, rng)
            yield quantity, "useless", rng.permutation(right)


def _happened(chances: Floats, rng: np.random.Generator) -> Floats:
    return (rng.random(len(chances)) < chances).astype(np.float64)


def plan(
    frame: PlannedFrame,
    *,
    half_width: float,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Plan:
    """Say how many labels are needed.

    Truths are drawn for a model that is right, as bad as measured, and useless; lots are drawn
    and estimated as they will be, ``ROUNDS`` times per number of labels.

    Args:
        frame: Values and scores.
        half_width: Wanted, as a fraction: 0.02 for two percentage points.
        rng: Seeded by the caller.

    Raises:
        TooFewLabels: The frame has fewer than ``FEWEST_LABELS`` lots.
        ValueError: The half-width is not between 0 and 0.5.
    """
    lots = len(frame.values)
    if not 0 < half_width < 0.5:
        raise ValueError(f"a half-width is a fraction between 0 and 0.5, not {half_width}")
    if lots < FEWEST_LABELS:
        raise TooFewLabels(
            f"the frame has {lots} lots; at least {FEWEST_LABELS} must be judged",
            hint=LONGER,
        )
    table: list[Expected] = []
    for labels in _numbers(lots):
        reached = bool(table) and table[-1].pessimistic <= half_width
        table.append(expected(frame, labels=labels, rng=rng, confidence=confidence))
        if reached:
            break
    enough = next((each.labels for each in table if each.pessimistic <= half_width), lots)
    return Plan(half_width=half_width, labels=enough, table=tuple(table))


def _numbers(lots: int) -> list[int]:
    """Return numbers of labels, rounded up to tens; the whole frame last."""
    numbers, labels = [], float(FEWEST_LABELS)
    while labels < lots:
        numbers.append(int(-(-labels // 10) * 10))
        labels *= STEP
    return [*(number for number in numbers if number < lots), lots]


def expected(
    frame: PlannedFrame,
    *,
    labels: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Expected:
    """Simulate the mean half-widths of a number of labels; arguments as in :func:`plan`."""
    values, widths = frame.values, dict[PlannedWidths, list[float]]()
    for _ in range(ROUNDS):
        drawn = select(
            values,
            frame.scores[INNOVATION],
            numbers=rng.random(len(values)),
            labels=labels,
        )
        for quantity, quality, truth in frame.truths(rng):
            judged = Judged(
                values=values,
                scores=frame.scores[quantity],
                drawn=drawn.chosen,
                truth=truth[drawn.chosen],
                probabilities=drawn.probabilities,
                strata=drawn.strata,
                clusters=np.arange(labels),
            )
            for weighting, one in _weighted(judged):
                column = PlannedWidths(quantity, weighting, quality)
                widths.setdefault(column, []).append(_half_width(one, confidence))
    means = {column: float(np.mean(found)) for column, found in widths.items()}
    return Expected(labels=labels, widths=means)


def _weighted(judged: Judged) -> Iterator[tuple[Weighting, Judged]]:
    yield "value", judged
    yield "number", judged.by_number()


def _half_width(judged: Judged, confidence: float) -> float:
    interval = difference(judged, confidence=confidence)
    return (interval.high - interval.low) / 2
