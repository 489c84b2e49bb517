"""Processes that write the same thing at once lose nothing: each waits for its turn."""

import multiprocessing
import shutil
import time

import pytest
from typer.testing import CliRunner

from pipeline import cli, settings, writing
from pipeline.errors import PipelineError
from pipeline.learning import promotions
from pipeline.records import Promotion
from pipeline.store import Store

HERE = settings.load().home
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def home(tmp_path, monkeypatch):
    target = tmp_path / "een pad met spatie en é"
    (target / "corpora" / "annotations").mkdir(parents=True)
    shutil.copy(HERE / "corpora" / "codebook.toml", target / "corpora")
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(target))
    return target


@pytest.fixture
def slow(monkeypatch):
    """Writers that leave time for others between reading and writing."""
    for name in ("write_annotations", "write_promotions"):
        whole = getattr(Store, name)

        def late(*arguments, whole=whole):
            time.sleep(0.2)
            whole(*arguments)

        monkeypatch.setattr(Store, name, late)


def at_once(function, arguments):
    """Run a function in one process per argument."""
    running = [FORK.Process(target=function, args=(x,)) for x in arguments]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0] * len(running)


def imported(path):
    notices = (HERE / "corpora" / "demo").iterdir()
    inputs = [x for place in notices if place.suffix != ".md" for x in ("--input", str(place))]
    arguments = ["annotations", "import", str(path), *inputs, "--into", "both"]
    result = CliRunner().invoke(cli.app, arguments)
    raise SystemExit(result.exit_code)


@pytest.mark.usefixtures("slow")
def test_judgements_that_are_imported_at_once_are_all_kept(home, tmp_path):
    demo = (HERE / "corpora" / "annotations" / "demo.csv").read_text(encoding="utf-8")
    header, *lines = demo.splitlines(keepends=True)
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text(
            header + "".join(lines[number * 5 : number * 5 + 5]), encoding="utf-8"
        )
    at_once(imported, [tmp_path / f"{number}.csv" for number in range(3)])
    kept = (home / "corpora" / "annotations" / "both.csv").read_text(encoding="utf-8")
    assert sorted(kept.splitlines(keepends=True)) == sorted([header, *lines[:15]])


@pytest.mark.usefixtures("slow")
def test_promotions_at_once_follow_each_other(home):
    def add(name):
        facts = {"card": "c", "metrics": "m", "floors": "f", "by": "a1", "on": "2026-01-01"}
        promotions.add(Store(home), Promotion(model_id=name, reason="better", **facts))

    at_once(add, ["m-1", "m-2", "m-3"])
    assert {x.model_id for x in promotions.history(Store(home))} == {"m-1", "m-2", "m-3"}


def test_lines_that_are_added_at_once_do_not_interleave(tmp_path):
    path = tmp_path / "log.jsonl"

    def add(letter):
        for _ in range(20):
            writing.append_line(path, letter * 100_000)

    at_once(add, "abc")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert sorted(lines) == [letter * 100_000 for letter in "abc" for _ in range(20)]


def test_a_line_that_a_killed_process_left_unfinished_stays_by_itself(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b":')
    writing.append_line(path, "{}")
    assert path.read_bytes() == b'{"a": 1}\n{"b":\n{}\n'


def test_who_waits_too_long_hears_what_is_being_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "PATIENCE", 0.1)
    path = tmp_path / "floors"
    with (
        writing.locked(path),
        pytest.raises(PipelineError, match=r"changing .*floors for 0\.1 seconds"),
        writing.locked(path),
    ):
        pass
