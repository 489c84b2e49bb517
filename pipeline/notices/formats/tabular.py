"""Rows of tables: CSV, XLSX, Parquet, JSON lines, data frames.

Columns: ``notice_id`` and ``title`` (required), ``description``, ``procedure`` (eForms code or
Dutch label), ``cpv`` (several with ``;`` or ``,``), ``buyer``, ``published_on`` (2026-01-31 or
31-01-2026), ``value_eur``, ``award_value_eur`` (plain numbers), ``language`` (nl), ``country``
(NL), ``kind``, ``nature``, ``subtype``, ``url``, ``buyer_kind``, ``procedure_key``, ``variants``,
``innovation`` (BT-776) and ``purposes`` (BT-06). Other columns are not read. There is no remark
about them, because a row does not know whether it is the first of its file.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import cast

from pipeline.notices import buyers
from pipeline.notices.formats import _procedures
from pipeline.notices.formats._eforms_codes import STRATEGIC
from pipeline.notices.formats._json import Fields, json_members, unique
from pipeline.records import (
    BUYER_KINDS,
    KINDS,
    ROW,
    Amount,
    BuyerKind,
    Kind,
    Lot,
    Notice,
    RawNotice,
)

NATURES = {
    "works": "works",
    "supplies": "supplies",
    "services": "services",
    "werken": "works",
    "leveringen": "supplies",
    "diensten": "services",
}
VARIANTS = {x: x for x in ("allowed", "not-allowed", "required")}
INNOVATION = STRATEGIC["innovative-acquisition"]
PURPOSES = STRATEGIC["strategic-procurement"]


def matches(raw: RawNotice) -> bool:
    """Whether it is a row of a table."""
    return raw.media_type == ROW


def read(raw: RawNotice) -> Notice:
    """Read a row.

    Raises:
        NoticeError: ``notice_id`` or ``title`` is missing, or a date, number, kind or kind of
            buyer is wrong; it names the column and the value.
    """
    row = Fields(raw.source_id, json_members(raw))
    cpv, nature = row.cpv("cpv"), _nature(row)
    estimated, awarded = _euros(row, "value_eur"), _euros(row, "award_value_eur")
    label = row.text("procedure")
    lot = Lot(
        cpv=cpv,
        nature=nature,
        estimated=estimated,
        awarded=awarded,
        variants=row.code("variants", VARIANTS),
        purposes=_codes(row, "purposes", PURPOSES),
        innovation=_codes(row, "innovation", INNOVATION),
    )
    return Notice(
        notice_id=row.required("notice_id"),
        source=raw.source,
        format="tabular",
        subtype=row.text("subtype"),
        kind=_kind(row, label),
        published_on=row.day("published_on"),
        language=_letters(row, "language", lower=True),
        country=_letters(row, "country", lower=False),
        buyer=(buyer := row.text("buyer")),
        buyer_kind=_buyer_kind(row, buyer),
        title=row.required("title"),
        description=row.text("description"),
        procedure=_procedure(row, label),
        cpv=cpv,
        nature=nature,
        estimated=estimated,
        awarded=awarded,
        lots=(lot,),
        procedure_key=row.text("procedure_key"),
        url=row.link("url"),
        remarks=unique(row.remarks),
    )


def _kind(row: Fields, procedure: str | None) -> Kind:
    kind = row.text("kind")
    if kind is None:
        kind = "consultation" if _procedures.is_consultation(procedure) else "competition"
        row.remarks.append(f"kind not given: read as {kind}")
    if kind not in KINDS:
        raise row.wrong("kind", f"one of {', '.join(KINDS)}")
    return cast("Kind", kind)


def _buyer_kind(row: Fields, buyer: str | None) -> BuyerKind | None:
    kind = row.text("buyer_kind")
    if kind is None:
        return buyers.buyer_kind(buyer, None, None, utility=False)
    if kind not in BUYER_KINDS:
        raise row.wrong("buyer_kind", f"one of {', '.join(BUYER_KINDS)}")
    return cast("BuyerKind", kind)


def _procedure(row: Fields, label: str | None) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    return _procedures.from_label(label) or row.unknown("procedure", label)


def _nature(row: Fields) -> str | None:
    nature = row.text("nature")
    return nature and (NATURES.get(nature.casefold()) or row.unknown("nature", nature))


def _euros(row: Fields, name: str) -> Amount | None:
    value = row.number(name)
    return Amount(value=value, currency="EUR") if value else None


def _letters(row: Fields, name: str, *, lower: bool) -> str | None:
    """A code of two letters; anything else becomes a remark."""
    code = row.text(name)
    if code is None:
        return None
    if not re.fullmatch("[A-Za-z]{2}", code):
        row.unknown(name, code)
        return None
    return code.lower() if lower else code.upper()


def _codes(row: Fields, name: str, known: Collection[str]) -> tuple[str, ...] | None:
    """Several codes, or ``None`` for a blank cell: declared none is ``none``, not a blank."""
    codes = row.texts(name)
    for code in codes:
        if code not in known:
            row.unknown(name, code)
    return codes or None
