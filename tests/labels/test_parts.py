"""Labels in parts: together they are what one run writes, whoever is killed on the way."""

import csv
import datetime as dt
import gzip
import io
import json
import os
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import kills

from pipeline import Classifier, cli
from pipeline.errors import ModelMismatch, PipelineError, SettingsError
from pipeline.labels import batches, parts
from pipeline.labels.batches import Outcome
from pipeline.labels.parted import MANIFEST, PartedRun
from pipeline.labels.run import Run
from pipeline.records import Notice, Unreadable
from pipeline.sources.files import raw_notices
from pipeline.sources.layout import Layout

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def sized(classifier, partition_size, batch_size=128):
    """The same classifier, whose work is cut otherwise."""
    other = object.__new__(type(classifier))
    other.__dict__.update(classifier.__dict__)
    other.settings = replace(
        classifier.settings, partition_size=partition_size, batch_size=batch_size
    )
    return other


def rows(*numbers):
    return [
        {
            "notice_id": str(n),
            "title": f"Levering {n}",
            "description": f"De gemeente zoekt een pilot met {n} bruggen.",
        }
        for n in numbers
    ]


def table(path, *numbers, per_group):
    pq.write_table(pa.Table.from_pylist(rows(*numbers)), path, row_group_size=per_group)
    return path


@pytest.fixture
def inputs(tmp_path):
    """Of each kind that is cut in its own way, with notices that stand there twice and damage."""
    folder = tmp_path / "in"
    folder.mkdir()
    table(folder / "a.parquet", *range(20), per_group=4)
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for n in (20, 21, 22, 5, 23, 24):
            archive.writestr(f"{n}.json", json.dumps(rows(n)[0]))
            archive.writestr(f"folder{n}/.hidden", "not for the reader")
        archive.writestr("Thumbs.db", b"of the system")
        archive.writestr("noise.bin", bytes(range(256)))
    for n in (25, 21, 26):
        (folder / f"c{n}.json").write_text(json.dumps(rows(n)[0]))
    (folder / "d.xml").write_text("<x/>")
    (folder / "e.csv").write_text(
        "notice_id,title,description\n" + "\n".join(f"{n},Levering,{n} bruggen" for n in range(9))
    )
    (folder / "f.csv").write_text(
        "notice_id,title,description\n"
        + "\n".join(f"f{n},Levering,{n} bruggen " + "x" * 9_000 for n in range(9))
    )
    for n in (7, 27):
        body = gzip.compress(json.dumps([rows(n)[0], rows(n + 1)[0]]).encode(), mtime=0)
        (folder / f"f{n}.json.gz").write_bytes(body)
    (folder / "g.parquet").write_bytes(b"PAR1 and nothing else")
    (folder / "h.zip").write_bytes(b"PK\x03\x04 and nothing else")
    return [folder]


def content(place):
    """The lines of a file or folder, as CSV."""
    return pd.read_parquet(place).to_csv(index=False)


def unread(folder):
    """What the files of quarantine say together, without their headings."""
    found = []
    for path in sorted(folder.glob("_quarantine-*.csv")):
        heading, *lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert heading == ["notice_id", "file", "reason"]
        assert lines, "a file without anything to tell"
        found += lines
    return found


def of_one(run):
    found = list(csv.reader(io.StringIO(run.quarantine_path.read_text(encoding="utf-8"))))
    return content(run.path), found[1:]


def held(folder):
    return json.loads((folder / MANIFEST).read_bytes())


@pytest.mark.parametrize(
    ("jobs", "size", "batch"), [(1, 1, 1), (1, 4, 3), (2, 7, 2), (8, 3, 64), (1, 1000, 128)]
)
def test_parts_in_order_are_what_one_run_writes(classifier, inputs, tmp_path, jobs, size, batch):
    one = Run(inputs=inputs, path=tmp_path / "one.parquet", classifier=classifier, now=NOW)
    done = one.go()
    folder = tmp_path / "parts"
    given = sized(classifier, size, batch)
    run = PartedRun(inputs=inputs, folder=folder, classifier=given, now=NOW, jobs=jobs)
    progress = run.go()
    assert (content(folder), unread(folder)) == of_one(one)
    counts = ("taken", "labelled", "quarantined", "duplicates", "rests")
    assert [getattr(progress, x) for x in counts] == [getattr(done, x) for x in counts]
    assert (progress.duplicates, progress.quarantined) == (13, 4)
    assert sorted(run.notes) == sorted(one.notes)
    assert held(folder)["complete"]


def test_the_manifest_tells_of_each_part_what_it_holds_and_by_what_it_was_made(
    classifier, inputs, tmp_path
):
    folder = tmp_path / "parts"
    PartedRun(inputs=inputs, folder=folder, classifier=sized(classifier, 4), now=NOW).go()
    told = held(folder)["parts"]
    assert [x["number"] for x in told] == list(range(len(told)))
    assert told[0]["input"] == f"{inputs[0]}/a.parquet[0:1]"
    written = [x for x in told if x["state"] == "written"]
    assert {x["file"] for x in written} == {x.name for x in folder.glob("*.parquet")}
    for one in written:
        body = (folder / one["file"]).read_bytes()
        assert one["sha256"] == parts.hashlib.sha256(body).hexdigest()
        assert one["rows"] == pq.read_metadata(folder / one["file"]).num_rows > 0
        assert one["model"] == classifier.card.model_id
        assert one["codebook"] == classifier.codebook.whole


