"""Judgements follow the codebook: all of them, or none, and nothing is assumed silently."""

import csv
import io
import json
import shutil

import pytest
from typer.testing import CliRunner

from pipeline import cli, settings
from pipeline import codebook as codebooks
from pipeline.corpus import annotations, missions
from pipeline.errors import CorpusError, SettingsError
from pipeline.store import Store

NOW = codebooks.load(Store(settings.load().home)).version
HERE, NEXT = str(NOW), str(NOW + 1)
BLOCK = """
[[label]]
id = "open_hardware"
judgement = "forms"
name = "open hardware"
definition = "Het ontwerp wordt vrijgegeven."
"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A home with the codebook and two files of judgements."""
    source = settings.load().home / "corpora"
    (tmp_path / "corpora" / "annotations").mkdir(parents=True)
    shutil.copy(source / "codebook.toml", tmp_path / "corpora")
    for name in ("authored", "demo"):
        shutil.copy(source / "annotations" / f"{name}.csv", tmp_path / "corpora" / "annotations")
    shutil.copytree(source / "missions", tmp_path / "corpora" / "missions")
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(tmp_path))
    return Store(tmp_path)


def add_label(store, block=BLOCK):
    with store.codebook_path.open("a", encoding="utf-8") as file:
        file.write(block)


def migrate(*arguments):
    result = CliRunner().invoke(cli.app, ["annotations", "migrate", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def lines(store, name="demo"):
    return list(csv.DictReader(io.StringIO(store.annotations(name))))


def read(store, name="demo"):
    return annotations.read(store.annotations(name), codebooks.load(store), name=name)


def test_a_new_label_is_one_block_and_one_command(store):
    before = read(store)
    add_label(store)
    with pytest.raises(CorpusError, match="labels, definitions or fields have changed") as error:
        read(store)
    assert f"annotations migrate --to {NEXT}" in error.value.hint
    told = migrate("--to", NEXT, "--default", "open_hardware=no")
    assert f"version {NOW} becomes {NEXT}" in told
    assert "demo.csv: 54 of 54 judgements" in told
    after = read(store)
    assert [x.judgement for x in after] == [x.judgement for x in before]
    assert {x.codebook_version for x in after} == {NOW + 1}
    (kept,) = (store.corpora / "migrations.jsonl").read_text().splitlines()
    assert json.loads(kept)["default_no"] == ["open_hardware"]


def test_a_dry_run_tells_the_same_and_writes_nothing(store):
    add_label(store)

    def kept():
        files = (x for x in store.home.rglob("*") if x.is_file() and x.suffix != ".lock")
        return {path: path.read_bytes() for path in files}

    before = kept()
    told = migrate("--to", NEXT, "--default", "open_hardware=no", "--dry-run")
    every = len(lines(store, "authored"))
    assert f"authored.csv: {every} of {every} judgements" in told
    assert kept() == before


def test_that_nobody_was_asked_must_be_said(store):
    add_label(store)
    with pytest.raises(CorpusError, match=r"none of \d+ judgements has open_hardware") as error:
        migrate("--to", NEXT)
    assert "--default open_hardware=no" in error.value.hint
    assert codebooks.load(store).version == NOW


def test_a_renamed_label_is_renamed_in_judgement_and_evidence(store):
    text = store.codebook_path.read_text(encoding="utf-8")
    store.codebook_path.write_text(text.replace('id = "living_lab"', 'id = "pilot"'), "utf-8")
    with pytest.raises(CorpusError, match="forms 'living_lab' is not in the codebook"):
        migrate("--to", NEXT)
    had = [x["notice_id"] for x in lines(store, "authored") if "living_lab" in x["forms"]]
    marked = store.annotations("authored").count('""label"": ""living_lab""')
    assert had
    assert marked
    migrate("--to", NEXT, "--map", "living_lab=pilot")
    now = [x["notice_id"] for x in lines(store, "authored") if "pilot" in x["forms"]]
    assert sorted(now) == sorted(had)
    assert store.annotations("authored").count('""label"": ""pilot""') == marked
    assert "living_lab" not in store.annotations("authored")


def test_one_wrong_line_keeps_all_files_as_they_are(store):
    add_label(store)
    broken = store.annotations("demo").replace(",incremental,", ",revolutionary,", 1)
    store.write_annotations("demo", broken)
    before = store.annotation_files()
    with pytest.raises(CorpusError, match=r"demo, line \d+: degree 'revolutionary'"):
        migrate("--to", NEXT, "--default", "open_hardware=no")
    assert store.annotation_files() == before
    assert codebooks.load(store).version == NOW


def test_a_changed_meaning_needs_a_version_and_a_cue_does_not(store):
    text = store.codebook_path.read_text(encoding="utf-8")
    store.codebook_path.write_text(
        text.replace("cue = [", 'cue = [{ pattern = "samen" },', 1), "utf-8"
    )
    assert read(store)
    store.codebook_path.write_text(text.replace("Gekocht wordt wat", "Wat"), "utf-8")
    with pytest.raises(CorpusError, match="labels, definitions or fields have changed"):
        migrate("--to", HERE)
    migrate("--to", NEXT)
    assert read(store)


def test_a_file_of_before_fingerprints_gets_them_without_a_new_version(store):
    old = [{k: x for k, x in line.items() if k != "codebook_fingerprint"} for line in lines(store)]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(old[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(old)
    expected = store.annotations("demo")
    store.write_annotations("demo", out.getvalue())
    with pytest.raises(CorpusError, match="no column codebook_fingerprint"):
        read(store)
    assert "demo.csv: 54 of 54" in migrate("--to", HERE)
    assert store.annotations("demo") == expected
    assert "demo.csv: 0 of 54" in migrate("--to", HERE)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            ["--to", str(NOW + 2)],
            CorpusError,
            f"version {NOW}; expected --to {HERE} or {NEXT}, not {NOW + 2}",
        ),
        (["--to", NEXT, "--default", "sbir=yes"], SettingsError, "only no can be said"),
        (["--to", NEXT, "--map", "sbir"], SettingsError, "expected OLD=NEW"),
        (["--to", NEXT, "--map", "sbir=magic"], CorpusError, "unknown label 'magic'"),
    ],
)
def test_a_wrong_wish_is_explained(store, arguments, error, message):
    with pytest.raises(error, match=message):
        migrate(*arguments)


def test_judgements_of_missions_come_along(store):
    before = missions.read(store.missions("real"), codebooks.load(store), name="real")
    add_label(store)
    migrate("--to", NEXT, "--default", "open_hardware=no")
    after = missions.read(store.missions("real"), codebooks.load(store), name="real")
    assert {x.codebook_version for x in after} == {NOW + 1}
    assert [x.missions for x in after] == [x.missions for x in before]
