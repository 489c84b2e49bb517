"""A quarter of Flanders, from collected notices to published shares, by the commands of a user."""

import csv
import datetime as dt
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.cli import figures
from pipeline.errors import ChecksFailed, TooFewLabels

FLEMISH = ("--country", "BE", "--language", "nl")


@pytest.fixture(autouse=True)
def here(flanders, tmp_path, monkeypatch):
    """Whoever types commands without a path means this home, some weeks after the quarter."""
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(flanders.store.home))
    monkeypatch.chdir(tmp_path)
    moment = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    monkeypatch.setattr(figures, "now", lambda: moment)


def table(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(*words):
    done = CliRunner().invoke(cli.app, [str(x) for x in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_flanders_has_its_report_before_anybody_judged():
    said = run("run", "2026Q3", *FLEMISH, "--offline", "--output", "reports")
    assert "innovatiemonitor plan 2026Q3 --country BE --language nl --half-width 2" in said
    page = Path("reports/kwartaalrapport-2026Q3.html").read_text(encoding="utf-8")
    assert "overheidsinkoop in België (aankondigingen in het Nederlands)." in page


@pytest.fixture
def published(flanders):
    """What the commands wrote when a draw was judged; the page and the other files."""
    run("draw", "2026Q3", *FLEMISH, "--labels", 110, "--seed", 1, "--output", "judge.csv")
    flanders.fill(Path("judge.csv"))
    run("judged", "2026Q3", "judge.csv", *FLEMISH, "--annotator", "lezer-1")
    # From here on the home itself knows what it is about.
    assert "published: 2026Q3" in run("run", "2026Q3", "--offline", "--output", "reports")
    return Path("reports")


def test_flanders_publishes_shares_beside_figures_of_its_own(published):
    page = (published / "kwartaalrapport-2026Q3.html").read_text(encoding="utf-8")
    for ours in ("Oost-Vlaanderen", "Doel sinds 2015, Vlaamse overheid", "wet van 17 juni 2016"):
        assert ours in page
    for dutch in ("TenderNed", "Noord-Holland", "Waterschappen", "17%", "11,6%", "per provincie, "):
        assert dutch not in page
    told = json.loads((published / "kwartaalrapport-2026Q3.json").read_bytes())
    assert (told["land"], told["taal"]) == ("BE", "nl")
    assert "tenderned" not in (published / "marktconsultaties.csv").read_text(encoding="utf-8")


def test_what_is_in_french_is_drawn_from_nowhere(published):
    run("audit", "2026Q3", "--output", "lots.csv")
    french = {x["notice_id"] for x in table("lots.csv") if x["reason"] == "other_language"}
    drawn = {x["notice_id"] for x in table("judge.csv")}
    assert len(french) > 20
    assert french.isdisjoint(drawn)


LUXEMBOURGISH = ("--country", "BE", "--language", "lb")


def test_a_language_that_no_notice_has_is_told_and_not_reported():
    with pytest.raises(ChecksFailed, match=r"there_are_notices; 0 notices .* 'lb'; there are: nl"):
        run("run", "2026Q3", *LUXEMBOURGISH, "--offline", "--output", "reports")
    assert not Path("reports").exists()


@pytest.mark.parametrize(
    "command", [("plan",), ("draw", "--labels", 100, "--seed", 1, "--output", "judge.csv")]
)
def test_of_a_language_that_no_notice_has_nothing_is_planned_or_drawn(flanders, command):
    name, *options = command
    with pytest.raises(TooFewLabels, match=r"the frame of 2026Q3 has 0 lots") as error:
        run(name, "2026Q3", *options, *LUXEMBOURGISH)
    assert "lots have notices in other languages than lb" in error.value.hint
    # What the hint names does tell.
    advised = re.search("`innovatiemonitor (.*)`", error.value.hint)[1]
    assert advised == "audit 2026Q3 --country BE --language lb --output lots.csv"
    run(*advised.split())
    assert {x["reason"] for x in table("lots.csv")} >= {"other_language"}
    assert not (flanders.store.corpora / "draws").exists()
