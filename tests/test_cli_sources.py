"""From two sources to figures that are checked, by the commands that a user types."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import __version__, cli, settings
from pipeline.cli import sources
from pipeline.errors import ChecksFailed, PipelineError, SettingsError, SourceUnavailable
from pipeline.notices.collected import CollectReport

HERE = Path(__file__).parent
CORPORA = HERE.parent / "corpora"
NOW = dt.datetime(2026, 7, 2, 8, tzinfo=dt.UTC)
MONDAY, TUESDAY = dt.date(2026, 6, 29), dt.date(2026, 6, 30)
DAYS = f"{MONDAY}..{TUESDAY}"


def published(number, day):
    """A fictional notice of the bundled ones, as if published on another day."""
    (path,) = (CORPORA / "demo" / "eforms").glob(f"{number}-*.xml")
    body = path.read_text(encoding="utf-8")
    return re.sub(r"(<efbc:PublicationDate>)[^<]+", rf"\g<1>{day}Z", body)


@pytest.fixture
def servers(httpserver, monkeypatch):
    """TED and TenderNed: three notices on TED, and six publications, one of them European."""
    monkeypatch.syspath_prepend(HERE / "sources")
    from ted_server import TedServer
    from tenderned_server import FILES, PAGE, TenderNedServer, package, page, release

    ted = TedServer()
    for number, day in ((99000101, MONDAY), (99000102, MONDAY), (99000103, TUESDAY)):
        ted.add(day, f"{number}-2026")
        body = published(number, day).replace(f"{number}-2025", f"{number}-2026")
        httpserver.expect_request(f"/en/notice/{number}-2026/xml").respond_with_data(body)
    tenderned = TenderNedServer(ted={"480004": "99000103-2026"})
    tenderned.add(MONDAY, 480001, 480002)
    tenderned.add(TUESDAY, 480003, 480005, 480006)
    tenderned.add(TUESDAY, 480004, europees=True)
    dataset = FILES + "Dataset_Tenderned-2025-01-01-2025-12-31.json"
    httpserver.expect_request(PAGE).respond_with_data(page((dataset, "2025 (JSON)")))
    httpserver.expect_request(dataset).respond_with_data(package(release("401-11")))
    return {**ted.install(httpserver), **tenderned.install(httpserver)}


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("indicators", "reference"):
        shutil.copytree(CORPORA / name, tmp_path / "corpora" / name)
    shutil.copy(CORPORA / "codebook.toml", tmp_path / "corpora")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    for name in ("TENDERNED_USER", "TENDERNED_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sources, "now", lambda: NOW)
    return tmp_path


@pytest.fixture
def say(home, servers):
    """Run a command; its output, or the error it ends with."""
    stand_ins = "".join(
        f'"https://{host}" = "{server.rstrip("/")}"\n' for host, server in servers.items()
    )
    path = home / "settings.toml"
    path.write_text(f'home = "{home}"\npause_seconds = 0\n[stand_ins]\n{stand_ins}')

    def say(*arguments):
        result = CliRunner().invoke(cli.app, [*arguments, "--settings", str(path)])
        if result.exception and not isinstance(result.exception, SystemExit):
            result.exception.add_note(result.output)
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return say


def test_two_sources_become_checked_and_linked_notices(say, home):
    assert f"ted {DAYS}: 3 listed, 3 new; fetching them" in say("fetch", "ted", DAYS, "--dry-run")
    assert not (home / "corpora" / "raw").exists()
    assert "3 listed, 3 new or changed, 0 not to be had" in say("fetch", "ted", DAYS)
    assert "6 listed, 6 new or changed, 0 not to be had" in say("fetch", "tenderned", DAYS)
    again = json.loads(say("fetch", "ted", DAYS, "--json"))
    assert (again["offered"], again["wanted"], again["period"]) == (3, 0, DAYS)
    assert [x["day"] for x in again["days"]] == [str(MONDAY), str(TUESDAY)]

    assert "to be collected: 2 days (2026-06-29, 2026-06-30)" in say("status")
    assert say("collect", DAYS).splitlines() == [
        "ted: 3 notices, 0 in quarantine; 2 days read, 0 up to date",
        "tenderned: 6 notices, 0 in quarantine; 2 days read, 0 up to date",
    ]
    assert "0 days read, 2 up to date" in say("collect", DAYS, "--source", "ted")
    standing = json.loads(say("status", "--json"))
    assert [(x["source"], x["stored"], x["stretches"], x["to_collect"]) for x in standing] == [
        ("ted", 3, [DAYS], []),
        ("tenderned", 6, [DAYS], []),
    ]

    found = {x["name"]: x for x in json.loads(say("check", DAYS, "--json"))}
    assert found["there_are_notices"]["finding"].startswith("9 notices")
    assert "0 of 4 days differ" in found["counts_agree_with_the_source"]["finding"]
    assert all(x["passed"] for x in found.values() if x["severity"] == "stop")

    tables = json.loads(say("reconcile", DAYS, "--json"))
    assert [(x["source"], [(y["ours"], y["theirs"]) for y in x["table"]]) for x in tables] == [
        ("ted", [(2, 2), (1, 1)]),
        ("tenderned", [(2, 2), (4, 4)]),
    ]
    assert "day 2026-06-30                     4       4      +0" in say("reconcile", DAYS)

    lines = say("procedure", "099000103-2026", DAYS).splitlines()
    assert lines[0] == "kenmerk:1080004: 2 notices"
    assert lines[-1] == (
        "480004 and 99000103-2026: the second is the TED publication of the first (pbNummerTed)"
    )


def test_every_request_stands_in_the_log_of_the_month(say, home):
    say("fetch", "ted", DAYS)
    (path,) = (home / "corpora" / "state" / "fetch_log").glob("*.jsonl")
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert path.name == "2026-07.jsonl"
    notices = [x for x in entries if x["host"] == "ted.europa.eu"]
    assert [(x["path"], x["status"]) for x in notices] == [
        ("/en/notice/99000101-2026/xml", 200),
        ("/en/notice/99000102-2026/xml", 200),
        ("/en/notice/99000103-2026/xml", 200),
    ]
    assert all(x["bytes"] > 1000 and x["seconds"] >= 0 for x in notices)


def test_what_is_missing_is_named_and_stops_the_check(say, httpserver):
    httpserver.expect_oneshot_request("/en/notice/99000103-2026/xml").respond_with_data(
        "", status=404
    )
    with pytest.raises(SourceUnavailable, match="1 of 2 days are incomplete") as error:
        say("fetch", "ted", DAYS)
    assert "99000103-2026: " in error.value.__notes__[0]
    assert "incomplete: 1 days (2026-06-30)" in say("status")
    say("collect", DAYS)
    with pytest.raises(ChecksFailed, match="1 of 13 checks stop publication: counts_agree") as stop:
        say("check", DAYS)
    assert stop.value.exit_code == 3
    assert "stop  counts_agree_with_the_source: 1 of 2 days differ" in stop.value.__notes__[0]


def test_the_source_hears_who_asks_and_for_which_country(say, home, httpserver):
    path = home / "settings.toml"
    path.write_text('contact = "ana@example.org"\ncountry = "BEL"\n' + path.read_text())
    assert "0 listed" in say("fetch", "ted", DAYS)
    asked = [request for request, _ in httpserver.log]
    assert {x.headers["User-Agent"] for x in asked} == {
        f"Mozilla/5.0 (compatible; innovatiemonitor/{__version__}; +ana@example.org)"
    }
    assert all(b"buyer-country=BEL AND" in x.data for x in asked)


def test_a_home_is_of_a_country_once_something_of_it_is_kept(say, home):
    # TED here has notices of Dutch buyers only.
    belgian = ("--country", "BE", "--language", "nl")
    with pytest.raises(SettingsError) as error:
        say("collect", DAYS, *belgian)
    assert f"`innovatiemonitor fetch ted {DAYS} --country BE --language nl`" in error.value.hint
    assert "0 listed" in say("fetch", "ted", DAYS, *belgian)
    assert list((home / "corpora" / "raw").rglob("manifest.json"))
    # Nothing came of it, so the home is still anybody's, and remembers no country.
    assert "3 listed, 3 new" in say("fetch", "ted", DAYS)
    with pytest.raises(SettingsError, match="nothing of 'tenderned' is there; there are: ted"):
        say("collect", DAYS, "--source", "tenderned")
    with pytest.raises(SettingsError, match="holds NLD") as error:
        say("fetch", "ted", DAYS, *belgian)
    assert f"move raw, notices, draws, published out of {home / 'corpora'}" in error.value.hint
    # As the hint says.
    for name in ("raw", "notices", "draws", "published"):
        shutil.rmtree(home / "corpora" / name, ignore_errors=True)
    assert "0 listed" in say("fetch", "ted", DAYS, *belgian)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('contact = "nobody"', "contact is 'nobody'; expected an e-mail address"),
        ('country = "USA"', "USA"),
        ('stand_ins = {"https://a.test" = 1}', "stand_ins is {'https://a.test': 1}"),
        ('stand_ins = "https://a.test"', "stand_ins is 'https://a.test'; expected dict"),
        ("pause_seconds = -1", "a pause of -1.0 s; expected at least 1 and 0"),
    ],
)
def test_wrong_manners_are_refused_before_anything_is_asked(say, home, httpserver, line, message):
    (home / "settings.toml").write_text(f'home = "{home}"\n{line}\n')
    with pytest.raises(SettingsError, match=re.escape(message)):
        say("fetch", "ted", DAYS)
    assert httpserver.log == []


def test_manners_change_no_result_and_the_country_does():
    plain = settings.Settings()
    mannered = settings.Settings(
        contact="ana@example.org", pause_seconds=2.0, stand_ins={"https://a.test": "https://b.test"}
    )
    assert mannered.fingerprint == plain.fingerprint
    assert settings.Settings(country="BEL").fingerprint != plain.fingerprint


def test_a_year_of_the_dataset_is_asked_for_as_a_year(say):
    told = say("fetch", "tenderned_dataset", "2025Q2")
    assert "0 listed" in told
    assert "A year comes as a whole, under its first day: fetch tenderned_dataset 2025." in told


def test_unreadable_notices_stop_collecting_when_they_are_many(say, httpserver):
    httpserver.expect_oneshot_request("/en/notice/99000103-2026/xml").respond_with_data("<a></a>")
    say("fetch", "ted", DAYS)
    with pytest.raises(PipelineError, match=r"ted: 33\.3% is unreadable; at most 5\.0% may be"):
        say("collect", DAYS)


def test_a_source_that_is_unreadable_does_not_keep_others_from_being_collected(
    say, home, httpserver
):
    httpserver.expect_oneshot_request("/en/notice/99000103-2026/xml").respond_with_data("<a></a>")
    say("fetch", "ted", DAYS)
    say("fetch", "tenderned", DAYS)
    with pytest.raises(PipelineError, match=r"^ted: 33\.3% is unreadable"):
        say("collect", DAYS)
    assert [*(home / "corpora" / "notices" / "tenderned").rglob("*.parquet")]


def test_a_damaged_source_does_not_keep_others_from_being_collected(say, home):
    say("fetch", "ted", DAYS)
    say("fetch", "tenderned", DAYS)
    for path in (home / "corpora" / "raw" / "ted").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(PipelineError, match=r"\.parquet cannot be read"):
        say("collect", DAYS)
    assert [*(home / "corpora" / "notices" / "tenderned").rglob("*.parquet")]


def test_published_counts_stand_beside_ours(say, tmp_path):
    say("fetch", "ted", DAYS)
    say("collect", DAYS)
    labels = tmp_path / "labels.csv"
    labels.write_text("notice_id,forms\n99000101-2026,sbir;other\n99000102-2026,conventional\n")
    told = say("indicators", "sbir", "--labels", str(labels)).splitlines()
    assert told[0] == "sbir: Aangekondigde SBIR-oproepen per jaar (RVO, SBIR 2011-2021)"
    assert told[2].split() == ["2011", "0", "2"]
    assert told[-1].split() == ["2026", "1", "-"]
    assert "Left out, because they need --labels: sbir" in say("indicators")
    with pytest.raises(SettingsError, match="sbir counts forms"):
        say("indicators", "sbir")


def test_the_doctor_says_what_is_not_as_expected(say, home):
    with pytest.raises(ChecksFailed, match=r"\d+ of \d+ are not as expected") as error:
        say("doctor", "--source", "tenderned_dataset")
    told = error.value.__notes__[0]
    assert "good  tenderned_dataset: page of the dataset: answers as expected" in told
    assert "BAD   tenderned_dataset: years of the dataset: no file tells of 2016" in told
    assert not (home / "corpora" / "raw").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["fetch", "gazette", DAYS],
            "no source 'gazette'; there are: ted, ted_bulk, ted_bulk_months",
        ),
        (["fetch", "ted", "2026Q5"], "a period is written 2026Q1"),
        (["fetch", "ted", "2027"], "2027 has not begun; today is 2026-07-02"),
        (["collect", DAYS], "nothing was fetched into"),
        (["collect", DAYS, "--source", "ted"], "nothing was fetched into"),
        (["doctor", "--source", "gazette"], "no source 'gazette'"),
        (["indicators", "prizes"], "no indicator 'prizes'; there are: innovatiepartnerschappen"),
        (["procedure", "1-2026", DAYS], "no notice '1-2026' among 0 collected"),
    ],
)
def test_a_wrong_request_is_explained(say, arguments, message):
    with pytest.raises(SettingsError, match=re.escape(message)):
        say(*arguments)


def test_an_empty_store_is_said_to_be_empty(say):
    assert say("status") == "Nothing was fetched yet.\n"
    assert say("reconcile", DAYS) == f"No source gave totals for {DAYS}.\n"
    with pytest.raises(ChecksFailed, match="there_are_notices"):
        say("check", DAYS)


def test_one_source_that_is_unreadable_does_not_keep_the_others_from_being_collected(
    home, monkeypatch, capsys
):
    def collected(name, period, *, home):
        if name == "locked":
            raise PipelineError("another run is writing")
        bad = 1 if name == "bad" else 0
        return CollectReport(read=1, skipped=0, notices=10, quarantined=bad)

    monkeypatch.setattr(sources, "_fetched", lambda *_: ["bad", "locked", "good"])
    monkeypatch.setattr(sources, "_collected", collected)
    given = home / "settings.toml"
    given.write_text(f'home = "{home}"\n')
    with pytest.raises(PipelineError) as caught:
        sources.collect("2026Q1", settings_file=given)
    assert str(caught.value) == (
        "2 faults:\nbad: 9.1% is unreadable; at most 5.0% may be\nlocked: another run is writing"
    )
    assert "good: 10 notices, 0 in quarantine" in capsys.readouterr().out
