"""Quarters and years, as the calendar has them."""

import datetime as dt

import pytest

from pipeline.records import Period


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("2026Q1", "2025Q4"),
        ("2026Q3", "2026Q2"),
        ("2026", "2025Q4"),
        ("2026-05-10..2026-05-20", "2026Q1"),
    ],
)
def test_the_quarter_before_ended_before_the_one_it_begins_in(written, before):
    assert str(Period.parse(written).quarter_before()) == before


def test_quarters_of_a_stretch_hold_all_its_days():
    period = Period.parse("2025-12-31..2026-04-01")
    assert [str(x) for x in period.quarters()] == ["2025Q4", "2026Q1", "2026Q2"]
    assert [str(x) for x in Period.parse("2026Q2").quarters()] == ["2026Q2"]


@pytest.mark.parametrize(
    ("written", "is_quarter", "is_year", "number"),
    [
        ("2026Q4", True, False, 4),
        ("2026", False, True, 4),
        ("2026-01-01..2026-03-31", True, False, 1),
        ("2026-01-01..2026-03-30", False, False, 1),
    ],
)
def test_a_period_knows_what_it_is(written, is_quarter, is_year, number):
    period = Period.parse(written)
    assert (period.is_quarter, period.is_year, period.number) == (is_quarter, is_year, number)


def test_a_period_is_written_as_it_is_read():
    for written in ("2026Q4", "2026", "2026-01-01..2026-03-30"):
        assert str(Period.parse(written)) == written
    assert Period.quarter_of(dt.date(2026, 12, 31)) == Period.parse("2026Q4")
