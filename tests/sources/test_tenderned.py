"""TenderNed's API, against a server that speaks it."""

import datetime as dt
import json

import pytest
from tenderned_server import API, HOST, RENDERING, TenderNedServer, as_json, element
from werkzeug import Response

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.notices import collect
from pipeline.records import Reference
from pipeline.sources import _tenderned_facts as facts
from pipeline.sources import tenderned

DAY = dt.date(2026, 6, 30)
BEFORE = DAY - dt.timedelta(days=1)
SOURCE = tenderned.SOURCE
WEB_PAGE = Response("<html><h1>Onderhoud</h1></html>", content_type="text/html")


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch):
    monkeypatch.delenv("TENDERNED_USER", raising=False)
    monkeypatch.delenv("TENDERNED_PASSWORD", raising=False)


@pytest.fixture
def server():
    """A server that has something of the day before, so that filters show."""
    server = TenderNedServer()
    server.add(BEFORE, 479999)
    return server


@pytest.fixture
def http(http_to, httpserver, server):
    """A client; what is on the server must have been added before."""

    def make(**settings):
        return http_to(server.install(httpserver), **{"attempts": 1, **settings})

    return make


def listed(http, day=DAY):
    return list(SOURCE.list(http, day))


def one(http):
    [thing] = listed(http)
    return thing


def parts(http):
    return list(SOURCE.get(http, one(http)))


def test_a_day_is_listed_with_addresses(server, http):
    server.add(DAY, 480001)
    found = one(http())
    assert found.source_id == "480001"
    assert found.day == DAY
    assert found.url == f"https://{HOST}{API}/480001"
    assert found.facts["aanbestedingNaam"] == "Aanbesteding 480001"


def test_a_day_of_several_pages_is_listed_whole(server, http):
    server.add(DAY, *range(480_001, 480_251))
    client = http()
    assert {x.source_id for x in listed(client)} == {str(x) for x in range(480_001, 480_251)}
    pages = [asked["page"] for _, asked in server.asked if asked["size"] == "100"]
    assert pages == ["0", "1", "2"]
    assert SOURCE.count(client, DAY) == 250


def test_a_day_without_publications_is_empty(http):
    client = http()
    assert listed(client) == []
    assert SOURCE.count(client, DAY) == 0


def test_the_total_without_a_filter_is_asked_once_per_run(server, http):
    server.add(DAY, 480001)
    client = http()
    listed(client)
    listed(client, BEFORE)
    assert [asked for _, asked in server.asked if asked == {"page": "0", "size": "1"}] == [
        {"page": "0", "size": "1"}
    ]


@pytest.mark.parametrize("ignored", ["publicatieDatumVanaf", "publicatieDatumTot"])
def test_a_filter_on_days_that_is_ignored_is_a_changed_source(server, http, ignored):
    server.add(DAY, 480001)
    server.add(DAY + dt.timedelta(days=1), 480002)
    server.ignored.add(ignored)
    with pytest.raises(SourceChanged, match="no longer work"):
        listed(http())


def test_as_many_as_without_a_filter_is_a_changed_source(server, http):
    server.ignored |= {"publicatieDatumVanaf", "publicatieDatumTot"}
    with pytest.raises(SourceChanged, match="as many as without a filter"):
        listed(http(), BEFORE)


def test_a_renamed_date_is_a_changed_source(server, http):
    server.add(DAY, 480001)
    changed = {**element(480001, DAY), "datumPublicatie": "2026-06-30"}
    del changed["publicatieDatum"]
    client = http()
    tenderned.listing._everything[client] = 146_000
    server.answers[0, "list"] = as_json({"content": [changed], "totalElements": 1, "last": True})
    with pytest.raises(SourceChanged, match="480001 in the list of 2026-06-30"):
        listed(client)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param({"items": []}, "no list `content`", id="another name for the list"),
        pytest.param([], "no list `content`", id="a list"),
        pytest.param({"content": []}, "totalElements is None", id="no total"),
        pytest.param({"content": [], "totalElements": "7"}, "is '7'", id="a total in text"),
        pytest.param({"content": [], "totalElements": -5}, "is -5", id="less than nothing"),
        pytest.param(
            {"content": [{"id": 7}], "totalElements": 1}, "numeric publicatieId", id="no id"
        ),
        pytest.param({"content": [7], "totalElements": 1}, "publicatieId", id="no object"),
        pytest.param(
            {"content": [], "totalElements": 10_001}, "more than 10000", id="more than can be read"
        ),
    ],
)
def test_a_page_of_another_shape_is_a_changed_source(server, http, answer, message):
    client = http()
    # The total without a filter is known from a better day, and large.
    server.answers[0, "list"] = as_json({"content": [], "totalElements": 146_000})
    tenderned.listing.everything(client)
    server.answers[0, "list"] = as_json(answer)
    with pytest.raises(SourceChanged, match=message):
        listed(client)


