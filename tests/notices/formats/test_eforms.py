"""eForms: small notices written here, and all real ones."""

import collections
import datetime as dt

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import eforms
from pipeline.notices.formats._eforms_paths import NAMESPACES
from pipeline.records import Amount, RawNotice, Reference

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
UUID = "61b2b006-c488-412f-bb02-d010189093fb"
PUBLICATION = (
    "<efac:Publication><efbc:NoticePublicationID>00127505-2024</efbc:NoticePublicationID>"
    "<efbc:PublicationDate>2024-03-01Z</efbc:PublicationDate></efac:Publication>"
)
ORGANISATIONS = "<efac:Organizations>{}</efac:Organizations>".format(
    "".join(
        "<efac:Organization><efac:Company><cac:PartyIdentification>"
        f"<cbc:ID>{key}</cbc:ID></cac:PartyIdentification><cac:PartyName>"
        f'<cbc:Name languageID="NLD">{name}</cbc:Name></cac:PartyName><cac:PostalAddress>'
        "<cac:Country><cbc:IdentificationCode>NLD</cbc:IdentificationCode></cac:Country>"
        "</cac:PostalAddress><cac:PartyLegalEntity><cbc:CompanyID>12345678</cbc:CompanyID>"
        "</cac:PartyLegalEntity><cac:Contact><cbc:Name>J. Jansen</cbc:Name>"
        "<cbc:ElectronicMail>j.jansen@voorbeeld.nl</cbc:ElectronicMail></cac:Contact>"
        "</efac:Company></efac:Organization>"
        for key, name in [
            ("ORG-0001", "Gemeente Voorbeeld"),
            ("ORG-0002", "Provincie Proef"),
            ("ORG-0003", "Winnaar bv"),
        ]
    )
)


def extension(inner):
    return (
        "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>"
        f"{inner}</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension>"
        "</ext:UBLExtensions>"
    )


def party(key="ORG-0001"):
    return (
        "<cac:ContractingParty><cac:ContractingPartyType><cbc:PartyTypeCode "
        'listName="buyer-legal-type">la</cbc:PartyTypeCode></cac:ContractingPartyType><cac:Party>'
        f"<cac:PartyIdentification><cbc:ID>{key}</cbc:ID></cac:PartyIdentification></cac:Party>"
        "</cac:ContractingParty>"
    )


def project(name="Slimme straatlantaarn", more="", cpv="34993000"):
    return (
        f'<cac:ProcurementProject><cbc:Name languageID="NLD">{name}</cbc:Name>'
        '<cbc:Description languageID="NLD">Een lamp die\nmeedenkt.</cbc:Description>'
        f'<cbc:ProcurementTypeCode listName="contract-nature">supplies</cbc:ProcurementTypeCode>'
        "<cac:MainCommodityClassification><cbc:ItemClassificationCode>"
        f"{cpv}</cbc:ItemClassificationCode></cac:MainCommodityClassification>{more}"
        "</cac:ProcurementProject>"
    )


def lot(key="LOT-0001", terms="", process="", more="", scheme="Lot"):
    return (
        f'<cac:ProcurementProjectLot><cbc:ID schemeName="{scheme}">{key}</cbc:ID>'
        f"<cac:TenderingTerms>{terms}</cac:TenderingTerms>"
        f"<cac:TenderingProcess>{process}</cac:TenderingProcess>"
        f"{project('Perceel', more)}</cac:ProcurementProjectLot>"
    )


