"""A quarter of Flanders, from collected notices to published shares, by the commands of a user."""

import csv
import datetime as dt
import json
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from stage_quarter import Home, stock
from typer.testing import CliRunner

from pipeline import cli
from pipeline.cli import figures
from pipeline.countries import country_of
from pipeline.settings import Settings
from pipeline.store import Store

FLEMISH = ("--country", "BE", "--language", "nl")


def moved(notices):
    """The made-up notices as those of Belgian buyers on TED, every fifth tender in French."""
    places = list(country_of("BE").regions)
    for notice in notices:
        number = int(notice.notice_id.split("-")[2])
        lots = tuple(replace(x, nuts=(places[number % len(places)],)) for x in notice.lots)
        language = "fr" if number % 5 == 0 else "nl"
        yield replace(notice, source="ted", country="BE", language=language, lots=lots)


@pytest.fixture
def flanders(tmp_path, codebook, everything, undrawn, monkeypatch):
    """A home with these notices, as after a fetch that was asked for Flanders."""
    notices = list(moved(chain.from_iterable(everything.notices.values())))
    folder = stock(tmp_path / "home", codebook, everything, notices)
    settings = Settings(home=folder, country="BEL", language="nl")
    Store(folder).keep("state", "country", {"country": "BEL", "language": "nl"})
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    moment = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    monkeypatch.setattr(figures, "now", lambda: moment)
    return Home(settings, Store(folder), codebook, everything)


def table(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(*words):
    done = CliRunner().invoke(cli.app, [str(x) for x in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_flanders_has_its_report_before_anybody_judged(flanders):
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
