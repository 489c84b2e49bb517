from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from pipeline.errors import NoDraw, TooFewLabels
from pipeline.estimates._variance import stratified
from pipeline.estimates.estimators import (
    ESTIMATORS,
    PUBLISHED,
    adjusted_count,
    classify_and_count,
    difference,
    em_prior,
    ht_ratio,
    pacc,
    probability_sum,
    score_weight,
)
from pipeline.estimates.judged import HeldOut, Judged


def simple_draw(rng, truth, scores, n, values=None):
    """A simple random draw from a frame with a known truth."""
    size = len(truth)
    drawn = rng.choice(size, n, replace=False)
    return Judged(
        values=np.ones(size) if values is None else values,
        scores=scores,
        drawn=drawn,
        truth=truth[drawn],
        probabilities=np.full(n, n / size),
        strata=np.ones(n, dtype=int),
        clusters=np.arange(n),
    )


def population(seed=1, size=2000, share=0.2):
    rng = np.random.default_rng(seed)
    truth = (rng.random(size) < share).astype(float)
    scores = np.clip(0.1 + 0.5 * truth + rng.normal(0, 0.15, size), 0, 1)
    return rng, truth, scores


def undrawn(scores, values=None, held_out=None):
    none = np.array([], dtype=int)
    return Judged(
        values=np.ones(len(scores)) if values is None else values,
        scores=scores,
        drawn=none,
        truth=none.astype(float),
        probabilities=none.astype(float),
        strata=none,
        clusters=none,
        held_out=held_out,
    )


def test_exactly_one_estimator_is_published():
    assert PUBLISHED == "difference"
    assert [e.role for e in ESTIMATORS.values()].count("published") == 1


def test_the_weight_on_the_scores_by_hand():
    # 100 of 1,000 drawn by chance; slope 1/2: with score 0.2 none of 50, with 0.8 15 of 50.
    scores = np.repeat([0.2, 0.8], 500)
    drawn = np.r_[0:50, 500:550]
    judged = replace(
        simple_draw(np.random.default_rng(1), np.zeros(1000), scores, 100),
        drawn=drawn,
        truth=np.r_[np.zeros(50), np.ones(15), np.zeros(35)],
    )
    assert score_weight(judged) == pytest.approx(0.3 / 0.6 * 100 / 120)
    # 20 of them in the domain: half of the slope.
    domain = np.isin(np.arange(1000), drawn[:20])
    assert score_weight(judged.within(domain)) == pytest.approx(0.25)


def test_a_useless_model_gets_no_weight_and_an_inverted_one_neither():
    rng, truth, scores = population()
    judged = simple_draw(rng, truth, scores, 400)
    assert score_weight(replace(judged, scores=1 - judged.scores)) == 0
    assert score_weight(replace(judged, scores=np.full(2000, 0.2))) == 0
    assert score_weight(replace(judged, scores=rng.permutation(judged.scores))) < 0.1


def test_difference_under_simple_random_sampling_is_the_prediction_powered_mean():
    rng, truth, scores = population()
    judged = simple_draw(rng, truth, scores, 400)
    weight = score_weight(judged)
    gap = judged.truth - weight * scores[judged.drawn]
    got = difference(judged)
    assert got.share == pytest.approx(weight * scores.mean() + gap.mean())
    # Angelopoulos et al. (2023), mean estimation; the frame is the whole population, so the
    # scores' own variance is 0 and the correction's has the finite population factor.
    assert got.variance == pytest.approx((1 - 400 / 2000) * gap.var(ddof=1) / 400)
    # With 80 positives found the interval is close to the symmetric one.
    reach = stats.t.ppf(0.975, 399) * got.variance**0.5
    assert (got.low, got.high) == pytest.approx((got.share - reach, got.share + reach), abs=0.005)
    assert got.degrees == pytest.approx(399)
    assert got.flags == ()


def test_difference_agrees_with_ppi_python():
    ppi = pytest.importorskip("ppi_py", reason="ppi-python is not installed (extra: oracles)")
    rng, truth, scores = population()
    judged = simple_draw(rng, truth, scores, 400)
    seen, weight = scores[judged.drawn], score_weight(judged)
    expected = ppi.ppi_mean_pointestimate(judged.truth, seen, scores, lam=weight)
    assert difference(judged).share == pytest.approx(float(np.squeeze(expected)))


def test_difference_by_value_by_hand():
    # 200 lots of EUR 1 and one of EUR 100 that is taken whole. Scores 0.5 everywhere.
    values, scores = np.r_[100.0, np.ones(200)], np.full(201, 0.5)
    judged = Judged(
        values=values,
        scores=scores,
        drawn=np.arange(101),
        truth=np.r_[1.0, np.ones(30), np.zeros(70)],
        probabilities=np.r_[1.0, np.full(100, 0.5)],
        strata=np.r_[0, np.ones(100, dtype=int)],
        clusters=np.arange(101),
    )
    # All scores are equal, so they get no weight: 100 + 30 / 0.5 = 160 of 300 euro.
    got = difference(judged)
    assert got.share == pytest.approx(160 / 300)
    # 200^2 (1 - 1/2) s^2/100 with s^2 = 0.3 x 0.7 x 100/99.
    assert got.variance == pytest.approx(200**2 * 0.5 * 0.21 / 99 / 300**2)
    # Weights: 100 + 100/0.5 = 300, found 100 + 60.
    assert ht_ratio(judged).share == pytest.approx(160 / 300)
    # By number: 1 + 60 of 201 lots.
    assert difference(judged.by_number()).share == pytest.approx(61 / 201)


