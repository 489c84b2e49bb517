"""Figures that say how good judgements are, each with an interval over groups of notices.

Every figure is a formula on counts that add up over notices. The bootstrap draws groups, not
notices, since an award and its call are right or wrong together; a draw is then one weighted
sum of the groups' counts, so a thousand draws cost one multiplication.

Undefined is NaN: a label that neither occurs nor is given has no precision, and no F1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Figure = dict[str, float | None]

DRAWS = 1000
CONFIDENCE = 0.95

# Ten bins of equal width, [0, 0.1) to [0.9, 1], as in Guo et al., On calibration of modern
# neural networks (2017).
BINS = 10


def outcomes(truth: Booleans, chosen: Booleans) -> Floats:
    """Say per answer whether it is a true or false positive, a false or true negative.

    Args:
        truth, chosen: Shape (n_documents, ...).

    Returns:
        One-hot in that order on a new last axis of 4; sums of it are counts.
    """
    parts = (truth & chosen, ~truth & chosen, truth & ~chosen, ~truth & ~chosen)
    return np.stack(parts, axis=-1).astype(np.float64)


def precision(counts: Floats) -> Floats:
    """Return the part of the given labels that is right; counts as in ``outcomes``."""
    return _ratio(counts[..., 0], counts[..., 0] + counts[..., 1])


def recall(counts: Floats) -> Floats:
    """Return the part of the true labels that is given; counts as in ``outcomes``."""
    return _ratio(counts[..., 0], counts[..., 0] + counts[..., 2])


def f1(counts: Floats) -> Floats:
    """Return the harmonic mean of precision and recall; counts as in ``outcomes``."""
    twice = 2 * counts[..., 0]
    return _ratio(twice, twice + counts[..., 1] + counts[..., 2])


def macro_f1(counts: Floats) -> Floats:
    """Return the mean F1 of the labels that occur or are given.

    Args:
        counts: Shape (..., n_labels, 4).
    """
    each = f1(counts)
    known = ~np.isnan(each)
    return _ratio(np.where(known, each, 0.0).sum(axis=-1), known.sum(axis=-1))


def micro_f1(counts: Floats) -> Floats:
    """Return the F1 of all labels' counts together; shape (..., n_labels, 4)."""
    return f1(counts.sum(axis=-2))


def confusion(truth: Integers, chosen: Integers, size: int) -> Floats:
    """Write each pair of ranks as one-hot, shape (n_documents, size, size), true rank first."""
    cells = np.zeros((len(truth), size, size))
    cells[np.arange(len(truth)), truth, chosen] = 1.0
    return cells


def kappa(cells: Floats) -> Floats:
    """Return Cohen's kappa with quadratic weights.

    Args:
        cells: Counts of pairs of ranks, shape (..., size, size).

    Source:
        Cohen, Weighted kappa (1968), Psychological Bulletin 70(4).
    """
    ranks = np.arange(cells.shape[-1])
    apart = np.square(ranks[:, None] - ranks[None, :])
    expected = cells.sum(axis=-1)[..., :, None] * cells.sum(axis=-2)[..., None, :]
    by_chance = _ratio((apart * expected).sum(axis=(-2, -1)), cells.sum(axis=(-2, -1)))
    return 1 - _ratio((apart * cells).sum(axis=(-2, -1)), by_chance)


def bins(truth: Booleans, probabilities: Floats) -> Floats:
    """Put each answer in the bin of its probability.

    Args:
        truth, probabilities: Shape (n_documents, n_labels).

    Returns:
        Shape (n_documents, n_labels, BINS, 3): whether the answer is in the bin, its
        probability and its truth; sums of it make a reliability curve.
    """
    place = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    inside = place[..., None] == np.arange(BINS)
    facts = np.stack([np.ones_like(probabilities), probabilities, truth], axis=-1)
    return np.asarray(inside[..., None] * facts[..., None, :])


def calibration_error(binned: Floats) -> Floats:
    """Return the expected calibration error (ECE): the mean gap of the labels.

    A label's gap is the distance between mean probability and share of truths, averaged over
    its bins by size. Chance alone opens gaps, so small sets and the draws of a bootstrap show
    larger errors than the model has.

    Args:
        binned: Shape (..., n_labels, BINS, 3), as summed from ``bins``.

    Source:
        Averaged over labels: Kull et al. (2019), classwise ECE.
    """
    gaps = np.abs(binned[..., 1] - binned[..., 2]).sum(axis=-1)
    return np.asarray(_ratio(gaps, binned[..., 0].sum(axis=-1)).mean(axis=-1))


