"""A source of its own, small and obedient, and a program that fetches from it and is killed.

``python gazette.py SERVER HOME`` fetches and prints the lines of Python this took.
``python gazette.py SERVER HOME LINE...`` fetches once per number, each time in a new process that
kills itself at that line, and prints how each process ended.
"""

import datetime as dt
import os
import signal
import sys
from pathlib import Path

import pyarrow as pa

import pipeline
from pipeline.rawstore import RawStore, versions
from pipeline.records import Period, RawNotice
from pipeline.sources import Listed, Source
from pipeline.sources._http import Http, HttpSettings
from pipeline.sources.fetch import fetch
from pipeline.store import Store

HOST = "gazette.test"
WEEK = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 7))
NOW = dt.datetime(2026, 6, 10, 8, tzinfo=dt.UTC)
PACKAGE = str(Path(pipeline.__file__).parent)


def listing(http, day):
    for source_id, fingerprint in http.get(f"https://{HOST}/days/{day}").json():
        url = f"https://{HOST}/notices/{source_id}"
        yield Listed(source_id=source_id, day=day, fingerprint=fingerprint, url=url)


def get(http, listed):
    """A notice and its web page."""
    for part, media_type in [("", "application/xml"), ("/html", "text/html")]:
        answer = http.get(listed.url + part)
        yield RawNotice(
            source="gazette",
            source_id=listed.source_id + part,
            url=answer.url,
            fetched_at=answer.received_at,
            media_type=media_type,
            body=answer.body,
        )


def count(http, day):
    return http.get(f"https://{HOST}/counts/{day}").json()


SOURCE = Source(
    name="gazette",
    title="The Gazette",
    in_dutch="Staatscourant",
    terms="https://gazette.test/terms",
    hosts=frozenset({HOST}),
    list=listing,
    get=get,
    count=count,
    earliest=lambda today: dt.date(2020, 1, 1),
)


def store_at(home):
    (home / "corpora").mkdir(parents=True, exist_ok=True)
    (home / "corpora" / "codebook.toml").touch()
    return RawStore(Store(home), settings_fingerprint="f" * 64)


def run(server, home):
    settings = HttpSettings(
        hosts=SOURCE.hosts, stand_ins={f"https://{HOST}": server}, pause_seconds=0
    )
    with Http(settings, now=lambda: NOW) as http:
        fetch(SOURCE, WEEK, store=store_at(home), http=http, now=NOW)


def traced(server, home, *, last_line):
    """Fetch, and kill this process when it has run so many lines of the package."""
    lines = 0

    def trace(frame, event, _):
        nonlocal lines
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        lines += event == "line"
        if lines == last_line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    run(server, home)
    sys.settrace(None)
    return lines


def main(server, home, *last_lines):
    # pyarrow loads pandas for the first moment it converts; once is enough for all children.
    pa.array([NOW]).to_pylist()
    versions.MOST_NOTICES = 2
    if not last_lines:
        sys.stdout.write(f"{traced(server, Path(home), last_line=None)}\n")
    for last_line in last_lines:
        child = os.fork()
        if child == 0:
            traced(server, Path(home), last_line=int(last_line))
            os._exit(0)
        sys.stdout.write(f"{-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
