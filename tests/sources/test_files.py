"""Files in, raw notices out; what cannot be read is told, and stops nothing else."""

import csv
import datetime as dt
import gzip
import io
import json
import os
import re
import tarfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import NoticeError, SettingsError
from pipeline.notices import collect
from pipeline.records import ROW, RawNotice, Unreadable
from pipeline.sources import _archives, _streams
from pipeline.sources.files import raw_notices
from pipeline.sources.layout import Layout

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
XML = b'<?xml version="1.0"?><notice/>'
CSV = "notice_id,title,description\n1,Brug,Een brug\n2,Weg,\n"


def outcomes(*inputs, stdin=None, tell=lambda _: None, **layout):
    return list(raw_notices(inputs, now=NOW, stdin=stdin, tell=tell, layout=Layout(**layout)))


def from_bytes(data: bytes, **options):
    return outcomes("-", stdin=io.BytesIO(data), **options)


def reason(data: bytes) -> str:
    (only,) = from_bytes(data)
    assert isinstance(only, Unreadable)
    return only.reason


def bodies(found):
    return [json.loads(x.body) for x in found]


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(members: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for info in others:
            archive.addfile(info)
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def workbook(*rows) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def parquet(**columns) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=2)
    return file.getvalue()


# One notice per file


def test_a_file_with_one_notice_is_one_raw_notice_with_its_bytes(tmp_path):
    path = tmp_path / "whatever.pdf"
    path.write_bytes(XML)
    assert outcomes(path) == [
        RawNotice(
            source="files",
            source_id=str(path),
            url=str(path),
            fetched_at=NOW,
            media_type="application/xml",
            body=XML,
        )
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n  <a/>", id="blanks first"),
        pytest.param(b"\xef\xbb\xbf<a/>", id="byte order mark"),
        pytest.param("<a/>".encode("utf-16"), id="UTF-16"),
    ],
)
def test_xml_is_known_by_its_first_character(data):
    (only,) = from_bytes(data)
    assert (only.media_type, only.body, only.source_id) == ("application/xml", data, "-")


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"a": 1}\n', b'{\n "a":\n 1}\n'])
def test_a_json_object_alone_keeps_the_name_of_its_file(data):
    (only,) = from_bytes(data)
    assert (only.source_id, only.media_type) == ("-", "application/json")
    assert json.loads(only.body) == {"a": 1}


# Which files


