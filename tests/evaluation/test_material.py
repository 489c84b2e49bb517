"""What a model learned is put together again to the last notice, or it is not measured."""

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import codebook as codebooks
from pipeline.corpus import annotations
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import CorpusError, ModelMismatch, UntrustedModel
from pipeline.evaluation import trial
from pipeline.evaluation.material import learned_by
from pipeline.learning import shelf
from pipeline.learning.card import card
from pipeline.learning.examples import authored, silvered
from pipeline.learning.judge import Judge
from pipeline.learning.train import Recipe
from pipeline.records import Annotation, Judgement, Notice
from pipeline.store import Store

HOME = Path(__file__).parents[2]
ANALYZER = Analyzer("embedded")


def notice(notice_id, description):
    return Notice(
        notice_id=notice_id,
        source="t",
        format="t",
        kind="competition",
        title=f"Brug {notice_id}",
        description=description * 3,
        language="nl",
    )


NOTICES = {
    x.notice_id: x
    for x in (
        notice("a", "De gemeente koopt stoelen voor het stadhuis en de bibliotheek. "),
        notice("s", "De gemeente sluit een innovatiepartnerschap voor een brug van vlas. "),
        notice("other", "De provincie koopt een innovatiepartnerschap voor een sluis. "),
    )
}


@pytest.fixture
def store(tmp_path):
    """A home with six authored notices."""
    for name in ("annotations", "authored"):
        (tmp_path / "corpora" / name).mkdir(parents=True)
    shutil.copy(HOME / "corpora" / "codebook.toml", tmp_path / "corpora")
    source, store = Store(HOME), Store(tmp_path)
    some = [x for x, _ in zip(source.authored(), range(6), strict=False)]
    ids = {x["notice_id"] for x in some}
    lines = "".join(json.dumps(x) + "\n" for x in some)
    (tmp_path / "corpora" / "authored" / "a.jsonl").write_text(lines, encoding="utf-8")
    read = annotations.read(source.annotations("authored"), codebooks.load(source), name="a")
    store.write_annotations("authored", annotations.write(x for x in read if x.notice_id in ids))
    return store


@pytest.fixture
def stored(store, codebook):
    """The card of a model that learned an added judgement and silver, and what it learned."""
    one = Annotation(
        notice_id="a",
        text_hash=None,
        judgement=Judgement(degree="none", aspect=(), openness="closed", forms=()),
        evidence=(),
        annotator="a1",
        annotated_at=dt.date(2026, 11, 21),
        codebook_version=codebook.version,
        codebook_fingerprint=codebook.meaning,
        round="first",
    )
    learned = authored(
        store, codebook, ANALYZER, added={"n.csv": annotations.write([one])}, notices=NOTICES
    )
    learned = silvered([NOTICES["s"]], learned, codebook, ANALYZER, drawn=())
    assert len(learned.silver.examples) == 1
    made = card(learned, Recipe(), codebook, analyzer=ANALYZER.name, created="2026-11-21")
    return shelf.save(store, Judge(), made, learned), learned


def test_added_and_silver_are_found_again_among_other_notices(store, stored, codebook):
    made, learned = stored
    found = learned_by(made, codebook, ANALYZER, store=store, notices=NOTICES)
    assert found.data_fingerprint == learned.data_fingerprint == made.training["data"]
    trial.require_learned(made, found)
    (kept,) = found.added.annotations
    assert kept.text_hash == annotations.text_hash(NOTICES["a"])


@pytest.mark.parametrize("name", ["a", "s"])
def test_a_notice_whose_text_is_missing_is_named_with_the_option(store, stored, codebook, name):
    rest = {x: one for x, one in NOTICES.items() if x != name}
    with pytest.raises(CorpusError, match=f"1 of them have no text here, such as {name}") as error:
        learned_by(stored[0], codebook, ANALYZER, store=store, notices=rest)
    assert "--input" in error.value.hint


def test_a_notice_with_another_text_is_refused(store, stored, codebook):
    made, _ = stored
    changed = NOTICES | {"s": replace(NOTICES["s"], description="Een innovatiepartnerschap.")}
    found = learned_by(made, codebook, ANALYZER, store=store, notices=changed)
    with pytest.raises(ModelMismatch, match="learned from 7 notices"):
        trial.require_learned(made, found)
    changed = NOTICES | {"a": replace(NOTICES["a"], description="Tafels.")}
    with pytest.raises(CorpusError, match="a: the text has changed since it was judged"):
        learned_by(made, codebook, ANALYZER, store=store, notices=changed)


def test_what_it_learned_cannot_be_edited_on_the_shelf(store, stored):
    made, _ = stored
    path = store.models / made.model_id / shelf.ADDED
    path.write_text(path.read_text().replace(",none,,closed,", ",incremental,solution,asked,"))
    with pytest.raises(UntrustedModel, match=r"added.csv is not the file its card describes"):
        shelf.load(store, made.model_id)
