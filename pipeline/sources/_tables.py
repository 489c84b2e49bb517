"""Tables as rows: CSV, XLSX and Parquet, read as a stream."""

from __future__ import annotations

import csv
import datetime as dt
import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import NoticeError, SettingsError
from pipeline.sources._streams import FAULTS, MOST_EXPANSION, Content

REQUIRED = ("notice_id", "title", "description")
DELIMITERS = ",;\t"

# A quote that is never closed would swallow the rest of the file as one cell; no description
# comes near this. The default of the csv module, 131,072, is too small for a notice of many lots.
MOST_CELL_CHARACTERS = 10_000_000

# The complete TenderNed dataset is 70 MB packed; sheets pack some 10:1, so this leaves room for
# years of growth.
MOST_WORKBOOK_BYTES = 4_000_000_000

# The height of a sheet in XLSX; a sheet that claims a row further down would be padded with
# blank rows up to there.
MOST_SHEET_ROWS = 1_048_576

ROWS_PER_BATCH = 1_000

# openpyxl meets a damaged workbook with whatever its parsers stumble over.
WORKBOOK_FAULTS: tuple[type[Exception], ...] = (
    *FAULTS,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    SyntaxError,
    TypeError,
)

Row = dict[str, Any]


class Columns:
    """Which column of a file is which member of a row.

    Args:
        names: Member to name in the file, for example ``{"title": "Naam"}``; an empty name
            says that the file does not have it.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._members = {name: member for member, name in names.items() if name}

    def member(self, name: str) -> str:
        """Return the member a column becomes; ``""`` for a column that is left out."""
        # A column that happens to be called like a member that was assigned elsewhere.
        return self._members.get(name, "" if name in self._names else name)

    def renamed(self, row: Mapping[str, Any]) -> Row:
        """Rename the members of an object."""
        return {member: value for name, value in row.items() if (member := self.member(name))}

    def knows(self, header: Sequence[str]) -> bool:
        """Whether a line is the header of a table of notices."""
        return bool({"notice_id", "title"} & {self.member(name) for name in header})

    def header(self, cells: Sequence[Any], *, source_id: str) -> tuple[str, ...]:
        """Turn a header into members, ``""`` for columns that are left out.

        Raises:
            SettingsError: A column that is required or assigned is missing.
            NoticeError: A name stands there twice, or there is no header.
        """
        names = ["" if x is None else str(x).strip() for x in cells]
        if not any(names):
            raise NoticeError("an empty table: no header")
        members = tuple(self.member(name) if name else "" for name in names)
        wanted = dict.fromkeys((*REQUIRED, *self._names))
        for member in wanted:
            if self._names.get(member, member) and member not in members:
                name = self._names.get(member, member)
                raise SettingsError(
                    f"{source_id} has no column {name!r}; it has {', '.join(filter(None, names))}",
                    hint=f"Say which column it is, for example `--column {member}=Naam`, or "
                    f"`--column {member}=` if the file has none.",
                )
        twice = [x for x, n in Counter(filter(None, members)).items() if n > 1]
        if twice:
            raise NoticeError(f"columns that stand there twice: {', '.join(twice)}")
        return members


def delimiter(head: bytes, columns: Columns) -> str | None:
    """Find the delimiter of a table by its first line; ``None`` when it is no table of notices."""
    first = head.decode("utf-8-sig", errors="replace").lstrip("\r\n").partition("\n")[0]
    for sign in DELIMITERS:
        names = [name.strip(" \r\"'") for name in first.split(sign)]
        if len(names) > 1 and columns.knows(names):
            return sign
    return None


def of_csv(source: Content, columns: Columns) -> Iterator[Row | NoticeError]:
    """Yield the rows of a CSV file in UTF-8; a malformed row stands there as its NoticeError.

    Raises:
        NoticeError: It is no table, or from here on not UTF-8.
        SettingsError: A column is missing.
    """
    sign = delimiter(source.head, columns)
    if sign is None:
        raise NoticeError(_not_a_table(source.head))
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    reader = csv.reader(_lines(source), delimiter=sign, strict=True)
    members: tuple[str, ...] | None = None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield NoticeError(f"line {reader.line_num}: not CSV: {error}")
            continue
        source.gauge.reset()
        if cells is None:
            return
        if members is None:
            members = columns.header(cells, source_id=source.source_id) if cells else None
        elif any(cells):
            yield _csv_row(members, cells, line=reader.line_num)


def _csv_row(members: Sequence[str], cells: Sequence[str], *, line: int) -> Row | NoticeError:
    if len(cells) != len(members):
        return NoticeError(f"line {line}: {len(cells)} cells; the header has {len(members)}")
    return as_row(members, cells)


def _not_a_table(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text in UTF-16; expected UTF-8"
    line = head.partition(b"\n")[0][:80]
    return (
        f"not a format we know: starts with {line!r}; of a table, the first line must hold the "
        "columns notice_id, title and description (or name them: --column title=Naam)"
    )


def _lines(source: Content) -> Iterator[str]:
    number = 0
    while line := source.stream.readline():
        number += 1
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = line[error.start]
            raise NoticeError(
                f"line {number} is not UTF-8 (byte 0x{byte:02X}, Windows-1252 perhaps); "
                "the rest was left unread: save the file as UTF-8"
            ) from None


def of_workbook(file: BinaryIO, columns: Columns, *, source_id: str) -> Iterator[Row | NoticeError]:
    """Yield the rows of the first sheet of an XLSX workbook; of formulas, their values.

    The shared strings of a workbook are held in memory; that is how XLSX is made.

    Raises:
        NoticeError: It is damaged, or made to fill the memory.
        SettingsError: A column is missing.
    """
    try:
        check_workbook(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the stated size may be wrong, and would cut columns off
        rows = sheet.iter_rows(max_row=MOST_SHEET_ROWS, values_only=True)
        yield from _rows(rows, columns, source_id=source_id)
    except WORKBOOK_FAULTS as error:
        raise NoticeError(f"a damaged workbook: {type(error).__name__} {error}") from None


def check_workbook(file: BinaryIO) -> None:
    """Refuse a workbook whose parts unpack to too much, before openpyxl unpacks them.

    The stated sizes can be trusted here: zipfile never unpacks more than what is stated.

    Raises:
        NoticeError: It does, or it has a DOCTYPE.
    """
    with zipfile.ZipFile(file) as archive:
        sizes = [(x.file_size, x.compress_size) for x in archive.infolist()]
        unpacked, packed = (sum(column) for column in zip(*sizes, strict=True))
        if unpacked > MOST_WORKBOOK_BYTES or unpacked > MOST_EXPANSION * max(packed, 1):
            raise NoticeError(f"{packed:,} bytes that unpack to {unpacked:,}")
        for name in archive.namelist():
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(4_096).replace(b"\x00", b"").upper():
                    raise NoticeError(f"{name} has a DOCTYPE, which no workbook needs")
    file.seek(0)


def of_parquet(file: BinaryIO, columns: Columns, *, source_id: str) -> Iterator[Row | NoticeError]:
    """Yield the rows of a Parquet file, one row group at a time.

    Raises:
        NoticeError: It is damaged, or made to fill the memory.
        SettingsError: A column is missing.
    """
    try:
        table = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
        _check_parquet(table, file)
        members = columns.header(table.schema_arrow.names, source_id=source_id)
        for batch in table.iter_batches(batch_size=ROWS_PER_BATCH, use_threads=False):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield as_row(members, cells)
    except (pa.ArrowException, OverflowError, *FAULTS) as error:
        raise NoticeError(f"a damaged Parquet file: {error}") from None


def _check_parquet(table: Any, file: BinaryIO) -> None:
    groups = (table.metadata.row_group(n) for n in range(table.metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    at = file.tell()
    packed = file.seek(0, 2)
    file.seek(at)
    if unpacked > MOST_EXPANSION * packed:
        raise NoticeError(f"{packed:,} bytes that unpack to {unpacked:,}")


def _rows(rows: Iterator[Any], columns: Columns, *, source_id: str) -> Iterator[Row]:
    members = columns.header(next(rows, ()), source_id=source_id)
    for cells in rows:
        if any(cell not in (None, "") for cell in cells):
            # A row ends at its last filled cell, wherever the header ends.
            yield as_row(members, [*cells, *[None] * len(members)][: len(members)])


def as_row(members: Sequence[str], cells: Sequence[Any]) -> Row:
    """Put cells under their members; unnamed columns and blanks are left out."""
    pairs = zip(members, map(_plain, cells), strict=True)
    return {member: cell for member, cell in pairs if member and cell not in (None, "")}


def _plain(cell: Any) -> Any:
    """Write a cell as JSON can."""
    if isinstance(cell, float) and (math.isnan(cell) or cell.is_integer()):
        # Tables hold numbers as floats; 356212.0 is the notice 356212, NaN is a blank.
        return None if math.isnan(cell) else int(cell)
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, list):
        return [_plain(x) for x in cell]
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
