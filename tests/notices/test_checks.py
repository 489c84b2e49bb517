"""A period is plausible, or a check says what is not."""

import datetime as dt

import pytest

from pipeline.countries import country_of
from pipeline.notices import checks
from pipeline.notices._holidays import days_off, workdays
from pipeline.notices.checks import Inspection
from pipeline.records import Amount, Notice, Period, Unreadable

MONDAY = dt.date(2026, 1, 5)
WEEK = Period(MONDAY, MONDAY + dt.timedelta(days=4))


def notice(number, *, day=0, **more):
    return Notice(
        notice_id=f"{number}-2026",
        source="ted",
        format="eforms",
        kind="competition",
        published_on=MONDAY + dt.timedelta(days=day),
        **{
            "title": "Bruggen",
            "description": "Onderhoud",
            "buyer": "Gemeente Noordwoud",
            "cpv": ("45221000",),
            "estimated": Amount(value=100_000, currency="EUR"),
            **more,
        },
    )


def week(size=100, **more):
    return [notice(number, day=number % 5, **more) for number in range(size)]


def found(name, **material):
    made = Inspection(**{"period": WEEK, "notices": week(), **material})
    return {x.name: x for x in checks.inspect(made)}[name]


def test_a_plausible_week_passes_every_check_in_order_of_the_file():
    results = checks.inspect(Inspection(period=WEEK, notices=week(), previous=[week(), week()]))
    assert [x.name for x in results] == [
        "there_are_notices",
        "counts_agree_with_the_source",
        "no_workday_is_empty",
        "texts_are_filled",
        "values_are_filled",
        "buyers_are_filled",
        "cpv_is_filled",
        "nothing_new_is_unread",
        "notices_are_not_double",
        "few_are_quarantined",
    ]
    assert [x.name for x in results if not x.passed] == []


def test_no_notices_stops():
    result = found("there_are_notices", notices=[])
    assert (result.passed, result.severity) == (False, "stop")


@pytest.mark.parametrize(
    ("languages", "passed", "told"),
    [
        pytest.param(["nl", "fr", "fr"], True, "1 notices", id="one"),
        pytest.param(["fr", "fr", "de"], False, "0 notices", id="none"),
        pytest.param([None, "fr"], True, "1 notices", id="of one nobody knows"),
        pytest.param([], False, "there are: none", id="empty"),
    ],
)
def test_a_language_that_no_notice_has_stops_and_tells_those_that_there_are(
    languages, passed, told
):
    notices = [notice(number, language=code) for number, code in enumerate(languages)]
    flemish = country_of("BE", language="nl")
    result = found("there_are_notices", notices=notices, country=flemish)
    assert result.passed is passed
    assert told in result.finding
    assert "in language 'nl'; there are: " in result.finding
    if languages == ["fr", "fr", "de"]:
        assert result.finding.endswith("there are: fr 2, de 1")


@pytest.mark.parametrize(
    ("total", "passed"),
    [
        pytest.param(20, True, id="equal"),
        pytest.param(21, False, id="one of 21 missing"),
        pytest.param(19, False, id="one more than the source has"),
        pytest.param(120, False, id="a page missing"),
    ],
)
def test_counts_are_held_against_the_source(total, passed):
    result = found("counts_agree_with_the_source", totals={"ted": {MONDAY: total}})
    assert (result.passed, result.severity) == (passed, "stop")
    if not passed:
        assert f"ted 2026-01-05: 20 here, {total} there" in result.finding


def test_of_a_hundred_a_day_two_may_have_been_withdrawn():
    notices = [notice(number) for number in range(98)]
    totals = {"ted": {MONDAY: 100}}
    assert found("counts_agree_with_the_source", notices=notices, totals=totals).passed
    assert not found("counts_agree_with_the_source", notices=notices[1:], totals=totals).passed


def test_a_comparison_that_was_not_made_says_so():
    assert found("counts_agree_with_the_source").finding == "no source gave totals to compare with"


def test_totals_are_those_of_the_source_that_gave_them():
    assert not found("counts_agree_with_the_source", totals={"tenderned": {MONDAY: 20}}).passed


def test_a_day_read_twice_does_not_hide_that_notices_are_missing():
    notices = [notice(1)] * 20
    totals = {"ted": {MONDAY: 20}}
    assert not found("counts_agree_with_the_source", notices=notices, totals=totals).passed


def test_an_empty_workday_is_seen_unless_the_source_has_none_either():
    without = [x for x in week() if x.published_on != MONDAY]
    result = found("no_workday_is_empty", notices=without)
    assert not result.passed
    assert "2026-01-05" in result.finding
    assert found("no_workday_is_empty", notices=without, totals={"ted": {MONDAY: 0}}).passed


