"""Processes that write the same thing at once lose nothing: each waits for its turn."""

import multiprocessing
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from kills import BOOK, DRAW, NOTICES, NOW, WRITINGS, judged, shelved

from pipeline import cli, settings, writing
from pipeline import store as store_module
from pipeline.codec import to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import Sitting
from pipeline.errors import PipelineError
from pipeline.estimates import drawing, published
from pipeline.estimates.published import Published
from pipeline.estimates.revision import Figures
from pipeline.evaluation import gate
from pipeline.learning import promotions
from pipeline.records import Judgement, Period, Promotion
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
    whole = store_module.write_atomic

    def late(path, body):
        time.sleep(0.2)
        whole(path, body)

    monkeypatch.setattr(store_module, "write_atomic", late)


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


def drawn(number):
    return judged(str(number), draw_id=DRAW.draw_id, inclusion_probability=0.5)


@pytest.mark.usefixtures("slow")
def test_lists_that_are_taken_over_at_once_are_all_kept(home):
    Store(home).keep("draws", DRAW.draw_id, to_plain(DRAW))

    def take_over(number):
        drawing.take_over(
            judging.write([drawn(number)]).encode(),
            SimpleNamespace(period=Period.parse("2026Q3"), whole=NOTICES),
            BOOK,
            store=Store(home),
            tool="csv",
            sitting=Sitting(annotator=None, annotated_at=NOW.date(), round=None),
        )

    at_once(take_over, [1, 2])
    kept = judging.read(Store(home).annotations("2026Q3"), BOOK, name="2026Q3")
    assert {x.notice_id for x in kept} == {"1", "2"}


@pytest.mark.usefixtures("slow")
def test_decisions_between_readings_at_once_are_all_kept(home, tmp_path):
    other = Judgement(degree="none", aspect=(), openness="closed", forms=("hackathon",))
    read = [
        judged(x, **facts)
        for x in ("1", "2")
        for facts in ({}, {"annotator": "a2", "round": "second", "judgement": other})
    ]
    Store(home).write_annotations("mine", judging.write(read))

    def decide(number):
        path = tmp_path / f"{number}.csv"
        path.write_text(
            judging.write([judged(str(number), annotator="a3", round="adjudicated")]),
            encoding="utf-8",
        )
        arguments = ["annotations", "adjudicate", "mine", "--decisions", str(path)]
        raise SystemExit(CliRunner().invoke(cli.app, arguments).exit_code)

    at_once(decide, [1, 2])
    kept = judging.read(Store(home).annotations("mine"), BOOK, name="mine")
    assert [x.notice_id for x in kept if x.round == "adjudicated"] == ["1", "2"]
    assert len(kept) == 6


@pytest.mark.usefixtures("slow")
def test_of_two_draws_of_one_name_at_once_the_first_one_stays(home):
    """A seed names its draw; who draws the same gets it, who draws other lots is refused."""
    lots = {1: ("a", "b"), 2: ("a", "c")}

    def draw(number):
        store, material = Store(home), SimpleNamespace(period=Period.parse("2026Q3"))
        with store.exclusive("draws"):
            drawing._keep(replace(DRAW, lot_keys=lots[number]), material, store)

    running = [FORK.Process(target=draw, args=(x,)) for x in (1, 1, 2, 2)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert sorted(x.exitcode for x in running) == [0, 0, 1, 1]
    (kept,) = drawing.stored_draws(Store(home), Period.parse("2026Q3"))
    assert kept.lot_keys in lots.values()


def of_day(share):
    figures = Figures(estimates=(), values={"a": share}, truths={}, model_id="m-1")
    facts = {"totals": {}, "draw_id": "d", "inputs": {}}
    return Published(period=Period.parse("2026Q3"), day=NOW.date(), figures=figures, **facts)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(("shares", "kept"), [((1.0, 2.0, 3.0), 3), ((1.0, 1.0, 1.0), 1)])
def test_what_is_published_at_once_is_kept_and_once(home, shares, kept):
    at_once(lambda share: published.publish(of_day(share), Store(home)), shares)
    found = published.publications(Store(home), Period.parse("2026Q3"))
    assert sorted(x.figures.values["a"] for x in found) == sorted({*shares})
    assert len(found) == kept


@pytest.mark.usefixtures("slow")
def test_bounds_that_are_changed_at_once_are_all_changed(home):
    (home / "models").mkdir()
    shutil.copy(HERE / "models" / "floors.json", home / "models")
    paths = list(gate.bounds(Store(home))["at_least"])[:3]
    at_once(lambda x: gate.lower(Store(home), x, 0.123, reason="why", on="2026-07-04"), paths)
    after = gate.bounds(Store(home))
    assert [after["at_least"][x] for x in paths] == [0.123] * 3
    assert {x["metric"] for x in after["reasons"][-3:]} == {*paths}


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_a_model_that_two_runs_write_at_once_is_whole(home, name):
    shutil.rmtree(home)
    WRITINGS[name].prepare(home)
    at_once(lambda _: WRITINGS[name].work(home), [1, 2])
    _, whole, card = shelved(home)
    assert whole
    assert bool(card.metrics) == (name == "evaluate")


@pytest.mark.parametrize("name", ["fetch", "collect", "report"])
def test_of_runs_at_once_one_does_the_work_and_others_say_why_they_do_not(tmp_path, name):
    """Each ends whole, or is refused by name; what is there is that of one run."""
    writing = WRITINGS[name]
    alone, home = tmp_path / "alone", tmp_path / "home"
    for place in (alone, home):
        writing.prepare(place)

    def work(_):
        try:
            writing.work(home)
        except PipelineError as error:
            if "another run" not in str(error):
                raise

    writing.work(alone)
    at_once(work, [1, 2, 3])
    assert writing.content(home) == writing.content(alone)


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
