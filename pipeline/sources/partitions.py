"""Inputs cut into parts that can be read apart, by any process that sees the same storage.

Some members of a zip archive, some row groups of a Parquet file, some small files, and one packed
file among others (a day of TED) are read by whoever gets the part. What else can only be read from
its beginning (tar, gzip, CSV, JSON, XLSX, standard input) is read here, and travels. Read in order,
the parts give what one reader gives.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from pipeline.errors import NoticeError, PipelineError, SettingsError
from pipeline.records import RawNotice, Unreadable
from pipeline.sources import _archives, _tables
from pipeline.sources._streams import FAULTS, content, content_kind, seekable
from pipeline.sources.files import FileReader, is_one_file, numbered_rows, require_inputs
from pipeline.sources.layout import Layout
from pipeline.sources.paths import places, shown
from pipeline.storage import Place, file_state

# Bytes; a larger file may hold thousands of notices, and is not left to one reader.
SMALL_FILE = {"xml": 1_000_000, "json": 1_000_000, "text": 50_000, "empty": 0}

# Bytes; a day of TED is 10 to 25 MB, and a month would keep one worker busy for an hour.
MOST_PACKED = 50_000_000

# Of small files together, and of notices that travel: a worker holds a few such parts.
MOST_BYTES = 16_000_000

Readable = RawNotice | Unreadable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some members of an archive, or row groups of a table.

    Attributes:
        first, last: Their numbers from 0; the last one does not belong to it.
        before: Rows in the groups before it.
    """

    first: int
    last: int
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A part of the inputs.

    Attributes:
        name: For people, the same in each run over the same inputs.
        files: What is read for it: the name that was given, where it lies, its size in bytes.
        span: Which part of the one file; all of the files without it.
        alone: As in :func:`pipeline.sources.files.is_one_file`.
        raws: What was read already, where ``files`` is empty.
    """

    name: str
    files: tuple[tuple[str, Place, int], ...] = ()
    span: Span | None = None
    alone: bool = False
    raws: tuple[Readable, ...] = field(default=(), repr=False)

    @property
    def spanned(self) -> str:
        """The name of the file of which this is a span; empty when it is none."""
        return self.files[0][0] if self.span else ""


def partitions(
    inputs: Sequence[str | Path],
    *,
    size: int,
    layout: Layout,
    now: dt.datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Partition]:
    """Cut inputs into parts of about ``size`` notices, in order.

    Raises:
        SettingsError: An input is not there, or the only one is a table that lacks a column.
        PipelineError: Remote storage cannot be reached.
    """
    require_inputs(inputs)
    alone = is_one_file(inputs)
    reader = PartReader(layout=layout, now=now, tell=tell, alone=alone)
    # Small files that follow each other are read together.
    for small, found in groupby(map(_Found.of, places(inputs)), key=lambda x: x.is_small):
        if small:
            yield from _together(found, size, alone=alone)
        else:
            for one in found:
                yield from reader.cut(one, size)


def raw_notices_in(
    partition: Partition,
    *,
    layout: Layout,
    now: dt.datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Readable]:
    """Read a part, as :func:`pipeline.sources.files.raw_notices` would.

    Raises:
        PipelineError: A file is not what it was when the inputs were cut: other machines see
            another storage, or it was changed.
    """
    if not partition.files:
        return iter(partition.raws)
    reader = PartReader(layout=layout, now=now, tell=tell, alone=partition.alone)
    for name, path, size in partition.files:
        _require_same(name, path, size)
    if span := partition.span:
        name, path, _ = partition.files[0]
        return reader.of_span(path, name, span)
    return chain.from_iterable(reader.of_file(path, name) for name, path, _ in partition.files)


def _require_same(name: str, path: Place, size: int) -> None:
    held = file_state(path)[0] if path.exists() else None
    if held != size:
        seen = "is not there" if held is None else f"has {held:,} bytes"
        raise PipelineError(
            f"{name} {seen}; expected {size:,} bytes",
            hint="Inputs must lie on storage that all workers see, under the same path.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A file among the inputs; ``kind`` is empty for what only the reader of all can tell of."""

    place: Place | str
    name: str
    size: int = 0
    kind: str = ""

    @classmethod
    def of(cls, found: Place | str) -> _Found:
        if isinstance(found, str) or (isinstance(found, Path) and found.is_dir()):
            return cls(place=found, name=shown(found))
        name = shown(found)
        if _archives.is_of_the_system(found.name):
            return cls(place=found, name=name)
        where = found.absolute() if isinstance(found, Path) else found
        try:
            size = file_state(found)[0]
            with found.open("rb") as file:
                kind = content_kind(content(file, name, url=name).head)
        except OSError:
            return cls(place=found, name=name)
        return cls(place=where, name=name, size=size, kind=kind)

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL_FILE.get(self.kind, -1)

    @property
    def file(self) -> tuple[str, Place, int]:
        return self.name, cast("Place", self.place), self.size


