"""How what was collected stands beside what was fetched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.notices.collected import is_read
from pipeline.notices.outlines import notices_folder
from pipeline.rawstore import RawStore, disk
from pipeline.rawstore.manifest import DayStanding
from pipeline.stamps import visible


def outdated(
    source: str, standing: Mapping[dt.date, DayStanding], *, store: RawStore
) -> list[dt.date]:
    """Return the days that ``collect`` would read, in order; a file is opened once.

    Args:
        standing: Of the source, from :meth:`RawStore.standing`.

    Raises:
        CorpusError: A file is damaged.
    """
    found = []
    for year, days in groupby(standing, key=lambda day: day.year):
        recalled = store.recalled("collected", source, f"{year}", made_by=MADE_BY)
        files = {x.name: x for x in visible(f"{notices_folder(source, store)}/{year}")}
        for day in days:
            file = files.get(f"{day}.parquet")
            facts = recalled.value(f"{day}", [file], partial(_facts, file.path)) if file else None
            if not facts or not is_read(facts, standing[day].content):
                found.append(day)
        recalled.keep()
    return found


# What reads the facts of a file.
MADE_BY = ("pipeline.rawstore.disk",)


def _facts(path: str) -> dict[str, Any]:
    """What :func:`is_read` asks of a file."""
    facts = disk.table_facts(Path(path))
    return {name: facts[name] for name in ("raw", "formats", "readers")}
