"""TenderNed's open dataset, against a server with generated files."""

import datetime as dt
import json
import random
import tracemalloc

import pytest
from tenderned_server import FILES, HOST, PAGE, package, page, release, workbook
from werkzeug import Response

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources import _tenderned_files as files
from pipeline.sources import tenderned_dataset as dataset

SOURCE = dataset.SOURCE
JSON = "Dataset_Tenderned-2025-01-01-2025-12-31.json"
XLSX = "Dataset_Tenderned-compleet-2021-01-01-2026-06-30.xlsx"
YEAR = dt.date(2025, 1, 1)

# As in the release of 2026, in part; older ones write them otherwise.
HEADER = ["ID publicatie", "Publicatiedatum", "Naam aanbesteding", "ID perceel"]


@pytest.fixture
def http(http_to, httpserver):
    return http_to({HOST: httpserver.url_for("")}, attempts=1)


@pytest.fixture
def serve(httpserver):
    """Put files on the page of the dataset: ``serve({name: content})``."""

    def put(contents):
        links = [(FILES + name.replace(" ", "%20"), name) for name in contents]
        httpserver.expect_request(PAGE).respond_with_data(page(*links))
        for name, content in contents.items():
            answer = content if isinstance(content, Response) else Response(content)
            httpserver.expect_request(FILES + name).respond_with_response(answer)

    return put


def raws(http, day=YEAR):
    [thing] = SOURCE.list(http, day)
    return list(SOURCE.get(http, thing))


def ids(found):
    return [x.source_id for x in found]


def ids_in(raw):
    return [line["id"] for line in json.loads(raw.body)]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        pytest.param(JSON, "2025-01-01", "2025-12-31", id="JSON of 2026"),
        pytest.param("2017.json", "2017-01-01", "2017-12-31", id="JSON of 2023"),
        pytest.param(XLSX, "2021-01-01", "2026-06-30", id="workbook of 2026"),
        pytest.param(
            "Dataset_Tenderned-2016-01-01%20tm%202025-12-31_Leeswijzer.xlsx",
            "2016-01-01",
            "2025-12-31",
            id="with spaces",
        ),
        pytest.param(
            "Dataset_TenderNed_2016_2024_herzien.xlsx", "2016-01-01", "2024-12-31", id="years"
        ),
        pytest.param("OpenData_TenderNed_2010-2015.xlsx", "2010-01-01", "2015-12-31", id="dash"),
    ],
)
def test_the_name_of_a_file_says_of_when_it_is(name, first, last):
    found = files.days_held(f"https://{HOST}/cms/sites/default/files/2026-07/{name}")
    assert found == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("name", ["Leeswijzer.xlsx", "set-2025-13-01-2025-12-31.json", "a.json"])
def test_a_name_that_does_not_say_is_not_guessed(name):
    assert files.days_held(f"https://{HOST}/{name}") is None


def file(first, last, ending=".json"):
    url = f"https://{HOST}/Dataset_Tenderned-{first}-{last}{ending}"
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return files.File(url=url, first=days[0], last=days[1], caption="")


def test_a_year_comes_from_json_and_where_there_is_none_from_the_newest_workbook():
    old = file("2016-01-01", "2024-12-31", ".xlsx")
    new = file("2021-01-01", "2026-06-30", ".xlsx")
    of_2025 = file("2025-01-01", "2025-12-31")

    def whole(year):
        return [x.file for x in files.parts_of_year([old, new, of_2025], year)]

    assert whole(2025) == [of_2025]
    assert whole(2022) == whole(2026) == [new]
    assert whole(2018) == [old]
    assert whole(2015) == []


def test_a_year_in_quarters_is_put_together_without_overlap():
    quarters = [file("2026-01-01", "2026-03-31"), file("2026-04-01", "2026-06-30")]
    found = files.parts_of_year([file("2021-01-01", "2026-02-28", ".xlsx"), *quarters], 2026)
    assert [(x.file, x.first, x.last) for x in found] == [(x, x.first, x.last) for x in quarters]


def test_publications_outside_the_days_of_a_file_are_kept_at_its_edges():
    several = file("2021-01-01", "2022-12-31", ".xlsx")
    of_2021, of_2022 = (files.parts_of_year([several], year)[0] for year in (2021, 2022))
    for day in (None, dt.date(2019, 5, 5), dt.date(2021, 12, 31)):
        assert of_2021.holds(day)
        assert not of_2022.holds(day)
    assert of_2022.holds(dt.date(2023, 1, 1))


