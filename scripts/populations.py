"""Fictional frames of which all is known, draws from them, and how well estimates do.

Used by coverage_study.py and, in a small version, by the tests.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import stats

from pipeline.corpus.selection import FLOOR, TAKE_ALL, Floats, Selection, scaled, select
from pipeline.errors import TooFewLabels
from pipeline.estimates.disagreement import with_disagreement
from pipeline.estimates.estimators import ESTIMATORS
from pipeline.estimates.imputation import impute, multiply_imputed
from pipeline.estimates.judged import HeldOut, Interval, Judged

# With this spread of logarithms the top 1% of lognormal values hold 36% of the total:
# Phi(sigma - 2.326) = 0.36.
SPREAD = 1.968
# Distance of the two classes, in standard deviations, that gives an AUC of 0.93.
APART = 2**0.5 * float(stats.norm.ppf(0.93))
PRIOR_BEFORE_SHIFT, PRIOR_AFTER_SHIFT = 0.05, 0.12
PART_MISSING = 0.4
KINDS = 40
# Measured on the 497 real notices that two people judged: 14 are innovation-oriented, and on 3
# of those one of the two said otherwise, so 3 of 28 judgements missed one.
MISSED = 3 / 28
# Part of the labels outside the take-all stratum that gets a second judgement.
JUDGED_TWICE = 0.25

SCENARIOS = {
    "base": "calibrated scores, AUC 0.93, share 5-15%",
    "value": "errors grow with value: large awards score too low and are told apart less",
    "useless": "scores say nothing",
    "shift": "prevalence 12% where the model was calibrated on 5%",
    "missing": "40% of the values missing, large ones more often; imputed",
    "noise": "judgements differ as measured; misses and false alarms balance",
    "rare": "share 0.5-2%",
}
# No goal holds here; it shows what no resampling can see.
STRESS = {"misses": "as noise, but judges only miss: no false alarms"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Population:
    """A frame of which all is known.

    Attributes:
        values: Euro; shape (N,).
        truth, scores: Shape (N,).
        cells: What imputation may use.
        missing: Whether the value is withheld; shape (N,).
    """

    values: NDArray[np.float64]
    truth: NDArray[np.float64]
    scores: NDArray[np.float64]
    cells: list[tuple[str, ...]]
    missing: NDArray[np.bool_]
    held_out: HeldOut

    def share(self, *, by_value: bool) -> float:
        """Return the true share."""
        weights = self.values if by_value else np.ones_like(self.values)
        return float(weights @ self.truth / weights.sum())


def population(rng: np.random.Generator, scenario: str, *, size: int = 8000) -> Population:
    """Make a frame; values are lognormal, and half of their spread is between kinds of lots."""
    usual = rng.normal(size=size)
    kinds = (KINDS * stats.norm.cdf(usual)).astype(int)
    standing = 0.5**0.5 * (usual + rng.normal(size=size))
    prevalence = rng.uniform(0.005, 0.02) if scenario == "rare" else rng.uniform(0.05, 0.15)
    if scenario == "shift":
        prevalence = PRIOR_AFTER_SHIFT
    truth = (rng.random(size) < prevalence).astype(float)
    # A withheld value is more likely the larger it is; 0.4 over all lots.
    threshold = stats.norm.ppf(PART_MISSING) * 1.25**0.5
    missing = rng.normal(size=size) < threshold + 0.5 * standing
    before = PRIOR_BEFORE_SHIFT if scenario == "shift" else prevalence
    held = (rng.random(2000) < before).astype(float)
    held[:2] = 0, 1
    return Population(
        values=np.exp(11.5 + SPREAD * standing),
        truth=truth,
        scores=_scores(rng, truth, scenario, prevalence, standing),
        cells=[(str(kind // 5), str(kind)) for kind in kinds],
        missing=missing & (scenario == "missing"),
        held_out=HeldOut(
            truth=held, scores=_scores(rng, held, scenario, prevalence, np.zeros(2000))
        ),
    )


def _scores(
    rng: np.random.Generator,
    truth: NDArray[np.float64],
    scenario: str,
    prevalence: float,
    standing: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return posterior probabilities, right or as wrong as the scenario wants them."""
    prior = PRIOR_BEFORE_SHIFT if scenario == "shift" else prevalence
    apart = APART * (np.clip(1 - 0.25 * standing, 0, None) if scenario == "value" else 1)
    seen = rng.normal(apart * truth)
    logit = np.log(prior / (1 - prior)) + APART * seen - APART**2 / 2
    if scenario == "value":
        logit -= 0.5 * standing
    scores = 1 / (1 + np.exp(-logit))
    return rng.permutation(scores) if scenario == "useless" else scores


def chosen(rng: np.random.Generator, frame: Population, design: str, labels: int) -> Selection:
    """Draw lots; a withheld value counts for the mean of its kind."""
    size = len(frame.values)
    if design == "srs":
        return Selection(
            chosen=rng.choice(size, labels, replace=False),
            probabilities=np.full(labels, labels / size),
            strata=np.ones(labels, dtype=np.int64),
            everyone=np.ones(size, dtype=np.int64),
        )
    kinds = np.array([int(kind) for _, kind in frame.cells])
    open_ = ~frame.missing
    totals = np.bincount(kinds[open_], frame.values[open_])
    means = totals / np.bincount(kinds[open_])
    known = np.where(frame.missing, means[kinds], frame.values)
    numbers = rng.random(size)
    if design == "pips":
        return systematic(known, numbers, labels)
    return select(known, frame.scores, numbers=numbers, labels=labels)


