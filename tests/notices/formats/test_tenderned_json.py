"""TenderNed publications, made up after the documented shape of the API."""

import datetime as dt
import json

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import tenderned_json
from pipeline.records import Lot, Notice, RawNotice, Reference

LIST_ELEMENT = {
    "publicatieId": "356212",
    "publicatieDatum": "2026-01-30",
    "typePublicatie": {"code": "AAO", "omschrijving": "Aankondiging van een opdracht"},
    "aanbestedingNaam": "Beweegbare brug &amp; toebehoren\u200b",
    "opdrachtgeverNaam": "Gemeente Voorbeeldstad",
    "sluitingsDatum": "2026-03-01T12:00:00",
    "procedure": {"code": "OPE", "omschrijving": "Openbaar"},
    "typeOpdracht": {"code": "W", "omschrijving": "Werken"},
    "publicatiecode": {"code": "EF16", "omschrijving": "EF16"},
    "isVroegtijdigeBeeindiging": False,
    "opdrachtBeschrijving": "R&amp;D&nbsp;naar &quot;slimme&quot; bruggen.",
    "kenmerk": 456789,
    "link": {"href": "https://example.org/"},
}

DETAIL = {
    "publicatieId": 356213,
    "kenmerk": 456789,
    "aanbestedingNaam": "Beweegbare brug",
    "opdrachtgeverNaam": "Waterschap Voorbeeld",
    "opdrachtBeschrijving": "Een brug.",
    "publicatieDatum": "2026-01-30T00:00:00",
    "typePublicatie": "Aankondiging van een gegunde opdracht",
    "publicatieCode": "EF29",
    "aankondigingCode": {"code": "AGO", "omschrijving": "Gegunde opdracht"},
    "typeOpdrachtCode": {"code": "D", "omschrijving": "Diensten"},
    "procedureCode": {"code": "???", "omschrijving": "Innovatiepartnerschap"},
    "opdrachtAardCode": {"code": "RAA", "omschrijving": "Raamovereenkomst"},
    "cpvCodes": [
        {"isHoofdOpdracht": False, "code": "72000000-5", "omschrijving": "IT"},
        {"isHoofdOpdracht": True, "code": "73000000-2", "omschrijving": "O&O"},
    ],
    "nutsCodes": [{"code": "NL33C", "omschrijving": "Groot-Rijnmond"}],
    "isGegund": True,
    "isVroegtijdigBeeindigd": False,
    "formType": "result",
    "pbNummerTed": "043394-2026",
}


def raw(publication) -> RawNotice:
    return RawNotice(
        source="tenderned",
        source_id="page#3",
        url="https://example.org/",
        fetched_at=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
        media_type="application/json",
        body=json.dumps(publication).encode(),
    )


def read(publication, **changes) -> Notice:
    return tenderned_json.read(raw({**publication, **changes}))


def test_a_list_element_is_read_whole():
    assert read(LIST_ELEMENT) == Notice(
        notice_id="356212",
        source="tenderned",
        format="tenderned_json",
        subtype="EF16",
        kind="competition",
        published_on=dt.date(2026, 1, 30),
        country="NL",
        buyer="Gemeente Voorbeeldstad",
        buyer_kind="municipality",
        title="Beweegbare brug & toebehoren",
        description='R&D\u00a0naar "slimme" bruggen.',
        procedure="open",
        nature="works",
        lots=(Lot(nature="works"),),
        procedure_key="456789",
        url="https://www.tenderned.nl/aankondigingen/overzicht/356212",
    )


def test_a_detail_is_read_whole():
    assert read(DETAIL) == Notice(
        notice_id="356213",
        source="tenderned",
        format="tenderned_json",
        subtype="EF29",
        kind="result",
        published_on=dt.date(2026, 1, 30),
        country="NL",
        buyer="Waterschap Voorbeeld",
        buyer_kind="water_board",
        title="Beweegbare brug",
        description="Een brug.",
        procedure="innovation",
        cpv=("73000000", "72000000"),
        nature="services",
        nuts=("NL33C",),
        lots=(
            Lot(
                cpv=("73000000", "72000000"),
                nature="services",
                framework=True,
                dynamic_purchasing=False,
                outcome="selec-w",
            ),
        ),
        references=(Reference(kind="ted", target="43394-2026"),),
        procedure_key="456789",
        url="https://www.tenderned.nl/aankondigingen/overzicht/356213",
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("VAK", "planning"),
        ("MAC", "consultation"),
        ("AAO", "competition"),
        ("AGO", "result"),
        ("REC", "change"),
        ("AAW", "change"),
    ],
)
def test_the_kind_follows_the_code_of_the_publication(code, kind):
    assert read(LIST_ELEMENT, typePublicatie={"code": code}).kind == kind
    assert read(DETAIL, aankondigingCode={"code": code}).kind == kind


