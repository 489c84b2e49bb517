"""From weighted errors to an interval, also where few positives or none were found.

What people judged is known; only the lots that nobody judged are uncertain. There a share can
be wrong in two ways: positives that score too low (misses) and scores of lots that are nothing
(false alarms). Each is a weighted count of rare events, so each gets the mid-p gamma interval
of such counts, and both are put together by the square-and-add rule (MOVER).

Sources: Fay & Feuer (1997), Statistics in Medicine 16, 791-801 (the gamma interval, with one
event more at the weight of an unseen one); Fay & Kim (2017), Biometrical Journal 59, 549-560
(mid-p); Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import hypot

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from pipeline.estimates._variance import stratified
from pipeline.estimates.judged import Floats, Integers, Interval, Judged

HALVINGS = 50

# Positives among the lots that were drawn by chance, below which a share is called rare.
FEWEST_FOUND = 10

TURNED = {"upper_bound_only": "lower_bound_only", "lower_bound_only": "upper_bound_only"}


def t_interval(
    share: float, variance: float, degrees: float, confidence: float
) -> tuple[float, float]:
    """Return both ends of a t interval, clipped to [0, 1]."""
    reach = float(stats.t.ppf((1 + confidence) / 2, degrees)) * variance**0.5
    return max(0.0, share - reach), min(1.0, share + reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of one kind in the drawn part of the frame, weighted up to that part.

    With 4 errors of EUR 1 found at pi = 0.1, ``total`` is 40, ``rest`` (not judged) 36; the
    variance is 4 x 0.9 / 0.01 = 360, and one error more adds 10 and 9.

    Attributes:
        total: Sum of error / pi.
        rest: The part of it that lies in lots nobody judged: sum of error x (1/pi - 1).
        variance: Of either.
        unit, unit_rest: What one more error would add to ``total`` and ``rest``.
    """

    total: float
    rest: float
    variance: float
    unit: float
    unit_rest: float

    @classmethod
    def of(cls, errors: Floats, variance: float, *, largest: Floats, judged: Judged) -> Errors:
        """Weigh up.

        Args:
            errors: Euro per judged lot, 0 or more; shape (n,).
            largest: What the error of each lot would be if it had one; shape (n,).
        """
        chance = judged.probabilities < 1
        probabilities, seen = judged.probabilities[chance], errors[chance]
        unit, unit_rest = _unit(largest[chance], probabilities, judged.clusters[chance])
        return cls(
            total=float((seen / probabilities).sum()),
            rest=float((seen * (1 / probabilities - 1)).sum()),
            variance=variance,
            unit=unit,
            unit_rest=unit_rest,
        )

    @property
    def least(self) -> float:
        """Variance of one error: less is never known, whatever the draw shows."""
        return self.unit * self.unit_rest

    def below(self, tail: float) -> float:
        """Return how far the truth may lie below; the rule of three where none was found."""
        low = mid_p_quantile(tail, self.total, self.variance, unit=self.unit, extra=self.least)
        return max(0.0, self.total - low)

    def above(self, tail: float) -> float:
        """Return how far the truth may lie above what was weighted up."""
        high = mid_p_quantile(
            1 - tail, self.rest, self.variance, unit=self.unit_rest, extra=self.least
        )
        return max(0.0, high - self.rest)


def _unit(largest: Floats, probabilities: Floats, clusters: Integers) -> tuple[float, float]:
    """Return the weight of one more error: the mean over euros, so that large ones count."""
    _, member = np.unique(clusters, return_inverse=True)
    whole = np.bincount(member, largest / probabilities)
    rest = np.bincount(member, largest * (1 / probabilities - 1))
    if not rest.sum() > 0:
        return 0.0, 0.0
    return float(whole @ rest / rest.sum()), float(rest @ rest / rest.sum())


def mid_p_quantile(at: float, mean: float, variance: float, *, unit: float, extra: float) -> float:
    """Return a quantile of the mid-p gamma distribution of a weighted count.

    It is half the gamma distribution with the mean and variance that were found, half the one
    with an event more. Where none was found and ``at`` is 0.975 that is three units: the rule
    of three.

    >>> round(mid_p_quantile(0.975, 0, 0, unit=10, extra=100), 2)
    29.96

    Args:
        at: Probability.
        mean, variance: Of the weighted count.
        unit, extra: What one more event adds to them.
    """
    halves = (mean, variance), (mean + unit, variance + extra)
    below, above = sorted(_gamma_quantile(at, *half) for half in halves)
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        if sum(_gamma_below(middle, *half) for half in halves) / 2 < at:
            below = middle
        else:
            above = middle
    return above


def _gamma_quantile(at: float, mean: float, variance: float) -> float:
    if mean <= 0 or variance <= 0:
        return mean
    return float(special.gammaincinv(mean**2 / variance, at)) * variance / mean


def _gamma_below(point: float, mean: float, variance: float) -> float:
    """Return the probability of at most ``point``."""
    if mean <= 0 or variance <= 0:
        return float(point >= mean)
    return float(special.gammainc(mean**2 / variance, point * mean / variance))


