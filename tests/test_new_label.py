"""From a new block in the codebook to a promoted model: one command for the judgements."""

import csv
import json
import re
import shutil
from functools import partial

import pytest
from typer.testing import CliRunner

from pipeline import cli, settings
from pipeline import codebook as codebooks
from pipeline.corpus import annotations
from pipeline.errors import CorpusError, GateFailed, ModelMismatch
from pipeline.evaluation import metrics, trial
from pipeline.learning import heads, judge, promotions
from pipeline.learning import train as training
from pipeline.learning.sealing import sealed
from pipeline.store import Store

BLOCK = """
[[label]]
id = "open_hardware"
judgement = "forms"
name = "open hardware"
definition = "Het ontwerp wordt door de inkoper vrijgegeven."
cue = [{ pattern = "open hardware", names = true }]
"""
HOME = settings.load().home
PER_FORM = 11
OF_NONE = 40
NEW = 20
# Light enough for a test: the way is tested here, not the quality.
LIGHT = {name: {"lemmas": 1.0, "cues": 0.5} for name in judge.WEIGHTS}


def chosen(final):
    """Return a few notices of each form and of none, and plain ones that are left out."""
    sure = {x: one.judgement for x, one in final.items() if not one.unsure}
    plain = [x for x, judged in sure.items() if judged.labels == ("none", "closed")]
    kept = set(plain[:OF_NONE])
    for form in codebooks.load(Store(HOME)).forms:
        kept |= set([x for x, judged in sure.items() if form in judged.forms][:PER_FORM])
    return kept, plain[-NEW:]


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A home with a part of the authored notices and a model of its own."""
    corpora = tmp_path / "corpora"
    for name in ("annotations", "authored"):
        (corpora / name).mkdir(parents=True)
    for name in ("codebook.toml", "boilerplate.jsonl"):
        shutil.copy(HOME / "corpora" / name, corpora)
    source = Store(HOME)
    read = annotations.read(source.annotations("authored"), codebooks.load(source), name="a")
    ids, _ = chosen(annotations.final(read))
    lines = "".join(json.dumps(x) + "\n" for x in source.authored() if x["notice_id"] in ids)
    (corpora / "authored" / "a.jsonl").write_text(lines, encoding="utf-8")
    store = Store(tmp_path)
    store.write_annotations("authored", annotations.write(x for x in read if x.notice_id in ids))
    shutil.copytree(HOME / "models", tmp_path / "models")
    (tmp_path / "tests").mkdir()
    traps = (HOME / "tests" / "traps.jsonl").read_text(encoding="utf-8").splitlines()[:20]
    (tmp_path / "tests" / "traps.jsonl").write_text("\n".join(traps), encoding="utf-8")
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(tmp_path))
    monkeypatch.setattr(training, "WEIGHTS", LIGHT)
    monkeypatch.setattr(heads, "FEWEST_EXAMPLES", 2)
    monkeypatch.setattr(metrics, "DRAWS", 20)
    monkeypatch.setattr(trial, "out_of_fold", partial(trial.out_of_fold, folds=2))
    monkeypatch.setattr(trial, "evaluate", partial(trial.evaluate, masked=False))
    return store


def run(*arguments):
    result = CliRunner().invoke(cli.app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def new_notices(path):
    """Write plain notices under new ids; every second one speaks of open hardware."""
    source = Store(HOME)
    read = annotations.read(source.annotations("authored"), codebooks.load(source), name="a")
    _, plain = chosen(annotations.final(read))
    texts = {x["notice_id"]: x for x in source.authored()}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["notice_id", "title", "description", "language"])
        for n, one in enumerate(plain):
            said = " Wij geven het ontwerp vrij als open hardware." * (n % 2)
            text = texts[one]["description"] + said
            writer.writerow([f"new-{n}", texts[one]["title"], text, "nl"])
    return path


def judged_new(store, path, table):
    """Judge the new notices, as a tool would give them back."""
    run("annotations", "export", str(table), "-o", str(path))
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    for n, line in enumerate(lines):
        line |= {"degree": "none", "openness": "closed", "annotator": "a1", "round": "first"}
        line |= {"forms": "open_hardware" if n % 2 else "conventional"}
        line |= {"annotated_at": "2026-11-21", "unsure": "false"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, annotations.COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)
    return path


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_a_new_label_goes_all_the_way_to_a_promoted_model(store, tmp_path):
    with store.codebook_path.open("a", encoding="utf-8") as file:
        file.write(BLOCK)
    # Neither a model nor judgements of before speak for the new label.
    with pytest.raises(ModelMismatch, match="open_hardware: added"):
        run("classify", str(HOME / "corpora" / "demo"), "-o", str(tmp_path / "x.csv"))
    with pytest.raises(CorpusError, match="labels, definitions or fields have changed"):
        run("train", "--analyzer", "embedded")

    following = str(codebooks.load(store).version + 1)
    run("annotations", "migrate", "--to", following, "--default", "open_hardware=no")
    table = new_notices(tmp_path / "new.csv")
    judged = judged_new(store, tmp_path / "judged.csv", table)
    told = run("train", "--annotations", str(judged), "--input", str(table))
    (model,) = re.findall(r"^m-[0-9a-f]{8}$", told.stdout, re.MULTILINE)

    # What it learned beside the corpus is measured with it, and cannot be left out.
    with pytest.raises(CorpusError, match=f"{NEW} of them have no text here") as error:
        run("evaluate", "--model", model)
    assert "--input" in error.value.hint
    with pytest.raises(GateFailed, match="was not measured on them"):
        run("promote", "--to", model)
    floors = {"evaluation": {}, "at_most": {}, "at_least": {}, "reasons": [], "codebook_version": 1}
    store.write_floors(sealed(floors))
    run("evaluate", "--model", model, "--input", str(table), "--new-set", "a label was added")
    metrics = json.loads((store.models / model / "card.json").read_bytes())["metrics"]
    assert metrics["added"]["notices"] == NEW
    assert metrics["added"]["forms"]["labels"]["open_hardware"]["true"] == NEW // 2
    run("promote", "--to", model, "--reason", "a label was added", "--by", "a test")
    assert promotions.champion(store).model_id == model
    run("classify", str(table), "-o", str(tmp_path / "labels.csv"))
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {x["codebook_version"] for x in lines} == {following}
    assert {x["codebook_fingerprint"] for x in lines} == {codebooks.load(store).fingerprint}
    assert all(float(x["p_open_hardware"]) > 0 for x in lines)
