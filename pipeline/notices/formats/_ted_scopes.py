"""A TED form cut into the whole, its lots and its awards.

The forms nest the same elements in ever different containers. What an element means follows
from its own name and from whether it stands in a lot, in an award or in neither, so one walk
that sorts by name reads them all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.notices.formats._xml import Element, Remarks, amount, local, xml_date, xml_line
from pipeline.records import Amount

LOTS = re.compile(r"OBJECT_DESCR|LOT_PRIOR_INFORMATION|(F\d\d_)?ANNEX_B(_\w+)?")
AWARDS = frozenset(
    {
        "AWARD_CONTRACT",
        "AWARD_OF_CONTRACT",
        "AWARD_OF_CONTRACT_DEFENCE",
        "AWARD_AND_CONTRACT_VALUE",
        "RESULTS",
    }
)
BUYERS = frozenset(
    {
        "ADDRESS_CONTRACTING_BODY",
        "ADDRESS_CONTRACTING_BODY_ADDITIONAL",
        "CA_CE_CONCESSIONAIRE_PROFILE",
    }
)
# Old and new values of a corrigendum: text, not facts of the notice.
OPAQUE = frozenset({"CHANGES", "CORR", "CONTENTS"})
# Addresses of persons, winners and courts: never read.
PRIVATE = re.compile(
    r"ADDRESS_\w+|CONTRACTORS?|ECONOMIC_OPERATOR\w*|CONTACT_DATA\w*|WINNERS?|MODIFIED_ADDRESS"
    r"|MEMBER_NAME|PARTICIPANT_NAME|PHONE|E_MAIL|FAX"
)


@dataclass(slots=True)
class Scope:
    """One stretch of a form.

    Attributes:
        element: Where it starts.
        elements: By local name, in document order.
        lots, awards: The stretches within, which are not among ``elements``.
        buyers: The addresses of the buyers.
    """

    element: Element
    elements: dict[str, list[Element]] = field(default_factory=dict)
    lots: list[Scope] = field(default_factory=list)
    awards: list[Scope] = field(default_factory=list)
    buyers: list[Element] = field(default_factory=list)

    def all(self, *names: str) -> list[Element]:
        """Return the elements of the first name that occurs."""
        return next((found for name in names if (found := self.elements.get(name))), [])

    def first(self, *names: str) -> Element | None:
        """Return the first element of the first name that occurs."""
        return next(iter(self.all(*names)), None)

    def has(self, *names: str) -> bool:
        """Whether one of the names occurs."""
        return any(name in self.elements for name in names)

    def line(self, *names: str) -> str | None:
        """Return the text of the first element on one line."""
        return xml_line(self.first(*names))

    def value(self, *names: str) -> str | None:
        """Return the code of the first element; some releases write it as the text."""
        element = self.first(*names)
        if element is None:
            return None
        return (
            element.get("VALUE") or element.get("CTYPE") or element.get("CODE") or xml_line(element)
        )

    def values(self, name: str, attribute: str) -> tuple[str, ...]:
        """Return an attribute of all elements of a name, each value once."""
        found = (element.get(attribute) for element in self.elements.get(name, ()))
        return tuple(dict.fromkeys(value for value in found if value))


def survey(element: Element) -> Scope:
    """Walk through a form, a lot or an award once."""
    scope = Scope(element)
    ahead = list(element.iterchildren(reversed=True))
    while ahead:
        found = ahead.pop()
        name = local(found)
        if name in BUYERS:
            scope.buyers.append(found)
        elif PRIVATE.fullmatch(name):
            continue
        elif name in AWARDS:
            scope.awards.append(survey(found))
        elif LOTS.fullmatch(name):
            scope.lots.append(survey(found))
        else:
            scope.elements.setdefault(name, []).append(found)
            if name not in OPAQUE:
                ahead.extend(found.iterchildren(reversed=True))
    return scope


def paragraphs(elements: Sequence[Element]) -> str | None:
    """Return the paragraphs of elements, each on a line; a text that recurs is taken once."""
    texts = ("\n".join(_paragraphs(element)) for element in elements)
    return "\n".join(dict.fromkeys(text for text in texts if text)) or None


def _paragraphs(element: Element) -> Iterator[str]:
    """Descend to the innermost paragraphs; what is private is passed by."""
    inner = [child for child in element.iterchildren() if not PRIVATE.fullmatch(local(child))]
    if any(True for child in inner for x in child.iter() if local(x) == "P"):
        for child in inner:
            yield from _paragraphs(child)
    elif len(inner) == len(element) and (text := xml_line(element)):
        yield text


def money(element: Element | None, field_name: str, remarks: Remarks) -> Amount | None:
    """Read a sum of money in either way of writing; ranges and withheld sums are noted.

    R2.0.9 writes ``<VAL_TOTAL CURRENCY="EUR">5</VAL_TOTAL>``; R2.0.8 has a ``VALUE_COST``
    with the plain number in ``FMTVAL`` somewhere below an element with the currency.
    """
    if element is None:
        return None
    if withheld(element):
        remarks.append(f"withheld: {field_name}")
        return None
    below = {local(x): x for x in element.iter()}
    if "LOW" in below or "LOW_VALUE" in below:
        remarks.append(f"range: {field_name}")
        return None
    if "INCLUDING_VAT" in below:
        remarks.append(f"includes VAT: {field_name}")
    currency = next((x.get("CURRENCY") for x in element.iter() if x.get("CURRENCY")), None)
    figure = below.get("VALUE_COST", element)
    return amount(figure.get("FMTVAL") or xml_line(figure), currency, field_name, remarks)


def withheld(element: Element) -> bool:
    """Whether publication was refused for an element or for what holds it."""
    lineage = [element, *element.iterancestors()]
    return any(x.get("PUBLICATION") == "NO" for x in lineage)


def scope_day(element: Element | None, field_name: str, remarks: Remarks) -> dt.date | None:
    """Read a date, written at once or as ``DAY``, ``MONTH`` and ``YEAR``."""
    if element is None:
        return None
    parts = {local(x): xml_line(x) or "" for x in element.iter()}
    if "YEAR" in parts:
        written = "-".join(parts.get(x, "").zfill(2) for x in ("YEAR", "MONTH", "DAY"))
        return xml_date(written, field_name, remarks)
    return xml_date(xml_line(element), field_name, remarks)
