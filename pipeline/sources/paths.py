"""Paths that are read: which files they stand for, and that nothing is written there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.sources import _archives

STDIN = "-"


def files_in(path: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder in order of name, without hidden ones."""
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


def shown(path: str | Path) -> str:
    """Write a path for people; a name that is not UTF-8 cannot be written as it is."""
    return _archives.printable(os.fsencode(path).decode(errors="replace"))


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
        yield from ((str(path), path.stat()) for path in files_in(Path(name)) if path.exists())
        return
    # Standard input is not always a file: in a notebook it is an object that only looks like one.
    with suppress(OSError, ValueError, AttributeError):
        yield "standard input", os.fstat(sys.stdin.fileno())