def test_a_folder_is_read_whole_in_order_without_what_is_hidden(tmp_path):
    for name in ("b.xml", "a/z.xml", "a/b.xml", ".hidden", ".git/c.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(XML)
    found = [str(Path(x.source_id).relative_to(tmp_path)) for x in outcomes(tmp_path)]
    assert found == ["b.xml", "a/b.xml", "a/z.xml"]


def test_what_is_named_twice_is_read_once(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(XML)
    (tmp_path / "link.xml").symlink_to(path)
    assert len(outcomes(path, str(path), tmp_path, tmp_path / ".." / tmp_path.name)) == 1
    assert len(outcomes("-", "-", stdin=io.BytesIO(XML))) == 1


def test_a_missing_path_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.xml"):
        raw_notices([tmp_path / "nowhere.xml"], now=NOW)


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="UTC"):
        raw_notices([], now=dt.datetime(2026, 1, 31))  # noqa: DTZ001


def test_what_cannot_be_opened_is_told(tmp_path, monkeypatch):
    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.xml").write_bytes(XML)
    monkeypatch.setattr(Path, "open", refuse)
    (only,) = outcomes(tmp_path)
    assert only == Unreadable(
        source_id=str(tmp_path / "a.xml"), reason="[Errno 13] Permission denied"
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", "an empty file", id="empty"),
        pytest.param(b" \n ", "an empty file", id="blank"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", "not a format we know", id="binary rubbish"),
        pytest.param(b"Notulen, 3 maart\nWij", "not a format we know", id="prose"),
        pytest.param(zipped({"a.xml": XML})[:-30], "zip", id="truncated zip"),
        pytest.param(zipped({}), "without files", id="empty zip"),
        pytest.param(tarred({".hidden": XML}), "without files", id="nothing to read in a tar"),
        pytest.param(gzip.compress(XML)[:-9], "end-of-stream", id="truncated gzip"),
        pytest.param(b"PAR1" + b"\x00" * 99, "Parquet", id="broken Parquet"),
        pytest.param(b'{"a": ', "not JSON", id="truncated JSON"),
        pytest.param(b"[" * 1_000, "100 levels", id="deep JSON"),
        pytest.param(b'["\xe9"]', "not JSON", id="JSON in Latin-1"),
    ],
)
def test_what_cannot_be_read_says_why(data, expected):
    assert expected in reason(data)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.xml").write_bytes(XML)
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 rubbish")
    (tmp_path / "c.xml").write_bytes(XML)
    assert [type(x) for x in outcomes(tmp_path)] == [RawNotice, Unreadable, RawNotice]


# Tables


def test_csv_rows_become_json_with_a_number():
    found = from_bytes(CSV.encode())
    assert [(x.source_id, x.media_type) for x in found] == [("-#1", ROW), ("-#2", ROW)]
    assert bodies(found) == [
        {"notice_id": "1", "title": "Brug", "description": "Een brug"},
        {"notice_id": "2", "title": "Weg"},
    ]


def test_a_long_csv_is_split_in_order():
    lines = [f'{n},"Titel {n}\nmet ""regel""",' for n in range(1, 2_001)]
    found = from_bytes("\n".join(["notice_id,title,description", *lines]).encode())
    assert [x.source_id for x in found] == [f"-#{n}" for n in range(1, 2_001)]
    assert [x["notice_id"] for x in bodies(found)] == [str(n) for n in range(1, 2_001)]
    assert bodies(found)[-1]["title"] == 'Titel 2000\nmet "regel"'


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_delimiter_and_byte_order_mark_are_found(sign, mark):
    text = f'notice_id{sign}"title"{sign}description\r\n7{sign}Café{sign}"a,b;c"\r\n'
    assert bodies(from_bytes(mark + text.encode())) == [
        {"notice_id": "7", "title": "Café", "description": "a,b;c"}
    ]


MANY = "notice_id,title,description\n" + "".join(f"{n},Titel {n},\n" for n in range(1, 401))


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-16", "utf-8-sig"])
def test_a_table_in_another_encoding_is_read_whole_and_right(encoding):
    told = []
    text = MANY.replace("Titel 200,", "Coördinatie van ideeën à la carte,")
    found = from_bytes(text.encode(encoding), tell=told.append)
    assert len(found) == 400
    assert bodies(found)[199]["title"] == "Coördinatie van ideeën à la carte"
    known = encoding.startswith("utf")
    assert told == ([] if known else [f"-: line 201 is not UTF-8; read as {encoding} from there"])


def test_an_encoding_that_is_said_is_believed():
    data = "notice_id,title,description\n1,a,\n2,café,\n".encode("cp850")
    assert bodies(from_bytes(data, encoding="cp850"))[1]["title"] == "café"
    with pytest.raises(SettingsError, match="--encoding is 'klingon'; expected a name such as"):
        from_bytes(data, encoding="klingon")


def test_one_damaged_line_in_a_table_of_utf8_costs_that_line_only():
    text = "notice_id,title,description\n1,café,\n2,b\xff,\n3,thé,\n"
    data = text.encode().replace("\xff".encode(), b"\xff")
    first, bad, last = from_bytes(data)
    assert [json.loads(x.body)["title"] for x in (first, last)] == ["café", "thé"]
    assert (bad.reason, bad.rest) == ("line 3 is not utf-8 (byte 0xFF)", False)


def test_a_malformed_row_is_told_and_the_next_is_read():
    text = 'notice_id,title,description\n1,a\n2,"b"x,\n3,c,\n'
    short, quoted, good = from_bytes(text.encode())
    assert short.reason == "line 2: 2 cells; the header has 3"
    assert "line 3: not CSV" in quoted.reason
    assert {short.rest, quoted.rest} == {False}
    assert good.source_id == "-#3"


@pytest.mark.parametrize(
    ("closing", "last"),
    [
        pytest.param("", 401, id="never closed"),
        pytest.param('Titel 300,"x', 301, id="closed by another opening"),
        pytest.param('"Titel 300"', 301, id="closed by a quoted cell"),
    ],
)
def test_lines_that_an_unclosed_quote_swallows_are_told_as_a_rest(closing, last):
    text = MANY.replace("Titel 200", '"Titel 200')
    found = from_bytes((text.replace("Titel 300", closing) if closing else text).encode())
    (rest,) = [x for x in found if isinstance(x, Unreadable)]
    assert rest.rest
    assert rest.reason.startswith("line 201: ")
    assert f"the {last - 201} lines after it, up to line {last}, were left unread" in rest.reason
    assert len(found) == 400 - (last - 201)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(MANY.encode())[:-400], id="gzip"),
        pytest.param(json.dumps([{"a": n} for n in range(400)])[:1500].encode(), id="JSON list"),
        pytest.param(
            json.dumps({"releases": [{"ocid": n} for n in range(400)]})[:2500].encode(), id="OCDS"
        ),
        pytest.param(tarred({f"{n}.xml": XML for n in range(9)})[:4_000], id="tar"),
    ],
)
def test_what_breaks_off_after_notices_is_told_as_a_rest(data):
    *_, last = found = from_bytes(data)
    assert len(found) > 3
    assert last.rest
    assert "was left unread" in last.reason


