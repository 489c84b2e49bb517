"""Files as a source: whatever holds notices, recognised by what is in it, never by its name.

A file holds one notice (XML, a JSON object) or many (a table, a JSON list, a package, an
archive); files that hold many are split as a stream.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pipeline.errors import NoticeError, SettingsError
from pipeline.records import ROW, RawNotice, Unreadable
from pipeline.sources import _archives, _csv, _elements, _tables
from pipeline.sources._streams import (
    FAULTS,
    MOST_NOTICE_BYTES,
    Content,
    UnreadRest,
    bytes_left,
    content,
    content_kind,
    seekable,
)
from pipeline.sources.layout import Layout
from pipeline.sources.paths import STDIN, places, shown
from pipeline.storage import Place, place

Outcome = RawNotice | Unreadable

T = TypeVar("T")


def raw_notices(
    inputs: Sequence[str | Path],
    *,
    layout: Layout = Layout(),  # noqa: B008 - frozen
    now: dt.datetime,
    stdin: BinaryIO | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Read files, folders, archives and standard input into raw notices.

    Args:
        inputs: Paths, or ``-`` for standard input. Folders are read whole, in order of name,
            without hidden files. What is named twice is read once.
        layout: Of tables.
        now: Moment of receipt, in UTC.
        stdin: What ``-`` stands for; standard input when not given.
        tell: Hears, in one line each, of files that were passed over (``Thumbs.db``) and of
            encodings that were found out.

    Yields:
        One outcome per notice, in order. What cannot be read is ``Unreadable``, with the
        reason, and does not stop the rest. A file that breaks off has an ``Unreadable`` that says
        so (``rest``) after the notices before it.

    Raises:
        SettingsError: A path does not exist, or the only input is a table that lacks a column;
            among other files it is ``Unreadable``.
        ValueError: ``now`` is not UTC.
    """
    if now.utcoffset() != dt.timedelta(0):
        raise ValueError(f"now must be UTC, not {now}")
    require_inputs(inputs)
    reader = FileReader(layout=layout, now=now, tell=tell, alone=is_one_file(inputs))
    return chain.from_iterable(map(partial(reader.of_place, stdin=stdin), places(inputs)))


def require_inputs(inputs: Sequence[str | Path]) -> None:
    """Refuse inputs that are not there.

    Raises:
        SettingsError: One of them is not.
        PipelineError: Remote storage cannot be reached.
    """
    for name in inputs:
        if str(name) != STDIN and not (found := place(name)).exists():
            raise SettingsError(f"no file or folder at {shown(found)}")


def is_one_file(inputs: Sequence[str | Path]) -> bool:
    """Whether there is one input, a file: then wrong columns are the user's to mend."""
    return len(inputs) == 1 and not place(inputs[0]).is_dir()