def test_a_folder_of_parts_is_read_by_our_own_readers_and_by_pandas(classifier, inputs, tmp_path):
    folder = tmp_path / "parts"
    done = PartedRun(inputs=inputs, folder=folder, classifier=sized(classifier, 4), now=NOW).go()
    assert len(pd.read_parquet(folder)) == done.labelled == 38
    layout = Layout(columns={"description": ""})
    found = list(raw_notices([folder], layout=layout, now=NOW))
    assert not [x for x in found if isinstance(x, Unreadable)]
    assert [json.loads(x.body)["notice_id"] for x in found] == list(
        pd.read_parquet(folder).notice_id
    )


@pytest.fixture
def judged(classifier, monkeypatch):
    """Every notice is judged as the same one was: what is at stake here is the writing."""
    notice = Notice(notice_id="1", source="files", format="tabular", kind="competition", title="x")
    (prediction,) = classifier.judge_notices([notice])
    asked = []

    def stand_in(classifier, raws, *, size):
        for raw in raws:
            if isinstance(raw, Unreadable):
                yield Outcome(source_id=raw.source_id, reason=raw.reason, rest=raw.rest)
                continue
            asked.append(notice_id := json.loads(raw.body)["notice_id"])
            given = replace(notice, notice_id=notice_id)
            yield Outcome(source_id=raw.source_id, prediction=replace(prediction, notice=given))

    monkeypatch.setattr(parts, "judged_in_batches", stand_in)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    return asked


@pytest.fixture
def start(classifier, judged, tmp_path):
    table(tmp_path / "in.parquet", 1, 2, 3, 2, 4, 5, 3, 6, 7, per_group=2)

    def made(folder="parts", size=2):
        given = sized(classifier, size)
        return PartedRun(
            inputs=[tmp_path / "in.parquet"],
            folder=tmp_path / folder,
            classifier=given,
            now=NOW,
        )

    return made


def test_a_run_killed_at_any_step_goes_on_to_the_same_folder(start, monkeypatch):
    # What is flushed in between has no name yet.
    monkeypatch.setattr(kills, "STEPS", ("replace", "unlink", "rename"))
    whole = start("whole", 4)
    whole.go()
    expected = {x.name: x.read_bytes() for x in whole.folder.iterdir()}
    count = 0
    for when in ("before", "after"):
        step = 1
        while kills.killed_at(step, when, (broken := start(f"{when}{step}", 4)).go):
            done = broken.go(resume=True)
            assert (done.labelled, done.duplicates) == (7, 2), (when, step)
            left = {x.name: x.read_bytes() for x in broken.folder.iterdir()}
            assert left == expected, (when, step)
            step += 1
            count += 1
    assert count > 30, "a step was not reached"


def test_only_what_the_manifest_does_not_name_is_made_again(start, judged):
    whole = start()
    whole.go()
    manifest = held(whole.folder)
    before = content(whole.folder)
    judged.clear()
    assert start().go(resume=True).labelled == 7
    assert judged == []
    # The second part was never written down; the fourth was damaged since.
    del manifest["parts"][1]
    (whole.folder / MANIFEST).write_text(json.dumps(manifest))
    (whole.folder / "part-00003.parquet").write_bytes(b"torn")
    seen = []
    again = start()
    again._held = b""
    assert again.go(resume=True, tell=lambda x: seen.append(x.taken)).duplicates == 2
    assert judged == ["3", "2", "3", "6"]
    assert seen == [2, 4, 6, 8, 9]
    assert content(whole.folder) == before


def test_what_an_earlier_run_left_does_not_stay_among_the_parts(start):
    start(size=2).go()
    run = start(size=8)
    run.go()
    assert len(list(run.folder.glob("*.parquet"))) == 2
    assert len(pd.read_parquet(run.folder)) == 7


@pytest.mark.parametrize(
    ("break_", "message"),
    [
        (lambda run: run.folder.mkdir() or (run.folder / "mine.xlsx").touch(), "mine.xlsx"),
        (lambda run: run.folder.touch(), "is a file; expected a folder"),
        (lambda run: setattr(run, "folder", run.folder.parent), "lies in .* where the labels go"),
        (
            lambda run: run.folder.mkdir() or (run.folder / MANIFEST).write_text("{}"),
            "_manifest.json is damaged",
        ),
    ],
    ids=["foreign files", "a file", "inputs inside", "damaged manifest"],
)
def test_a_folder_that_is_not_for_parts_is_refused_untouched(start, tmp_path, break_, message):
    run = start()
    break_(run)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SettingsError, match=message):
        run.go(resume=True)
    assert [x for x in sorted(tmp_path.rglob("*")) if x.name != ".lock"] == before


