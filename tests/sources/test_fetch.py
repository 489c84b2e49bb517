"""Fetching asks for what is new or changed, and survives whatever interrupts it."""

import dataclasses
import datetime as dt
import json
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import gazette
import pytest
from werkzeug import Response

from pipeline.errors import PipelineError, SettingsError, SourceChanged, SourceUnavailable
from pipeline.records import Period
from pipeline.sources.fetch import fetch

MONDAY = dt.date(2026, 6, 1)
DAY = Period(MONDAY, MONDAY)


class Gazette:
    """What the server publishes.

    Attributes:
        days: Day to fingerprint by id.
        bodies: Body of what changed since it was published, by path.
        faults: Answers in place of a notice, by path.
        counts: The total it claims; that of the listing where it is not set.
        asked: Paths that were asked for.
    """

    def __init__(self):
        self.days = {
            f"{day}": {f"{day:%d}{number:02}": "first" for number in range(7)}
            for day in list(gazette.WEEK.days())[:5]
        }
        self.bodies, self.faults, self.counts, self.asked = {}, {}, {}, []

    def answer(self, request):
        self.asked.append(request.path)
        _, kind, name = request.path.split("/", 2)
        if request.path in self.faults:
            return self.faults[request.path]
        if kind == "days":
            return Response(json.dumps(list(self.days.get(name, {}).items())))
        if kind == "counts":
            return Response(f"{self.counts.get(name, len(self.days.get(name, {})))}")
        return Response(self.bodies.get(request.path, f"body of {name}"))

    def notices_asked(self):
        """Paths of notices asked for since the last time."""
        asked = [path for path in self.asked if path.startswith("/notices")]
        self.asked.clear()
        return asked


@pytest.fixture
def server(httpserver):
    published = Gazette()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(published.answer)
    return published


@pytest.fixture
def store(tmp_path):
    return gazette.store_at(tmp_path / "home")


@pytest.fixture
def run(server, httpserver, store, http_to):
    http = http_to({gazette.HOST: httpserver.url_for("")}, attempts=2)

    def run(period=DAY, *, source=gazette.SOURCE, **options):
        return fetch(source, period, store=store, http=http, now=gazette.NOW, **options)

    return run


def content(store, period=gazette.WEEK):
    """All that is stored: each version of each raw notice, and each manifest."""
    ids = sorted({raw.source_id for raw in store.raw("gazette", period)})
    found = [
        (x.raw.source_id, x.fingerprint, x.raw.media_type, x.raw.url, x.raw.body)
        for source_id in ids
        for x in gazette.history(store, source_id)
    ]
    return found, [store.manifest("gazette", day) for day in period.days()]


def test_a_day_is_stored_with_all_parts_of_its_notices(run, store):
    report = run()
    assert (report.offered, report.wanted, report.missing) == (7, 7, {})
    assert [(x.source_id, x.body) for x in store.raw("gazette", DAY)][:3] == [
        ("0100", b"body of 0100"),
        ("0100/html", b"body of 0100/html"),
        ("0101", b"body of 0101"),
    ]
    manifest = store.manifest("gazette", MONDAY)
    assert (manifest.count, manifest.offered, manifest.stored) == (7, 7, 7)
    assert manifest.complete
    assert manifest.listed_at == gazette.NOW


def test_a_second_run_asks_for_listings_only_and_changes_nothing(run, server, store):
    run(gazette.WEEK)
    before = content(store)
    server.asked.clear()
    assert run(gazette.WEEK).wanted == 0
    assert server.notices_asked() == []
    assert content(store) == before


def test_what_is_new_or_changed_is_fetched_and_history_is_kept(run, server, store):
    run()
    server.notices_asked()
    server.days["2026-06-01"] |= {"0103": "second", "0107": "first"}
    server.bodies["/notices/0103"] = "corrected"
    assert run().wanted == 2
    assert server.notices_asked() == [
        "/notices/0103",
        "/notices/0103/html",
        "/notices/0107",
        "/notices/0107/html",
    ]
    newest = {x.source_id: x.body for x in store.raw("gazette", DAY)}
    assert newest["0103"] == b"corrected"
    assert newest["0107"] == b"body of 0107"
    assert [x.raw.body for x in gazette.history(store, "0103")] == [
        b"body of 0103",
        b"corrected",
    ]


