"""Rows of tables: CSV, XLSX, Parquet, JSON lines, data frames.

Columns: ``notice_id`` and ``title`` or ``description`` (required), ``procedure`` (eForms code or
Dutch label), ``cpv`` (several with ``;`` or ``,``), ``buyer``, ``published_on`` (2026-01-31,
31-1-2026), ``value_eur``, ``award_value_eur`` (1250000 or 1.250.000,00), ``language`` (nl),
``country`` (NL), ``kind``, ``nature``, ``subtype``, ``url``, ``buyer_kind``, ``procedure_key``,
``variants``, ``innovation`` (BT-776) and ``purposes`` (BT-06). What is badly written becomes a
remark. Other columns are not read. There is no remark about them, because a row does not know
whether it is the first of its file; one with a name of ours and values that are not is one of
those, but is remarked upon.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import cast

from pipeline.errors import NoticeError
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
KIND_NAMES = {
    **{x: x for x in KINDS},
    "vooraankondiging": "planning",
    "marktconsultatie": "consultation",
    "aankondiging": "competition",
    "aankondiging van opdracht": "competition",
    "gunning": "result",
    "aankondiging gegunde opdracht": "result",
    "rectificatie": "change",
    "wijziging": "change",
}
BUYER_NAMES = {
    **{x: x for x in BUYER_KINDS},
    "rijk": "central",
    "gemeente": "municipality",
    "provincie": "province",
    "waterschap": "water_board",
    "nutsbedrijf": "utility",
    "onderwijs": "education",
    "zorg": "care",
    "overig": "other",
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
        NoticeError: ``notice_id`` is missing, or both ``title`` and ``description``, or one of
            them is no text; it names all columns that are wrong, with their values.
    """
    row = Fields(raw.source_id, json_members(raw))
    notice_id, title, description = _named(row)
    cpv, nature = row.cpv("cpv"), _nature(row)
    estimated, awarded = _euros(row, "value_eur"), _euros(row, "award_value_eur")
    label = row.aside("procedure")
    lot = Lot(
        cpv=cpv,
        nature=nature,
        estimated=estimated,
        awarded=awarded,
        variants=_known(row, "variants", VARIANTS),
        purposes=_codes(row, "purposes", PURPOSES),
        innovation=_codes(row, "innovation", INNOVATION),
    )
    return Notice(
        notice_id=notice_id,
        source=raw.source,
        format="tabular",
        subtype=row.aside("subtype"),
        kind=_kind(row, label),
        published_on=row.day_aside("published_on"),
        language=_letters(row, "language", lower=True),
        country=_letters(row, "country", lower=False),
        buyer=(buyer := row.aside("buyer")),
        buyer_kind=_buyer_kind(row, buyer),
        title=title,
        description=description,
        procedure=_procedure(row, label),
        cpv=cpv,
        nature=nature,
        estimated=estimated,
        awarded=awarded,
        lots=(lot,),
        procedure_key=row.aside("procedure_key"),
        url=row.link("url"),
        remarks=unique(row.remarks),
    )


def _named(row: Fields) -> tuple[str, str, str | None]:
    """Return id, title and description: what nothing can be said without.

    Raises:
        NoticeError: It names all that is wrong, not only the first.
    """
    found: dict[str, str | None] = {}
    faults = []
    for name in ("notice_id", "title", "description"):
        try:
            found[name] = row.text(name)
        except NoticeError as error:
            faults.append(error)
    if found.get("notice_id", "") is None:
        faults.append(row.wrong("notice_id", "a text"))
    if not faults and not (found["title"] or found["description"]):
        faults.append(row.wrong("title", "a text, or one in description"))
    if faults:
        raise NoticeError("; ".join(map(str, faults)))
    if not found["title"]:
        row.remarks.append("no title")
    return str(found["notice_id"]), found["title"] or "", found["description"]


def _kind(row: Fields, procedure: str | None) -> Kind:
    told = _known(row, "kind", KIND_NAMES)
    kind = "consultation" if _procedures.is_consultation(procedure) else "competition"
    if told is None:
        row.remarks.append(f"kind not given: read as {kind}")
    return cast("Kind", told or kind)


def _buyer_kind(row: Fields, buyer: str | None) -> BuyerKind | None:
    told = _known(row, "buyer_kind", BUYER_NAMES)
    if told is None:
        return buyers.buyer_kind(buyer, None, None, utility=False)
    return cast("BuyerKind", told)


def _known(row: Fields, name: str, table: Mapping[str, str]) -> str | None:
    """Return what a value of ours stands for; any other is not of our column, but a remark."""
    value = row.aside(name)
    known = table.get(value.casefold()) if value else None
    if value and not known:
        row.unknown(name, value)
    return known


def _procedure(row: Fields, label: str | None) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    return _procedures.from_label(label) or row.unknown("procedure", label)


def _nature(row: Fields) -> str | None:
    nature = row.aside("nature")
    return nature and (NATURES.get(nature.casefold()) or row.unknown("nature", nature))


def _euros(row: Fields, name: str) -> Amount | None:
    value = row.number(name)
    return Amount(value=value, currency="EUR") if value else None


def _letters(row: Fields, name: str, *, lower: bool) -> str | None:
    """A code of two letters; anything else becomes a remark."""
    code = row.aside(name)
    if code is None:
        return None
    if not re.fullmatch("[A-Za-z]{2}", code):
        row.unknown(name, code)
        return None
    return code.lower() if lower else code.upper()


def _codes(row: Fields, name: str, known: Collection[str]) -> tuple[str, ...] | None:
    """Several codes, or ``None`` for a blank cell: declared none is ``none``, not a blank."""
    codes = row.asides(name)
    for code in codes:
        if code not in known:
            row.unknown(name, code)
    return tuple(code for code in codes if code in known) or None