def test_html_for_the_list_is_a_changed_source(server, http):
    server.answers[0, "list"] = WEB_PAGE
    with pytest.raises(SourceChanged, match="where JSON was expected: '<html>"):
        listed(http())


def test_a_list_without_an_end_is_a_changed_source(server, http):
    server.add(DAY, 480001)
    client = http()
    endless = {"content": [element(480001, DAY)], "last": False, "totalElements": 1}
    server.answers.update({(n, "list"): as_json(endless) for n in range(100)})
    tenderned.listing._everything[client] = 146_000
    with pytest.raises(SourceChanged, match="no last page within 100 pages"):
        listed(client)


def test_the_server_refuses_what_tenderned_refuses(http):
    client = http()
    for wrong in ({"page": 100, "size": 100}, {"page": 0, "size": 101}):
        with pytest.raises(SourceChanged, match="HTTP 400"):
            client.get(f"https://{HOST}{API}", wrong)


def test_pages_that_lack_announced_publications_are_no_day(server, http):
    server.add(DAY, 480001)
    client = http()
    tenderned.listing._everything[client] = 146_000
    short = {"content": [element(480001, DAY)], "last": True, "totalElements": 2}
    server.answers[0, "list"] = as_json(short)
    with pytest.raises(SourceUnavailable, match="has 2 publications, of which 1 were listed"):
        listed(client)


def test_a_total_that_shrinks_while_the_list_is_read_is_no_whole_day(server, http):
    """480001 is withdrawn after page 0, so 480003 moves there unseen."""
    client = http()
    tenderned.listing._everything[client] = 146_000
    for number, (ids, total) in enumerate([((480001, 480002), 4), ((480004,), 3)]):
        content = [element(x, DAY) for x in ids]
        answer = {"content": content, "last": number == 1, "totalElements": total}
        server.answers[number, "list"] = as_json(answer)
    with pytest.raises(SourceUnavailable, match="has 4 publications, of which 3 were listed"):
        listed(client)


def test_a_publication_that_moved_to_the_next_page_is_listed_once(server, http):
    client = http()
    tenderned.listing._everything[client] = 146_000
    for number, last in ((0, False), (1, True)):
        content = [element(480001, DAY), element(480002 + number, DAY)]
        answer = {"content": content, "last": last, "totalElements": 3}
        server.answers[number, "list"] = as_json(answer)
    assert [x.source_id for x in listed(client)] == ["480001", "480002", "480003"]


def test_a_robot_that_is_refused_makes_the_source_unavailable(server, http):
    server.answers[0, "list"] = Response("Access denied", 403)
    with pytest.raises(SourceUnavailable, match="HTTP 403"):
        listed(http())


def test_a_busy_server_is_asked_again(server, http, httpserver, time):
    server.add(DAY, 480001)
    client = http(attempts=3)
    httpserver.clear()
    busy = httpserver.expect_ordered_request(API)
    busy.respond_with_data("", 503)
    httpserver.expect_ordered_request(API).respond_with_handler(server._list)
    assert SOURCE.count(client, DAY) == 1
    assert any(pause >= 2 for pause in time.slept)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"aantalDagenTotSluitingsDatum": 44}, True, id="one day nearer"),
        pytest.param({"score": 0.3}, True, id="another rank"),
        pytest.param({"sluitingsDatum": "2026-09-01T11:00:00"}, False, id="another deadline"),
        pytest.param({"publicatiestatus": {"code": "ING"}}, False, id="withdrawn"),
        pytest.param({"nieuwVeld": True}, False, id="a new field"),
    ],
)
def test_the_fingerprint_changes_with_the_publication_only(change, same):
    before, age = element(480001, DAY), dt.timedelta(days=1)
    changed = tenderned.listing_fingerprint({**before, **change}, age=age)
    assert (changed == tenderned.listing_fingerprint(before, age=age)) is same


