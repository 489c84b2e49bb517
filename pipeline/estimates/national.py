"""A year's published shares, put in the scenarios of the nation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import CorpusError, EstimateError, NoScenario
from pipeline.estimates import scenarios, series
from pipeline.estimates.arrays import HEADLINES
from pipeline.estimates.domains import WHOLES
from pipeline.estimates.estimators import PUBLISHED
from pipeline.estimates.published import Published, latest
from pipeline.estimates.scenarios import Scenario
from pipeline.estimates.series import Point
from pipeline.records import Estimate, Period
from pipeline.store import Store

# What may be assumed of what is not published; "all" prints the three without choosing.
ASSUMED: dict[str, Literal["none", "half", "equal"]] = {
    "zero": "none",
    "half": "half",
    "equal": "equal",
}


def national(
    store: Store, year: Period, *, assume: str | None, country: Country = NETHERLANDS
) -> list[Scenario]:
    """Give the scenarios of a year, the assumed one marked; of ``all`` none is.

    Raises:
        NoScenario: Nothing is assumed.
        CorpusError: The total of the year is not known.
        EstimateError: Not all four quarters of the year are published.
    """
    if assume not in {*ASSUMED, "all"}:
        raise NoScenario(
            f"a national share needs an assumption on what is not published, not {assume!r}",
            hint="Choose `--assume zero|half|equal|all`; all three are printed.",
        )
    totals = scenarios.volumes(
        store.reference("volume", of=country.reference), of=country.reference
    )
    number = year.first_day.year
    if str(year) != str(number) or number not in totals:
        raise CorpusError(
            f"no total of {year} of {country.alpha_3} in corpora/reference; "
            f"there are: {', '.join(map(str, totals)) or 'none'}"
        )
    quarters = _quarters(store, year, country)
    shares = [
        _published(quarters, year, quantity, domain) for quantity in HEADLINES for domain in WHOLES
    ]
    # Where nothing is chosen, any assumption gives the same three lines.
    found = scenarios.scenarios_of(
        shares, totals[number], assumption=ASSUMED.get(assume or "", "half")
    )
    return [x if assume != "all" else _unmarked(x) for x in found]


def _unmarked(scenario: Scenario) -> Scenario:
    return replace(scenario, chosen=False)


def _published(
    quarters: Sequence[Published], year: Period, quantity: str, domain: str
) -> scenarios.PublishedVolume:
    point = _year(quarters, f"{quantity} {domain}")
    rests_on = [
        x
        for each in quarters
        for x in each.figures.estimates
        if (x.quantity, x.domain, x.weighting, x.method) == (quantity, domain, "value", PUBLISHED)
        and "winsorised" not in x.flags
    ]
    return scenarios.PublishedVolume(
        estimate=Estimate(
            quantity=quantity,
            period=str(year),
            domain=domain,
            weighting="value",
            share=point.share,
            low=float(point.low),
            high=float(point.high),
            confidence=0.95,
            labelled=sum(x.labelled for x in rests_on),
            frame_size=sum(x.frame_size for x in rests_on),
            method=PUBLISHED,
        ),
        volume=sum(each.volume for each in point.quarters),
        defence=domain == WHOLES[0],
    )


def _quarters(store: Store, year: Period, country: Country) -> list[Published]:
    found = []
    for quarter in year.quarters():
        if (last := latest(store, quarter)) is None:
            raise EstimateError(
                f"{quarter} is not published; a national share needs all of {year}",
                hint=f"Run `innovatiemonitor report {quarter}{country.options}` when its draw is "
                "judged.",
            )
        found.append(last)
    return found


def _year(quarters: Sequence[Published], name: str) -> Point:
    totals = [each.totals[name] for each in quarters if name in each.totals]
    if len(totals) < len(quarters):
        raise EstimateError(f"not all quarters have a published share of {name}")
    return series.years(totals)[0]
