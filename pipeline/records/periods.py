"""Days, quarters and years."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of days, usually a quarter or a year; both ends belong to it."""

    first_day: dt.date
    last_day: dt.date

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise ValueError(f"a period ends after it begins: {self.first_day}..{self.last_day}")

    @classmethod
    def quarter(cls, year: int, number: int) -> Period:
        """Return a quarter of a year; ``number`` is 1 to 4."""
        if not 1 <= number <= 4:
            raise ValueError(f"a quarter is 1 to 4, not {number}")
        following = dt.date(year + number // 4, number * 3 % 12 + 1, 1)
        return cls(dt.date(year, number * 3 - 2, 1), following - ONE_DAY)

    @classmethod
    def quarter_of(cls, day: dt.date) -> Period:
        """Return the quarter that a day lies in."""
        return cls.quarter(day.year, (day.month + 2) // 3)

    @classmethod
    def year(cls, number: int) -> Period:
        """Return a calendar year."""
        return cls(dt.date(number, 1, 1), dt.date(number, 12, 31))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026Q1``, ``2026`` or ``2025-07-01..2026-06-30``.

        Raises:
            ValueError: It is none of these.
        """
        if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
            return cls.quarter(int(found[1]), int(found[2]))
        if re.fullmatch(r"\d{4}", text):
            return cls.year(int(text))
        try:
            first, last = (dt.date.fromisoformat(day) for day in text.split(".."))
        except ValueError:
            raise ValueError(
                f"a period is written 2026Q1, 2026 or 2025-07-01..2026-06-30, not {text!r}"
            ) from None
        return cls(first, last)

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        if self.is_quarter:
            return f"{self.first_day.year}Q{self.number}"
        if self.is_year:
            return str(self.first_day.year)
        return f"{self.first_day}..{self.last_day}"

    @property
    def number(self) -> int:
        """Of the quarter in which it ends, 1 to 4."""
        return (self.last_day.month + 2) // 3

    @property
    def is_quarter(self) -> bool:
        """Whether it is a quarter of a year."""
        return self == Period.quarter_of(self.first_day)

    @property
    def is_year(self) -> bool:
        """Whether it is a calendar year."""
        return self == Period.year(self.first_day.year)

    def quarter_before(self) -> Period:
        """Return the last quarter that ended before the one in which it begins."""
        return Period.quarter_of(Period.quarter_of(self.first_day).first_day - ONE_DAY)

    def quarters(self) -> Iterator[Period]:
        """Yield the quarters in which its days lie, the first one first."""
        quarter = Period.quarter_of(self.first_day)
        while quarter.first_day <= self.last_day:
            yield quarter
            quarter = Period.quarter_of(quarter.last_day + ONE_DAY)

    def days(self) -> Iterator[dt.date]:
        """Yield each day, the first one first."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + dt.timedelta(days=number)