def notice_xml(
    *,
    lots=None,
    subtype="16",
    notice_type='listName="competition">cn-standard',
    more="",
    publication=PUBLICATION,
    parties=None,
    process='<cbc:ProcedureCode listName="procurement-procedure-type">open</cbc:ProcedureCode>',
    language="<cbc:NoticeLanguageCode>NLD</cbc:NoticeLanguageCode>",
    top=None,
    root="ContractNotice",
):
    stated = (
        f"<efac:NoticeSubType><cbc:SubTypeCode>{subtype}</cbc:SubTypeCode></efac:NoticeSubType>"
        if subtype
        else ""
    )
    return (
        f'<{root} xmlns="{UBL}{root}-2" {PREFIXES}>'
        + extension(stated + ORGANISATIONS + publication + more)
        + "<cbc:CustomizationID>eforms-sdk-1.13</cbc:CustomizationID>"
        + f"<cbc:ID>{UUID.upper()}</cbc:ID><cbc:ContractFolderID>folder-1</cbc:ContractFolderID>"
        + "<cbc:IssueDate>2024-02-28+01:00</cbc:IssueDate><cbc:VersionID>1</cbc:VersionID>"
        + "<cbc:RegulatoryDomain>32014L0024</cbc:RegulatoryDomain>"
        + f"<cbc:NoticeTypeCode {notice_type}</cbc:NoticeTypeCode>"
        + language
        + (party() if parties is None else parties)
        + f"<cac:TenderingProcess>{process}</cac:TenderingProcess>"
        + (project() if top is None else top)
        + (lot() if lots is None else lots)
        + f"</{root}>"
    )


def read(**kwargs):
    return read_xml(notice_xml(**kwargs))


def read_xml(body):
    return eforms.read(
        RawNotice(
            source="ted",
            source_id="notice.xml",
            url="https://ted.europa.eu/127505-2024",
            fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            media_type="application/xml",
            body=body.encode(),
        )
    )


def euro(value):
    return Amount(value=value, currency="EUR")


def test_a_contract_notice_is_read_as_published():
    notice = read()
    assert notice.notice_id == "127505-2024"
    assert (notice.source, notice.format) == ("ted", "eforms")
    assert (notice.subtype, notice.kind) == ("16", "competition")
    assert notice.title == "Slimme straatlantaarn"
    assert notice.description == "Een lamp die\nmeedenkt."
    assert notice.published_on == dt.date(2024, 3, 1)
    assert (notice.language, notice.country) == ("nl", "NL")
    assert (notice.buyer, notice.buyer_id) == ("Gemeente Voorbeeld", "12345678")
    assert notice.buyer_kind == "municipality"
    assert (notice.procedure, notice.procedure_key) == ("open", "folder-1")
    assert (notice.cpv, notice.nature) == (("34993000",), "supplies")
    (only,) = notice.lots
    assert (only.lot_id, only.title) == ("LOT-0001", "Perceel")
    assert only.description == "Een lamp die\nmeedenkt."
    assert (only.purposes, only.environmental, only.social, only.innovation) == (None,) * 4
    assert notice.remarks == ()


def test_contact_data_and_winners_are_nowhere_in_a_notice():
    written = repr(read())
    for hidden in ("Jansen", "@", "Winnaar"):
        assert hidden not in written


def test_a_draft_is_known_by_its_identifier_and_version_and_its_dispatch():
    notice = read(publication="")
    assert notice.notice_id == f"{UUID}-01"
    assert notice.published_on == dt.date(2024, 2, 28)


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        ("1", "planning"),
        ("4", "planning"),
        ("9", "planning"),
        ("10", "competition"),
        ("15", "competition"),
        ("24", "competition"),
        ("CEI", "competition"),
        ("25", "result"),
        ("28", "result"),
        ("29", "result"),
        ("37", "result"),
        ("38", "change"),
        ("40", "change"),
        ("E1", "consultation"),
        ("E2", "planning"),
        ("E3", "competition"),
        ("E4", "result"),
        ("E5", "change"),
        ("E6", "change"),
        ("T01", "planning"),
        ("T02", "result"),
    ],
)
@pytest.mark.parametrize("root", ["ContractNotice", "PriorInformationNotice"])
def test_the_kind_follows_from_the_subtype_whatever_the_root(subtype, kind, root):
    notice = read(subtype=subtype, root=root)
    assert (notice.subtype, notice.kind) == (subtype, kind)


@pytest.mark.parametrize(
    ("notice_type", "kind"),
    [
        ('listName="planning">pin-only', "planning"),
        ('listName="competition">pin-cfc-standard', "competition"),
        ('listName="consultation">pmc', "consultation"),
        ('listName="dir-awa-pre">veat', "result"),
        ('listName="cont-modif">can-modif', "change"),
        ('listName="completion">compl', "change"),
        ('listName="change">corr', "change"),
        (">qu-sy", "competition"),
        (">can-desg", "result"),
    ],
)
def test_without_subtype_the_form_type_or_the_notice_type_tells_the_kind(notice_type, kind):
    notice = read(subtype=None, notice_type=notice_type)
    assert (notice.subtype, notice.kind) == (None, kind)


