"""A server that never ends is left when time is up, in whatever state it is."""

import socket
import threading

import pytest

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources._http import Http
from pipeline.sources._manners import HttpSettings

ORIGIN = "https://gazette.test"
GZIP = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
EMPTY_MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00" + b"\x00" * 8
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def client(monkeypatch):
    """Start a server that says something once and something again and again."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve(first, again):
        def answer(connection):
            try:
                connection.recv(65_536)
                connection.sendall(first)
                while again and not ended.wait(0.02):
                    connection.sendall(again)
            except OSError:
                pass
            finally:
                connection.close()

        def accept():
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        here = f"http://127.0.0.1:{server.getsockname()[1]}"
        manners = HttpSettings(
            hosts=frozenset({"gazette.test"}),
            pause_seconds=0,
            attempts=1,
            total_seconds=0.5,
            stand_ins={ORIGIN: here},
        )
        return Http(manners, log=lambda _: None)

    yield serve
    ended.set()
    server.close()


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: ", b"a", id="header drip"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n", id="endless headers"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="endless 100 Continue"),
        pytest.param(CHUNKED + b"1", b"0", id="chunk drip"),
        pytest.param(CHUNKED + b"5;", b"a", id="chunk extension drip"),
        pytest.param(GZIP, EMPTY_MEMBER, id="endless empty gzip members"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c",
            b"\x00\x00\x00\xff\xff",
            id="endless empty deflate blocks",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\n", b"a", id="endless body"),
    ],
)
def test_what_never_ends_is_left(client, first, again):
    with client(first, again) as http, pytest.raises((SourceUnavailable, SourceChanged)):
        http.get(f"{ORIGIN}/notice")


@pytest.mark.parametrize("target", ["https://[", "https://gazette.test:99999/", "//[::1"])
def test_a_redirect_to_no_address_is_a_change(client, target):
    head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    with client(head, b"") as http, pytest.raises(SourceChanged, match="no address"):
        http.get(f"{ORIGIN}/notice")
