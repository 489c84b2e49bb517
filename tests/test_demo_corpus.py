"""The demonstration notices are complete, fictional and judged; no reader of ours is used."""

import csv
import json
import re
from pathlib import Path

import pytest
from lxml import etree

DEMO = Path(__file__).parent.parent / "corpora" / "demo"
README = (DEMO / "LEESMIJ.md").read_text(encoding="utf-8")
DEGREES = {"none", "incremental", "disruptive", "transformative"}
FORMS = {
    "sbir",
    "pcp",
    "innovation_partnership",
    "design_contest",
    "competitive_dialogue",
    "market_consultation",
    "challenge",
    "hackathon",
    "living_lab",
    "functional_specification",
    "variants",
    "innovation_clause",
    "launching_customer",
    "buyer_group",
}
CONTACT_ELEMENTS = {
    "Contact",
    "ElectronicMail",
    "Telephone",
    "Telefax",
    "CONTACT_POINT",
    "ATTENTION",
    "PHONE",
    "E_MAIL",
    "FAX",
    "MEMBER_NAME",
}
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
# Dutch and Belgian numbers as people write them, with country code or trunk zero. Digits that
# go on after or stand before (dates, publication numbers, identifiers) are no phone number, nor
# is a CPV code with its check digit.
PHONE = re.compile(
    r"(?<![\w./:-])(?!\d{8}-\d\b)"
    r"(?:(?:\+|00)[1-9]\d(?:[ ().-]{0,2}\d){7,9}|0[1-9](?:[ /.-]?\d){7,8})"
    r"(?![\w/:-])"
)


def xml_roots(folder):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return {path: etree.parse(path, parser).getroot() for path in sorted(folder.glob("*.xml"))}


def eforms_ids():
    return [
        root.xpath("string(//*[local-name()='NoticePublicationID'])").lstrip("0")
        for root in xml_roots(DEMO / "eforms").values()
    ]


def ted_ids():
    return [root.get("DOC_ID").lstrip("0") for root in xml_roots(DEMO / "ted_export").values()]


def tenderned_publications():
    bodies = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((DEMO / "tenderned").glob("*.json"))
    ]
    return [publication for body in bodies for publication in body.get("content", [body])]


def tenderned_ids():
    return [str(publication["publicatieId"]) for publication in tenderned_publications()]


def table():
    with (DEMO / "tabel.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_ids():
    return [notice["notice_id"] for notice in table()]


def judgements():
    with (DEMO.parent / "annotations" / "demo.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_ids():
    return [*eforms_ids(), *ted_ids(), *tenderned_ids(), *table_ids()]


def files():
    return sorted(path for path in DEMO.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("place", "ids", "fewest"),
    [
        ("eforms/", eforms_ids, 13),
        ("ted_export/", ted_ids, 9),
        ("tenderned/", tenderned_ids, 9),
        ("tabel.csv", table_ids, 14),
    ],
)
def test_the_readme_states_the_counts(place, ids, fewest):
    stated = re.search(rf"^\| `{re.escape(place)}` \|.*\| (\d+) \|$", README, re.MULTILINE)
    assert stated, f"{place} is not in the table of LEESMIJ.md"
    assert len(ids()) == int(stated[1]) >= fewest


def test_every_file_has_a_place_in_the_readme():
    for path in files():
        place = path.relative_to(DEMO).parts[0]
        assert place == "LEESMIJ.md" or f"`{place}" in README


def test_notices_have_unique_fictional_ids():
    ids = all_ids()
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"99\d{6}(-202[456])?|tabel-\d{3}", notice_id) for notice_id in ids)


def test_xml_files_are_named_after_their_publication_number():
    names = [path.stem for folder in ("eforms", "ted_export") for path in xml_roots(DEMO / folder)]
    assert names == [*eforms_ids(), *ted_ids()]


def test_every_notice_is_judged_and_every_judgement_has_a_notice():
    judged = [judgement["notice_id"] for judgement in judgements()]
    assert len(set(judged)) == len(judged)
    assert set(judged) == set(all_ids())


def test_every_degree_and_every_form_occurs():
    rows = judgements()
    assert {row["degree"] for row in rows} == DEGREES
    assert {form for row in rows for form in row["forms"].split(";")} == FORMS | {"conventional"}


def test_judgements_follow_the_codebook():
    for row in judgements():
        is_none = row["degree"] == "none"
        aspects = set(row["aspect"].split(";")) - {""}
        forms = row["forms"].split(";")
        assert (row["openness"] == "closed") == is_none, row
        assert (not aspects) == is_none, row
        assert aspects <= {"rd", "solution"}, row
        assert row["openness"] in {"asked", "room", "closed"}, row
        assert forms == sorted(forms), row
        assert forms == ["conventional"] or "conventional" not in forms, row


def test_somewhat_more_than_half_of_the_notices_is_not_innovation_oriented():
    degrees = [row["degree"] for row in judgements()]
    assert 0.5 <= degrees.count("none") / len(degrees) <= 0.6


