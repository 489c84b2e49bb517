"""TED's packages of months: for many years at once, a hundredth of the requests of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.records import Period, RawNotice
from pipeline.sources import Listed, Source, ted_bulk
from pipeline.sources import _ted_packages as packages

if TYPE_CHECKING:
    from pipeline.sources._http import Http

NAME = "ted_bulk_months"


def source(country: str = "NLD") -> Source:
    """Return TED's packages of months as the source of the notices of one country's buyers.

    Args:
        country: ISO 3166 alpha-3, one of those that publish on TED.

    Raises:
        SettingsError: It is not.
    """
    of_days = ted_bulk.source(country)

    def raw_notices(http: Http, thing: Listed) -> Iterator[RawNotice]:
        return (replace(raw, source=NAME) for raw in of_days.get(http, thing))

    # What is assumed about packages is checked once, with those of days.
    return replace(
        of_days,
        name=NAME,
        title="TED, packages of months",
        in_dutch="TED, maandpakketten",
        list=listed,
        get=raw_notices,
        unverified=(),
        endpoints=of_days.endpoints[:1],
        nothing=_nothing,
    )


def listed(http: Http, day: dt.date) -> Iterator[Listed]:
    """Yield the package of a month on the day of its last issue; on other days nothing.

    Raises:
        SourceUnavailable, SourceChanged: There is no release calendar that can be read.
    """
    issues = packages.calendar(http, day.year)
    if day in issues and day == max(x for x in issues if x.month == day.month):
        yield ted_bulk.month(http, day.year, day.month)


def _nothing(period: Period) -> str:
    return f"A month comes as a whole, under its last issue: fetch all of {period.last_day:%Y-%m}."


SOURCE = source()
