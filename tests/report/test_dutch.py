"""Numbers as a Dutch reader expects them; nothing is rounded in favour of anybody."""

import pytest

from pipeline.records import Period
from pipeline.report import dutch

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.1043, "10,4%"), (0.0004, "minder dan 0,1%"), (0.0006, "0,1%"), (0.0, "0,0%")],
)
def test_a_share_above_zero_never_reads_as_zero(share, written):
    assert dutch.share(share) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0121, "hoogstens 1,3%"), (0.012, "hoogstens 1,2%"), (0.00001, "hoogstens 0,1%")],
)
def test_an_upper_bound_is_rounded_up(share, written):
    assert dutch.at_most(share) == written


def test_a_lower_bound_is_rounded_down():
    assert dutch.at_least(0.9879) == "minstens 98,7%"


@pytest.mark.parametrize(
    ("difference", "written"),
    [
        (0.0121, "+1,2 procentpunt"),
        (-0.0121, "\N{MINUS SIGN}1,2 procentpunt"),
        (-0.0001, "0,0 procentpunt"),
    ],
)
def test_a_difference_has_a_sign_unless_it_rounds_to_nothing(difference, written):
    assert dutch.points(difference) == written


@pytest.mark.parametrize(
    ("euro", "written"),
    [
        (11.53e9, "€ 11,5 miljard"),
        (2_450_000, "€ 2,5 miljoen"),
        (240_400_000, "€ 240 miljoen"),
        (45_600, "€ 45.600"),
    ],
)
def test_money_is_written_as_people_say_it(euro, written):
    assert dutch.euro(euro) == written.replace(" ", SPACE, 1)


@pytest.mark.parametrize(
    ("period", "written"),
    [
        ("2026Q3", "derde kwartaal van 2026"),
        ("2026", "2026"),
        ("2025-10-01..2026-09-30", "1 oktober 2025 tot en met 30 september 2026"),
    ],
)
def test_a_period_is_written_in_words(period, written):
    assert dutch.period(Period.parse(period)) == written


def test_a_quarter_is_named_after_its_last_day():
    assert dutch.quarter(Period.parse("2025-10-01..2026-09-30")) == f"2026{SPACE}3e{SPACE}kw."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (999_960_000, "€\N{NO-BREAK SPACE}1,0 miljard"),
        (999_400_000, "€\N{NO-BREAK SPACE}999 miljoen"),
        (99_960_000, "€\N{NO-BREAK SPACE}100 miljoen"),
        (999_999.6, "€\N{NO-BREAK SPACE}1,0 miljoen"),
        (999_999.4, "€\N{NO-BREAK SPACE}999.999"),
    ],
)
def test_money_has_the_unit_of_the_rounded_sum(value, shown):
    assert dutch.euro(value) == shown
