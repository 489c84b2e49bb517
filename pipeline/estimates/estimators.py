"""Estimators of a share: one function each, all of them reported, one published.

R = sum(v y) / sum(v) over the lots of the frame: v is the value in euro (or 1), y whether the
lot is innovation-oriented. A new estimator is one function and one line in ``ESTIMATORS``; the
coverage study runs over all of them.

Sources: Särndal, Swensson & Wretman (1992), §5.7 and §6.3; Angelopoulos et al. (2023), Science
382, 669-674; Scholtus & van Delden (CBS, 2020); Kloos (2021), SJIAOS 37(4); Saerens, Latinne &
Decaestecker (2002), Neural Computation 14(1); Bella et al. (2010), ICDM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from pipeline.errors import NoDraw, TooFewLabels
from pipeline.estimates.intervals import interval_around, t_interval
from pipeline.estimates.judged import Floats, HeldOut, Interval, Judged

# Simulated (docs/statistics.md, "How few labels"): with 100 labels the interval of `difference`
# still covers 96 to 98%; below that a stratum holds too few for a variance.
FEWEST_LABELS = 100
LONGER = "Take a longer period, for example four quarters."

# Lots of a domain that must be drawn by chance before its scores get half the weight they have
# in the whole draw: with fewer, false alarms among them are too few to be measured.
TRUSTED_AFTER = 20

# Scores that differ by less are the same, but for rounding.
TOLERANCE = 1e-9

DIAGNOSTIC = ("diagnostic", "no_interval")


def difference(judged: Judged, *, confidence: float = 0.95) -> Interval:
    """Estimate the share from all scores, corrected by the drawn labels. The published figure.

        R = [sum_U v k p + sum_s v (y - k p) / pi] / sum_U v

    The sum over the scores is known; only the correction is uncertain. k is the weight on the
    scores, :func:`score_weight`: a poor model makes the interval wider, not wrong.

    Example: of 1,000 lots 100 were drawn (pi = 0.1), scores say nothing (k = 0) and 4 are
    positive. Then R = 4 / 0.1 / 1000 = 4%; its interval runs from 1.3% to 9.1%.

    Raises:
        NoDraw: There are no drawn labels.
        TooFewLabels: Fewer than ``FEWEST_LABELS`` were judged in the whole draw, or the domain
            holds only lots that entered after it.
    """
    return _of_frame(judged, _difference, confidence)


def ht_ratio(judged: Judged, *, confidence: float = 0.95) -> Interval:
    """Estimate the share from the drawn labels alone (Hájek). The control.

        R = [sum_c v y + sum_(U - c) v x sum_s (v y / pi) / sum_s (v / pi)] / sum_U v

    c are the lots that were certain to be drawn, s the others that were.

    Raises:
        NoDraw: There are no drawn labels.
        TooFewLabels: Fewer than ``FEWEST_LABELS`` were judged in the whole draw, or none in
            the domain.
    """
    return _of_frame(judged, _ht_ratio, confidence)


def score_weight(judged: Judged) -> float:
    """Return the weight on the scores, 0 to 1, by a rule that is fixed beforehand.

    The slope of the judgements on the scores over all judged lots of the draw (power tuning),
    times m / (m + ``TRUSTED_AFTER``) for the m lots of the domain that were drawn by chance.
    With 60 such lots and a slope of 0.8: 0.8 x 60 / 80 = 0.6.

    Source:
        Angelopoulos, Duchi & Zrnic (2023), PPI++, arXiv 2311.01453, §6.
    """
    seen = judged.scores[judged.drawn]
    spread = float(np.square(seen - seen.mean()).sum())
    by_chance = int(((judged.probabilities < 1) & (judged.drawn_values > 0)).sum())
    if spread < TOLERANCE or by_chance == 0:
        return 0.0
    slope = float((seen - seen.mean()) @ judged.truth) / spread
    return float(np.clip(slope, 0, 1)) * by_chance / (by_chance + TRUSTED_AFTER)


def check(judged: Judged) -> None:
    """Refuse to estimate without enough drawn labels.

    Raises:
        NoDraw: There are none.
        TooFewLabels: Fewer than ``FEWEST_LABELS`` were judged in the whole draw.
    """
    number = len(judged.drawn)
    if number == 0:
        raise NoDraw(
            "no lots were drawn and judged, so no share can be published",
            hint="Plan a draw: `innovatiemonitor plan PERIOD --half-width 2`.",
        )
    if number < FEWEST_LABELS:
        raise TooFewLabels(
            f"{number} lots of the draw are judged; at least {FEWEST_LABELS} are needed",
            hint="Judge the rest of the draw, or draw more lots than there are in it.",
        )


def _of_frame(
    judged: Judged, estimator: Callable[[Judged, float], Interval], confidence: float
) -> Interval:
    """Estimate for the lots that could be drawn; the others may all be positive, or none."""
    check(judged)
    part = judged.entered_part
    if part == 0:
        return estimator(judged, confidence)
    if part == 1 or judged.entered is None:
        raise TooFewLabels("every lot of the domain entered after the draw")
    got = estimator(judged.within(~judged.entered), confidence)
    least, most = got.known
    return replace(
        got,
        low=got.low * (1 - part),
        high=got.high * (1 - part) + part,
        known=(least * (1 - part), most * (1 - part) + part),
        flags=(*got.flags, "entered_after_draw"),
    )


def _difference(judged: Judged, confidence: float) -> Interval:
    weight = score_weight(judged)
    gap = judged.drawn_values * (judged.truth - weight * judged.scores[judged.drawn])
    total = weight * float(judged.values @ judged.scores) + (gap / judged.probabilities).sum()
    return interval_around(judged, float(total) / judged.volume, weight, confidence)


def _ht_ratio(judged: Judged, confidence: float) -> Interval:
    certain = judged.probabilities == 1
    weights = np.where(certain, 0.0, judged.drawn_values / judged.probabilities)
    if not judged.labelled:
        raise TooFewLabels("no judged lot lies in the domain")
    rest = judged.volume - float(judged.drawn_values[certain].sum())
    share = float(weights @ judged.truth) / weights.sum() if weights.any() else 0.0
    found = float(judged.drawn_values[certain] @ judged.truth[certain])
    return interval_around(judged, (found + rest * share) / judged.volume, 0.0, confidence)


def classify_and_count(
    judged: Judged, *, confidence: float = 0.95, threshold: float = 0.5
) -> Interval:
    """Add up the value of lots with a score above the threshold. Biased, not for publication.

    The expected bias is held against the published estimate where there is a draw, else
    against the sum of the scores.
    """
    share = float(judged.values @ (judged.scores > threshold)) / judged.volume
    return _diagnostic(judged, share, confidence)


def probability_sum(judged: Judged, *, confidence: float = 0.95) -> Interval:
    """Add up value x score. Biased as far as the scores are not calibrated."""
    return _diagnostic(judged, float(judged.values @ judged.scores) / judged.volume, confidence)


def _diagnostic(judged: Judged, share: float, confidence: float) -> Interval:
    if len(judged.drawn) >= FEWEST_LABELS:
        expected = difference(judged, confidence=confidence).share
    else:
        expected = float(judged.values @ judged.scores) / judged.volume
    return Interval(share=share, low=share, high=share, flags=DIAGNOSTIC, bias=share - expected)


def adjusted_count(judged: Judged, *, confidence: float = 0.95, threshold: float = 0.5) -> Interval:
    """Correct the count above the threshold for held-out error rates (Rogan & Gladen 1978).

        R = (count - fpr) / (tpr - fpr)

    By number only: the error rates of lots say nothing about those of euros. The interval
    holds when prevalence shifts and the error rates do not.

    Raises:
        TooFewLabels: There is no held-out set, or the model does not tell apart.
    """
    above, held = (
        (scores > threshold).astype(np.float64)
        for scores in (judged.scores, _held_out(judged).scores)
    )
    return _corrected(judged, above, held, confidence)


def pacc(judged: Judged, *, confidence: float = 0.95) -> Interval:
    """Correct the mean score for the mean scores of held-out classes (probabilistic ACC).

    By number only, as :func:`adjusted_count`.

    Raises:
        TooFewLabels: There is no held-out set, or the model does not tell apart.
    """
    return _corrected(judged, judged.scores, _held_out(judged).scores, confidence)


def _held_out(judged: Judged) -> HeldOut:
    if judged.held_out is None:
        raise TooFewLabels("error rates need a held-out set of judged notices; there is none")
    counted = judged.values[judged.values > 0]
    if (counted != counted[0]).any():
        raise ValueError("estimators by error rates count lots; use Judged.by_number()")
    return judged.held_out


def _corrected(judged: Judged, counted: Floats, held_scores: Floats, confidence: float) -> Interval:
    """Solve mean = R tpr + (1 - R) fpr; delta-method variance from the held-out rates."""
    truth = _held_out(judged).truth
    hits, alarms = held_scores[truth == 1], held_scores[truth == 0]
    apart = float(hits.mean() - alarms.mean())
    if apart <= 0 or min(len(hits), len(alarms)) < 2:
        raise TooFewLabels(f"held-out scores do not tell the classes apart: {apart:.3f}")
    mean = float(judged.values @ counted) / judged.volume
    share = float(np.clip((mean - alarms.mean()) / apart, 0, 1))
    noise = share**2 * hits.var(ddof=1) / len(hits)
    noise += (1 - share) ** 2 * alarms.var(ddof=1) / len(alarms)
    variance, degrees = float(noise) / apart**2, float(min(len(hits), len(alarms)) - 1)
    low, high = t_interval(share, variance, degrees, confidence)
    return Interval(
        share=share,
        low=low,
        high=high,
        variance=variance,
        degrees=degrees,
        flags=("diagnostic",),
    )


def em_prior(judged: Judged, *, confidence: float = 0.95) -> Interval:
    """Re-estimate the prior by expectation-maximisation on the scores (Saerens). By number only.

    Assumes calibrated scores and that only the prevalence differs from the held-out set. Its
    interval is the likelihood's, and leaves out that the scores themselves are estimated.

    Raises:
        TooFewLabels: There is no held-out set.
    """
    prior = float(_held_out(judged).truth.mean())
    scores = np.clip(judged.scores[judged.values > 0], 1e-12, 1 - 1e-12)
    odds = scores / (1 - scores) * (1 - prior) / prior
    share = prior
    for _ in range(1000):
        updated = float((share * odds / (share * odds + 1 - share)).mean())
        share, before = updated, share
        if abs(share - before) < 1e-9:
            break
    slope = (odds - 1) / (share * odds + 1 - share)
    variance = 1 / float(np.square(slope).sum())
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * variance**0.5
    return Interval(
        share=share,
        low=max(0.0, share - reach),
        high=min(1.0, share + reach),
        variance=variance,
        flags=("diagnostic",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """An estimator and what it may be used for.

    Attributes:
        function: Takes ``Judged`` and ``confidence``.
        role: Only ``published`` leaves the house as the figure.
        by_value: Whether it may be applied to value shares.
    """

    function: Callable[..., Interval]
    role: Literal["published", "control", "diagnostic"]
    by_value: bool = True


ESTIMATORS: Mapping[str, Estimator] = {
    "difference": Estimator(function=difference, role="published"),
    "ht_ratio": Estimator(function=ht_ratio, role="control"),
    "classify_and_count": Estimator(function=classify_and_count, role="diagnostic"),
    "probability_sum": Estimator(function=probability_sum, role="diagnostic"),
    "adjusted_count": Estimator(function=adjusted_count, role="diagnostic", by_value=False),
    "pacc": Estimator(function=pacc, role="diagnostic", by_value=False),
    "em_prior": Estimator(function=em_prior, role="diagnostic", by_value=False),
}
PUBLISHED = next(name for name, each in ESTIMATORS.items() if each.role == "published")
