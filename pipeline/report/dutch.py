"""Numbers and dates in Dutch; the only place that rounds for a reader."""

from __future__ import annotations

import datetime as dt
import math

from pipeline.records import Period

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

ORDINALS = ("eerste", "tweede", "derde", "vierde")


def number(value: float, decimals: int = 0) -> str:
    """Write a number: 1234.5 becomes "1.234,5" with one decimal."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def percentage(share: float, decimals: int = 1) -> str:
    """Write a share between 0 and 1 as a percentage: 0.1234 becomes "12,3%"."""
    return f"{number(100 * share, decimals)}%"


def date(day: dt.date) -> str:
    """Write a date in words: "21 november 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def share(value: float) -> str:
    """Write an estimated share; one above 0 never reads as "0,0%"."""
    return "minder dan 0,1%" if 0 < value < 0.0005 else percentage(value)


def at_most(share: float) -> str:
    """Write an upper bound, rounded up: 0.0121 becomes "hoogstens 1,3%"."""
    return f"hoogstens {percentage(math.ceil(round(1000 * share, 6)) / 1000)}"


def at_least(share: float) -> str:
    """Write a lower bound, rounded down: 0.9879 becomes "minstens 98,7%"."""
    return f"minstens {percentage(math.floor(round(1000 * share, 6)) / 1000)}"


def interval_text(low: float, high: float) -> str:
    """Write the ends of an interval: "8,9% tot 12,0%"."""
    return f"{percentage(low)} tot {percentage(high)}"


def points(difference: float) -> str:
    """Write a difference of shares with its sign: 0.012 becomes "+1,2 procentpunt"."""
    size = number(100 * abs(difference), 1)
    return f"{sign(difference if size != '0,0' else 0)}{size} procentpunt"


def signed_count(count: int) -> str:
    """Write a difference of counts with its sign: "+3", "−12", "0"."""
    return f"{sign(count)}{number(abs(count))}"


def sign(value: float) -> str:
    """Return the sign to write before a difference; nothing for 0."""
    return "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""


def euro(value: float) -> str:
    """Write a sum of money as a reader wants it: "€ 11,3 miljard", "€ 240 miljoen"."""
    if value >= 1e9:
        return f"€\N{NO-BREAK SPACE}{number(value / 1e9, 1)} miljard"
    if value >= 1e6:
        return f"€\N{NO-BREAK SPACE}{number(value / 1e6, 1 if value < 1e8 else 0)} miljoen"
    return f"€\N{NO-BREAK SPACE}{number(value)}"


def millions(value: float) -> str:
    """Write euro in millions, without the unit: 12,345,678 becomes "12,3"."""
    return number(value / 1e6, 1)


def period(period: Period) -> str:
    """Write a period in words: "derde kwartaal van 2026", "2026", or its two dates."""
    if period.is_quarter:
        return f"{ORDINALS[period.number - 1]} kwartaal van {period.first_day.year}"
    if period.is_year:
        return str(period)
    return f"{date(period.first_day)} tot en met {date(period.last_day)}"


def quarter(period: Period) -> str:
    """Write the quarter in which a period ends, short: "2026 3e kw."."""
    return f"{period.last_day.year}\N{NO-BREAK SPACE}{period.number}e\N{NO-BREAK SPACE}kw."
