import datetime as dt
import json

import pytest
from ted_server import TedServer, notice_xml, page
from werkzeug import Response

from pipeline.errors import SettingsError, SourceChanged, SourceUnavailable
from pipeline.sources import Listed, ted
from pipeline.sources._ted_country import is_of
from pipeline.sources._ted_search import FIELDS, LIMIT

DAY = dt.date(2026, 6, 30)
HTML = Response("<html><h1>429 Too Many Requests</h1></html>", 429, content_type="text/html")
XML_URL = "https://ted.europa.eu/en/notice/646357-2026/xml"
NOTICE = Listed(source_id="646357-2026", day=DAY, fingerprint="646357-2026", url=XML_URL)


@pytest.fixture
def server():
    return TedServer()


@pytest.fixture
def http(http_to, httpserver, server):
    return http_to(server.install(httpserver))


def listed(http, *, day=DAY, source=ted.SOURCE):
    return list(source.list(http, day))


def numbers(things):
    return [x.source_id for x in things]


def test_a_day_is_listed_with_address_and_fingerprint(http, server):
    server.add(DAY, "646357-2026")
    [found] = listed(http)
    assert found.source_id == found.fingerprint == "646357-2026"
    assert found.day == DAY
    assert found.url == XML_URL
    assert found.facts["notice-type"] == "cn-standard"


def test_a_padded_number_is_the_same_notice(http, server):
    server.add(DAY, "00646357-2026")
    assert numbers(listed(http)) == ["646357-2026"]
    assert listed(http)[0].url == XML_URL


def test_the_fingerprint_follows_the_chain_of_changes(http, server):
    server.add(DAY, "1-2026", **{"change-notice-version-identifier": "0bb9-01"})
    assert listed(http)[0].fingerprint == "1-2026 0bb9-01"


def test_a_day_without_notices_is_empty(http, server):
    server.add(DAY, "1-2026")
    assert listed(http, day=dt.date(2026, 6, 28)) == []


def test_only_buyers_of_the_country_are_listed(http, server):
    server.add(DAY, "1-2026")
    server.add(DAY, "2-2026", country="BEL")
    assert numbers(listed(http)) == ["1-2026"]
    belgian = ted.source("BEL")
    assert numbers(listed(http, source=belgian)) == ["2-2026"]
    assert belgian.count(http, DAY) == 1


@pytest.mark.parametrize("country", ["NL", "nld", "NLD OR buyer-country=BEL", ""])
def test_a_country_is_three_letters_that_ted_knows(country):
    with pytest.raises(SettingsError, match="expected one of AUT"):
        ted.source(country)


def test_the_request_is_as_documented(http, server):
    server.add(DAY, "1-2026")
    listed(http)
    assert server.calls[0] == {
        "query": "buyer-country=NLD AND publication-date>=20260630 AND publication-date<=20260630",
        "fields": list(FIELDS),
        "limit": 250,
        "scope": "ALL",
        "paginationMode": "ITERATION",
        "onlyLatestVersions": False,
    }


def test_the_cost_of_a_page_stays_within_the_limit():
    assert LIMIT * len(FIELDS) <= 10_000
    assert LIMIT <= 250


def test_pages_are_read_to_the_empty_one(http, server):
    server.most = 2
    server.add(DAY, *(f"{n}-2026" for n in range(1, 6)))
    assert numbers(listed(http)) == ["1-2026", "2-2026", "3-2026", "4-2026", "5-2026"]
    tokens = [call.get("iterationNextToken") for call in server.calls]
    assert tokens == [None, "after 2", "after 4", "after 5"]
    rest = [{k: v for k, v in call.items() if k != "iterationNextToken"} for call in server.calls]
    assert all(call == rest[0] for call in rest)


def test_pages_end_where_there_is_no_token(http, server):
    server.faults = [answer_of("1-2026", token=None)]
    assert numbers(listed(http)) == ["1-2026"]
    assert len(server.calls) == 1


def test_the_count_is_the_sources_own_total(http, server):
    server.add(DAY, *(f"{n}-2026" for n in range(1, 8)))
    assert ted.SOURCE.count(http, DAY) == 7
    assert ted.SOURCE.count(http, dt.date(2026, 6, 28)) == 0


def answer_of(*found, total=None, token="x", day=DAY, **more):
    entries = [{"publication-number": n, "publication-date": f"{day}+02:00"} for n in found]
    answer = {
        "notices": entries,
        "totalNoticeCount": len(found) if total is None else total,
        "iterationNextToken": token,
        "timedOut": False,
    }
    return page(answer | more)


