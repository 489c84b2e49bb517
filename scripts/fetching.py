"""What fetching costs us: from a server on this machine, without pauses.

    .venv/bin/python scripts/fetching.py notices 500
    .venv/bin/python scripts/fetching.py package 3700

The notices are the bundled fictional ones under numbers of their own, as large as real ones. The
server is another process, so that only our own time and memory count.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import multiprocessing
import random
import re
import resource
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path

from pipeline import settings
from pipeline.rawstore import RawStore
from pipeline.records import Period
from pipeline.sources import hosts, source
from pipeline.sources._http import Http, HttpSettings
from pipeline.sources.fetch import fetch
from pipeline.store import Store

DAY = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 7, 2, 8, tzinfo=dt.UTC)

# Of a day's package: 209 MB in 3,700 notices.
LENGTH = 56_000


def notices(size: int) -> Iterator[tuple[str, bytes]]:
    """Yield numbers and notices, all of Dutch buyers."""
    chance = random.Random(1)
    files = sorted((settings.HOME / "corpora" / "demo" / "eforms").glob("*.xml"))
    for number, path in enumerate(islice(cycle(files), size), start=100_000):
        body = path.read_text(encoding="utf-8")
        words = "".join(f" {chance.getrandbits(40):x}" for _ in range((LENGTH - len(body)) // 11))
        body = re.sub(r"(NoticePublicationID[^>]*>)[^<]+", rf"\g<1>{number}-2026", body)
        body = re.sub(r"(<efbc:PublicationDate>)[^<]+", rf"\g<1>{DAY}Z", body)
        yield (
            f"{number}-2026",
            body.replace("</cbc:Description>", f"{words}</cbc:Description>", 1).encode(),
        )


def package(path: Path, size: int) -> None:
    """Write a day's package, nested in nothing."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number, body in notices(size):
            info = tarfile.TarInfo(f"20260630_124/{int(number[:-5]):08}_2026.xml")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))


class Server(BaseHTTPRequestHandler):
    """TED as far as one day's fetch goes: search, notices, calendar, package."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bodies: dict[str, bytes]
    archive: Path

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        numbers = list(self.bodies)
        start = int(asked.get("iterationNextToken", 0))
        shown = numbers[start : start + asked["limit"]]
        found = [{"publication-number": x, "publication-date": f"{DAY}+02:00"} for x in shown]
        answer = {
            "notices": found,
            "totalNoticeCount": len(numbers),
            "timedOut": False,
            "iterationNextToken": str(start + len(shown)),
        }
        self._say(json.dumps(answer).encode())

    def do_GET(self) -> None:
        if "/notice/" in self.path:
            self._say(self.bodies[self.path.split("/")[3]])
        elif "/release-calendar/" in self.path:
            self._say(b"OJS,Publication date\n124,30/06/2026\n")
        else:
            self._head(self.archive.stat().st_size)
            with self.archive.open("rb") as file:
                while part := file.read(65_536):
                    self.wfile.write(part)

    def _say(self, body: bytes) -> None:
        self._head(len(body))
        self.wfile.write(body)

    def _head(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(kind: str, size: int, archive: Path, port: multiprocessing.Queue) -> None:
    """Make what is fetched, and serve it until the end."""
    Server.archive = archive
    if kind == "notices":
        Server.bodies = dict(notices(size))
    else:
        # The search only says how many there are.
        Server.bodies = {f"{number}-2026": b"" for number in range(size)}
        package(archive, size)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    port.put(server.server_address[1])
    server.serve_forever()


def fetched(name: str, port: int, home: Path) -> None:
    """Fetch the day into a store of its own."""
    (home / "corpora").mkdir()
    (home / "corpora" / "codebook.toml").touch()
    store = RawStore(Store(home), settings_fingerprint="")
    here = f"http://127.0.0.1:{port}"
    manners = HttpSettings(
        hosts=hosts(),
        pause_seconds=0,
        stand_ins={f"https://{host}": here for host in ("api.ted.europa.eu", "ted.europa.eu")},
    )
    with Http(manners, now=lambda: NOW) as http:
        report = fetch(
            source(name, country="NLD"), Period(DAY, DAY), store=store, http=http, now=NOW
        )
    report.check()


def main(kind: str, size: int) -> None:
    """Fetch so many notices, one by one or as a package, and say what it took."""
    port: multiprocessing.Queue = multiprocessing.Queue()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        server = multiprocessing.Process(
            target=serve, args=(kind, size, place / "package.tar.gz", port), daemon=True
        )
        server.start()
        number = port.get()
        started, start = time.process_time(), time.monotonic()
        fetched({"notices": "ted", "package": "ted_bulk"}[kind], number, place)
        figures = {
            "notices": size,
            "seconds": round(time.monotonic() - start, 1),
            "cpu_seconds": round(time.process_time() - started, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        server.terminate()
    if kind == "notices":
        figures["cpu_seconds_of_25000"] = round(25_000 / size * figures["cpu_seconds"])
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
