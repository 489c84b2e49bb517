"""What the XML formats share: safe parsing, and small readings of texts, dates and money.

Notices are untrusted. A document type definition is refused as a whole, because that is
where entity bombs and references to other files are declared.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from lxml import etree

from pipeline.codes import ALPHA_2, cpv_code
from pipeline.errors import NoticeError
from pipeline.records import Amount, RawNotice, Reference

Element: TypeAlias = etree._Element

# Comments before the root may be long, but a notice starts well within this.
PROLOGUE = 64 * 1024

SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

BLANKS = re.compile(r"[^\S\n]+")
# Publishers wrap and indent long texts; the buyer's own line breaks are not indented so far.
WRAPPED = re.compile(r"\n[ \t]{4,}")
# Longer numbers are no money, and would not fit a float.
NUMBER = re.compile(r"-?\d{1,20}(?:[.,]\d{1,20})?", re.ASCII)
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", re.ASCII)
PUBLICATION = re.compile(r"0*([1-9]\d*)-(\d{4})", re.ASCII)
# 2017/S 048-087730: year, issue and number within the year.
OFFICIAL_JOURNAL = re.compile(r"(\d{4})/S\s*\d+-0*([1-9]\d*)", re.ASCII)
VERSIONED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{2}")


class Remarks(list[str]):
    """What a reader noticed, in order of reading."""

    def unknown(self, field: str, value: str) -> None:
        """Note a code that stands in no table."""
        self.append(f"unknown code: {field}={value}")

    def translate(self, field: str, value: str | None, table: Mapping[str, str]) -> str | None:
        """Translate a code; an unknown one is never guessed: it stays away and is noted."""
        if value is not None and value not in table:
            self.unknown(field, value)
        return table.get(value or "")

    def unique(self) -> tuple[str, ...]:
        """Return each remark once."""
        return tuple(dict.fromkeys(self))


def root_name(raw: RawNotice) -> tuple[str, str] | None:
    """Return namespace and local name of the root element; ``None`` if there is none."""
    parser = etree.XMLPullParser(events=("start",), **SAFE)
    try:
        for start in range(0, min(len(raw.body), PROLOGUE), 1024):
            parser.feed(raw.body[start : start + 1024])
            for _, element in parser.read_events():
                namespace, _, name = str(cast(Element, element).tag).rpartition("}")
                return namespace.lstrip("{"), name
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    return None


def parse(raw: RawNotice) -> Element:
    """Parse a notice without entities, network or document type.

    Raises:
        NoticeError: It is not well-formed, or it has a document type.
    """
    try:
        root = etree.fromstring(raw.body, etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise NoticeError(f"{raw.source_id}: not well-formed XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoticeError(f"{raw.source_id}: has a DOCTYPE, which no notice needs")
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def tidy(text: str) -> str | None:
    """Squash blanks, keep the buyer's line breaks; ``None`` if nothing is left."""
    lines = (BLANKS.sub(" ", line).strip() for line in WRAPPED.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line) or None


def xml_line(element: Element | None) -> str | None:
    """Return all text of an element on one line."""
    return None if element is None else " ".join("".join(_texts(element)).split()) or None


def _texts(element: Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())


def xml_date(value: str | None, field: str, remarks: Remarks) -> dt.date | None:
    """Read ``20171113`` or ``2017-11-13``, with or without time zone."""
    if value is None:
        return None
    if match := DATE.match(value):
        year, month, day = map(int, match.groups())
        with contextlib.suppress(ValueError):
            return dt.date(year, month, day)
    remarks.append(f"not a date: {field}={value}")
    return None


def amount(value: str | None, currency: str | None, field: str, remarks: Remarks) -> Amount | None:
    """Read a sum of money; -1 stands for a withheld one (eForms placeholders).

    Spaces separate thousands; a point or a comma separates decimals.
    """
    if value is None:
        return None
    number = "".join(value.split())
    if not NUMBER.fullmatch(number) or not currency:
        remarks.append(f"not an amount: {field}={value} {currency or 'without currency'}")
        return None
    figure = float(number.replace(",", "."))
    if figure < 0:
        remarks.append(f"withheld: {field}")
        return None
    return Amount(value=figure, currency=currency)


def sum_of(amounts: Iterable[Amount | None], field: str, remarks: Remarks) -> Amount | None:
    """Add amounts of one level; ``None`` as soon as one is unknown or in another currency."""
    known = list(amounts)
    sums = [x for x in known if x is not None]
    if not sums:
        return None
    currencies = sorted({x.currency for x in sums})
    if len(sums) < len(known) or len(currencies) > 1:
        remarks.append(f"no total: {field}, {len(sums)} of {len(known)} in {currencies}")
        return None
    return Amount(value=sum(x.value for x in sums), currency=currencies[0])


def cpv(codes: Iterable[str | None], remarks: Remarks) -> tuple[str, ...]:
    """Return eight-digit codes without check digit, each once."""
    found: dict[str, None] = {}
    for code in codes:
        if code and (digits := cpv_code(code)):
            found[digits] = None
        elif code:
            remarks.unknown("cpv", code)
    return tuple(found)


def country(code: str | None, remarks: Remarks) -> str | None:
    """Return ISO 3166-1 alpha-2 of a two- or three-letter code."""
    return remarks.translate("country", code, ALPHA_2)


def publication_number(text: str | None) -> str | None:
    """Return ``87730-2017`` for ``087730-2017`` and for ``2017/S 048-087730``."""
    stripped = (text or "").strip()
    if match := PUBLICATION.fullmatch(stripped):
        return f"{match[1]}-{match[2]}"
    match = OFFICIAL_JOURNAL.fullmatch(stripped)
    return f"{match[2]}-{match[1]}" if match else None


def references(
    pointers: Iterable[tuple[str, str | None]], remarks: Remarks
) -> tuple[Reference, ...]:
    """Return one reference per target, of the first kind that names it.

    Args:
        pointers: Kind and target as written.
    """
    found: dict[str, Reference] = {}
    for kind, written in pointers:
        if not written:
            continue
        versioned = written.strip().lower()
        target = versioned if VERSIONED.fullmatch(versioned) else publication_number(written)
        if target is None:
            remarks.append(f"unknown reference: {kind}={written}")
        elif target not in found:
            found[target] = Reference(kind=kind, target=target)  # type: ignore[arg-type]
    return tuple(found.values())
