import datetime as dt
import gzip
import json
import shutil
import ssl
import subprocess
from http import HTTPStatus

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipeline.errors import SettingsError, SourceChanged, SourceUnavailable
from pipeline.sources._http import Http, HttpSettings

HOST = "api.example.eu"
URL = f"https://{HOST}/notices"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def http(http_to, httpserver):
    return http_to({HOST: httpserver.url_for("")})


def answers(httpserver, *responses):
    """Answer each request with the next response."""
    left = list(responses)
    httpserver.expect_request("/notices").respond_with_handler(lambda _: left.pop(0))
    return left


def test_an_answer_holds_what_was_received_and_when(http, httpserver):
    answers(httpserver, Response(b'{"a": 1}', content_type="application/json"))
    answer = http.get(URL)
    assert answer.body == b'{"a": 1}'
    assert answer.json() == {"a": 1}
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.received_at == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)


def test_it_says_who_it_is_and_never_poses_as_a_browser(http_to, httpserver):
    http = http_to({HOST: httpserver.url_for("")}, contact="https://example.eu/monitor")
    answers(httpserver, Response(b""))
    http.get(URL)
    sent = httpserver.log[0][0].headers["User-Agent"]
    assert sent == "Mozilla/5.0 (compatible; innovatiemonitor/0.1.0; +https://example.eu/monitor)"


@pytest.mark.parametrize(
    ("contact", "accepted"),
    [
        pytest.param("", True, id="none"),
        pytest.param("monitor@example.eu", True, id="address"),
        pytest.param("https://example.eu/x", True, id="page"),
        pytest.param("http://example.eu", False, id="page without a certificate"),
        pytest.param("monitor@example.eu\r\nCookie: x", False, id="a second header"),
        pytest.param("a@b) Chrome/120", False, id="more than a contact"),
    ],
)
def test_the_contact_is_an_address(contact, accepted):
    if accepted:
        assert contact in HttpSettings(hosts=frozenset(), contact=contact).user_agent
    else:
        with pytest.raises(SettingsError, match="contact"):
            HttpSettings(hosts=frozenset(), contact=contact)


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"pause_seconds": -1}])
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(SettingsError, match="expected at least"):
        HttpSettings(hosts=frozenset(), **wrong)


def test_requests_to_one_host_keep_the_pace_and_other_hosts_have_their_own(
    http_to, httpserver, time
):
    server = httpserver.url_for("")
    http = http_to({HOST: server, "other.example.eu": server}, pause_seconds=1.0)
    answers(httpserver, *(Response(b"") for _ in range(4)))
    http.get(URL)
    http.get(URL)
    time.seconds += 0.25
    http.get(URL)
    http.get("https://other.example.eu/notices")
    assert time.slept == [1.0, 0.75]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_source_is_asked_again_with_growing_pauses(http_to, httpserver, time, status):
    http = http_to({HOST: httpserver.url_for("")}, pause_seconds=0)
    busy = [Response("<html>busy</html>", status=status) for _ in range(3)]
    answers(httpserver, *busy, Response(b"ok"))
    assert http.get(URL).body == b"ok"
    assert time.slept == [4.0, 8.0, 16.0]


def test_jitter_takes_up_to_half_of_a_pause_away(httpserver, time):
    server = httpserver.url_for("").rstrip("/")
    settings = HttpSettings(
        hosts=frozenset({HOST}), stand_ins={f"https://{HOST}": server}, pause_seconds=0
    )
    answers(httpserver, Response(status=503), Response(b"ok"))
    clocks = {"clock": time.clock, "sleep": time.sleep, "now": time.now}
    with Http(settings, jitter=lambda: 0.0, **clocks) as http:
        http.get(URL)
    assert time.slept == [2.0]


def test_it_gives_up_after_the_last_attempt_and_quotes_the_source(http_to, httpserver):
    http = http_to({HOST: httpserver.url_for("")}, attempts=3)
    left = answers(httpserver, *(Response("<b>down</b>", status=503) for _ in range(4)))
    with pytest.raises(SourceUnavailable, match=r"HTTP 503: '<b>down</b>'; gave up after 3"):
        http.get(URL)
    assert len(left) == 1


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("17", id="seconds"),
        pytest.param("Wed, 01 Jul 2026 08:00:17 GMT", id="date"),
    ],
)
def test_retry_after_is_obeyed(http_to, httpserver, time, asked):
    http = http_to({HOST: httpserver.url_for("")}, pause_seconds=0)
    answers(httpserver, Response(status=429, headers={"Retry-After": asked}), Response(b"ok"))
    assert http.get(URL).body == b"ok"
    assert time.slept == [17.0]