def test_what_the_listing_shows_twice_is_fetched_once(run, server, monkeypatch):
    def twice(http, day):
        yield from gazette.listing(http, day)
        yield from gazette.listing(http, day)

    report = run(source=dataclasses.replace(gazette.SOURCE, list=twice))
    assert report.offered == 7
    assert len(server.notices_asked()) == 14


def test_a_dry_run_says_what_and_how_long_and_stores_nothing(run, server, store):
    report = run(gazette.WEEK, dry_run=True)
    # Five days of seven notices, at the default pace of one request per second.
    assert (report.offered, report.wanted, report.seconds) == (35, 35, 35.0)
    assert server.notices_asked() == []
    assert not store.folder("gazette").exists()
    report.check()


def test_progress_is_told_per_notice(run):
    told = []
    run(Period(MONDAY, MONDAY + dt.timedelta(days=1)), tell=told.append)
    assert [x.taken for x in told] == list(range(1, 15))
    assert [x.day.day for x in told] == [1] * 7 + [2] * 7


def test_days_before_the_earliest_are_refused(run, server):
    with pytest.raises(SettingsError) as caught:
        run(Period.parse("2019-12-30..2020-01-02"))
    assert str(caught.value) == (
        "The Gazette has nothing before 2020-01-01, and 2019-12-30..2020-01-02 begins on 2019-12-30"
    )
    assert caught.value.hint == "Ask for 2020-01-01..2020-01-02."
    assert server.asked == []


def test_days_to_come_are_left_out(run, server):
    report = run(Period.parse("2026-06-09..2026-06-30"))
    assert report.period == Period.parse("2026-06-09..2026-06-10")
    assert [path for path in server.asked if path.startswith("/days")] == [
        "/days/2026-06-09",
        "/days/2026-06-10",
    ]
    with pytest.raises(SettingsError, match="2026Q3 has not begun; today is 2026-06-10"):
        run(Period.parse("2026Q3"))


@pytest.mark.parametrize("status", [404, 503, 418])
@pytest.mark.parametrize("part", ["", "/html"])
def test_a_notice_that_fails_does_not_stop_the_day_and_is_tried_again(
    run, server, store, status, part
):
    server.days["2026-06-01"] = {f"{number:03}": "first" for number in range(20)}
    server.faults[f"/notices/003{part}"] = Response("no", status=status)
    report = run()
    assert list(report.missing) == ["003"]
    assert f"HTTP {status}" in report.missing["003"]
    assert store.manifest("gazette", MONDAY).missing == report.missing
    # 1 of 20 is 5%.
    report.check()
    assert "003" not in store.fingerprints("gazette", MONDAY)

    server.notices_asked()
    server.faults.clear()
    assert run().missing == {}
    assert server.notices_asked() == ["/notices/003", "/notices/003/html"]
    assert len(list(store.raw("gazette", DAY))) == 40


def test_a_day_that_misses_more_than_5_percent_is_incomplete(run, server, store):
    server.faults["/notices/0203"] = Response("gone", status=404)
    report = run(Period.parse("2026-06-01..2026-06-03"))
    assert [x.complete for x in report.days] == [True, False, True]
    assert not store.manifest("gazette", dt.date(2026, 6, 2)).complete
    with pytest.raises(
        SourceUnavailable, match=r"1 of 3 days are incomplete, the first is 2026-06-02: .*HTTP 404"
    ):
        report.check()


def test_a_source_that_counts_more_than_it_lists_is_incomplete(run, server):
    server.counts["2026-06-01"] = 8
    with pytest.raises(SourceUnavailable, match="counts more than it lists"):
        run().check()


