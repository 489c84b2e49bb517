"""Records as plain JSON values and back, without loss.

What is written follows from the fields of the records, so a new field needs nothing here. JSON
has no infinity: it is written as null, which a field that must be a number reads as infinity.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from pipeline.records import Period

T = TypeVar("T")

# What is written as people write it, and how that is read.
WRITTEN: dict[Any, Callable[[str], object]] = {
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
    Period: Period.parse,
}


def to_plain(value: object) -> Any:
    """Turn a record, and what is in it, into dictionaries, lists, texts and numbers."""
    if isinstance(value, Period):
        return str(value)
    if is_dataclass(value):
        return {x.name: to_plain(getattr(value, x.name)) for x in fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(x) for key, x in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(x) for x in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value == math.inf else value


def from_plain(kind: type[T], value: Any) -> T:
    """Make a record of what :func:`to_plain` gave.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: It is something else, or a field is
            missing or not known.
    """
    read: T = _reader(cast("Any", kind))(value)
    return read


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what turns a plain value into the type that a field declares."""
    if is_dataclass(kind) and kind is not Period:
        return _record_reader(kind)
    several = get_args(kind)
    if NoneType in several:
        inner = _reader(next(x for x in several if x is not NoneType))
        return lambda value: None if value is None else inner(value)
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        each = _reader(several[1])
        return lambda value: {key: each(x) for key, x in value.items()}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        each = _reader(several[0])
        return lambda value: tuple(map(each, value))
    if kind is float:
        return lambda value: math.inf if value is None else value
    return WRITTEN.get(kind, lambda value: value)


def _record_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {x.name: _reader(hints[x.name]) for x in fields(kind)}
    return lambda value: kind(**{name: readers[name](x) for name, x in value.items()})
