"""Which version of the code read a notice: so that it is read again when a reader improves."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pipeline.notices import collect

# What every notice goes through besides its reader. What these import is not followed: they know
# all formats, and each would then depend on all others.
COMMON = (
    "pipeline.codec",
    "pipeline.notices.collect",
    "pipeline.notices.collected",
    "pipeline.notices.outlines",
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
    parts = (f"{module}\n".encode() + _source(module) for module in sorted(read_through(name)))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def read_through(name: str) -> set[str]:
    """Return the modules that a notice goes through when a format reads it."""
    pending, seen = [name], set(COMMON)
    while pending:
        module = pending.pop()
        if module not in seen:
            seen.add(module)
            pending += _imported(_source(module))
    return seen


def _imported(source: bytes) -> Iterator[str]:
    """Modules of ours, of any room, that are imported or that what is imported comes from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
            for alias in node.names:
                yield _home(str(node.module), alias.name)


def _home(module: str, name: str) -> str:
    """The module that holds a name: a package only passes on what its modules hold."""
    if _is_module(f"{module}.{name}"):
        return f"{module}.{name}"
    passed_on = (
        str(node.module)
        for node in ast.parse(_source(module)).body
        if isinstance(node, ast.ImportFrom) and any(x.name == name for x in node.names)
    )
    return next((_home(x, name) for x in passed_on if x.startswith("pipeline")), module)


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _source(name: str) -> bytes:
    spec = find_spec(name)
    return Path(spec.origin).read_bytes() if spec and spec.origin else b""
