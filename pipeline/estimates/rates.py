"""Yearly means of the euro's exchange rates, from the file of daily rates that the ECB gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from statistics import mean

from pipeline.errors import CorpusError

PAGE = (
    "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
    "html/index.en.html"
)
SOURCE = "European Central Bank, euro foreign exchange reference rates, eurofxref-hist.csv"
FIRST_YEAR = 2011
HEAD = """\
# Units of a currency for one euro: means over a calendar year of the daily euro reference rates,
# to five significant digits. Made by `innovatiemonitor reference rates`; the last year runs up to
# `date`. An amount in a year or currency that is not here has no value in euro.
"""

Means = Mapping[str, Mapping[int, float]]


def yearly_means(body: str) -> tuple[Means, str]:
    """Read ``eurofxref-hist.csv``: a column ``Date`` and one per currency, a line per day.

    Days without a rate (``N/A`` or nothing) do not count.

    Returns:
        Means per currency and year from 2011 on, and the last day, as ISO date.

    Raises:
        CorpusError: It is another file, or a rate is no number above 0.
    """
    lines = list(csv.DictReader(io.StringIO(body)))
    if not lines or "Date" not in lines[0] or "USD" not in lines[0]:
        raise CorpusError(
            "daily rates: the columns Date and USD were expected",
            hint=f"Unpack eurofxref-hist.zip from {PAGE}",
        )
    daily: dict[str, dict[int, list[float]]] = {}
    for currency, day, rate in _rates(lines):
        daily.setdefault(currency, {}).setdefault(int(day[:4]), []).append(rate)
    means = {
        currency: {year: mean(years[year]) for year in sorted(years) if year >= FIRST_YEAR}
        for currency, years in sorted(daily.items())
    }
    return {x: years for x, years in means.items() if years}, max(x["Date"] for x in lines)


def _rates(lines: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str, float]]:
    for line in lines:
        for currency, stated in line.items():
            if currency == "Date" or not currency or stated in {"", "N/A", None}:
                continue
            try:
                rate = float(stated)
            except ValueError:
                rate = 0.0
            if not rate > 0:
                raise CorpusError(f"daily rates: {currency} of {line['Date']} is {stated!r}")
            yield currency, line["Date"], rate


def write_rates(means: Means, until: str) -> str:
    """Write ``corpora/reference/ecb_rates.toml``."""
    lines = [
        HEAD,
        f'source = "{SOURCE}"',
        f'date = "{until}"',
        f'page = "{PAGE}"',
        "checked = true",
    ]
    for currency, years in means.items():
        lines += ["", f"[{currency}]", *(f"{year} = {_digits(x)}" for year, x in years.items())]
    return "\n".join(lines) + "\n"


def _digits(rate: float) -> str:
    """Five significant digits, and no exponent."""
    return f"{float(f'{rate:.5g}'):.10g}"
