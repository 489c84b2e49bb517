"""TED_EXPORT, the XML of TED from 2011 to 2024 (R2.0.7 to R2.0.9), and TED_ESENDERS.

Elements are matched by local name, because each release has a namespace of its own. The texts
are those of the form, in the language in which the buyer wrote them; ``TI_TEXT`` in the
translation section is a translated CPV label and is never read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import TypedDict

from pipeline.errors import NoticeError
from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats._eforms_codes import LANGUAGES
from pipeline.notices.formats._ted_codes import (
    ACTIVITIES,
    DOCUMENT_TYPES,
    FORMS,
    JUSTIFICATIONS,
    LEGAL_TYPES,
    MANIFOLD,
    NATURES,
    NOTICE_TYPES,
    PR_PROC,
    PROCEDURES,
    UTILITY_FORMS,
)
from pipeline.notices.formats._ted_form import Ted
from pipeline.notices.formats._ted_lots import award_value, ted_lots, title_line
from pipeline.notices.formats._ted_scopes import (
    Scope,
    money,
    paragraphs,
    scope_day,
    survey,
    withheld,
)
from pipeline.notices.formats._xml import (
    Element,
    country,
    cpv,
    local,
    publication_number,
    references,
    root_name,
    xml_line,
)
from pipeline.records import Amount, BuyerKind, Kind, Notice, RawNotice

ROOTS = frozenset({"TED_EXPORT", "TED_ESENDERS"})
PROCEDURE = re.compile(r"(?:F\d\d_)?(?:PT_)?(\w+)")
TITLES = ("TITLE", "TITLE_CONTRACT", "TI_DOC")
DESCRIPTIONS = (
    "SHORT_DESCR",
    "SHORT_CONTRACT_DESCRIPTION",
    "SHORT_DESCRIPTION_CONTRACT",
    "SHORT_DESCRIPTION",
    "DESCRIPTION_OF_CONTRACT",
    "DESCRIPTION",
    "TOTAL_QUANTITY_OR_SCOPE",
    "CONTENTS",
)
CORRECTIONS = ("CHANGES", "CORR", "CONTENTS")
CRITERIA = ("CRITERIA", "CRITERIA_EVALUATION", "MAIN_FEATURES_AWARD")
LANGUAGE_CODES = {code.upper(): code for code in LANGUAGES.values()}


def matches(raw: RawNotice) -> bool:
    """Whether the root element is ``TED_EXPORT`` or ``TED_ESENDERS``."""
    name = root_name(raw)
    return name is not None and name[1] in ROOTS


def read(raw: RawNotice) -> Notice:
    """Read one notice of TED before eForms.

    Raises:
        NoticeError: It is not well-formed, or lacks a form, an identifier, a title or a known
            notice type.
    """
    ted = Ted(raw)
    form, remarks = ted.form, ted.remarks
    kind = _kind(ted)
    title, description = _texts(ted)
    nature = _nature(ted)
    lots = ted_lots(form, nature, remarks)
    codes = [x.get("CODE") for x in form.all("CPV_CODE")]
    places = [*form.values("NUTS", "CODE"), *(code for lot in lots for code in lot.nuts)]
    return Notice(
        notice_id=_identifier(ted),
        source=raw.source,
        format="ted_export",
        kind=kind,
        subtype=ted.subtype,
        title=title,
        description=description,
        published_on=_published(ted),
        language=remarks.translate("language", ted.body.get("LG"), LANGUAGE_CODES),
        **_buyer(ted),
        procedure=_procedure(ted),
        direct_award=_direct_award(ted),
        cpv=cpv([*codes, *(code for lot in lots for code in lot.cpv)], remarks),
        nuts=tuple(dict.fromkeys(places)) or ted.coded.values("PERFORMANCE_NUTS", "CODE"),
        nature=nature,
        criteria=tuple(_criteria(ted)),
        estimated=_estimated(ted),
        awarded=_awarded(ted),
        lots=lots,
        references=references(_pointers(ted, kind), remarks),
        url=raw.url,
        remarks=remarks.unique(),
    )


def _kind(ted: Ted) -> Kind:
    notice = ted.form.first("NOTICE")
    notice_type = notice.get("TYPE") if notice is not None else None
    if notice_type in NOTICE_TYPES:
        return NOTICE_TYPES[notice_type]
    if notice_type:
        ted.remarks.unknown("NOTICE", notice_type)
    document_type = ted.coded.value("TD_DOCUMENT_TYPE")
    coded = DOCUMENT_TYPES.get(document_type or "")
    fixed = FORMS.get(ted.number)
    kind = (coded or fixed) if ted.number in MANIFOLD else (fixed or coded)
    if kind is None:
        raise NoticeError(
            f"{ted.raw.source_id}: unknown notice: form {ted.subtype!r}, type {notice_type!r}, "
            f"document type {document_type!r}; expected a form F01-F25, T01 or T02"
        )
    return kind


def _identifier(ted: Ted) -> str:
    written = (ted.root.get("DOC_ID"), ted.coded.line("NO_DOC_OJS"))
    if number := next(filter(None, map(publication_number, written)), None):
        return number
    for name in ("NO_DOC_EXT", "NOTICE_UUID"):
        found = next((xml_line(x) for x in ted.root.iter() if local(x) == name), None)
        if found:
            return found
    raise NoticeError(
        f"{ted.raw.source_id}: no publication number, NO_DOC_EXT or NOTICE_UUID; "
        f"DOC_ID is {ted.root.get('DOC_ID')!r}"
    )


def _texts(ted: Ted) -> tuple[str, str | None]:
    """A corrigendum is about its corrections; several objects go on in the description."""
    titles = ted.form.all(*TITLES)
    title = title_line(titles[:1])
    if ted.form.has("TI_DOC"):
        ted.remarks.append("title: written by the Publications Office")
    corrections = ted.form.all(*CORRECTIONS) if ted.number == "F14" else []
    text = paragraphs(corrections or [*titles[1:], *ted.form.all(*DESCRIPTIONS)])
    if title is None and text is None:
        raise NoticeError(f"{ted.raw.source_id}: no title and no text in form {ted.subtype}")
    if title is None:
        ted.remarks.append("no title")
    return title or "", text


def _published(ted: Ted) -> dt.date | None:
    element = ted.coded.first("DATE_PUB", "DS_DATE_DISPATCH")
    if element is None:
        element = ted.form.first("DATE_DISPATCH_NOTICE", "NOTICE_DISPATCH_DATE")
    return scope_day(element, "published_on", ted.remarks)


class _Buyer(TypedDict):
    buyer: str | None
    buyer_id: str | None
    buyer_kind: BuyerKind | None
    country: str | None


def _buyer(ted: Ted) -> _Buyer:
    parties = [survey(x) for x in ted.form.buyers]
    names = [x.line("OFFICIALNAME", "ORGANISATION") for x in parties] or _names_in_text(ted)
    known = list(dict.fromkeys(filter(None, names)))
    first = parties[0] if parties else Scope(ted.body)
    code = ted.coded.value("ISO_COUNTRY") or first.value("COUNTRY")
    nation = country(code, ted.remarks)
    number = first.line("NATIONALID") or ""
    registered = nation == "NL" and len(number) == 8 and number.isascii() and number.isdigit()
    return _Buyer(
        buyer="; ".join(known) or None,
        buyer_id=number if registered else None,
        buyer_kind=_buyer_kind(ted, known[0] if known else None),
        country=nation,
    )


def _names_in_text(ted: Ted) -> list[str | None]:
    """Forms in free text name their buyer in the translations or in the first address."""
    spoken = ted.body.get("LG")
    names = [xml_line(x) for x in ted.root.iter("{*}AA_NAME") if x.get("LG") == spoken]
    return names if any(names) else [xml_line(next(ted.body.iter("{*}ORGANISATION"), None))]


def _buyer_kind(ted: Ted, name: str | None) -> BuyerKind | None:
    form, coded = ted.form, ted.coded
    authority = coded.value("AA_AUTHORITY_TYPE") or ""
    legal = form.value("CA_TYPE", "TYPE_OF_CONTRACTING_AUTHORITY") or authority
    activity = form.value("CA_ACTIVITY", "TYPE_OF_ACTIVITY") or coded.value("MA_MAIN_ACTIVITIES")
    utility = (
        ted.number in UTILITY_FORMS
        or form.has("CE_ACTIVITY", "CE_ACTIVITY_OTHER", "ACTIVITIES_OF_CONTRACTING_ENTITY")
        or authority == "4"
    )
    return buyer_kind(name, LEGAL_TYPES.get(legal), ACTIVITIES.get(activity or ""), utility=utility)


def _procedure(ted: Ted) -> str | None:
    """The procedure of the form, else that of the coded data."""
    for name in ted.form.elements:
        match = PROCEDURE.fullmatch(name)
        stem = match[1] if match else name
        if stem in PROCEDURES and name != stem:
            if code := PROCEDURES[stem]:
                return code
        elif name.startswith("PT_"):
            ted.remarks.unknown("procedure", name)
    said = ted.form.value("TYPE_OF_PROCEDURE_DETAIL_FOR_ICAR")
    if said in PROCEDURES:
        return PROCEDURES[said]
    coded = ted.coded.value("PR_PROC")
    if coded and coded not in PR_PROC:
        ted.remarks.unknown("PR_PROC", coded)
        return coded
    return PR_PROC.get(coded or "")


def _direct_award(ted: Ted) -> tuple[str, ...]:
    codes = []
    for name in ted.form.elements:
        if name in JUSTIFICATIONS:
            codes.append(JUSTIFICATIONS[name])
        elif name.startswith("D_"):
            ted.remarks.unknown("direct_award", name)
            codes.append(name)
    return tuple(dict.fromkeys(code for code in codes if code))


def _nature(ted: Ted) -> str | None:
    bodies = [x for name, found in ted.form.elements.items() if name[:3] == "FD_" for x in found]
    codes = [
        ted.form.value("TYPE_CONTRACT"),
        *(x.get("CTYPE") for x in bodies),
        ted.coded.value("NC_CONTRACT_NATURE"),
    ]
    return next((NATURES[code] for code in codes if code in NATURES), None)


def _criteria(ted: Ted) -> Iterator[str]:
    for element in ted.form.all(*CRITERIA):
        if withheld(element):
            ted.remarks.append("withheld: criteria")
        elif text := paragraphs([element]):
            yield text


def _estimated(ted: Ted) -> Amount | None:
    """The value of the whole; that of a framework only where nothing else is stated."""
    frameworks = {x for total in ted.form.all("TOTAL_ESTIMATED") for x in total.iterchildren()}
    old = ted.form.all("COSTS_RANGE_AND_CURRENCY")
    stated = ted.form.all("VAL_ESTIMATED_TOTAL") or sorted(old, key=frameworks.__contains__)
    return _value(ted, stated, "estimated", "ESTIMATED_TOTAL")


def _awarded(ted: Ted) -> Amount | None:
    if ted.form.has("VAL_TOTAL", "VAL_RANGE_TOTAL"):
        return award_value(ted.form, "awarded", ted.remarks)
    stated = ted.form.all("TOTAL_FINAL_VALUE")
    return _value(ted, stated, "awarded", "PROCUREMENT_TOTAL")


def _value(ted: Ted, stated: Sequence[Element], field: str, coded_type: str) -> Amount | None:
    coded = [x for x in ted.coded.all("VALUE") if x.get("TYPE") == coded_type]
    return money(next(iter([*stated, *coded]), None), field, ted.remarks)


def _pointers(ted: Ted, kind: Kind) -> Iterator[tuple[str, str | None]]:
    relation = "previous"
    if kind == "change":
        relation = "modifies" if ted.number == "F20" else "changes"
    for element in ted.form.all("NOTICE_NUMBER_OJ"):
        yield relation, xml_line(element)
    for notice in ted.coded.all("REF_NOTICE"):
        for number in notice.iterchildren():
            yield relation, xml_line(number)
