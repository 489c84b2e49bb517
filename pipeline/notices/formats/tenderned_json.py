"""Publications of TenderNed as its public JSON API gives them: list elements and details.

The API is undocumented; fields and codes are those of public clients, measured in 2026. It has
no lots, award values or strategic fields: for European notices TED has them, under
``pbNummerTed``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.codes import is_ex_ante
from pipeline.errors import NoticeError
from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats import _procedures
from pipeline.notices.formats._json import Fields, json_members, unique, without_markup
from pipeline.records import ROW, Kind, Lot, Notice, RawNotice, Reference

# VBE is used both for voluntary ex-ante transparency and for procedures that ended early; eForms
# publishes either as a result.
KINDS: dict[str, Kind] = {
    "VAK": "planning",
    "MAC": "consultation",
    "AAO": "competition",
    "AGO": "result",
    "VBE": "result",
    "REC": "change",
    "AAW": "change",
}
AMBIGUOUS = "VBE"

# For publications without the code above: eForms form types.
FORM_TYPES: dict[str, Kind] = {
    "planning": "planning",
    "consultation": "consultation",
    "competition": "competition",
    "result": "result",
    "dir-awa-pre": "result",
    "cont-modif": "change",
    "change": "change",
    "completion": "change",
}

# Used where the label is missing: the labels of the newer procedures are known, their codes not.
PROCEDURE_CODES = {
    "OPE": "open",
    "NOP": "restricted",
    "OZB": "neg-wo-call",
    "CCD": "comp-dial",
    "APM": "oth-mult",
}
CONSULTATION_CODE = "MAC"

NATURES = {"D": "services", "L": "supplies", "W": "works"}

# What is read below, and what is known and left aside: deadlines, statuses, keywords, links. Any
# other field is new.
READ = frozenset(
    {
        *("publicatieId", "publicatieDatum", "kenmerk", "pbNummerTed", "formType"),
        *("aanbestedingNaam", "opdrachtgeverNaam", "aanbestedendeDienstNaam"),
        *("opdrachtBeschrijving", "typePublicatie", "aankondigingCode", "publicatiecode"),
        *("publicatieCode", "procedure", "procedureCode", "typeOpdracht", "typeOpdrachtCode"),
        *("opdrachtAardCode", "cpvCodes", "nutsCodes", "isGegund"),
        *("isVroegtijdigBeeindigd", "isVroegtijdigeBeeindiging"),
    }
)
LEFT_ASIDE = frozenset(
    {
        *("sluitingsDatum", "sluitingsDatumMarktconsultatie", "aantalDagenTotSluitingsDatum"),
        *("aanvangOpdrachtDatum", "voltooiingOpdrachtDatum", "looptijdCode", "digitaal"),
        *("numberOfDaysBeforeAanmeldenInschrijven", "europees", "nationaalOfEuropeesCode"),
        *("juridischKaderCode", "publicatiestatus", "aanbestedingStatus"),
        *("afgerondeAanbesteding", "isGeimporteerd", "onlyGunningProcedure", "publicatiePdfId"),
        *("publicatieIDLaatsteRectificatie", "gerelateerdePublicaties", "referentieNummer"),
        *("link", "links", "score", "urlTsenderNaam", "urlTsenderWebsite"),
        *(f"trefwoord{number}" for number in range(1, 11)),
    }
)

# Whether it is a framework agreement, and whether a dynamic purchasing system.
FORMS = {"OOP": (False, False), "RAA": (True, False), "IDA": (False, True)}


def matches(raw: RawNotice) -> bool:
    """Whether it is a JSON object with a ``publicatieId``."""
    return (
        raw.media_type != ROW
        and b'"publicatieId"' in raw.body
        and "publicatieId" in json_members(raw)
    )


def read(raw: RawNotice) -> Notice:
    """Read a list element or a detail; the detail has what the list leaves out, CPV for one.

    Raises:
        NoticeError: A field that must be there is missing, or a field has a wrong type.
    """
    fields = Fields(raw.source_id, json_members(raw))
    subtype = fields.text("publicatieCode") or fields.child("publicatiecode").text("code")
    kind = _kind(fields, subtype)
    cpv, nature = _cpv(fields), _nature(fields)
    buyer = fields.text("opdrachtgeverNaam") or fields.text("aanbestedendeDienstNaam")
    notice_id = fields.required("publicatieId")
    ted = fields.text("pbNummerTed")
    fields.remarks.extend(_unread(fields))
    return Notice(
        notice_id=notice_id,
        source=raw.source,
        format="tenderned_json",
        subtype=subtype,
        kind=kind,
        published_on=fields.day("publicatieDatum"),
        country="NL",
        buyer=buyer,
        buyer_kind=buyer_kind(buyer, None, None, utility=False),
        title=fields.required("aanbestedingNaam"),
        description=fields.text("opdrachtBeschrijving"),
        procedure=_procedure(fields),
        cpv=cpv,
        nature=nature,
        nuts=tuple(x for code in fields.children("nutsCodes") if (x := code.text("code"))),
        lots=(_lot(fields, kind, cpv=cpv, nature=nature),),
        references=(Reference(kind="ted", target=ted.lstrip("0")),) if ted else (),
        procedure_key=fields.text("kenmerk"),
        url=f"https://www.tenderned.nl/aankondigingen/overzicht/{notice_id}",
        remarks=unique(fields.remarks),
    )


def _unread(fields: Fields) -> Iterator[str]:
    for name in sorted(fields.values.keys() - READ - LEFT_ASIDE):
        yield f"unread field: {without_markup(name[:80])}"


def _kind(fields: Fields, subtype: str | None) -> Kind:
    # In a detail typePublicatie is the name of a form, and aankondigingCode holds the code.
    is_detail = not isinstance(fields.values.get("typePublicatie"), dict)
    code = fields.child("aankondigingCode" if is_detail else "typePublicatie").text("code")
    form_type = fields.text("formType")
    if code == AMBIGUOUS and not is_ex_ante(subtype):
        fields.remarks.append(f"ambiguous code: typePublicatie={code}")
    if code in KINDS:
        return KINDS[code]
    if code:
        fields.unknown("typePublicatie", code)
    if form_type in FORM_TYPES:
        return FORM_TYPES[form_type]
    raise NoticeError(
        f"{fields.place}: kind of publication is {code!r}, formType {form_type!r}; "
        f"expected one of {', '.join(KINDS)} or {', '.join(FORM_TYPES)}"
    )


def _procedure(fields: Fields) -> str | None:
    name = "procedure" if fields.values.get("procedure") else "procedureCode"
    procedure = fields.child(name)
    code, label = procedure.text("code"), procedure.text("omschrijving")
    if code == CONSULTATION_CODE or _procedures.is_consultation(label):
        return None
    found = _procedures.from_label(label) if label else None
    if found is None and code in PROCEDURE_CODES:
        found = PROCEDURE_CODES[code]
    raw = label or code
    return found or (fields.unknown("procedure", raw) if raw else None)


def _nature(fields: Fields) -> str | None:
    name = "typeOpdracht" if fields.values.get("typeOpdracht") else "typeOpdrachtCode"
    return fields.child(name).code("code", NATURES)


def _cpv(fields: Fields) -> tuple[str, ...]:
    codes = sorted(fields.children("cpvCodes"), key=lambda x: not x.flag("isHoofdOpdracht"))
    return tuple(dict.fromkeys(cpv for code in codes for cpv in code.cpv("code")))


def _lot(fields: Fields, kind: Kind, *, cpv: tuple[str, ...], nature: str | None) -> Lot:
    """The one lot that stands for the whole."""
    form = fields.child("opdrachtAardCode").text("code")
    if form and form not in FORMS:
        fields.unknown("opdrachtAardCode", form)
    framework, dynamic = FORMS.get(form or "", (None, None))
    return Lot(
        cpv=cpv,
        nature=nature,
        framework=framework,
        dynamic_purchasing=dynamic,
        outcome=_outcome(fields) if kind == "result" else None,
    )


def _outcome(fields: Fields) -> str | None:
    # The list writes "Beeindiging" where the detail writes "Beeindigd".
    if fields.flag("isVroegtijdigBeeindigd") or fields.flag("isVroegtijdigeBeeindiging"):
        return "clos-nw"
    return "selec-w" if fields.flag("isGegund") else None