class FileReader:
    """Turns one content after another into raw notices, and counts members of archives.

    Args:
        alone: As in :func:`is_one_file`.
    """

    def __init__(
        self, *, layout: Layout, now: dt.datetime, tell: Callable[[str], None], alone: bool
    ) -> None:
        self._layout, self._now, self._tell, self._alone = layout, now, tell, alone
        self._columns = _tables.Columns(layout.columns)
        self._members = 0

    def of_place(self, path: Place | str, *, stdin: BinaryIO | None = None) -> Iterator[Outcome]:
        """Yield what a file holds, or standard input where ``path`` is ``-``."""
        if isinstance(path, str):
            return self.read(content(stdin or sys.stdin.buffer, STDIN, url=STDIN))
        if isinstance(path, Path) and path.is_dir():
            return iter([Unreadable(source_id=shown(path), reason="a folder without files")])
        return self.of_file(path, shown(path))

    def of_file(self, path: Place, name: str) -> Iterator[Outcome]:
        """Yield what a file holds, under a name."""
        if self._passed_over(name, path.name):
            return
        try:
            file = path.open("rb")
        except OSError as error:
            yield _unreadable(name, error)
            return
        with file:
            yield from self.read(content(file, name, url=name))

    def _passed_over(self, source_id: str, name: str) -> bool:
        passed = _archives.is_of_the_system(name)
        if passed:
            self._tell(f"{source_id}: passed over, a file of the system")
        return passed

    def read(self, source: Content, *, in_gzip: bool = False) -> Iterator[Outcome]:
        """Yield what one file or member holds."""
        return self._guarded(source, self._read(source, in_gzip=in_gzip))

    def _guarded(
        self, source: Content, outcomes: Iterator[Outcome], *, before: int = 0
    ) -> Iterator[Outcome]:
        """Yield what can be read, and at the end why the rest cannot."""
        count = before
        try:
            for outcome in outcomes:
                yield outcome
                count += 1
        except SettingsError as error:
            if self._alone and source.source_id == source.url:
                raise
            yield _unreadable(source.source_id, error)
        except (NoticeError, tarfile.TarError, *FAULTS) as error:
            yield _unreadable(source.source_id, _broken_off(source, error, after=count))

    def _read(self, source: Content, *, in_gzip: bool) -> Iterator[Outcome]:
        source.gauge.reset()
        match content_kind(source.head):
            case "empty":
                raise NoticeError("an empty file")
            case "xml":
                body = source.stream.read()
                yield self._raw(source, "", media_type="application/xml", body=body)
            case "json":
                yield from _some(self._of_json(source), "JSON without a notice")
            case "text":
                rows = _csv.of_csv(source, self._layout, tell=self._tell)
                yield from self._of_rows(source, numbered_rows(rows))
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
            yield from self._of_rows(source, numbered_rows(rows))
        elif _archives.is_workbook(file):
            sheets = _tables.of_workbook(file, self._layout, source_id=name, tell=self._tell)
            yield from self._of_rows(source, sheets)
        else:
            yield from self._of_members(_archives.unzip(source, file))

    def _of_members(self, members: Iterator[_archives.Member]) -> Iterator[Outcome]:
        before = self._members
        yield from self._of_each(members)
        if self._members == before:
            raise NoticeError("an archive without files, or with a damaged directory")

    def _of_each(self, members: Iterator[_archives.Member]) -> Iterator[Outcome]:
        for member in members:
            if self._passed_over(member.source_id, member.source_id.rpartition("!")[2]):
                continue
            self._members += 1
            if self._members > _archives.MOST_MEMBERS:
                raise NoticeError(f"more than {_archives.MOST_MEMBERS:,} members in archives")
            if isinstance(member, Unreadable):
                yield member
            else:
                yield from self.read(member)

    def _of_rows(
        self, source: Content, rows: Iterator[tuple[str, _tables.Row | NoticeError]]
    ) -> Iterator[Outcome]:
        return _some(self._of_each_row(source, rows), "a table without rows")

    def _of_each_row(
        self, source: Content, rows: Iterator[tuple[str, _tables.Row | NoticeError]]
    ) -> Iterator[Outcome]:
        return (self._of_value(source, suffix, row, media_type=ROW) for suffix, row in rows)

    def _of_json(self, source: Content) -> Iterator[Outcome]:
        for suffix, value in _elements.parts(source):
            media_type = "application/json"
            if isinstance(value, dict):
                row = self._columns.renamed(value)
                if "notice_id" in row and {"title", "description"} & row.keys():
                    media_type = ROW
                    value = {name: _tables.plain_cell(x) for name, x in row.items()}  # noqa: PLW2901
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
    return Unreadable(source_id=source_id, reason=reason, rest=isinstance(error, UnreadRest))


def _broken_off(source: Content, error: Exception, *, after: int) -> Exception:
    """Say of a file whose rest went unread how much that was; of any other, what is wrong."""
    if not after:
        return error
    at = source.gauge.count
    return UnreadRest(
        f"{error}; this is after {after:,} notices and {at:,} bytes, and the rest, "
        f"{bytes_left(source):,} bytes, was left unread"
    )


def numbered_rows(rows: Iterator[T], before: int = 0) -> Iterator[tuple[str, T]]:
    """Give rows what they add to the name of their file: ``#1`` for the first."""
    return ((f"#{number}", row) for number, row in enumerate(rows, start=before + 1))


def _some(outcomes: Iterator[Outcome], nothing: str) -> Iterator[Outcome]:
    """Yield them all.

    Raises:
        NoticeError: There are none.
    """
    none = True
    for outcome in outcomes:
        none = False
        yield outcome
    if none:
        raise NoticeError(nothing)