def around(
    share: float,
    reach: tuple[float, float],
    *,
    known: tuple[float, float],
    variance: float,
    degrees: float,
) -> Interval:
    """Return the interval around a share that never contradicts what was judged.

    Args:
        share: Estimate, before it is clipped.
        reach: Downwards and upwards, 0 or more.
        known: What the judged lots prove: the share is at least, and at most.
        variance: Of the share.
        degrees: Of freedom of the variance.
    """
    least, most = known
    # Clipped first: the reach must not be used up by what cannot be.
    middle = float(np.clip(share, least, most))
    clipped = ("at_judged_minimum",) if share < least and least > 0 else ()
    return Interval(
        share=middle,
        low=max(least, middle - reach[0]),
        high=min(most, middle + reach[1]),
        variance=variance,
        degrees=degrees,
        flags=clipped,
        known=known,
    )


def widened(
    interval: Interval, variance: float, *, confidence: float, degrees: float = np.inf
) -> Interval:
    """Add the variance of something else: both reaches grow by it, squared and added.

    A reach of 3 points and a standard error of 2 points give hypot(3, 1.96 x 2) = 4.9 points.

    Args:
        variance: Of the share, from the other source.
        degrees: Of freedom of that variance.
    """
    if variance == 0:
        return interval
    more = float(stats.t.ppf((1 + confidence) / 2, degrees)) * variance**0.5
    low, high = interval.share - interval.low, interval.high - interval.share
    least, most = interval.known
    return replace(
        interval,
        low=max(least, interval.share - hypot(low, more)),
        high=min(most, interval.share + hypot(high, more)),
    )


def interval_around(judged: Judged, share: float, weight: float, confidence: float) -> Interval:
    """Put the interval around a share; above one half around what is not positive.

    Args:
        judged: Frame, scores and judgements the share was estimated from.
        share: Estimate, before it is clipped.
        weight: On the scores, 0 to 1.
        confidence: Nominal coverage.
    """
    if share <= 0.5:
        return _around(judged, share, weight, confidence)
    turned = replace(judged, truth=1 - judged.truth, scores=1 - judged.scores)
    got = _around(turned, 1 - share, weight, confidence)
    return replace(
        got,
        share=1 - got.share,
        low=1 - got.high,
        high=1 - got.low,
        known=(1 - got.known[1], 1 - got.known[0]),
        flags=tuple(TURNED.get(flag, flag) for flag in got.flags),
    )


def _around(judged: Judged, share: float, weight: float, confidence: float) -> Interval:
    values, volume = judged.drawn_values, judged.volume
    scores, tail = weight * judged.scores[judged.drawn], (1 - confidence) / 2
    misses, alarms, degrees = _errors(judged, values * (judged.truth - scores), scores)
    got = around(
        share,
        (
            hypot(misses.below(tail), alarms.above(tail)) / volume,
            hypot(misses.above(tail), alarms.below(tail)) / volume,
        ),
        known=_proven(judged),
        variance=max(misses.variance + alarms.variance, misses.least) / volume**2,
        degrees=degrees,
    )
    by_chance = (judged.probabilities < 1) & (values > 0)
    if not by_chance.any():  # nothing is known of what is left
        got = replace(got, low=got.known[0], high=got.known[1])
    return replace(got, flags=got.flags + _rarity(judged, by_chance))


def _errors(judged: Judged, gap: Floats, scores: Floats) -> tuple[Errors, Errors, float]:
    """Split residuals into misses and false alarms; their variances add up to that of both."""
    sampled = partial(
        stratified,
        probabilities=judged.probabilities,
        strata=judged.strata,
        clusters=judged.clusters,
    )
    missed, alarmed = np.maximum(gap, 0), np.maximum(-gap, 0)
    (both, degrees), (of_misses, _) = sampled(gap), sampled(missed)
    values = judged.drawn_values
    return (
        Errors.of(missed, of_misses, largest=values * (1 - scores), judged=judged),
        Errors.of(alarmed, max(0.0, both - of_misses), largest=values * scores, judged=judged),
        degrees,
    )


def _proven(judged: Judged) -> tuple[float, float]:
    """Return the least and the largest share that the judged lots allow."""
    values = judged.drawn_values
    positive, negative = (
        float(values[judged.truth == answer].sum()) / judged.volume for answer in (1, 0)
    )
    return min(positive, 1.0), max(positive, 1.0 - negative)


def _rarity(judged: Judged, by_chance: NDArray[np.bool_]) -> tuple[str, ...]:
    """Say that nothing, or little, was found; and only where lots are left to judge."""
    inside = judged.drawn_values > 0
    left = int((judged.values > 0).sum()) > int(inside.sum())
    if left and inside.any() and not (judged.truth[inside] > 0).any():
        return ("upper_bound_only",)
    if left and inside.any() and not (judged.truth[inside] < 1).any():
        return ("lower_bound_only",)
    few = float(judged.truth[by_chance].sum()) < FEWEST_FOUND
    return ("rare",) if left and few else ()
