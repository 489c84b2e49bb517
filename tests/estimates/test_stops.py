"""What stops publication: late lots, readers who differ, values that nobody looked at."""

from dataclasses import replace

import pytest
from test_figured import ANNOTATIONS, BOOK, DRAW, LOTS, NEW, NONE, annotation, listing, lot

from pipeline.estimates import stops

LISTED = (listing(DRAW, LOTS),)


def found(name, *, lots=LOTS, draws=LISTED, annotations=ANNOTATIONS):
    checks = stops.inspect(lots, draws, annotations, codebook=BOOK, floor=0.67)
    assert {x.severity for x in checks} == {"stop"}
    return next(x for x in checks if x.name == name)


@pytest.mark.parametrize(("value", "passed"), [(40_000.0, True), (42_000.0, False)])
def test_two_percent_of_the_value_in_late_lots_is_the_most(value, passed):
    # 40,000 of 2,040,000 is 1.96%; 42,000 of 2,042,000 is 2.06%.
    check = found("late_lots_are_drawn", lots=(*LOTS, lot(200, value_eur=value)))
    assert check.passed is passed
    assert ("--supplement" in check.finding) is not passed


def test_a_draw_that_did_not_list_its_frame_cannot_tell_late_lots():
    check = found("late_lots_are_drawn", lots=(*LOTS, lot(200, value_eur=1.0)), draws=(DRAW,))
    assert not check.passed


def second(judgements):
    return tuple(
        annotation(n, judgement, round="second", annotator="b")
        for n, judgement in enumerate(judgements)
    )


def test_readers_who_differ_stop_publication():
    # Ten lots are new to the first reader; the second one calls the ten after them new.
    turned = second([NONE] * 10 + [NEW] * 10)
    check = found("judges_agree", annotations=(*ANNOTATIONS, *turned))
    assert not check.passed
    assert "on 20 notices judged twice, expected at least 0.67" in check.finding


def test_readers_who_agree_do_not():
    same = second([NEW] * 10 + [NONE] * 10)
    check = found("judges_agree", annotations=(*ANNOTATIONS, *same))
    assert check.passed
    assert "alpha of the degree is 1.00 on 20 notices" in check.finding


def test_where_nobody_judged_twice_that_is_said():
    assert found("judges_agree").finding == "no notice was judged by two people"
    same = second([NEW] * 10)
    assert (
        "all with one degree"
        in found("judges_agree", annotations=(*ANNOTATIONS[:10], *same)).finding
    )


def test_a_suspect_value_stops_publication_until_somebody_decides():
    lots = (replace(LOTS[0], flags=("suspect",), value_eur=2e9), *LOTS[1:])
    check = found("large_values_are_decided", lots=lots)
    assert not check.passed
    assert "lot-000 (EUR 2,000,000,000); `innovatiemonitor decide`" in check.finding
    assert found("large_values_are_decided").passed