@pytest.mark.parametrize(("europees", "same"), [(True, False), (False, True)])
def test_a_european_publication_is_fetched_again_when_ted_must_have_it(europees, same):
    published = element(480001, DAY, europees=europees)
    young, old, older = (
        tenderned.listing_fingerprint(published, age=dt.timedelta(days=n)) for n in (7, 8, 900)
    )
    assert (young == old) is same
    assert old == older


def test_a_national_publication_comes_with_its_rendering(server, http):
    server.add(DAY, 480001)
    detail, related, rendering = parts(http())
    assert [detail.source_id, related.source_id, rendering.source_id] == [
        "480001",
        "480001/gerelateerd",
        "480001/html",
    ]
    assert detail.media_type == tenderned.DETAIL == "application/json"
    assert related.media_type == tenderned.RELATED
    assert rendering.media_type == tenderned.HTML
    assert json.loads(rendering.body) == {"html": RENDERING}
    assert rendering.url == f"https://{HOST}{API}/480001/html"
    assert collect.read_notice(detail).notice_id == "480001"


def test_a_detail_and_its_rendering_are_of_one_notice(server, http):
    server.add(DAY, 480001)
    detail, _, rendering = parts(http())
    notice = collect.read_notice(rendering)
    assert notice.notice_id == collect.read_notice(detail).notice_id == "480001"
    assert notice.lots[0].purposes == ("inn-pur",)


def test_bytes_are_kept_as_received(server, http):
    server.add(DAY, 480001)
    body = b'{"publicatieId":480001,\r\n  "aanbestedingNaam": "Caf\\u00e9 &amp; bar"}'
    server.answers["480001"] = Response(body, content_type="application/json")
    assert parts(http())[0].body == body


def test_a_european_publication_points_to_ted_and_is_not_asked_as_html(server, http):
    server.add(DAY, 480001, europees=True)
    server.ted["480001"] = "643394-2026"
    detail, related = parts(http())
    assert collect.read_notice(detail).references == (Reference(kind="ted", target="643394-2026"),)
    assert related.source_id == "480001/gerelateerd"


def test_a_detail_that_is_gone_makes_the_publication_unavailable(server, http):
    server.add(DAY, 480001)
    server.absent.add("480001")
    with pytest.raises(SourceUnavailable, match="HTTP 404"):
        parts(http())


@pytest.mark.parametrize("part", ["gerelateerd", "html"])
def test_a_part_that_tenderned_does_not_have_is_left_out(server, http, part):
    server.add(DAY, 480001)
    server.absent.add(f"480001/{part}")
    found = [x.source_id for x in parts(http())]
    assert len(found) == 2
    assert f"480001/{part}" not in found


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        pytest.param("480001", WEB_PAGE, id="a web page for the detail"),
        pytest.param("480001", as_json({"publicatieId": 480002}), id="another publication"),
        pytest.param("480001", as_json([]), id="a list for the detail"),
        pytest.param("480001/gerelateerd", as_json({}), id="an object for the list"),
        pytest.param("480001/html", as_json({"text": "x"}), id="no html"),
        pytest.param("480001/html", WEB_PAGE, id="html without JSON"),
    ],
)
def test_an_answer_of_another_shape_is_a_changed_source(server, http, path, answer):
    server.add(DAY, 480001)
    server.answers[path] = answer
    with pytest.raises(SourceChanged):
        parts(http())


def test_without_credentials_the_xml_is_not_asked(server, http):
    server.add(DAY, 480001)
    parts(http())
    assert "480001/public-xml" not in [path for path, _ in server.asked]


def test_with_credentials_the_xml_comes_along(server, http, monkeypatch, log):
    monkeypatch.setenv("TENDERNED_USER", "gebruiker")
    monkeypatch.setenv("TENDERNED_PASSWORD", "geheim")
    server.add(DAY, 480001)
    xml = parts(http())[-1]
    assert (xml.source_id, xml.media_type) == ("480001/public-xml", "application/xml")
    assert xml.body == b"<ContractNotice/>"
    assert "geheim" not in repr(log)
    assert "geheim" not in repr(xml)


