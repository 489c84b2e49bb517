"""A learning curve by hand: what is taken away, what is measured, and what more would bring."""

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pytest

from pipeline.errors import CorpusError
from pipeline.evaluation.halving import curve_points, parts_of
from pipeline.evaluation.learning_curve import (
    CurvePoint,
    LearningCurve,
    curve_table,
    keep_curve,
    kept_curve,
)
from pipeline.store import Store

SURE = {"value": 0.5, "low": 0.4, "high": 0.6}


def curve(gain, learned=80):
    points = tuple(
        CurvePoint(learned=x, innovation=SURE, forms=SURE) for x in (learned // 2, learned)
    )
    return LearningCurve(
        taught="added",
        beside=10,
        points=points,
        gain=dict(zip(("value", "low", "high"), gain, strict=True)),
        model_id="m",
        day=dt.date(2026, 11, 30),
    )


@pytest.mark.parametrize(
    ("number", "from_nothing", "expected"),
    [
        (200, True, [0, 50, 100, 200]),
        (200, False, [50, 100, 200]),
        (41, True, [0, 10, 20, 41]),
    ],
)
def test_each_part_is_twice_the_one_before_and_the_last_is_all(number, from_nothing, expected):
    assert parts_of(number, from_nothing=from_nothing) == expected


@pytest.fixture
def measured(case, codebook):
    """80 judgements beside 20 that always teach; the more are known, the more are found."""
    varied = np.array([False] * 20 + [True] * 80)
    groups = np.arange(100) // 2
    asked = []

    def measure(learn_from):
        asked.append(learn_from.copy())
        known = int((learn_from & varied).sum())
        return [
            case(i, "incremental", "incremental" if i < 20 + known else "none") for i in range(100)
        ]

    found = curve_points(measure, varied, groups, codebook)
    return asked, varied, groups, found


def test_what_is_not_varied_always_teaches_and_parts_hold_each_other(measured):
    asked, varied, groups, _ = measured
    assert [int((x & varied).sum()) for x in asked] == [0, 20, 40, 80]
    assert all(x[~varied].all() for x in asked)
    for smaller, larger in pairwise(asked):
        assert not (smaller & ~larger).any()
    # Pairs are taken away together.
    assert all(len(set(groups[~x & varied]) & set(groups[x & varied])) == 0 for x in asked)


def test_points_and_gain_are_those_of_the_notices_that_vary(measured):
    *_, (points, gain) = measured
    # Of the 80 that vary, so many are found: F1 is 2k / (k + 80).
    assert [x.learned for x in points] == [0, 20, 40, 80]
    assert [x.innovation["value"] for x in points] == pytest.approx([0, 0.4, 2 / 3, 1], abs=1e-6)
    assert gain["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert 0 < gain["low"] < gain["value"] < gain["high"]


def test_too_few_judgements_make_no_curve(codebook):
    with pytest.raises(CorpusError, match="39 judgements"):
        curve_points(lambda _: [], np.ones(39, dtype=bool), np.arange(39), codebook)


def test_more_judgements_bring_the_gain_of_a_doubling_in_proportion_to_doublings():
    found = curve((0.03, 0.01, 0.05)).expected(40)
    doublings = math.log2(120 / 80)
    assert found == pytest.approx(
        {"value": 0.03 * doublings, "low": 0.01 * doublings, "high": 0.05 * doublings}
    )
    assert curve((0.03, 0.01, 0.05)).expected(80) == pytest.approx(
        {"value": 0.03, "low": 0.01, "high": 0.05}
    )
    assert curve((None, None, None)).expected(40) == {"value": None, "low": None, "high": None}


def test_a_kept_curve_is_read_back_and_one_of_another_version_is_none(tmp_path, codebook):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_text("")
    store = Store(tmp_path)
    assert kept_curve(store) is None
    keep_curve(store, curve((0.03, None, 0.05)))
    assert kept_curve(store) == curve((0.03, None, 0.05))
    store.keep("state", "learning_curve", {"points": []})
    assert kept_curve(store) is None


def test_the_table_says_what_more_would_bring():
    told = curve_table(curve((0.03, 0.01, 0.05)), more=80)
    assert "| 80 | 0.500 | 0.400 to 0.600 |" in told
    assert "80 more are expected to bring +0.0300 (+0.0100 to +0.0500)" in told
