"""Collected notices: the raw ones of a source, read, and kept until raw or reader changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.codec import from_plain, to_plain
from pipeline.errors import NoticeError
from pipeline.notices import collect as formats
from pipeline.notices._readers import reader_versions
from pipeline.notices.formats.tenderned_html import completed
from pipeline.notices.outlines import notices_folder, storable, without_texts
from pipeline.notices.serial import notice_to_json
from pipeline.parallel import batches
from pipeline.rawstore import RawStore, disk, offer
from pipeline.records import Notice, Period, Unreadable
from pipeline.sources.tenderned import RELATED
from pipeline.store import to_json
from pipeline.writing import write_atomic

# Parts of an answer that say something about notices, but hold none.
NO_NOTICES = frozenset({RELATED})

# The part of an answer of TenderNed that holds the notice in XML.
XML = "/public-xml"

# Columns for people and for queries; the last two hold the notice, without and with its texts.
FACTS = {
    "notice_id": pa.string(),
    "source": pa.string(),
    "format": pa.string(),
    "subtype": pa.string(),
    "kind": pa.string(),
    "published_on": pa.date32(),
    "country": pa.string(),
    "buyer": pa.string(),
    "title": pa.string(),
    "procedure": pa.string(),
    "procedure_key": pa.string(),
    "url": pa.string(),
}
SCHEMA = pa.schema(
    [
        ("source_id", pa.string()),
        *FACTS.items(),
        ("outline", pa.large_string()),
        ("notice", pa.large_string()),
    ]
)


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
    tell: Callable[[dt.date], None] = lambda _: None,
) -> CollectReport:
    """Read the raw notices of a period, but not those read before by the same code.

    What cannot be read goes to ``<day>.quarantine.json``, with the reason.

    Args:
        tell: Hears of each day that is done.

    Raises:
        PipelineError: Another process is collecting this source.
        CorpusError: A file of raw notices is damaged.
    """
    days = [day for day in store.days(source) if day in period]
    read, held = 0, []
    with disk.lock(notices_folder(source, store), now=now):
        for day in days:
            path = collected_file(source, day, store=store)
            # Taken before reading: what a fetch adds meanwhile is then read by the next run.
            content = store.content(source, day)
            if not _up_to_date(path, content):
                _Day(source, day, store=store, content=content).collect(path)
                read += 1
            held.append(disk.table_facts(path))
            tell(day)
    return CollectReport(
        read=read,
        skipped=len(days) - read,
        notices=sum(facts["notices"] for facts in held),
        quarantined=sum(facts["quarantined"] for facts in held),
    )


def quarantined(source: str, period: Period, *, store: RawStore) -> Iterator[Unreadable]:
    """Yield what could not be read of the days of a period, in order."""
    for day in store.days(source):
        path = collected_file(source, day, store=store).with_suffix(".quarantine.json")
        if day in period and path.is_file():
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


class _Day:
    """What was listed on one day, being read."""

    def __init__(self, source: str, day: dt.date, *, store: RawStore, content: str) -> None:
        self._source, self._day = source, day
        self._store, self._content = store, content
        self._quarantine: list[Unreadable] = []
        self._formats: set[str] = set()
        self._dates = {day}
        self._count = 0

    def collect(self, path: Path) -> None:
        """Read it all into one file, with what could not be read beside it."""
        tables = map(_table, batches(self._notices(), disk.BATCH))
        quarantine = path.with_suffix(".quarantine.json")
        disk.write_table(path, tables, schema=SCHEMA, facts=lambda: self._facts(quarantine))

    def _notices(self) -> Iterator[tuple[str, Notice]]:
        """Yield each notice once, with the id of the raw notice it comes from.

        Only TenderNed tells of one notice in several parts.
        """
        for _, parts in groupby(self._parts(), _name):
            (source_id, notice), *rest = parts
            for part_id, part in rest:
                join = _as_xml if part_id.endswith(XML) else completed
                notice = join(notice, part)
            self._dates.add(notice.published_on or self._day)
            self._count += 1
            yield source_id, notice

    def _parts(self) -> Iterator[tuple[str, Notice]]:
        for raw in self._store.raw(self._source, Period(self._day, self._day)):
            if raw.media_type in NO_NOTICES:
                continue
            try:
                notice = formats.read_notice(raw)
            except NoticeError as error:
                reason = " ".join(str(error).split())
                self._quarantine.append(Unreadable(source_id=raw.source_id, reason=reason))
                continue
            self._formats.add(notice.format)
            yield raw.source_id, notice

    def _facts(self, quarantine: Path) -> dict[str, Any]:
        """Write the quarantine, which must be there before the notices are; return the rest."""
        if self._quarantine:
            write_atomic(quarantine, to_json(to_plain(self._quarantine)))
        else:
            quarantine.unlink(missing_ok=True)
        versions = reader_versions()
        made_by = f"collect {self._source} {self._day}"
        # Any reader that changes may be able to read what is in quarantine.
        used = versions if self._quarantine else self._formats
        return {
            "provenance": to_plain(self._store.provenance(made_by, inputs={"raw": self._content})),
            "raw": self._content,
            "formats": list(versions),
            "readers": {name: versions[name] for name in sorted(used)},
            "notices": self._count,
            "quarantined": len(self._quarantine),
            "first_day": f"{min(self._dates)}",
            "last_day": f"{max(self._dates)}",
        }


def _name(part: tuple[str, Notice]) -> tuple[str, str]:
    """Which parts are of one notice; TenderNed's XML goes by another name than its detail."""
    source_id, notice = part
    offered = offer(source_id)
    return offered, offered if source_id.endswith(XML) else notice.notice_id


def _as_xml(detail: Notice, xml: Notice) -> Notice:
    """The XML, which tells most, as the publication of TenderNed that its detail is."""
    return replace(
        xml,
        notice_id=detail.notice_id,
        procedure_key=detail.procedure_key,
        published_on=detail.published_on,
        references=tuple(dict.fromkeys((*detail.references, *xml.references))),
        url=detail.url,
        remarks=tuple(dict.fromkeys((*detail.remarks, *xml.remarks))),
    )


def _table(numbered: Sequence[tuple[str, Notice]]) -> pa.Table:
    return pa.Table.from_pylist([_row(*each) for each in numbered], schema=SCHEMA)


def _row(source_id: str, notice: Notice) -> dict[str, object]:
    facts = {name: storable(getattr(notice, name)) for name in FACTS}
    return {
        "source_id": source_id,
        **facts,
        "outline": notice_to_json(without_texts(notice)),
        "notice": notice_to_json(notice),
    }
