"""Files from tools: bounded in size, and each value of the kind that is expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pipeline.corpus.dutch_excel import decode
from pipeline.errors import CorpusError

# Ten thousand long notices with their judgements stay well below this.
MOST_BYTES = 256_000_000

Members = Mapping[str, object]

Kind = TypeVar("Kind")


def loaded(text: str) -> object:
    """Read JSON.

    Raises:
        CorpusError: It is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"not JSON: {error}") from None


def lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lines of a JSONL file with their place; blank lines are skipped.

    Raises:
        CorpusError: There is none.
    """
    text = decoded(body)
    if not text.strip():
        raise CorpusError("an empty file; expected one JSON object per line")
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", line


def json_object(line: str) -> Members:
    """Read a line of JSONL.

    Raises:
        CorpusError: It is no JSON object.
    """
    return member({"object": loaded(line)}, "object", dict)


def decoded(body: bytes) -> str:
    """Read a file as text.

    Raises:
        CorpusError: It is too large.
    """
    if len(body) > MOST_BYTES:
        raise CorpusError(f"the file has {len(body)} bytes; at most {MOST_BYTES} are read")
    return decode(body)


def member(members: Members, name: str, kind: type[Kind]) -> Kind:
    """Return a member of a JSON object.

    Raises:
        CorpusError: It is missing or of another kind.
    """
    value = members.get(name)
    # A bool is an int to Python, but no offset.
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise CorpusError(f"{name} is {str(value)[:80]!r}; expected {kind.__name__}")
    return value


def several(members: Members, name: str, kind: type[Kind]) -> list[Kind]:
    """Return a member that is a list; a missing one is empty.

    Raises:
        CorpusError: It is something else, or holds something of another kind.
    """
    listed = members.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(x, kind) for x in listed):
        raise CorpusError(f"{name} is {str(listed)[:80]!r}; expected a list of {kind.__name__}")
    return listed
