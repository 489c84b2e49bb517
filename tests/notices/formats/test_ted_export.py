"""TED_EXPORT and TED_ESENDERS: small forms written here, and all real ones."""

import collections
import datetime as dt

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import ted_export
from pipeline.records import Amount, RawNotice, Reference

BODY = (
    "<CONTRACTING_BODY><ADDRESS_CONTRACTING_BODY><OFFICIALNAME>Gemeente Voorbeeld</OFFICIALNAME>"
    "<NATIONALID>12345678</NATIONALID><CONTACT_POINT>J. Jansen</CONTACT_POINT>"
    '<E_MAIL>j.jansen@voorbeeld.nl</E_MAIL><COUNTRY VALUE="NL"/></ADDRESS_CONTRACTING_BODY>'
    '<CA_TYPE VALUE="REGIONAL_AUTHORITY"/></CONTRACTING_BODY>'
)
OBJECT = (
    "<OBJECT_CONTRACT><TITLE><P>Slimme</P><P>straatlantaarn</P></TITLE><CPV_MAIN>"
    '<CPV_CODE CODE="34993000"/></CPV_MAIN><TYPE_CONTRACT CTYPE="SUPPLIES"/>'
    "<SHORT_DESCR><P>Eerste alinea.</P><P>Tweede.</P></SHORT_DESCR>{more}</OBJECT_CONTRACT>"
)
LOT = "<OBJECT_DESCR>{inner}<SHORT_DESCR><P>De lamp.</P></SHORT_DESCR></OBJECT_DESCR>"


def coded(td="3", proc="1", more=""):
    return (
        "<CODED_DATA_SECTION><REF_OJS><DATE_PUB>20200217</DATE_PUB></REF_OJS><NOTICE_DATA>"
        "<NO_DOC_OJS>2020/S 033-078901</NO_DOC_OJS><LG_ORIG>NL</LG_ORIG>"
        f'<ISO_COUNTRY VALUE="NL"/>{more}</NOTICE_DATA><CODIF_DATA>'
        f'<TD_DOCUMENT_TYPE CODE="{td}"/><PR_PROC CODE="{proc}"/></CODIF_DATA></CODED_DATA_SECTION>'
    )


def export(form, section=None, root='TED_EXPORT DOC_ID="078901-2020"'):
    body = coded() if section is None else section
    name = root.split()[0]
    return (
        f'<{root} xmlns="ted/R2.0.9.S02/publication">{body}<TRANSLATION_SECTION><ML_TITLES>'
        '<ML_TI_DOC LG="NL"><TI_TEXT><P>Straatverlichting</P></TI_TEXT></ML_TI_DOC></ML_TITLES>'
        f"</TRANSLATION_SECTION><FORM_SECTION>{form}</FORM_SECTION></{name}>"
    )


