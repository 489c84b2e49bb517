"""Publications of TenderNed's open dataset: all lines of one publication, as one notice.

A line is one lot and one winner, and what belongs to the whole stands on each of them. So values
are never added up over lines: where all lines of a lot say the same it is the lot's value, where
all lots say the same it is the total, and where lines contradict each other it is unknown.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.codes import cpv_codes
from pipeline.errors import NoticeError
from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats import _procedures, _tenderned_releases
from pipeline.notices.formats._json import Fields, unique
from pipeline.records import Amount, Kind, Lot, Notice, RawNotice
from pipeline.sources.tenderned_columns import (
    AMOUNTS,
    COLUMNS,
    RELEASES,
    ROWS,
    column,
    known_columns,
)

# Words that tell one kind of publication from the others, in this order: the "rectificatie" of
# an "aankondiging" is a change.
KINDS: tuple[tuple[str, Kind], ...] = (
    ("rectificatie", "change"),
    ("wijziging", "change"),
    ("marktconsultatie", "consultation"),
    ("vooraankondiging", "planning"),
    ("gegunde opdracht", "result"),
    ("gunning", "result"),
    ("transparantie", "result"),
    ("beëindiging", "result"),
    ("aankondiging", "competition"),
)

NATURES = {"Werken": "works", "Leveringen": "supplies", "Diensten": "services"}

# Whether it is a framework agreement, and whether a dynamic purchasing system.
FORMS = {
    "overheidsopdracht": (False, False),
    "raamovereenkomst": (True, False),
    "dynamischaankoopsysteem": (False, True),
    "instellenvandynamischaankoopsysteemdas": (False, True),
}

CHAMBER_OF_COMMERCE = re.compile(r"[0-9]{8}")
EURO = {"EUR", "EURO", "€"}

PLAIN_NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,2})?")
# With points between the thousands.
DUTCH_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,4}(?:,[0-9]{1,2})?")


def matches(raw: RawNotice) -> bool:
    """Whether it holds the lines of a publication."""
    return raw.media_type in {RELEASES, ROWS}


def read(raw: RawNotice) -> Notice:
    """Read all lines of a publication.

    Raises:
        NoticeError: A field that must be there is missing, or a field has a wrong type.
    """
    values = _lines(raw)
    if raw.media_type == RELEASES:
        return _tenderned_releases.read_releases(raw, values)
    remarks: list[str] = []
    plain = [{column(name): cell for name, cell in line.items()} for line in values]
    lines = _Lines(
        raw.source_id,
        [Fields(f"{raw.source_id} line {n}", x, remarks) for n, x in enumerate(plain, start=1)],
    )
    strange = {name for line in values for name in line if column(name) not in known_columns()}
    remarks += [f"unread column: {name}" for name in sorted(strange)]
    return _notice(raw, lines, remarks)


def _lines(raw: RawNotice) -> list[dict[str, Any]]:
    try:
        values = json.loads(raw.body)
    except (ValueError, RecursionError) as error:
        raise NoticeError(f"{raw.source_id}: not JSON: {error}") from None
    if not isinstance(values, list) or not values or not all(isinstance(x, dict) for x in values):
        raise NoticeError(f"{raw.source_id}: {raw.body[:80]!r}; expected a list of lines")
    return values


@dataclass(frozen=True, slots=True)
class _Lines:
    """Some lines of one publication."""

    place: str
    lines: list[Fields]

    def first(self, member: str) -> str | None:
        """The first text that any line has for a member."""
        for name in map(column, COLUMNS[member]):
            for line in self.lines:
                if text := line.text(name):
                    return text
        return None

    def required(self, member: str) -> str:
        """As :meth:`first`, but it must be there."""
        if text := self.first(member):
            return text
        raise NoticeError(f"{self.place}: no {COLUMNS[member][0]!r} in {len(self.lines)} lines")

    def amount(self, which: str) -> Amount | None:
        """The amount that all lines agree on; a remark where they do not."""
        amounts = {x for line in self.lines if (x := _amount(line, which))}
        if len(amounts) > 1:
            seen = ", ".join(f"{x.value:g} {x.currency}" for x in sorted(amounts, key=_by_value))
            self.lines[0].remarks.append(f"lines contradict each other: {which}={seen}")
        return amounts.pop() if len(amounts) == 1 else None

    def by_lot(self) -> list[_Lines]:
        """The lines of each lot."""
        groups: dict[str | None, list[Fields]] = defaultdict(list)
        for line in self.lines:
            groups[line.text(column(COLUMNS["lot_id"][0]))].append(line)
        return [_Lines(self.place, lines) for lines in groups.values()]


def _by_value(amount: Amount) -> tuple[float, str]:
    return amount.value, amount.currency


def _notice(raw: RawNotice, lines: _Lines, remarks: list[str]) -> Notice:
    kind, procedure = _kind(lines), lines.first("procedure")
    lots = lines.by_lot()
    estimated, estimates = _values(lots, "estimated", remarks)
    awarded, awards = _values(lots, "awarded", remarks)
    if kind not in {"result", "change"} and (awarded or any(awards)):
        remarks.append(f"a final value in a notice of kind {kind}: not read")
        awarded, awards = None, [None] * len(lots)
    buyer, identifier = lines.first("buyer"), lines.first("buyer_id") or ""
    return Notice(
        notice_id=lines.required("publication"),
        source=raw.source,
        format="tenderned_dataset",
        kind=kind,
        title=lines.required("title"),
        description=lines.first("description"),
        published_on=_day(lines, "published_on"),
        buyer=buyer,
        buyer_id=identifier if CHAMBER_OF_COMMERCE.fullmatch(identifier) else None,
        buyer_kind=buyer_kind(buyer, None, None, utility=False),
        country="NL",
        procedure=_procedure(procedure, remarks),
        cpv=_cpv(lines, remarks),
        nature=_nature(lines, remarks),
        estimated=estimated,
        awarded=awarded,
        lots=tuple(
            _lot(lot, kind, estimated=one, awarded=other, remarks=remarks)
            for lot, one, other in zip(lots, estimates, awards, strict=True)
        ),
        procedure_key=lines.first("tender"),
        url=_url(lines),
        remarks=unique(remarks),
    )


def _lot(
    lines: _Lines,
    kind: Kind,
    *,
    estimated: Amount | None,
    awarded: Amount | None,
    remarks: list[str],
) -> Lot:
    form = lines.first("form")
    if form and column(form) not in FORMS:
        remarks.append(f"unknown code: {COLUMNS['form'][0]}={form}")
    framework, dynamic = FORMS.get(column(form or ""), (None, None))
    won = kind == "result" and (lines.first("winner") or awarded)
    return Lot(
        lot_id=lines.first("lot_id"),
        title=lines.first("lot_title"),
        cpv=_cpv(lines, remarks),
        nature=_nature(lines, remarks),
        estimated=estimated,
        awarded=awarded,
        framework=framework,
        dynamic_purchasing=dynamic,
        outcome="selec-w" if won else None,
        awarded_on=_day(lines, "awarded_on") if kind == "result" else None,
    )


def _values(
    lots: list[_Lines], which: str, remarks: list[str]
) -> tuple[Amount | None, list[Amount | None]]:
    """The total, and the value of each lot."""
    found = [lot.amount(which) for lot in lots]
    if len(found) == 1:
        return found[0], found
    if found[0] and len(set(found)) == 1:
        remarks.append(f"the same value for all {len(lots)} lots, read as the total: {which}")
        return found[0], [None] * len(lots)
    return None, found


def _amount(line: Fields, which: str) -> Amount | None:
    for amount, currency in AMOUNTS[which]:
        name = column(amount)
        text = line.text(name)
        if text is None:
            continue
        value = _number(line.values[name], text)
        code = (line.text(column(currency)) or "EUR").upper()
        if value is None or value <= 0:
            line.remarks.append(f"no amount: {amount}={text[:40]}")
            continue
        return Amount(value=value, currency="EUR" if code in EURO else code)
    return None


def _number(cell: Any, text: str) -> float | None:
    if isinstance(cell, int | float):
        return float(cell)
    if DUTCH_NUMBER.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text.replace(",", ".")) if PLAIN_NUMBER.fullmatch(text) else None


def _kind(lines: _Lines) -> Kind:
    label = lines.required("kind")
    for word, kind in KINDS:
        if word in label.casefold():
            if kind == "competition" and _procedures.is_consultation(lines.first("procedure")):
                return "consultation"
            return kind
    raise NoticeError(
        f"{lines.place}: {COLUMNS['kind'][0]} is {label!r}; expected one with "
        f"{', '.join(word for word, _ in KINDS)}"
    )


def _procedure(label: str | None, remarks: list[str]) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    if code := _procedures.from_label(label):
        return code
    remarks.append(f"unknown code: {COLUMNS['procedure'][0]}={label}")
    return label


def _nature(lines: _Lines, remarks: list[str]) -> str | None:
    label = lines.first("nature")
    if label is None or label in NATURES:
        return NATURES[label] if label else None
    remarks.append(f"unknown code: {COLUMNS['nature'][0]}={label}")
    return label


def _cpv(lines: _Lines, remarks: list[str]) -> tuple[str, ...]:
    codes: list[str] = []
    for name, line in _cells(lines, COLUMNS["cpv"]):
        text = line.text(column(name))
        found = list(cpv_codes(text or ""))
        if text and not found:
            remarks.append(f"unknown code: {name}={text[:40]}")
        codes += found
    return tuple(dict.fromkeys(codes))


def _cells(lines: _Lines, names: Iterable[str]) -> Iterable[tuple[str, Fields]]:
    return ((name, line) for name in names for line in lines.lines)


def _day(lines: _Lines, member: str) -> Any:
    for name, line in _cells(lines, COLUMNS[member]):
        if day := line.day(column(name)):
            return day
    return None


def _url(lines: _Lines) -> str | None:
    return next(
        (x for n, line in _cells(lines, COLUMNS["url"]) if (x := line.link(column(n)))), None
    )