def test_what_is_no_tender_or_no_known_notice_is_refused():
    with pytest.raises(NoticeError, match=r"notice\.xml: a business registration"):
        read(root="BusinessRegistrationInformationNotice")
    with pytest.raises(NoticeError, match=r"notice\.xml: unknown notice: subtype 'X01'"):
        read(subtype="X01", notice_type='listName="planning">brin-ecs')
    with pytest.raises(NoticeError, match=r"notice\.xml: unknown notice: subtype None"):
        read(subtype=None, notice_type=">nieuw")
    with pytest.raises(NoticeError, match=r"notice\.xml: no title"):
        read(top="", lots="")


def names(**texts):
    written = "".join(f'<cbc:Name languageID="{key}">{x}</cbc:Name>' for key, x in texts.items())
    return f"<cac:ProcurementProject>{written}</cac:ProcurementProject>"


@pytest.mark.parametrize(
    ("own", "further", "texts", "title", "language"),
    [
        ("FRA", "NLD", {"FRA": "Lampe", "NLD": "Lamp"}, "Lamp", "nl"),
        ("FRA", None, {"FRA": "Lampe", "NLD": "Lamp"}, "Lampe", "fr"),
        ("ENG", None, {"ENG": "Lamp"}, "Lamp", "en"),
        ("NLD", None, {"FRA": "Lampe"}, "Lampe", "fr"),
    ],
)
def test_dutch_is_taken_where_it_is_one_of_the_languages_of_the_notice(
    own, further, texts, title, language
):
    codes = f"<cbc:NoticeLanguageCode>{own}</cbc:NoticeLanguageCode>"
    if further:
        codes += (
            f"<cac:AdditionalNoticeLanguage><cbc:ID>{further}</cbc:ID>"
            "</cac:AdditionalNoticeLanguage>"
        )
    notice = read(language=codes, top=names(**texts))
    assert (notice.title, notice.language) == (title, language)


def test_several_buyers_are_joined_and_the_first_one_counts():
    notice = read(parties=party("ORG-0001") + party("ORG-0002") + party("ORG-0001"))
    assert notice.buyer == "Gemeente Voorbeeld; Provincie Proef"
    assert notice.buyer_kind == "municipality"


def test_parts_are_lots_and_groups_of_lots_are_not():
    lots = lot("PAR-0001", scheme="Part") + lot("LOT-0002") + lot("GLO-0001", scheme="LotsGroup")
    assert [x.lot_id for x in read(lots=lots).lots] == ["PAR-0001", "LOT-0002"]


def test_a_notice_without_lots_gets_one_lot_with_its_facts_and_no_text():
    (whole,) = read(lots="").lots
    assert (whole.lot_id, whole.title, whole.description) == (None, None, None)
    assert (whole.cpv, whole.nature) == (("34993000",), "supplies")


def additional(list_name, code, text=""):
    return (
        f'<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="{list_name}">{code}'
        f"</cbc:ProcurementTypeCode>{text}</cac:ProcurementAdditionalType>"
    )


def test_strategic_fields_are_told_apart_by_list_and_have_three_states():
    words = '<cbc:ProcurementType languageID="NLD">Nog niet op de markt.</cbc:ProcurementType>'
    declared = lot(
        "LOT-0001",
        more=additional("strategic-procurement", "inn-pur", words)
        + additional("strategic-procurement", "env-imp")
        + additional("innovative-acquisition", "mar-nov")
        + additional("innovative-acquisition", "buy-eff")
        + additional("environmental-impact", "circ-econ")
        + additional("social-objective", "opp")
        + additional("contract-nature", "services")
        + additional("gpp-criteria", "none"),
    )
    none = lot("LOT-0002", more=additional("strategic-procurement", "none"))
    notice = read(lots=declared + none + lot("LOT-0003"))
    first, second, third = notice.lots
    assert first.purposes == ("inn-pur", "env-imp")
    assert first.purpose_text == "Nog niet op de markt."
    assert first.innovation == ("mar-nov", "buy-eff")
    assert (first.environmental, first.social) == (("circ-econ",), ("opp",))
    assert (second.purposes, second.innovation) == (("none",), None)
    assert (third.purposes, third.purpose_text) == (None, None)
    declarations = [x.innovation_declared for x in notice.lots]
    assert declarations == ["declared", "none", "absent"]
    assert notice.remarks == ()