def test_a_year_is_listed_on_its_first_day_only_and_other_days_ask_nothing(http, serve, log):
    serve({JSON: package(release("401-11"))})
    [thing] = SOURCE.list(http, YEAR)
    assert thing.source_id == "2025-01-01"
    assert thing.url == f"https://{HOST}{FILES}{JSON}"
    assert list(SOURCE.list(http, dt.date(2025, 2, 1))) == []
    asked = len(log)
    assert list(SOURCE.list(http, dt.date(2025, 2, 2))) == []
    assert len(log) == asked
    assert SOURCE.count(http, YEAR) is None


def test_a_new_release_of_a_year_changes_its_fingerprint_but_not_its_name(http, httpserver):
    for folder in ("2026-01", "2026-07"):
        url = f"/cms/sites/default/files/{folder}/{JSON}"
        httpserver.expect_ordered_request(PAGE).respond_with_data(page((url, "2025")))
    before, after = (next(SOURCE.list(http, YEAR)) for _ in range(2))
    assert before.source_id == after.source_id
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(page(), "no link to a JSON or XLSX", id="no links"),
        pytest.param("", "no page", id="empty"),
        pytest.param(page(("Leeswijzer.xlsx", "x")), "stated period", id="no period"),
        pytest.param(
            page(("a-2025-01-15-2025-12-31.json", "x")), "begins on 2025-01-15", id="mid month"
        ),
    ],
)
def test_another_page_is_a_changed_source(http, httpserver, content, message):
    httpserver.expect_request(PAGE).respond_with_data(content or " ")
    with pytest.raises(SourceChanged, match=message):
        list(SOURCE.list(http, YEAR))


def test_a_link_to_another_host_is_not_followed(http, httpserver):
    httpserver.expect_request(PAGE).respond_with_data(page((f"https://example.org/{JSON}", "x")))
    [thing] = SOURCE.list(http, YEAR)
    with pytest.raises(SourceChanged, match=r"example\.org"):
        list(SOURCE.get(http, thing))


def test_releases_of_one_publication_become_one_raw_notice_wherever_they_stand(http, serve):
    serve({JSON: package(release("401-11"), release("402--7"), release("401-13"), release("403"))})
    found = raws(http)
    assert ids(found) == ["2025-01-01/401", "2025-01-01/402", "2025-01-01/403"]
    assert [ids_in(x) for x in found] == [["401-11", "401-13"], ["402--7"], ["403"]]
    assert {x.media_type for x in found} == {dataset.RELEASES}
    assert {x.source for x in found} == {"tenderned_dataset"}


def test_a_json_file_of_its_year_is_taken_whole_whatever_its_dates(http, serve):
    serve(
        {JSON: package(release("401-1", date="2024-12-31T23:00:00Z"), release("402-1", date=None))}
    )
    assert len(raws(http)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("<html>Onderhoud</html>", "expected JSON, found xml", id="a web page"),
        pytest.param("", "expected JSON, found empty", id="nothing"),
        pytest.param(package(), "no publication of 2025-01-01", id="no releases"),
        pytest.param(package(release("1-1"))[:-9], "not JSON", id="half of it"),
        pytest.param(package({"ocid": "x"}), "release 1 has no id", id="no id"),
        pytest.param('{"uitgaven": []}', "release 1 has no id", id="another object"),
        pytest.param('{"releases": [7]}', "release 1 has no id", id="a number"),
    ],
)
def test_json_of_another_shape_is_a_changed_source(http, serve, content, message):
    serve({JSON: content})
    with pytest.raises(SourceChanged, match=message):
        raws(http)


def test_a_file_that_is_cut_off_gives_nothing(http, httpserver, raw_server, http_to):
    body = package(*(release(f"{n}-1") for n in range(50))).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    raw_server.answers = [head + body[:-1_000]]
    httpserver.expect_request(PAGE).respond_with_data(page((FILES + JSON, "x")))
    [thing] = SOURCE.list(http, YEAR)
    cut = http_to({HOST: raw_server.url}, attempts=1)
    got = []
    with pytest.raises(SourceUnavailable, match="cut off"):
        got.extend(SOURCE.get(cut, thing))
    assert got == []


