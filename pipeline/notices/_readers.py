"""Which version of the code read a notice: so that it is read again when a reader improves."""

from __future__ import annotations

from functools import cache

from pipeline.notices import collect
from pipeline.sourcecode import code_fingerprint, modules_behind

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
    return code_fingerprint(read_through(name))


def read_through(name: str) -> set[str]:
    """Return the modules that a notice goes through when a format reads it."""
    return modules_behind(name, known=COMMON)
