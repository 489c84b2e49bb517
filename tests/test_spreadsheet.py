"""No cell that we write is run by a spreadsheet."""

import csv
import io

import pytest

from pipeline.spreadsheet import (
    csv_table,
    defused,
    forms_cell,
    forms_of_cell,
    labels_cell,
    labels_of_cell,
)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert defused(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", [-1.5, "+3", " -3", "-12", "-1,5", "tekst", "", "a=b", None, True])
def test_numbers_and_other_texts_are_left_alone(cell):
    assert defused(cell) is cell


@pytest.mark.parametrize("labels", [(), ("sbir",), ("pcp", "sbir")])
def test_labels_and_forms_come_back_from_their_cell(labels):
    assert labels_of_cell(labels_cell(labels)) == labels
    assert forms_of_cell(forms_cell(labels)) == labels


def test_no_form_is_said_and_stands_by_itself():
    assert (labels_cell(()), forms_cell(())) == ("", "conventional")
    # Beside a form it is a mistake, which whoever reads it must see.
    assert forms_of_cell("conventional;sbir") == ("conventional", "sbir")
    assert forms_of_cell("") == ()


def test_a_table_has_its_columns_and_nothing_for_what_is_missing():
    body = csv_table(("a", "b"), [{"a": "=1", "b": True}, {"b": None}])
    assert list(csv.reader(io.StringIO(body.decode()))) == [["a", "b"], ["'=1", "true"], ["", ""]]
