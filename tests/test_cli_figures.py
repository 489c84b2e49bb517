"""The commands of those who publish, on a made-up quarter in a home of its own."""

import csv
import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from stage_quarter import shelve
from typer.testing import CliRunner

from pipeline import cli
from pipeline.cli import figures
from pipeline.codec import from_plain, to_plain
from pipeline.errors import (
    ChecksFailed,
    CorpusError,
    EstimateError,
    NoDraw,
    NoScenario,
    SettingsError,
    TooFewLabels,
)
from pipeline.estimates import stops
from pipeline.records import Draw, Notice
from pipeline.store import to_json


@pytest.fixture
def run(home, tmp_path, monkeypatch):
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(home.store.home))
    monkeypatch.chdir(tmp_path)
    today(monkeypatch, "2026-11-02")

    def invoke(*words):
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return invoke


def today(monkeypatch, day):
    moment = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    monkeypatch.setattr(figures, "now", lambda: moment)


def judged(run, home, *, labels=110, period="2026Q3"):
    run("draw", period, "--labels", labels, "--seed", 1, "--output", f"{period}.csv")
    home.fill(Path(f"{period}.csv"))
    run("judged", period, f"{period}.csv", "--annotator", "lezer-1")


def test_a_plan_ends_with_the_command_that_draws(run):
    answer = run("plan", "2026Q3", "--half-width", 4)
    assert "innovatiemonitor draw 2026Q3 --labels " in answer.splitlines()[-1]


def test_a_draw_is_stored_before_anyone_judges(run, home):
    run("draw", "2026Q3", "--labels", 110, "--seed", 7, "--output", "judge.csv")
    (path,) = (home.store.corpora / "draws").iterdir()
    drawn = json.loads(path.read_bytes())
    assert drawn["seed"] == 7
    assert len(drawn["lot_keys"]) == len(drawn["probabilities"]) == 110
    assert all(0 < chance <= 1 for chance in drawn["probabilities"])


def test_a_draw_from_which_no_share_can_come_is_refused_before_anybody_judges(run, home):
    with pytest.raises(TooFewLabels, match="99 labels asked; a share needs at least 100") as error:
        run("draw", "2026Q3", "--labels", 99, "--seed", 1, "--output", "judge.csv")
    assert "`innovatiemonitor plan 2026Q3 --half-width 2`" in error.value.hint
    assert not (home.store.corpora / "draws").exists()
    assert not Path("judge.csv").exists()
    assert "100 lots" in run("draw", "2026Q3", "--labels", 100, "--seed", 1)


def test_label_studio_gets_its_interface_beside_the_tasks(run):
    told = run(
        *("draw", "2026Q3", "--labels", 110, "--seed", 7),
        *("--format", "label-studio", "--output", "tasks.json"),
    )
    assert "written: tasks.xml" in told
    assert Path("tasks.xml").read_text(encoding="utf-8").startswith("<View>")
    assert len(json.loads(Path("tasks.json").read_bytes())) > 0


def test_the_list_to_judge_says_nothing_of_what_the_model_thinks(run):
    run(
        "draw",
        "2026Q3",
        "--labels",
        110,
        "--seed",
        1,
        "-o",
        "tasks.json",
        "--format",
        "label-studio",
    )
    assert all(not task.get("predictions") for task in json.loads(Path("tasks.json").read_bytes()))


def test_without_a_draw_there_is_no_estimate_but_the_command_to_plan_one(run):
    with pytest.raises(NoDraw) as error:
        run("estimate", "2026Q3")
    assert "innovatiemonitor plan 2026Q3" in error.value.hint


def test_a_draw_that_nobody_judged_is_no_draw(run):
    run("draw", "2026Q3", "--labels", 110, "--seed", 1, "--output", "judge.csv")
    with pytest.raises(NoDraw, match="nothing of draw"):
        run("estimate", "2026Q3")


def test_without_a_draw_the_report_holds_diagnostics_and_publishes_nothing(run, home):
    said = run("report", "2026Q3", "--output", "reports")
    assert "no share is published" in said
    assert (
        "Dit rapport noemt geen aandeel" in Path("reports/kwartaalrapport-2026Q3.html").read_text()
    )
    assert not (home.store.corpora / "published").exists()


def test_a_published_figure_is_reproduced_to_the_last_digit(run, home, monkeypatch):
    judged(run, home)
    before = run("estimate", "2026Q3", "--json")
    run("report", "2026Q3", "--output", "reports")
    assert run("estimate", "2026Q3", "--as-of", "2026-11-02", "--json") == before
    (path,) = (home.store.corpora / "annotations").iterdir()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-8]))
    today(monkeypatch, "2026-12-01")
    run("report", "2026Q3", "--output", "reports")
    assert run("estimate", "2026Q3", "--as-of", "2026-12-01", "--json") != before
    assert run("estimate", "2026Q3", "--as-of", "2026-11-30", "--json") == before
    with pytest.raises(EstimateError, match="nothing of 2026Q3 was published"):
        run("estimate", "2026Q3", "--as-of", "2026-11-01")


