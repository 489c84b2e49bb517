"""Which version of the code read a notice: so that it is read again when a reader improves."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pipeline.notices import collect, formats

# What every notice goes through besides its reader. What these import is not followed: they know
# all formats, and each would then depend on all others.
COMMON = (
    "pipeline.notices.collect",
    "pipeline.notices.collected",
    "pipeline.notices.serial",
    "pipeline.records.notices",
)


@cache
def reader_versions() -> dict[str, str]:
    """Return the SHA-256 of the code of each format.

    That is its module, those it imports, in turn, and what every notice goes through.
    """
    return {
        module.__name__.rpartition(".")[2]: _version(module.__name__)
        for module in collect.known_formats()
    }


def _version(name: str) -> str:
    pending, seen = [name], {module: _source(module) for module in COMMON}
    while pending:
        module = pending.pop()
        if module not in seen:
            seen[module] = _source(module)
            pending += _imported(seen[module])
    # The package itself holds no code, and its name would stand for every format.
    seen.pop(formats.__name__, None)
    parts = (f"{module}\n".encode() + seen[module] for module in sorted(seen))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _imported(source: bytes) -> Iterator[str]:
    """Modules of this room that are imported; ``from package import module`` included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline.notices"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from filter(_is_module, [str(node.module), *names])


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _source(name: str) -> bytes:
    spec = find_spec(name)
    return Path(spec.origin).read_bytes() if spec and spec.origin else b""
