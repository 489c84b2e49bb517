"""Stated sums of money as euro, and the ones that cannot be meant.

Two kinds of suspicion are kept apart. A *placeholder* (up to EUR 1,000) or *repeated digits*
(999,999,999) is no value at all: buyers type it where the form demands one. It counts as not
stated, the next rung of the value ladder is tried, and where none is left the value is missing
and will be imputed. Anything else that looks wrong may be true: it is flagged and kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from pipeline.errors import CorpusError
from pipeline.records import Amount

Rates: TypeAlias = Mapping[str, Mapping[int, float]]
"""Units of a currency for one euro, per currency (ISO 4217) and year."""

PLACEHOLDER = 1000.0
# 99,999 is a price that people set; six equal digits are typed by holding a key.
EQUAL_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Euros:
    """A sum of money as far as it can be used.

    Attributes:
        euro: ``None`` when it was not stated or cannot be meant.
        raw: In euro also when it cannot be meant; ``None`` without a rate.
        stated: As the notice has it.
        flags: Why it is suspect.
    """

    euro: float | None = None
    raw: float | None = None
    stated: Amount | None = None
    flags: tuple[str, ...] = ()

    def refused(self, *flags: str) -> Euros:
        """Return the figure as one that is not used."""
        return replace(self, euro=None, flags=(*self.flags, *flags))

    def part(self, euro: float, *flags: str) -> Euros:
        """Return the part of the figure that belongs to one lot."""
        return replace(self, euro=euro, raw=euro, flags=(*self.flags, *flags))


def in_euros(stated: Amount | None, year: int | None, rates: Rates) -> Euros:
    """Return a stated sum in euro, at the average rate of the year.

    Flags: ``currency`` (converted), ``no_rate`` (could not be), ``placeholder`` and
    ``repeated_digits`` (cannot be meant).
    """
    if stated is None:
        return Euros()
    flags: tuple[str, ...] = ()
    rate: float | None = 1.0
    if stated.currency != "EUR":
        flags = ("currency",)
        rate = rates.get(stated.currency, {}).get(year or 0)
    if rate is None:
        return Euros(stated=stated, flags=(*flags, "no_rate"))
    raw = stated.value / rate
    known = Euros(euro=raw, raw=raw, stated=stated, flags=flags)
    if raw <= PLACEHOLDER:
        return known.refused("placeholder")
    digits = str(int(stated.value))
    if len(digits) >= EQUAL_DIGITS and len(set(digits)) == 1:
        return known.refused("repeated_digits")
    return known


def against_estimate(value: float, estimate: float | None) -> tuple[str, ...]:
    """Return what a value looks like beside its estimate; both in euro.

    ``factor_1000``: a thousand times as much or as little, give or take a factor two, as in
    amounts in thousands or with a decimal point read as a separator. ``unit_price``: less than
    a hundredth, which no contract is won for, as in prices per hour or per piece.
    """
    if not estimate:
        return ()
    ratio = value / estimate
    if 500 <= max(ratio, 1 / ratio) <= 2000:
        return ("factor_1000",)
    return ("unit_price",) if ratio < 1 / 100 else ()


def read_rates(body: str) -> Rates:
    """Read a TOML file with a table per currency and in it a rate per year.

    Raises:
        CorpusError: It is no TOML, or a year or rate is none.
    """
    try:
        tables = tomllib.loads(body)
        rates = {
            currency: {int(year): float(rate) for year, rate in table.items()}
            for currency, table in tables.items()
        }
    except (tomllib.TOMLDecodeError, ValueError, TypeError, AttributeError) as error:
        raise CorpusError(f"exchange rates: a table of years was expected: {error}") from None
    wrong = [f"{c} {y}: {r}" for c, years in rates.items() for y, r in years.items() if not r > 0]
    if wrong:
        raise CorpusError(f"exchange rates must be above 0: {', '.join(wrong)}")
    return rates