def test_a_revision_names_what_changed(run, home):
    judged(run, home)
    run("report", "2026Q3", "--output", "reports")
    assert "nothing changed" in run("revise", "2026Q3")
    (path,) = (home.store.corpora / "annotations").iterdir()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    said = run("revise", "2026Q3")
    gone = lines[-1].partition(",")[0]
    assert re.search(r"^share: [1-9]", said, re.MULTILINE)
    # The headline first, whatever else changed more.
    assert (
        said.partition("share: ")[2]
        .splitlines()[1]
        .strip()
        .startswith("innovation_oriented 2026Q3 all by value (difference)")
    )
    assert "judgement: 1" in said
    assert f"{gone.lower()}/1: 1.0 -> None" in said or f"{gone.lower()}/1: 0.0 -> None" in said


def test_the_audit_has_every_lot_once_with_a_reason_when_out(run, home):
    run("audit", "2026Q3", "--output", "lots.csv")
    first, *lines = Path("lots.csv").read_text().splitlines()
    assert first.startswith("lot_key,notice_id,text_notice_id,dated,title,buyer,value_eur,rung")
    assert len(lines) == 130 + 220


def shrink(home):
    """Store the draw as if it had been made before the last 30 lots entered."""
    (path,) = (home.store.corpora / "draws").iterdir()
    drawn = from_plain(Draw, json.loads(path.read_bytes()))
    spared = {Draw.fingerprint_of(x) for x in drawn.lot_keys}
    rest = sorted(drawn.frame - spared)[30:]
    path.write_bytes(to_json(to_plain(replace(drawn, frame_lots="".join((*spared, *rest))))))


def test_late_lots_stop_a_run_until_a_supplement_of_them_is_judged(run, home):
    judged(run, home)
    shrink(home)
    with pytest.raises(ChecksFailed, match="late_lots_are_drawn") as error:
        run("run", "2026Q3", "--offline", "--output", "reports")
    assert error.value.exit_code == 3
    with pytest.raises(ChecksFailed):
        run("report", "2026Q3", "--output", "reports")
    assert not (home.store.corpora / "published").exists()
    said = run(
        "draw", "2026Q3", "--supplement", "--labels", 60, "--seed", 1, "--output", "more.csv"
    )
    assert "-supplement: 30 lots" in said
    with pytest.raises(ChecksFailed, match="late_lots_are_drawn"):
        run("run", "2026Q3", "--offline", "--output", "reports")
    home.fill(Path("more.csv"))
    assert "0 of " in run("judged", "2026Q3", "more.csv", "--annotator", "lezer-1")
    assert "published: 2026Q3" in run("run", "2026Q3", "--offline", "--output", "reports")
    with pytest.raises(CorpusError, match="no lots entered since"):
        run("draw", "2026Q3", "--supplement", "--labels", 60, "--seed", 1, "--output", "more.csv")


def changed(path, column, value, *, line=0):
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    lines[line][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def test_an_empty_list_is_refused_and_a_half_one_says_what_is_left(run, home):
    run("draw", "2026Q3", "--labels", 110, "--seed", 1, "--output", "judge.csv")
    with pytest.raises(CorpusError, match="holds no judgement"):
        run("judged", "2026Q3", "judge.csv", "--annotator", "lezer-1")
    home.fill(Path("judge.csv"))
    for line in range(40):
        for column in ("degree", "aspect", "openness", "forms"):
            changed(Path("judge.csv"), column, "", line=line)
    said = run("judged", "2026Q3", "judge.csv", "--annotator", "lezer-1")
    assert "70 judgements added, 0 corrected" in said
    assert "40 of 110 texts of draw 2026Q3-strata-110-1-" in said


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("inclusion_probability", "0.123", r"line 3: inclusion_probability is 0.123; expected "),
        ("draw_id", "another", r"line 3: draw_id is another; expected one of: 2026Q3-strata-110"),
        ("text_hash", "", r"line 3: text_hash is empty; expected the one that `draw` wrote"),
    ],
)
def test_a_judgement_that_is_not_as_it_was_drawn_is_refused(run, home, column, value, message):
    run("draw", "2026Q3", "--labels", 110, "--seed", 1, "--output", "judge.csv")
    home.fill(Path("judge.csv"))
    changed(Path("judge.csv"), column, value, line=1)
    with pytest.raises(CorpusError, match=message):
        run("judged", "2026Q3", "judge.csv", "--annotator", "lezer-1")
    assert not home.store.has_annotations("2026Q3")


