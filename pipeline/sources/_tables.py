"""Tables as rows: what all of them share, XLSX and Parquet, read as a stream."""

from __future__ import annotations

import datetime as dt
import math
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from pipeline.errors import NoticeError, SettingsError
from pipeline.sources._streams import FAULTS, MOST_EXPANSION
from pipeline.sources.layout import Layout

REQUIRED = ("notice_id", "title", "description")
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

# Of pandas, which is not imported for this: a blank date and a blank of any kind.
BLANKS = frozenset({"NaTType", "NAType"})

Row = dict[str, Any]

# What a row adds to the name of its file, and the row.
Numbered = tuple[str, Row]


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
                    hint=_way_out(member),
                )
        twice = [x for x, n in Counter(filter(None, members)).items() if n > 1]
        if twice:
            raise NoticeError(f"columns that stand there twice: {', '.join(twice)}")
        return members


def _way_out(member: str) -> str:
    hint = f"Say which column it is, for example `--column {member}=Naam`"
    return f"{hint}." if member == "notice_id" else f"{hint}, or `--column {member}=` for none."


def of_workbook(
    file: BinaryIO, layout: Layout, *, source_id: str, tell: Callable[[str], None]
) -> Iterator[Numbered]:
    """Yield the rows of the sheets of an XLSX workbook; of formulas, their values.

    The shared strings of a workbook are held in memory; that is how XLSX is made. A sheet that
    is no table of notices is passed over where another one is.

    Raises:
        NoticeError: It is damaged, or made to fill the memory.
        SettingsError: A column is missing, or the sheet that was asked for.
    """
    # Imported here, as is pyarrow: most inputs are neither workbooks nor Parquet.
    import openpyxl

    columns = Columns(layout.columns)
    try:
        check_workbook(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in _sheets(book, layout, source_id=source_id, tell=tell):
            name = f"{source_id}#{sheet.title}"
            rows = _cells(sheet, layout.header_row)
            for number, row in enumerate(_rows(rows, columns, source_id=name), start=1):
                yield f"#{sheet.title}#{number}", row
    except WORKBOOK_FAULTS as error:
        raise NoticeError(f"a damaged workbook: {type(error).__name__} {error}") from None


def _sheets(book: Any, layout: Layout, *, source_id: str, tell: Callable[[str], None]) -> list[Any]:
    """Return the sheet that was asked for, or all that hold notices; the first where none does."""
    sheets = book.worksheets
    if layout.sheet is not None:
        chosen = [x for x in sheets if x.title == layout.sheet]
        if not chosen:
            names = ", ".join(repr(x.title) for x in sheets)
            raise SettingsError(f"{source_id} has no sheet {layout.sheet!r}; it has {names}")
        return chosen
    columns = Columns(layout.columns)
    able = [x for x in sheets if columns.knows(_header(x, layout.header_row))]
    for sheet in sheets if able else ():
        if sheet not in able:
            tell(f"{source_id}#{sheet.title}: passed over, a sheet without notices")
    return able or sheets[:1]


def _header(sheet: Any, header_row: int) -> list[str]:
    return ["" if x is None else str(x).strip() for x in next(_cells(sheet, header_row), ())]


def _cells(sheet: Any, header_row: int) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # the stated size may be wrong, and would cut columns off
    rows: Iterator[Sequence[Any]] = sheet.iter_rows(
        min_row=header_row, max_row=MOST_SHEET_ROWS, values_only=True
    )
    return rows


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


def of_parquet(
    file: BinaryIO, columns: Columns, *, source_id: str, groups: range | None = None
) -> Iterator[Row]:
    """Yield the rows of a Parquet file, one row group at a time.

    Args:
        groups: The row groups to read; without them, all.

    Raises:
        NoticeError: It is damaged, or made to fill the memory.
        SettingsError: A column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
        _check_parquet(table, file)
        members = columns.header(table.schema_arrow.names, source_id=source_id)
        # Group by group, so that damage in one takes no row of the group before it.
        for group in range(table.num_row_groups) if groups is None else groups:
            for batch in table.iter_batches(ROWS_PER_BATCH, row_groups=[group], use_threads=False):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield as_row(members, cells)
    except (pa.ArrowException, OverflowError, *FAULTS) as error:
        raise NoticeError(f"a damaged Parquet file: {error}") from None


def rows_per_group(file: BinaryIO, columns: Columns, *, source_id: str) -> list[int]:
    """Return how many rows each row group of a Parquet file has.

    Raises:
        NoticeError: It is damaged, or made to fill the memory.
        SettingsError: A column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
    except (pa.ArrowException, OverflowError, *FAULTS) as error:
        raise NoticeError(f"a damaged Parquet file: {error}") from None
    _check_parquet(table, file)
    columns.header(table.schema_arrow.names, source_id=source_id)
    return [table.metadata.row_group(n).num_rows for n in range(table.num_row_groups)]


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
    pairs = zip(members, map(plain_cell, cells), strict=True)
    return {member: cell for member, cell in pairs if member and cell not in (None, "")}


def plain_cell(cell: Any) -> Any:
    """Write a cell as JSON can: the same value is written the same, whatever table held it."""
    if type(cell).__name__ in BLANKS:
        return None
    if hasattr(cell, "tolist"):
        return plain_cell(cell.tolist())  # of numpy: arrays and single numbers
    if isinstance(cell, Decimal):
        cell = float(cell)
    if isinstance(cell, float) and (math.isnan(cell) or cell.is_integer()):
        # Tables hold numbers as floats; 356212.0 is the notice 356212, NaN is a blank.
        return None if math.isnan(cell) else int(cell)
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, list | tuple | set | frozenset):
        return [plain_cell(x) for x in cell]
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
