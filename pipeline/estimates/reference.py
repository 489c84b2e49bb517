"""Figures that others published: where each comes from, and whether somebody looked it up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.countries import every_country
from pipeline.errors import CorpusError
from pipeline.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A share to hold ours against.

    Attributes:
        kind: A target for what is reported, by which the share is judged; or a figure on a line
            of its own: what somebody measured, or the target of a part.
        name, about: In Dutch, for the reader of the report.
        quantity: Label it is about.
        share: 0 to 1.
        source, date, page: Where it stands.
        checked: Whether somebody compared it with the page.
    """

    kind: Literal["target", "benchmark"]
    name: str
    quantity: str
    share: float
    about: str
    source: str
    date: str
    page: str
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a report speaks of its yardsticks, in Dutch: whole sentences, but for the first three.

    Attributes:
        caption: What stands beside our shares, within a caption: "doelen en de meting van 2018".
        heading, table: Of the table that lists them with their sources.
        alternative: Where the chart of the first page shows them.
        caution: Why none of them is about the same as our shares, for who reads no more.
        difference: The same, above the table.
        history: Why no measurement is an earlier point of our series.
    """

    caption: str
    heading: str
    table: str
    alternative: str
    caution: str
    difference: str
    history: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardsticks:
    """Targets and measurements to hold our shares against, and the words for them.

    Attributes:
        compared: ``None`` exactly where there are none.
    """

    shares: tuple[Yardstick, ...] = ()
    compared: Compared | None = None

    def of(self, kind: Literal["target", "benchmark"]) -> tuple[Yardstick, ...]:
        """Those of a kind, in order."""
        return tuple(x for x in self.shares if x.kind == kind)


NO_YARDSTICKS = Yardsticks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One figure of a table of reference, as ``reference check`` lists it."""

    table: str
    name: str
    value: str
    source: str
    date: str
    page: str
    checked: bool


def yardsticks(text: str) -> Yardsticks:
    """Read a ``yardsticks.toml`` of ``corpora/reference``; there are none where it is empty.

    Raises:
        CorpusError: It is not TOML, or one lacks a member, has another one, or is no share.
    """
    if not text:
        return NO_YARDSTICKS
    try:
        table = tomllib.loads(text)
        found = tuple(Yardstick(**each) for each in table["yardstick"])
        compared = Compared(**table["compared"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CorpusError(f"yardsticks.toml: {error!r}") from None
    if wrong := [x.name for x in found if not 0 < x.share < 1]:
        raise CorpusError(f"yardsticks.toml: {', '.join(wrong)}: a share is between 0 and 1")
    return Yardsticks(shares=found, compared=compared)


def known_figures(store: Store) -> Iterator[Known]:
    """Yield every figure of the tables of reference and of the saved indicators of all countries.

    Raises:
        CorpusError: A table is not TOML, or a figure has no source or date.
    """
    yield from _rates(tomllib.loads(store.reference("ecb_rates")))
    for country in every_country():
        yield from _of_country(store, country.reference)


def _of_country(store: Store, of: str) -> Iterator[Known]:
    folder = f"{of}/" if of else ""
    for one in yardsticks(store.reference("yardsticks", of=of)).shares:
        yield _known(f"{folder}yardsticks", one.name, one.share, _origin_of(one))
    for year, entry in tomllib.loads(store.reference("volume", of=of)).items():
        for name, value in entry.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield _known(f"{folder}volume", f"{year} {name}", value, entry)
    for table, indicator in store.indicators(of=of).items():
        for name, number in indicator.get("published", {}).items():
            yield _known(f"{folder}{table}", name, number, _indicated(indicator, name))


def _rates(table: Mapping[str, Any]) -> Iterator[Known]:
    for currency, years in table.items():
        for year, rate in years.items() if isinstance(years, dict) else ():
            yield _known("ecb_rates", f"{currency} {year}", rate, table)


def _origin_of(one: Yardstick) -> dict[str, Any]:
    return {"source": one.source, "date": one.date, "page": one.page, "checked": one.checked}


def _indicated(indicator: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The origin of one count: that of the indicator, unless it has its own."""
    own = indicator.get("origin", {}).get(name, {})
    checked = name not in indicator.get("unchecked", ())
    return {**indicator, "checked": checked, **own}


def _known(table: str, name: str, value: object, origin: Mapping[str, Any]) -> Known:
    if missing := [x for x in ("source", "date") if not origin.get(x)]:
        raise CorpusError(f"{table}: {name} has no {' and no '.join(missing)}")
    return Known(
        table=table,
        name=name,
        value=str(value),
        source=origin["source"],
        date=str(origin["date"]),
        page=origin.get("page", ""),
        checked=origin.get("checked", False),
    )
