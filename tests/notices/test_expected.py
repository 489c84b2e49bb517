"""The XML readers against values that were read from the XML by hand."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from pipeline.notices import collect
from pipeline.records import Lot, Notice, RawNotice

EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))["notice"]

FOLDERS = ("ted_export", "eforms", "other_languages")
NOT_COMPARED = {"file", "currency", "unclear"}

# Amounts are compared with their currency, which is EUR unless the table says otherwise.
AMOUNTS = {"estimated", "awarded", "first_lot_awarded"}

SUBTYPE = re.compile(r"<(?:\w+:)?SubTypeCode\b[^>]*>\s*(\w+)\s*<")
ORIGINAL_FORM = re.compile(r"<(?:\w+:)?([A-Z_]+)[^<>]*\sCATEGORY=[\"']ORIGINAL[\"'][^<>]*>")
# Bodies of before 2016 carry a bare number; they go by the name of their element.
FORM_NUMBER = re.compile(r"\sFORM=[\"']([FT]\d\d)[\"']")


def original_forms(text):
    numbers = ((FORM_NUMBER.search(form[0]), form[1]) for form in ORIGINAL_FORM.finditer(text))
    return [number[1] if number else element for number, element in numbers]


def start(text):
    return " ".join(text.split())[:80].strip() if text else None


def folded(text):
    return " ".join(text.split())


def amount(stated):
    return (stated.value, stated.currency) if stated else None


def codes(stated):
    return None if stated is None else sorted(stated)


def what_was_read(notice):
    """The fields of a notice under the names and in the shape of the tables."""
    first = notice.lots[0]
    return {
        "notice_id": notice.notice_id,
        "format": notice.format,
        "subtype": notice.subtype,
        "kind": notice.kind,
        "title": folded(notice.title),
        "buyer": notice.buyer,
        "published_on": notice.published_on,
        "language": notice.language,
        "country": notice.country,
        "procedure": notice.procedure,
        "nature": notice.nature,
        "cpv_main": notice.cpv[0] if notice.cpv else None,
        "lots": len(notice.lots),
        "estimated": amount(notice.estimated),
        "awarded": amount(notice.awarded),
        "first_lot_awarded": amount(first.awarded),
        "variants": first.variants,
        "purposes": codes(first.purposes),
        "innovation": codes(first.innovation),
        "references": sorted(f"{each.kind}:{each.target}" for each in notice.references),
        "lot_text_80": start(first.description),
        "description_80": start(notice.description),
    }


def what_is_expected(table, key):
    value = table.get(key)
    if value is None:
        return [] if key == "references" else None
    if key in AMOUNTS:
        return (value, table.get("currency", "EUR"))
    return sorted(value) if isinstance(value, list) else value


def differences(table, notice):
    """Lines that name each field in which the reader and the XML disagree."""
    read = what_was_read(notice)
    # Several buyers are joined; the tables name the first one.
    if (read["buyer"] or "").startswith(table["buyer"] + "; "):
        read["buyer"] = table["buyer"]
    return [
        f"{key}: read {read[key]!r}, expected {expected!r}"
        for key in read
        if key not in table.get("unclear", [])
        and read[key] != (expected := what_is_expected(table, key))
    ]


@pytest.mark.parametrize("table", EXPECTED, ids=lambda table: table["file"])
def test_a_notice_is_read_as_a_person_reads_it(table, shared):
    path = shared / "notices" / table["file"]
    raw = RawNotice(
        source="files",
        source_id=table["file"],
        url=table["file"],
        fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        media_type="application/xml",
        body=path.read_bytes(),
    )
    assert differences(table, collect.read_notice(raw)) == []


def test_a_table_names_only_fields_that_are_compared():
    anything = Notice(
        notice_id="1-2024", source="files", format="eforms", kind="result", title="x", lots=(Lot(),)
    )
    known = NOT_COMPARED | set(what_was_read(anything))
    assert [(table["file"], set(table) - known) for table in EXPECTED if set(table) - known] == []


def test_at_least_40_notices_were_read_by_hand_each_once():
    files = {table["file"] for table in EXPECTED}
    assert len(files) == len(EXPECTED) >= 40


def test_every_form_and_subtype_among_the_real_notices_was_read_by_hand(shared):
    present = set()
    for path in (each for name in FOLDERS for each in (shared / "notices" / name).glob("*.xml")):
        text = path.read_text("utf-8")
        found = SUBTYPE.findall(text) or original_forms(text)
        assert found, f"{path.name}: neither a subtype nor an original form"
        present.update(found)
    assert present - {table["subtype"] for table in EXPECTED} == set()
