"""Lines of labels as CSV, JSONL, Parquet or XLSX, written as a stream.

CSV and JSONL are written as they come. Parquet and XLSX cannot be continued after an
interruption, so their lines are kept as JSONL first and turned over at the end.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from pipeline.corpus.annotations import FORMULA_STARTS
from pipeline.errors import SettingsError
from pipeline.labels.table import Value

LINES_PER_ROW_GROUP = 5_000

QUARANTINE_COLUMNS = ("notice_id", "file", "reason")


def format_of(path: Path) -> str:
    """Return ``csv``, ``jsonl``, ``parquet`` or ``xlsx``, by the file's extension.

    Raises:
        SettingsError: The extension is another one.
    """
    name = path.suffix.lower().lstrip(".")
    if name not in CONVERTERS:
        raise SettingsError(
            f"cannot write {path.name!r}; expected one of .{', .'.join(sorted(CONVERTERS))}"
        )
    return name


def header(format_name: str, columns: Sequence[str]) -> bytes:
    """Return what a file starts with: the column names for CSV, nothing for the others."""
    return csv_bytes([columns]) if format_name == "csv" else b""


def encode(format_name: str, line: Mapping[str, Value]) -> bytes:
    """Write one line of the growing file."""
    if format_name == "csv":
        return csv_bytes([[_cell(value) for value in line.values()]])
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def csv_bytes(lines: Iterable[Sequence[object]]) -> bytes:
    """Write lines as CSV in UTF-8; text that would be a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([defused(cell) for cell in line] for line in lines)
    return out.getvalue().encode()


def defused(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def ready_path(path: Path) -> Path:
    """Where a file stands until all of it is written."""
    return path.with_name(f".{path.name}.ready")


def finish(part: Path, path: Path, columns: Sequence[str]) -> None:
    """Turn the finished lines into the file that was asked for, and put it in place."""
    format_name = format_of(path)
    ready = ready_path(path)
    CONVERTERS[format_name](part, ready, columns)
    ready.replace(path)
    part.unlink(missing_ok=True)


def _cell(value: Value) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value


def _lines(part: Path) -> Iterator[dict[str, Value]]:
    with part.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _keep(part: Path, ready: Path, columns: Sequence[str]) -> None:  # noqa: ARG001
    part.replace(ready)


def _to_parquet(part: Path, ready: Path, columns: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(name, _arrow_type(pa, name)) for name in columns])
    lines = _lines(part)
    with parquet.ParquetWriter(ready, schema, compression="zstd") as writer:
        while group := list(islice(lines, LINES_PER_ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _arrow_type(pa: object, name: str) -> object:
    kinds = {"innovation_oriented": "bool_", "degree_rank": "int64", "codebook_version": "int64"}
    kind = "float64" if name.startswith("p_") else kinds.get(name, "string")
    return getattr(pa, kind)()


def _to_xlsx(part: Path, ready: Path, columns: Sequence[str]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("labels")
    sheet.freeze_panes = "B2"
    sheet.append(list(columns))
    for line in _lines(part):
        cells = []
        for value in line.values():
            if not isinstance(value, str):
                cells.append(WriteOnlyCell(sheet, value))
                continue
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
            # openpyxl would make a formula of text that begins with "=".
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(ready)


CONVERTERS: dict[str, Callable[[Path, Path, Sequence[str]], None]] = {
    "csv": _keep,
    "jsonl": _keep,
    "parquet": _to_parquet,
    "xlsx": _to_xlsx,
}
