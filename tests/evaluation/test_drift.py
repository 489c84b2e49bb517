"""The drift alarm: by hand, against another implementation, and how often it is false."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from pipeline import codebook as codebooks
from pipeline import settings
from pipeline.evaluation.drift import (
    BEFORE,
    LIMIT,
    MODEL,
    alarm,
    alarms,
    distance,
    drift_check,
    drifts,
)
from pipeline.evaluation.months import months_of
from pipeline.labels.scores import Scores, schema
from pipeline.quarter import PeriodWork
from pipeline.records import Notice, Period
from pipeline.store import Store

QUARTER = Period.quarter(2026, 3)
BOOK = codebooks.load(Store(settings.load().home))
NOW = np.array([0.5, 0.6, 0.55])


def test_where_quarters_do_not_differ_it_is_the_t_of_two_samples():
    # Each quarter holds the same months in another order, so that they differ in nothing.
    before = np.array([[0.1, 0.2, 0.3], [0.3, 0.1, 0.2], [0.2, 0.3, 0.1], [0.1, 0.3, 0.2]])
    expected = stats.ttest_ind(NOW, before.ravel(), equal_var=True).statistic
    assert distance(NOW, before, np.array(0.0)) == pytest.approx(expected)


def test_where_quarters_differ_most_they_are_the_units():
    before = np.repeat([[0.1], [0.2], [0.3], [0.4]], 3, axis=1)
    # Mean 0.25, variance of the four 0.05 / 3, of a fifth beside them 1.25 times that.
    expected = (0.55 - 0.25) / np.sqrt(0.05 / 3 * 1.25)
    assert distance(NOW, before, np.array(0.0)) == pytest.approx(expected)


def test_months_that_never_differ_still_vary_by_chance():
    before = np.full((4, 3), 0.5)
    # Variance 0.01 of a month: of a mean of three against one of twelve, 0.01 x (1/3 + 1/12).
    expected = 0.05 / np.sqrt(0.01 * 5 / 12)
    assert distance(np.full(3, 0.55), before, np.array(0.01)) == pytest.approx(expected)


def test_false_alarms_are_as_rare_as_is_said():
    rng = np.random.default_rng(7)
    shares = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.15, 0.02, 0.1])[:, None, None]
    factors = np.exp(0.15 * (rng.normal(size=(2000, 8, 9, 3)) + rng.normal(size=(2000, 8, 9, 1))))
    turned = np.arcsin(np.sqrt(rng.binomial(1500, np.minimum(shares * factors, 1)) / 1500))
    floor = np.full((2000, 8), 1 / 6000)
    both = [distance(turned[:, :, 8], turned[:, :, at : at + 4], floor) for at in (0, 4)]
    assert (np.abs(both).max(axis=(0, 2)) > LIMIT).mean() <= 0.05


def month(innovative, of=1500, **others):
    return {"innovative": (innovative, of), "no_text": (30, of)} | others


def quarters(number=4):
    return [[month(30 + n), month(34 - n), month(32)] for n in range(number)]


def test_a_share_that_doubles_is_an_alarm_and_says_what_it_was():
    found = drift_check(alarm("x", [month(75), month(80), month(78)], quarters()))
    assert not found.passed
    assert found.severity == "look"
    assert "5.2% notices with a probability of innovation of 0.5 or more, was 2.1%" in found.finding
    assert drift_check(alarm("x", [month(33), month(31), month(35)], quarters())).passed


def test_fewer_than_four_quarters_say_too_little():
    found = drift_check(alarm("x", [month(75), month(80), month(78)], quarters(3)))
    assert found.passed
    assert found.finding == "3 quarters to compare with; 4 are needed"


def test_a_quarter_is_held_against_those_before_it_and_those_before_the_model_came():
    asked = []

    def months(period):
        asked.append(str(period))
        return None if str(period) == "2025Q1" else quarters(1)[0]

    found = alarms(QUARTER, months, since=dt.date(2026, 2, 3))
    assert [(x.name, x.quarters) for x in found] == [(BEFORE, 4), (MODEL, 3)]
    assert found[0].drifts
    assert found[1].drifts == ()
    lately, then = (
        ["2025Q3", "2025Q4", "2026Q1", "2026Q2"],
        ["2025Q1", "2025Q2", "2025Q3", "2025Q4"],
    )
    assert set(asked) == {"2026Q3", *lately, *then}
    # Of a quarter in which the model came, nothing is known of the time without it.
    same = alarms(QUARTER, months, since=dt.date(2026, 7, 1))
    assert [(x.name, x.quarters) for x in same] == [(BEFORE, 4), (MODEL, 0)]


def test_a_measure_that_some_month_does_not_tell_is_left_out():
    now = [month(33, abstained=(3, 100)), month(31, abstained=(3, 100)), month(35)]
    assert {x.measure for x in drifts(now, quarters())} == {"innovative", "no_text"}
    assert drifts([{}, {}, {}], quarters()) == ()


def notice(number, day, **changes):
    facts = {
        "notice_id": f"n{number}",
        "source": "ted",
        "format": "eforms",
        "kind": "competition",
        "title": "x",
        "published_on": dt.date(2026, *day),
    }
    return Notice(**facts | changes)


def test_the_measures_of_a_month_are_counted_by_hand():
    notices = [
        notice(1, (7, 1), description="Tekst", cpv=("45000000",), procedure="open"),
        notice(2, (7, 31)),
        notice(3, (8, 1), kind="planning"),
        notice(4, (6, 30)),
    ]
    lines = [
        {"notice_id": "n1", "p_innovation": 0.7, "words": 10, "unknown_words": 2},
        {"notice_id": "n2", "abstained": "no text", "words": 0, "unknown_words": 0},
    ]
    scores = Scores.of("m", pa.Table.from_pylist(lines, schema=schema(BOOK)))
    july, august, september = months_of(QUARTER, notices, scores)
    assert july == {
        "innovative": (1, 1),
        "doubtful": (1, 1),
        "abstained": (1, 2),
        "unknown": (2, 10),
        "no_text": (1, 2),
        "no_value": (2, 2),
        "no_cpv": (1, 2),
        "no_procedure": (1, 2),
    }
    assert (august["no_value"], august["no_text"], august["innovative"]) == ((0, 0), (1, 1), (0, 0))
    assert september["no_text"] == (0, 0)


def test_scores_of_before_words_were_counted_tell_nothing_of_words():
    old = [{"notice_id": "n1", "p_innovation": 0.7}]
    scores = Scores.of("m", pa.Table.from_pylist(old, schema=schema(BOOK)))
    assert months_of(QUARTER, [notice(1, (7, 1))], scores)[0]["unknown"] == (0, 0)


def test_a_home_with_few_earlier_quarters_says_so(home):
    found = PeriodWork(period=QUARTER, settings=home.settings).drift
    assert [(x.name, x.passed) for x in found] == [
        ("like_the_quarters_before", True),
        ("like_when_the_model_came", True),
    ]
    assert all("quarters to compare with; 4 are needed" in x.finding for x in found)
    assert PeriodWork(period=Period.year(2026), settings=home.settings).drift == []
