"""TenderNed's rendering of the standard forms from before eForms (until the end of 2023)."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.notices.formats._tenderned_triples import Triple
from pipeline.notices.formats._tenderned_values import stated_amount, stated_day, stated_kind, title
from pipeline.notices.formats._xml import Remarks
from pipeline.records import Amount, Lot, Notice, RawNotice

# Of an awarded lot, whatever the number of contractors.
VALUE = "totale waarde van de opdracht/het perceel"


def read_older(raw: RawNotice, found: list[Triple], remarks: Remarks) -> Notice:
    """Read a standard form from before eForms: title, estimate, and the awarded lots."""
    blocks = _blocks(found, division="V")
    subject = [x for x in found if x.section.split(".")[0] == "II"]
    benaming = _text(subject, "benaming")
    estimate = [x for x in subject if x.section == "II.1.5"]
    return Notice(
        notice_id=raw.source_id.removesuffix("/html"),
        source=raw.source,
        format="tenderned_html",
        kind=stated_kind(["result"] if blocks else [], remarks),
        title=title(raw, benaming),
        language="nl",
        country="NL",
        estimated=_amount(estimate, "waarde", remarks),
        lots=tuple(_lot(block, remarks) for block in blocks),
    )


def _lot(block: list[Triple], remarks: Remarks) -> Lot:
    signed = [x.value for x in block if x.section == "V.2.1"]
    awarded = _amount(block, VALUE, remarks)
    return Lot(
        lot_id=_text(block, "perceel nr."),
        title=_text(block, "benaming"),
        awarded=awarded,
        outcome="selec-w" if awarded or signed else None,
        awarded_on=stated_day(signed[0], remarks) if signed else None,
    )


def _blocks(found: Iterable[Triple], *, division: str) -> list[list[Triple]]:
    """The divisions of that number; of V there is one for each lot."""
    blocks: list[list[Triple]] = []
    for triple in found:
        if triple.header and triple.section == division:
            blocks.append([])
        elif triple.section.split(".")[0] == division and blocks:
            blocks[-1].append(triple)
    return blocks


def _text(block: Iterable[Triple], label: str) -> str | None:
    for triple in block:
        if triple.label.casefold().startswith(label) and triple.value != "-":
            return triple.value
    return None


def _amount(block: list[Triple], label: str, remarks: Remarks) -> Amount | None:
    value, currency = _text(block, label), _text(block, "munt")
    return stated_amount(f"{value} {currency or ''}", label, remarks) if value else None