def test_unknown_codes_are_kept_and_noted():
    more = additional("innovative-acquisition", "leap")
    process = '<cbc:ProcedureCode listName="procurement-procedure-type">lottery</cbc:ProcedureCode>'
    notice = read(lots=lot(more=more), process=process)
    assert notice.lots[0].innovation == ("leap",)
    assert notice.procedure == "lottery"
    assert set(notice.remarks) == {
        "unknown code: innovative-acquisition=leap",
        "unknown code: procedure=lottery",
    }


def test_a_withheld_procedure_is_not_a_procedure():
    process = "<cbc:ProcedureCode>unpublished</cbc:ProcedureCode>"
    notice = read(process=process)
    assert (notice.procedure, notice.remarks) == (None, ("withheld: procedure",))


@pytest.mark.parametrize(
    ("framework", "dps", "expected"),
    [
        ("fa-wo-rc", "none", (True, False)),
        ("none", "dps-list", (False, True)),
        ("fa-mix", "dps-nlist", (True, True)),
        (None, None, (None, None)),
    ],
)
def test_techniques_are_told_apart_by_list(framework, dps, expected):
    stated = {"framework-agreement": framework, "dps-usage": dps}
    process = "".join(
        f'<cac:ContractingSystem><cbc:ContractingSystemTypeCode listName="{key}">{code}'
        "</cbc:ContractingSystemTypeCode></cac:ContractingSystem>"
        for key, code in stated.items()
        if code
    )
    (only,) = read(lots=lot(process=process)).lots
    assert (only.framework, only.dynamic_purchasing) == expected


def test_criteria_are_names_and_descriptions_without_weights():
    terms = (
        "<cbc:VariantConstraintCode>allowed</cbc:VariantConstraintCode><cac:AwardingTerms>"
        "<cac:AwardingCriterion><cac:SubordinateAwardingCriterion>"
        + extension(
            "<efac:AwardCriterionParameter><efbc:ParameterNumeric>40</efbc:ParameterNumeric>"
            "</efac:AwardCriterionParameter>"
        )
        + '<cbc:Name languageID="NLD">Innovatie</cbc:Name><cbc:Description languageID="NLD">Slim'
        "</cbc:Description></cac:SubordinateAwardingCriterion><cac:SubordinateAwardingCriterion>"
        '<cbc:Name languageID="NLD">Prijs</cbc:Name><cbc:Description languageID="NLD">Prijs'
        "</cbc:Description></cac:SubordinateAwardingCriterion>"
        "<cac:SubordinateAwardingCriterion/></cac:AwardingCriterion></cac:AwardingTerms>"
    )
    (only,) = read(lots=lot(terms=terms)).lots
    assert only.criteria == ("Innovatie: Slim", "Prijs")
    assert only.variants == "allowed"


def test_a_research_direct_award_is_seen():
    process = (
        "<cbc:ProcedureCode>neg-wo-call</cbc:ProcedureCode><cac:ProcessJustification>"
        '<cbc:ProcessReasonCode listName="direct-award-justification">resd</cbc:ProcessReasonCode>'
        "</cac:ProcessJustification><cac:ProcessJustification>"
        '<cbc:ProcessReasonCode listName="accelerated-procedure">true</cbc:ProcessReasonCode>'
        "</cac:ProcessJustification>"
    )
    assert read(process=process).direct_award == ("resd",)


def money(name, value, prefix="cbc"):
    return f'<{prefix}:{name} currencyID="EUR">{value}</{prefix}:{name}>'


