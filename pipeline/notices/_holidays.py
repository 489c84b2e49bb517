"""Days on which nobody publishes: weekends and the public holidays of the Netherlands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from holidays import country_holidays

from pipeline.records import Period


def workdays(period: Period) -> Iterator[dt.date]:
    """Yield Monday to Friday without public holidays, Good Friday among them."""
    for day in period.days():
        if day.weekday() < 5 and day not in days_off(day.year):
            yield day


@cache
def days_off(year: int) -> frozenset[dt.date]:
    """Return the public holidays of a year on which government offices are closed."""
    return frozenset(country_holidays("NL", years=year))