def systematic(values: Floats, numbers: Floats, labels: int) -> Selection:
    """Walk along the lots in random order with steps of one label: chances go by value.

    Source: Särndal, Swensson & Wretman (1992), §3.6.
    """
    low = np.full(len(values), FLOOR * labels / len(values))
    probabilities = scaled(values, low=low, high=np.ones(len(values)), total=labels)
    probabilities[probabilities > 1 - 1e-9] = 1.0
    order = np.argsort(numbers, kind="stable")
    # The start is the first random number of the order, rescaled to be uniform again: the
    # smallest of N uniform numbers has distribution 1 - (1 - x)^N.
    start = 1 - (1 - numbers[order[0]]) ** len(values)
    reached = np.floor(np.cumsum(probabilities[order]) - start + 1e-9)
    chosen = np.sort(order[np.diff(reached, prepend=-1.0) > 0])
    everyone = np.where(probabilities < 1, TAKE_ALL + 1, TAKE_ALL)
    return Selection(
        chosen=chosen,
        probabilities=probabilities[chosen],
        strata=everyone[chosen],
        everyone=everyone,
    )


def judge(rng: np.random.Generator, frame: Population, drawn: Selection, scenario: str):
    """Return per drawn lot its first judgements, as the scenario has people err."""
    truth = frame.truth[drawn.chosen]
    if scenario not in {"noise", "misses"}:
        return [(answer,) for answer in truth]
    prevalence = frame.truth.mean()
    alarm = MISSED * prevalence / (1 - prevalence) if scenario == "noise" else 0.0
    wrong = np.where(truth == 1, MISSED, alarm)[:, None]
    answers = np.abs(truth[:, None] - (rng.random((len(truth), 2)) < wrong))
    twice = (drawn.probabilities == 1) | (rng.random(len(truth)) < JUDGED_TWICE)
    return [tuple(pair) if both else (pair[0],) for pair, both in zip(answers, twice, strict=True)]


def estimates(
    rng: np.random.Generator, frame: Population, drawn: Selection, scenario: str
) -> Iterator[tuple[str, bool, Interval]]:
    """Yield estimator, whether by value, and what it says."""
    judgements = judge(rng, frame, drawn, scenario)
    judged = Judged(
        values=frame.values,
        scores=frame.scores,
        drawn=drawn.chosen,
        truth=np.array([np.mean(answers) for answers in judgements]),
        probabilities=drawn.probabilities,
        strata=drawn.strata,
        clusters=np.arange(len(drawn.chosen)),
        held_out=frame.held_out,
    )
    for name, estimator in ESTIMATORS.items():
        function: Callable[..., Interval] = estimator.function
        if scenario in {"noise", "misses"} and estimator.role != "diagnostic":
            function = functools.partial(
                with_disagreement, judgements=judgements, estimator=function, rng=rng
            )
        # A useless model has error rates that cannot be inverted; its estimators refuse.
        with contextlib.suppress(TooFewLabels):
            yield name, False, function(judged.by_number())
        if estimator.by_value and frame.missing.any():
            known = np.where(frame.missing, np.nan, frame.values)
            imputed = impute(known, frame.cells, rng=rng)
            yield name, True, multiply_imputed(judged, imputed, estimator=function)
        elif estimator.by_value:
            yield name, True, function(judged)


def outcomes(
    seed: np.random.SeedSequence, scenario: str, *, labels: int, designs: tuple[str, ...], size: int
) -> list[tuple[str, str, bool, float, float, float, float]]:
    """Return design, estimator, by value, truth, share, low, high for one population."""
    rng = np.random.default_rng(seed)
    frame = population(rng, scenario, size=size)
    return [
        (design, name, by_value, frame.share(by_value=by_value), got.share, got.low, got.high)
        for design in designs
        for name, by_value, got in estimates(
            rng, frame, chosen(rng, frame, design, labels), scenario
        )
    ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quality:
    """How an estimator did over all populations; points are percentage points."""

    bias: float
    rmse: float
    coverage: float
    half_width: float
    times: int


def study(
    scenario: str,
    *,
    populations: int,
    labels: int,
    designs: tuple[str, ...],
    workers: int,
    size: int = 8000,
) -> dict[tuple[str, str, bool], Quality]:
    """Return the quality per design, estimator and whether by value."""
    number = list(SCENARIOS | STRESS).index(scenario)
    seeds = np.random.SeedSequence([2026, number, labels]).spawn(populations)
    found: dict[tuple[str, str, bool], list[tuple[float, ...]]] = {}
    for per_population in Parallel(workers)(
        delayed(outcomes)(seed, scenario, labels=labels, designs=designs, size=size)
        for seed in seeds
    ):
        for design, name, by_value, *figures in per_population:
            found.setdefault((design, name, by_value), []).append(tuple(figures))
    return {key: _quality(np.array(figures)) for key, figures in found.items()}


def _quality(figures: NDArray[np.float64]) -> Quality:
    truth, share, low, high = figures.T
    return Quality(
        bias=100 * float((share - truth).mean()),
        rmse=100 * float(np.sqrt(np.square(share - truth).mean())),
        coverage=float(((low <= truth) & (truth <= high)).mean()),
        half_width=50 * float((high - low).mean()),
        times=len(figures),
    )


def despite_all_truths(*, populations: int) -> float:
    """Return the RMSE, in points, that missing values leave when every lot is judged."""
    errors = []
    for seed in np.random.SeedSequence(2026).spawn(populations):
        rng = np.random.default_rng(seed)
        frame = population(rng, "missing")
        known = np.where(frame.missing, np.nan, frame.values)
        imputed = impute(known, frame.cells, rng=rng).mean(axis=0)
        errors.append(imputed @ frame.truth / imputed.sum() - frame.share(by_value=True))
    return 100 * float(np.sqrt(np.square(errors).mean()))
