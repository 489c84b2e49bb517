"""Lines of TenderNed's open dataset, put together again per publication.

A line is a row of a workbook or an OCDS release; a publication has one per lot and winner, and
nothing says that they stand together.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

import openpyxl

from pipeline.errors import NoticeError, SourceChanged
from pipeline.sources import _elements, _streams, _tables
from pipeline.sources._http import Download
from pipeline.sources.tenderned_columns import COLUMNS, column

# A header may have a title above it.
MOST_ROWS_ABOVE = 10

FAULTS: tuple[type[Exception], ...] = (NoticeError, *_tables.WORKBOOK_FAULTS)

REQUIRED = ("publication", "published_on", "title")

DUTCH_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")

# The transformer of the dataset makes ids unique by adding a number to that of the publication.
PUBLICATION = re.compile(r"([0-9]+)(?:-.*)?", re.S)


# Whether a day of publication is wanted; ``None`` where it is not known.
Holds = Callable[[dt.date | None], bool]


class Lines:
    """Lines by publication, on disk: a year may be hundreds of MB.

    Args:
        file: Without a name, so that it is gone when the process is.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, publication: str, line: Mapping[str, Any]) -> None:
        """Keep a line."""
        packed = json.dumps(line).encode()
        self._places[publication].append((self._file.tell(), len(packed)))
        self._file.write(packed)

    def publications(self) -> Iterator[tuple[str, bytes]]:
        """Yield each publication with its lines as a JSON list, in order of first appearance."""
        for publication, places in self._places.items():
            yield publication, b"[" + b", ".join(_read(self._file, *x) for x in places) + b"]"


@contextmanager
def kept_lines() -> Iterator[Lines]:
    """Hold lines until the end of the block."""
    with tempfile.TemporaryFile() as file:
        yield Lines(file)


def _read(file: IO[bytes], start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def of_releases(download: Download, lines: Lines, holds: Holds) -> None:
    """Add the releases of a package; those of other days are left out.

    Raises:
        SourceUnavailable: The file is cut off.
        SourceChanged: It is no package of releases.
    """
    source = _streams.content(cast("BinaryIO", download), download.url, url=download.url)
    if (found := _streams.content_kind(source.head)) != "json":
        raise SourceChanged(f"{download.url}: expected JSON, found {found}: {source.head[:80]!r}")
    try:
        for number, (_, release) in enumerate(_elements.parts(source), start=1):
            place = f"{download.url}: release {number}"
            if not isinstance(release, dict) or not isinstance(release.get("id"), str | int):
                raise SourceChanged(f"{place} has no id; is it a release package?")
            if holds(_day(release.get("date"))):
                lines.add(_publication(str(release["id"])), release)
    except NoticeError as error:
        raise SourceChanged(f"{download.url}: {error}") from None


def lines_of_workbook(download: Download, lines: Lines, holds: Holds) -> None:
    """Add the rows of the sheet that holds publications; those of other days are left out.

    Raises:
        SourceUnavailable: The file is cut off.
        SourceChanged: It is no workbook, or no sheet has the columns that are needed.
    """
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(download, file)
        file.seek(0)
        try:
            _of_sheets(cast("BinaryIO", file), lines, holds)
        except FAULTS as error:
            kind = type(error).__name__
            raise SourceChanged(
                f"{download.url}: no workbook we can read: {kind} {error}"
            ) from None


def _of_sheets(file: BinaryIO, lines: Lines, holds: Holds) -> None:
    _tables.check_workbook(file)
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # the stated size may be wrong, and would cut columns off
        rows = sheet.iter_rows(max_row=_tables.MOST_SHEET_ROWS, values_only=True)
        if header := _header(rows):
            _of_rows(header, rows, lines, holds)
            return
    names = ", ".join(book.sheetnames)
    wanted = ", ".join(COLUMNS[x][0] for x in REQUIRED)
    raise NoticeError(f"sheets {names}; expected one with the columns {wanted}")


def _header(rows: Iterator[Sequence[Any]]) -> list[str]:
    """Return the names of the columns, some ``""``; nothing if it is another sheet."""
    for _, cells in zip(range(MOST_ROWS_ABOVE), rows, strict=False):
        names = [str(cell).strip() if cell is not None else "" for cell in cells]
        if all(_among(names, member) for member in REQUIRED):
            return names
    return []


def _among(names: Sequence[str], member: str) -> list[str]:
    wanted = set(map(column, COLUMNS[member]))
    return [name for name in names if column(name) in wanted]


def _of_rows(
    header: Sequence[str], rows: Iterator[Sequence[Any]], lines: Lines, holds: Holds
) -> None:
    publication, published = (_among(header, x)[0] for x in ("publication", "published_on"))
    for number, cells in enumerate(rows, start=1):
        line = _tables.as_row(header, [*cells, *[None] * len(header)][: len(header)])
        if line and holds(_day(line.get(published))):
            # Without an id it stays alone, and the reader of the format will refuse it.
            lines.add(str(line.get(publication, f"row {number}")).strip(), line)


def _publication(release_id: str) -> str:
    found = PUBLICATION.fullmatch(release_id)
    return found[1] if found else release_id


def _day(value: Any) -> dt.date | None:
    """Read a day written as 2026-01-31, with or without a time, or as 31-1-2026."""
    text = str(value or "").strip()
    if dutch := DUTCH_DAY.match(text):
        day, month, year = map(int, dutch.groups())
        text = f"{year:04}-{month:02}-{day:02}"
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
