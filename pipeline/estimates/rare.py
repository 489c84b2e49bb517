"""From a share and its variance to an interval, also where few lots or none were found."""

from __future__ import annotations

import numpy as np
from scipy import stats

from pipeline.estimates.judged import Floats, Interval

# Of the effective number of labels, those that must be found (and those that must not) for a
# symmetric interval. Below, it misses mostly above: 92% instead of 95% by number (simulated).
FEWEST_FOUND = 20


def t_interval(
    share: float, variance: float, degrees: float, confidence: float
) -> tuple[float, float]:
    """Return both ends of a t interval, clipped to [0, 1]."""
    reach = float(stats.t.ppf((1 + confidence) / 2, degrees)) * variance**0.5
    return max(0.0, share - reach), min(1.0, share + reach)


def with_bounds(
    *,
    share: float,
    variance: float,
    degrees: float,
    found: tuple[int, int],
    bound: float,
    confidence: float,
) -> Interval:
    """Choose the interval that suits the number of lots found.

    Args:
        share: Estimate, 0 to 1.
        variance: Of the share.
        degrees: Of freedom of the variance.
        found: Judged lots with the label, and without it.
        bound: The largest share that may have been missed when none was found.
        confidence: Nominal coverage.
    """
    flags: tuple[str, ...] = ()
    if found[0] == 0:
        low, high, flags = 0.0, bound, ("upper_bound_only",)
    elif found[1] == 0:
        low, high, flags = 1 - bound, 1.0, ("lower_bound_only",)
    elif 0 < share < 1 and _effective(share, variance) * min(share, 1 - share) < FEWEST_FOUND:
        low, high = exact_interval(
            share,
            variance=variance,
            degrees=degrees,
            labelled=sum(found),
            confidence=confidence,
        )
        flags = ("rare",)
    else:
        low, high = t_interval(share, variance, degrees, confidence)
    return Interval(
        share=float(np.clip(share, low, high)),
        low=low,
        high=high,
        variance=variance,
        degrees=degrees,
        flags=flags,
        found=found,
        bound=bound,
    )


def _effective(share: float, variance: float) -> float:
    """Return the number of simple random labels that would have this variance."""
    return share * (1 - share) / variance if variance > 0 else np.inf


def exact_interval(
    share: float, *, variance: float, degrees: float, labelled: int, confidence: float
) -> tuple[float, float]:
    """Return a Clopper-Pearson interval on the effective number of labels.

    The effective number is that of a simple random draw with the same variance, corrected
    for the degrees of freedom the variance rests on.

    Args:
        share: Estimate, above 0 and below 1.
        variance: Of the share, above 0.
        degrees: Of the variance.
        labelled: Judged lots (n).
        confidence: Nominal coverage.

    Source:
        Korn & Graubard (1998), Survey Methodology 24(2), 193-201.
    """
    tail = (1 - confidence) / 2
    freedom = (stats.t.ppf(1 - tail, max(labelled - 1, 1)) / stats.t.ppf(1 - tail, degrees)) ** 2
    effective = _effective(share, variance) * min(1.0, float(freedom))
    found = effective * share
    low = stats.beta.ppf(tail, found, effective - found + 1)
    high = stats.beta.ppf(1 - tail, found + 1, effective - found)
    return float(low), float(high)


def none_found(values: Floats, probabilities: Floats, *, volume: float, confidence: float) -> float:
    """Return the upper bound on a share when no judged lot has the label.

    Of the lots that are judged whole nothing is left to find. For the rest: the largest share
    at which finding none is as likely as 1 - confidence, 1 - (1 - confidence)^(1/n); with
    confidence 0.95 about 3/n (rule of three). n is Kish's effective number, (sum w)^2 / sum
    w^2, with w = value / probability.

    Args:
        values: Of the judged lots; shape (n,).
        probabilities: Of the judged lots; shape (n,).
        volume: Of the whole domain.
        confidence: One-sided.

    Source:
        Hanley & Lippman-Hand (1983), JAMA 249(13); Kish (1965), Survey Sampling, §11.2.
    """
    unsure = (probabilities < 1) & (values > 0)
    weights = values[unsure] / probabilities[unsure]
    rest = max(0.0, volume - float(values[probabilities == 1].sum())) / volume
    if not len(weights):
        return rest
    effective = float(np.square(weights.sum()) / np.square(weights).sum())
    return rest * float(1 - (1 - confidence) ** (1 / effective))
