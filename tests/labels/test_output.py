"""Files of labels: typed, streamed, and harmless in a spreadsheet."""

import csv
import json

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import SettingsError
from pipeline.labels import output

COLUMNS = ("notice_id", "title", "innovation_oriented", "p_innovation", "degree_rank")
LINES = [
    {
        "notice_id": "1",
        "title": '=HYPERLINK("http://example.org")',
        "innovation_oriented": True,
        "p_innovation": 0.25,
        "degree_rank": 2,
    },
    {
        "notice_id": "2",
        "title": "Brug; 'nieuw', \"oud\"\nen meer",
        "innovation_oriented": None,
        "p_innovation": None,
        "degree_rank": None,
    },
]


def written(tmp_path, name):
    path, part = tmp_path / name, tmp_path / "part"
    kind = output.format_of(path)
    part.write_bytes(
        output.header(kind, COLUMNS) + b"".join(output.encode(kind, line) for line in LINES)
    )
    output.finish(part, path, COLUMNS)
    assert not part.exists()
    return path


def test_csv_defuses_formulas_and_leaves_unknown_cells_empty(tmp_path):
    with written(tmp_path, "x.csv").open(encoding="utf-8", newline="") as lines:
        first, second = csv.DictReader(lines)
    assert first["title"] == '\'=HYPERLINK("http://example.org")'
    assert first["innovation_oriented"] == "true"
    assert second["title"] == LINES[1]["title"]
    assert (second["innovation_oriented"], second["p_innovation"]) == ("", "")


def test_jsonl_is_what_went_in(tmp_path):
    text = written(tmp_path, "x.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == LINES


def test_parquet_keeps_types(tmp_path):
    table = pd.read_parquet(written(tmp_path, "x.parquet"))
    assert table.p_innovation.dtype == "float64"
    assert table.innovation_oriented.tolist() == [True, None]
    assert table.degree_rank.tolist()[0] == 2
    assert table.title.tolist() == [line["title"] for line in LINES]


def test_xlsx_writes_text_that_looks_like_a_formula_as_text(tmp_path):
    sheet = openpyxl.load_workbook(written(tmp_path, "x.xlsx")).active
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert (sheet["B2"].value, sheet["B2"].data_type) == (LINES[0]["title"], "s")
    assert sheet["D2"].value == 0.25
    assert sheet["D3"].value is None


def test_another_extension_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot write 'x.docx'; expected one of .csv"):
        output.format_of(tmp_path / "x.docx")