def test_a_source_that_is_down_is_not_asked_for_the_rest_of_the_day(run, server):
    for day in ("2026-06-01", "2026-06-02"):
        server.days[day] = {f"{day[-2:]}{number:02}": "first" for number in range(30)}
        for source_id in server.days[day]:
            server.faults[f"/notices/{source_id}"] = Response("", status=404)
    report = run(Period.parse("2026-06-01..2026-06-03"))
    # Ten failures, one more on the next day, then a day that works.
    assert len(server.notices_asked()) == 10 + 1 + 2 * 7
    assert [len(x.missing) for x in report.days] == [30, 30, 0]
    assert report.missing["0110"] == "not asked for after 10 failures"


def test_a_listing_that_fails_stops_the_run_and_keeps_the_days_before(run, server, store):
    server.faults["/days/2026-06-02"] = Response("", status=503)
    with pytest.raises(SourceUnavailable, match="/days/2026-06-02"):
        run(gazette.WEEK)
    assert len(store.fingerprints("gazette", MONDAY)) == 7
    assert store.manifest("gazette", MONDAY).complete


def test_what_was_fetched_is_stored_when_the_user_stops_the_run(run, store):
    def stop(progress):
        if progress.taken == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tell=stop)
    assert list(store.fingerprints("gazette", MONDAY)) == ["0100", "0101", "0102"]


def wrong_day(http, day):
    return gazette.listing(http, day - dt.timedelta(days=1))


def slash_in_id(http, day):
    for listed in gazette.listing(http, day):
        yield dataclasses.replace(listed, source_id=f"a/{listed.source_id}")


@pytest.mark.parametrize("listing", [wrong_day, slash_in_id])
def test_a_listing_that_breaks_the_contract_is_refused(run, store, listing):
    with pytest.raises(SourceChanged, match="expected that day, and no slash"):
        run(
            Period.parse("2026-06-02..2026-06-02"),
            source=dataclasses.replace(gazette.SOURCE, list=listing),
        )
    assert store.fingerprints("gazette", dt.date(2026, 6, 2)) == {}


def nothing(http, listed):
    return iter(())


def of_another(http, listed):
    return gazette.get(http, dataclasses.replace(listed, source_id="x"))


@pytest.mark.parametrize(
    ("get", "reason"),
    [(nothing, "0100: an answer without a notice"), (of_another, "asked for '0100', got 'x'")],
)
def test_an_answer_that_breaks_the_contract_is_missing(run, store, get, reason):
    report = run(source=dataclasses.replace(gazette.SOURCE, get=get))
    assert report.missing["0100"] == reason
    assert list(store.raw("gazette", DAY)) == []


def test_two_runs_at_once_do_not_harm_each_other(run, store, server):
    heard = []

    def second(progress):
        with pytest.raises(PipelineError) as caught:
            run()
        heard.append(str(caught.value))

    assert run(tell=second).wanted == 7
    assert len(heard) == 7
    assert re.search(r"process \d+, since 2026-06-10T08:00:00", heard[0])
    assert len(list(store.raw("gazette", DAY))) == 14


def program(httpserver, home, *last_lines):
    command = [sys.executable, gazette.__file__, httpserver.url_for(""), str(home)]
    command += map(str, last_lines)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return [int(line) for line in done.stdout.split()]


def test_a_run_killed_twenty_times_ends_with_the_store_of_an_undisturbed_one(
    server, httpserver, tmp_path
):
    (lines,) = program(httpserver, tmp_path / "undisturbed")
    rng = random.Random(1)
    # Short enough to be killed twenty times before all is done, long enough to get halfway.
    moments = [rng.randrange(1, lines // 6) for _ in range(20)]
    assert program(httpserver, tmp_path / "killed", *moments) == [signal.SIGKILL] * 20
    killed = gazette.store_at(tmp_path / "killed")
    assert 0 < len(content(killed)[0]) < 5 * 7 * 2

    program(httpserver, tmp_path / "killed")
    assert content(killed) == content(gazette.store_at(tmp_path / "undisturbed"))
    assert len(content(killed)[0]) == 5 * 7 * 2
    assert not list(Path(killed.folder("gazette")).rglob(".*.tmp"))