def test_how_much_of_a_damaged_list_was_left_is_told():
    whole = [f'{{"a": "{"x" * 50_000}", "n": {n}}}' for n in range(10)]
    *good, bad = from_bytes(f"[{','.join(whole[:3])},}}{','.join(whole)}]".encode())
    assert len(good) == 3
    left = int(re.search(r"the rest, ([\d,]+) bytes", bad.reason)[1].replace(",", ""))
    assert 400_000 < left < 520_000


def test_a_whole_file_that_is_unreadable_is_one_notice_and_no_rest():
    assert not from_bytes(b'{"a": ')[0].rest
    assert not from_bytes(b"[}")[0].rest


def test_columns_are_renamed_and_a_namesake_is_left_out():
    data = b"nr;title;Naam;Tekst\n5;oud;Brug;Lang\n"
    columns = {"notice_id": "nr", "title": "Naam", "description": "Tekst"}
    assert bodies(from_bytes(data, columns=columns)) == [
        {"notice_id": "5", "title": "Brug", "description": "Lang"}
    ]


def test_a_missing_column_names_those_there_are_and_how_to_say_it():
    with pytest.raises(SettingsError, match="'title'; it has notice_id, Naam, tekst") as caught:
        from_bytes(b"notice_id,Naam,tekst\n1,a,b\n")
    assert "--column title=Naam" in caught.value.hint
    assert "--column title=`" in caught.value.hint


def test_no_hint_leads_nowhere():
    with pytest.raises(SettingsError, match="'notice_id'") as caught:
        from_bytes(b"nr,title,description\n1,a,b\n")
    assert caught.value.hint == ("Say which column it is, for example `--column notice_id=Naam`.")
    with pytest.raises(SettingsError, match="a notice needs one"):
        from_bytes(CSV.encode(), columns={"notice_id": ""})


def test_a_wrong_header_among_other_files_is_told_and_stops_nothing(tmp_path):
    wrong = b"notice_id,Naam\n1,a\n"
    (tmp_path / "a.csv").write_bytes(wrong)
    (tmp_path / "b.csv").write_text(CSV)
    (tmp_path / "c.zip").write_bytes(zipped({"d.csv": wrong, "e.csv": CSV.encode()}))
    found = outcomes(tmp_path)
    bad = [x for x in found if isinstance(x, Unreadable)]
    assert [Path(x.source_id).name for x in bad] == ["a.csv", "c.zip!d.csv"]
    assert "has no column 'title'; it has notice_id, Naam" in bad[0].reason
    assert len(found) == 6
    assert len(outcomes(tmp_path / "b.csv", tmp_path / "a.csv")) == 3


