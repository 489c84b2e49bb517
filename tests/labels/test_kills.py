"""A run that is killed at any step goes on to the same files, and no two write to one output."""

import datetime as dt
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from kills import killed_at

from pipeline.errors import PipelineError, SettingsError
from pipeline.labels import run
from pipeline.labels.batches import Outcome
from pipeline.labels.run import Run
from pipeline.labels.table import line
from pipeline.parallel import batches
from pipeline.records import Notice
from pipeline.spreadsheet import defused

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def prediction(classifier):
    notice = Notice(
        notice_id="1",
        source="files",
        format="tabular",
        kind="competition",
        title="Levering van stoelen",
        description="De gemeente koopt bureaustoelen met armleuning.",
    )
    return classifier.judge_notices([notice])[0]


@pytest.fixture
def judged(prediction, monkeypatch):
    """Every notice is judged as the same one was: what is at stake here is the writing."""

    def outcomes(classifier, raws, *, jobs):
        for batch in batches(raws, 3):
            yield [
                Outcome(source_id=x.source_id, reason="noise")
                if json.loads(x.body)["notice_id"] == "5"
                else Outcome(
                    source_id=x.source_id,
                    prediction=replace(
                        prediction,
                        notice=replace(
                            prediction.notice, notice_id=json.loads(x.body)["notice_id"]
                        ),
                    ),
                )
                for x in batch
            ]

    monkeypatch.setattr(run, "outcomes", outcomes)
    # A step like the others, but nothing here depends on the disk itself, which is slow.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(run, "BATCHES_PER_PROGRESS", 1)


@pytest.fixture
def start(classifier, judged, tmp_path):
    lines = [f"{n},Levering {n},tekst" for n in (1, 2, 3, 4, 5, 6, 2, "=7", 8)]
    source = tmp_path / "in.csv"
    source.write_text("\n".join(["notice_id,title,description", *lines]), encoding="utf-8")

    def made(name):
        return Run(inputs=[source], path=tmp_path / name, classifier=classifier, now=NOW)

    return made


def content(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        return [[x.value for x in row] for row in openpyxl.load_workbook(path).active]
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_run_killed_at_any_step_goes_on_to_the_same_files(start, tmp_path, kind):
    whole = start(f"whole.{kind}")
    whole.go()
    expected = content(whole.path), whole.quarantine_path.read_bytes()
    kills = 0
    for when in ("before", "after"):
        step = 1
        while True:
            broken = start(f"{when}{step}.{kind}")
            if not killed_at(step, when, broken.go):
                break
            done = broken.go(resume=True)
            assert (done.labelled, done.quarantined, done.duplicates) == (7, 1, 1), (when, step)
            assert (content(broken.path), broken.quarantine_path.read_bytes()) == expected
            left = {x.name for x in tmp_path.glob(f"*{when}{step}.{kind}*")}
            assert left == {
                *(broken.path.name, broken.quarantine_path.name, f".{broken.path.name}.lock")
            }, (when, step)
            step += 1
            kills += 1
    assert kills > 30, "a step was not reached"


def broken_off(start):
    made = start("out.csv")
    with pytest.raises(KeyboardInterrupt):
        made.go(tell=lambda p: (_ for _ in ()).throw(KeyboardInterrupt) if p.taken > 5 else None)
    return made


@pytest.mark.parametrize("which", ["part", "quarantine_part"])
@pytest.mark.parametrize("what", ["shorter", "gone"])
def test_a_part_that_is_not_what_its_progress_says_is_not_filled_up(start, which, what):
    made = broken_off(start)
    part = getattr(made, which)
    if what == "gone":
        part.unlink()
    else:
        os.truncate(part, 3)
    with pytest.raises(SettingsError, match=rf"{part.name} .*; expected at least [\d,]+ bytes"):
        made.go(resume=True)
    assert not made.path.exists()


def test_a_damaged_progress_is_named(start):
    made = broken_off(start)
    made.progress_path.write_text("{")
    with pytest.raises(SettingsError, match=r"out.csv.progress.json is damaged"):
        made.go(resume=True)


def test_two_runs_do_not_write_to_one_output(start):
    made, other = start("out.csv"), start("out.csv")

    def meanwhile(progress):
        with pytest.raises(PipelineError, match="another run is writing to"):
            other.go()

    assert made.go(tell=meanwhile).labelled == 7
    assert other.go().labelled == 7


def test_what_turns_the_direction_of_text_is_taken_out_and_evidence_keeps_its_offsets(
    classifier, prediction
):
    notice = replace(prediction.notice, title="Foto\u202egpj.exe", buyer="\u2066Gemeente\u2069")
    (judged,) = classifier.judge_notices(
        [replace(notice, description="Wij zoeken een innovatieve\u202e oplossing voor dijken.")]
    )
    values = line(judged, classifier.codebook)
    assert (values["title"], values["buyer"]) == ("Fotogpj.exe", "Gemeente")
    assert not set(values["evidence"]) & {"\u202e", "\u2066"}
    assert json.loads(values["evidence"]) == [
        json.loads(json.dumps(x.as_dict())) for x in judged.evidence
    ]


@pytest.mark.parametrize(
    "start_", ["\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20a", " =1+1", "\xa0@a"]
)
def test_full_width_and_indented_formulas_are_defused(start_):
    assert defused(start_) == f"'{start_}"
