"""eForms, the standard forms since 2022 (UBL 2.3; eForms SDK 1.3 to 1.15).

What a notice is follows from its subtype and notice type, never from the root element: a
prior information notice used as a call has the root of a contract notice.
Source of paths and codes: OP-TED/eForms-SDK 1.15.1, ``fields/fields.json`` and ``codelists``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypedDict

from pipeline.errors import NoticeError
from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats._eforms_codes import (
    FORM_TYPES,
    LANGUAGES,
    NATURES,
    NOTICE_TYPES,
    PROCEDURES,
    SUBTYPES,
)
from pipeline.notices.formats._eforms_lots import ESTIMATED, eforms_lots, project_cpv, project_nuts
from pipeline.notices.formats._eforms_paths import EXTENSION, Reader, find_all, find_first, text_at
from pipeline.notices.formats._xml import (
    Element,
    Remarks,
    country,
    local,
    parse,
    publication_number,
    references,
    root_name,
    xml_date,
    xml_line,
)
from pipeline.records import BuyerKind, Kind, Lot, Notice, RawNotice

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
REGISTRATION = "BusinessRegistrationInformationNotice"
ROOTS = frozenset({"ContractNotice", "PriorInformationNotice", "ContractAwardNotice", REGISTRATION})
UTILITIES_DIRECTIVE = "32014L0025"


def matches(raw: RawNotice) -> bool:
    """Whether the root element is that of an eForms notice."""
    name = root_name(raw)
    return name is not None and name[0].startswith(UBL) and name[1] in ROOTS


def read(raw: RawNotice) -> Notice:
    """Read one eForms notice.

    Raises:
        NoticeError: It is not well-formed, is a business registration, or lacks an
            identifier, a title or a known notice type.
    """
    root = parse(raw)
    if local(root) == REGISTRATION:
        raise NoticeError(f"{raw.source_id}: a business registration (X01, X02) is no tender")
    reader = Reader(root, Remarks())
    subtype = text_at(root, f"{EXTENSION}/efac:NoticeSubType/cbc:SubTypeCode")
    title, description = _texts(reader, raw)
    project = find_first(root, "cac:ProcurementProject")
    lots = eforms_lots(reader)
    return Notice(
        notice_id=_identifier(root, raw),
        source=raw.source,
        format="eforms",
        kind=_kind(subtype, find_first(root, "cbc:NoticeTypeCode"), raw),
        subtype=subtype,
        title=title,
        description=description,
        published_on=_published(reader),
        language=reader.remarks.translate("language", reader.language, LANGUAGES),
        **_buyer(reader),
        procedure=reader.code(
            "procedure", text_at(root, "cac:TenderingProcess/cbc:ProcedureCode"), PROCEDURES
        ),
        direct_award=_direct_award(root),
        cpv=_union(project_cpv(reader, project), *(lot.cpv for lot in lots)),
        nuts=_union(project_nuts(project), *(lot.nuts for lot in lots)),
        nature=_nature(reader, project, lots),
        estimated=reader.amount(project, ESTIMATED, "estimated"),
        awarded=reader.amount(root, f"{EXTENSION}/efac:NoticeResult/cbc:TotalAmount", "awarded"),
        lots=lots,
        references=references(_pointers(root), reader.remarks),
        procedure_key=text_at(root, "cbc:ContractFolderID"),
        version_id=_version(root),
        url=raw.url,
        remarks=reader.remarks.unique(),
    )


def _identifier(root: Element, raw: RawNotice) -> str:
    number = text_at(root, f"{EXTENSION}/efac:Publication/efbc:NoticePublicationID")
    if published := publication_number(number):
        return published
    version = _version(root)
    if version is None:
        raise NoticeError(f"{raw.source_id}: no notice identifier (BT-701)")
    return version


def _version(root: Element) -> str | None:
    uuid, version = text_at(root, "cbc:ID"), text_at(root, "cbc:VersionID")
    return f"{uuid.lower()}-{(version or '1').zfill(2)}" if uuid else None


def _kind(subtype: str | None, notice_type: Element | None, raw: RawNotice) -> Kind:
    if subtype in SUBTYPES:
        return SUBTYPES[subtype]
    form_type = notice_type.get("listName", "") if notice_type is not None else ""
    code = xml_line(notice_type) or ""
    kind = FORM_TYPES.get(form_type) or NOTICE_TYPES.get(code)
    if kind is None or (subtype or "").startswith("X"):
        raise NoticeError(
            f"{raw.source_id}: unknown notice: subtype {subtype!r}, type {code!r}, form "
            f"{form_type!r}; expected a subtype 1-40, CEI, E1-E6, T01 or T02"
        )
    return kind


def _texts(reader: Reader, raw: RawNotice) -> tuple[str, str | None]:
    """Choose the language by the title, so that all texts are in one language."""
    names = find_all(reader.root, "cac:ProcurementProject/cbc:Name")
    if not any(map(xml_line, names)):
        names = find_all(reader.root, "cac:ProcurementProjectLot/cac:ProcurementProject/cbc:Name")
    reader.choose_language(names)
    title = reader.text_of(names)
    description = reader.text(reader.root, "cac:ProcurementProject/cbc:Description")
    if title is None and description is None:
        raise NoticeError(f"{raw.source_id}: no title (BT-21) and no description (BT-24)")
    if title is None:
        reader.remarks.append("no title")
    return title or "", description


def _published(reader: Reader) -> dt.date | None:
    published = text_at(reader.root, f"{EXTENSION}/efac:Publication/efbc:PublicationDate")
    return xml_date(
        published or text_at(reader.root, "cbc:IssueDate"), "published_on", reader.remarks
    )


class _Buyer(TypedDict):
    buyer: str | None
    buyer_id: str | None
    buyer_kind: BuyerKind | None
    country: str | None


def _buyer(reader: Reader) -> _Buyer:
    parties = find_all(reader.root, "cac:ContractingParty")
    by_id = {
        text_at(company, "cac:PartyIdentification/cbc:ID"): company
        for company in find_all(
            reader.root, f"{EXTENSION}/efac:Organizations/efac:Organization/efac:Company"
        )
    }
    ids = [text_at(party, "cac:Party/cac:PartyIdentification/cbc:ID") for party in parties]
    companies = [by_id[key] for key in ids if key in by_id]
    names = [reader.text(company, "cac:PartyName/cbc:Name") for company in companies]
    known = list(dict.fromkeys(" ".join(name.split()) for name in names if name))
    first = companies[0] if companies else None
    nation = country(
        text_at(first, "cac:PostalAddress/cac:Country/cbc:IdentificationCode"), reader.remarks
    )
    return _Buyer(
        buyer="; ".join(known) or None,
        buyer_id=_trade_register(first) if nation == "NL" else None,
        buyer_kind=_buyer_kind(reader.root, known[0] if known else None, parties),
        country=nation,
    )


def _trade_register(company: Element | None) -> str | None:
    """The number of the Dutch trade register; other numbers stand in the same place."""
    numbers = (xml_line(x) or "" for x in find_all(company, "cac:PartyLegalEntity/cbc:CompanyID"))
    return next((x for x in numbers if len(x) == 8 and x.isascii() and x.isdigit()), None)


def _buyer_kind(root: Element, name: str | None, parties: list[Element]) -> BuyerKind | None:
    party = parties[0] if parties else None
    types = find_all(party, "cac:ContractingPartyType/cbc:PartyTypeCode")
    legal = next((xml_line(x) for x in types if x.get("listName") == "buyer-legal-type"), None)
    activity = find_first(party, "cac:ContractingActivity/cbc:ActivityTypeCode")
    entity = activity is not None and activity.get("listName") == "entity-activity"
    utility = entity or text_at(root, "cbc:RegulatoryDomain") == UTILITIES_DIRECTIVE
    return buyer_kind(name, legal, xml_line(activity), utility=utility)


def _direct_award(root: Element) -> tuple[str, ...]:
    reasons = find_all(root, "cac:TenderingProcess/cac:ProcessJustification/cbc:ProcessReasonCode")
    codes = (xml_line(x) for x in reasons if x.get("listName") == "direct-award-justification")
    return tuple(dict.fromkeys(code for code in codes if code))


def _nature(reader: Reader, project: Element | None, lots: tuple[Lot, ...]) -> str | None:
    """The nature of the procedure, else the one nature that all lots share."""
    code = text_at(project, "cbc:ProcurementTypeCode")
    if code:
        return reader.code("nature", code, NATURES)
    natures = {lot.nature for lot in lots}
    return natures.pop() if len(natures) == 1 else None


def _pointers(root: Element) -> Iterator[tuple[str, str | None]]:
    paths = (
        ("changes", f"{EXTENSION}/efac:Changes/efbc:ChangedNoticeIdentifier"),
        ("modifies", f"{EXTENSION}/efac:ContractModification/efbc:ChangedNoticeIdentifier"),
        ("previous", "cac:TenderingProcess/cac:NoticeDocumentReference/cbc:ID"),
        (
            "previous",
            "cac:ProcurementProjectLot/cac:TenderingProcess/cac:NoticeDocumentReference/cbc:ID",
        ),
    )
    for kind, path in paths:
        for element in find_all(root, path):
            yield kind, xml_line(element)


def _union(*codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for several in codes for code in several))
