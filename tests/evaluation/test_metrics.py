"""Figures of quality: against hand-made tables and against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from pipeline.evaluation import metrics

# Three true, of which two found; one false alarm; four rightly left alone.
TRUTH = np.array([1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
CHOSEN = np.array([1, 1, 0, 1, 0, 0, 0, 0], dtype=bool)


def counts(truth, chosen):
    return metrics.outcomes(truth, chosen).sum(axis=0)


def random_answers(labels=4, documents=300):
    generator = np.random.default_rng(7)
    truth = generator.random((documents, labels)) < 0.3
    chosen = np.where(generator.random(truth.shape) < 0.8, truth, ~truth)
    return truth, chosen


def test_outcomes_are_counted_in_the_stated_order():
    assert counts(TRUTH, CHOSEN).tolist() == [2, 1, 1, 4]


def test_precision_recall_and_f1_by_hand():
    table = counts(TRUTH, CHOSEN)
    assert metrics.precision(table) == pytest.approx(2 / 3)
    assert metrics.recall(table) == pytest.approx(2 / 3)
    assert metrics.f1(table) == pytest.approx(4 / 6)


def test_a_label_that_neither_occurs_nor_is_given_is_undefined_and_not_averaged():
    table = np.array([[0.0, 0, 0, 8], [2, 1, 1, 4]])
    assert np.isnan(metrics.f1(table)[0])
    assert metrics.macro_f1(table) == pytest.approx(4 / 6)
    assert metrics.plain(metrics.precision(table)[0]) is None


def test_averages_agree_with_scikit_learn():
    truth, chosen = random_answers()
    table = counts(truth, chosen)
    assert metrics.macro_f1(table) == pytest.approx(oracle.f1_score(truth, chosen, average="macro"))
    assert metrics.micro_f1(table) == pytest.approx(oracle.f1_score(truth, chosen, average="micro"))


def test_kappa_by_hand():
    # Observed disagreement 1 (one pair one rank apart) of 4; expected by chance: rows (2, 2),
    # columns (3, 1), so (2*1 + 2*3)/4 = 2. Kappa is 1 - 1/2.
    cells = np.array([[2.0, 0], [1, 1]])
    assert metrics.kappa(cells) == pytest.approx(0.5)


def test_kappa_agrees_with_scikit_learn_on_four_ranks():
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 4, 200)
    chosen = np.clip(truth + generator.integers(-1, 2, 200), 0, 3)
    expected = oracle.cohen_kappa_score(truth, chosen, weights="quadratic")
    cells = metrics.confusion(truth, chosen, 4).sum(axis=0)
    assert metrics.kappa(cells) == pytest.approx(expected)


def test_kappa_of_a_single_rank_is_undefined():
    assert np.isnan(metrics.kappa(np.array([[5.0, 0], [0, 0]])))


def test_calibration_error_by_hand():
    # Bin [0.2, 0.3): mean 0.25, one of two true: gap 0.25. Bin [0.9, 1]: mean 0.95, both
    # true: gap 0.05. Two answers each, so the error is 0.15.
    truth = np.array([[1], [0], [1], [1]], dtype=bool)
    probabilities = np.array([[0.25], [0.25], [0.9], [1.0]])
    binned = metrics.bins(truth, probabilities).sum(axis=0)
    assert metrics.calibration_error(binned) == pytest.approx(0.15)
    assert binned[0, :, 0].tolist() == [0, 0, 2, 0, 0, 0, 0, 0, 0, 2]


def test_a_probability_on_the_border_falls_in_the_upper_bin():
    binned = metrics.bins(np.array([[True]]), np.array([[0.5]]))[0, 0]
    assert binned[5].tolist() == [1.0, 0.5, 1.0]


def test_calibration_error_is_the_mean_of_the_labels():
    truth = np.array([[True, True]])
    binned = metrics.bins(truth, np.array([[0.8, 0.6]])).sum(axis=0)
    assert metrics.calibration_error(binned) == pytest.approx((0.2 + 0.4) / 2)


def test_brier_agrees_with_scikit_learn():
    generator = np.random.default_rng(5)
    probabilities = generator.random((100, 1))
    truth = generator.random((100, 1)) < probabilities
    errors = metrics.squared_errors(truth, probabilities).sum(axis=0)
    expected = oracle.brier_score_loss(truth[:, 0], probabilities[:, 0])
    assert metrics.brier(errors) == pytest.approx(expected)


def test_risk_coverage_by_hand():
    confidence = np.array([0.6, 0.9, 0.9, 0.7])
    wrong = np.array([True, False, True, False])
    assert metrics.risk_coverage(confidence, wrong) == [
        (0.5, 0.5),
        (0.75, pytest.approx(1 / 3)),
        (1.0, 0.5),
    ]


def test_sums_add_up_per_group():
    values = np.array([[1.0], [2.0], [4.0]])
    assert metrics.sums(values, np.array([7, 3, 7])).tolist() == [[2.0], [5.0]]


def test_draws_take_as_many_groups_as_there_are_and_repeat_with_the_seed():
    times = metrics.draws(6, seed=1)
    assert times.shape == (metrics.DRAWS, 6)
    assert set(times.sum(axis=1)) == {6.0}
    assert (times == metrics.draws(6, seed=1)).all()
    assert (times != metrics.draws(6, seed=2)).any()


def test_an_interval_over_groups_is_wider_than_one_over_notices_that_go_together():
    truth = np.repeat(np.arange(20) % 2 == 0, 10)
    chosen = np.repeat(np.arange(20) % 3 != 0, 10)
    tables = metrics.outcomes(truth, chosen)

    def width(groups):
        per_group = metrics.sums(tables, groups)
        found = metrics.figure(metrics.precision, per_group, metrics.draws(len(per_group), seed=0))
        return found["high"] - found["low"]

    assert width(np.repeat(np.arange(20), 10)) > 2 * width(np.arange(200))


def test_an_interval_covers_its_value_and_a_constant_has_none():
    truth, chosen = random_answers()
    per_group = metrics.sums(metrics.outcomes(truth, chosen), np.arange(len(truth)))
    times = metrics.draws(len(per_group), seed=0)
    found = metrics.figure(metrics.micro_f1, per_group, times)
    assert found["low"] < found["value"] < found["high"]
    right = metrics.outcomes(truth, truth)
    assert metrics.figure(metrics.micro_f1, right, times) == {"value": 1, "low": 1, "high": 1}


def test_an_error_that_every_draw_overstates_still_lies_within_its_interval():
    # Perfectly calibrated at 0.2, 0.4, 0.6 and 0.8: no error, but every draw has one by chance.
    place = np.arange(400)
    probabilities = ((1 + place // 100) / 5)[:, None]
    truth = (place % 5)[:, None] < 5 * probabilities - 0.5
    binned = metrics.bins(truth, probabilities)
    times = metrics.draws(len(binned), seed=0)
    found = metrics.figure(metrics.calibration_error, binned, times, centred=True)
    assert found["value"] == found["low"] == 0.0
    assert 0 < found["high"] < 0.04
    assert metrics.figure(metrics.calibration_error, binned, times)["low"] > 0


def test_wilson_by_hand():
    # n = 10, none found: (0, z^2/(n + z^2)) with z = 1.959964, which is 3.841459/13.841459.
    assert metrics.wilson(0, 10) == {"value": 0.0, "low": 0.0, "high": 0.277533}
    assert metrics.wilson(3, 500, per=1000)["value"] == 6.0
