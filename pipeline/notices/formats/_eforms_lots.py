"""The lots of an eForms notice and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypedDict

from pipeline.notices.formats._eforms_codes import (
    DYNAMIC,
    FRAMEWORKS,
    NATURES,
    OUTCOMES,
    STRATEGIC,
    VARIANTS,
)
from pipeline.notices.formats._eforms_paths import EXTENSION, Reader, find_all, find_first, text_at
from pipeline.notices.formats._xml import Element, cpv, sum_of, xml_date, xml_line
from pipeline.records import Amount, Lot

RESULT = f"{EXTENSION}/efac:NoticeResult"
FRAMEWORK_MAXIMUM = f"cac:RequestedTenderTotal/{EXTENSION}/efbc:FrameworkMaximumAmount"
CEILING_OF_RESULT = "efac:FrameworkAgreementValues/cbc:MaximumValueAmount"
ESTIMATED = "cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount"


class _Result(TypedDict, total=False):
    outcome: str | None
    awarded: Amount | None
    awarded_on: dt.date | None
    framework_maximum: Amount | None


def eforms_lots(reader: Reader) -> tuple[Lot, ...]:
    """Read lots and, in planning notices, parts; groups of lots are left out.

    A notice without lots gets one lot with the facts of the whole, without its texts.
    """
    lots = []
    for element in find_all(reader.root, "cac:ProcurementProjectLot"):
        identifier = find_first(element, "cbc:ID")
        if identifier is None or identifier.get("schemeName") != "LotsGroup":
            lots.append(element)
    if not lots:
        return (_whole(reader),)
    results = _results(reader)
    return tuple(_lot(reader, element, results) for element in lots)


def project_cpv(reader: Reader, project: Element | None) -> tuple[str, ...]:
    """Return the CPV codes of a procurement project, the main one first."""
    elements = [
        *find_all(project, "cac:MainCommodityClassification/cbc:ItemClassificationCode"),
        *find_all(project, "cac:AdditionalCommodityClassification/cbc:ItemClassificationCode"),
    ]
    return cpv((xml_line(x) for x in elements), reader.remarks)


def project_nuts(project: Element | None) -> tuple[str, ...]:
    """Return the NUTS codes of the places of performance."""
    places = find_all(project, "cac:RealizedLocation/cac:Address/cbc:CountrySubentityCode")
    return tuple(dict.fromkeys(code for x in places if (code := xml_line(x))))


def _whole(reader: Reader) -> Lot:
    project = find_first(reader.root, "cac:ProcurementProject")
    nature = text_at(project, "cbc:ProcurementTypeCode")
    return Lot(
        cpv=project_cpv(reader, project),
        nuts=project_nuts(project),
        nature=reader.code("nature", nature, NATURES),
    )


def _lot(reader: Reader, lot: Element, results: Mapping[str, _Result]) -> Lot:
    project = find_first(lot, "cac:ProcurementProject")
    terms = find_first(lot, "cac:TenderingTerms")
    lot_id = text_at(lot, "cbc:ID")
    ceiling = reader.amount(project, FRAMEWORK_MAXIMUM, f"framework_maximum {lot_id}")
    result: _Result = {"framework_maximum": ceiling}
    for name, value in results.get(lot_id or "", {}).items():
        if value is not None:
            result[name] = value  # type: ignore[literal-required]
    variants = text_at(terms, "cbc:VariantConstraintCode")
    nature = text_at(project, "cbc:ProcurementTypeCode")
    return Lot(
        lot_id=lot_id,
        title=reader.text(project, "cbc:Name"),
        description=reader.text(project, "cbc:Description"),
        cpv=project_cpv(reader, project),
        nature=reader.code("nature", nature, NATURES),
        estimated=reader.amount(project, ESTIMATED, f"estimated {lot_id}"),
        framework=_system(reader, lot, "framework-agreement", FRAMEWORKS),
        dynamic_purchasing=_system(reader, lot, "dps-usage", DYNAMIC),
        variants=reader.code("variants", variants, VARIANTS),
        criteria=_criteria(reader, terms),
        nuts=project_nuts(project),
        purposes=_strategic(reader, project, "strategic-procurement"),
        purpose_text=_purpose_text(reader, project),
        environmental=_strategic(reader, project, "environmental-impact"),
        social=_strategic(reader, project, "social-objective"),
        innovation=_strategic(reader, project, "innovative-acquisition"),
        **result,
    )


def _system(reader: Reader, lot: Element, list_name: str, table: Mapping[str, bool]) -> bool | None:
    path = "cac:TenderingProcess/cac:ContractingSystem/cbc:ContractingSystemTypeCode"
    for element in find_all(lot, path):
        if element.get("listName") == list_name:
            code = reader.code(list_name, xml_line(element), table)
            return table.get(code or "")
    return None


def _criteria(reader: Reader, terms: Element | None) -> tuple[str, ...]:
    path = "cac:AwardingTerms/cac:AwardingCriterion/cac:SubordinateAwardingCriterion"
    found = []
    for criterion in find_all(terms, path):
        name = reader.text(criterion, "cbc:Name")
        description = reader.text(criterion, "cbc:Description")
        found.append(": ".join(dict.fromkeys(x for x in (name, description) if x)))
    return tuple(dict.fromkeys(x for x in found if x))


def _additional_types(project: Element | None, list_name: str) -> list[tuple[Element, str]]:
    """The one element that holds all strategic fields, told apart by the list of its code."""
    found = []
    for element in find_all(project, "cac:ProcurementAdditionalType"):
        code = find_first(element, "cbc:ProcurementTypeCode")
        if code is not None and code.get("listName") == list_name and (value := xml_line(code)):
            found.append((element, value))
    return found


def _strategic(reader: Reader, project: Element | None, list_name: str) -> tuple[str, ...] | None:
    codes = (
        reader.code(list_name, code, STRATEGIC[list_name])
        for _, code in _additional_types(project, list_name)
    )
    return tuple(dict.fromkeys(code for code in codes if code)) or None


def _purpose_text(reader: Reader, project: Element | None) -> str | None:
    elements = (x for x, _ in _additional_types(project, "strategic-procurement"))
    texts = (reader.text(x, "cbc:ProcurementType") for x in elements)
    return "\n".join(dict.fromkeys(x for x in texts if x)) or None


def _results(reader: Reader) -> dict[str, _Result]:
    """Join lot results with their tenders and contracts; keyed by lot.

    Of several results of one lot those count that award it, each with its winning tenders (as in
    a dynamic purchasing system, where each result is a purchase of its own); where none awards
    it, those without an outcome, else those that say what the first one says.
    """
    result = find_first(reader.root, RESULT)
    tenders = {text_at(x, "cbc:ID"): x for x in find_all(result, "efac:LotTender")}
    contracts = {text_at(x, "cbc:ID"): x for x in find_all(result, "efac:SettledContract")}
    of_lot: dict[str, list[Element]] = {}
    for element in find_all(result, "efac:LotResult"):
        of_lot.setdefault(text_at(element, "efac:TenderLot/cbc:ID") or "", []).append(element)
    return {
        lot_id: _result(reader, lot_id, several, tenders, contracts)
        for lot_id, several in of_lot.items()
    }


def _result(
    reader: Reader,
    lot_id: str,
    several: list[Element],
    tenders: Mapping[str | None, Element],
    contracts: Mapping[str | None, Element],
) -> _Result:
    outcomes = [
        reader.code("outcome", text_at(x, "cbc:TenderResultCode"), OUTCOMES) for x in several
    ]
    outcome = min(outcomes, key=lambda x: {"selec-w": 0, None: 1}.get(x, 2))
    counted = [x for x, said in zip(several, outcomes, strict=True) if said == outcome]
    if len(several) > 1:
        reader.remarks.append(
            f"several results: {lot_id}, {len(counted)} of {len(several)} count: {outcome}"
        )
    signed = [_signed(x, contracts) for x in counted]
    ceilings = [reader.amount(x, CEILING_OF_RESULT, f"framework_maximum {lot_id}") for x in counted]
    return {
        "outcome": outcome,
        "awarded": _awarded(reader, lot_id, list(zip(counted, signed, strict=True)), tenders)
        if outcome in {"selec-w", None}
        else None,
        "awarded_on": _awarded_on(reader, [x for each in signed for x in each]),
        # Each result repeats what may be bought under the whole.
        "framework_maximum": max(filter(None, ceilings), key=lambda x: x.value, default=None),
    }


def _signed(result: Element, contracts: Mapping[str | None, Element]) -> list[Element]:
    keys = (xml_line(x) for x in find_all(result, "efac:SettledContract/cbc:ID"))
    return [contracts[key] for key in keys if key in contracts]


def _awarded(
    reader: Reader,
    lot_id: str,
    results: list[tuple[Element, list[Element]]],
    tenders: Mapping[str | None, Element],
) -> Amount | None:
    """Add up the winning tenders, each once: of a result those under contract, else all of it."""
    winners: dict[str | None, None] = {}
    for result, contracts in results:
        of_lot = [xml_line(x) for x in find_all(result, "efac:LotTender/cbc:ID")]
        signed = {xml_line(x) for c in contracts for x in find_all(c, "efac:LotTender/cbc:ID")}
        winners |= {x: None for x in of_lot if x in tenders and (not signed or x in signed)}
    field = f"awarded {lot_id}"
    path = "cac:LegalMonetaryTotal/cbc:PayableAmount"
    return sum_of((reader.amount(tenders[x], path, field) for x in winners), field, reader.remarks)


def _awarded_on(reader: Reader, contracts: list[Element]) -> dt.date | None:
    """The earliest decision or, where no decision is dated, the earliest contract."""
    for path in ("cbc:AwardDate", "cbc:IssueDate"):
        days = [xml_date(text_at(x, path), "awarded_on", reader.remarks) for x in contracts]
        if known := [day for day in days if day]:
            return min(known)
    return None