def test_values_of_procedure_and_lot_stand_side_by_side():
    ceiling = extension(money("FrameworkMaximumAmount", 900, "efbc"))
    inner = ceiling + money("EstimatedOverallContractAmount", 500)
    requested = f"<cac:RequestedTenderTotal>{inner}</cac:RequestedTenderTotal>"
    whole = requested.replace(">500<", ">-1<")
    notice = read(lots=lot(more=requested), top=project(more=whole))
    assert notice.estimated is None
    assert (notice.lots[0].estimated, notice.lots[0].framework_maximum) == (euro(500), euro(900))
    assert notice.remarks == ("withheld: estimated",)


def tender(key, value, lot_id="LOT-0001"):
    return (
        f"<efac:LotTender><cbc:ID>{key}</cbc:ID><cac:LegalMonetaryTotal>"
        f"{money('PayableAmount', value)}</cac:LegalMonetaryTotal><efac:TenderLot>"
        f"<cbc:ID>{lot_id}</cbc:ID></efac:TenderLot></efac:LotTender>"
    )


def lot_result(tenders, contracts=(), outcome="selec-w", lot_id="LOT-0001"):
    return (
        f"<efac:LotResult><cbc:TenderResultCode>{outcome}</cbc:TenderResultCode>"
        + "".join(f"<efac:LotTender><cbc:ID>{x}</cbc:ID></efac:LotTender>" for x in tenders)
        + "".join(
            f"<efac:SettledContract><cbc:ID>{x}</cbc:ID></efac:SettledContract>" for x in contracts
        )
        + f"<efac:TenderLot><cbc:ID>{lot_id}</cbc:ID></efac:TenderLot></efac:LotResult>"
    )


def contract(key, tenders, issued="2024-01-22Z", decided=None):
    award = f"<cbc:AwardDate>{decided}</cbc:AwardDate>" if decided else ""
    return (
        f"<efac:SettledContract><cbc:ID>{key}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate>"
        + award
        + "".join(f"<efac:LotTender><cbc:ID>{x}</cbc:ID></efac:LotTender>" for x in tenders)
        + "</efac:SettledContract>"
    )


def awarded(*parts):
    result = f"<efac:NoticeResult>{''.join(parts)}</efac:NoticeResult>"
    return read(subtype="29", notice_type='listName="result">can-standard', more=result)


def test_a_lot_is_awarded_the_sum_of_its_tenders_under_contract():
    notice = awarded(
        money("TotalAmount", 999),
        lot_result(["T1", "T2", "T3"], ["C1", "C2"]),
        tender("T1", 100),
        tender("T2", 50.5),
        tender("T3", 7),
        tender("T9", 1, "LOT-0009"),
        contract("C1", ["T1"], decided="2024-01-10+01:00"),
        contract("C2", ["T2"], issued="2024-01-02Z"),
    )
    (only,) = notice.lots
    assert (only.awarded, only.outcome) == (euro(150.5), "selec-w")
    assert only.awarded_on == dt.date(2024, 1, 10)
    assert notice.awarded == euro(999)


def test_without_contracts_all_tenders_of_the_result_count():
    (only,) = awarded(lot_result(["T1", "T2"]), tender("T1", 100), tender("T2", 50)).lots
    assert (only.awarded, only.awarded_on) == (euro(150), None)


def test_a_lot_with_a_withheld_tender_has_no_sum():
    notice = awarded(lot_result(["T1", "T2"]), tender("T1", 100), tender("T2", -1))
    assert notice.lots[0].awarded is None
    assert "withheld: awarded LOT-0001" in notice.remarks


def test_of_several_results_of_a_lot_all_that_award_it_count_each_tender_once():
    notice = awarded(
        lot_result(["T9"], outcome="clos-nw"),
        lot_result(["T1", "T2"], ["C1"]),
        lot_result(["T2", "T3"]),
        lot_result(["T4"], outcome="open-nw"),
        *(tender(f"T{n}", value) for n, value in ((1, 100), (2, 20), (3, 3), (4, 4000), (9, 9000))),
        contract("C1", ["T1"], decided="2024-01-10+01:00"),
    )
    (only,) = notice.lots
    # Of the first award T1 is under contract; of the second nothing is, so T2 and T3 won.
    assert (only.outcome, only.awarded) == ("selec-w", euro(123))
    assert only.awarded_on == dt.date(2024, 1, 10)
    assert notice.remarks == ("several results: LOT-0001, 2 of 4 count: selec-w",)


