"""Tables that take seconds to make, kept as arrays in a cache folder of the user.

What is kept can be made again at any time, and is named after all that it was made from, so that
another version of a library or a model asks for another name. Only a folder that belongs to this
user, and that nobody else may write to, is read; where there is none, tables are made each time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

# Of one kind of table: models that are compared with each other, and versions before the last.
MOST_KEPT = 6


def prepared(kind: str, made_from: Iterable[str], make: Callable[[], Arrays]) -> Arrays:
    """Return arrays from the cache, or make them and keep them.

    Arrays from the cache are mapped, not read: processes share their memory, and none may write.

    Args:
        kind: Word for the tables, such as ``lemmas``.
        made_from: All that the tables depend on.
        make: Makes them; names are parts of file names.
    """
    cache = _own_folder()
    if cache is None:
        return make()
    key = hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:32]
    folder = cache / f"{kind}-{key}"
    try:
        return _mapped(folder)
    except (OSError, ValueError, EOFError):
        # Not there, or damaged; either way it is made anew.
        pass
    arrays = make()
    _keep(folder, arrays)
    _forget_old(cache, kind)
    return arrays


def source_of(*paths: Path) -> str:
    """Return a fingerprint of source files, and of all modules of folders."""
    files = [y for x in paths for y in (sorted(x.glob("*.py")) if x.is_dir() else [x])]
    return hashlib.sha256(b"\0".join(x.read_bytes() for x in files)).hexdigest()


def _own_folder() -> Path | None:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "innovatiemonitor"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        state = folder.lstat()
    except OSError:
        return None
    mine = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid()
    return folder if mine and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else None


def _mapped(folder: Path) -> Arrays:
    paths = sorted(folder.glob("*.npy"))
    if not paths:
        raise FileNotFoundError(folder)
    return {x.stem: np.load(x, mmap_mode="r", allow_pickle=False).view(np.ndarray) for x in paths}


def _keep(folder: Path, arrays: Arrays) -> None:
    """Write a folder whole; when the disk refuses, or another process was first, do without."""
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    except OSError:
        return
    try:
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)


def _forget_old(cache: Path, kind: str) -> None:
    folders = sorted(cache.glob(f"{kind}-*"), key=lambda x: x.lstat().st_mtime, reverse=True)
    for folder in folders[MOST_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
