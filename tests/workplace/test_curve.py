"""Whether more judgements are worth it: never made up, measured in the background, in words."""

import datetime as dt
import re

import pytest

from pipeline.evaluation.learning_curve import CurvePoint, LearningCurve, keep_curve
from pipeline.workplace.curve import curve_of


def figure(value, low, high):
    return {"value": value, "low": low, "high": high}


def curve(gain, taught="added"):
    points = (
        CurvePoint(learned=40, innovation=figure(0.8, 0.7, 0.9), forms=figure(0.5, 0.4, 0.6)),
        CurvePoint(learned=80, innovation=figure(0.85, 0.78, 0.92), forms=figure(None, None, None)),
    )
    return LearningCurve(
        taught=taught,
        beside=10,
        points=points,
        gain=figure(*gain),
        model_id="m",
        day=dt.date(2026, 11, 30),
    )


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        # 40 beside 80 are log2(1.5) = 0.585 of a doubling.
        ((0.05, 0.01, 0.09), "Ja: "),
        ((0.006, 0.001, 0.02), "Een beetje: "),
        ((0.002, -0.004, 0.008), "Nee: "),
        ((0.05, -0.01, 0.11), "Dat is niet te zeggen: het verschil"),
        ((None, None, None), "Dat is niet te zeggen: er is te weinig"),
    ],
)
def test_the_verdict_follows_from_the_interval(site, gain, verdict):
    keep_curve(site.work.store, curve(gain))
    assert curve_of(site.work)["verdict"].startswith(verdict)


def test_where_nothing_was_measured_the_page_says_so_and_offers_to(site):
    for path in ("/", "/model"):
        page = site.client().read(path).text
        assert "Dat is nog niet gemeten" in page
        assert 'id="leercurve' not in page
    assert 'action="/model/leercurve"' in site.client().read("/model").text


def test_a_measured_curve_stands_on_the_pages_with_its_table(site, browser, axe):
    keep_curve(site.work.store, curve((0.05, 0.01, 0.09)))
    page = site.client().read("/model").text
    # 0.05 x log2(120/80), and so its ends.
    assert "naar verwachting +2,9 punt beter (95%-interval +0,6 tot +5,3)" in page
    assert "<td>85,0 (78,0 tot 92,0)</td><td>niet te zeggen</td>" in page
    assert "Berekend op 30 november 2026" in page
    assert re.search(r'<title id="leercurve-naam">Hoe goed het model is', page)
    for width in (1280, 400):
        window = site.opened(browser, width=width)
        for path in ("/", "/model"):
            window.goto(f"{site.origin}{path}")
            assert axe(window) == [], path
            assert window.evaluate("document.documentElement.scrollWidth") <= width, path


def test_measuring_is_the_command_run_in_the_background(site, monkeypatch):
    started = []
    monkeypatch.setattr(
        type(site.work.jobs), "start", lambda _, *given, by: started.append((given, by))
    )
    answer = site.client().write("/model/leercurve")
    assert answer.headers["location"] == "/model"
    (((kind, _, (step,)), by),) = started
    assert (kind, by) == ("curve", "anna")
    assert step.arguments({})[0] == "learning-curve"
