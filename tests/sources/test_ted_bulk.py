import datetime as dt
import gzip

import pytest
from ted_server import TedServer, archive, notice_xml
from werkzeug import Response

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources import ted_bulk

DAY = dt.date(2026, 6, 30)
BEFORE = dt.date(2026, 6, 29)
CALENDAR = "OJS,Publication date\r\n123,29/06/2026\r\n124,30/06/2026\r\n125,01/07/2026\r\n"
DUTCH, BELGIAN = notice_xml("NLD", text="onze"), notice_xml("BEL", text="niet de onze")
LEGACY = (
    b'<TED_EXPORT xmlns="urn:example:ted"><CODED_DATA_SECTION><NOTICE_DATA>'
    b'<ISO_COUNTRY VALUE="NL"/></NOTICE_DATA></CODED_DATA_SECTION></TED_EXPORT>'
)


FLAT = archive(
    {
        "20260630_124/00497150_2026.xml": DUTCH,
        "20260630_124/00497151_2026.xml": BELGIAN,
        "20260630_124/497152_2026.xml": LEGACY,
    }
)


@pytest.fixture
def server():
    server = TedServer()
    server.add(DAY, "497150-2026", "497152-2026")
    server.add(DAY, "497151-2026", country="BEL")
    return server


@pytest.fixture
def calendar(httpserver):
    """The text of the release calendar, to be changed."""
    shown = [CALENDAR]
    httpserver.expect_request("/en/release-calendar/-/download/file/CSV/2026").respond_with_handler(
        lambda _: Response(shown[0], content_type="text/csv")
    )
    return shown


@pytest.fixture
def http(http_to, httpserver, server, calendar):
    return http_to(server.install(httpserver))


def serve(httpserver, package, name="daily/202600124"):
    httpserver.expect_request(f"/packages/{name}").respond_with_handler(lambda _: Response(package))


def fetched(http, day=DAY, *, source=ted_bulk.SOURCE):
    [package] = source.list(http, day)
    return list(source.get(http, package))


def ids(raws):
    return [raw.source_id for raw in raws]


def test_a_day_is_listed_as_its_package(http):
    [package] = ted_bulk.SOURCE.list(http, DAY)
    assert package.source_id == package.fingerprint == "202600124"
    assert package.url == "https://ted.europa.eu/packages/daily/202600124"
    assert package.day == DAY


def test_a_day_without_an_issue_has_no_package(http):
    assert list(ted_bulk.SOURCE.list(http, dt.date(2026, 6, 28))) == []


def test_the_calendar_is_asked_for_once(http, httpserver):
    for day in (BEFORE, DAY, DAY):
        assert len(list(ted_bulk.SOURCE.list(http, day))) == 1
    assert len(httpserver.log) == 1


def test_the_countrys_notices_are_kept_byte_for_byte(http, httpserver):
    serve(httpserver, FLAT)
    first, second = fetched(http)
    assert (first.source_id, first.body) == ("202600124/497150-2026", DUTCH)
    assert (second.source_id, second.body) == ("202600124/497152-2026", LEGACY)
    assert first.url == "https://ted.europa.eu/en/notice/497150-2026/xml"
    assert (first.source, first.media_type) == ("ted_bulk", "application/xml")
    # A second after the calendar, for that is the pace.
    assert first.fetched_at == dt.datetime(2026, 7, 1, 8, 0, 1, tzinfo=dt.UTC)


def test_another_country_can_be_asked_for(http, httpserver):
    serve(httpserver, FLAT)
    assert ids(fetched(http, source=ted_bulk.source("BEL"))) == ["202600124/497151-2026"]


