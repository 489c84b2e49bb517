"""Small readings that both layouts of TenderNed's renderings share: money, days, kind, title."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from pipeline.errors import NoticeError
from pipeline.notices.formats._xml import Remarks
from pipeline.records import Amount, Kind, RawNotice

MONEY = re.compile(
    r"(?P<before>€|EUR)?\s*(?P<number>[0-9](?:[0-9 .,]{0,25}[0-9])?)\s*(?P<after>€|Euro|[A-Z]{3})?",
    re.I,
)
THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
KIND_NOT_GIVEN = "kind not given: read as competition"

EURO = frozenset({"€", "EUR", "EURO"})
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
DUTCH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?![0-9])")


def stated_amount(text: str, place: str, remarks: Remarks) -> Amount | None:
    """Read ``800 000 Euro``, ``1.250.000,00 EUR``, ``1 234 567.89 Euro`` or ``€ 2.500``."""
    found = MONEY.fullmatch(text.strip())
    currency = (found["before"] or found["after"]) if found else None
    if found is None or currency is None:
        remarks.append(f"no amount: {place}={text[:40]}")
        return None
    number = found["number"].replace(" ", "")
    if "," in number:
        number = number.replace(".", "").replace(",", ".")
    elif THOUSANDS.fullmatch(number):
        number = number.replace(".", "")
    if not NUMBER.fullmatch(number) or not float(number):
        remarks.append(f"no amount: {place}={text[:40]}")
        return None
    code = currency.upper()
    return Amount(value=float(number), currency="EUR" if code in EURO else code)


def stated_day(text: str, remarks: Remarks) -> dt.date | None:
    """Read ``03/10/2026`` (the third of October) or ``2023-06-26+02:00``."""
    iso, dutch = ISO_DAY.match(text), DUTCH_DAY.match(text)
    numbers = iso.groups() if iso else dutch.groups()[::-1] if dutch else ()
    try:
        return dt.date(*map(int, numbers))
    except (TypeError, ValueError):
        remarks.append(f"no date: {text[:40]}")
        return None


def stated_kind(told: Iterable[Kind], remarks: Remarks) -> Kind:
    """The first kind that was told, else a call."""
    if first := next(iter(told), None):
        return first
    remarks.append(KIND_NOT_GIVEN)
    return "competition"


def title(raw: RawNotice, found: str | None) -> str:
    """The title.

    Raises:
        NoticeError: There is none.
    """
    if found is None:
        raise NoticeError(f"{raw.source_id}: a rendering without a title")
    return found