def test_refused_credentials_are_named_but_not_shown(server, http, monkeypatch):
    monkeypatch.setenv("TENDERNED_USER", "gebruiker")
    monkeypatch.setenv("TENDERNED_PASSWORD", "verkeerd")
    server.add(DAY, 480001)
    with pytest.raises(SourceUnavailable, match="HTTP 403 with the credentials") as caught:
        parts(http())
    assert "TENDERNED_PASSWORD" in caught.value.hint
    assert "verkeerd" not in f"{caught.value} {caught.value.hint}"


def test_a_web_page_for_the_xml_is_a_changed_source(server, http, monkeypatch):
    monkeypatch.setenv("TENDERNED_USER", "gebruiker")
    monkeypatch.setenv("TENDERNED_PASSWORD", "geheim")
    server.add(DAY, 480001)
    server.answers["public-xml"] = WEB_PAGE
    with pytest.raises(SourceChanged, match="expected XML"):
        parts(http())


def check(name, http):
    [fact] = [x for x in SOURCE.unverified if x.name == name]
    return fact.check(http)


def test_every_endpoint_is_examined_with_good_result(server, http):
    server.add(DAY, 480001)
    client = http()
    assert [look(client) for _, look in SOURCE.endpoints] == [None] * 4


def test_endpoints_without_anything_to_ask_for_say_so(server, http):
    server.elements.clear()
    client = http()
    assert all(look(client) for _, look in SOURCE.endpoints)


def test_facts_that_hold_are_found_to_hold(server, http):
    server.add(dt.date(2011, 6, 1), 101)
    server.add(dt.date(2026, 6, 12), 470001, europees=True)
    server.add(DAY, 480001, europees=True)
    server.ted["470001"] = "643394-2026"
    client = http()
    names = {x.name for x in SOURCE.unverified} - {"10,000 per query"}
    assert {name: check(name, client) for name in names} == dict.fromkeys(names)


@pytest.mark.parametrize(
    ("name", "broken", "finding"),
    [
        pytest.param(
            "days as a filter",
            lambda s: s.ignored.update({"publicatieDatumVanaf", "publicatieDatumTot"}),
            "2 publications in seven days, 2 without a filter",
            id="days ignored",
        ),
        pytest.param(
            "10,000 per query",
            lambda s: None,
            "0 publications on page 99 of size 100",
            id="fewer pages",
        ),
        pytest.param(
            "publicatieType=VBE",
            lambda s: s.answers.update({(0, "list"): as_json({"content": [], "totalElements": 3})}),
            None,
            id="VBE still returns everything",
        ),
        pytest.param(
            "codes of procedures",
            lambda s: s.add(DAY, 480003, procedure={"code": "IPS", "omschrijving": "Iets nieuws"}),
            "codes that are not in the table: IPS (Iets nieuws)",
            id="a new procedure",
        ),
    ],
)
def test_facts_are_held_against_the_answers(server, http, name, broken, finding):
    server.add(DAY, 480001)
    broken(server)
    assert check(name, http()) == finding


def test_a_missing_number_on_ted_is_found(server, http):
    server.add(dt.date(2026, 6, 12), 470001, europees=True)
    assert check("pbNummerTed", http()) == "470001 of two weeks ago has pbNummerTed None"


def test_a_field_that_changes_by_itself_is_found(server, http, httpserver):
    server.add(dt.date(2026, 6, 20), 470001)
    client = http()
    httpserver.clear()
    for views in (7, 8):
        changed = {**element(470001, dt.date(2026, 6, 20)), "aantalKeerBekeken": views}
        answer = {"content": [changed], "totalElements": 1}
        httpserver.expect_ordered_request(API).respond_with_json(answer)
    assert check("stable list elements", client) == (
        "changed between two answers: aantalKeerBekeken"
    )


def test_a_rendering_without_the_strategic_label_is_found(server, http):
    server.add(DAY, 480001, europees=True)
    server.answers["480001/html"] = as_json({"html": "<table></table>"})
    finding = check("strategic procurement in the rendering", http())
    assert finding == f"no label {facts.STRATEGIC!r} in 480001; look at others"
