"""Choosing lots from arrays: strata, and how many lots of each.

Formulas: Särndal, Swensson & Wretman, Model Assisted Survey Sampling (1992), §3.7 (strata, Neyman
allocation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CorpusError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TAKE_ALL_SHARE = 0.25
TAKE_ALL = 0

# No lot is drawn with less than this part of the chance it had in a simple random draw. Without
# a floor one surprise among the smallest lots decides the share by number.
FLOOR = 0.25

# A confident model is never believed entirely: a score counts as at least this far from 0 and
# 1. At 0.02 the interval covers 92 to 94% under a prevalence shift, at 0.05 95% (simulated).
DOUBT = 0.05

# Strata are cut so that each gets about 15 labels; a variance on fewer is itself too uncertain.
LABELS_PER_STRATUM = 15
MOST_VALUE_BANDS = 10
SCORE_BANDS = 2
FEWEST_PER_STRATUM = 3
FEWEST_DRAWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which lots of a frame were drawn.

    Attributes:
        chosen: Indices into the frame; shape (n,).
        probabilities: Inclusion probabilities, above 0, at most 1; shape (n,).
        strata: Stratum numbers, ``TAKE_ALL`` for the take-all stratum; shape (n,).
        everyone: Stratum number of every lot of the frame; shape (N,).
    """

    chosen: Integers
    probabilities: Floats
    strata: Integers
    everyone: Integers


def select(values: Floats, scores: Floats, *, numbers: Floats, labels: int) -> Selection:
    """Draw lots.

    Args:
        values: Euro, above 0; shape (N,).
        scores: Probability of being innovation-oriented, 0 to 1; shape (N,).
        numbers: Permanent random numbers, uniform on [0, 1); shape (N,).
        labels: Lots to draw (n).

    Raises:
        CorpusError: n is below ``FEWEST_DRAWN`` or above N.
        ValueError: The arrays do not fit together, or a value is not above 0.
    """
    if not values.shape == scores.shape == numbers.shape or not (values > 0).all():
        raise ValueError(f"values {values.shape}, scores {scores.shape}, numbers {numbers.shape}")
    if not FEWEST_DRAWN <= labels <= len(values):
        raise CorpusError(
            f"{labels} labels asked; between {FEWEST_DRAWN} and the {len(values)} lots of the "
            "frame can be drawn"
        )
    strata = stratify(values, scores, labels=labels)
    return _within_strata(strata, _spread(values, scores), numbers, labels)


def stratify(values: Floats, scores: Floats, *, labels: int) -> Integers:
    """Put every lot in a stratum; shape (N,).

    Value bands hold equal parts of the value that is not taken whole; score bands within
    them hold equal parts of the doubt.
    """
    strata = np.full(len(values), TAKE_ALL, dtype=np.int64)
    taken = int(TAKE_ALL_SHARE * labels)
    rest = np.argsort(-values, kind="stable")[taken:][::-1]
    strata_wanted = (labels - taken) / LABELS_PER_STRATUM
    bands = int(np.clip(strata_wanted / SCORE_BANDS, 1, MOST_VALUE_BANDS))
    doubt = np.sqrt(_doubt(scores))
    for number, band in enumerate(_equal_parts(rest, values, bands)):
        by_score = band[np.argsort(scores[band], kind="stable")]
        for score_band, members in enumerate(_equal_parts(by_score, doubt, SCORE_BANDS)):
            strata[members] = 1 + number * SCORE_BANDS + score_band
    return strata


def _equal_parts(ordered: Integers, size: Floats, parts: int) -> list[Integers]:
    """Cut an ordering into parts of equal total size; a part may be empty."""
    total = np.cumsum(size[ordered])
    part = np.minimum((total / total[-1] * parts).astype(np.int64), parts - 1) if len(total) else []
    return [ordered[np.asarray(part) == number] for number in range(parts)]


def _doubt(scores: Floats) -> Floats:
    """Variance of a truth with that probability, never below that of ``DOUBT``."""
    return np.maximum(scores * (1 - scores), DOUBT * (1 - DOUBT))


def _spread(values: Floats, scores: Floats) -> Floats:
    """Expected square of value x (truth - score), per lot."""
    return np.square(values) * _doubt(scores)


def _within_strata(strata: Integers, spread: Floats, numbers: Floats, labels: int) -> Selection:
    """Take the lots with the lowest random numbers of each stratum."""
    names, sizes = np.unique(strata, return_counts=True)
    deviation = np.array([np.sqrt(spread[strata == name].mean()) for name in names])
    fair = FLOOR * labels / len(strata) * sizes
    low = np.minimum(sizes, np.maximum(FEWEST_PER_STRATUM, np.ceil(fair))).astype(float)
    low[names == TAKE_ALL] = sizes[names == TAKE_ALL]
    wanted = _whole(scaled(sizes * deviation, low=low, high=sizes.astype(float), total=labels))
    chosen = []
    for name, number in zip(names, wanted, strict=True):
        members = np.flatnonzero(strata == name)
        chosen.append(members[np.argsort(numbers[members], kind="stable")[:number]])
    return Selection(
        chosen=np.concatenate(chosen),
        probabilities=np.repeat(wanted / sizes, wanted),
        strata=np.repeat(names, wanted),
        everyone=strata,
    )


def scaled(weights: Floats, *, low: Floats, high: Floats, total: float) -> Floats:
    """Return k x weights clipped to [low, high], with k such that they add up to ``total``.

    Raises:
        CorpusError: The lower bounds alone exceed the total.
    """
    if low.sum() > total:
        raise CorpusError(f"{total:g} labels are too few: the strata need {low.sum():.0f}")
    below, above = 0.0, float((high / weights).max())
    for _ in range(100):  # halves until the limits of a double
        middle = (below + above) / 2
        if np.clip(middle * weights, low, high).sum() < total:
            below = middle
        else:
            above = middle
    return np.clip(above * weights, low, high)


def _whole(numbers: Floats) -> Integers:
    """Round to whole numbers with the same total: largest remainders first."""
    whole = np.floor(numbers + 1e-9).astype(np.int64)
    left = round(numbers.sum()) - int(whole.sum())
    whole[np.argsort(whole - numbers, kind="stable")[:left]] += 1
    return whole