@pytest.mark.parametrize(
    "asked", [pytest.param("soon", id="word"), pytest.param("Wed, 99 Foo", id="no date")]
)
def test_a_retry_after_that_cannot_be_read_is_as_none(http, httpserver, time, asked):
    answers(httpserver, Response(status=429, headers={"Retry-After": asked}), Response(b"ok"))
    http.get(URL)
    assert time.slept == [4.0]


def test_it_is_not_patient_beyond_the_total_time(http_to, httpserver, time):
    http = http_to({HOST: httpserver.url_for("")}, total_seconds=60)
    left = answers(httpserver, Response(status=429, headers={"Retry-After": "61"}), Response(b"ok"))
    with pytest.raises(SourceUnavailable, match="gave up after 1 attempts"):
        http.get(URL)
    assert len(left) == 1
    assert time.slept == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_is_refused_or_absent_is_not_asked_twice(http, httpserver, status):
    left = answers(httpserver, Response("niet\ntoegestaan\x1b[2J", status=status), Response(b""))
    with pytest.raises(SourceUnavailable, match=rf"HTTP {status}: 'niet toegestaan\?\[2J'"):
        http.get(URL)
    assert len(left) == 1


@pytest.mark.parametrize("status", [400, 405, 410, 422])
def test_a_request_that_was_understood_before_means_a_changed_source(http, httpserver, status):
    answers(httpserver, Response("x" * 5_000, status=status))
    with pytest.raises(SourceChanged, match=f"HTTP {status}: '{'x' * 200}'"):
        http.get(URL)


@pytest.mark.parametrize("status", [201, 202, 204, 304])
def test_a_success_that_is_not_the_answer_is_a_failure(http, httpserver, status):
    answers(httpserver, Response(status=status))
    with pytest.raises(SourceUnavailable, match=f"HTTP {status}"):
        http.get(URL)


@pytest.mark.parametrize("status", [200, 202, 405])
def test_a_firewall_is_a_failure_whatever_the_status(http, httpserver, status):
    headers = {"x-amzn-waf-action": "challenge"}
    left = answers(httpserver, Response(b"", status=status, headers=headers), Response(b""))
    with pytest.raises(SourceUnavailable, match="the firewall wants a challenge"):
        http.get(URL, expect={status})
    assert len(left) == 1


def test_an_expected_status_is_handed_over_without_another_attempt(http, httpserver, time):
    answers(httpserver, Response(b"token", status=500))
    answer = http.get(URL, expect={HTTPStatus.INTERNAL_SERVER_ERROR})
    assert (answer.status, answer.body) == (500, b"token")
    assert time.slept == []


def test_an_answer_that_is_not_good_enough_is_asked_again(http, httpserver, time):
    answers(httpserver, Response(b"part"), Response(b"whole"))
    again = {b"part": "incomplete", b"whole": None}
    assert http.get(URL, again=lambda answer: again[answer.body]).body == b"whole"


def test_nobody_listening_is_a_failure_that_keeps_the_query_secret(http_to, time, log):
    http = http_to({HOST: "http://127.0.0.1:9"}, attempts=2)
    with pytest.raises(SourceUnavailable) as caught:
        http.get(URL, {"token": "geheim"}, auth=("user", "wachtwoord"))
    message = str(caught.value)
    assert message == (
        "api.example.eu/notices: no answer (NewConnectionError); gave up after 2 attempts"
    )
    assert [x.status for x in log] == [None, None]


def test_credentials_and_queries_reach_the_source_and_nothing_else(http, httpserver, log):
    answers(httpserver, Response("nee", status=401))
    with pytest.raises(SourceUnavailable) as caught:
        http.get(URL, {"token": "geheim"}, auth=("gebruiker", "wachtwoord"))
    request = httpserver.log[0][0]
    assert request.args["token"] == "geheim"
    assert request.authorization.password == "wachtwoord"
    written = f"{caught.value} {caught.value.hint} {log}"
    assert not [x for x in ("geheim", "gebruiker", "wachtwoord", "Basic") if x in written]