def test_a_name_that_is_not_utf8_is_read_and_can_be_written(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9\x1b.xml")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(XML)
    (only,) = outcomes(tmp_path)
    assert only.source_id.endswith("caf\ufffd?.xml")
    assert only.source_id.encode()


def test_files_of_the_system_are_passed_over_and_told(tmp_path):
    told = []
    for name in ("Thumbs.db", "desktop.ini", "~$open.xlsx"):
        (tmp_path / name).write_bytes(b"\x00rubbish")
    (tmp_path / "a.zip").write_bytes(zipped({"b.xml": XML, "map/Thumbs.db": b"x"}))
    (only,) = outcomes(tmp_path, tell=told.append)
    assert only.source_id == f"{tmp_path / 'a.zip'}!b.xml"
    names = [re.split("[/!]", x.partition(":")[0])[-1] for x in told]
    assert sorted(names) == ["Thumbs.db", "Thumbs.db", "desktop.ini", "~$open.xlsx"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", "JSON without a notice"),
        (b'{"content": []}', "JSON without a notice"),
        (b'{"releases": []}', "JSON without a notice"),
        (b"notice_id,title,description\n", "a table without rows"),
        (gzip.compress(tarred({}), mtime=0), "an empty file"),
    ],
)
def test_what_holds_nothing_has_an_outcome(data, expected):
    assert reason(data) == expected


def test_a_folder_without_files_has_an_outcome(tmp_path):
    (only,) = outcomes(tmp_path)
    assert only.reason == "a folder without files"


def test_a_table_in_utf16_inside_a_streamed_tar_is_read():
    found = from_bytes(gzip.compress(tarred({"a.csv": CSV.encode("utf-16")})))
    assert [x["title"] for x in bodies(found)] == ["Brug", "Weg"]


def sheets(**rows) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(file)
    return file.getvalue()


HEADER = ["notice_id", "title", "description"]


def test_all_sheets_of_a_workbook_are_read_under_their_names():
    told = []
    data = sheets(
        Toelichting=[["Peildatum", "1 januari"]],
        J2023=[HEADER, [1, "a", "b"], [2, "c", "d"]],
        J2024=[HEADER, [3, "e", "f"]],
    )
    found = from_bytes(data, tell=told.append)
    assert [x.source_id for x in found] == ["-#J2023#1", "-#J2023#2", "-#J2024#1"]
    assert told == ["-#Toelichting: passed over, a sheet without notices"]


def test_one_sheet_may_be_asked_for():
    data = sheets(A=[HEADER, [1, "a", "b"]], B=[HEADER, [2, "c", "d"]])
    assert [x.source_id for x in from_bytes(data, sheet="B")] == ["-#B#1"]
    with pytest.raises(SettingsError, match="has no sheet 'C'; it has 'A', 'B'"):
        from_bytes(data, sheet="C")


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
def test_the_header_may_stand_lower(kind):
    rows = [["Overzicht", "", ""], ["", "", ""], HEADER, [1, "a", "b"]]
    text = "\n".join(";".join(map(str, row)) for row in rows).encode()
    data = text if kind == "CSV" else sheets(A=rows)
    (only,) = from_bytes(data, header_row=3)
    assert json.loads(only.body)["title"] == "a"


@pytest.mark.parametrize("sign", [";", ",", "|"])
def test_the_line_by_which_excel_tells_a_delimiter_is_understood(sign):
    text = f"sep={sign}\r\n" + sign.join(HEADER) + f"\r\n1{sign}Brug{sign}Lang\r\n"
    assert bodies(from_bytes(text.encode("utf-8-sig"))) == [
        {"notice_id": "1", "title": "Brug", "description": "Lang"}
    ]


def test_a_description_may_be_absent_only_when_said_so():
    data = b"notice_id,title\n1,a\n"
    with pytest.raises(SettingsError, match="description"):
        from_bytes(data)
    assert bodies(from_bytes(data, columns={"description": ""})) == [
        {"notice_id": "1", "title": "a"}
    ]


def test_an_assigned_column_must_be_there():
    with pytest.raises(SettingsError, match="Koper"):
        from_bytes(CSV.encode(), columns={"buyer": "Koper"})


