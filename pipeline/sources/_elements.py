"""JSON that holds one notice or many, split as a stream: memory does not grow with the file.

Recognised are a list of objects, one object per line, a page of TenderNed (``content``), and
packages of OCDS releases (``releases``) or records (``records``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ijson

from pipeline.errors import NoticeError
from pipeline.sources._streams import HEAD_BYTES, Content

PACKAGES = frozenset({"content", "releases", "records"})

# OCDS, the deepest format we know, has about ten levels; each level of a trap costs memory.
MOST_LEVELS = 100

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Part = tuple[str, Any]


def parts(source: Content) -> Iterator[Part]:
    """Yield each notice of a JSON file with what it adds to the file's name.

    Yields:
        ``("", notice)`` for a file that holds one notice, else ``("#1", notice)`` and on. A
        notice that cannot be read stands there as its NoticeError.

    Raises:
        NoticeError: The rest of the file cannot be read.
    """
    if source.head.startswith(BYTE_ORDER_MARK):
        source.stream.read(len(BYTE_ORDER_MARK))
    return _of_lines(source) if _has_lines(source.head) else _of_values(source)


def _has_lines(head: bytes) -> bool:
    line, newline, _ = head.lstrip().partition(b"\n")
    value = parsed(line) if newline else None
    return isinstance(value, dict) and not PACKAGES & value.keys()


def parsed(line: bytes) -> Any:
    """Parse one JSON value, or return the NoticeError that says why it is none."""
    try:
        return json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        return NoticeError(f"not JSON: {error}")


def _of_lines(source: Content) -> Iterator[Part]:
    number = 0
    while line := source.stream.readline():
        source.gauge.reset()
        if not line.strip():
            continue
        number += 1
        alone = number == 1 and not source.head.strip()
        yield ("" if alone else f"#{number}"), parsed(line)


def _of_values(source: Content) -> Iterator[Part]:
    held: list[Any] = []
    number, fault = 0, ""
    values = _values(source)
    while not fault:
        try:
            whole, value = next(values)
        except StopIteration:
            break
        except (ijson.JSONError, UnicodeDecodeError) as error:
            # The rest of the message quotes the text, which may hold personal data.
            fault = f"not JSON: {str(error).splitlines()[0]}"
        else:
            source.gauge.reset()
            yield from (("#1", first) for first in held)
            number, held = number + 1, []
            if whole and number == 1:
                held.append(value)  # until we know whether it is alone
            else:
                yield f"#{number}", value
    yield from (("", only) for only in held)
    if fault:
        raise NoticeError(fault)


def _values(source: Content) -> Iterator[tuple[bool, Any]]:
    """Yield ``(is a whole top-level object, value)``."""
    splitter = _Splitter()
    events = ijson.basic_parse(
        source.stream, multiple_values=True, use_float=True, buf_size=HEAD_BYTES
    )
    for event, value in events:
        if splitter.feed(event, value):
            whole = splitter.floor == 0
            for element in _unpacked(splitter.taken()):
                yield whole, element


def _unpacked(value: Any) -> list[Any]:
    """Take the releases out of an OCDS record; where they are only linked, the compiled one.

    A linked release that no other holds is a notice that cannot be read: it is not in the file.
    """
    if not (isinstance(value, dict) and {"compiledRelease", "releases"} & value.keys()):
        return [value]
    releases = value.get("releases")
    listed = releases if isinstance(releases, list) else []
    embedded = [x for x in listed if isinstance(x, dict) and "ocid" in x]
    if not embedded and isinstance(value.get("compiledRelease"), dict):
        return [value["compiledRelease"]]
    linked = NoticeError("a linked release: only its address is in the file")
    return embedded + [linked for x in listed if x not in embedded]


class _Splitter:
    """Builds one value at a time out of the events of a JSON stream.

    Attributes:
        floor: Number of brackets around a value: 0 for a top-level object, 1 in a top-level
            list, 2 in the list of a package.
    """

    def __init__(self) -> None:
        self.floor = 0
        self._level = 0
        self._key: str | None = None
        self._builder: ijson.common.ObjectBuilder | None = None
        self._skipping = False

    def taken(self) -> Any:
        """Return the finished value and start on the next."""
        builder, self._builder = self._builder, None
        return builder.value if builder else None

    def feed(self, event: str, value: Any) -> bool:
        """Take one event; tell whether a value is finished.

        Raises:
            NoticeError: Brackets are nested too deep.
        """
        if event.startswith("end_"):
            return self._close(event, value)
        if event == "map_key" and self._level == 1:
            self._key = value
        if event == "start_array" and self._starts_list():
            self.floor, self._builder, self._skipping = self._level + 1, None, False
            self._level += 1
            return False
        return self._add(event, value)

    def _starts_list(self) -> bool:
        return self._level == 0 or (self._level == 1 and self.floor != 1 and self._key in PACKAGES)

    def _add(self, event: str, value: Any) -> bool:
        if self._builder is None and not self._skipping:
            self._builder = ijson.common.ObjectBuilder()
        if self._builder is not None:
            self._builder.event(event, value)
        self._level += event.startswith("start_")
        if self._level > MOST_LEVELS:
            raise NoticeError(f"nested more than {MOST_LEVELS} levels deep")
        return self._level == self.floor and event != "map_key" and not self._skipping

    def _close(self, event: str, value: Any) -> bool:
        self._level -= 1
        if self._level < self.floor:
            # The list is over; of a package, what follows the list is skipped.
            self._skipping = self._level == 1
            self.floor = 0 if self._level == 0 else self.floor
        if self._level == 0 and self._skipping:
            self._skipping, self.floor = False, 0
            return False
        if self._builder is None:
            return False
        self._builder.event(event, value)
        return self._level == self.floor