def test_difference_is_unbiased_whatever_the_scores():
    rng, truth, _ = population()
    wrong = rng.random(2000)
    shares = [difference(simple_draw(rng, truth, wrong, 200)).share for _ in range(800)]
    assert np.mean(shares) == pytest.approx(truth.mean(), abs=3 * np.std(shares) / 800**0.5)


def test_the_variance_of_one_stratum_by_hand():
    # N = 10, n = 4, s^2 of 1, 2, 3, 4 is 5/3: 10^2 (1 - 0.4) (5/3) / 4 = 25.
    got = stratified(
        np.array([1.0, 2.0, 3.0, 4.0]),
        probabilities=np.full(4, 0.4),
        strata=np.zeros(4, dtype=int),
        clusters=np.arange(4),
    )
    assert got == (pytest.approx(25), pytest.approx(3))


def test_lots_of_one_procedure_that_are_alike_count_together():
    # Weighted 2, 2, 6, 6 around 4; per procedure sqrt(0.5) x -4 and +4: (8 + 8) x 2/1 = 32.
    variance, degrees = stratified(
        np.array([1.0, 1.0, 3.0, 3.0]),
        probabilities=np.full(4, 0.5),
        strata=np.zeros(4, dtype=int),
        clusters=np.array([5, 5, 9, 9]),
    )
    assert (variance, degrees) == (pytest.approx(32), pytest.approx(1))


def test_the_take_all_stratum_adds_no_variance():
    got = stratified(
        np.array([5.0, -9.0]),
        probabilities=np.ones(2),
        strata=np.zeros(2, dtype=int),
        clusters=np.arange(2),
    )
    assert got == (0.0, np.inf)


def test_strata_with_one_procedure_are_taken_together():
    one = {"probabilities": np.full(4, 0.5), "clusters": np.arange(4)}
    apart = stratified(np.array([1.0, 2, 3, 4]), strata=np.array([0, 0, 1, 2]), **one)
    joined = stratified(np.array([1.0, 2, 3, 4]), strata=np.array([0, 0, 1, 1]), **one)
    assert apart == joined


def test_none_found_is_an_upper_bound():
    # Equal weights of 10, no scores: the rule of three, -ln(0.05) x 10 x 0.9 of 3000.
    got = difference(simple_draw(np.random.default_rng(1), np.zeros(3000), np.zeros(3000), 300))
    assert got.flags == ("upper_bound_only",)
    assert (got.low, got.share) == (0, 0)
    assert got.high == pytest.approx(2.9957 * 9.487 / 3000, rel=0.06)


def test_nothing_else_found_is_a_lower_bound():
    none = difference(simple_draw(np.random.default_rng(1), np.zeros(3000), np.zeros(3000), 300))
    got = difference(simple_draw(np.random.default_rng(1), np.ones(3000), np.ones(3000), 300))
    assert got.flags == ("lower_bound_only",)
    assert (got.low, got.high) == (pytest.approx(1 - none.high), 1)


def test_positives_and_the_rest_are_mirror_images():
    rng, truth, scores = population()
    judged = simple_draw(rng, truth, scores, 300)
    turned = replace(judged, truth=1 - judged.truth, scores=1 - judged.scores)
    one, other = difference(judged), difference(turned)
    assert (other.low, other.share, other.high) == pytest.approx(
        (1 - one.high, 1 - one.share, 1 - one.low)
    )


def test_a_domain_is_estimated_with_the_lots_inside_it():
    rng, truth, scores = population()
    judged = simple_draw(rng, truth, scores, 1000)
    inside = np.arange(2000) < 1000
    part = judged.within(inside)
    assert part.labelled == (judged.drawn < 1000).sum()
    assert difference(part).share == pytest.approx(truth[:1000].mean(), abs=0.02)


def test_without_a_draw_nothing_is_published():
    judged = undrawn(np.array([0.1, 0.9]))
    for estimator in (difference, ht_ratio):
        with pytest.raises(NoDraw) as error:
            estimator(judged)
        assert "innovatiemonitor plan" in error.value.hint


def test_too_few_labels_are_refused():
    rng, truth, scores = population()
    with pytest.raises(TooFewLabels, match="99 lots"):
        difference(simple_draw(rng, truth, scores, 99))