def test_a_column_that_stands_there_twice_is_refused():
    assert "twice: cpv" in reason(b"notice_id,title,description,cpv,cpv\n1,a,b,c,d\n")


def test_xlsx_gives_values_of_formulas_dates_and_whole_numbers():
    header = ["notice_id", "title", "description", "published_on", None]
    data = workbook(header, [7, "=1+1", "b", dt.date(2026, 1, 31), "x"], [], [8.0, "c"])
    # openpyxl writes no computed value; Excel does, and that is what is read.
    members = {i.filename: zipfile.ZipFile(io.BytesIO(data)).read(i) for i in _infos(data)}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    found = from_bytes(zipped(members))
    assert bodies(found) == [
        {
            "notice_id": 7,
            "title": 2,
            "description": "b",
            "published_on": "2026-01-31T00:00:00",
        },
        {"notice_id": 8, "title": "c"},
    ]
    assert [x.source_id for x in found] == ["-#Sheet#1", "-#Sheet#2"]


def _infos(data: bytes):
    return zipfile.ZipFile(io.BytesIO(data)).infolist()


def test_xlsx_that_unpacks_to_too_much_is_refused_unopened():
    data = workbook(["notice_id", "title", "description"])
    members = {i.filename: zipfile.ZipFile(io.BytesIO(data)).read(i) for i in _infos(data)}
    members["xl/sharedStrings.xml"] = b" " * 10_000_000
    assert "unpack to" in reason(zipped(members))


def test_xlsx_with_a_doctype_is_refused():
    data = workbook(["notice_id", "title", "description"])
    members = {i.filename: zipfile.ZipFile(io.BytesIO(data)).read(i) for i in _infos(data)}
    members["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert "DOCTYPE" in reason(zipped(members))


def test_xlsx_without_rows_is_told():
    assert "no header" in reason(workbook())


def test_parquet_is_read_over_its_row_groups():
    data = parquet(
        notice_id=[1, 2, None],
        title=["a", "b", "c"],
        description=["x", None, "z"],
        value_eur=[1.5, float("nan"), 3.0],
        cpv=[["73000000", "72000000"], None, []],
        published_on=[dt.date(2026, 1, 31), None, None],
    )
    assert bodies(from_bytes(data)) == [
        {
            "notice_id": 1,
            "title": "a",
            "description": "x",
            "value_eur": 1.5,
            "cpv": ["73000000", "72000000"],
            "published_on": "2026-01-31",
        },
        {"notice_id": 2, "title": "b"},
        {"title": "c", "description": "z", "value_eur": 3, "cpv": []},
    ]


# JSON


def test_json_lines_are_numbered_and_a_bad_line_stops_nothing():
    found = from_bytes(b'{"notice_id": "1", "title": "a"}\n\n{bad\n{"publicatieId": 3}\n')
    assert [x.source_id for x in found] == ["-#1", "-#2", "-#3"]
    assert [getattr(x, "media_type", "unreadable") for x in found] == [
        ROW,
        "unreadable",
        "application/json",
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'[{"a": 1}, {"a": [2]}]', id="list"),
        pytest.param(b'{"content": [{"a": 1}, {"a": [2]}], "last": true}', id="TenderNed page"),
        pytest.param(b'{"uri": {"x": [0]}, "releases": [{"a": 1}, {"a": [2]}]}', id="releases"),
        pytest.param(b'{\n"a": 1}\n{"a": [2]}', id="objects after each other"),
        pytest.param(
            b'{"records": [{"ocid": "x", "releases": [{"url": "y"}], "compiledRelease": {"a": 1}},'
            b'{"releases": [{"ocid": "x", "a": [2]}], "compiledRelease": {"a": 3}}]}',
            id="records",
        ),
    ],
)
def test_json_that_holds_many_is_split(data):
    found = from_bytes(data)
    assert [x.source_id for x in found] == ["-#1", "-#2"]
    assert [x["a"] for x in bodies(found)] == [1, [2]]


