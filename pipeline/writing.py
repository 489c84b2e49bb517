"""Files that appear whole or not at all, and one writer at a time.

A process may be killed at any moment: what it was writing has a temporary name, which readers do
not look at. What the disk refuses (full, read-only, a limit on sizes) is an error that names the
file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from pipeline.errors import PipelineError

# Changing a file of judgements takes less than a second; who waits this long waits for a run
# that hangs.
PATIENCE = 60.0


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file as a stream; it gets its name when all of it is on disk, or never.

    Raises:
        PipelineError: The disk does not take it; an old file of that name is untouched.
    """
    with named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as handle:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folders(path)


def write_atomic(path: Path, body: bytes) -> None:
    """Write a whole file, or nothing.

    Raises:
        PipelineError: The disk does not take it; the old file is untouched.
    """
    with whole_file(path) as handle:
        handle.write(body)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file, whole: processes that do so at once do not interleave.

    A line that a killed process left unfinished stays by itself.

    Raises:
        PipelineError: The disk does not take it.
    """
    with locked(path), named(path), path.open("ab+") as handle:
        if handle.tell():
            handle.seek(-1, os.SEEK_END)
            line = line if handle.read(1) == b"\n" else f"\n{line}"
        handle.write(f"{line}\n".encode())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time change a file or folder; others wait for their turn.

    The operating system frees the lock when its process ends, however it ends.

    Raises:
        PipelineError: Another process holds it for a minute, or the disk takes no lock.
    """
    held = FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE)
    with named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            held.acquire()
        except Timeout:
            raise PipelineError(
                f"another process has been changing {path} for {PATIENCE:g} seconds",
                hint="Wait until it is done, or end it.",
            ) from None
    try:
        yield
    finally:
        held.release()


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Say which file the disk does not take."""
    try:
        yield
    except OSError as error:
        raise PipelineError(
            f"{error.filename or path} cannot be written: {error.strerror or error}",
            hint="Make room or give write access; nothing was half written.",
        ) from error


def _sync_folders(path: Path) -> None:
    # A new name is on disk when its folder is, and that folder when its own folder is.
    for folder in list(path.parents)[:4]:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
