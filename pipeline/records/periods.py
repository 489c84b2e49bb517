"""Days, quarters and years."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass


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
        return cls(dt.date(year, number * 3 - 2, 1), following - dt.timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026Q1``, ``2026`` or ``2025-07-01..2026-06-30``.

        Raises:
            ValueError: It is none of these.
        """
        if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
            return cls.quarter(int(found[1]), int(found[2]))
        if re.fullmatch(r"\d{4}", text):
            return cls(dt.date(int(text), 1, 1), dt.date(int(text), 12, 31))
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
        year, number = self.first_day.year, (self.first_day.month + 2) // 3
        if self == Period.quarter(year, number):
            return f"{year}Q{number}"
        if self == Period(dt.date(year, 1, 1), dt.date(year, 12, 31)):
            return str(year)
        return f"{self.first_day}..{self.last_day}"

    def days(self) -> Iterator[dt.date]:
        """Yield each day, the first one first."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + dt.timedelta(days=number)
