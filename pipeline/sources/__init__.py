"""Where notices come from: one module per source, each making raw notices.

A module of this folder that ends in ``SOURCE = Source(...)`` is a source; nothing else needs to
know of it. Sources write the addresses as they are in the world; that another server plays the
part (tests, a mirror) is a setting of the client, ``HttpSettings.stand_ins``.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.records import Period, RawNotice

if TYPE_CHECKING:
    from pipeline.sources._http import Http

    # One cheap request or none; ``None`` when all is as expected, else the finding in one sentence.
    Look = Callable[[Http], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One thing a source offers: a notice, or a package of notices.

    Attributes:
        source_id: What the source calls it; no slash in it.
        day: Day of publication.
        fingerprint: Changes exactly when the content may have changed.
        url: Where it can be read.
        facts: What the listing says and ``get`` needs.
    """

    source_id: str
    day: dt.date
    fingerprint: str
    url: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """A fact about a source that nobody has confirmed against the live service.

    Attributes:
        name: The fact, short enough for a line of ``doctor``.
        assumed: What the code takes for true.
        effect_if_wrong: What would then go wrong, and whether it would be noticed.
        check: Asks the live service.
    """

    name: str
    assumed: str
    effect_if_wrong: str
    check: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place where notices come from.

    Attributes:
        name: Of the module.
        title: As a person calls it.
        in_dutch: As the report calls it.
        terms: Address of the terms of use or licence; https.
        hosts: Hosts it speaks to; the client refuses all others, also behind a redirect.
        list: Yields everything that was published on a day.
        get: Yields the raw notices of one listed thing, at least one. Their ``source_id`` is that
            of the thing, or begins with it and a slash: ``123``, ``123/html``. What was yielded
            before an error is no complete answer.
        count: The source's own total of things listed for a day; ``None`` where it has none.
        earliest: The first day that can be had, seen from today.
        of: The one country whose notices it has, ISO 3166 alpha-3; empty where it has several.
        unverified: Facts for ``doctor`` to check.
        endpoints: Name and check of each endpoint, for ``doctor``.
        nothing: What to do when a period has nothing, in one sentence; empty where that may be.

    ``list``, ``get`` and ``count`` raise SourceUnavailable (again later) or SourceChanged
    (someone must look).
    """

    name: str
    title: str
    in_dutch: str
    terms: str
    hosts: frozenset[str]
    list: Callable[[Http, dt.date], Iterator[Listed]]
    get: Callable[[Http, Listed], Iterator[RawNotice]]
    count: Callable[[Http, dt.date], int | None]
    earliest: Callable[[dt.date], dt.date]
    of: str = ""
    unverified: tuple[Unverified, ...] = ()
    endpoints: tuple[tuple[str, Look], ...] = ()
    nothing: Callable[[Period], str] = lambda _: ""


def source_names() -> list[str]:
    """Return the names of all sources, without loading them: modules that end in ``SOURCE``."""
    # Imported here: readers of formats are new when anything changes that is loaded with them.
    from pipeline.listed import modules_with

    return modules_with(Path(__file__).parent, "SOURCE")


@cache
def sources() -> Mapping[str, Source]:
    """Every source by name: all modules of this folder that have a ``SOURCE``."""
    modules = (importlib.import_module(f"{__name__}.{name}") for name in source_names())
    return {module.SOURCE.name: module.SOURCE for module in modules}


def source(name: str, *, country: str) -> Source:
    """Return one source; of a source of many countries the part of one.

    Args:
        country: ISO 3166 alpha-3.

    Raises:
        SettingsError: There is no such source, or it has nothing of that country.
    """
    if name not in sources():
        raise SettingsError(f"no source {name!r}; there are: {', '.join(sources())}")
    if name not in (known := sources_of(country)):
        raise SettingsError(
            f"{name} has nothing of {country}", hint=f"Sources of it: {', '.join(known)}."
        )
    module = importlib.import_module(f"{__name__}.{name}")
    return module.source(country) if hasattr(module, "source") else sources()[name]


def sources_of(country: str) -> list[str]:
    """Return the names of the sources that have notices of a country (ISO 3166 alpha-3)."""
    return [name for name, one in sources().items() if one.of in {"", country}]


def hosts() -> frozenset[str]:
    """Every host that some source speaks to; for ``HttpSettings.hosts``."""
    return frozenset().union(*(source.hosts for source in sources().values()))