def test_classify_and_count_by_hand():
    judged = undrawn(np.array([0.2, 0.6, 0.9]), values=np.array([5.0, 3.0, 2.0]))
    got = classify_and_count(judged)
    # 3 + 2 of 10 euro; expected 1 + 1.8 + 1.8 = 4.6 of 10.
    assert got.share == pytest.approx(0.5)
    assert got.bias == pytest.approx(0.04)
    assert got.flags == ("diagnostic", "no_interval")
    assert probability_sum(judged).share == pytest.approx(0.46)


def held_out():
    # 8 of 10 hits above the threshold, 1 of 10 false alarms.
    truth = np.repeat([1.0, 0.0], 10)
    scores = np.r_[np.full(8, 0.9), np.full(2, 0.1), np.full(1, 0.9), np.full(9, 0.1)]
    return HeldOut(truth=truth, scores=scores)


def test_adjusted_count_by_hand():
    scores = np.r_[np.full(24, 0.9), np.full(76, 0.1)]
    got = adjusted_count(undrawn(scores, held_out=held_out()))
    assert got.share == pytest.approx((0.24 - 0.1) / (0.8 - 0.1))  # 0.2
    # (0.04 x 0.8 x 0.2/9 + 0.64 x 0.1 x 0.9/9) / 0.7^2; sample variances divide by 9.
    assert got.variance == pytest.approx((0.04 * 0.16 / 9 + 0.64 * 0.09 / 9) / 0.49)


def test_pacc_by_hand():
    # Mean scores 0.74 and 0.18; (0.292 - 0.18) / 0.56 = 0.2.
    got = pacc(undrawn(np.full(10, 0.292), held_out=held_out()))
    assert got.share == pytest.approx(0.2)


def test_em_prior_by_hand():
    # Prior 1/2, scores 0.8 and 0.2 are odds 4 and 1/4. With 3 and 7 of them the likelihood is
    # greatest where 3 x 3/(1 + 3s) = 7 x 0.75/(1 - 0.75 s): s = 1/6.
    scores = np.r_[np.full(3, 0.8), np.full(7, 0.2)]
    assert em_prior(undrawn(scores, held_out=held_out())).share == pytest.approx(1 / 6, abs=1e-6)


def test_em_finds_a_shifted_prevalence():
    rng = np.random.default_rng(5)

    def scored(positives):
        truth = np.repeat([1.0, 0.0], [positives, 20_000 - positives])
        seen = rng.normal(2 * truth)
        return truth, 1 / (1 + np.exp(-(np.log(0.05 / 0.95) + 2 * seen - 2)))

    truth, scores = scored(1000)  # 5%
    _, shifted = scored(2400)  # 12%
    got = em_prior(undrawn(shifted, held_out=HeldOut(truth=truth, scores=scores)))
    assert got.share == pytest.approx(0.12, abs=0.01)
    assert got.low < 0.12 < got.high


def test_corrections_agree_with_quapy():
    pytest.importorskip("quapy", reason="QuaPy is not installed (extra: oracles)")
    from quapy.method import aggregative

    _, truth, scores = population()
    held = HeldOut(truth=truth[:1000], scores=scores[:1000])
    target = undrawn(np.clip(scores[1000:], 1e-6, 1 - 1e-6), held_out=held)
    two = np.column_stack([1 - target.scores, target.scores])
    prior = held.truth.mean()
    found, _ = aggregative.EMQ.EM(np.array([1 - prior, prior]), two, epsilon=1e-9)
    assert em_prior(target).share == pytest.approx(found[1], abs=1e-4)
    columns = np.column_stack([1 - held.scores, held.scores])
    rates = aggregative.PACC.getPteCondEstim(np.array([0, 1]), held.truth.astype(int), columns)
    expected = np.linalg.solve(np.asarray(rates), two.mean(axis=0))[1]
    assert pacc(target).share == pytest.approx(expected)


@pytest.mark.parametrize("estimator", [adjusted_count, pacc, em_prior])
def test_error_rates_say_nothing_about_value(estimator):
    judged = undrawn(np.array([0.1, 0.9]), values=np.array([1.0, 2.0]), held_out=held_out())
    with pytest.raises(ValueError, match="by_number"):
        estimator(judged)
    assert 0 <= estimator(judged.by_number()).share <= 1
    with pytest.raises(TooFewLabels, match="held-out"):
        estimator(undrawn(np.array([0.1, 0.9])))


def test_a_model_that_tells_nothing_apart_cannot_be_corrected():
    flat = HeldOut(truth=np.array([0.0, 0.0, 1.0, 1.0]), scores=np.full(4, 0.3))
    with pytest.raises(TooFewLabels, match="apart"):
        pacc(undrawn(np.array([0.1, 0.9]), held_out=flat))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"values": np.array([0.0, 0.0])}, id="no value at all"),
        pytest.param({"values": np.array([1.0, np.nan])}, id="missing value"),
        pytest.param({"scores": np.array([0.1, 1.1])}, id="score above 1"),
        pytest.param({"scores": np.array([0.1])}, id="shapes differ"),
    ],
)
def test_arrays_that_cannot_be_are_refused(change):
    with pytest.raises(ValueError, match=r"values|scores"):
        replace(undrawn(np.array([0.1, 0.9])), **change)
