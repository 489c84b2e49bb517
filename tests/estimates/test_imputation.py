import numpy as np
import pytest

from pipeline.estimates.disagreement import disagreement, with_disagreement
from pipeline.estimates.estimators import difference
from pipeline.estimates.imputation import best_and_worst, impute, multiply_imputed, rubin
from pipeline.estimates.judged import Judged

NAN = np.nan


def whole_frame(truth, values):
    """Every lot is judged: nothing is left to chance but the values and the judges."""
    size = len(truth)
    return Judged(
        values=values,
        scores=np.full(size, 0.5),
        drawn=np.arange(size),
        truth=truth,
        probabilities=np.ones(size),
        strata=np.zeros(size, dtype=int),
        clusters=np.arange(size),
    )


def test_rubin_by_hand():
    # Mean 0.2, variance between 0.01 x 4/3; within 0.02: together 0.1/3.
    share, variance, degrees = rubin(
        np.array([0.1, 0.2, 0.3]), np.array([0.01, 0.02, 0.03]), degrees=np.inf
    )
    assert share == pytest.approx(0.2)
    assert variance == pytest.approx(0.1 / 3)
    # (m - 1) / missing^2 with missing = 0.4.
    assert degrees == pytest.approx(2 / 0.4**2)


def test_without_missing_values_rubin_changes_nothing():
    same = rubin(np.array([0.2, 0.2]), np.array([0.01, 0.01]), degrees=50)
    assert same == (pytest.approx(0.2), pytest.approx(0.01), 50)


def test_donors_come_from_the_narrowest_kind_that_has_enough():
    values = np.r_[np.full(5, 10.0), np.full(5, 99.0), NAN, NAN]
    cells = [("72", "open", "care")] * 5 + [("45", "open", "care")] * 5
    cells += [("72", "restricted", "care"), ("33", "open", "care")]
    filled = impute(values, cells, rng=np.random.default_rng(1))
    assert filled.shape == (20, 12)
    # No other restricted procedure in 72: all of 72 gives. No other 33: the whole frame gives.
    assert set(filled[:, 10]) == {10.0}
    assert set(filled[:, 11]) == {10.0, 99.0}
    np.testing.assert_array_equal(filled[:, :10], np.tile(values[:10], (20, 1)))


def test_imputation_is_repeated_from_its_seed():
    values, cells = np.r_[np.arange(1.0, 9.0), NAN], [("72",)] * 9
    one, same, other = (impute(values, cells, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_with_too_few_known_values_the_others_stay_missing():
    values, cells = np.array([1.0, 2.0, NAN]), [("72",)] * 3
    filled = impute(values, cells, rng=np.random.default_rng(1))
    assert np.isnan(filled[:, 2]).all()
    assert best_and_worst(0.3, values, cells) == (0.0, 1.0)


def test_too_few_imputations_are_refused():
    with pytest.raises(ValueError, match="19 imputations"):
        impute(np.ones(6), [("72",)] * 6, rng=np.random.default_rng(1), times=19)


def test_best_and_worst_by_hand():
    # 100 euro known, share 0.3; two missing at 10 each, the 90% point of equal donors.
    values = np.r_[np.full(10, 10.0), NAN, NAN]
    worst, best = best_and_worst(0.3, values, [("72",)] * 12)
    assert worst == pytest.approx(30 / 120)
    assert best == pytest.approx((30 + 20) / 120)


def test_missing_values_widen_the_interval():
    rng = np.random.default_rng(2)
    truth = (np.arange(200) % 5 == 0).astype(float)
    values = rng.lognormal(10, 1, 200)
    gone = np.where(np.arange(200) < 60, NAN, values)
    got = multiply_imputed(
        whole_frame(truth, values),
        impute(gone, [("72",)] * 200, rng=rng),
        estimator=difference,
    )
    assert difference(whole_frame(truth, values)).variance == 0
    assert got.low < truth @ values / values.sum() < got.high
    assert got.variance > 0


def test_disagreement_by_hand():
    # After a 1 the other said 0 once in three; after a 0 the other said 1 once in five.
    judgements = [(1, 1), (1, 0), (0, 0), (0, 0), (1,), ()]
    assert disagreement(judgements) == (pytest.approx(1 / 5), pytest.approx(1 / 3))


def test_disagreement_widens_the_interval_by_the_noise_of_a_mean():
    # 200 lots, all judged; on 40 the two differ. The mean of two has variance 1/4 there:
    # 40 x 0.25 / 200^2.
    truth = np.r_[np.full(40, 0.5), np.ones(60), np.zeros(100)]
    judgements = [(1, 0)] * 40 + [(1, 1)] * 60 + [(0, 0)] * 100
    got = with_disagreement(
        whole_frame(truth, np.ones(200)),
        judgements,
        estimator=difference,
        rng=np.random.default_rng(1),
    )
    # Four standard errors of a variance from 200 replicates.
    assert got.variance == pytest.approx(40 * 0.25 / 200**2, rel=4 * (2 / 200) ** 0.5)
    assert got.low < got.share < got.high


def test_adjudicated_truth_has_no_noise_and_single_judgements_are_flagged():
    frame = whole_frame(np.r_[np.ones(50), np.zeros(150)], np.ones(200))
    rng = np.random.default_rng(1)
    settled = with_disagreement(frame, [()] * 200, estimator=difference, rng=rng)
    assert settled.variance == 0
    single = with_disagreement(frame, [(1,)] * 50 + [(0,)] * 150, estimator=difference, rng=rng)
    assert single.flags == ("single_judged",)


def test_the_order_in_which_people_judged_decides_nothing():
    truth = np.r_[np.full(40, 0.5), np.ones(60), np.zeros(100)]
    rest = [(1, 1)] * 60 + [(0, 0)] * 100
    one, other = (
        with_disagreement(
            whole_frame(truth, np.ones(200)),
            [first] * 40 + rest,
            estimator=difference,
            rng=np.random.default_rng(1),
        )
        for first in ((0, 1), (1, 0))
    )
    assert one == other
    assert one.share == pytest.approx(80 / 200)
    assert one.low < 80 / 200 < one.high
