"""What was worked out of files, kept until one of them changes.

What is kept is never believed by its name: it holds while size, times and number on disk of every
file are those of before, and the code that works it out too. Anything else, a torn file of what is
kept included, and it is worked out again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.stamps import FileState, state_of
from pipeline.store import canonical, sha256
from pipeline.writing import write_atomic

Kept = dict[str, tuple[list[FileState], Any]]


class Recalled:
    """Values by name, each worked out of some files; kept together in one file.

    Args:
        path: Of the file in which they are kept.
        made_by: Fingerprint of the code that works them out.
    """

    def __init__(self, path: Path, *, made_by: str) -> None:
        self._path, self._made_by = path, made_by
        self._before = self._read()
        self._now: Kept = {}

    def value(
        self, name: str, files: Sequence[Path | os.DirEntry[str]], work_out: Callable[[], Any]
    ) -> Any:
        """Return what is kept, or work it out: plain JSON values.

        Args:
            files: All that it is worked out of; they exist.
        """
        # Before they are read: what changes meanwhile is seen by the next command.
        states = list(map(state_of, files))
        kept = self._before.get(name)
        self._now[name] = kept if kept and kept[0] == states else (states, work_out())
        return self._now[name][1]

    def keep(self) -> None:
        """Keep what was asked for, and forget the rest; only where something is new."""
        if self._now != self._before:
            body = canonical([self._made_by, self._now])
            # Who may only read works it out each time.
            with suppress(PipelineError):
                write_atomic(self._path, f"{sha256(body.encode())}\n{body}".encode())

    def _read(self) -> Kept:
        try:
            digest, body = self._path.read_bytes().split(b"\n", 1)
        except (OSError, ValueError):
            return {}
        if sha256(body).encode() != digest:
            return {}
        made_by, kept = json.loads(body)
        if made_by != self._made_by:
            return {}
        return {name: ([tuple(x) for x in states], value) for name, (states, value) in kept.items()}
