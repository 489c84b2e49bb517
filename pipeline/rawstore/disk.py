"""One writer per folder, and tables that notice damage.

A process may be killed at any moment: what it was writing has a temporary name, which readers do
not look at and the next writer clears away.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from pipeline.errors import CorpusError, PipelineError
from pipeline.store import to_json
from pipeline.writing import named, whole_file

# Row groups are read one at a time; a batch is never larger than its row group.
BATCH = 200


@contextmanager
def lock(folder: Path, *, now: dt.datetime) -> Iterator[None]:
    """Let one process at a time write in a folder, and clear away what a killed one left.

    The operating system frees the lock when its process ends, however it ends.

    Raises:
        PipelineError: Another process holds it.
    """
    holder = folder / ".lock.json"
    held = FileLock(folder / ".lock", timeout=0)
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            held.acquire()
        except Timeout:
            raise PipelineError(
                f"another run is writing in {folder}: {_described(holder)}",
                hint="Wait until it is done.",
            ) from None
    try:
        for leftover in folder.rglob(".*.tmp"):
            leftover.unlink()
        with whole_file(holder) as handle:
            handle.write(to_json({"pid": os.getpid(), "since": now.isoformat()}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


def _described(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_bytes())
    except FileNotFoundError:
        return "it has just begun"
    return f"process {facts['pid']}, since {facts['since']}"


def write_table(
    path: Path,
    tables: Iterable[pa.Table],
    *,
    schema: pa.Schema,
    facts: Callable[[], Mapping[str, Any]],
) -> None:
    """Write tables as the row groups of one Parquet file, whole or not at all.

    Args:
        facts: Gives what is kept in the file as JSON; asked for when all tables are written.
    """
    # Bodies do not repeat: a dictionary of them would only cost memory, also when read.
    options = {"compression": "zstd", "use_dictionary": False, "write_page_checksum": True}
    with whole_file(path) as handle, pq.ParquetWriter(handle, schema, **options) as writer:
        for table in tables:
            writer.write_table(table)
        writer.add_key_value_metadata({key: json.dumps(x) for key, x in facts().items()})


def read_table(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield a Parquet file in batches of at most 200 rows, all columns or some.

    Raises:
        CorpusError: It is damaged.
    """
    # One row group at a time: reading all of them together holds several in memory.
    with _opened(path) as file:
        for number in range(file.num_row_groups):
            yield from file.read_row_group(number, columns=columns).to_batches(BATCH)


def read_columns(
    path: Path, columns: Sequence[str], groups: Iterable[int] | None = None
) -> pa.Table:
    """Read some columns of a Parquet file, of all row groups or of some, in memory.

    Raises:
        CorpusError: It is damaged.
    """
    with _opened(path) as file:
        chosen = range(file.num_row_groups) if groups is None else groups
        return file.read_row_groups(list(chosen), columns=list(columns))


def table_facts(path: Path) -> dict[str, Any]:
    """Read what was written into a Parquet file as its facts.

    Raises:
        CorpusError: It is damaged.
    """
    with _opened(path) as file:
        facts = file.metadata.metadata
    return {name.decode(): json.loads(x) for name, x in facts.items() if name != b"ARROW:schema"}


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(
            f"{path} cannot be read: {error}",
            hint="Move it elsewhere and run the command that wrote it again.",
        ) from None