def test_structured_fields_agree_with_the_judged_forms():
    forms = {row["notice_id"]: row["forms"].split(";") for row in judgements()}
    signs = {
        "innovation_partnership": "//*[local-name()='ProcedureCode'][.='innovation']"
        "|//*[local-name()='PT_INNOVATION_PARTNERSHIP']",
        "competitive_dialogue": "//*[local-name()='ProcedureCode'][.='comp-dial']"
        "|//*[local-name()='PT_COMPETITIVE_DIALOGUE']",
        "variants": "//*[local-name()='VariantConstraintCode'][.='allowed']"
        "|//*[local-name()='ACCEPTED_VARIANTS'][not(@VALUE)]",
        "design_contest": "//*[local-name()='SubTypeCode'][.='23' or .='36']"
        "|//*[local-name()='F12_2014' or local-name()='F13_2014']",
    }
    for folder in ("eforms", "ted_export"):
        for path, root in xml_roots(DEMO / folder).items():
            for form, sign in signs.items():
                assert bool(root.xpath(sign)) == (form in forms[path.stem]), (path.name, form)


@pytest.mark.parametrize(
    "subtype", ["4", "7", "10", "16", "17", "20", "23", "25", "29", "36", "38", "E1", "E3"]
)
def test_the_eforms_subtype_occurs(subtype):
    subtypes = {
        root.xpath("string(//*[local-name()='SubTypeCode'])")
        for root in xml_roots(DEMO / "eforms").values()
    }
    assert subtype in subtypes


@pytest.mark.parametrize(
    "form",
    [f"F{number}_2014" for number in ["02", "03", "05", "12", "13", "14", "15", "20", "21"]]
    + ["CONTRACT"],
)
def test_the_ted_form_occurs(form):
    forms = [
        root.xpath("local-name(//*[local-name()='FORM_SECTION']/*)")
        for root in xml_roots(DEMO / "ted_export").values()
    ]
    assert form in forms


def test_the_change_notice_and_the_modification_point_into_the_set():
    targets = [
        target.text
        for root in xml_roots(DEMO / "eforms").values()
        for target in root.xpath("//*[local-name()='ChangedNoticeIdentifier']")
    ]
    assert targets == ["99000103-2025", "99000114-2025"]
    assert set(targets) <= set(eforms_ids())


def test_the_cpv_label_in_ti_text_is_never_the_title():
    for path, root in xml_roots(DEMO / "ted_export").items():
        labels = root.xpath("//*[local-name()='TI_TEXT']/*/text()")
        titles = root.xpath(
            "//*[local-name()='OBJECT_CONTRACT']/*[local-name()='TITLE']/*/text()"
            "|//*[local-name()='TITLE_CONTRACT']/*/text()"
        )
        assert labels, path.name
        assert titles, path.name
        assert not set(labels) & set(titles), path.name


def test_tenderned_has_the_announced_kinds():
    codes = {
        (publication.get("aankondigingCode") or publication["typePublicatie"])["code"]
        for publication in tenderned_publications()
    }
    assert codes == {"AAO", "AGO", "MAC", "REC", "VAK"}


def test_the_table_holds_its_traps():
    notices = table()
    assert any(notice["title"].startswith("=") for notice in notices)
    assert any(notice["language"] == "en" for notice in notices)
    for sign in (";", ",", '"', "\n"):
        assert any(sign in notice["description"] for notice in notices)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_file_holds_no_contact_data(path):
    text = path.read_text(encoding="utf-8")
    assert not EMAIL.search(text)
    assert not PHONE.search(text)


def test_the_xml_has_no_contact_elements():
    for folder in ("eforms", "ted_export"):
        for path, root in xml_roots(DEMO / folder).items():
            elements = {etree.QName(element).localname for element in root.iter("*")}
            assert not elements & CONTACT_ELEMENTS, path.name


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_web_addresses_are_of_example_org(path):
    text = path.read_text(encoding="utf-8")
    namespaces = r"http://(publications\.europa\.eu|data\.europa\.eu|www\.w3\.org)/"
    addresses = re.findall(r"https?://[^\s\"<]+|www\.[^\s\"<]+", text)
    strangers = [
        address
        for address in addresses
        if not re.match(rf"{namespaces}|https://www\.example\.org/", address)
    ]
    assert strangers == []


@pytest.mark.parametrize(
    "number", ["+31 20 123 45 67", "020-1234567", "06 12345678", "0031201234567", "053 123 45 67"]
)
def test_the_search_for_phone_numbers_finds_them(number):
    assert PHONE.search(f"Bel {number} voor inlichtingen.")


@pytest.mark.parametrize("number", ["2024/S 118-99000201", "2025-05-27+01:00", "09100000-0"])
def test_the_search_for_phone_numbers_leaves_other_numbers_alone(number):
    assert not PHONE.search(f"Zie {number} hierboven.")
