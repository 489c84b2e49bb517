"""Every figure as CSV, JSON and XLSX."""

import csv
import io
import json
from dataclasses import replace

import openpyxl
import pytest

from pipeline.records import Check
from pipeline.report import sections, tables


@pytest.fixture(scope="module")
def written(facts):
    return sections.write_sections(facts)


@pytest.fixture(scope="module")
def book(facts, written):
    return openpyxl.load_workbook(io.BytesIO(tables.xlsx_of(facts, written)))


def lines(facts):
    text = tables.csv_of(facts, sections.write_sections(facts)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_two_runs_give_the_same_bytes(facts):
    for write in (tables.csv_of, tables.json_of):
        assert write(facts, sections.write_sections(facts)) == write(
            facts, sections.write_sections(facts)
        )


def test_csv_and_json_hold_the_same_figures(facts, written):
    whole = json.loads(tables.json_of(facts, written))
    assert [x["getoond"] for x in whole["cijfers"]] == [x["getoond"] for x in lines(facts)]


def test_a_share_is_written_unrounded_with_its_interval(facts):
    found = {
        (x["kolom"], x["grens"]): x["waarde"]
        for x in lines(facts)
        if (x["tabel"], x["regel"]) == ("aandeel", "Innovatiegericht")
    }
    assert found[("Aandeel in waarde", "")] == "0.1043"
    assert found[("95%-interval waarde", "van")] == "0.0891"
    assert found[("95%-interval waarde", "tot")] == "0.1198"


def test_none_found_has_no_value_but_words(facts):
    found = [x for x in lines(facts) if (x["tabel"], x["regel"]) == ("inkoopvormen", "SBIR")]
    assert found[0]["waarde"] == ""
    assert found[0]["getoond"] == "hoogstens 0,9%"


def test_every_line_says_whether_it_is_fictional_or_biased(facts, without_draw):
    assert {x["fictief"] for x in lines(facts)} == {"true"}
    assert {x["fictief"] for x in lines(without_draw)} == {"false"}
    biased = {x["tabel"] for x in lines(facts) if x["vertekend"] == "true"}
    assert biased == {"andere-rekenwijzen", "kopers-zelf"}


def test_json_warns_of_fictional_figures_and_failed_checks(facts, without_draw, written):
    whole = json.loads(tables.json_of(facts, written))
    assert whole["waarschuwing"].startswith("Verzonnen gegevens")
    assert whole["niet_geslaagde_controles"] == []
    failed = Check(name="there_are_notices", severity="stop", passed=False, finding="0 notices")
    draft = replace(without_draw, checks=(failed,))
    whole = json.loads(tables.json_of(draft, sections.write_sections(draft)))
    assert whole["waarschuwing"] is None
    assert whole["niet_geslaagde_controles"] == ["there_are_notices"]


def test_the_workbook_has_a_first_sheet_and_one_per_table(book, written):
    keys = [x.key for s in written for x in s.tables]
    assert book.sheetnames == ["Lees mij", *keys]


def test_each_sheet_says_that_the_figures_are_fictional(book):
    for sheet in book:
        top = [sheet.cell(number, 1).value for number in range(1, 5)]
        assert any(str(x).startswith("Verzonnen gegevens") for x in top), sheet.title


def test_numbers_are_numbers_with_a_format_and_units(book):
    sheet = book["opdrachtgevers"]
    heads = {sheet.cell(5, n).value: n for n in range(1, sheet.max_column + 1)}
    units = {name: sheet.cell(6, n).value for name, n in heads.items()}
    assert units["Waarde"] == "mln euro"
    assert units["95%-interval waarde, van"] == "%"
    first = {name: sheet.cell(7, n) for name, n in heads.items()}
    assert first["Soort opdrachtgever"].value == "Rijk"
    assert (first["Percelen"].value, first["Percelen"].number_format) == (611, "#,##0")
    assert first["Waarde"].value == pytest.approx(4130)
    assert first["Aandeel in waarde"].value == pytest.approx(0.1433)
    assert first["Aandeel in waarde"].number_format == "0.00%"
    assert first["95%-interval waarde, van"].value == pytest.approx(0.1102)


def test_what_the_figures_rest_on_is_among_the_figures(facts):
    found = {x["kolom"]: x["waarde"] for x in lines(facts) if x["tabel"] == "omvang"}
    assert found == {
        "Procedures": "2104",
        "Percelen": "3412",
        "Bekende waarde": "11530000000.0",
        "Getrokken": "420",
        "Beoordeeld": "412",
        "Overeenstemming": "0.78",
    }
    found = {x["kolom"]: x["waarde"] for x in lines(facts) if x["tabel"] == "uitersten"}
    assert found == {"Laagste": "0.0812", "Hoogste": "0.1533"}


def test_notes_stand_below_the_table(book):
    column = [x.value for x in book["doelen"]["A"]]
    assert column[-1] == "Bron: meting van de Europese Commissie, 2018."


def test_text_that_looks_like_a_formula_stays_text(facts):
    evil = Check(
        name="=1+1", severity="look", passed=False, finding='=HYPERLINK("http://kwaad.example")'
    )
    changed = replace(facts, checks=(evil,))
    sheet = openpyxl.load_workbook(
        io.BytesIO(tables.xlsx_of(changed, sections.write_sections(changed)))
    )["controles"]
    found = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert len(found) == 2
    assert {cell.data_type for cell in found} == {"s"}
    found = [x for x in lines(changed) if x["tabel"] == "controles"]
    assert {x["regel"] for x in found} == {"'=1+1"}
    assert any(x["getoond"].startswith("'=HYPERLINK") for x in found)
