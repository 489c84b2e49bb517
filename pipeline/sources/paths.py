"""Paths that are read: which files they stand for, and that nothing is written there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.sources import _archives
from pipeline.storage import Place, Remote, place

STDIN = "-"


def files_in(path: Place) -> Iterator[Place]:
    """Yield a file, or the files of a folder in order of name, without hidden ones.

    Raises:
        PipelineError: Remote storage cannot be reached.
    """
    if isinstance(path, Remote):
        below = ((x, x.address.removeprefix(path.address)) for x in path.files())
        yield from (x for x, name in below if not _archives.is_hidden(name.strip("/")))
    elif not path.is_dir():
        yield path
    else:
        yield from _of_folder(path)


def _of_folder(path: Path) -> Iterator[Path]:
    # Links to folders are not followed: they may lead in circles.
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(x for x in folders if not _archives.is_hidden(x))
        for name in sorted(names):
            # A pipe or device in a folder would never end.
            if not _archives.is_hidden(name) and (found := Path(folder, name)).is_file():
                yield found


def places(inputs: Sequence[str | Path]) -> Iterator[Place | str]:
    """Yield the files that inputs stand for, each once, in order; ``-`` for standard input.

    Yields:
        A folder without files itself, so that it can be told.
    """
    seen: set[Place | str] = set()
    for name in inputs:
        if str(name) == STDIN:
            found: list[Place | str] = [STDIN]
        else:
            found = [*files_in(place(name))] or [place(name)]
        for one in found:
            real = one if isinstance(one, str) else one.resolve()
            if real not in seen:
                seen.add(real)
                yield one


def shown(path: str | Place) -> str:
    """Write a path for people; a name that is not UTF-8 cannot be written as it is."""
    name = path.address if isinstance(path, Remote) else path
    return _archives.printable(os.fsencode(name).decode(errors="replace"))


def require_outside(output: Place, home: Place, inputs: Sequence[str | Path]) -> None:
    """Refuse an output that lies in a folder of inputs.

    Args:
        home: Its folder, resolved.

    Raises:
        SettingsError: It would be read as input.
    """
    for found in (place(x) for x in inputs if str(x) != STDIN):
        # Remote files and paths never lie in each other.
        inside = f"{home}/".startswith(f"{found.resolve()}/")
        if inside and found.is_dir():
            raise SettingsError(
                f"{output} lies in the input folder {found} and would be read as input",
                hint="Write it to another folder.",
            )


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
        found = place(name)
        files = () if isinstance(found, Remote) else files_in(found)
        yield from ((str(x), x.stat()) for x in files if isinstance(x, Path) and x.exists())
        return
    # Standard input is not always a file: in a notebook it is an object that only looks like one.
    with suppress(OSError, ValueError, AttributeError):
        yield "standard input", os.fstat(sys.stdin.fileno())
