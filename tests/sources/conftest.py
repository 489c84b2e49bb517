"""Servers on this machine that play the part of a source, and time that passes only when told."""

import datetime as dt
import socket
import threading

import pytest

from pipeline.sources._http import Http, HttpSettings

START = dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)


class Time:
    """Stands still, except that sleeping takes as long as it says.

    Attributes:
        slept: Seconds of each sleep.
        tick: Seconds that each look at the clock takes.
    """

    def __init__(self):
        self.seconds = 0.0
        self.slept = []
        self.tick = 0.0

    def clock(self):
        self.seconds += self.tick
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self):
        return START + dt.timedelta(seconds=self.seconds)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def log():
    """Entries of the fetch log."""
    return []


@pytest.fixture
def http_to(time, log, monkeypatch):
    """Make a client: ``http_to({"api.ted.europa.eu": "http://127.0.0.1:1234"}, attempts=2)``."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    made = []

    def make(servers, **settings):
        stand_ins = {f"https://{host}": server.rstrip("/") for host, server in servers.items()}
        http = Http(
            HttpSettings(hosts=frozenset(servers), stand_ins=stand_ins, **settings),
            log=log.append,
            clock=time.clock,
            sleep=time.sleep,
            now=time.now,
            jitter=lambda: 1.0,
        )
        made.append(http)
        return http

    yield make
    for http in made:
        http.__exit__()


class RawServer:
    """Says exactly the bytes it was given, right or wrong.

    Attributes:
        requests: What it was asked, as received.
        connections: Number of connections so far.
        per_connection: Answers before a connection is closed.
        release: Once set, a connection whose answer was said is closed; set from the start.
    """

    def __init__(self):
        self.answers, self.requests = [], []
        self.connections, self.per_connection = 0, 1
        self.release = threading.Event()
        self.release.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            connection, _ = self._listener.accept()
            with connection:
                self.connections += 1
                for _ in range(self.per_connection):
                    if (asked := self._read(connection)) == b"STOP":
                        return
                    self.requests.append(asked)
                    connection.sendall(self.answers.pop(0))
                self.release.wait(timeout=30)

    @staticmethod
    def _read(connection):
        asked = b""
        while b"\r\n\r\n" not in asked and asked != b"STOP":
            asked += connection.recv(65_536)
        return asked

    def stop(self):
        self.release.set()
        with socket.create_connection(self._listener.getsockname()) as connection:
            connection.sendall(b"STOP")
            self._thread.join(timeout=30)
        self._listener.close()


@pytest.fixture
def raw_server():
    server = RawServer()
    yield server
    server.stop()
