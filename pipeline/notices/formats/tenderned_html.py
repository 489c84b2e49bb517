"""TenderNed's rendering of a notice as HTML: the values of national notices, without a key.

It comes beside the detail in JSON, which has the same id, but no values and no lots;
:func:`completed` puts the two together. Labels are those of the EU's translations, in Dutch or
English; their wording has changed over the years. A label that nobody reads becomes a remark,
never its value: that may be a person's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TypeVar

from pipeline.codes import cpv_codes
from pipeline.errors import NoticeError
from pipeline.notices.formats import _procedures, _tenderned_older, _xml
from pipeline.notices.formats import _tenderned_values as values
from pipeline.notices.formats._json import json_members
from pipeline.notices.formats._tenderned_triples import Triple, is_older, triples
from pipeline.records import ROW, Amount, Kind, Lot, Notice, RawNotice

Filled = TypeVar("Filled", Notice, Lot)

# What we read, and how it has been called. Written without case.
LABELS: dict[str, tuple[str, ...]] = {
    "title": ("titel", "title"),
    "description": ("beschrijving", "description"),
    "procedure": ("type procedure", "type of procedure"),
    "name": ("officiële naam", "official name"),
    "cpv": (
        "belangrijkste classificatie",
        "belangrijkste classificatie (cpv)",
        "aanvullende classificatie",
        "aanvullende classificatie (cpv)",
        "main classification",
        "main classification (cpv)",
        "additional classification",
        "additional classification (cpv)",
    ),
    "purpose": ("doel van strategische aanbestedingen",),
    "estimated": ("geraamde waarde exclusief btw", "estimated value excluding vat"),
    "total": (
        "waarde van alle contracten toegekend in deze kennisgeving",
        "waarde van alle in het kader van deze procedure gegunde opdrachten",
        "value of all contracts awarded in this notice",
        "value of all contracts awarded in this procedure",
    ),
    "maximum": (
        "maximumwaarde van de raamovereenkomst",
        "maximum value of the framework agreement",
    ),
    "awarded": (
        "waarde van de aanbesteding",
        "waarde van het resultaat",
        "value of the tender",
        "value of the result",
    ),
    "decided_on": ("datum waarop de winnaar is gekozen", "date on which the winner was chosen"),
    "signed_on": (
        "datum van sluiting van het contract",
        "date of the conclusion of the contract",
    ),
    "won": ("er is ten minste één winnaar gekozen.", "at least one winner was chosen."),
}
MEANING = {name: meaning for meaning, names in LABELS.items() for name in names}

# BT-06 in the EU's Dutch translation.
PURPOSES = {
    "innovatieve aankoop": "inn-pur",
    "vermindering van milieueffecten": "env-imp",
    "verwezenlijking van sociale doelstellingen": "soc-obj",
    "geen strategische aanbesteding": "none",
}

# Names of sections: of the first, in the language of the labels, and of those that tell a kind.
LANGUAGES = {"koper": "nl", "buyer": "en"}
KINDS: dict[str, Kind] = {
    "resultaten": "result",
    "results": "result",
    "wijziging": "change",
    "change": "change",
}
CRITERIA = ("gunningscriteria", "award criteria")

# Buyers and organisations (1 and 8) hold addresses, 9 and up are about the notice itself.
READ_SECTIONS = frozenset("234567")

# Older renderings write names so: [Naam] ---
BRACKETED = re.compile(r"\[\s*(.*?)\s*\]\s*-*", re.S)


def matches(raw: RawNotice) -> bool:
    """Whether it is a JSON object that holds a rendering and nothing else."""
    return raw.media_type != ROW and b'"html"' in raw.body and json_members(raw).keys() == {"html"}


def read(raw: RawNotice) -> Notice:
    """Read a rendering; its notice is called what the answer is called, without ``/html``.

    Raises:
        NoticeError: It is no rendering, or has no title.
    """
    rendering = json_members(raw)["html"]
    if not isinstance(rendering, str):
        raise NoticeError(f"{raw.source_id}: html is {type(rendering).__name__}; expected text")
    found = triples(rendering, place=raw.source_id)
    remarks = _xml.Remarks()
    notice = (_tenderned_older.read_older if is_older(found) else _eforms)(raw, found, remarks)
    return replace(notice, remarks=remarks.unique())


def completed(notice: Notice, part: Notice) -> Notice:
    """Fill what a notice leaves open with what another part of the same answer says.

    What the notice says itself stands; lots are taken from the part when the notice has at most
    one, and that one fills what they leave open.
    """
    lots = notice.lots
    if len(lots) <= 1 and part.lots:
        whole = lots[0] if lots else Lot()
        lots = tuple(_filled(lot, whole) for lot in part.lots)
    told = (*notice.remarks, *(x for x in part.remarks if x != values.KIND_NOT_GIVEN))
    return replace(_filled(notice, part), lots=lots, remarks=tuple(dict.fromkeys(told)))


def _filled(ours: Filled, theirs: Filled) -> Filled:
    said = {field.name: getattr(theirs, field.name) for field in fields(theirs)}
    return replace(ours, **{x: said[x] for x in said if getattr(ours, x) in (None, ())})


class _Statements:
    """The triples of a rendering, found by what they mean."""

    def __init__(self, found: Iterable[Triple], remarks: _xml.Remarks) -> None:
        self.all = list(found)
        self.remarks = remarks

    def of(self, section: str, lot: str | None = None) -> _Statements:
        """Those of a main section and, for sections 5 and 6, of one lot."""
        return _Statements(
            (x for x in self.all if x.section.split(".")[0] == section and x.lot == lot),
            self.remarks,
        )

    def texts(self, meaning: str, *, own: bool = False) -> list[str]:
        """The values of a label; only the section's own, not those of its subsections."""
        return [
            x.value
            for x in self.all
            if MEANING.get(x.label.casefold()) == meaning
            and x.value
            and not (own and x.section.count(".") > 1)
        ]

    def first(self, meaning: str) -> str | None:
        """The first value of a label in the section itself."""
        return next(iter(self.texts(meaning, own=True)), None)

    def amounts(self, meaning: str) -> list[Amount | None]:
        """The amounts under a label."""
        return [values.stated_amount(text, meaning, self.remarks) for text in self.texts(meaning)]

    def amount(self, meaning: str) -> Amount | None:
        """The first amount under a label."""
        return next(iter(self.amounts(meaning)), None)

    def has(self, meaning: str) -> bool:
        """Whether a label stands there, with or without a value."""
        return any(MEANING.get(x.label.casefold()) == meaning for x in self.all)

    def cpv(self) -> tuple[str, ...]:
        """CPV codes, the main one first."""
        return tuple(dict.fromkeys(code for x in self.texts("cpv") for code in cpv_codes(x)))


