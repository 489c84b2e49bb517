"""The commands of those who publish, on a made-up quarter in a home of its own."""

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.cli import figures
from pipeline.errors import ChecksFailed, EstimateError, NoDraw, NoScenario

pytest_plugins = ["stage_quarter"]


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


def test_label_studio_gets_its_interface_beside_the_tasks(run):
    told = run(
        *("draw", "2026Q3", "--labels", 110, "--seed", 7),
        *("--format", "label-studio", "--output", "tasks.json"),
    )
    assert "for the settings of the project: tasks.xml" in told
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
    assert "share: 6" in said
    assert "judgement: 1" in said
    assert f"{gone.lower()}/1: 1.0 -> None" in said or f"{gone.lower()}/1: 0.0 -> None" in said


def test_the_audit_has_every_lot_once_with_a_reason_when_out(run, home):
    run("audit", "2026Q3", "--output", "lots.csv")
    first, *lines = Path("lots.csv").read_text().splitlines()
    assert first.startswith("lot_key,notice_id,text_notice_id,dated,title,buyer,value_eur,rung")
    assert len(lines) == 130 + 220


def test_a_run_passes_over_what_is_up_to_date(run, home):
    judged(run, home)
    first = run("run", "2026Q3", "--offline", "--output", "reports")
    assert "written: reports/kwartaalrapport-2026Q3.html" in first
    assert "up to date" in run("run", "2026Q3", "--offline", "--output", "reports")
    Path("reports/kwartaalrapport-2026Q3.pdf").unlink()
    assert "written:" in run("run", "2026Q3", "--offline", "--output", "reports")


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
