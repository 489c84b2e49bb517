"""A server that never ends is left when time is up, in whatever state it is."""

import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources._http import Http
from pipeline.sources._manners import HttpSettings

ORIGIN = "https://gazette.test"
OK = b"HTTP/1.1 200 OK\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n\r\n"
EMPTY_MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00" + b"\x00" * 8
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# A record of a handshake that announces 16,000 bytes.
HANDSHAKE = b"\x16\x03\x03\x3e\x80"
TURNED_AWAY = (SourceUnavailable, SourceChanged)


class Dripping:
    """A server that says something once and something again and again, perhaps over TLS.

    Attributes:
        left: Set when a client ended its connection.
    """

    def __init__(self, first, again, *, tls=None):
        self.first, self.again, self.tls = first, again, tls
        self.ended, self.left = threading.Event(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended.is_set():
            try:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.answer, args=(connection,), daemon=True).start()
            except OSError:
                return

    def answer(self, connection):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.recv(65_536)
            connection.sendall(self.first)
            while self.again and not self.ended.wait(0.02):
                connection.sendall(self.again)
        except OSError:
            self.left.set()
        finally:
            connection.close()

    def stop(self):
        self.ended.set()
        self.listener.close()


@pytest.fixture
def dripping(monkeypatch):
    """Start a server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    made = []

    def start(first, again, **tls):
        made.append(Dripping(first, again, **tls))
        return made[-1]

    yield start
    for server in made:
        server.stop()


def client_of(*origins, seconds=0.3):
    """A client for whom a server plays ``gazette.test``, the next one ``gazette2.test``."""
    names = ["gazette.test", "gazette2.test"][: len(origins)]
    manners = HttpSettings(
        hosts=frozenset(names),
        pause_seconds=0,
        attempts=1,
        total_seconds=seconds,
        stand_ins={f"https://{x}": there for x, there in zip(names, origins, strict=True)},
    )
    return Http(manners, log=lambda _: None)


def plain(server):
    return f"http://127.0.0.1:{server.port}"


DRIPS = [
    pytest.param(OK + b"X: ", b"a", id="header drip"),
    pytest.param(OK, b"X: a\r\n", id="endless headers"),
    pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="endless 100 Continue"),
    pytest.param(CHUNKED + b"1", b"0", id="chunk drip"),
    pytest.param(CHUNKED + b"5;", b"a", id="chunk extension drip"),
    pytest.param(CHUNKED + b"0\r\n", b"X: a\r\n", id="endless trailers"),
    pytest.param(GZIP, EMPTY_MEMBER, id="endless empty gzip members"),
    pytest.param(
        OK + b"Content-Encoding: deflate\r\n\r\n\x78\x9c",
        b"\x00\x00\x00\xff\xff",
        id="endless empty deflate blocks",
    ),
    pytest.param(OK + b"Content-Type: a\r\n\r\n", b"a", id="endless body with headers"),
    pytest.param(OK + b"Content-Length: 9000\r\n\r\n", b"a", id="body drip"),
    pytest.param(b"HTTP/1.1 503 Busy\r\nX: a\r\n\r\n", b"a", id="endless refusal"),
    pytest.param(
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 9000\r\n\r\n",
        b"a",
        id="redirects without end of body",
    ),
]


@pytest.mark.parametrize(("first", "again"), DRIPS)
def test_what_never_ends_is_left(dripping, first, again):
    server = dripping(first, again)
    with client_of(plain(server)) as http, pytest.raises(TURNED_AWAY):
        http.get(f"{ORIGIN}/notice")
    assert server.left.wait(10)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's side of TLS, and the certificate by which a client may trust it."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(OK + b"X: ", b"a", id="header drip"),
        pytest.param(GZIP, EMPTY_MEMBER, id="endless empty gzip members"),
        pytest.param(CHUNKED + b"1", b"0", id="chunk drip"),
    ],
)
def test_what_never_ends_over_tls_is_left(dripping, monkeypatch, tls, first, again):
    context, certificate = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = dripping(first, again, tls=context)
    with client_of(f"https://localhost:{server.port}") as http, pytest.raises(TURNED_AWAY):
        http.get(f"{ORIGIN}/notice")
    assert server.left.wait(10)


def test_an_answer_over_tls_that_ends_is_read(dripping, monkeypatch, tls):
    context, certificate = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = dripping(OK + b"Content-Length: 2\r\n\r\nja", b"", tls=context)
    with client_of(f"https://localhost:{server.port}", seconds=30) as http:
        assert http.get(f"{ORIGIN}/notice").body == b"ja"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(HANDSHAKE, b"a", id="handshake drip"),
        pytest.param(OK + b"Content-Length: 2\r\n\r\nja", b"", id="TLS is off"),
        pytest.param(b"", b"", id="closed at once"),
    ],
)
def test_a_server_that_does_not_speak_tls_is_left(dripping, first, again):
    server = dripping(first, again)
    with client_of(f"https://localhost:{server.port}") as http, pytest.raises(TURNED_AWAY):
        http.get(f"{ORIGIN}/notice")


@pytest.mark.parametrize("empty", ["", "0", "false"])
def test_no_variable_turns_the_check_of_certificates_off(dripping, monkeypatch, tls, empty):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    monkeypatch.setenv("PYTHONHTTPSVERIFY", empty)
    server = dripping(OK + b"Content-Length: 2\r\n\r\nja", b"", tls=tls[0])
    with (
        client_of(f"https://localhost:{server.port}", seconds=30) as http,
        pytest.raises(SourceUnavailable, match="SSLError"),
    ):
        http.get(f"{ORIGIN}/notice")


def test_a_proxy_that_never_ends_is_left(dripping, monkeypatch):
    server = dripping(b"HTTP/1.1 200 OK\r\nX: ", b"a")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTPS_PROXY", plain(server))
    with client_of("https://elsewhere.invalid") as http, pytest.raises(TURNED_AWAY):
        http.get(f"{ORIGIN}/notice")
    assert server.left.wait(10)


def test_of_two_requests_at_once_only_the_late_one_is_ended(dripping):
    """A stream has an hour; what is asked in the meantime does not."""
    body = OK + b"Content-Length: 1000000\r\n\r\n"
    lively, stuck = dripping(body, b"x" * 40_000), dripping(OK + b"X: ", b"a")
    with (
        client_of(plain(lively), plain(stuck)) as http,
        http.stream(f"{ORIGIN}/package") as download,
    ):
        with pytest.raises(TURNED_AWAY):
            http.get("https://gazette2.test/notice")
        assert len(download.read()) == 1_000_000


def test_a_connection_that_is_used_again_keeps_to_the_new_deadline(dripping):
    """The server answers the first request whole, and drips at the second."""
    whole = OK + b"Content-Length: 2\r\n\r\nja"
    server = dripping(whole, b"")

    def answer(connection):
        with connection:
            connection.recv(65_536)
            connection.sendall(whole)
            connection.recv(65_536)
            try:
                while not server.ended.wait(0.02):
                    connection.sendall(b"H")
            except OSError:
                server.left.set()

    server.answer = answer
    with client_of(plain(server)) as http:
        assert http.get(f"{ORIGIN}/notice").body == b"ja"
        with pytest.raises(TURNED_AWAY):
            http.get(f"{ORIGIN}/notice")
    assert server.left.wait(10)


@pytest.mark.parametrize("target", ["https://[", "https://gazette.test:99999/", "//[::1"])
def test_a_redirect_to_no_address_is_a_change(dripping, target):
    head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    server = dripping(head, b"")
    with client_of(plain(server)) as http, pytest.raises(SourceChanged, match="no address"):
        http.get(f"{ORIGIN}/notice")
