"""Collected notices: the raw ones of a source, read, and kept until raw or reader changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.codec import from_plain
from pipeline.notices._readers import reader_versions
from pipeline.notices.days import begun_day, put_day, travelled, whole_day
from pipeline.notices.outlines import notices_folder
from pipeline.parallel import ordered
from pipeline.rawstore import RawStore, disk
from pipeline.records import Period, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """What collecting a period did.

    Attributes:
        read: Days that were read.
        skipped: Days that were up to date.
        notices: In all days of the period, read now or before.
        quarantined: Raw notices in all days of the period that no reader could read.
    """

    read: int
    skipped: int
    notices: int
    quarantined: int

    @property
    def unreadable(self) -> float:
        """Share of what was read that is in quarantine, 0 to 1."""
        return self.quarantined / max(self.notices + self.quarantined, 1)


def collect(
    source: str,
    period: Period,
    *,
    store: RawStore,
    now: dt.datetime,
    cluster: str = "",
    tell: Callable[[dt.date], None] = lambda _: None,
) -> CollectReport:
    """Read the raw notices of a period, but not those read before by the same code.

    What cannot be read goes to ``<day>.quarantine.json``, with the reason.

    Args:
        cluster: Address of a Dask scheduler, whose workers see this store and read days; this
            process alone writes.
        tell: Hears of each day that is done.

    Raises:
        PipelineError: Another process is collecting this source, or a worker sees another store.
        CorpusError: A file of raw notices is damaged.
    """
    days = [day for day in store.days(source) if day in period]
    held = []
    with disk.lock(notices_folder(source, store), now=now):
        # Taken before reading: what a fetch adds meanwhile is then read by the next run.
        contents = {day: store.content(source, day) for day in days}
        todo = [
            x for x in days if not _up_to_date(collected_file(source, x, store=store), contents[x])
        ]
        given = ((day, contents[day]) for day in todo)
        if cluster:
            whole = ordered(partial(whole_day, source, store), given, cluster=cluster)
            made = map(travelled, whole)
        else:
            made = map(partial(begun_day, source, store), given)
        for day in days:
            path = collected_file(source, day, store=store)
            if day in todo:
                put_day(path, next(made))
            held.append(disk.table_facts(path))
            tell(day)
    return CollectReport(
        read=len(todo),
        skipped=len(days) - len(todo),
        notices=sum(facts["notices"] for facts in held),
        quarantined=sum(facts["quarantined"] for facts in held),
    )


def quarantined(source: str, period: Period, *, store: RawStore) -> Iterator[Unreadable]:
    """Yield what could not be read of the days of a period, in order."""
    for day in filter(period.__contains__, store.days(source)):
        path = collected_file(source, day, store=store).with_suffix(".quarantine.json")
        if path.is_file():
            yield from from_plain(tuple[Unreadable, ...], json.loads(path.read_bytes()))


def collected_file(source: str, day: dt.date, *, store: RawStore) -> Path:
    """The file of what was collected of a day."""
    return notices_folder(source, store) / f"{day.year}" / f"{day}.parquet"


def _up_to_date(path: Path, content: str) -> bool:
    return path.is_file() and is_read(disk.table_facts(path), content)


def is_read(facts: Mapping[str, Any], content: str) -> bool:
    """Whether the facts of a collected file say that it holds this, as it would be read now.

    Args:
        content: Of the raw notices of the day, from :meth:`RawStore.content`.
    """
    now = reader_versions()
    # A new format may claim what another one reads today.
    return bool(
        facts["raw"] == content
        and facts["formats"] == list(now)
        and all(now[name] == version for name, version in facts["readers"].items())
    )