def test_the_users_netrc_is_left_alone(http, httpserver, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    answers(httpserver, Response(b""))
    http.get(URL)
    assert httpserver.log[0][0].authorization is None


def test_each_request_is_logged_with_status_time_and_size(http, httpserver, log, time):
    answers(httpserver, Response(status=503), Response(b"x" * 1_000))
    time.tick = 0.5
    http.get(URL, {"page": 1})
    assert [(x.method, x.host, x.path, x.status, x.bytes) for x in log] == [
        ("GET", HOST, "/notices", 503, 0),
        ("GET", HOST, "/notices", 200, 1_000),
    ]
    assert all(x.seconds > 0 and x.at.utcoffset() == dt.timedelta(0) for x in log)


def test_json_is_posted_and_read(http, httpserver):
    answers(httpserver, Response(b'{"notices": []}'))
    assert http.post_json(URL, {"query": "é"}).json() == {"notices": []}
    request = httpserver.log[0][0]
    assert request.method == "POST"
    assert json.loads(request.data) == {"query": "é"}
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!DOCTYPE html><html>onderhoud</html>", id="page"),
        pytest.param(b'{"notices": [', id="half"),
        pytest.param(b"[" * 100_000, id="nested to harm"),
    ],
)
def test_what_is_no_json_is_a_changed_source(http, httpserver, body):
    answers(httpserver, Response(body, content_type="text/html"))
    with pytest.raises(SourceChanged, match="text/html where JSON was expected"):
        http.get(URL).json()


def test_a_packed_answer_is_unpacked(http, httpserver):
    answers(httpserver, Response(gzip.compress(b"ja" * 50), headers={"Content-Encoding": "gzip"}))
    assert http.get(URL).body == b"ja" * 50


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(http_to, httpserver):
    http = http_to({HOST: httpserver.url_for("")}, largest_answer=100_000)
    bomb = gzip.compress(bytes(50_000_000))
    answers(httpserver, Response(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceChanged, match="more than 100,000 bytes"):
        http.get(URL)


def test_an_answer_that_does_not_end_is_refused(http_to, httpserver):
    http = http_to({HOST: httpserver.url_for("")}, largest_answer=1_000_000)
    answers(httpserver, Response(b"x" * 65_536 for _ in iter(int, 1)))
    with pytest.raises(SourceChanged, match="more than 1,000,000 bytes"):
        http.get(URL)


@pytest.mark.parametrize(
    "cut_off",
    [
        pytest.param(OK + b"Content-Length: 10\r\n\r\nhalf", id="Content-Length too long"),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\nhalf", id="in the middle of a chunk"
        ),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="without the last chunk"
        ),
        pytest.param(
            OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", id="not gzip at all"
        ),
        pytest.param(b"", id="no answer at all"),
        pytest.param(b"HTTP/1.1 200", id="half a status line"),
    ],
)
def test_a_cut_off_answer_is_asked_again(http_to, raw_server, cut_off):
    http = http_to({HOST: raw_server.url})
    raw_server.answers = [cut_off, OK + b"Content-Length: 5\r\n\r\nwhole"]
    assert http.get(URL).body == b"whole"


def test_a_slow_answer_is_given_up_when_time_is_up(http_to, raw_server, time):
    # The server says ten of a million bytes and then holds the line: what waits for more hangs.
    raw_server.release.clear()
    raw_server.answers = [OK + b"Content-Length: 1000000\r\n\r\n" + b"x" * 10]
    http = http_to({HOST: raw_server.url}, total_seconds=200)
    time.tick = 60
    with pytest.raises(SourceUnavailable, match="time is up after 10 bytes"):
        http.get(URL)


def test_a_silent_server_is_given_up(http_to, raw_server):
    raw_server.release.clear()
    raw_server.answers = [b""]
    http = http_to({HOST: raw_server.url}, attempts=1, read_seconds=0.05)
    with pytest.raises(SourceUnavailable, match="no answer"):
        http.get(URL)


def test_a_redirect_within_the_host_is_followed(http, httpserver):
    httpserver.expect_request("/notices").respond_with_response(
        Response(status=302, headers={"Location": "/moved?x=1"})
    )
    httpserver.expect_request("/moved", query_string="x=1").respond_with_data("there")
    answer = http.get(URL, {"token": "1"})
    assert (answer.body, answer.url) == (b"there", f"https://{HOST}/moved")


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("https://elsewhere.example.com/x", id="unknown host"),
        pytest.param(f"http://{HOST}/x", id="without a certificate"),
        pytest.param("https://169.254.169.254/latest/meta-data", id="inside a network"),
        pytest.param(f"https://{HOST}@elsewhere.example.com/", id="in disguise"),
        pytest.param(f"https://{HOST}:8443/x", id="another port"),
        pytest.param("file:///etc/passwd", id="file"),
    ],
)
def test_a_redirect_elsewhere_is_refused(http, httpserver, target):
    answers(httpserver, Response(status=302, headers={"Location": target}))
    with pytest.raises(SourceChanged, match=r"expected https and api\.example\.eu"):
        http.get(URL)