def test_parts_of_other_inputs_are_not_continued(start, tmp_path):
    start().go()
    table(tmp_path / "in.parquet", 1, 2, 3, per_group=2)
    with pytest.raises(SettingsError, match="holds parts of other inputs or settings") as error:
        start().go(resume=True)
    assert "without --resume" in error.value.hint


def test_two_runs_do_not_write_to_one_folder(start):
    made, other = start(), start()

    def meanwhile(progress):
        with pytest.raises(PipelineError, match="another run is writing to"):
            other.go()

    assert made.go(tell=meanwhile).labelled == 7


def test_where_there_are_no_locks_the_second_run_is_seen_by_the_manifest(start):
    made = start()

    def meanwhile(progress):
        path = made.folder / MANIFEST
        path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(PipelineError, match="another run is writing to"):
        made.go(tell=meanwhile)


def test_a_table_that_is_damaged_halfway_ends_there_for_all(start, classifier, tmp_path):
    run = start("parts")
    path = run.inputs[0]
    metadata = pq.read_metadata(path)
    at = metadata.row_group(2).column(0)
    body = bytearray(path.read_bytes())
    first = at.dictionary_page_offset or at.data_page_offset
    body[first : first + 12] = b"\xff" * 12
    path.write_bytes(body)
    one = Run(inputs=[path], path=tmp_path / "one.parquet", classifier=classifier, now=NOW)
    expected = one.go()
    progress = run.go()
    assert (progress.taken, progress.labelled, progress.rests) == (5, 3, 1)
    assert (expected.taken, expected.labelled, expected.rests) == (5, 3, 1)
    assert list(pd.read_parquet(run.folder).notice_id) == ["1", "2", "3"]
    judged_again = run.go(resume=True)
    assert (judged_again.taken, judged_again.rests) == (5, 1)


def test_a_worker_that_sees_other_files_is_named_and_quarantines_nothing(start):
    run = start()
    cut = list(run._cut())
    run.inputs[0].unlink()
    spec = batches.shared_spec(run.classifier)
    with pytest.raises(PipelineError, match=r"in.parquet is not there; expected [\d,]+ bytes"):
        parts.judged_part(spec, run.layout, NOW, cut[0])


@pytest.mark.parametrize("what", ["model", "codebook"])
def test_a_process_with_another_model_or_codebook_under_that_name_refuses(classifier, what):
    spec = replace(batches.shared_spec(classifier), **{what: "f00d"})
    with (
        pytest.raises(ModelMismatch, match=rf"{what} of m-\w+ in .*; expected f00d"),
        batches.shared_classifier(spec),
    ):
        pass


def test_only_the_driver_reads_what_can_be_read_from_its_beginning_only(start, tmp_path):
    (tmp_path / "in.csv").write_text("notice_id,title,description\n1,a,b\n2,a,b\n3,a,b\n")
    packed = tmp_path / "in.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(rows(1, 2, 3)).encode()))
    run = start()
    run.inputs = [tmp_path / "in.parquet", packed, tmp_path / "in.csv"]
    cut = list(run._cut())
    assert [len(x.files) for x in cut] == [1] * 7
    # The only file would keep all workers but one idle.
    run.inputs = [packed]
    assert [len(x.raws) for x in run._cut()] == [2, 1]
    run.inputs = [tmp_path / "in.parquet", tmp_path / "in.csv"]
    # One of more than a few thousand bytes is cut, and what it holds travels.
    long = "x" * 30_000
    (tmp_path / "in.csv").write_text(
        f"notice_id,title,description\n1,a,{long}\n2,a,{long}\n3,a,{long}\n"
    )
    cut = list(run._cut())
    assert [len(x.raws) for x in cut] == [0] * 5 + [2, 1]
    assert [x.name.rpartition("/")[2] for x in cut][-2:] == ["in.csv[0:2]", "in.csv[2:3]"]
    assert long not in repr(cut)


def test_the_command_writes_parts_where_the_name_ends_in_a_slash_and_goes_on(
    start, classifier, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(Classifier, "load", lambda *_, **__: sized(classifier, 2))
    command = ["innovatiemonitor", "classify", f"{start().inputs[0]}", "-o"]

    def said(*more):
        monkeypatch.setattr(sys, "argv", [*command, *more])
        try:
            cli.main()
        except SystemExit as ended:
            return ended.code, capsys.readouterr().err
        return 0, capsys.readouterr().err

    told = "7 notices labelled, 0 in quarantine, 2 read before"
    folder = f"{tmp_path / 'new' / 'labels'}/"
    assert said(folder) == (0, f"{told}: {folder}\n")
    assert said(folder, "--resume") == (0, f"{told}: {folder}\n")
    assert held(Path(folder))["complete"]
    # A folder that is there needs no slash; one file needs its extension, also elsewhere.
    assert said(folder.rstrip("/")) == (0, f"{told}: {folder.rstrip('/')}\n")
    code, error = said(f"{tmp_path}/labels")
    assert code == 2
    assert "Hint: A name that ends in / is a folder of Parquet parts." in error
    code, error = said("s3://ted/labels.csv")
    assert code == 2
    assert error.endswith("Hint: End the address with a slash: s3://ted/labels.csv/\n")
