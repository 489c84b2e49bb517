"""Do the intervals hold where positives are rare? Frames as real quarters are.

3,000 lots of which 2% are innovation-oriented, lognormal values with sigma 2. Of the positives
85% are solutions and 25% are R&D. Every quantity has its own scores; the draw is made on those
of innovation. Used by coverage_study.py and, in a small version, by the tests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import stats

from pipeline.corpus.selection import select
from pipeline.estimates.estimators import difference
from pipeline.estimates.judged import Judged

SIZE = 3000
PREVALENCE = 0.02
SOLUTIONS, RESEARCH = 0.85, 0.25
PROVINCE = 0.08
APART = 2**0.5 * float(stats.norm.ppf(0.93))
OVERCALL = 8.0
MODELS = {
    "AUC 0.93": "calibrated",
    "useless": "the same scores, shuffled",
    "overcalls": "AUC 0.93, odds x 8",
}
QUANTITIES = ("innovation", "solution", "rd", "province")
LABELS = (200, 400, 800)

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """How the interval of one quantity did; points are percentage points.

    Attributes:
        below, above: Part of the times that the truth lay below or above the interval.
        half_width: Median, in points.
        found: Mean number of judged positives.
    """

    below: float
    above: float
    half_width: float
    found: float
    times: int

    @property
    def coverage(self) -> float:
        return 1 - self.below - self.above


def scores_of(rng: np.random.Generator, truth: Floats, prevalence: float, model: str) -> Floats:
    """Return scores that are right as probabilities, or wrong as the model is."""
    seen = rng.normal(APART * truth)
    logit = np.log(prevalence / (1 - prevalence)) + APART * seen - APART**2 / 2
    logit += np.log(OVERCALL) * (model == "overcalls")
    scores = 1 / (1 + np.exp(-logit))
    return rng.permutation(scores) if model == "useless" else scores


def judged_frames(
    rng: np.random.Generator, model: str, labels: int
) -> Iterator[tuple[str, Judged, Floats]]:
    """Yield per quantity the judged frame, and its truth for every lot."""
    values = np.exp(11.5 + 2 * rng.normal(size=SIZE))
    kind, inside = rng.random(SIZE), rng.random(SIZE) < PROVINCE
    positive = (rng.random(SIZE) < PREVALENCE).astype(float)
    parts = {
        "innovation": (positive, PREVALENCE),
        "solution": (positive * (kind < SOLUTIONS), PREVALENCE * SOLUTIONS),
        "rd": (positive * (kind > 1 - RESEARCH), PREVALENCE * RESEARCH),
    }
    scores = {name: scores_of(rng, *part, model) for name, part in parts.items()}
    drawn = select(values, scores["innovation"], numbers=rng.random(SIZE), labels=labels)
    for name, (truth, _) in parts.items():
        judged = Judged(
            values=values,
            scores=scores[name],
            drawn=drawn.chosen,
            truth=truth[drawn.chosen],
            probabilities=drawn.probabilities,
            strata=drawn.strata,
            clusters=np.arange(labels),
        )
        yield name, judged, truth
        if name == "innovation":
            yield "province", judged.within(inside), truth


def outcomes(
    seed: np.random.SeedSequence, model: str, labels: int
) -> list[tuple[str, bool, float, float, float, float]]:
    """Return quantity, by value, truth, low, high and judged positives for one frame."""
    whole: dict[bool, float] = {}
    found = []
    for name, frame, truth in judged_frames(np.random.default_rng(seed), model, labels):
        for by_value, judged in ((True, frame), (False, frame.by_number())):
            got = difference(judged)
            high = got.high
            if name == "innovation":
                whole[by_value] = got.high
            elif name != "province":  # a part lies inside its whole
                high = min(got.high, whole[by_value])
            share = float(judged.values @ truth) / judged.volume
            hits = float(judged.truth @ (judged.drawn_values > 0))
            found.append((name, by_value, share, got.low, high, hits))
    return found


def rare_cells(
    model: str, *, labels: int, repetitions: int, workers: int
) -> dict[tuple[str, bool], Cell]:
    """Return how often intervals hold, per quantity and whether by value."""
    number = list(MODELS).index(model)
    seeds = np.random.SeedSequence([2026, 11, number, labels]).spawn(repetitions)
    gathered: dict[tuple[str, bool], list[tuple[float, ...]]] = {}
    for per_frame in Parallel(workers)(delayed(outcomes)(seed, model, labels) for seed in seeds):
        for name, by_value, *figures in per_frame:
            gathered.setdefault((name, by_value), []).append(tuple(figures))
    return {key: _cell(np.array(figures)) for key, figures in gathered.items()}


def _cell(figures: Floats) -> Cell:
    truth, low, high, hits = figures.T
    # A hundredth of a millionth: the rounding of sums is no miss.
    return Cell(
        below=float((truth < low - 1e-8).mean()),
        above=float((truth > high + 1e-8).mean()),
        half_width=50 * float(np.median(high - low)),
        found=float(hits.mean()),
        times=len(figures),
    )