def test_credentials_do_not_travel_to_another_host(http_to, httpserver):
    server = httpserver.url_for("")
    http = http_to({HOST: server, "other.example.eu": server})
    answers(httpserver, Response(status=302, headers={"Location": "https://other.example.eu/x"}))
    httpserver.expect_request("/x").respond_with_data("there")
    http.get(URL, auth=("user", "secret"), headers={"X-Key": "secret"})
    first, second = (request for request, _ in httpserver.log)
    assert first.authorization.password == first.headers["X-Key"] == "secret"
    assert second.authorization is None
    assert "X-Key" not in second.headers


def test_redirects_in_a_circle_end(http, httpserver):
    httpserver.expect_request("/notices").respond_with_response(
        Response(status=301, headers={"Location": "/notices"})
    )
    with pytest.raises(SourceChanged, match="more than 5 redirects"):
        http.get(URL)
    assert len(httpserver.log) == 6


def test_a_query_is_never_posted_elsewhere(http, httpserver):
    answers(httpserver, Response(status=307, headers={"Location": "/moved"}))
    with pytest.raises(SourceChanged, match="sends a POST elsewhere"):
        http.post_json(URL, {})


def test_an_unregistered_host_is_never_asked(http):
    with pytest.raises(SourceChanged, match=r"https://www.example.com; expected"):
        http.get("https://www.example.com/notices")


def test_connections_are_used_again(http_to, raw_server):
    raw_server.per_connection = 3
    raw_server.answers = [OK + b"Content-Length: 2\r\n\r\nok"] * 3
    http = http_to({HOST: raw_server.url})
    assert [http.get(URL).body for _ in range(3)] == [b"ok"] * 3
    assert raw_server.connections == 1


@pytest.fixture
def own_certificate(tmp_path):
    """A certificate that nobody vouches for."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    files = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-keyout", files[0], "-out", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files


def test_a_certificate_that_nobody_vouches_for_is_refused(http_to, own_certificate):
    key, certificate = own_certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(host="localhost", ssl_context=context) as server:
        http = http_to({HOST: server.url_for("")}, attempts=1)
        with pytest.raises(SourceUnavailable, match="SSLError"):
            http.get(URL)
        assert server.log == []


def test_a_stream_is_read_like_a_file(http, httpserver, log):
    answers(httpserver, Response(b"x" * 200_000))
    with http.stream(URL) as download:
        assert download.read(7) == b"x" * 7
        assert len(download.read()) == 199_993
        assert download.url == URL
        assert download.received_at == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)
    assert [(x.status, x.bytes) for x in log] == [(200, 200_000)]


def test_a_stream_is_tried_again_until_it_begins(http, httpserver):
    answers(httpserver, Response(status=503), Response(b"ok"))
    with http.stream(URL) as download:
        assert download.read() == b"ok"


def test_a_stream_that_is_shorter_than_it_says_is_a_failure(http_to, raw_server):
    http = http_to({HOST: raw_server.url})
    raw_server.answers = [OK + b"Content-Length: 9\r\n\r\nhalf"]
    with (
        http.stream(URL) as download,
        pytest.raises(SourceUnavailable, match="cut off after 4 bytes"),
    ):
        download.read()


def test_a_stream_that_is_larger_than_allowed_is_refused(http_to, httpserver):
    http = http_to({HOST: httpserver.url_for("")}, largest_stream=100_000)
    answers(httpserver, Response(b"x" * 100_001))
    with http.stream(URL) as download, pytest.raises(SourceChanged, match="more than 100,000"):
        download.read()


def test_a_stream_that_is_left_early_is_closed_and_logged(http, httpserver, log):
    answers(httpserver, Response(b"x" * 1_000_000), Response(b"next"))
    with http.stream(URL) as download:
        download.read(1)
    assert log[0].bytes < 1_000_000
    assert http.get(URL).body == b"next"
