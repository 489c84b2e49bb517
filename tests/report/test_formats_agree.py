"""Page, PDF, workbook, CSV and JSON hold the same cells, read back from the files."""

import csv
import json
import re
import shutil
import subprocess

import openpyxl
import pytest
from lxml import html

from pipeline.report import sections

# Where the numbers of a sheet begin: caption, section, warnings, an empty line, two of headings.
HEADS = 2


def bare(text):
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def written(facts):
    return [t for s in sections.write_sections(facts) for t in s.tables]


def file(files, ending):
    return next((x for x in files if x.name.endswith(ending)), None)


@pytest.fixture(scope="module")
def on_page(files, written):
    """Per table its cells as the page shows them: first those in place, then the appendix."""
    order = [t for t in written if not t.appendix] + [t for t in written if t.appendix]
    tree = html.fromstring(file(files, ".html").read_text(encoding="utf-8"))
    found = tree.xpath("//main//table")
    assert len(found) == len(order)
    return {
        t.key: [[x.text_content() for x in line] for line in body.xpath("tbody/tr")]
        for t, body in zip(order, found, strict=True)
    }


@pytest.fixture(scope="module")
def in_csv(files):
    text = file(files, ".csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_page_shows_every_cell(on_page, written):
    for t in written:
        assert on_page[t.key] == [[cell.shown for cell in line] for line in t.lines], t.key


def test_csv_and_page_show_the_same(on_page, in_csv, written):
    shown = {}
    for x in in_csv:
        shown.setdefault((x["tabel"], x["regel"], x["kolom"]), set()).add(x["getoond"])
    read = 0
    for t in written:
        for line in on_page[t.key]:
            for column, cell in zip(t.columns[1:], line[1:], strict=True):
                # CSV marks what a spreadsheet would take for a formula.
                name = (t.key, line[0], column.name)
                assert {x.lstrip("'") for x in shown.get(name, {""})} >= {cell}, name
                read += bool(cell)
    assert read > 300


def test_json_is_the_csv(files, in_csv):
    whole = json.loads(file(files, ".json").read_bytes())["cijfers"]
    assert len(whole) == len(in_csv)
    for one, other in zip(whole, in_csv, strict=True):
        assert one["getoond"] == other["getoond"].lstrip("'")
        assert ("" if one["waarde"] is None else str(one["waarde"])) == other["waarde"]


def test_a_shown_percentage_is_its_value_rounded(in_csv):
    read = 0
    for x in in_csv:
        parts = re.findall(r"\d+,\d(?=%)", x["getoond"])
        if x["eenheid"] == "fractie" and parts and x["waarde"] and "minder" not in x["getoond"]:
            end = {"": 0, "van": 0, "tot": -1}[x["grens"]]
            # A bound is rounded outwards, all else to the nearest tenth.
            width = 0.1 if x["grens"] else 0.0501
            seen = float(parts[end].replace(",", "."))
            assert seen == pytest.approx(100 * float(x["waarde"]), abs=width), x
            read += 1
    assert read > 200


def test_the_workbook_holds_the_values_of_the_csv(files, in_csv, written):
    book = openpyxl.load_workbook(file(files, ".xlsx"))
    values = {
        (x["tabel"], x["regel"], x["kolom"] + (f", {x['grens']}" if x["grens"] else "")): x
        for x in in_csv
    }
    read = 0
    for t in written:
        rows = list(book[t.key[:31]].iter_rows(values_only=True))
        top = next(n for n, row in enumerate(rows) if row[0] == t.columns[0].name and n > 1)
        names = rows[top]
        for row in rows[top + HEADS : top + HEADS + len(t.lines)]:
            for name, value in zip(names[1:], row[1:], strict=True):
                told = values.get((t.key, row[0], name))
                if told and told["waarde"]:
                    scale = 1e6 if told["eenheid"] == "euro" else 1
                    assert value * scale == pytest.approx(float(told["waarde"])), (t.key, row[0])
                    read += 1
    assert read > 300


def test_the_pdf_shows_every_line(files, written):
    if file(files, ".pdf") is None:
        pytest.skip("there is no PDF: WeasyPrint finds no Pango")
    if not (tool := shutil.which("pdftotext")):
        pytest.skip("pdftotext (poppler) is not installed")
    told = subprocess.run(
        [tool, "-raw", file(files, ".pdf"), "-"], capture_output=True, text=True, check=True
    )
    text = bare(told.stdout)
    absent = [
        (t.key, line[0].shown)
        for t in written
        for line in t.lines
        if bare("".join(cell.shown for cell in line)) not in text
    ]
    assert absent == []
