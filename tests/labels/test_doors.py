"""The same value gives the same label by every door, and a result stays with its lines."""

import datetime as dt
import io
import json
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pipeline.errors import NoticeError, SettingsError

ROWS = [
    {
        "notice_id": "7",
        "title": "Innovatiepartnerschap: slimme dijkbewaking",
        "description": "Wij vragen een oplossing die nog niet op de markt is. Café à la carte.",
        "procedure": "innovation",
        "cpv": ["73000000", "72000000"],
        "published_on": dt.date(2026, 1, 31),
        "value_eur": 125000.5,
        "innovation": ["rd-act"],
    },
    {
        "notice_id": "8",
        "title": None,
        "description": "Levering van bureaustoelen voor het stadhuis, conform bestek.",
        "procedure": None,
        "cpv": ["39112000"],
        "published_on": dt.date(2026, 2, 1),
        "value_eur": 90000.0,
        "innovation": None,
    },
    {
        "notice_id": "9",
        "title": "Marktconsultatie zelfrijdende veegwagens",
        "description": None,
        "procedure": "Marktconsultatie",
        "cpv": None,
        "published_on": None,
        "value_eur": None,
        "innovation": None,
    },
]


def flat(sign=";"):
    """Lists as one text, as tables without lists have them."""
    return [{k: sign.join(v) if isinstance(v, list) else v for k, v in x.items()} for x in ROWS]


def csv_text():
    return pd.DataFrame(flat()).to_csv(index=False)


def by_csv(folder):
    (folder / "a.csv").write_text(csv_text(), encoding="utf-8")
    return folder / "a.csv"


def by_dutch_csv(folder):
    table = pd.DataFrame(flat(sign=","))
    table["published_on"] = ["31-1-2026", "1-2-2026", ""]
    table["value_eur"] = ["€ 125.000,50", "90.000,00", ""]
    text = "sep=;\r\n" + table.to_csv(index=False, sep=";", lineterminator="\r\n")
    (folder / "a.csv").write_bytes(text.encode("cp1252"))
    return folder / "a.csv"


def by_xlsx(folder):
    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in flat():
        book.active.append([int(row["notice_id"]), *list(row.values())[1:]])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def by_parquet(folder):
    pd.DataFrame(ROWS).to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def by_jsonl(folder):
    text = "\n".join(json.dumps(x, default=str) for x in ROWS)
    (folder / "a.jsonl").write_text(text)
    return folder / "a.jsonl"


def by_archive(folder):
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("map/a.csv", csv_text())
    return folder / "a.zip"


def by_frame(folder):
    return pd.DataFrame(ROWS)


def by_frame_of_parquet(folder):
    table = pd.read_parquet(by_parquet(folder))
    assert isinstance(table.cpv[0], np.ndarray)
    return table


def by_frame_of_other_types(folder):
    table = pd.DataFrame(ROWS)
    table["published_on"] = pd.to_datetime(table.published_on)
    table["notice_id"] = table.notice_id.astype("Int64")
    table["cpv"] = [("73000000", "72000000"), np.array([39112000]), pd.NA]
    return table


def by_stdin(folder):
    return "-"


DOORS = [
    *(by_dutch_csv, by_xlsx, by_parquet, by_jsonl, by_archive, by_frame, by_frame_of_parquet),
    *(by_frame_of_other_types, by_stdin),
]


@pytest.fixture(scope="module")
def expected(classifier, tmp_path_factory):
    return classifier.predict(by_csv(tmp_path_factory.mktemp("csv")))


@pytest.mark.parametrize("door", DOORS)
def test_the_same_value_gives_the_same_label_by_every_door(
    classifier, expected, tmp_path, monkeypatch, door
):
    stdin = io.TextIOWrapper(io.BytesIO(csv_text().encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert expected.published_on.tolist()[:2] == ["2026-01-31", "2026-02-01"]
    assert expected.procedure.tolist()[0] == "innovation"
    pd.testing.assert_frame_equal(classifier.predict(door(tmp_path)), expected)


def test_labels_of_a_filtered_frame_stay_with_their_lines(classifier):
    table = pd.DataFrame(ROWS, index=["a", "b", "c"])
    part = table[table.notice_id != "7"].iloc[::-1].copy()
    part["told"] = classifier.predict(part).notice_id
    assert part.told.to_dict() == {"c": "9", "b": "8"}
    assert part.told.tolist() == part.notice_id.tolist()


def damaged():
    rows = [dict(ROWS[0]), dict(ROWS[1], title=None, description=pd.NaT), dict(ROWS[2], title=True)]
    return pd.DataFrame(rows, index=[10, 20, 30])


def test_one_bad_cell_may_be_set_apart(classifier):
    result = classifier.predict(damaged(), errors="quarantine")
    assert (result.index.tolist(), result.notice_id.tolist()) == ([10], ["7"])
    told = result.attrs["quarantine"]
    assert [(x["index"], x["file"]) for x in told] == [(20, "frame#2"), (30, "frame#3")]
    assert "title is None; expected a text, or one in description" in told[0]["reason"]
    assert "title is True; expected text" in told[1]["reason"]
    assert pd.concat([result, result]).notice_id.tolist() == ["7", "7"]


def test_without_that_all_bad_cells_are_named(classifier):
    with pytest.raises(NoticeError, match=r"^2 of 3 notices cannot be read") as caught:
        classifier.predict(damaged())
    assert "frame#2: title is None" in str(caught.value)
    assert "frame#3: title is True" in str(caught.value)


def test_a_frame_without_a_column_is_refused_with_those_it_has(classifier):
    with pytest.raises(SettingsError, match="frame has no column 'title'; it has notice_id, naam"):
        classifier.predict(pd.DataFrame({"notice_id": ["1"], "naam": ["a"]}))


def test_an_empty_frame_gives_an_empty_result(classifier):
    result = classifier.predict(pd.DataFrame(ROWS).iloc[:0])
    assert (len(result), result.p_none.dtype) == (0, "float64")