LINK = {"url": "https://data.test/1.json", "date": "2026-01-02T00:00:00Z", "tag": ["tender"]}
RELEASE = {"ocid": "ocds-1l04xe-7", "id": "7-1", "tag": ["tender"], "tender": {"title": "Brug"}}
COMPILED = RELEASE | {"id": "7-9", "tag": ["compiled"]}


@pytest.mark.parametrize(
    ("record", "read"),
    [
        pytest.param({"releases": [LINK], "compiledRelease": COMPILED}, ["7-9"], id="only linked"),
        pytest.param(
            {"releases": [RELEASE, LINK], "compiledRelease": COMPILED}, ["7-1", None], id="mixed"
        ),
        pytest.param({"releases": [LINK, LINK]}, [None, None], id="linked and not compiled"),
        pytest.param({"releases": [], "compiledRelease": COMPILED}, ["7-9"], id="compiled"),
    ],
)
def test_a_linked_release_is_read_where_the_file_has_its_text_and_told_where_not(record, read):
    found = from_bytes(json.dumps({"records": [{"ocid": "ocds-1l04xe-7"} | record]}).encode())
    notices = [None if isinstance(x, Unreadable) else collect.read_notice(x) for x in found]
    assert [x and x.notice_id for x in notices] == read
    told = [x.reason for x in found if isinstance(x, Unreadable)]
    assert told == ["a linked release: only its address is in the file"] * read.count(None)


def test_what_was_whole_before_json_breaks_off_is_kept():
    first, rest = from_bytes(b'[{"a": 1}, {"a"')
    assert json.loads(first.body) == {"a": 1}
    assert "not JSON" in rest.reason


def test_an_element_that_is_no_object_is_told():
    assert [x.reason for x in from_bytes(b"[1, []]")] == [
        "int where an object was expected",
        "list where an object was expected",
    ]


def test_json_objects_are_renamed_like_rows():
    (only,) = from_bytes(b'[{"ID": 1, "Naam": "a"}]', columns={"notice_id": "ID", "title": "Naam"})
    assert only.media_type == ROW
    assert json.loads(only.body) == {"notice_id": 1, "title": "a"}


def test_the_titles_of_the_tenderned_dataset_are_rows_under_other_names(shared):
    columns = {
        "notice_id": "ID publicatie",
        "title": "Naam aanbesteding",
        "buyer": "Naam Aanbestedende dienst",
        "published_on": "Publicatiedatum",
        "url": "URL TenderNed",
    }
    found = outcomes(shared / "notices" / "tenderned_dataset_titles.json", columns=columns)
    notices = [collect.read_notice(x) for x in found]
    assert len(notices) == 1_491  # the README of the notices
    assert (notices[0].notice_id, notices[0].published_on) == ("72172", dt.date(2016, 1, 4))
    assert notices[0].title == "Marktconsultatie ICT Infrastructuur Almeerse Scholen Groep"


def test_the_shared_descriptions_are_rows(shared):
    found = outcomes(shared / "notices" / "descriptions.jsonl")
    assert len(found) == 274  # the README of the notices
    assert {x.media_type for x in found} == {ROW}
    assert collect.read_notice(found[0]).notice_id == "330906-2024"


# Archives


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(zipped({"m/a.xml": XML, "m/b.csv": CSV.encode(), ".x": b"?"}), id="zip"),
        pytest.param(tarred({"m/a.xml": XML, "m/b.csv": CSV.encode(), ".x": b"?"}), id="tar"),
        pytest.param(gzip.compress(tarred({"m/a.xml": XML, "m/b.csv": CSV.encode()})), id="tar.gz"),
    ],
)
def test_members_of_archives_are_read_under_their_names(tmp_path, data):
    path = tmp_path / "maand.dat"
    path.write_bytes(data)
    for found in (outcomes(path), from_bytes(data)):
        name = found[0].url
        assert [x.source_id for x in found] == [
            f"{name}!m/a.xml",
            f"{name}!m/b.csv#1",
            f"{name}!m/b.csv#2",
        ]
        assert found[0].body == XML


def test_a_packed_file_keeps_its_name():
    assert [x.source_id for x in from_bytes(gzip.compress(CSV.encode()))] == ["-#1", "-#2"]
    assert [x.source_id for x in from_bytes(gzip.compress(XML))] == ["-"]


