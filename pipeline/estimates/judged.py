"""What every estimator receives and returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Judged notices the model never saw, from which its error rates are measured.

    Attributes:
        truth: 0 or 1; shape (k,).
        scores: Of the same notices, 0 to 1; shape (k,).
    """

    truth: Floats
    scores: Floats

    def __post_init__(self) -> None:
        if self.truth.shape != self.scores.shape or set(np.unique(self.truth)) != {0, 1}:
            raise ValueError(
                f"error rates need truths 0 and 1 with scores: {np.unique(self.truth)}, "
                f"shapes {self.truth.shape} and {self.scores.shape}"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """A frame with the model's scores, and the judgements of a random draw from it.

    Attributes:
        values: Weight per lot: euro for a share by value, 1 for a share by number, 0 for lots
            outside the domain; shape (N,).
        scores: The model's probabilities, 0 to 1; shape (N,).
        drawn: Indices of the judged lots; shape (n,); empty without a draw.
        truth: Judgements of those: 0, 1, or between where first judgements differ; shape (n,).
        probabilities: Their inclusion probabilities, above 0, at most 1; shape (n,).
        strata: Their stratum numbers; shape (n,).
        clusters: Number of their procedure; shape (n,).
        entered: Which lots were in the frame of no draw, so that nothing is known of them;
            shape (N,); ``None`` where every lot had a chance.
        held_out: For the estimators that correct by error rates.
    """

    values: Floats
    scores: Floats
    drawn: Integers
    truth: Floats
    probabilities: Floats
    strata: Integers
    clusters: Integers
    entered: NDArray[np.bool_] | None = None
    held_out: HeldOut | None = None

    def __post_init__(self) -> None:
        per_lot = self.truth, self.probabilities, self.strata, self.clusters
        if self.values.shape != self.scores.shape or any(
            each.shape != self.drawn.shape for each in per_lot
        ):
            raise ValueError(
                f"values {self.values.shape} and scores {self.scores.shape}, or drawn "
                f"{self.drawn.shape} and {[each.shape for each in per_lot]} differ"
            )
        if not self.values.sum() > 0 or (self.values < 0).any():
            raise ValueError(f"values must be 0 or more and not all 0: sum {self.values.sum()}")
        if not ((self.probabilities > 0) & (self.probabilities <= 1)).all():
            raise ValueError(f"probabilities outside (0, 1]: {self.probabilities}")
        for name, shares in (("scores", self.scores), ("truth", self.truth)):
            if not ((shares >= 0) & (shares <= 1)).all():
                raise ValueError(f"{name} outside [0, 1]")

    @property
    def volume(self) -> float:
        """Sum of the values: the denominator."""
        return float(self.values.sum())

    @property
    def drawn_values(self) -> Floats:
        """Values of the judged lots; shape (n,)."""
        return self.values[self.drawn]

    @property
    def labelled(self) -> int:
        """Judged lots inside the domain (n)."""
        return int((self.drawn_values > 0).sum())

    @property
    def entered_part(self) -> float:
        """Part of the volume in lots that entered after the draw, 0 to 1."""
        return 0.0 if self.entered is None else float(self.values @ self.entered) / self.volume

    def by_number(self) -> Judged:
        """Return the same with every lot of the domain counting once."""
        return replace(self, values=(self.values > 0).astype(np.float64))

    def within(self, domain: NDArray[np.bool_]) -> Judged:
        """Return the same for a part of the frame; ``domain`` has shape (N,)."""
        return replace(self, values=np.where(domain, self.values, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What an estimator returns.

    Attributes:
        share, low, high: 0 to 1.
        variance: Of the share; 0 where the estimator has none.
        degrees: Degrees of freedom of the variance.
        flags: ``diagnostic``, ``no_interval``, ``rare``, ``upper_bound_only``,
            ``lower_bound_only``, ``at_judged_minimum``, ``entered_after_draw``.
        known: What the judged lots prove: the share is at least, and at most.
        bias: Expected bias where the estimator is biased and the size can be told.
    """

    share: float
    low: float
    high: float
    variance: float = 0.0
    degrees: float = np.inf
    flags: tuple[str, ...] = ()
    known: tuple[float, float] = (0.0, 1.0)
    bias: float | None = None