def test_nobody_publishes_at_easter():
    easter = Period(dt.date(2026, 4, 3), dt.date(2026, 4, 7))
    assert list(workdays(easter)) == [dt.date(2026, 4, 7)]


# Dates of calendars.
@pytest.mark.parametrize("day", ["2013-04-30", "2014-04-26", "2025-04-26", "2026-04-27"])
def test_kings_day_was_the_thirtieth_and_moves_off_a_sunday(day):
    day = dt.date.fromisoformat(day)
    others = {dt.date(day.year, 4, x) for x in (26, 27, 28, 30)} - {day}
    assert day in days_off(day.year)
    assert days_off(day.year).isdisjoint(others)


def test_liberation_day_is_a_day_off_once_in_five_years():
    assert dt.date(2025, 5, 5) in days_off(2025)
    assert dt.date(2026, 5, 5) not in days_off(2026)


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("texts_are_filled", {"description": None}),
        ("values_are_filled", {"estimated": None}),
        ("buyers_are_filled", {"buyer": None}),
        ("cpv_is_filled", {"cpv": ()}),
    ],
)
def test_a_field_that_empties_is_seen(name, empty):
    notices = week(90) + [notice(number, **empty) for number in range(90, 100)]
    result = found(name, notices=notices, previous=[week(), week()])
    # 10 in a hundred against 0; 5 points is the least that is said.
    assert not result.passed
    assert result.severity == "look"
    assert "10.0% without" in result.finding
    assert result.notice_ids == tuple(f"{number}-2026" for number in range(90, 100))


def test_a_field_that_was_always_half_empty_is_no_news():
    halves = [*week(50), *(notice(number, cpv=()) for number in range(50, 100))]
    assert found("cpv_is_filled", notices=halves, previous=[halves, halves]).passed


def test_seasons_widen_the_limit():
    def quarter(lacking):
        return [notice(n, cpv=() if n < lacking else ("45221000",)) for n in range(100)]

    # 20 against 0 and 10 before: at most 5 +- 20; 26 is beyond.
    previous = [quarter(0), quarter(10)]
    assert found("cpv_is_filled", notices=quarter(20), previous=previous).passed
    assert not found("cpv_is_filled", notices=quarter(26), previous=previous).passed


def test_without_a_previous_quarter_a_share_is_only_told():
    result = found("cpv_is_filled", notices=[notice(1, cpv=())])
    assert result.passed
    assert "no previous quarter" in result.finding


def test_a_new_field_or_code_is_seen_and_an_old_one_is_not():
    old = notice(1, remarks=("unread field: oud", "withheld: awarded"))
    new = notice(2, remarks=("unknown code: procedure=nieuw", "unknown reference: changes=?"))
    again = notice(3, remarks=("unread field: oud", "unknown reference: changes=!"))
    result = found("nothing_new_is_unread", notices=[new, again], previous=[[old]])
    assert not result.passed
    assert "2 fields or codes" in result.finding
    assert "unknown code: procedure=nieuw (1)" in result.finding
    assert "unknown reference: changes (2)" in result.finding
    assert result.notice_ids == ("2-2026", "3-2026")
    assert found("nothing_new_is_unread", notices=[again], previous=[[old, new]]).passed


def test_double_notices_stop():
    assert found("notices_are_not_double", notices=[*week(), notice(1)]).passed
    result = found("notices_are_not_double", notices=[*week(), notice(1), notice(2)])
    assert (result.passed, result.notice_ids) == (False, ("1-2026", "2-2026"))


@pytest.mark.parametrize(("unreadable", "passed"), [(5, True), (6, False)])
def test_the_share_in_quarantine_stops_above_one_in_twenty(unreadable, passed):
    quarantined = [Unreadable(source_id=f"{n}.xml", reason="no title") for n in range(unreadable)]
    result = found("few_are_quarantined", notices=week(95), quarantined=quarantined)
    assert result.passed == passed
    assert "no title" in result.finding


def test_at_most_twenty_notices_are_named():
    notices = [notice(number, buyer=None) for number in range(50)]
    assert len(found("buyers_are_filled", notices=notices, previous=[week()]).notice_ids) == 20


def test_another_source_with_the_same_notice_is_no_double():
    notices = [
        Notice(notice_id="1-2026", source=source, format="eforms", kind="result", title="Brug")
        for source in ("ted", "ted_bulk")
    ]
    assert found("notices_are_not_double", notices=notices).passed
    assert not found("notices_are_not_double", notices=notices[:1] * 2).passed
