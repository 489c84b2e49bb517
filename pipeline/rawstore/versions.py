"""Raw notices in Parquet files: how they are written, and which of them is the newest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, count
from pathlib import Path

import pyarrow as pa

from pipeline.codec import to_plain
from pipeline.rawstore.disk import read_table, write_table
from pipeline.records import Provenance, RawNotice
from pipeline.store import sha256

# What a killed process loses is what it has not written: 200 notices are minutes of fetching.
MOST_NOTICES = 200
MOST_BYTES = 20_000_000

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("source_id", pa.string()),
        ("url", pa.string()),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
        ("media_type", pa.string()),
        ("body", pa.large_binary()),
        ("fingerprint", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A raw notice as it is stored.

    Attributes:
        fingerprint: Of the listing when it was fetched; the same for all parts of one answer.
    """

    raw: RawNotice
    fingerprint: str


class DayWriter:
    """Writes the raw notices of one day and one run into files of bounded size."""

    def __init__(self, folder: Path, *, run: str, provenance: Provenance) -> None:
        self._folder, self._run, self._provenance = folder, run, provenance
        self._held: list[Version] = []

    def add(self, raws: Iterable[RawNotice], *, fingerprint: str) -> None:
        """Take what a source gives for one offered id: all of it, or nothing on an error.

        An answer larger than a file may be, such as a package, gets a file of its own and is
        never whole in memory.
        """
        groups = _groups(Version(raw=raw, fingerprint=fingerprint) for raw in raws)
        first, second = next(groups, []), next(groups, None)
        if second is not None:
            self._write(chain([first, second], groups))
            return
        if not _fits([*self._held, *first]):
            self.flush()
        self._held += first

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            self._write([self._held])
            self._held = []

    def _write(self, groups: Iterable[Sequence[Version]]) -> None:
        inputs: dict[str, str] = {}

        def tables() -> Iterator[pa.Table]:
            for group in groups:
                inputs.update({x.raw.source_id: sha256(x.raw.body) for x in group})
                yield _table(group)

        write_table(
            self._free_path(),
            tables(),
            schema=SCHEMA,
            facts=lambda: {"provenance": to_plain(replace(self._provenance, inputs=inputs))},
        )

    def _free_path(self) -> Path:
        # Two runs may begin in the same second; a file is never written over.
        paths = (self._folder / f"{self._run}-{number:03}.parquet" for number in count(1))
        return next(path for path in paths if not path.exists())


def offer(source_id: str) -> str:
    """Return the id that a source listed, for any raw notice it gave for it."""
    return source_id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Newest:
    """Where the newest version of what is offered under one id stands."""

    fetched_at: dt.datetime
    fingerprint: str
    path: Path


def newest_versions(paths: Iterable[Path]) -> dict[str, Newest]:
    """Find the newest version per offered id; of equally new ones the last, in order of path."""
    newest: dict[str, Newest] = {}
    for path in paths:
        for batch in read_table(path, ["source_id", "fetched_at", "fingerprint"]):
            for source_id, fetched_at, fingerprint in zip(*batch.to_pydict().values(), strict=True):
                known = newest.get(offer(source_id))
                if known is None or known.fetched_at <= fetched_at:
                    newest[offer(source_id)] = Newest(fetched_at, fingerprint, path)
    return newest


def read_versions(path: Path) -> Iterator[Version]:
    """Yield what stands in one file, in the order in which it was received."""
    for batch in read_table(path):
        for columns in batch.to_pylist():
            fingerprint = columns.pop("fingerprint")
            yield Version(raw=RawNotice(**columns), fingerprint=fingerprint)


def _table(versions: Iterable[Version]) -> pa.Table:
    rows = [asdict(version.raw) | {"fingerprint": version.fingerprint} for version in versions]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _fits(versions: Sequence[Version]) -> bool:
    size = sum(len(version.raw.body) for version in versions)
    return len(versions) <= MOST_NOTICES and size <= MOST_BYTES


def _groups(versions: Iterable[Version]) -> Iterator[list[Version]]:
    group: list[Version] = []
    for version in versions:
        if group and not _fits([*group, version]):
            yield group
            group = []
        group.append(version)
    if group:
        yield group