def test_the_same_token_twice_is_a_changed_source(http, server):
    server.faults = [answer_of("1-2026", total=3), answer_of("2-2026"), answer_of("3-2026")]
    with pytest.raises(SourceChanged, match="the same token on two pages"):
        listed(http)


def test_pages_that_repeat_under_new_tokens_are_a_changed_source(http, server):
    server.faults = [answer_of("1-2026", total=3, token=f"t{number}") for number in range(9)]
    with pytest.raises(SourceChanged, match="a page without new notices"):
        listed(http)
    assert len(server.calls) == 2


def test_pages_that_never_end_are_left_when_there_is_more_than_announced(http, server):
    server.faults = [answer_of(f"{n}-2026", total=3, token=f"t{n}") for n in range(1, 9)]
    with pytest.raises(SourceUnavailable, match="4 notices on all pages; 3 were announced"):
        listed(http)
    assert len(server.calls) == 4


def test_an_index_that_grows_while_it_is_read_is_whole_as_announced(http, server):
    server.faults = [
        answer_of("1-2026", total=2),
        answer_of("2-2026", total=3, token="y"),
        answer_of(total=3, token=None),
    ]
    assert numbers(listed(http)) == ["1-2026", "2-2026"]


@pytest.mark.parametrize("total", [-1, True, "7"])
def test_a_total_that_is_no_count_is_a_changed_source(http, server, total):
    server.faults = [page({"notices": [], "totalNoticeCount": total, "timedOut": False})] * 2
    with pytest.raises(SourceChanged, match=r"totalNoticeCount is .* expected a number from 0"):
        listed(http)
    with pytest.raises(SourceChanged, match="expected a number from 0"):
        ted.SOURCE.count(http, DAY)


def test_an_expired_token_restarts_the_day_once(http, server):
    server.most = 2
    server.add(DAY, "1-2026", "2-2026", "3-2026")
    server.faults = [None, Response("error", 500)]
    assert numbers(listed(http)) == ["1-2026", "2-2026", "3-2026"]
    tokens = [call.get("iterationNextToken") for call in server.calls]
    assert tokens == [None, "after 2", None, "after 2", "after 3"]


def test_a_token_that_expires_again_is_a_failure(http, server):
    server.most = 2
    server.add(DAY, "1-2026", "2-2026", "3-2026")
    server.faults = [None, Response("e", 500), None, *(Response("e", 500) for _ in range(5))]
    with pytest.raises(SourceUnavailable, match="HTTP 500"):
        listed(http)


def test_a_failing_first_page_is_asked_again_as_any_other(http, server, time):
    server.add(DAY, "1-2026")
    server.faults = [Response("e", 500), Response("e", 503)]
    assert numbers(listed(http)) == ["1-2026"]


def test_a_search_that_timed_out_is_asked_again(http, server):
    server.add(DAY, "1-2026", "2-2026")
    server.faults = [answer_of("1-2026", total=2, timedOut=True)]
    assert numbers(listed(http)) == ["1-2026", "2-2026"]


def test_a_search_that_keeps_timing_out_is_a_failure(http, server):
    server.faults = [answer_of("1-2026", timedOut=True) for _ in range(5)]
    with pytest.raises(SourceUnavailable, match="timed out and gave a part"):
        listed(http)


def test_too_many_requests_answered_in_html_are_asked_again(http, server):
    server.add(DAY, "1-2026")
    server.faults = [HTML, HTML]
    assert numbers(listed(http)) == ["1-2026"]


def test_a_web_page_for_an_answer_is_a_changed_source(http, server):
    server.faults = [Response("<html>Welkom</html>", content_type="text/html")]
    with pytest.raises(SourceChanged, match="text/html where JSON was expected: '<html>Welkom"):
        listed(http)


def test_pages_that_lack_announced_notices_are_a_failure(http, server):
    server.faults = [answer_of("1-2026", total=2, token=None)]
    with pytest.raises(SourceUnavailable, match="1 notices on all pages; 2 were announced"):
        listed(http)