def test_a_suspect_value_stops_a_run_until_somebody_decides(run, home, tmp_path):
    settings = tmp_path / "strict.toml"
    settings.write_text(f'home = "{home.store.home}"\nsuspect_fraction = 1e-4\n')
    judged(run, home)
    with pytest.raises(ChecksFailed, match="large_values_are_decided"):
        run("run", "2026Q3", "--offline", "--output", "r", "--settings", settings)
    run("audit", "2026Q3", "--output", "lots.csv", "--settings", settings)
    lots = list(csv.DictReader(Path("lots.csv").read_text(encoding="utf-8").splitlines()))
    for key in [x["lot_key"] for x in lots if "suspect" in x["flags"] and x["status"] == "in"]:
        run("decide", "2026Q3", key, "keep", "--reason", "gezien", "--by", "a1")
    said = run("run", "2026Q3", "--offline", "--output", "r", "--settings", settings)
    assert "published: 2026Q3" in said
    with pytest.raises(SettingsError, match="no lot 'x/1'"):
        run("decide", "2026Q3", "x/1", "keep", "--reason", "gezien", "--by", "a1")


def test_readers_who_disagree_leave_a_draft(run, home, monkeypatch):
    judged(run, home)
    monkeypatch.setattr(stops, "judged_twice", lambda *_, **__: (40, 0.35))
    with pytest.raises(ChecksFailed, match=r"alpha of the degree is 0\.35 on 40 notices"):
        run("report", "2026Q3", "--output", "reports")
    assert not (home.store.corpora / "published").exists()


def test_a_run_passes_over_what_is_up_to_date(run, home, monkeypatch):
    judged(run, home)
    first = run("run", "2026Q3", "--offline", "--output", "reports")
    assert "written: reports/kwartaalrapport-2026Q3.html" in first

    def read(*_, **__):
        raise AssertionError("notices were read")

    with monkeypatch.context() as untouched:
        untouched.setattr("pipeline.notices.overview.Overview.of", read)
        assert "up to date" in run("run", "2026Q3", "--offline", "--output", "reports")
    # A file that was touched and holds the same is read, and changes nothing.
    (home.store.corpora / "reference" / "yardsticks.toml").touch()
    assert "up to date" in run("run", "2026Q3", "--offline", "--output", "reports")
    Path("reports/kwartaalrapport-2026Q3.pdf").unlink()
    assert "written:" in run("run", "2026Q3", "--offline", "--output", "reports")


def test_a_run_lists_consultations_of_all_time_beside_a_report_that_is_up_to_date(run, home):
    def listed():
        with Path("reports/marktconsultaties.csv").open(encoding="utf-8", newline="") as file:
            return [x["onderwerp"] for x in csv.DictReader(file)]

    run("run", "2026Q3", "--offline", "--output", "reports")
    assert listed() == []
    report = Path("reports/kwartaalrapport-2026Q3.html").stat().st_mtime_ns
    of_before = Notice(
        notice_id="7",
        source="tenderned",
        format="tenderned_json",
        kind="consultation",
        title="Slimme dijken",
        published_on=dt.date(2025, 1, 15),
    )
    shelve(home.store, [of_before])
    assert "up to date" in run("run", "2026Q3", "--offline", "--output", "reports")
    assert listed() == ["Slimme dijken"]
    assert Path("reports/kwartaalrapport-2026Q3.html").stat().st_mtime_ns == report
    for ending in ("html", "xlsx"):
        assert Path(f"reports/marktconsultaties.{ending}").is_file()
    Path("reports/marktconsultaties.csv").unlink()
    run("run", "2026Q3", "--offline", "--output", "reports")
    assert listed() == ["Slimme dijken"]


def test_a_run_fetches_from_both_sources_and_collects_before_it_looks(run, monkeypatch):
    asked = []
    monkeypatch.setattr(figures.sources, "fetch", lambda name, *_, **__: asked.append(name))
    monkeypatch.setattr(figures.sources, "collect", lambda period, **_: asked.append(period))
    with pytest.raises(ChecksFailed):
        run("run", "2027Q1")
    assert asked == ["ted", "tenderned", "2027Q1"]


def test_a_dry_run_writes_nothing(run, home):
    said = run("run", "2026Q3", "--offline", "--dry-run", "--output", "reports")
    assert "report: would be written" in said
    assert not Path("reports").exists()


def test_a_failed_stop_check_ends_a_run_with_exit_code_3_before_anything_is_written(run):
    with pytest.raises(ChecksFailed, match="there_are_notices") as error:
        run("run", "2027Q1", "--offline", "--output", "reports")
    assert error.value.exit_code == 3
    assert not Path("reports").exists()


def test_a_national_share_needs_an_assumption(run):
    with pytest.raises(NoScenario) as error:
        run("national", "2023")
    assert "--assume zero|half|equal|all" in error.value.hint