def test_archives_may_be_nested_twice_and_no_deeper():
    inner = zipped(
        {"a.xml": XML, "b.parquet": parquet(notice_id=["1"], title=["a"], description=["b"])}
    )
    once = zipped({"inner.zip": inner})
    assert [x.source_id for x in from_bytes(once)] == [
        "-!inner.zip!a.xml",
        "-!inner.zip!b.parquet#1",
    ]
    assert "an archive inside 2 archives" in reason(zipped({"outer.zip": once}))


def test_gzip_in_gzip_in_gzip_is_refused():
    twice = gzip.compress(gzip.compress(XML))
    assert [x.body for x in from_bytes(twice)] == [XML]
    assert "an archive inside 2 archives" in reason(gzip.compress(twice))


def test_gzip_in_tar_gzip_is_read():
    data = gzip.compress(tarred({"a.xml.gz": gzip.compress(XML)}))
    assert [(x.source_id, x.body) for x in from_bytes(data)] == [("-!a.xml.gz", XML)]


BOMB = b"<a>" + b" " * 20_000_000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(BOMB), id="gzip"),
        pytest.param(zipped({"a.xml": BOMB}), id="zip"),
        pytest.param(gzip.compress(tarred({"a.xml": BOMB})), id="tar.gz"),
    ],
)
def test_a_bomb_of_a_thousand_to_one_is_defused(data):
    assert len(BOMB) / len(data) > 900
    found = from_bytes(data)
    assert {type(x) for x in found} == {Unreadable}
    assert "more than 200 times its size" in found[0].reason


def test_a_bomb_does_not_stop_the_next_member():
    bomb, good = from_bytes(zipped({"a.xml": BOMB, "b.xml": XML}))
    assert "200 times" in bomb.reason
    assert good.body == XML


def test_a_lie_about_the_size_changes_nothing():
    data = zipped({"a.xml": BOMB, "b.xml": XML})
    honest = len(BOMB).to_bytes(4, "little")
    assert data.count(honest) == 2  # local heading and directory
    bomb, good = from_bytes(data.replace(honest, (100).to_bytes(4, "little")))
    assert isinstance(bomb, Unreadable)
    assert good.body == XML


def test_a_notice_larger_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(_streams.Gauge.reset, "__defaults__", (200_000,))
    assert "more than 200,000 bytes" in reason(b"<a>" + b"x" * 300_000)
    rows = [b"notice_id,title,description", *[b"1,a," + b"x" * 50_000] * 20]
    assert len(from_bytes(b"\n".join(rows))) == 20  # a file may be larger than a notice
    assert "more than 200,000 bytes" in reason(b'[{"a": "' + b"x" * 400_000 + b'"}]')


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "..\\x"])
def test_a_name_that_points_outside_is_refused(name):
    for data in (zipped({name: XML}), tarred({name: XML})):
        assert "outside the archive" in reason(data)


def test_links_and_devices_in_a_tar_are_refused_and_the_rest_is_read():
    link, device = tarfile.TarInfo("link.xml"), tarfile.TarInfo("device")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device.type = tarfile.CHRTYPE
    found = from_bytes(tarred({"a.xml": XML}, link, device))
    assert [x.source_id for x in found] == ["-!link.xml", "-!device", "-!a.xml"]
    assert [type(x) for x in found] == [Unreadable, Unreadable, RawNotice]


def test_a_link_in_a_zip_is_refused():
    info = zipfile.ZipInfo("link.xml")
    info.external_attr = 0o120777 << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "link" in reason(file.getvalue())


def test_a_method_of_packing_without_a_bound_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xml", XML)
    assert "expected stored or deflated" in reason(file.getvalue())


def test_a_truncated_tar_is_told_after_what_was_whole():
    data = tarred({"a.xml": XML, "b.xml": XML * 1_000})
    found = from_bytes(data[:-20_000])
    assert found[0].body == XML
    assert {type(x) for x in found[1:]} == {Unreadable}


