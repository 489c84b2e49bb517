"""CSV as rows: its delimiter and encoding are found out, and nothing goes unread unsaid."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from pipeline.errors import NoticeError
from pipeline.sources._streams import HEAD_BYTES, Content, UnreadRest
from pipeline.sources._tables import Columns, Row, as_row
from pipeline.sources.layout import Layout

DELIMITERS = ",;\t"

# The first line that Excel reads and hides: which delimiter the file has.
TOLD_DELIMITER = re.compile(r"sep=(.)\r?$")

# A quote that is never closed would swallow the rest of the file as one cell; no description
# comes near this. The default of the csv module, 131,072, is too small for a notice of many lots.
MOST_CELL_CHARACTERS = 10_000_000

# What spreadsheets in western Europe write besides UTF-8, the likeliest first. Which one it is
# shows in what the bytes beyond ASCII become: letters of Dutch text, or signs that nobody types.
# (charset-normalizer takes a dozen words in Mac Roman for Windows-1252.)
OLDER_ENCODINGS = ("cp1252", "mac_roman", "cp850")
DUTCH = frozenset("éëïöüèàçáó€–’")
USUAL = frozenset("âäåêíîñôúûßÉËÏÖ£§°²³½µ·•…—‘“”„´\xa0")

MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class _BadLine(NoticeError):
    """One line is not in the encoding of its file; the next may be."""


class DecodedLines:
    """The lines of a text, decoded; those that are not in its encoding raise and are passed.

    UTF-8 is assumed until the first line that is not; if all before it are mere ASCII, the
    encoding is found out from there, and the file is read on in it.

    Attributes:
        number: Lines that were read.
    """

    def __init__(
        self, source: Content, encoding: str | None, *, tell: Callable[[str], None]
    ) -> None:
        self.number = 0
        self._source, self._tell = source, tell
        self._settled = encoding is not None
        self.encoding = encoding or _marked(source.head) or "utf-8-sig"
        # In these a line break is not one byte.
        wide = codecs.lookup(self.encoding).name.startswith(("utf-16", "utf-32"))
        self._wide = io.TextIOWrapper(source.stream, self.encoding, newline="") if wide else None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._wide.readline() if self._wide else self._source.stream.readline()
        if not line:
            raise StopIteration
        self.number += 1
        return line if isinstance(line, str) else self._decoded(line)

    def _decoded(self, line: bytes) -> str:
        try:
            text = line.decode(self.encoding)
        except UnicodeDecodeError as error:
            if self._settled:
                raise _BadLine(
                    f"line {self.number} is not {self.encoding} (byte 0x{line[error.start]:02X})"
                ) from None
            self._find_out(line)
            return self._decoded(line)
        self._settled = self._settled or not line.isascii()
        self.encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        return text

    def _find_out(self, line: bytes) -> None:
        self.encoding = likeliest(line + self._source.stream.peek(HEAD_BYTES))
        self._settled = True
        self._tell(
            f"{self._source.source_id}: line {self.number} is not UTF-8; "
            f"read as {self.encoding} from there"
        )


def likeliest(sample: bytes) -> str:
    """Return the older encoding in which a text has most letters of Dutch."""

    def usual(encoding: str) -> int:
        text = sample.decode(encoding, errors="replace")
        return sum(3 * (x in DUTCH) + 2 * (x in USUAL) - 1 for x in text if not x.isascii())

    return max(OLDER_ENCODINGS, key=usual)


def of_csv(
    source: Content, layout: Layout, *, tell: Callable[[str], None]
) -> Iterator[Row | NoticeError]:
    """Yield the rows of a CSV file; a malformed row stands there as its NoticeError.

    Raises:
        NoticeError: It is no table.
        SettingsError: A column is missing.
    """
    columns = Columns(layout.columns)
    lines = DecodedLines(source, layout.encoding, tell=tell)
    sign, before = _layout(source.head, columns, layout, encoding=lines.encoding)
    for _ in range(before):
        next(lines, None)
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    reader = csv.reader(lines, delimiter=sign, strict=True)
    members: tuple[str, ...] | None = None
    for number, cells in _records(reader, lines, source):
        if isinstance(cells, NoticeError):
            yield cells
        elif members is None:
            members = columns.header(cells, source_id=source.source_id) if cells else None
        elif any(cells):
            yield _row(members, cells, first=number, last=lines.number)


def _records(
    reader: Iterator[list[str]], lines: DecodedLines, source: Content
) -> Iterator[tuple[int, list[str] | NoticeError]]:
    """Yield the number of the first line of each row, and its cells or what is wrong with it."""
    while True:
        first = lines.number + 1
        source.gauge.reset()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield first, _fault(f"not CSV: {error}", first=first, last=lines.number)
        except _BadLine as error:
            yield first, error
        else:
            if cells is None:
                return
            yield first, cells


def _row(
    members: Sequence[str], cells: Sequence[str], *, first: int, last: int
) -> Row | NoticeError:
    if len(cells) != len(members):
        fault = f"{len(cells)} cells; the header has {len(members)}"
        return _fault(fault, first=first, last=last)
    return as_row(members, cells)


def _fault(fault: str, *, first: int, last: int) -> NoticeError:
    if last <= first:
        return NoticeError(f"line {first}: {fault}")
    # A quote that is not closed takes the lines that follow into its cell.
    return UnreadRest(
        f"line {first}: {fault}; the {last - first} lines after it, up to line {last}, were "
        "left unread with it: a quote that is not closed?"
    )


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in MARKS.items() if head.startswith(mark)), None)


def _layout(head: bytes, columns: Columns, layout: Layout, *, encoding: str) -> tuple[str, int]:
    """Find the delimiter, and how many lines stand before the header.

    Raises:
        NoticeError: It is no table of notices.
    """
    lines = head.decode(encoding, errors="replace").split("\n")
    told = TOLD_DELIMITER.match(lines[0])
    before = max(layout.header_row - 1, 1 if told else 0)
    wanted = next((x for x in lines[before:] if x.strip("\r")), "")
    if told:
        return told[1], before
    for sign in DELIMITERS:
        names = [name.strip(" \r\"'") for name in wanted.split(sign)]
        if len(names) > 1 and columns.knows(names):
            return sign, before
    start = head.partition(b"\n")[0][:80]
    raise NoticeError(
        f"not a format we know: starts with {start!r}; of a table, line "
        f"{before + 1} must hold the columns notice_id, title and description (or name them: "
        "--column title=Naam)"
    )
