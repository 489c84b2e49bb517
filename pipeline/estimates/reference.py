"""Figures that others published: where each comes from, and whether somebody looked it up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.errors import CorpusError
from pipeline.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """A share to hold ours against.

    Attributes:
        kind: A target, or what somebody measured.
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
class Known:
    """One figure of a table of reference, as ``reference check`` lists it."""

    table: str
    name: str
    value: str
    source: str
    date: str
    page: str
    checked: bool


def yardsticks(text: str) -> tuple[Yardstick, ...]:
    """Read ``corpora/reference/yardsticks.toml``.

    Raises:
        CorpusError: It is not TOML, or one lacks a member, has another one, or is no share.
    """
    try:
        found = tuple(Yardstick(**each) for each in tomllib.loads(text)["yardstick"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CorpusError(f"yardsticks.toml: {error!r}") from None
    if wrong := [x.name for x in found if not 0 < x.share < 1]:
        raise CorpusError(f"yardsticks.toml: {', '.join(wrong)}: a share is between 0 and 1")
    return found


def known_figures(store: Store) -> Iterator[Known]:
    """Yield every figure of the tables of reference and of the saved indicators.

    Raises:
        CorpusError: A table is not TOML, or a figure has no source or date.
    """
    for one in yardsticks(store.reference("yardsticks")):
        yield _known("yardsticks", one.name, one.share, _origin_of(one))
    yield from _volumes(tomllib.loads(store.reference("volume")))
    yield from _rates(tomllib.loads(store.reference("ecb_rates")))
    for table, indicator in store.indicators().items():
        for name, number in indicator.get("published", {}).items():
            yield _known(table, name, number, _indicated(indicator, name))


def _volumes(table: Mapping[str, Any]) -> Iterator[Known]:
    for year, entry in table.items():
        for name, value in entry.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield _known("volume", f"{year} {name}", value, entry)


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
