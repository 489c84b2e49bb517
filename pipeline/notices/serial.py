"""Notices as JSON and back, without loss.

What is written follows from the fields of the records, so a new field needs nothing here.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from pipeline.errors import CorpusError
from pipeline.records import Notice


def to_json(notice: Notice) -> str:
    """Write a notice as one line of ASCII; every field is there, unknown ones as null."""
    # ASCII, because half a surrogate pair, which JSON sources may send, is no UTF-8.
    return json.dumps(asdict(notice), default=dt.date.isoformat)


def from_json(text: str) -> Notice:
    """Read what :func:`to_json` wrote.

    Raises:
        CorpusError: It is no notice, or one with fields that this version does not have.
    """
    try:
        notice = _value(Notice, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorpusError(
            f"not a notice as this version writes it: {error!r}, in {text[:80]!r}",
            hint="Run `innovatiemonitor collect` again.",
        ) from None
    if not isinstance(notice, Notice):
        raise CorpusError(f"not a notice: {text[:80]!r}")
    return notice


def _value(kind: Any, value: Any) -> Any:
    """Turn a JSON value into the type that a field declares."""
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        fields = _fields(kind)
        return kind(**{name: _value(fields[name], x) for name, x in value.items()})
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], x) for x in value)
    if options := [x for x in get_args(kind) if x is not type(None)]:
        return _value(options[0], value) if type(None) in get_args(kind) else value
    return dt.date.fromisoformat(value) if kind is dt.date else value


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
