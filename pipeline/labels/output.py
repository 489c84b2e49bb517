"""Lines of labels as CSV, JSONL, Parquet or XLSX, written as a stream.

CSV and JSONL are written as they come. Parquet and XLSX cannot be continued after an
interruption, so their lines are kept as JSONL first and turned over at the end.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.labels.table import Value
from pipeline.shown import for_people, unturned
from pipeline.spreadsheet import csv_bytes, defused

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
            f"cannot write {path.name!r}; expected one of .{', .'.join(sorted(CONVERTERS))}",
            hint="A name that ends in / is a folder of Parquet parts.",
        )
    return name


def header(format_name: str, columns: Sequence[str]) -> bytes:
    """Return what a file starts with: the column names for CSV, nothing for the others."""
    return csv_bytes([columns]) if format_name == "csv" else b""


def encode(format_name: str, line: Mapping[str, Value]) -> bytes:
    """Write one line of the growing file."""
    if format_name == "csv":
        return csv_bytes([list(line.values())])
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def as_written(format_name: str, value: Value) -> str:
    """Return a text as it stands in the growing file."""
    return str(defused(value) if format_name == "csv" else value)


def id_key(format_name: str, value: Value) -> int:
    """Return eight bytes that stand for an id: memory must not grow with the input.

    The id counts as it is written, so that it is known again when it is read back.
    """
    written = as_written(format_name, value).encode()
    return int.from_bytes(hashlib.blake2b(written, digest_size=8).digest())


def quarantine_line(notice_id: str, source_id: str, reason: str) -> list[str | None]:
    """Return what is told of a notice without a line; an empty reason is that of a repeated one."""
    reason = reason or "duplicate: a notice with this notice_id was read before"
    return [unturned(notice_id), unturned(source_id), for_people(reason)]


def ready_path(path: Path) -> Path:
    """Where a file stands until all of it is written."""
    return path.with_name(f".{path.name}.ready")


def finish(part: Path, path: Path, columns: Sequence[str]) -> None:
    """Turn the finished lines into the file that was asked for, and put it in place."""
    convert = CONVERTERS[format_of(path)]
    if convert is None:
        part.replace(path)
        return
    ready = ready_path(path)
    convert(part, ready, columns)
    with ready.open("rb") as handle:
        os.fsync(handle.fileno())
    ready.replace(path)
    part.unlink()


def _lines(part: Path) -> Iterator[dict[str, Value]]:
    with part.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _to_parquet(part: Path, ready: Path, columns: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = _arrow_schema(columns)
    lines = _lines(part)
    with parquet.ParquetWriter(ready, schema, compression="zstd") as writer:
        while group := list(islice(lines, LINES_PER_ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def parquet_body(lines: Sequence[Mapping[str, Value]], columns: Sequence[str]) -> bytes:
    """Return a Parquet file of lines; the same lines give the same bytes."""
    import pyarrow as pa

    return parquet_of(pa.Table.from_pylist(list(lines), schema=_arrow_schema(columns)))


def parquet_of(table: Any) -> bytes:
    """Return a Parquet file of an Arrow table."""
    from pyarrow import parquet

    body = io.BytesIO()
    parquet.write_table(table, body, compression="zstd")
    return body.getvalue()


def _arrow_schema(columns: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.schema([(name, _arrow_type(pa, name)) for name in columns])


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


# What grows as CSV or JSONL is the output itself when it is complete.
CONVERTERS: dict[str, Callable[[Path, Path, Sequence[str]], None] | None] = {
    "csv": None,
    "jsonl": None,
    "parquet": _to_parquet,
    "xlsx": _to_xlsx,
}
