"""Days on which nobody publishes: weekends and the public holidays of a country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from holidays import country_holidays

from pipeline.countries import NETHERLANDS, Country
from pipeline.records import Period


def workdays(period: Period, country: Country = NETHERLANDS) -> Iterator[dt.date]:
    """Yield Monday to Friday without public holidays, in the Netherlands Good Friday among them."""
    for day in period.days():
        if day.weekday() < 5 and day not in days_off(day.year, country.alpha_2):
            yield day


@cache
def days_off(year: int, alpha_2: str = NETHERLANDS.alpha_2) -> frozenset[dt.date]:
    """Return the public holidays of a year on which government offices are closed."""
    return frozenset(country_holidays(alpha_2, years=year))
