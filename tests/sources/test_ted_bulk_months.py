"""Packages of months, and the sources of one country."""

import datetime as dt

import pytest
import stage_ted_bulk_months as stage

from pipeline.errors import SettingsError
from pipeline.records import Period
from pipeline.sources import source, ted_bulk_months


@pytest.fixture
def http(httpserver, http_to):
    servers, _ = stage.install(httpserver)
    return http_to(servers)


def test_a_month_is_listed_on_the_day_of_its_last_issue(http):
    days = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 30)).days()
    listed = [each for day in days for each in ted_bulk_months.SOURCE.list(http, day)]
    assert [(x.source_id, x.day) for x in listed] == [("2026-6", dt.date(2026, 6, 30))]


def test_a_part_of_a_month_has_nothing_and_is_told_what_to_ask_for():
    period = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 15))
    assert ted_bulk_months.SOURCE.nothing(period) == (
        "A month comes as a whole, under its last issue: fetch all of 2026-06."
    )


@pytest.mark.parametrize(
    ("country", "numbers"), [("NLD", ["497150-2026"]), ("BEL", ["497151-2026"])]
)
def test_packages_are_of_one_country(http, country, numbers):
    of_country = source("ted_bulk_months", country=country)
    (package,) = of_country.list(http, stage.DAY)
    found = [x.source_id.partition("/")[2] for x in of_country.get(http, package)]
    assert found == numbers


def test_a_country_that_does_not_publish_on_ted_is_refused():
    with pytest.raises(SettingsError, match="USA"):
        source("ted", country="USA")