def squared_errors(truth: Booleans, probabilities: Floats) -> Floats:
    """Return the squared error of each answer and its count of 1, on a new last axis of 2."""
    errors = np.square(probabilities - truth)
    return np.stack([errors, np.ones_like(errors)], axis=-1)


def brier(counts: Floats) -> Floats:
    """Return the mean squared error of the labels' probabilities.

    Args:
        counts: Shape (..., n_labels, 2), as summed from ``squared_errors``.
    """
    return np.asarray(_ratio(counts[..., 0], counts[..., 1]).mean(axis=-1))


def risk_coverage(confidence: Floats, wrong: Booleans) -> list[tuple[float, float]]:
    """Say how often judgements are wrong when only the most confident ones are given.

    Args:
        confidence: Higher is surer; shape (n_documents,), at least 1.
        wrong: Shape (n_documents,).

    Returns:
        Part judged and part of those that is wrong, both 0 to 1, from few to all; equal
        confidences are judged together.
    """
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.diff(confidence[order]) != 0, True)
    judged = np.arange(1, len(order) + 1)
    risk = np.cumsum(wrong[order]) / judged
    coverage = judged / len(order)
    return list(zip(coverage[last].tolist(), risk[last].tolist(), strict=True))


def sums(values: Floats, groups: Integers) -> Floats:
    """Add counts up per group; shape (n_documents, ...) becomes (n_groups, ...)."""
    _, member = np.unique(groups, return_inverse=True)
    totals = np.zeros((int(member.max(initial=-1)) + 1, *values.shape[1:]))
    np.add.at(totals, member, values)
    return totals


def draws(groups: int, *, seed: int) -> Floats:
    """Draw groups with replacement ``DRAWS`` times; shape (DRAWS, groups), times drawn."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(groups, np.full(groups, 1 / groups), size=DRAWS).astype(float)


def resampled(statistic: Callable[[Floats], Floats], per_group: Floats, times: Floats) -> Floats:
    """Return the statistic in every draw.

    Args:
        per_group: Counts, shape (n_groups, ...).
        times: As from ``draws``.
    """
    flat = times @ per_group.reshape(len(per_group), -1)
    return statistic(flat.reshape(len(times), *per_group.shape[1:]))


def figure(
    statistic: Callable[[Floats], Floats],
    per_group: Floats,
    times: Floats,
    *,
    centred: bool = False,
) -> Figure:
    """Return a statistic of all groups with its percentile interval.

    Args:
        centred: Shift the draws so that their mean is the value: for errors that are never
            below 0 and that every draw overstates, such as that of calibration.

    Returns:
        ``value``, ``low`` and ``high``; ``None`` where undefined.
    """
    value = statistic(per_group.sum(axis=0))
    drawn = resampled(statistic, per_group, times)
    drawn = drawn[~np.isnan(drawn)]
    if centred:
        drawn = np.maximum(drawn - drawn.mean() + value, 0.0)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail]) if len(drawn) else (np.nan, np.nan)
    return {
        "value": plain(value),
        "low": plain(low),
        "high": plain(high),
    }


def wilson(count: int, whole: int, *, per: int = 1) -> Figure:
    """Return a share with its Wilson score interval, ``per`` so many.

    Raises:
        ValueError: The count exceeds the whole, or the whole is 0.
    """
    found = binomtest(count, whole).proportion_ci(CONFIDENCE, method="wilson")
    return {
        "value": plain(per * count / whole),
        "low": plain(per * found.low),
        "high": plain(per * found.high),
    }


def plain(value: float | Floats) -> float | None:
    """Return a number for a file: six decimals, finer than anything measured; NaN is ``None``."""
    number = float(value)
    return None if np.isnan(number) else round(number, 6)


def _ratio(part: Floats, whole: Floats) -> Floats:
    known = np.asarray(whole) != 0
    return np.where(known, part / np.where(known, whole, 1), np.nan)
