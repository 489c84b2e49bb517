"""Days on which nobody publishes: weekends and the public holidays of the Netherlands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from pipeline.records import Period


def workdays(period: Period) -> Iterator[dt.date]:
    """Yield Monday to Friday without public holidays."""
    for day in period.days():
        if day.weekday() < 5 and day not in holidays(day.year):
            yield day


@cache
def holidays(year: int) -> frozenset[dt.date]:
    """Return the public holidays of a year on which government offices are closed.

    Liberation Day is one in years that end in 0 or 5; King's Day moves off a Sunday.
    """
    easter = easter_sunday(year)
    # Good Friday, Easter Monday, Ascension Day, Whit Monday.
    days = {easter + dt.timedelta(days=number) for number in (-2, 1, 39, 50)}
    days |= {dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)}
    kings_day = dt.date(year, 4, 27)
    days.add(kings_day - dt.timedelta(days=kings_day.weekday() == 6))
    if year % 5 == 0:
        days.add(dt.date(year, 5, 5))
    return frozenset(days)


def easter_sunday(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar.

    Source: the algorithm of Meeus, Astronomical Algorithms (1991), chapter 8.
    """
    century, of_century = divmod(year, 100)
    epact = 19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15
    moon = epact % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)