def test_of_several_results_without_an_award_the_first_one_counts():
    notice = awarded(lot_result([], outcome="clos-nw"), lot_result([], outcome="open-nw"))
    assert (notice.lots[0].outcome, notice.lots[0].awarded) == ("clos-nw", None)
    assert notice.remarks == ("several results: LOT-0001, 1 of 2 count: clos-nw",)


def test_a_lot_that_was_not_awarded_says_so():
    (only,) = awarded(lot_result(["T1"], outcome="clos-nw"), tender("T1", 100)).lots
    assert (only.outcome, only.awarded) == ("clos-nw", None)


def test_links_to_other_notices_tell_what_they_are():
    process = (
        "<cac:NoticeDocumentReference><cbc:ID>2020/S 217-533507</cbc:ID>"
        "</cac:NoticeDocumentReference>"
    )
    planned = process.replace("2020/S 217-533507", f"{UUID}-02")
    changes = (
        "<efac:Changes><efbc:ChangedNoticeIdentifier>00079191-2026</efbc:ChangedNoticeIdentifier>"
        "</efac:Changes><efac:ContractModification><efbc:ChangedNoticeIdentifier>12-2023"
        "</efbc:ChangedNoticeIdentifier></efac:ContractModification>"
    )
    notice = read(lots=lot(process=planned) * 2, process=process, more=changes)
    assert notice.kind == "competition"
    assert notice.references == (
        Reference(kind="changes", target="79191-2026"),
        Reference(kind="modifies", target="12-2023"),
        Reference(kind="previous", target="533507-2020"),
        Reference(kind="previous", target=f"{UUID}-02"),
    )


def real(folder):
    for path in sorted(folder.glob("*.xml")):
        raw = RawNotice(
            source="files",
            source_id=path.name,
            url=path.name,
            fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            media_type="application/xml",
            body=path.read_bytes(),
        )
        if eforms.matches(raw):
            yield path, eforms.read(raw)


# Counted in the files: kinds by grep on NoticeTypeCode/@listName (the reader goes by subtype),
# procedures by grep on ProcedureCode, lots by XPath, innovation by grep on the list's name.
REAL = {
    "eforms": (
        {"planning": 3, "competition": 39, "result": 39, "change": 3},
        {
            "open": 32,
            "restricted": 6,
            "neg-w-call": 15,
            "neg-wo-call": 11,
            "comp-dial": 2,
            "oth-single": 6,
            None: 12,
        },
        129,
        3,
    ),
    "other_languages": (
        {"competition": 12, "result": 11, "change": 1},
        {
            "open": 16,
            "restricted": 1,
            "neg-w-call": 1,
            "neg-wo-call": 1,
            "comp-dial": 1,
            "oth-mult": 1,
            "comp-tend": 1,
            None: 2,
        },
        97,
        24,
    ),
}


@pytest.mark.parametrize("folder", REAL)
def test_all_real_notices_are_read_and_their_counts_add_up(folder, shared):
    notices = [notice for _, notice in real(shared / "notices" / folder)]
    kinds, procedures, lots, innovative = REAL[folder]
    assert collections.Counter(notice.kind for notice in notices) == kinds
    assert collections.Counter(notice.procedure for notice in notices) == procedures
    assert sum(len(notice.lots) for notice in notices) == lots
    assert sum(any(x.innovation for x in notice.lots) for notice in notices) == innovative


@pytest.mark.parametrize("folder", REAL)
def test_every_real_notice_has_its_number_a_title_a_buyer_a_date_a_code_and_a_lot(folder, shared):
    for path, notice in real(shared / "notices" / folder):
        assert notice.notice_id == path.stem.lstrip("0")
        assert notice.title
        assert notice.description
        assert notice.buyer
        assert notice.published_on
        assert notice.cpv
        assert notice.nature
        assert notice.country
        assert notice.lots
