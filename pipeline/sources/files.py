"""Files as a source: whatever holds notices, recognised by what is in it, never by its name.

A file holds one notice (XML, a JSON object) or many (a table, a JSON list, a package, an
archive); files that hold many are split as a stream.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import NoticeError, SettingsError
from pipeline.records import ROW, RawNotice, Unreadable
from pipeline.sources import _archives, _elements, _tables
from pipeline.sources._streams import (
    FAULTS,
    MOST_NOTICE_BYTES,
    Content,
    content,
    kind,
    seekable,
)

STDIN = "-"

Outcome = RawNotice | Unreadable


def raw_notices(
    inputs: Sequence[str | Path],
    *,
    columns: Mapping[str, str] = {},
    now: dt.datetime,
    stdin: BinaryIO | None = None,
) -> Iterator[Outcome]:
    """Read files, folders, archives and standard input into raw notices.

    Args:
        inputs: Paths, or ``-`` for standard input. Folders are read whole, in order of name,
            without hidden files. What is named twice is read once.
        columns: Member of a row to column of the file, for example ``{"title": "Naam"}``; an
            empty column says that the file has none.
        now: Moment of receipt, in UTC.
        stdin: What ``-`` stands for; standard input when not given.

    Yields:
        One outcome per notice, in order. What cannot be read is ``Unreadable``, with the
        reason, and does not stop the rest.

    Raises:
        SettingsError: A path does not exist, or a table lacks a column.
        ValueError: ``now`` is not UTC.
    """
    if now.utcoffset() != dt.timedelta(0):
        raise ValueError(f"now must be UTC, not {now}")
    for name in inputs:
        if str(name) != STDIN and not Path(name).exists():
            raise SettingsError(f"no file or folder at {name}")
    return _read_all(inputs, _Reader(columns=columns, now=now), stdin=stdin)


def require_apart(outputs: Sequence[Path], inputs: Sequence[str | Path]) -> None:
    """Refuse to write where something is read, by whatever name or link.

    Raises:
        SettingsError: An output is an input, lies in a folder of inputs, or is what standard
            input reads.
    """
    existing = [(path, path.stat()) for path in outputs if path.exists()]
    for name in inputs if existing else ():
        for file, read in _states(name):
            for path, written in existing:
                if os.path.samestat(read, written):
                    raise SettingsError(
                        f"{path} would be overwritten, and it is an input: {file}",
                        hint="Write to another file.",
                    )


def _states(name: str | Path) -> Iterator[tuple[str, os.stat_result]]:
    if str(name) != STDIN:
        yield from ((str(path), path.stat()) for path in _files(Path(name)) if path.exists())
        return
    # Standard input is not always a file: in a notebook it is an object that only looks like one.
    with suppress(OSError, ValueError, AttributeError):
        yield "standard input", os.fstat(sys.stdin.fileno())


def _read_all(
    inputs: Sequence[str | Path], reader: _Reader, *, stdin: BinaryIO | None
) -> Iterator[Outcome]:
    seen: set[Path | str] = set()
    for name in inputs:
        if str(name) == STDIN:
            if STDIN not in seen:
                yield from reader.read(content(stdin or sys.stdin.buffer, STDIN, url=STDIN))
            seen.add(STDIN)
            continue
        for path in _files(Path(name)):
            if (real := path.resolve()) not in seen:
                seen.add(real)
                yield from reader.of_path(path)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    # Links to folders are not followed: they may lead in circles.
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(x for x in folders if not _archives.is_hidden(x))
        for name in sorted(names):
            # A pipe or device in a folder would never end.
            if not _archives.is_hidden(name) and (found := Path(folder, name)).is_file():
                yield found


class _Reader:
    """Turns one content after another into raw notices, and counts members of archives."""

    def __init__(self, *, columns: Mapping[str, str], now: dt.datetime) -> None:
        self._columns = _tables.Columns(columns)
        self._now = now
        self._members = 0

    def of_path(self, path: Path) -> Iterator[Outcome]:
        try:
            file = path.open("rb")
        except OSError as error:
            yield _unreadable(str(path), error)
            return
        with file:
            yield from self.read(content(file, str(path), url=str(path)))

    def read(self, source: Content, *, in_gzip: bool = False) -> Iterator[Outcome]:
        """Yield what one file or member holds."""
        try:
            yield from self._read(source, in_gzip=in_gzip)
        except (NoticeError, tarfile.TarError, *FAULTS) as error:
            yield _unreadable(source.source_id, error)

    def _read(self, source: Content, *, in_gzip: bool) -> Iterator[Outcome]:
        source.gauge.reset()
        match kind(source.head):
            case "empty":
                raise NoticeError("an empty file")
            case "xml":
                body = source.stream.read()
                yield self._raw(source, "", media_type="application/xml", body=body)
            case "json":
                yield from self._of_json(source)
            case "text":
                yield from self._of_rows(source, _tables.of_csv(source, self._columns))
            case "gzip":
                yield from self.read(_archives.gunzip(source), in_gzip=True)
            case "tar":
                yield from self._of_members(_archives.untar(source, in_gzip=in_gzip))
            case packed:
                yield from self._of_file(source, packed)

    def _of_file(self, source: Content, packed: str) -> Iterator[Outcome]:
        """What is read from its end: Parquet, XLSX and zip."""
        file, name = seekable(source), source.source_id
        if packed == "parquet":
            rows = _tables.of_parquet(file, self._columns, source_id=name)
            yield from self._of_rows(source, rows)
        elif _archives.is_workbook(file):
            rows = _tables.of_workbook(file, self._columns, source_id=name)
            yield from self._of_rows(source, rows)
        else:
            yield from self._of_members(_archives.unzip(source, file))

    def _of_members(self, members: Iterator[_archives.Member]) -> Iterator[Outcome]:
        before = self._members
        for member in members:
            self._members += 1
            if self._members > _archives.MOST_MEMBERS:
                raise NoticeError(f"more than {_archives.MOST_MEMBERS:,} members in archives")
            if isinstance(member, Unreadable):
                yield member
            else:
                yield from self.read(member)
        if self._members == before:
            raise NoticeError("an archive without files, or with a damaged directory")

    def _of_rows(
        self, source: Content, rows: Iterator[_tables.Row | NoticeError]
    ) -> Iterator[Outcome]:
        for number, row in enumerate(rows, start=1):
            yield self._of_value(source, f"#{number}", row, media_type=ROW)

    def _of_json(self, source: Content) -> Iterator[Outcome]:
        for suffix, value in _elements.parts(source):
            media_type = "application/json"
            if isinstance(value, dict):
                row = self._columns.renamed(value)
                if "notice_id" in row and "title" in row:
                    value, media_type = row, ROW  # noqa: PLW2901 - the same notice, renamed
            yield self._of_value(source, suffix, value, media_type=media_type)

    def _of_value(self, source: Content, suffix: str, value: Any, *, media_type: str) -> Outcome:
        if isinstance(value, NoticeError):
            return _unreadable(source.source_id + suffix, value)
        if not isinstance(value, dict):
            reason = f"{type(value).__name__} where an object was expected"
            return Unreadable(source_id=source.source_id + suffix, reason=reason)
        body = json.dumps(value).encode()
        if len(body) > MOST_NOTICE_BYTES:
            reason = f"{len(body):,} bytes; expected at most {MOST_NOTICE_BYTES:,}"
            return Unreadable(source_id=source.source_id + suffix, reason=reason)
        return self._raw(source, suffix, media_type=media_type, body=body)

    def _raw(self, source: Content, suffix: str, *, media_type: str, body: bytes) -> RawNotice:
        return RawNotice(
            source="files",
            source_id=source.source_id + suffix,
            url=source.url,
            fetched_at=self._now,
            media_type=media_type,
            body=body,
        )


def _unreadable(source_id: str, error: BaseException) -> Unreadable:
    reason = " ".join(str(error).split()) or type(error).__name__
    return Unreadable(source_id=source_id, reason=reason)
