"""Which code a result depends on, so that it is made again when that code changes."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def modules_behind(
    name: str, *, known: Collection[str] = (), within: tuple[str, ...] = ("pipeline",)
) -> set[str]:
    """Return a module of ours with all that it imports, in turn.

    Args:
        known: Modules that belong to it in any case, and whose imports are not followed.
        within: How the names begin of the modules that count; others are not followed either.
    """
    pending, seen = [name], set(known)
    while pending:
        module = pending.pop()
        if module not in seen and module.startswith(within):
            seen.add(module)
            pending += _imports_of(module)
    return seen


def code_fingerprint(modules: Iterable[str]) -> str:
    """Return the SHA-256 of the code of some modules."""
    parts = (f"{module}\n".encode() + _source(module) for module in sorted(modules))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


@cache
def _imports_of(module: str) -> tuple[str, ...]:
    """Modules of ours, of any room, that are imported or that what is imported comes from."""
    return tuple(_imported(_source(module)))


def _imported(source: bytes) -> Iterator[str]:
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
