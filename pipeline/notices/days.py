"""One day of raw notices, read: as a stream where it is written, or whole where it travels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.codec import to_plain
from pipeline.errors import NoticeError, PipelineError
from pipeline.notices import collect as formats
from pipeline.notices._readers import reader_versions
from pipeline.notices.formats.tenderned_html import completed
from pipeline.notices.outlines import storable, without_texts
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
class DayFacts:
    """What was read of a day: what goes into its file, what is told of it, and what went wrong."""

    facts: Mapping[str, Any]
    quarantine: Sequence[Unreadable]


# Of a day that was begun, the tables are read while they are written.
DayReading = tuple[Iterable[pa.Table], Callable[[], DayFacts]]


def begun_day(source: str, store: RawStore, given: tuple[dt.date, str]) -> DayReading:
    """Begin to read a day, of which the content is known; it is read while it is written."""
    day, content = given
    one = _Day(source, day, store=store, content=content)
    return one.tables(), one.found


def whole_day(
    source: str, store: RawStore, given: tuple[dt.date, str]
) -> tuple[list[pa.Table], DayFacts]:
    """Read all of a day, where the store is the same one.

    Raises:
        PipelineError: It is another one.
    """
    day, content = given
    if store.content(source, day) != content:
        raise PipelineError(
            f"the raw notices of {source} {day} in {store.store.home} are others than those to "
            "be read",
            hint="All workers must see this store under the same path; then collect again.",
        )
    tables, found = begun_day(source, store, given)
    return list(tables), found()


def travelled(whole: tuple[list[pa.Table], DayFacts]) -> DayReading:
    """Return a day that was read elsewhere as if it had been read here."""
    tables, found = whole
    return tables, lambda: found


def put_day(path: Path, reading: DayReading) -> None:
    """Write a day into one file, with what could not be read beside it."""
    tables, found = reading
    quarantine = path.with_suffix(".quarantine.json")

    def facts() -> Mapping[str, Any]:
        # The quarantine must be there before the notices are.
        if (done := found()).quarantine:
            write_atomic(quarantine, to_json(to_plain(list(done.quarantine))))
        else:
            quarantine.unlink(missing_ok=True)
        return done.facts

    disk.write_table(path, tables, schema=SCHEMA, facts=facts)


class _Day:
    """What was listed on one day, being read."""

    def __init__(self, source: str, day: dt.date, *, store: RawStore, content: str) -> None:
        self._source, self._day = source, day
        self._store, self._content = store, content
        self._quarantine: list[Unreadable] = []
        self._formats: set[str] = set()
        self._dates = {day}
        self._count = 0

    def tables(self) -> Iterator[pa.Table]:
        """Read it all."""
        return map(notice_table, batches(self._notices(), disk.BATCH))

    def found(self) -> DayFacts:
        """Tell what was read, when all is."""
        return DayFacts(facts=self._facts(), quarantine=tuple(self._quarantine))

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

    def _facts(self) -> dict[str, Any]:
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


def notice_table(numbered: Sequence[tuple[str, Notice]]) -> pa.Table:
    """Put notices, with the ids of their raw notices, into a table."""
    return pa.Table.from_pylist([_row(*each) for each in numbered], schema=SCHEMA)


def _row(source_id: str, notice: Notice) -> dict[str, object]:
    facts = {name: storable(getattr(notice, name)) for name in FACTS}
    return {
        "source_id": source_id,
        **facts,
        "outline": notice_to_json(without_texts(notice)),
        "notice": notice_to_json(notice),
    }