def _together(found: Iterator[_Found], size: int, *, alone: bool) -> Iterator[Partition]:
    for group in _lots(found, size, lambda x: x.size):
        names = group[0].name if len(group) == 1 else f"{group[0].name} .. {group[-1].name}"
        yield Partition(name=names, files=tuple(x.file for x in group), alone=alone)


def _lots(things: Iterator[T], size: int, weight: Callable[[T], int]) -> Iterator[list[T]]:
    lot: list[T] = []
    held = 0
    for thing in things:
        if lot and (len(lot) == size or held + weight(thing) > MOST_BYTES):
            yield lot
            lot, held = [], 0
        lot.append(thing)
        held += weight(thing)
    if lot:
        yield lot


class PartReader(FileReader):
    """Reads files, and parts of those that can be read from anywhere."""

    def cut(self, found: _Found, size: int) -> Iterator[Partition]:
        """Cut a file into spans, leave it whole, or read it and cut what it holds."""
        if found.kind in {"gzip", "tar"} and found.size <= MOST_PACKED and not self._alone:
            yield Partition(name=found.name, files=(found.file,))
            return
        spans = self._spans(found, size) if found.kind in {"zip", "parquet"} else []
        for span in spans:
            name = f"{found.name}[{span.first}:{span.last}]"
            yield Partition(name=name, files=(found.file,), span=span, alone=self._alone)
        if spans:
            return
        read, first = self._named(found), 0
        for lot in _lots(read, size, lambda x: len(getattr(x, "body", b""))):
            name = f"{found.name}[{first}:{first + len(lot)}]"
            yield Partition(name=name, raws=tuple(lot))
            first += len(lot)

    def of_span(self, path: Place, name: str, span: Span) -> Iterator[Readable]:
        """Yield what a part of a file holds."""
        with path.open("rb") as file:
            source = content(file, name, url=name)
            is_table = content_kind(source.head) == "parquet"
            stream = seekable(source)
            if is_table:
                groups = range(span.first, span.last)
                rows = _tables.of_parquet(stream, self._columns, source_id=name, groups=groups)
                found = self._of_each_row(source, numbered_rows(rows, span.before))
            else:
                chosen = slice(span.first, span.last)
                found = self._of_each(_archives.unzip(source, stream, chosen=chosen))
            yield from self._guarded(source, found, before=span.before)

    def _named(self, found: _Found) -> Iterator[Readable]:
        if isinstance(found.place, str) or not found.kind:
            return self.of_place(found.place)
        return self.of_file(found.place, found.name)

    def _spans(self, found: _Found, size: int) -> list[Span]:
        """Return the spans of a file; none when it is told as a whole what is wrong with it."""
        _, path, _ = found.file
        try:
            with path.open("rb") as file:
                if found.kind == "zip":
                    return _spans_of_archive(file, size)
                rows = _tables.rows_per_group(file, self._columns, source_id=found.name)
                return _spans_of_groups(rows, size)
        except (NoticeError, SettingsError, *FAULTS):
            return []


def _spans_of_archive(file: BinaryIO, size: int) -> list[Span]:
    if _archives.is_workbook(file):
        return []
    with zipfile.ZipFile(file) as archive:
        members = _archives.members_of(archive)
    # An archive in which nothing is to be read is told of once.
    if all(_archives.is_of_the_system(x.filename) for x in members):
        return []
    starts = range(0, len(members), size)
    return [Span(first=x, last=min(x + size, len(members))) for x in starts]


def _spans_of_groups(rows: Sequence[int], size: int) -> list[Span]:
    spans: list[Span] = []
    first = before = held = 0
    for number, count in enumerate(rows):
        if held and held + count > size:
            spans.append(Span(first=first, last=number, before=before))
            first, before, held = number, before + held, 0
        held += count
    return [*spans, Span(first=first, last=len(rows), before=before)] if held else spans
