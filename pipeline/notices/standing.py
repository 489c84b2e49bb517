"""How what was collected stands beside what was fetched."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.notices.collected import collected_file, is_read
from pipeline.rawstore import RawStore, disk


def outdated(source: str, *, store: RawStore) -> list[dt.date]:
    """Return the days that ``collect`` would read, in order; no file is opened twice.

    Raises:
        CorpusError: A file is damaged.
    """
    found = []
    for year, days in groupby(store.standing(source).items(), key=lambda pair: pair[0].year):
        recalled = store.recalled("collected", source, year, made_by=["pipeline.rawstore.disk"])
        for day, standing in days:
            path = collected_file(source, day, store=store)
            files = [path] if path.is_file() else []
            facts = recalled.value(f"{day}", files, partial(_facts, files))
            if not facts or not is_read(facts, standing.content):
                found.append(day)
        recalled.keep()
    return found


def _facts(files: list[Path]) -> dict[str, Any]:
    """What :func:`is_read` asks of a file; nothing where there is none."""
    facts = disk.table_facts(files[0]) if files else {}
    return {name: facts[name] for name in ("raw", "formats", "readers") if name in facts}
