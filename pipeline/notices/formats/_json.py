"""Reading JSON of strangers: every member may be missing, or of another type than expected."""

from __future__ import annotations

import datetime as dt
import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.codes import cpv_code
from pipeline.errors import NoticeError
from pipeline.notices.formats import _written
from pipeline.records import Amount, RawNotice

# Only whole entities: "R&notulen" holds no "&not".
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# Characters nobody sees: zero-width ones, controls other than line breaks and tabs (which
# spreadsheets refuse), and halves of surrogate pairs (which no file can hold).
UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


def json_members(raw: RawNotice) -> dict[str, Any]:
    """Parse the body; empty when it is not a JSON object."""
    try:
        value = json.loads(raw.body.decode())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def without_markup(text: str) -> str | None:
    """Decode HTML entities and remove unseen characters; ``None`` when nothing is left."""
    decoded = ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return UNSEEN.sub("", decoded).strip() or None


@dataclass(frozen=True, slots=True)
class Fields:
    """The members of one JSON object, typed as they are read.

    Attributes:
        place: Where we are, for messages: ``a.json#7`` or ``a.json#7 tender/value``.
        remarks: What was noticed on the way; shared with all objects inside.
    """

    place: str
    values: Mapping[str, Any]
    remarks: list[str] = field(default_factory=list)

    def wrong(self, name: str, expected: str) -> NoticeError:
        """The error that says what a member is and what it should be."""
        seen = repr(self.values.get(name))
        return NoticeError(f"{self.place}: {name} is {seen[:80]}; expected {expected}")

    def text(self, name: str) -> str | None:
        """Return a clean text; numbers are written out, blanks are ``None``.

        Raises:
            NoticeError: It is a list, an object or a truth value.
        """
        value = self.values.get(name)
        if isinstance(value, float) and math.isnan(value):
            return None  # the blank of data frames
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # spreadsheets keep 356212 as 356212.0
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.wrong(name, "text")
        return without_markup(str(value))

    def required(self, name: str) -> str:
        """Return a text that must be there.

        Raises:
            NoticeError: It is missing, blank or no text.
        """
        text = self.text(name)
        if text is None:
            raise self.wrong(name, "a text")
        return text

    def flag(self, name: str) -> bool | None:
        """Return a truth value.

        Raises:
            NoticeError: It is something else.
        """
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def day(self, name: str) -> dt.date | None:
        """Return a date as people write it.

        Raises:
            NoticeError: It is no date; a source that dates its notices did not, then.
        """
        text = self.text(name)
        day = _written.written_day(text) if text else None
        if text and not day:
            raise self.wrong(name, "a date like 2026-01-31 or 31-01-2026")
        return day

    def day_aside(self, name: str) -> dt.date | None:
        """Return a date that a notice can do without; what is none becomes a remark."""
        try:
            return self.day(name)
        except NoticeError:
            self._unread(name, "a date like 2026-01-31 or 31-01-2026")
            return None

    def number(self, name: str) -> float | None:
        """Return a number of at least 0 as people write it; what is none becomes a remark."""
        text = self.aside(name)
        if text is None:
            return None
        # A cell that holds a number is that number; only text can be ambiguous.
        typed = not isinstance(self.values[name], str)
        number = float(text) if typed else _written.written_number(text)
        if number is not None and 0 <= number < math.inf:
            return number
        ambiguous = _written.is_ambiguous(text)
        self._unread(name, _written.SAME_IN_BOTH if ambiguous else "a number of at least 0")
        return None

    def aside(self, name: str) -> str | None:
        """Return a text that a notice can do without; one of another type becomes a remark."""
        try:
            return self.text(name)
        except NoticeError:
            self._unread(name, "text or a number")
            return None

    def _unread(self, name: str, expected: str) -> None:
        """Remark that a field is badly written: that is no reason to lose a notice."""
        seen = repr(self.values.get(name))
        self.remarks.append(f"not read: {name} is {seen[:80]}; expected {expected}")

    def amount(self, name: str) -> Amount | None:
        """Return the amount of an object with ``amount`` and ``currency``.

        Withheld (negative), empty (0) and unreadable amounts are no amounts, but remarks.

        Raises:
            NoticeError: It is no such object, or the amount is a list, object or truth value.
        """
        value = self.child(name)
        given, currency = value.text("amount"), value.text("currency")
        if given is None:
            return None
        if not PLAIN_NUMBER.fullmatch(given):
            self.remarks.append(f"unreadable: {name}={given[:40]}")
            return None
        amount = float(given)
        if not 0 < amount < math.inf or currency is None:
            self.remarks.append(f"withheld: {name}={given} {currency or 'without currency'}")
            return None
        return Amount(value=amount, currency=currency.upper())

    def child(self, name: str) -> Fields:
        """Return an object inside; empty when it is missing.

        Raises:
            NoticeError: It is no object.
        """
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Fields(f"{self.place} {name}", value or {}, self.remarks)

    def children(self, name: str) -> Iterator[Fields]:
        """Yield the objects of a list inside; none when it is missing.

        Raises:
            NoticeError: It is no list of objects.
        """
        value = self.values.get(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(name, "a list")
        for number, element in enumerate(value or ()):
            if not isinstance(element, dict):
                raise self.wrong(name, "a list of objects")
            yield Fields(f"{self.place} {name}/{number}", element, self.remarks)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, or one text split at ``;`` and ``,``; blanks are left out.

        Raises:
            NoticeError: It is something else.
        """
        value = self.values.get(name)
        if isinstance(value, list):
            listed = [Fields(self.place, {name: x}).text(name) for x in value]
        else:
            listed = [without_markup(part) for part in re.split("[;,]", self.text(name) or "")]
        return tuple(dict.fromkeys(x for x in listed if x))

    def asides(self, name: str) -> tuple[str, ...]:
        """Return texts that may be missing; what is something else becomes a remark."""
        try:
            return self.texts(name)
        except NoticeError:
            self._unread(name, "codes")
            return ()

    def code(self, name: str, table: Mapping[str, str]) -> str | None:
        """Translate a code; an unknown one is kept as it is, with a remark."""
        raw = self.text(name)
        if raw is None or raw in table:
            return table[raw] if raw else None
        return self.unknown(name, raw)

    def unknown(self, name: str, raw: str) -> str:
        """Remark that a code is unknown, and return it."""
        self.remarks.append(f"unknown code: {name}={raw}")
        return raw

    def cpv(self, name: str) -> tuple[str, ...]:
        """Return eight-digit CPV codes without check digits; others become remarks."""
        found = []
        for raw in self.asides(name):
            if code := cpv_code(raw):
                found.append(code)
            else:
                self.unknown(name, raw)
        return tuple(dict.fromkeys(found))

    def link(self, name: str) -> str | None:
        """Return a web address; anything else (``javascript:``) becomes a remark."""
        url = self.aside(name)
        if url is None or url.startswith(("https://", "http://")):
            return url
        self.remarks.append(f"no web address: {name}")
        return None


def unique(remarks: list[str]) -> tuple[str, ...]:
    """Each remark once, in order."""
    return tuple(dict.fromkeys(remarks))
