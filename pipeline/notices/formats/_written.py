"""Numbers and dates as people and spreadsheets write them, in Dutch and in English.

What could be read in two ways is not read: ``1.234`` is 1234 in Dutch and 1.234 in English.
"""

from __future__ import annotations

import datetime as dt
import re

CURRENCY = re.compile(r"€|\beuros?\b|\bEUR\b", re.IGNORECASE)
ROUND = re.compile(r"[.,](?:-{1,2}|\u2013|=)$")  # the end of "€ 100,-"

SAME_IN_BOTH = "a number that is the same in Dutch and in English"

# One dot or comma with three digits behind it, after a number that could be thousands.
AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
DUTCH = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+")
ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?")
SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ,].*)?")
DAY_FIRST = re.compile(r"(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4})")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2}),? (\d{4})")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")

MONTHS = (
    *(("jan",), ("feb",), ("mrt", "maa", "mar"), ("apr",), ("mei", "may"), ("jun",)),
    *(("jul",), ("aug",), ("sep",), ("okt", "oct"), ("nov",), ("dec",)),
)

# Excel counts days from here; these are 1990 to 2099, so that an amount is not taken for a date.
SERIAL_START = dt.date(1899, 12, 30)
SERIALS = range(32_874, 73_051)


def written_number(text: str) -> float | None:
    """Read a number of at least 0; ``None`` for anything else, or where it could be two."""
    bare = " ".join(CURRENCY.sub(" ", text).split())
    bare = ROUND.sub("", bare).strip()
    if AMBIGUOUS.fullmatch(bare):
        return None
    if SPACED.fullmatch(bare):
        bare = bare.replace(" ", "")
    if ENGLISH.fullmatch(bare):
        return float(bare.replace(",", ""))
    if DUTCH.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    scientific = float(bare.replace(",", ".")) if SCIENTIFIC.fullmatch(bare) else float("inf")
    return scientific if scientific != float("inf") else None


def is_ambiguous(text: str) -> bool:
    """Whether a number means one thing in Dutch and another in English."""
    return bool(AMBIGUOUS.fullmatch(CURRENCY.sub("", text).strip()))


def written_day(text: str) -> dt.date | None:
    """Read a date, the day before the month where that is a date; ``None`` for anything else."""
    text = " ".join(text.casefold().split())
    if serial := SERIAL.fullmatch(text):
        count = int(serial[1])
        return SERIAL_START + dt.timedelta(days=count) if count in SERIALS else None
    if iso := ISO.fullmatch(text.upper()) or COMPACT.fullmatch(text):
        return _date(iso[1], iso[2], iso[3])
    if numeric := NUMERIC.fullmatch(text):
        first, sign, second, year = numeric.groups()
        # Only Americans put the month first, and only with slashes.
        american = _date(year, first, second) if sign == "/" else None
        return _date(year, second, first) or american
    if named := DAY_FIRST.fullmatch(text):
        return _date(named[3], _month(named[2]), named[1])
    if named := MONTH_FIRST.fullmatch(text):
        return _date(named[3], _month(named[1]), named[2])
    return None


def _month(name: str) -> int:
    return next((n for n, starts in enumerate(MONTHS, 1) if name.startswith(starts)), 0)


def _date(year: str, month: str | int, day_: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day_))
    except ValueError:
        return None