def form(name, inner, language="NL", category="ORIGINAL", **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{name} LG="{language}" CATEGORY="{category}"{more}>{inner}</{name}>'


def read(body, source_id="notice.xml"):
    return ted_export.read(
        RawNotice(
            source="ted",
            source_id=source_id,
            url="https://ted.europa.eu/78901-2020",
            fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            media_type="application/xml",
            body=body.encode(),
        )
    )


def f02(more="", procedure="", **kwargs):
    inner = BODY + OBJECT.format(more=more) + f"<PROCEDURE>{procedure}</PROCEDURE>"
    return read(export(form("F02_2014", inner), **kwargs))


def f03(awards, more=None, **kwargs):
    lots = LOT.format(inner="") if more is None else more
    inner = BODY + OBJECT.format(more=lots) + awards
    return read(export(form("F03_2014", inner), **kwargs))


def euro(value):
    return Amount(value=value, currency="EUR")


def test_a_contract_notice_is_read_from_the_buyers_own_words():
    notice = f02(LOT.format(inner='<NUTS CODE="NL33C"/>'), "<PT_INNOVATION_PARTNERSHIP/>")
    assert notice.notice_id == "78901-2020"
    assert (notice.source, notice.format, notice.subtype) == ("ted", "ted_export", "F02")
    assert notice.kind == "competition"
    assert notice.title == "Slimme straatlantaarn"
    assert notice.description == "Eerste alinea.\nTweede."
    assert notice.published_on == dt.date(2020, 2, 17)
    assert (notice.language, notice.country) == ("nl", "NL")
    assert (notice.buyer, notice.buyer_id) == ("Gemeente Voorbeeld", "12345678")
    assert notice.buyer_kind == "municipality"
    assert notice.procedure == "innovation"
    assert (notice.cpv, notice.nature, notice.nuts) == (("34993000",), "supplies", ("NL33C",))
    (lot,) = notice.lots
    assert (lot.lot_id, lot.title, lot.description) == (None, None, "De lamp.")
    assert (lot.cpv, lot.nature, lot.nuts) == (("34993000",), "supplies", ("NL33C",))
    assert (lot.purposes, lot.innovation, lot.variants, lot.framework) == (None,) * 4
    assert notice.remarks == ()


def test_contact_data_and_translated_labels_are_nowhere_in_a_notice():
    written = repr(f02(LOT.format(inner="")))
    for hidden in ("Jansen", "@", "Straatverlichting"):
        assert hidden not in written


def test_lots_keep_their_own_facts_and_share_the_main_code():
    lots = (
        '<OBJECT_DESCR ITEM="1"><TITLE><P>Noord</P></TITLE><LOT_NO>1</LOT_NO><CPV_ADDITIONAL>'
        '<CPV_CODE CODE="31527260"/></CPV_ADDITIONAL><SHORT_DESCR><P>N</P></SHORT_DESCR><AC>'
        "<AC_QUALITY><AC_CRITERION>Innovatie</AC_CRITERION><AC_WEIGHTING>40</AC_WEIGHTING>"
        '</AC_QUALITY></AC><VAL_OBJECT CURRENCY="EUR">5000.00</VAL_OBJECT><ACCEPTED_VARIANTS/>'
        '</OBJECT_DESCR><OBJECT_DESCR ITEM="2"><TITLE><P>Zuid</P></TITLE><LOT_NO>2</LOT_NO>'
        "<SHORT_DESCR><P>Z</P></SHORT_DESCR><NO_ACCEPTED_VARIANTS/></OBJECT_DESCR>"
    )
    notice = f02(lots, "<FRAMEWORK><SINGLE_OPERATOR/></FRAMEWORK><DPS/>")
    north, south = notice.lots
    assert (north.lot_id, north.title, north.description) == ("1", "Noord", "N")
    assert (north.cpv, south.cpv) == (("34993000", "31527260"), ("34993000",))
    assert (north.estimated, south.estimated) == (euro(5000), None)
    assert (north.variants, south.variants) == ("allowed", "not-allowed")
    assert (north.criteria, south.criteria) == (("Innovatie",), ())
    assert north.framework is north.dynamic_purchasing is True
    assert notice.cpv == ("34993000", "31527260")


@pytest.mark.parametrize(
    ("element", "coded_procedure", "procedure"),
    [
        ("<PT_OPEN/>", "1", "open"),
        ("<PT_RESTRICTED/>", "2", "restricted"),
        ("<PT_COMPETITIVE_DIALOGUE/>", "C", "comp-dial"),
        ("<PT_COMPETITIVE_NEGOTIATION/>", "B", "neg-w-call"),
        ("<PT_NEGOTIATED_WITH_PRIOR_CALL/>", "4", "neg-w-call"),
        ("<PT_AWARD_CONTRACT_WITHOUT_CALL/>", "T", "neg-wo-call"),
        (
            "<DIRECTIVE_2014_24_EU><PT_NEGOTIATED_WITHOUT_PUBLICATION/></DIRECTIVE_2014_24_EU>",
            "V",
            "neg-wo-call",
        ),
        ("<F03_AWARD_WITHOUT_PRIOR_PUBLICATION/>", "V", "neg-wo-call"),
        ("<PT_OPEN/>", "G", "open"),
        ("", "G", "innovation"),
        ("", "3", "restricted"),
        ("", "9", None),
        ("<PT_AWARD_CONTRACT_WITH_PRIOR_PUBLICATION/>", "E", None),
    ],
)
def test_the_procedure_of_the_form_goes_before_that_of_the_coded_data(
    element, coded_procedure, procedure
):
    notice = f02(procedure=element, section=coded(proc=coded_procedure))
    assert notice.procedure == procedure
    assert notice.remarks == ()


def test_unknown_codes_are_kept_and_noted():
    notice = f02(procedure="<PT_TELEPATHY/><D_WHIM/>", section=coded(proc="X"))
    assert (notice.procedure, notice.direct_award) == ("X", ("D_WHIM",))
    assert set(notice.remarks) == {
        "unknown code: procedure=PT_TELEPATHY",
        "unknown code: PR_PROC=X",
        "unknown code: direct_award=D_WHIM",
    }


def test_research_is_seen_in_the_reason_of_a_direct_award():
    reason = (
        "<PT_AWARD_CONTRACT_WITHOUT_CALL><D_ACCORDANCE_ARTICLE><D_MANUF_FOR_RESEARCH/>"
        "</D_ACCORDANCE_ARTICLE><D_JUSTIFICATION><P>x</P></D_JUSTIFICATION>"
        "</PT_AWARD_CONTRACT_WITHOUT_CALL>"
    )
    assert f02(procedure=reason).direct_award == ("resd",)


@pytest.mark.parametrize(
    ("name", "notice_type", "document_type", "kind"),
    [
        ("F01_2014", "PRI_ONLY", "0", "planning"),
        ("F01_2014", "PRI_CALL_COMPETITION", "A", "competition"),
        ("F04_2014", "PER_ONLY", "P", "planning"),
        ("F04_2014", None, "M", "competition"),
        ("F05_2014", None, "3", "competition"),
        ("F06_2014", None, "7", "result"),
        ("F07_2014", "QSU_CALL_COMPETITION", "O", "competition"),
        ("F07_2014", None, "Q", "planning"),
        ("F08_2014", None, "B", "planning"),
        ("F12_2014", None, "D", "competition"),
        ("F13_2014", None, "R", "result"),
        ("F14_2014", None, "3", "change"),
        ("F15_2014", None, "V", "result"),
        ("F20_2014", None, "K", "change"),
        ("F21_2014", "PRI_ONLY", "0", "planning"),
        ("F21_2014", "CONTRACT", "3", "competition"),
        ("F21_2014", "AWARD_CONTRACT", "7", "result"),
        ("F22_2014", "PRI_CALL_COMPETITION", "A", "competition"),
        ("F23_2014", "CONCESSION_AWARD_CONTRACT", "J", "result"),
        ("F23_2014", "PRI", "H", "competition"),
        ("F24_2014", None, "C", "competition"),
        ("F25_2014", None, "J", "result"),
        ("PRIOR_INFORMATION", None, "0", "planning"),
        ("CONTRACT_UTILITIES", None, "3", "competition"),
        ("DESIGN_CONTEST", None, "D", "competition"),
        ("RESULT_DESIGN_CONTEST", None, "R", "result"),
        ("CONTRACT_AWARD_DEFENCE", None, "7", "result"),
        ("OTH_NOT", None, "1", "change"),
        ("OTH_NOT", None, "2", "change"),
        ("OTH_NOT", None, "I", "competition"),
        ("QUALIFICATION_SYSTEM_UTILITIES", None, "O", "competition"),
        ("QUALIFICATION_SYSTEM_UTILITIES", None, "Q", "planning"),
        ("OTH_NOT", None, "7", "result"),
    ],
)
def test_the_kind_follows_from_form_and_notice_type(name, notice_type, document_type, kind):
    stated = f'<NOTICE TYPE="{notice_type}"/>' if notice_type else ""
    inner = stated + BODY + OBJECT.format(more="")
    notice = read(export(form(name, inner), coded(td=document_type)))
    assert notice.kind == kind
    assert notice.subtype == name.removesuffix("_2014")


def test_public_transport_tells_its_form_in_an_attribute():
    inner = BODY + OBJECT.format(more="")
    planned = read(export(form("MOVE", inner, FORM="T01")))
    given = read(export(form("MOVE", inner, FORM="T02")))
    assert (planned.subtype, planned.kind) == ("T01", "planning")
    assert (given.subtype, given.kind) == ("T02", "result")


def test_an_unknown_form_is_read_by_its_document_type_or_refused():
    inner = BODY + OBJECT.format(more="")
    notice = read(export(form("NEW_FORM", inner), coded(td="3")))
    assert (notice.kind, notice.subtype) == ("competition", "NEW_FORM")
    assert "unknown code: form=NEW_FORM" in notice.remarks
    with pytest.raises(NoticeError, match=r"notice\.xml: unknown notice: form 'NEW_FORM'"):
        read(export(form("NEW_FORM", inner), coded(td="?")))


def test_dutch_is_taken_where_several_originals_exist():
    french = form("F02_2014", OBJECT.format(more="").replace("Slimme", "Lampe"), "FR")
    dutch = form("F02_2014", OBJECT.format(more=""), "NL")
    notice = read(export(french + dutch))
    assert (notice.language, notice.title) == ("nl", "Slimme straatlantaarn")
    translated = form("F02_2014", OBJECT.format(more=""), "NL", "TRANSLATION")
    notice = read(export(french + translated + "<NOTICE_UUID>u</NOTICE_UUID>"))
    assert (notice.language, notice.title) == ("nl", "Slimme straatlantaarn")
    assert "read in a translation; the original is in FR" in notice.remarks


def test_a_translation_that_lacks_a_part_of_the_original_is_not_read():
    french = form("F02_2014", BODY + OBJECT.format(more=""), "FR")
    summary = form("F02_2014", OBJECT.format(more=""), "NL", "TRANSLATION")
    notice = read(export(summary + french))
    assert (notice.language, notice.remarks) == ("fr", ())


@pytest.mark.parametrize(
    ("number", "title", "original"),
    [
        ("059400-2022", "Reiniging van gebouwen", "DE"),
        ("086293-2022", "Enquête II", "EN"),
        ("134215-2022", "Vervoer", "FR"),
        ("438840-2022", "", "EN"),
    ],
)
def test_notices_of_the_unions_institutions_are_read_in_dutch(shared, number, title, original):
    body = (shared / "notices" / "multilingual" / f"{number}.xml").read_text(encoding="utf-8")
    notice = read(body)
    assert (notice.language, notice.buyer_kind) == ("nl", "international")
    assert title.lower() in notice.title.lower()
    assert notice.remarks == (f"read in a translation; the original is in {original}",)


@pytest.mark.parametrize("name", ["QUALIFICATION_SYSTEM_UTILITIES", "OTH_NOT", "F02_2014"])
def test_a_form_without_a_title_is_read_by_its_text(name):
    untitled = BODY + "<SHORT_DESCR><P>Een stelsel voor leveranciers van pompen.</P></SHORT_DESCR>"
    notice = read(export(form(name, untitled), coded(td="O")))
    assert (notice.title, notice.description) == ("", "Een stelsel voor leveranciers van pompen.")
    assert "no title" in notice.remarks


@pytest.mark.parametrize("code", ["D", "Q"])
def test_a_contest_and_a_qualification_system_are_no_procedures_of_award(code):
    notice = f02(section=coded(proc=code))
    assert (notice.procedure, notice.remarks) == (None, ())


def test_several_buyers_are_joined_and_the_first_one_counts():
    second = (
        "<ADDRESS_CONTRACTING_BODY_ADDITIONAL><OFFICIALNAME>Provincie Proef</OFFICIALNAME>"
        "</ADDRESS_CONTRACTING_BODY_ADDITIONAL>"
    )
    notice = read(export(form("F02_2014", BODY + second + OBJECT.format(more=""))))
    assert notice.buyer == "Gemeente Voorbeeld; Provincie Proef"
    assert notice.buyer_kind == "municipality"


def test_eight_digits_of_another_country_are_no_dutch_trade_register_number():
    abroad = coded().replace('ISO_COUNTRY VALUE="NL"', 'ISO_COUNTRY VALUE="DK"')
    notice = f02(section=abroad)
    assert (notice.country, notice.buyer_id) == ("DK", None)


AWARD = (
    "<AWARD_CONTRACT><LOT_NO>{lot}</LOT_NO><AWARDED_CONTRACT><DATE_CONCLUSION_CONTRACT>{day}"
    "</DATE_CONCLUSION_CONTRACT><CONTRACTORS><CONTRACTOR><ADDRESS_CONTRACTOR><OFFICIALNAME>Winnaar"
    '</OFFICIALNAME><COUNTRY VALUE="NL"/></ADDRESS_CONTRACTOR></CONTRACTOR></CONTRACTORS><VALUES>'
    '<VAL_TOTAL CURRENCY="EUR"{more}>{value}</VAL_TOTAL></VALUES></AWARDED_CONTRACT>'
    "</AWARD_CONTRACT>"
)
FAILED = (
    "<AWARD_CONTRACT><LOT_NO>{lot}</LOT_NO><NO_AWARDED_CONTRACT><PROCUREMENT_UNSUCCESSFUL/>"
    "</NO_AWARDED_CONTRACT></AWARD_CONTRACT>"
)
TWO_LOTS = LOT.format(inner="<LOT_NO>1</LOT_NO>") + LOT.format(inner="<LOT_NO>2</LOT_NO>")


def test_the_contracts_of_a_lot_are_added_and_levels_are_not():
    awards = AWARD.format(lot="Perceel 1", day="2020-02-03", value="100", more="")
    awards += AWARD.format(lot="01", day="2020-02-01", value="50.5", more="")
    total = '<VAL_TOTAL CURRENCY="EUR">999</VAL_TOTAL>'
    notice = f03(awards + FAILED.format(lot="2"), total + TWO_LOTS)
    first, second = notice.lots
    assert (first.awarded, first.awarded_on) == (euro(150.5), dt.date(2020, 2, 1))
    assert (first.outcome, second.outcome) == ("selec-w", "clos-nw")
    assert (second.awarded, second.awarded_on) == (None, None)
    assert notice.awarded == euro(999)


def test_an_award_of_the_only_lot_needs_no_number():
    notice = f03(AWARD.format(lot="", day="2020-02-03", value="100", more=""))
    assert (notice.lots[0].awarded, notice.awarded) == (euro(100), None)


def test_an_award_of_two_lots_at_once_is_divided_over_neither():
    notice = f03(AWARD.format(lot="1 en 2", day="2020-02-03", value="100", more=""), TWO_LOTS)
    assert [lot.awarded for lot in notice.lots] == [None, None]
    assert notice.remarks == ("award without one lot: 1 en 2",)


def test_withheld_values_stay_withheld():
    award = AWARD.format(lot="", day="2020-02-03", value="100", more=' PUBLICATION="NO"')
    above = award.replace(' PUBLICATION="NO"', "").replace("<VALUES>", '<VALUES PUBLICATION="NO">')
    for awards in (award, above):
        notice = f03(awards)
        assert notice.lots[0].awarded is None
        assert notice.remarks == ("withheld: awarded lot",)


def test_a_range_is_no_value():
    spread = '<VAL_RANGE_TOTAL CURRENCY="EUR"><LOW>1</LOW><HIGH>9</HIGH></VAL_RANGE_TOTAL>'
    notice = f03("", spread + LOT.format(inner=""))
    assert (notice.awarded, notice.remarks) == (None, ("range: awarded",))


def test_the_coded_total_stands_in_for_a_form_without_one():
    values = '<VALUES><VALUE TYPE="ESTIMATED_TOTAL" CURRENCY="EUR">700000</VALUE></VALUES>'
    assert f02(section=coded(more=values)).estimated == euro(700000)
    stated = '<VAL_ESTIMATED_TOTAL CURRENCY="EUR">650000</VAL_ESTIMATED_TOTAL>'
    assert f02(stated, section=coded(more=values)).estimated == euro(650000)


def test_earlier_notices_are_referred_to_once():
    earlier = "<REF_NOTICE><NO_DOC_OJS>2019/S 217-533507</NO_DOC_OJS></REF_NOTICE>"
    link = "<NOTICE_NUMBER_OJ>2019/S 217-533507</NOTICE_NUMBER_OJ>"
    notice = f02(procedure=link, section=coded(more=earlier))
    assert notice.references == (Reference(kind="previous", target="533507-2019"),)


def test_a_corrigendum_is_about_its_corrections_and_changes_its_target():
    inner = (
        BODY
        + OBJECT.format(more="")
        + "<COMPLEMENTARY_INFO><NOTICE_NUMBER_OJ>2020/S 001-000012</NOTICE_NUMBER_OJ>"
        "</COMPLEMENTARY_INFO><CHANGES><CHANGE><WHERE><SECTION>II.1.4</SECTION></WHERE>"
        "<OLD_VALUE><TEXT><P>lamp</P></TEXT></OLD_VALUE><NEW_VALUE><TEXT><P>led</P></TEXT>"
        '<CPV_MAIN><CPV_CODE CODE="99999999"/></CPV_MAIN></NEW_VALUE></CHANGE></CHANGES>'
    )
    notice = read(export(form("F14_2014", inner)))
    assert (notice.kind, notice.description) == ("change", "II.1.4\nlamp\nled")
    assert notice.references == (Reference(kind="changes", target="12-2020"),)
    assert notice.cpv == ("34993000",)


def test_an_old_corrigendum_is_read_alike():
    inner = (
        "<FD_ADDITIONAL_INFORMATION_CORRIGENDUM><OBJECT_ICAR><DESCRIPTION_ICAR><TITLE_CONTRACT>"
        "<P>Lampen</P></TITLE_CONTRACT><SHORT_DESCRIPTION_CONTRACT><P>Oud</P>"
        "</SHORT_DESCRIPTION_CONTRACT></DESCRIPTION_ICAR></OBJECT_ICAR><PROCEDURES_ICAR>"
        '<TYPE_OF_PROCEDURE_DETAIL_FOR_ICAR VALUE="RESTRICTED"/><NOTICE_NUMBER_OJ>2014/S 1-000034'
        "</NOTICE_NUMBER_OJ></PROCEDURES_ICAR><COMPLEMENTARY_ICAR><CORR><REPLACE><WHERE>II.1.5"
        "</WHERE><NEW_VALUE><TEXT><P>Nieuw</P></TEXT></NEW_VALUE></REPLACE></CORR>"
        "</COMPLEMENTARY_ICAR></FD_ADDITIONAL_INFORMATION_CORRIGENDUM>"
    )
    notice = read(export(form("ADDITIONAL_INFORMATION_CORRIGENDUM", inner), coded(td="2")))
    assert (notice.title, notice.description) == ("Lampen", "II.1.5\nNieuw")
    assert (notice.kind, notice.procedure) == ("change", "restricted")
    assert notice.references == (Reference(kind="changes", target="34-2014"),)


def test_a_modification_modifies_and_tells_what_it_changes():
    inner = (
        BODY
        + OBJECT.format(more="").replace(
            "<SHORT_DESCR><P>Eerste alinea.</P><P>Tweede.</P></SHORT_DESCR>", ""
        )
        + "<PROCEDURE><NOTICE_NUMBER_OJ>2019/S 001-000056</NOTICE_NUMBER_OJ></PROCEDURE>"
        "<MODIFICATIONS_CONTRACT><INFO_MODIFICATIONS><SHORT_DESCR><P>Meer lampen.</P>"
        "</SHORT_DESCR></INFO_MODIFICATIONS></MODIFICATIONS_CONTRACT>"
    )
    notice = read(export(form("F20_2014", inner)))
    assert (notice.kind, notice.description) == ("change", "Meer lampen.")
    assert notice.references == (Reference(kind="modifies", target="56-2019"),)


OLD_OBJECT = (
    '<TITLE_CONTRACT><P>Uitzendkrachten</P></TITLE_CONTRACT><TYPE_CONTRACT VALUE="SERVICES"/>'
    "<SHORT_CONTRACT_DESCRIPTION><P>Inhuur.</P></SHORT_CONTRACT_DESCRIPTION><CPV><CPV_MAIN>"
    '<CPV_CODE CODE="79620000"/></CPV_MAIN></CPV>'
)


def test_a_notice_of_2004_without_lots_gets_one_lot_with_its_facts_and_no_text():
    inner = (
        '<FD_CONTRACT CTYPE="SERVICES"><CA_CE_CONCESSIONAIRE_PROFILE><ORGANISATION><OFFICIALNAME>'
        "Waterschap Laag</OFFICIALNAME></ORGANISATION></CA_CE_CONCESSIONAIRE_PROFILE>"
        f'<NOTICE_INVOLVES VALUE="PUBLIC_CONTRACT"/>{OLD_OBJECT}<ACCEPTED_VARIANTS VALUE="YES"/>'
        '<NATURE_QUANTITY_SCOPE><COSTS_RANGE_AND_CURRENCY CURRENCY="EUR"><VALUE_COST '
        'FMTVAL="1200.50">1 200,50</VALUE_COST></COSTS_RANGE_AND_CURRENCY></NATURE_QUANTITY_SCOPE>'
        "<PT_NEGOTIATED_CHOICE/><CRITERIA_DEFINITION><CRITERIA>Kwaliteit</CRITERIA><WEIGHTING>60"
        "</WEIGHTING></CRITERIA_DEFINITION></FD_CONTRACT>"
    )
    notice = read(export(form("CONTRACT", inner, FORM="2"), coded(proc="4")))
    (lot,) = notice.lots
    assert (notice.title, notice.description) == ("Uitzendkrachten", "Inhuur.")
    assert (notice.buyer, notice.buyer_kind) == ("Waterschap Laag", "water_board")
    assert (notice.procedure, notice.estimated) == ("neg-w-call", euro(1200.5))
    assert notice.criteria == ("Kwaliteit",)
    assert (lot.lot_id, lot.title, lot.description) == (None, None, None)
    assert (lot.cpv, lot.nature) == (("79620000",), "services")
    assert (lot.variants, lot.framework) == ("allowed", False)


def test_lots_of_2004_come_from_annex_b_with_their_own_codes():
    annex = (
        '<F02_ANNEX_B ITEM="1"><LOT_NUMBER>7</LOT_NUMBER><LOT_TITLE>Zeven</LOT_TITLE>'
        '<LOT_DESCRIPTION><P>Lot.</P></LOT_DESCRIPTION><CPV><CPV_MAIN><CPV_CODE CODE="79625000"/>'
        "</CPV_MAIN></CPV></F02_ANNEX_B>"
    )
    notice = read(export(form("CONTRACT", f"<FD_CONTRACT>{OLD_OBJECT}{annex}</FD_CONTRACT>")))
    (lot,) = notice.lots
    assert (lot.lot_id, lot.title, lot.description) == ("7", "Zeven", "Lot.")
    assert (lot.cpv, notice.cpv) == (("79625000",), ("79620000", "79625000"))


def test_awards_of_2004_that_number_their_lots_make_the_lots():
    award = (
        "<AWARD_OF_CONTRACT><LOT_NUMBER>{n}</LOT_NUMBER><CONTRACT_TITLE><P>Deel {n}</P>"
        "</CONTRACT_TITLE><CONTRACT_AWARD_DATE><DAY>07</DAY><MONTH>1</MONTH><YEAR>2011</YEAR>"
        "</CONTRACT_AWARD_DATE><CONTRACT_VALUE_INFORMATION><INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT"
        ' CURRENCY="EUR"><VALUE_COST FMTVAL="8">8</VALUE_COST>'
        "</INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT><COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE"
        ' CURRENCY="EUR"><VALUE_COST FMTVAL="6">6</VALUE_COST><INCLUDING_VAT/>'
        "</COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE></CONTRACT_VALUE_INFORMATION></AWARD_OF_CONTRACT>"
    )
    body = OLD_OBJECT + award.format(n=1) + award.format(n=2)
    notice = read(export(form("CONTRACT_AWARD", f"<FD_CONTRACT_AWARD>{body}</FD_CONTRACT_AWARD>")))
    assert [(lot.lot_id, lot.title) for lot in notice.lots] == [("1", "Deel 1"), ("2", "Deel 2")]
    assert {(lot.estimated, lot.awarded) for lot in notice.lots} == {(euro(8), euro(6))}
    assert {lot.awarded_on for lot in notice.lots} == {dt.date(2011, 1, 7)}
    assert "includes VAT: awarded lot 1" in notice.remarks


def test_an_esender_notice_has_no_coded_data():
    sender = (
        "<SENDER><IDENTIFICATION><NO_DOC_EXT>2019-012345</NO_DOC_EXT></IDENTIFICATION></SENDER>"
    )
    dispatch = "<DATE_DISPATCH_NOTICE>2019-05-06</DATE_DISPATCH_NOTICE>"
    inner = BODY + OBJECT.format(more=LOT.format(inner="")) + dispatch
    notice = read(export(form("F02_2014", inner), sender, root="TED_ESENDERS"))
    assert notice.notice_id == "2019-012345"
    assert (notice.kind, notice.country) == ("competition", "NL")
    assert notice.published_on == dt.date(2019, 5, 6)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (export("<NOTICE_UUID>u</NOTICE_UUID>"), "no form"),
        (export(form("F02_2014", BODY)), "no title and no text"),
        (
            export(form("F02_2014", OBJECT.format(more="")), "", "TED_EXPORT"),
            "no publication number",
        ),
    ],
)
def test_what_a_notice_cannot_do_without_is_named(body, message):
    with pytest.raises(NoticeError, match=rf"notice\.xml: {message}"):
        read(body)


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
        if ted_export.matches(raw):
            yield path, ted_export.read(raw)


