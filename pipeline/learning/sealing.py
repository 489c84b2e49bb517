"""Seals: a file says what it should hold, so that a change by hand is seen.

A seal finds mistakes and edits. It does not stop somebody who calculates it anew: that is what
the history in version control is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import UntrustedModel
from pipeline.store import canonical, sha256

SEAL = "seal"


def seal_of(table: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a table, whatever the order of its members."""
    return sha256(canonical(table).encode())


def sealed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Add its seal to a table."""
    return {**table, SEAL: seal_of(table)}


def unsealed(table: Mapping[str, Any], *, name: str, hint: str = "") -> dict[str, Any]:
    """Take the seal off a table.

    Args:
        name: Of the file, for messages.

    Raises:
        UntrustedModel: It has no seal, or another one than its contents.
    """
    rest = {key: value for key, value in table.items() if key != SEAL}
    if (found := table.get(SEAL)) != (expected := seal_of(rest)):
        raise UntrustedModel(
            f"{name} was changed by hand: its seal is {str(found)[:16]}, of what it holds "
            f"{expected[:16]}",
            hint=hint or "Restore it from version control.",
        )
    return rest