@pytest.mark.parametrize("subtype", ["EF25", "EF26", "EF27", "EF28"])
def test_vbe_is_ex_ante_transparency_under_the_forms_for_it(subtype):
    notice = read(DETAIL, aankondigingCode={"code": "VBE"}, publicatieCode=subtype)
    assert (notice.kind, notice.remarks) == ("result", ())


def test_vbe_under_another_form_is_remarked():
    notice = read(DETAIL, aankondigingCode={"code": "VBE"}, publicatieCode="EF29")
    assert notice.remarks == ("ambiguous code: typePublicatie=VBE",)


def test_an_unknown_code_falls_back_on_the_form_type_with_a_remark():
    notice = read(DETAIL, aankondigingCode={"code": "XYZ"}, formType="cont-modif")
    assert (notice.kind, notice.remarks) == ("change", ("unknown code: typePublicatie=XYZ",))


def test_a_publication_of_unknown_kind_is_refused():
    with pytest.raises(NoticeError, match=r"page#3.*'XYZ'.*expected one of VAK"):
        read(LIST_ELEMENT, typePublicatie={"code": "XYZ"})


@pytest.mark.parametrize(
    ("label", "code", "expected"),
    [
        ("Openbaar", "OPE", "open"),
        ("Openbare procedure", None, "open"),
        ("Niet-openbaar", "NOP", "restricted"),
        ("Niet-openbare procedure", None, "restricted"),
        ("Concurrentiegerichte dialoog", "CCD", "comp-dial"),
        ("Mededingingsprocedure met onderhandeling", "MPO", "neg-w-call"),
        ("Innovatiepartnerschap", None, "innovation"),
        ("Onderhandeling zonder bekendmaking", "OZB", "neg-wo-call"),
        ("Onderhandse procedure", None, "oth-single"),
        ("Andere procedure in één fase", None, "oth-single"),
        ("Andere procedure in meerdere fasen", "APM", "oth-mult"),
        ("innovatiepartnerschap ", "OPE", "innovation"),
        (None, "CCD", "comp-dial"),
        ("Iets nieuws", "NOP", "restricted"),
        ("Marktconsultatie", "MAC", None),
        (None, None, None),
    ],
)
def test_procedures_are_known_by_label_then_by_code(label, code, expected):
    notice = read(LIST_ELEMENT, procedure={"code": code, "omschrijving": label})
    assert (notice.procedure, notice.remarks) == (expected, ())


def test_an_unknown_procedure_is_kept_with_a_remark():
    notice = read(LIST_ELEMENT, procedure={"code": "XYZ", "omschrijving": "Iets nieuws"})
    assert notice.procedure == "Iets nieuws"
    assert notice.remarks == ("unknown code: procedure=Iets nieuws",)


@pytest.mark.parametrize(
    ("form", "framework", "dynamic"),
    [("OOP", False, False), ("RAA", True, False), ("IDA", False, True)],
)
def test_the_form_of_the_contract(form, framework, dynamic):
    (lot,) = read(DETAIL, opdrachtAardCode={"code": form}).lots
    assert (lot.framework, lot.dynamic_purchasing) == (framework, dynamic)


def test_an_early_end_is_no_award():
    (lot,) = read(DETAIL, isVroegtijdigBeeindigd=True).lots
    assert lot.outcome == "clos-nw"


def test_only_a_result_has_an_outcome():
    (lot,) = read(DETAIL, aankondigingCode={"code": "AAO"}).lots
    assert lot.outcome is None


def test_the_older_name_of_the_buyer_is_read():
    notice = read(LIST_ELEMENT, opdrachtgeverNaam=None, aanbestedendeDienstNaam="Provincie X")
    assert notice.buyer == "Provincie X"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aanbestedingNaam": " \u200b"}, id="blank title"),
        pytest.param({"aanbestedingNaam": ["a"]}, id="title is a list"),
        pytest.param({"publicatieId": None}, id="no number"),
        pytest.param({"publicatieDatum": "2026-02-30"}, id="no such day"),
        pytest.param({"procedure": "Openbaar"}, id="procedure is a text"),
        pytest.param({"cpvCodes": ["73000000"]}, id="codes are no objects"),
        pytest.param({"typePublicatie": {"code": {}}}, id="code is an object"),
    ],
)
def test_what_has_a_wrong_shape_is_refused_with_its_place(changes):
    with pytest.raises(NoticeError, match=r"^page#3"):
        read(LIST_ELEMENT, **changes)


@pytest.mark.parametrize("body", [b"<a/>", b"[]", b'{"a": {"publicatieId": 1}}', b"\xff", b""])
def test_other_content_is_not_taken(body):
    other = RawNotice(
        source="files",
        source_id="x",
        url="x",
        fetched_at=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
        media_type="application/json",
        body=body,
    )
    assert not tenderned_json.matches(other)
    assert tenderned_json.matches(raw(LIST_ELEMENT))


def test_a_field_that_nobody_knows_is_remarked_without_its_value():
    notice = read(DETAIL, innovatieIndicatie=True, contactpersoon="J. Jansen", links={})
    assert notice.remarks == ("unread field: contactpersoon", "unread field: innovatieIndicatie")
