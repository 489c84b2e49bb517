import numpy as np
import pytest

from pipeline.errors import TooFewLabels
from pipeline.estimates import planner
from pipeline.estimates.planner import expected, plan


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(planner, "ROUNDS", 10)


def frame(size=3000):
    rng = np.random.default_rng(1)
    return rng.lognormal(11, 1.97, size), rng.beta(0.3, 2.7, size)


def test_the_plan_names_the_smallest_number_that_reaches_the_half_width():
    got = plan(*frame(), half_width=0.03, rng=np.random.default_rng(2))
    by_labels = {each.labels: each.half_width for each in got.table}
    assert by_labels[got.labels] <= 0.03
    assert all(width > 0.03 for labels, width in by_labels.items() if labels < got.labels)
    assert max(by_labels) > got.labels


def test_a_narrower_interval_needs_more_labels():
    values, scores = frame()
    wide, narrow = (
        plan(values, scores, half_width=width, rng=np.random.default_rng(2)).labels
        for width in (0.05, 0.015)
    )
    assert wide < narrow


def test_a_useless_model_needs_more_labels():
    got = expected(*frame(), labels=400, rng=np.random.default_rng(3))
    assert got.half_width < got.half_width_useless


def test_judging_the_whole_frame_leaves_no_doubt():
    values, scores = frame(150)
    got = plan(values, scores, half_width=1e-6, rng=np.random.default_rng(2))
    assert (got.labels, got.table[-1].half_width) == (150, pytest.approx(0, abs=1e-12))


def test_a_plan_is_repeated_from_its_seed():
    first, second = (plan(*frame(), half_width=0.04, rng=np.random.default_rng(5)) for _ in "ab")
    assert first == second


def test_a_frame_that_is_too_small_is_refused_with_a_way_out():
    with pytest.raises(TooFewLabels, match="99 lots") as error:
        plan(*frame(99), half_width=0.02, rng=np.random.default_rng(1))
    assert "four quarters" in error.value.hint


@pytest.mark.parametrize("width", [0, 0.5, 2])
def test_a_half_width_is_a_fraction(width):
    with pytest.raises(ValueError, match="fraction"):
        plan(*frame(), half_width=width, rng=np.random.default_rng(1))