def test_nothing_is_written_to_disk(http, httpserver, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    serve(httpserver, FLAT)
    assert len(fetched(http)) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_last_notice_of_a_day_may_come_late(http, httpserver, server):
    server.add(DAY, "497153-2026")
    serve(httpserver, FLAT)
    with pytest.raises(
        SourceUnavailable, match="202600124 has 3 notices of 2026-06-30; the Search API has 4"
    ):
        fetched(http)


def test_a_day_below_the_floor_of_the_index_is_not_counted(http_to, httpserver, server, time):
    time.seconds = 3_654 * 86_400  # ten years and a day on
    calendar = "OJS,Publication date\n124,30/06/2026\n"
    httpserver.expect_request("/en/release-calendar/-/download/file/CSV/2026").respond_with_data(
        calendar
    )
    serve(httpserver, FLAT)
    assert len(fetched(http_to(server.install(httpserver)))) == 2
    assert server.calls == []


@pytest.fixture
def two_days(server):
    server.add(BEFORE, "480000-2026")
    return {
        "20260629_123.tar.gz": archive({"20260629_123/00480000_2026.xml": DUTCH}),
        "20260630_124.tar.gz": FLAT,
    }


MONTH = [f"2026-6/{number}-2026" for number in (480000, 497150, 497152)]


def test_a_month_of_days_in_archives_is_read(http, httpserver, two_days):
    serve(httpserver, archive(two_days), "monthly/2026-6")
    june = ted_bulk.month(http, 2026, 6)
    assert (june.source_id, june.day) == ("2026-6", DAY)
    assert ids(ted_bulk.SOURCE.get(http, june)) == MONTH


def test_a_flat_month_is_read(http, httpserver, two_days):
    files = {"20260629_123/00480000_2026.xml": DUTCH}
    for number, body in ((497150, DUTCH), (497151, BELGIAN), (497152, DUTCH)):
        files[f"20260630_124/00{number}_2026.xml"] = body
    serve(httpserver, archive(files), "monthly/2026-6")
    assert ids(ted_bulk.SOURCE.get(http, ted_bulk.month(http, 2026, 6))) == MONTH


def test_a_month_that_lacks_a_day_is_a_failure(http, httpserver, two_days):
    del two_days["20260629_123.tar.gz"]
    serve(httpserver, archive(two_days), "monthly/2026-6")
    with pytest.raises(SourceUnavailable, match="2026-6 has 0 notices of 2026-06-29"):
        list(ted_bulk.SOURCE.get(http, ted_bulk.month(http, 2026, 6)))


def test_a_month_without_issues_has_no_package(http):
    with pytest.raises(SourceUnavailable, match="no issue in 2026-12"):
        ted_bulk.month(http, 2026, 12)


BROKEN = bytearray(FLAT)
BROKEN[-6] ^= 0xFF


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(FLAT[:200], id="cut off in a notice"),
        pytest.param(FLAT[:-4], id="cut off in the last bytes"),
        pytest.param(bytes(BROKEN), id="checksum"),
        pytest.param(
            gzip.compress(gzip.decompress(FLAT)[:1_000]), id="cut off before it was packed"
        ),
        pytest.param(gzip.compress(b"x" * 2_000), id="no tar inside"),
    ],
)
def test_a_damaged_package_is_a_failure(http, httpserver, package):
    serve(httpserver, package)
    with pytest.raises(SourceUnavailable, match="cut off or damaged"):
        fetched(http)


def test_a_download_that_is_cut_off_is_a_failure(http_to, httpserver, server, calendar, raw_server):
    half = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(FLAT) + FLAT[:-10]
    raw_server.answers = [half]
    servers = server.install(httpserver)
    [package] = ted_bulk.SOURCE.list(http_to(servers), DAY)
    http = http_to({**servers, "ted.europa.eu": raw_server.url})
    with pytest.raises(SourceUnavailable, match="was cut off after"):
        list(ted_bulk.SOURCE.get(http, package))


def test_a_firewall_is_a_failure(http, httpserver):
    httpserver.expect_request("/packages/daily/202600124").respond_with_data(
        b"", 202, headers={"x-amzn-waf-action": "challenge"}
    )
    with pytest.raises(SourceUnavailable, match="firewall"):
        fetched(http)


def test_a_package_that_is_not_there_yet_is_a_failure(http, httpserver):
    httpserver.expect_request("/packages/daily/202600124").respond_with_data(b"", 404)
    with pytest.raises(SourceUnavailable, match="HTTP 404"):
        fetched(http)


