"""The outlines of a quarter of days in one file, beside what a search among all of them looks at.

A digest is made of the collected files of the days. It holds only while each of these is the file
it was made of (``pipeline.stamps``) and the code is that which made it; else the days that changed
are read anew. One that is damaged is made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import CorpusError
from pipeline.notices._likeness import buyer_names, subject
from pipeline.notices.indicators import traits
from pipeline.notices.outlines import collected_files, day_columns
from pipeline.notices.relations import announces, tender_name
from pipeline.notices.serial import notice_from_json
from pipeline.notices.versions import plain_identifier
from pipeline.rawstore import RawStore, disk
from pipeline.records import Notice, Period
from pipeline.sourcecode import code_fingerprint, modules_behind
from pipeline.stamps import FileState, state_of

# Rows that are read together: whoever wants some outlines of a quarter need not read all.
GROUP = 500

# Where the code lies that decides what stands in a digest.
MADE_BY = ("pipeline.notices", "pipeline.records")

MARKS = pa.list_(pa.int64())
SCHEMA = pa.schema(
    [
        ("listed", pa.date32()),
        ("published_on", pa.date32()),
        # When a lot of it was awarded.
        ("awarded_on", pa.list_(pa.date32())),
        ("notice", pa.int64()),
        # Names of notices and tenders: two notices with one of them may be of one tender.
        ("ties", MARKS),
        # Of calls, and of announcements without a tender's name, for their likeness.
        ("announces", pa.bool_()),
        ("buyers", MARKS),
        ("subject", pa.string()),
        ("traits", MARKS),
        ("content", pa.int64()),
        ("outline", pa.large_string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A file of outlines that holds.

    Attributes:
        days: The files it is made of, by day of listing.
        size: How many rows it has.
    """

    source: str
    path: Path
    days: Mapping[dt.date, Path]
    size: int

    def columns(self, names: Sequence[str], groups: Iterable[int] | None = None) -> pa.Table:
        """Read some columns, of all rows or of some groups of ``GROUP`` rows."""
        try:
            return disk.read_columns(self.path, names, groups)
        except CorpusError:
            _make(self.path, self.days, _states(self.days), kept=None)
            return disk.read_columns(self.path, names, groups)


def digest_mark(text: str) -> int:
    """Return a number of 64 bits that stands for a text: enough among millions."""
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def digests(source: str, *, store: RawStore) -> list[Digest]:
    """Return the digests of a source, by quarter; those that no longer hold are made anew.

    Raises:
        CorpusError: A collected file is damaged, or was written by another version.
    """
    folder = store.store.corpora / "state" / "outlines" / source
    found = []
    for quarter, days in groupby(_days(source, store), key=_quarter):
        files = dict(days)
        path, states = folder / f"{quarter}.parquet", _states(files)
        facts = _facts(path)
        if facts is None or facts["made_by"] != _made_by() or facts["days"] != states:
            _make(path, files, states, kept=facts)
            facts = disk.table_facts(path)
        found.append(Digest(source=source, path=path, days=files, size=facts["size"]))
    return found


def _days(source: str, store: RawStore) -> list[tuple[dt.date, Path]]:
    return [(dt.date.fromisoformat(x.stem), x) for x in collected_files(source, store=store)]


def _quarter(day: tuple[dt.date, Path]) -> Period:
    return Period.quarter_of(day[0])


def _states(days: Mapping[dt.date, Path]) -> dict[str, FileState]:
    return {f"{day}": state_of(path) for day, path in days.items()}


@cache
def _made_by() -> str:
    return code_fingerprint(modules_behind(__name__, within=MADE_BY))


def _facts(path: Path) -> dict[str, Any] | None:
    """What a digest says of itself; nothing where there is none, or one that is damaged."""
    try:
        facts = disk.table_facts(path) if path.is_file() else None
    except CorpusError:
        return None
    return facts and facts | {"days": {day: tuple(x) for day, x in facts["days"].items()}}


def _make(
    path: Path,
    days: Mapping[dt.date, Path],
    states: Mapping[str, FileState],
    *,
    kept: Mapping[str, Any] | None,
) -> None:
    """Write a digest; the days that are as they were in ``kept`` are taken over."""
    same = set()
    if kept and kept["made_by"] == _made_by():
        same = {day for day in days if kept["days"].get(f"{day}") == states[f"{day}"]}
    tables = [_taken_over(path, same)] if same else []
    tables += [_rows(day, file) for day, file in days.items() if day not in same]
    table = pa.concat_tables(tables).sort_by("listed").combine_chunks()
    facts = {"made_by": _made_by(), "days": states, "size": len(table)}
    groups = (table.slice(start, GROUP) for start in range(0, len(table), GROUP))
    disk.write_table(path, groups, schema=SCHEMA, facts=lambda: facts)


def _taken_over(path: Path, days: set[dt.date]) -> pa.Table:
    held = disk.read_columns(path, SCHEMA.names)
    return held.filter(pc.is_in(held["listed"], pa.array(sorted(days), pa.date32())))


def _rows(listed: dt.date, path: Path) -> pa.Table:
    rows = [
        digest_row(notice_from_json(text), listed, text)
        for columns in day_columns(path)
        for text in columns["outline"]
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def digest_row(notice: Notice, listed: dt.date, outline: str) -> dict[str, object]:
    """Return the line of a notice, of columns ``SCHEMA``; what it lacks is empty.

    Args:
        listed: The day under which its source lists it.
        outline: The notice as JSON.
    """
    return {
        "listed": listed,
        "published_on": notice.published_on,
        "awarded_on": sorted({x.awarded_on for x in notice.lots if x.awarded_on}),
        "notice": digest_mark(notice.notice_id),
        "ties": sorted(map(digest_mark, _ties(notice))),
        "traits": sorted(map(digest_mark, traits(notice))),
        "content": digest_mark(outline),
        "outline": outline,
        **_for_likeness(notice),
    }


def _ties(notice: Notice) -> set[str]:
    names = (notice.notice_id, notice.version_id, *(x.target for x in notice.references))
    tender = {f"tender {tender_name(notice)}"} if notice.procedure_key else set()
    return tender | {notice_tie(x) for x in names if x}


def notice_tie(identifier: str) -> str:
    """Return what ties a notice to those that name it, in whatever spelling."""
    return f"notice {plain_identifier(identifier)}"


def _for_likeness(notice: Notice) -> dict[str, object]:
    """What likeness looks at, of those that it may join (``procedures``)."""
    announced = announces(notice)
    if notice.published_on is None or (announced and notice.procedure_key):
        return {}
    if not announced and notice.kind != "competition":
        return {}
    return {
        "announces": announced,
        "buyers": sorted({digest_mark(x) for x in buyer_names(notice)}),
        "subject": subject(notice.title),
    }