@pytest.mark.parametrize(
    ("message", "named"),
    [
        pytest.param(
            {"error": {"type": "QUERY_UNKNOWN_FIELD", "field": "notice-type", "known": FIELDS}},
            "notice-type",
            id="field, then the list of all",
        ),
        pytest.param({"message": "Unsupported field buyer-country"}, "buyer-country", id="query"),
    ],
)
def test_a_refused_field_is_named(http, server, message, named):
    known = {"error": message.get("error", message)}
    server.faults = [page(known, status=400)]
    with pytest.raises(SourceChanged, match=f"HTTP 400 about {named}: "):
        listed(http)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param({"results": []}, "no list of notices", id="renamed"),
        pytest.param({"notices": {}}, "no list of notices", id="object for list"),
        pytest.param({"notices": ["1-2026"]}, "no list of notices", id="text for object"),
        pytest.param([], "no list of notices", id="list for object"),
        pytest.param({"notices": []}, "totalNoticeCount is None", id="total gone"),
        pytest.param(
            {"notices": [{"ND": "1-2026"}], "totalNoticeCount": 1},
            "publication-number is None",
            id="number gone",
        ),
        pytest.param(
            {"notices": [{"publication-number": ["1-2026"]}], "totalNoticeCount": 1},
            "publication-number is",
            id="number as list",
        ),
        pytest.param(
            {"notices": [{"publication-number": "1-2026/../x"}], "totalNoticeCount": 1},
            "publication-number is",
            id="number that leads elsewhere",
        ),
    ],
)
def test_an_answer_of_another_shape_is_a_changed_source(http, server, answer, said):
    server.faults = [page(answer)]
    with pytest.raises(SourceChanged, match=said):
        listed(http)


def test_a_notice_of_another_day_is_a_changed_source(http, server):
    server.faults = [answer_of("1-2026", day=dt.date(2020, 1, 1)), answer_of(total=1)]
    with pytest.raises(SourceChanged, match="1-2026 in the listing of 2026-06-30 is of 2020-01-01"):
        listed(http)


def test_a_real_answer_is_listed(http, server, shared):
    real = json.loads((shared / "notices" / "ted_search_api_notices.json").read_bytes())
    server.index = [{**entry, "buyer-country": "NLD"} for entry in real]
    assert "242317-2026" in numbers(listed(http, day=dt.date(2026, 4, 9)))
    days = {dt.date.fromisoformat(entry["publication-date"][:10]) for entry in real}
    assert sum(len(listed(http, day=day)) for day in days) == len(real) == 123


def serve_xml(httpserver, *responses):
    left = list(responses)
    httpserver.expect_request("/en/notice/646357-2026/xml").respond_with_handler(
        lambda _: left.pop(0)
    )


def test_a_notice_is_kept_byte_for_byte(http, httpserver):
    body = b"\xef\xbb\xbf" + notice_xml(text="één") + b"\n<!-- end -->\n"
    serve_xml(httpserver, Response(body, content_type="text/xml"))
    [raw] = ted.SOURCE.get(http, NOTICE)
    assert raw.body == body
    assert (raw.source, raw.source_id, raw.url) == ("ted", "646357-2026", XML_URL)
    assert raw.media_type == "application/xml"
    assert raw.fetched_at == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(202, {"x-amzn-waf-action": "challenge"}, id="challenge"),
        pytest.param(202, {}, id="accepted but not answered"),
        pytest.param(200, {}, id="empty"),
        pytest.param(404, {}, id="absent"),
    ],
)
def test_what_is_no_notice_never_becomes_a_file(http, httpserver, status, headers):
    serve_xml(httpserver, Response(b"", status, headers=headers))
    with pytest.raises(SourceUnavailable):
        list(ted.SOURCE.get(http, NOTICE))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!DOCTYPE html><html></html>", id="HTML"),
        pytest.param(b"<HTML></HTML>", id="old HTML"),
        pytest.param(b'{"a": "<b></b>"}', id="JSON"),
        pytest.param(b"gone", id="text"),
    ],
)
def test_another_kind_of_answer_is_a_changed_source(http, httpserver, body):
    serve_xml(httpserver, Response(body))
    with pytest.raises(SourceChanged, match="expected XML"):
        list(ted.SOURCE.get(http, NOTICE))


def test_a_notice_that_ends_in_the_middle_is_a_failure(http, httpserver):
    # Content-Length agrees: the cut was made before the server.
    serve_xml(httpserver, Response(notice_xml()[:-20]))
    with pytest.raises(SourceUnavailable, match="ends before </ContractNotice>"):
        list(ted.SOURCE.get(http, NOTICE))