@pytest.mark.parametrize(
    ("package", "said"),
    [
        pytest.param(b"<html></html>", "xml where an archive was expected", id="web page"),
        pytest.param(b"", "empty where an archive was expected", id="nothing"),
        pytest.param(archive({"notices.xml": DUTCH}), "a member .*notices.xml", id="other names"),
        pytest.param(
            archive({"20261330_124/1_2026.xml": DUTCH}), "a member .*20261330", id="no such day"
        ),
        pytest.param(
            archive({"20260630_124/1_2026.xml": b"PK\x03\x04"}), "expected XML", id="not XML"
        ),
        pytest.param(archive({"../../20260630_124/1_2026.xml": DUTCH}), "outside", id="path"),
        pytest.param(archive({}, link="20260630_124/1_2026.xml"), "a link", id="link"),
        pytest.param(
            archive({"a.tar.gz": archive({"b.tar.gz": FLAT})}), "archive inside", id="too deep"
        ),
        pytest.param(
            archive({"20260630_124/1_2026.xml": b"<a>" + bytes(30_000_000)}),
            "times its size",
            id="made to fill the memory",
        ),
    ],
)
def test_what_is_no_package_of_notices_is_a_changed_source(http, httpserver, package, said):
    serve(httpserver, package)
    with pytest.raises(SourceChanged, match=said):
        fetched(http)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("<html></html>", id="web page"),
        pytest.param("Issue;Date\n124;30/06/2026\n", id="other columns"),
        pytest.param("OJS,Publication date\n124,2026-06-30\n", id="other dates"),
        pytest.param("OJS,Publication date\n124,31/06/2026\n", id="no such day"),
        pytest.param("OJS,Publication date\n124\n", id="half a line"),
    ],
)
def test_a_calendar_of_another_shape_is_a_changed_source(http, calendar, text):
    calendar[0] = text
    with pytest.raises(SourceChanged, match="expected"):
        list(ted_bulk.SOURCE.list(http, DAY))


def test_packages_of_xml_begin_in_2011():
    assert ted_bulk.SOURCE.earliest(dt.date(2026, 7, 1)) == dt.date(2011, 1, 1)


def test_a_package_has_no_total_of_its_own(http):
    assert ted_bulk.SOURCE.count(http, DAY) is None


@pytest.fixture
def live(http, httpserver, two_days, calendar):
    """TED as we take it to be, on 1 July 2026: the package of the day before is final."""
    calendar[0] += "100,15/05/2026\n"
    serve(httpserver, FLAT)
    may = {"20260515_100.tar.gz": archive({"20260515_100/00300000_2026.xml": DUTCH})}
    serve(httpserver, archive(may), "monthly/2026-5")
    return http


CHECKS = {fact.name: fact.check for fact in ted_bulk.SOURCE.unverified}
CHECKS |= dict(ted_bulk.SOURCE.endpoints)


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_as_we_take_it_to_be_has_no_finding(live, name):
    assert CHECKS[name](live) is None


def test_a_package_of_another_day_is_found(live, httpserver):
    httpserver.clear_all_handlers()
    httpserver.expect_request("/en/release-calendar/-/download/file/CSV/2026").respond_with_data(
        CALENDAR
    )
    serve(httpserver, archive({"20260629_123/00480000_2026.xml": DUTCH}))
    assert CHECKS["names in a package"](live) == (
        "202600124 holds a notice of 2026-06-29; the calendar says 2026-06-30"
    )


def test_a_package_of_another_month_is_found(live, httpserver):
    httpserver.clear_all_handlers()
    serve(httpserver, FLAT, "monthly/2026-5")
    assert CHECKS["a month's package"](live) == (
        "the package of 2026-5 holds a notice of 2026-06-30"
    )


def test_an_index_without_an_issues_day_is_found(http, server):
    server.index = []
    assert CHECKS["a package and the Search API agree"](http) == (
        "the Search API has no notice of 2026-06-30, which had an issue"
    )


def test_a_year_without_issues_is_said(http, calendar):
    calendar[0] = "OJS,Publication date\n"
    assert CHECKS["release calendar"](http) == "an empty calendar"
    assert CHECKS["daily package"](http) == "no issue yet this year: look again in some days"
