"""No cell that we write is run by a spreadsheet."""

import csv
import io

import pytest

from pipeline.spreadsheet import csv_table, defused


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert defused(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", [-1.5, "+3", " -3", "-12", "-1,5", "tekst", "", "a=b", None, True])
def test_numbers_and_other_texts_are_left_alone(cell):
    assert defused(cell) is cell


def test_a_table_has_its_columns_and_nothing_for_what_is_missing():
    body = csv_table(("a", "b"), [{"a": "=1", "b": True}, {"b": None}])
    assert list(csv.reader(io.StringIO(body.decode()))) == [["a", "b"], ["'=1", "true"], ["", ""]]