def test_a_tar_whose_heading_is_long_is_refused():
    info = tarfile.TarInfo("a.xml")
    info.pax_headers = {"comment": "x" * 3_000_000}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info)
    assert "more than 1,000,000 bytes" in reason(file.getvalue())


def test_large_hidden_and_refused_members_of_a_tar_are_skipped():
    data = tarred({".big": b"x" * 3_000_000, "../big": b"x" * 3_000_000, "a.xml": XML})
    refused, good = from_bytes(data)
    assert "outside" in refused.reason
    assert good.body == XML


def test_archives_may_not_hold_endless_members(monkeypatch):
    monkeypatch.setattr(_archives, "MOST_MEMBERS", 2)
    *read, last = from_bytes(tarred({f"{n}.xml": XML for n in range(4)}))
    assert len(read) == 2
    assert "more than 2 members" in last.reason


def test_a_member_without_a_name_is_refused():
    # A name that starts with NUL ends there.
    assert "no name" in reason(zipped({"a.xml": XML}).replace(b"a.xml", b"\0.xml"))


def test_a_name_cannot_steer_the_terminal():
    (only,) = from_bytes(zipped({"a\x1b[2J.xml": XML}))
    assert only.source_id == "-!a?[2J.xml"


# Properties

EXAMPLES = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def understood(data: bytes) -> list[str]:
    """What becomes of every notice in the data; only foreseen errors may come out."""
    results = []
    for outcome in from_bytes(data):
        if isinstance(outcome, Unreadable):
            assert outcome.reason
            results.append("unreadable")
            continue
        try:
            results.append(collect.read_notice(outcome).title)
        except NoticeError:
            results.append("not a notice")
    return results


STARTS = (b"", b"<", b"{", b"[", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b'{"content":[', b"\xff\xfe")


@EXAMPLES
@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_any_bytes_come_to_an_outcome(start, rest):
    assert understood(start + rest)


WHOLE = (
    gzip.compress(CSV.encode()),
    zipped({"a.xml": XML, "b.csv": CSV.encode()}),
    tarred({"a.xml": XML, "b.csv": CSV.encode()}),
    workbook(["notice_id", "title", "description"], [1, "a", "b"]),
    parquet(notice_id=["1", "2", "3"], title=["a", "b", "c"], description=["x", None, "z"]),
)


@EXAMPLES
@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_file_comes_to_an_outcome(whole, data):
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.binary(min_size=1, max_size=4))
    cut = data.draw(st.sampled_from((0, 1, 50)))
    damaged = whole[:at] + change + whole[at + len(change) : len(whole) - cut]
    try:
        assert understood(damaged)
    except SettingsError as error:  # a header whose letters were changed
        assert "no column" in str(error)  # noqa: PT017


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=6,
)
MEMBERS = [
    *("notice_id", "title", "description", "cpv", "published_on", "value_eur", "kind", "language"),
    *("url", "innovation", "ocid", "id", "tag", "tender", "awards", "buyer", "parties"),
    *("publicatieId", "aanbestedingNaam", "typePublicatie", "procedure", "aankondigingCode"),
    *("cpvCodes", "formType"),
]
OBJECTS = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)


@EXAMPLES
@given(st.lists(OBJECTS | VALUES, max_size=4))
def test_each_element_of_a_list_has_one_outcome(elements):
    # No other program writes NaN, infinity or halves of characters.
    try:
        data = json.dumps(elements, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, UnicodeEncodeError):
        return
    results = understood(data)
    assert len(results) == len(elements) or results[-1] == "unreadable"


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@EXAMPLES
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=5))
def test_each_row_has_one_outcome_whatever_its_cells(rows):
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([("notice_id", "title", "published_on", "description"), *rows])
    filled = [row for row in rows if any(row)]
    assert len(from_bytes(file.getvalue().encode())) == max(len(filled), 1)


@EXAMPLES
@given(st.lists(OBJECTS, min_size=2, max_size=4))
def test_json_lines_with_anything_in_them_have_one_outcome_each(objects):
    lines = [json.dumps(x) for x in objects]  # with NaN, which Python reads back
    data = "\n".join(['{"a": 0}', *lines]).encode()
    assert len(understood(data)) == 1 + len(lines)