def test_a_large_file_is_never_whole_in_memory(http, serve):
    filler = "".join(random.Random(1).choices("abcdefghij ", k=20_000))
    body = package(*(release(f"{n}-1", description=filler + str(n)) for n in range(1_500)))
    size = len(body)
    serve({JSON: body})
    [thing] = SOURCE.list(http, YEAR)
    found = SOURCE.get(http, thing)
    tracemalloc.start()
    read = sum(len(raw.body) for raw in found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read > 30_000_000
    # The server, in the same process, holds the file already; its answer is sent from there.
    assert peak < size / 2


def test_rows_of_one_publication_become_one_raw_notice_with_the_columns_as_they_are(http, serve):
    rows = [
        [500123, dt.date(2025, 3, 4), "Brug", "1"],
        [500124, dt.date(2025, 3, 5), "Weg", None],
        [500123, dt.date(2025, 3, 4), "Brug", "2"],
    ]
    serve({XLSX: workbook(HEADER, *rows)})
    found = raws(http)
    assert ids(found) == ["2025-01-01/500123", "2025-01-01/500124"]
    assert {x.media_type for x in found} == {dataset.ROWS}
    assert json.loads(found[0].body) == [
        {
            "ID publicatie": 500123,
            "Publicatiedatum": "2025-03-04T00:00:00",
            "Naam aanbesteding": "Brug",
            "ID perceel": lot,
        }
        for lot in "12"
    ]


def test_of_a_workbook_of_many_years_each_year_takes_its_own(http, serve):
    days = ["31-12-2024", "01-01-2025", dt.date(2025, 12, 31), "1-1-2026", None]
    rows = [[n, day, "x", None] for n, day in enumerate(days, start=1)]
    serve({XLSX: workbook(HEADER, *rows)})
    assert ids(raws(http)) == ["2025-01-01/2", "2025-01-01/3"]
    assert ids(raws(http, dt.date(2024, 1, 1))) == ["2024-01-01/1"]
    assert ids(raws(http, dt.date(2021, 1, 1))) == ["2021-01-01/5"]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(["Id publicatie", "PUBLICATIEDATUM", "naam aanbesteding"], id="case"),
        pytest.param(["id_publicatie", "publicatie datum", "Naam-aanbesteding "], id="punctuation"),
    ],
)
def test_columns_are_found_however_they_are_written(http, serve, header):
    serve({XLSX: workbook(header, [500123, "04-03-2025", "Brug"], above=[["Dataset TenderNed"]])})
    assert ids(raws(http)) == ["2025-01-01/500123"]


def test_a_row_without_an_id_is_kept_alone(http, serve):
    serve({XLSX: workbook(HEADER, [None, "04-03-2025", "Totaal", None])})
    assert ids(raws(http)) == ["2025-01-01/row 1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            workbook(["Nummer", "Dag"], [1, 2]), "sheets Leeswijzer, OpenData sheet", id="columns"
        ),
        pytest.param(b"<html>Onderhoud</html>", "BadZipFile", id="a web page"),
        pytest.param(workbook(HEADER)[:300], "no workbook we can read", id="half of it"),
        pytest.param(workbook(HEADER), "no publication", id="no rows"),
    ],
)
def test_a_workbook_of_another_shape_is_a_changed_source(http, serve, content, message):
    serve({XLSX: content})
    with pytest.raises(SourceChanged, match=message):
        raws(http)


def check(name, http):
    [fact] = [x for x in SOURCE.unverified if x.name == name]
    return fact.check(http)


def test_facts_that_hold_are_found_to_hold(http, serve):
    serve({**{f"{year}.json": package(release("1-1")) for year in range(2016, 2026)}})
    assert [check(x.name, http) for x in SOURCE.unverified] == [None] * 3
    assert [look(http) for _, look in SOURCE.endpoints] == [None]


def test_facts_are_held_against_the_page(http, serve):
    serve({"Leeswijzer.xlsx": b"", JSON: '{"releases": [{"id": 7}]}', "2016.json": ""})
    assert check("names of the files", http) == "files that are left out: Leeswijzer.xlsx"
    assert check("years of the dataset", http) == (
        "no file tells of 2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024"
    )
    assert check("shape of the releases", http) == (
        f'{JSON} begins without "ocid", "procurementMethodDetails"'
    )