# Counted in the files with grep on TD_DOCUMENT_TYPE and PR_PROC, which the reader uses only
# where the form itself does not tell.
REAL = {
    "ted_export": (
        {"planning": 35, "competition": 45, "result": 89, "change": 2},
        {
            "open": 45,
            "restricted": 8,
            "neg-w-call": 17,
            "neg-wo-call": 50,
            "comp-dial": 4,
            "innovation": 3,
            None: 44,
        },
    ),
    "other_languages": ({"competition": 11, "result": 16}, {"innovation": 27}),
}


@pytest.mark.parametrize("folder", REAL)
def test_all_real_notices_are_read_and_their_kinds_and_procedures_add_up(folder, shared):
    notices = [notice for _, notice in real(shared / "notices" / folder)]
    kinds, procedures = REAL[folder]
    assert collections.Counter(notice.kind for notice in notices) == kinds
    assert collections.Counter(notice.procedure for notice in notices) == procedures


@pytest.mark.parametrize("folder", REAL)
def test_every_real_notice_has_its_number_a_title_a_buyer_a_date_a_code_and_a_lot(folder, shared):
    for path, notice in real(shared / "notices" / folder):
        assert notice.notice_id == path.stem.lstrip("0")
        assert notice.title
        assert notice.buyer
        assert notice.published_on
        assert notice.cpv
        assert notice.nature
        assert notice.country
        assert notice.lots
