import numpy as np
import pytest

from pipeline.errors import TooFewLabels
from pipeline.estimates import planner
from pipeline.estimates.planner import Column, Frame, Measured, expected, plan
from pipeline.records import INNOVATION


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(planner, "ROUNDS", 10)


USELESS = Column(INNOVATION, "value", "useless")
RIGHT = Column(INNOVATION, "value", "right")


def frame(size=3000, **others):
    rng = np.random.default_rng(1)
    values, scores = rng.lognormal(11, 1.97, size), rng.beta(0.3, 2.7, size)
    return Frame(values=values, scores={INNOVATION: scores, "rd": scores / 4}, **others)


def test_the_plan_names_the_smallest_number_that_reaches_the_half_width():
    got = plan(frame(), half_width=0.06, rng=np.random.default_rng(2))
    by_labels = {each.labels: each.widths[USELESS] for each in got.table}
    assert by_labels[got.labels] <= 0.06
    assert all(width > 0.06 for labels, width in by_labels.items() if labels < got.labels)
    assert max(by_labels) > got.labels


def test_a_narrower_interval_needs_more_labels():
    wide, narrow = (
        plan(frame(), half_width=width, rng=np.random.default_rng(2)).labels
        for width in (0.1, 0.05)
    )
    assert wide < narrow


def test_a_useless_model_needs_more_labels():
    got = expected(frame(), labels=400, rng=np.random.default_rng(3))
    assert got.widths[RIGHT] < got.widths[USELESS] == got.pessimistic


def test_judging_the_whole_frame_leaves_no_doubt():
    got = plan(frame(150), half_width=1e-6, rng=np.random.default_rng(2))
    assert (got.labels, got.table[-1].pessimistic) == (150, pytest.approx(0, abs=1e-12))


def test_a_plan_is_repeated_from_its_seed():
    first, second = (plan(frame(), half_width=0.04, rng=np.random.default_rng(5)) for _ in "ab")
    assert first == second


def test_a_frame_that_is_too_small_is_refused_with_a_way_out():
    with pytest.raises(TooFewLabels, match="99 lots") as error:
        plan(frame(99), half_width=0.02, rng=np.random.default_rng(1))
    assert "four quarters" in error.value.hint


@pytest.mark.parametrize("width", [0, 0.5, 2])
def test_a_half_width_is_a_fraction(width):
    with pytest.raises(ValueError, match="fraction"):
        plan(frame(), half_width=width, rng=np.random.default_rng(1))


def test_a_plan_answers_by_value_and_by_number_for_every_quality_of_the_model():
    measured = {INNOVATION: Measured(prevalence=0.02, slope=0.3)}
    got = expected(frame(400, measured=measured), labels=120, rng=np.random.default_rng(3))
    assert set(got.widths) == {
        Column(quantity, weighting, quality)
        for quantity, qualities in (
            (INNOVATION, ("right", "measured", "useless")),
            ("rd", ("right", "useless")),
        )
        for weighting in ("value", "number")
        for quality in qualities
    }


def test_a_model_is_as_good_as_its_scores_were_on_judged_draws():
    # 100 lots at score 0, of which 10 are positive, and 100 at score 1, of which 60 are.
    scores = np.repeat([0.0, 1.0], 100)
    truth = np.r_[np.arange(100) < 10, np.arange(100) < 60].astype(float)
    got = Measured.of(truth, scores)
    assert (got.prevalence, got.slope) == (pytest.approx(0.35), pytest.approx(0.5))
    np.testing.assert_allclose(got.chances(scores)[[0, -1]], [0.1, 0.6])
    assert Measured.of(truth[:99], scores[:99]) is None
    assert Measured.of(truth[:100], scores[:100]) is None