def test_every_real_notice_is_seen_as_whole(http, httpserver, shared):
    paths = sorted((shared / "notices").glob("e*/*.xml"))[::10]
    serve_xml(httpserver, *(Response(path.read_bytes()) for path in paths))
    for path in paths:
        [raw] = ted.SOURCE.get(http, NOTICE)
        assert raw.body == path.read_bytes()


def test_real_notices_are_told_apart_by_the_buyers_country(shared):
    # Counted in the files by other means: ISO_COUNTRY with grep, BT-514 of the buyer by pattern.
    for folder, dutch, belgian in [("eforms", 48, 36), ("ted_export", 123, 48)]:
        bodies = [path.read_bytes() for path in (shared / "notices" / folder).glob("*.xml")]
        assert sum(is_of(body, "NLD") for body in bodies) == dutch
        assert sum(is_of(body, "BEL") for body in bodies) == belgian


def test_a_notice_that_cannot_be_read_is_kept_if_it_may_be_ours():
    assert is_of(b"<a>NLD</b>", "NLD")
    assert is_of(b'<!DOCTYPE a [<!ENTITY x "NLD">]><a>&x;</a>', "NLD")
    assert not is_of(b"<a>BEL</b>", "NLD")


def test_a_dutch_winner_does_not_make_a_buyer_dutch():
    body = notice_xml("BEL").replace(
        b"</c:Organizations>",
        b"<c:Organization><c:Company><c:PartyIdentification><c:ID>ORG-0002</c:ID>"
        b"</c:PartyIdentification><c:PostalAddress><c:Country>"
        b"<c:IdentificationCode>NLD</c:IdentificationCode></c:Country></c:PostalAddress>"
        b"</c:Company></c:Organization></c:Organizations>",
    )
    assert not is_of(body, "NLD")
    assert is_of(body, "BEL")


@pytest.mark.parametrize(
    ("today", "floor"),
    [
        (dt.date(2026, 7, 1), dt.date(2016, 7, 1)),
        (dt.date(2026, 7, 2), dt.date(2016, 7, 2)),
        (dt.date(2028, 2, 29), dt.date(2018, 3, 1)),
    ],
)
def test_the_floor_of_the_index_moves_with_the_day(today, floor):
    assert ted.SOURCE.earliest(today) == floor


@pytest.fixture
def live(http, httpserver, server):
    """TED as we take it to be, on 1 July 2026."""
    server.add(DAY, "646357-2026", "646358-2026", "646359-2026")
    httpserver.expect_request("/en/notice/646357-2026/xml").respond_with_data(notice_xml())
    return http


@pytest.mark.parametrize("fact", ted.SOURCE.unverified, ids=lambda x: x.name)
def test_a_fact_that_holds_has_no_finding(live, fact):
    assert fact.check(live) is None
    assert all((fact.name, fact.assumed, fact.effect_if_wrong))


@pytest.mark.parametrize("endpoint", ted.SOURCE.endpoints, ids=lambda x: x[0])
def test_an_endpoint_that_works_has_no_finding(live, endpoint):
    assert endpoint[1](live) is None


def check(name):
    [found] = [fact.check for fact in ted.SOURCE.unverified if fact.name == name]
    return found


def test_a_refused_condition_is_found(live, server):
    server.faults = [page({"message": "QUERY_UNKNOWN_FIELD"}, status=400)]
    finding = check("strategic-procurement-lot as a condition")(live)
    assert "HTTP 400" in finding
    assert "QUERY_UNKNOWN_FIELD" in finding


def test_an_index_that_goes_back_further_is_found(live, server):
    server.add(dt.date(2016, 5, 20), "1-2016")
    finding = check("floor of the index")(live)
    assert finding == "1 notices of more than ten years ago; expected none"


def test_an_iteration_that_does_not_move_is_found(live, server):
    first = answer_of("1-2026", total=3)
    server.faults = [first, answer_of("1-2026", total=3, token="y")]
    assert check("life of a paging token")(live) == "the page after the first is the first again"


def test_an_iteration_without_a_token_is_found(live, server):
    server.faults = [answer_of("1-2026", total=3, token=None)]
    assert check("life of a paging token")(live) == "no token on the first of many pages"


def test_a_search_that_finds_nothing_is_found(http):
    [search, xml] = [endpoint[1] for endpoint in ted.SOURCE.endpoints]
    assert search(http).startswith("no Dutch notices")
    assert xml(http) == "no notice to ask for"
