"""Names, texts and JSON as they are written to disk: the same value always in the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import CorpusError, SettingsError, UntrustedModel

# Windows, where checkouts may lie, takes some names for devices, whatever their extension.
DEVICE = r"(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"
MODEL_ID = re.compile(rf"(?!{DEVICE})[A-Za-z0-9][A-Za-z0-9_-]{{0,99}}")
FILE_NAME = re.compile(rf"(?!{DEVICE})\w[\w.-]{{0,99}}")


def sha256(body: bytes) -> str:
    """Return the fingerprint of some bytes as 64 hexadecimal characters."""
    return hashlib.sha256(body).hexdigest()


def short_hash(text: str) -> str:
    """Return 16 hexadecimal characters that identify a text: enough among millions."""
    return sha256(text.encode())[:16]


def canonical(value: object) -> str:
    """Write JSON in the one way in which equal values give equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: object) -> bytes:
    """Write JSON for people and for comparison: sorted, indented, ending in a line break."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode() + b"\n"


def model_name(model_id: str) -> str:
    """Return a model's id.

    Raises:
        UntrustedModel: It would lead out of its folder.
    """
    if not MODEL_ID.fullmatch(model_id):
        raise UntrustedModel(f"{model_id!r} is not a model's id; expected one such as m-1a2b3c4d")
    return model_id


def one_file_name(name: str) -> str:
    """Return the name of a file.

    Raises:
        SettingsError: It would lead out of its folder.
    """
    if not FILE_NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is not the name of a file; expected one such as 2026Q3")
    return name


def read_text(path: Path, absent: str) -> str:
    """Read a text of ours.

    Args:
        absent: What is said where there is no such file.

    Raises:
        CorpusError: There is none, or it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CorpusError(f"{absent} at {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from None


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what stands in each line of a file of ours.

    Raises:
        CorpusError: There is none, or a line is not JSON.
    """
    for number, line in enumerate(read_text(path, "nothing").split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise CorpusError(f"{path.name}, line {number}: {error}") from None
