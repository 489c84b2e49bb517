"""Figures that others published: where each comes from, and whether somebody looked it up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from pipeline.countries import every_country
from pipeline.errors import CorpusError
from pipeline.store import Store

YardstickKind = Literal["target", "benchmark"]
Told = TypeVar("Told", "Yardstick", "Compared")


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

    kind: YardstickKind
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

    def of(self, kind: YardstickKind) -> tuple[Yardstick, ...]:
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


def yardsticks(text: str, *, of: str = "") -> Yardsticks:
    """Read a ``yardsticks.toml`` of ``corpora/reference``; there are none where it is empty.

    Args:
        of: The country's folder that it lies in.

    Raises:
        CorpusError: It is not TOML, or one lacks a member, has another one, one of another type,
            or is no share; it names the file.
    """
    if not text:
        return NO_YARDSTICKS
    place = f"{folder_of(of)}yardsticks.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"{place} is not TOML: {error}") from None
    several = table.get("yardstick")
    if not isinstance(several, list):
        raise CorpusError(f"{place}: no [[yardstick]]; expected at least one")
    found = tuple(_told(Yardstick, x, f"{place}: [[yardstick]]") for x in several)
    for one in found:
        if one.kind not in get_args(YardstickKind) or not 0 < one.share < 1:
            raise CorpusError(
                f"{place}: {one.name}: kind is {one.kind!r} and share {one.share}; expected "
                f"{' or '.join(get_args(YardstickKind))}, and a share between 0 and 1"
            )
    compared = _told(Compared, table.get("compared"), f"{place}: [compared]")
    return Yardsticks(shares=found, compared=compared)


def folder_of(country: str) -> str:
    """Write where the figures of a country lie, within those of all."""
    return f"{country}/" if country else ""


def _told(kind: type[Told], table: object, place: str) -> Told:
    """Make a record of a table that has all of its members, of their types, and no other."""
    hints = get_type_hints(kind)
    if not isinstance(table, dict) or table.keys() != hints.keys():
        seen = sorted(table) if isinstance(table, dict) else table
        raise CorpusError(f"{place} has {seen}; expected {', '.join(hints)}")
    for name, value in table.items():
        shape = hints[name] if isinstance(hints[name], type) else str
        if type(value) is not shape:
            raise CorpusError(f"{place}: {name} is {value!r}; expected a {shape.__name__}")
    return kind(**table)


def known_figures(store: Store) -> Iterator[Known]:
    """Yield every figure of the tables of reference and of the saved indicators of all countries.

    Raises:
        CorpusError: A table is not TOML, or a figure has no source or date.
    """
    yield from _rates(tomllib.loads(store.reference("ecb_rates")))
    for country in every_country():
        yield from _of_country(store, country.reference)


def _of_country(store: Store, of: str) -> Iterator[Known]:
    folder = folder_of(of)
    for one in yardsticks(store.reference("yardsticks", of=of), of=of).shares:
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
