"""The pages say whether a quarter is what the model knows: in words, a chart and a table."""

import datetime as dt
import json
import re
import sqlite3
from contextlib import closing

import pyarrow as pa
import pytest

from pipeline.evaluation.drift import NAMES, alarms
from pipeline.evaluation.months import months_of
from pipeline.labels.scores import Scores, schema
from pipeline.quarter import PeriodWork
from pipeline.records import Notice, Period
from pipeline.workplace.catalogue import fact
from pipeline.workplace.drifting import DRIFT, MEASURES, REFERENCES, drift_fact, drift_of
from pipeline.workplace.pictures import Line, LineChart, Spot, _ticks, drawn

SINCE = dt.date(2025, 10, 1)
EMPTY = 4


def notice(number, day, *, text):
    return Notice(
        notice_id=f"n{number}",
        source="ted",
        format="eforms",
        kind="competition",
        title="x",
        description="Tekst" if text else None,
        published_on=day,
        cpv=("45000000",),
    )


def published(quarters, *, empty):
    """400 notices in each month of some quarters; per quarter so many in 100 have no text."""
    return [
        notice(number, month, text=n % 100 >= share)
        for quarter, share in zip(quarters, empty, strict=True)
        for month in (quarter.first_day + dt.timedelta(days=31 * x) for x in range(3))
        for n in range(400)
        for number in [f"{month}-{n}"]
    ]


def quarters(number, last="2026Q3"):
    found = [Period.parse(last)]
    while len(found) < number:
        found.insert(0, found[0].quarter_before())
    return found


@pytest.fixture
def scores(codebook):
    return Scores.of("m", pa.Table.from_pylist([], schema=schema(codebook)))


def keep(site, text):
    with closing(sqlite3.connect(site.work.store.index_path)) as base, base:
        base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (DRIFT, text))


def test_every_measure_and_reference_has_a_dutch_name():
    assert set(MEASURES) == set(NAMES)
    assert [x.name for x in alarms(Period.parse("2026Q3"), lambda _: None, since=SINCE)] == list(
        REFERENCES
    )


def test_a_quarter_that_breaks_is_an_alarm_on_the_page_with_a_way_on(site, scores, browser, axe):
    text = drift_fact(published(quarters(6), empty=[EMPTY, 5, 4, 5, 4, 30]), scores, since=SINCE)
    keep(site, text)
    page = site.client().read("/model").text
    assert "Alarm: het derde kwartaal van 2026 wijkt af" in page
    assert "aankondigingen zonder omschrijving: nu 30,0%, toen 4,5%" in page
    assert "hoogstens 1 op de 20 kwartalen" in page
    assert 'href="/zoeken?periode=2026Q3"' in page
    assert re.search(
        r'<svg class="chart"[^>]*aria-labelledby="afwijking-naam afwijking-uitleg"', page
    )
    assert "<desc" in page
    for width in (1280, 400):
        window = site.opened(browser, width=width)
        window.goto(f"{site.origin}/model")
        window.locator("summary", has_text="Als tabel").first.click()
        assert axe(window) == []
        assert window.evaluate("document.documentElement.scrollWidth") <= width


def test_what_stands_on_the_page_is_what_the_command_says(home, site):
    held = json.loads(fact(site.work.store.index_path, DRIFT))
    said = {x["period"]: [each["quarters"] for each in x["alarms"]] for x in held}
    for period, counts in said.items():
        found = PeriodWork(period=Period.parse(period), settings=home.settings).drift
        assert [int(x.finding.split()[0]) for x in found] == counts


def test_without_a_break_there_is_no_alarm_and_the_first_quarters_say_what_is_missing(site, scores):
    keep(site, drift_fact(published(quarters(5), empty=[4, 5, 4, 5, 4]), scores, since=SINCE))
    told = drift_of(site.work)
    assert told["told"] == (
        "Het derde kwartaal van 2026 lijkt op de vier kwartalen ervoor: geen alarm."
    )
    assert told["lines"][0]["alarm"] == "nee"
    assert told["lines"][1]["measure"] == "niet te zeggen: 1 van 4 kwartalen bekend"
    keep(site, drift_fact(published(quarters(2), empty=[4, 5]), scores, since=SINCE))
    few = drift_of(site.work)
    assert few["told"].endswith("er zijn 4 eerdere kwartalen nodig en er is er 1.")
    assert few["drawn"] is None


def test_where_nothing_was_collected_the_page_says_so(site):
    keep(site, "[]")
    assert "nog geen kwartaal opgehaald" in site.client().read("/model").text


def test_the_distance_on_the_page_is_that_of_the_measures_by_month(scores):
    some = published(quarters(5), empty=[4, 5, 4, 5, 9])
    (*_, last) = json.loads(drift_fact(some, scores, since=SINCE))
    found = alarms(Period.parse("2026Q3"), lambda x: months_of(x, some, scores), since=SINCE)
    assert last["alarms"][0]["drifts"][0]["distance"] == found[0].drifts[0].distance


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 6, [0, 2, 4, 6]),
        (0, 4.8, [0, 1, 2, 3, 4, 5]),
        (60, 81, [60, 65, 70, 75, 80, 85]),
        (0, 0, [0, 0.2]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_an_axis_has_whole_steps_that_hold_every_point(low, high, expected):
    assert _ticks(low, high) == pytest.approx(expected)


def test_points_stand_at_their_height_and_a_gap_stays_a_gap():
    line = Line(name="a", spots=[Spot(value=0.0), None, Spot(value=10.0, low=5.0, high=10.0)])
    chart = LineChart(
        key="k",
        title="t",
        description="d",
        places=["1", "2", "3"],
        across="x",
        up="y",
        lines=[line],
    )
    found = drawn(chart)
    # The floor is at 200, the ceiling at 12; a third of 320 is 106.7, from 46.
    assert [(x["x"], x["y"]) for x in found["lines"][0]["spots"]] == [(99.3, 200), (312.7, 12)]
    assert found["lines"][0]["spots"][1]["low"] == 106
    assert found["lines"][0]["spots"][0]["low"] is None
