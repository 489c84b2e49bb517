"""Laws that every published interval obeys, whatever the frame, the scores and the draw."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.corpus.selection import select
from pipeline.estimates.estimators import difference, ht_ratio
from pipeline.estimates.intervals import Errors, mid_p_quantile, widened
from pipeline.estimates.judged import Interval, Judged

SIZE, LABELS = 600, 120


def judged(truth, scores, *, seed=1, labels=LABELS):
    """A draw by the published design from lognormal values, judged without error."""
    rng = np.random.default_rng(seed)
    values = np.exp(11.5 + 2 * rng.normal(size=SIZE))
    drawn = select(values, scores, numbers=rng.random(SIZE), labels=labels)
    return Judged(
        values=values,
        scores=scores,
        drawn=drawn.chosen,
        truth=truth[drawn.chosen],
        probabilities=drawn.probabilities,
        strata=drawn.strata,
        clusters=np.arange(labels),
    )


@st.composite
def draws(draw):
    """Any prevalence, from none to all, and scores from perfect to inverted."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    prevalence = draw(st.sampled_from([0.0, 0.002, 0.02, 0.2, 0.5, 0.9, 1.0]))
    truth = (rng.random(SIZE) < prevalence).astype(float)
    noise, good = rng.random(SIZE), draw(st.sampled_from([-1.0, 0.0, 0.5, 1.0]))
    scores = np.clip((noise + good * (truth - noise)) * draw(st.floats(0, 1)), 0, 1)
    frame = judged(truth, scores, seed=draw(st.integers(0, 1000)))
    frame = frame.by_number() if draw(st.booleans()) else frame
    domain = rng.random(SIZE) < draw(st.sampled_from([0.1, 1.0]))
    return frame.within(domain | np.isin(np.arange(SIZE), frame.drawn[:1]))


def proven(frame):
    return frame.drawn_values @ frame.truth / frame.volume


@pytest.mark.parametrize("estimator", [difference, ht_ratio])
@settings(max_examples=150, deadline=None)
@given(frame=draws())
def test_no_interval_contradicts_what_was_judged(estimator, frame):
    got = estimator(frame)
    negative = frame.drawn_values @ (1 - frame.truth) / frame.volume
    assert proven(frame) - 1e-12 <= got.low <= got.share <= got.high <= 1 - negative + 1e-12


@pytest.mark.parametrize("estimator", [difference, ht_ratio])
@settings(max_examples=150, deadline=None)
@given(frame=draws())
def test_no_interval_is_without_width_while_lots_are_left_to_judge(estimator, frame):
    assert frame.labelled < (frame.values > 0).sum()
    got = estimator(frame)
    assert got.high - got.low > 1e-6


@settings(max_examples=100, deadline=None)
@given(frame=draws())
def test_one_positive_that_was_certain_to_be_judged_moves_the_interval_by_itself(frame):
    whole = replace(frame, truth=np.zeros(LABELS), scores=np.zeros(SIZE))
    largest = int(np.argmax(whole.drawn_values * (whole.probabilities == 1)))
    truth = np.zeros(LABELS)
    truth[largest] = 1
    none, one = difference(whole), difference(replace(whole, truth=truth))
    added = whole.drawn_values[largest] / whole.volume
    assert added > 0
    if one.share <= 0.5:
        assert (one.low, one.share, one.high) == pytest.approx(
            (none.low + added, none.share + added, none.high + added)
        )


@settings(max_examples=50, deadline=None)
@given(frame=draws())
def test_when_every_lot_is_judged_nothing_is_left_to_doubt(frame):
    everything = replace(
        frame,
        drawn=np.arange(SIZE),
        truth=(frame.scores > 0.3).astype(float),
        probabilities=np.ones(SIZE),
        strata=np.zeros(SIZE, dtype=int),
        clusters=np.arange(SIZE),
    )
    got = difference(everything)
    assert (got.low, got.high) == pytest.approx((proven(everything),) * 2)


def test_a_sample_that_contradicts_no_score_leaves_doubt_of_both_kinds():
    truth = np.zeros(SIZE)
    truth[:30] = 1
    got = difference(judged(truth, truth))
    true = judged(truth, truth).values @ truth / judged(truth, truth).volume
    assert got.low < true < got.high


def test_an_estimate_below_what_was_judged_is_flagged():
    # The model gives nearly all weight to lots that were not drawn and are nothing.
    rng = np.random.default_rng(4)
    truth = np.zeros(SIZE)
    frame = judged(truth, np.full(SIZE, 0.1), labels=120)
    chance = np.flatnonzero(frame.probabilities < 1)
    scores = np.where(np.isin(np.arange(SIZE), frame.drawn), rng.uniform(0.2, 0.9, SIZE), 0.0)
    truth = np.zeros(LABELS)
    truth[np.flatnonzero(frame.probabilities == 1)[:15]] = 1
    scores[frame.drawn[truth == 1]] = 1.0
    got = difference(replace(frame, scores=scores, truth=truth))
    assert len(chance) == 90
    assert "at_judged_minimum" in got.flags
    assert got.share == got.low == pytest.approx(got.known[0])


def test_a_procedure_of_many_lots_counts_as_one_that_could_be_missed():
    frame = judged(np.zeros(SIZE), np.zeros(SIZE)).by_number()
    together = replace(frame, clusters=np.arange(LABELS) // 5)
    assert difference(together).high > 2 * difference(frame).high


def test_errors_are_weighted_up_by_hand():
    # 4 errors of EUR 1 at pi = 0.1, and a large one on a lot that was certain to be judged:
    # that one leaves no doubt, so it is not in it.
    frame = replace(
        judged(np.zeros(SIZE), np.zeros(SIZE)),
        drawn=np.arange(5),
        truth=np.ones(5),
        probabilities=np.r_[np.full(4, 0.1), 1.0],
        strata=np.zeros(5, dtype=int),
        clusters=np.arange(5),
    )
    largest = np.r_[np.ones(4), 100.0]
    got = Errors.of(largest, 360.0, largest=largest, judged=frame)
    assert (got.total, got.rest, got.unit, got.unit_rest) == pytest.approx((40, 36, 10, 9))
    assert got.least == pytest.approx(90)


def test_none_found_is_the_rule_of_three():
    # exp(-x) = 0.05: x = 2.996.
    assert mid_p_quantile(0.975, 0, 0, unit=10, extra=100) == pytest.approx(29.957, abs=1e-3)
    assert mid_p_quantile(0.025, 0, 0, unit=10, extra=100) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seen", [1, 3, 10])
def test_equal_weights_give_the_mid_p_interval_of_a_poisson_count(seen):
    for at in (0.025, 0.975):
        mean = mid_p_quantile(at, seen, seen, unit=1, extra=1)
        # Mid-p: P(fewer) + P(equal) / 2 at that mean.
        middle = stats.poisson.cdf(seen - 1, mean) + stats.poisson.pmf(seen, mean) / 2
        assert middle == pytest.approx(1 - at, abs=1e-9)


def test_another_source_of_doubt_widens_both_sides_by_square_and_add():
    one = Interval(share=0.1, low=0.07, high=0.14, known=(0.06, 0.5))
    got = widened(one, 0.02**2, confidence=0.95)
    assert got.high - 0.1 == pytest.approx(np.hypot(0.04, 1.959964 * 0.02))
    assert got.low == 0.06  # hypot(0.03, 0.039) would be below what was judged
    assert widened(one, 0.0, confidence=0.95) is one