def _eforms(raw: RawNotice, found: list[Triple], remarks: _xml.Remarks) -> Notice:
    everything = _Statements(found, remarks)
    procedure, results = everything.of("2"), everything.of("6")
    names = [x.value.lstrip("0123456789. ").casefold() for x in found if x.header]
    language = next((LANGUAGES[x] for x in names if x in LANGUAGES), None)
    if language is None:
        remarks.append(f"labels in a language that is not read: {', '.join(names[:3])}")
    _remark_unread(found, remarks)
    kind = values.stated_kind((KINDS[x] for x in names if x in KINDS), remarks)
    lots = _eforms_lots(everything)
    buyer = everything.of("1").first("name")
    label = next(iter(procedure.texts("procedure")), None)
    return Notice(
        notice_id=raw.source_id.removesuffix("/html"),
        source=raw.source,
        format="tenderned_html",
        kind=kind,
        title=values.title(raw, procedure.first("title") or (lots[0].title if lots else None)),
        description=procedure.first("description"),
        language=language,
        buyer=_name(buyer) if buyer else None,
        country="NL",
        procedure=_procedure(label, remarks),
        cpv=procedure.cpv() or tuple(dict.fromkeys(code for lot in lots for code in lot.cpv)),
        estimated=procedure.amount("estimated"),
        awarded=results.amount("total"),
        lots=lots,
    )


def _eforms_lots(everything: _Statements) -> tuple[Lot, ...]:
    names = dict.fromkeys(x.lot for x in everything.all if x.lot and x.section[0] in "56")
    return tuple(_eforms_lot(name, everything) for name in names)


def _eforms_lot(name: str, everything: _Statements) -> Lot:
    lot, result = everything.of("5", name), everything.of("6", name)
    # As in the XML: the winning tenders together, unless one of them is not known.
    awarded = _xml.sum_of(result.amounts("awarded"), f"awarded {name}", everything.remarks)
    days = [*result.texts("decided_on"), *result.texts("signed_on")]
    return Lot(
        lot_id=name,
        title=lot.first("title"),
        description=lot.first("description"),
        cpv=lot.cpv(),
        estimated=lot.amount("estimated"),
        awarded=awarded,
        framework_maximum=result.amount("maximum") or lot.amount("maximum"),
        criteria=_criteria(lot),
        outcome="selec-w" if result.has("won") or awarded else None,
        awarded_on=values.stated_day(days[0], everything.remarks) if days else None,
        purposes=_purposes(lot),
    )


def _criteria(lot: _Statements) -> tuple[str, ...]:
    sections = {x.section for x in lot.all if x.header and x.value.casefold().endswith(CRITERIA)}
    found = (x for x in lot.all if x.section in sections and not x.header)
    wanted = {"beschrijving", "description", "naam", "name"}
    return tuple(dict.fromkeys(x.value for x in found if x.label.casefold() in wanted and x.value))


def _purposes(lot: _Statements) -> tuple[str, ...] | None:
    labels = [x.strip() for text in lot.texts("purpose") for x in re.split("[,;]", text)]
    codes = []
    for label in filter(None, labels):
        if label.casefold() not in PURPOSES:
            lot.remarks.unknown("BT-06", label[:80])
        codes.append(PURPOSES.get(label.casefold(), label))
    return tuple(dict.fromkeys(codes)) or None


def _name(text: str) -> str:
    bracketed = BRACKETED.fullmatch(text)
    return bracketed[1] if bracketed else text


def _procedure(label: str | None, remarks: _xml.Remarks) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    if code := _procedures.from_label(label):
        return code
    remarks.unknown("procedure", label[:80])
    return label


def _remark_unread(found: Iterable[Triple], remarks: _xml.Remarks) -> None:
    for triple in found:
        unread = not triple.header and triple.label.casefold() not in MEANING
        if unread and triple.section.split(".")[0] in READ_SECTIONS:
            remarks.append(f"unread label: {triple.section} {triple.label[:80]}")
