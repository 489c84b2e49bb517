"""The shelf: what is loaded is what was saved and promoted, and nothing that was tampered with."""

import json
import pickle
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import skops.io

from pipeline import settings
from pipeline.codebook import Cue
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import (
    CorpusError,
    ModelMismatch,
    ModelNotFound,
    PipelineError,
    UntrustedModel,
)
from pipeline.labels.classify import Classifier
from pipeline.learning import promotions, shelf
from pipeline.learning.card import OF_MODEL, id_of, identity, measured
from pipeline.learning.heads import Heads
from pipeline.learning.judge import Judge
from pipeline.learning.sealing import SEAL, sealed
from pipeline.learning.sets import TrainingSet
from pipeline.store import Store, sha256, to_json


@pytest.fixture(scope="session")
def shelved(tmp_path_factory):
    """A home with a model that is small, and for the rest is what the promoted one is."""
    store = Store(settings.load().home)
    name = promotions.champion(store).model_id
    real = shelf.read_card(name, store.model_files(name))
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "corpora").mkdir()
    shutil.copy(store.codebook_path, folder / "corpora")
    home, judge = Store(folder), Judge({"degree": ("none",)})
    judge.heads_ = Heads()
    judge.heads_.coef_ = np.array([[0.1, 1 / 3]])
    nothing = TrainingSet(readings=(), targets=(), fingerprint="")
    saved = shelf.save(home, judge, replace(real, metrics={}), nothing)
    home.write_model(name, shelf.written(measured(saved, real.metrics)))
    promotions.add(home, replace(promotions.champion(store), card=identity(saved), before=None))
    return folder


@pytest.fixture
def store(tmp_path, shelved):
    """A copy of it for one test."""
    return Store(Path(shutil.copytree(shelved, tmp_path / "home")))


@pytest.fixture
def folder(store):
    return store.models / promotions.champion(store).model_id


def edit(folder, *, seal, **changes):
    """Edit the card; with ``seal`` as somebody would who knows how the seal is made."""
    card = json.loads((folder / "card.json").read_bytes()) | changes
    if seal:
        card = sealed({name: x for name, x in card.items() if name != SEAL})
    (folder / "card.json").write_bytes(to_json(card))


def with_model(folder, body):
    """Replace the model's file and mend its fingerprint, as an attacker would."""
    (folder / "model.skops").write_bytes(body)
    edit(folder, seal=True, files={"model.skops": sha256(body)}, metrics={})


def test_the_promoted_model_loads_with_its_card(store, folder, classifier):
    judge, card = shelf.load(store)
    assert judge.labels == {"degree": ("none",)}
    assert card.model_id == folder.name
    assert replace(card, files={}, metrics={}) == replace(classifier.card, files={}, metrics={})


def test_saving_again_gives_the_same_fingerprint_of_the_parts(store):
    judge, card = shelf.load(store)
    again = skops.io.loads(skops.io.dumps(judge), trusted=shelf.TRUSTED)
    assert (again.heads_.coef_ == judge.heads_.coef_).all()
    assert card.files.keys() == {"model.skops"}


def test_a_changed_file_is_refused(store, folder):
    body = (folder / "model.skops").read_bytes()
    (folder / "model.skops").write_bytes(body[:-1] + b"x")
    with pytest.raises(UntrustedModel, match="is not the file its card describes"):
        shelf.load(store)


def test_a_threshold_that_was_edited_in_is_refused(store, folder):
    zero = dict.fromkeys(shelf.load(store)[1].thresholds, 0.0)
    edit(folder, seal=False, thresholds=zero)
    with pytest.raises(UntrustedModel, match=r"card.json was changed by hand"):
        shelf.load(store, folder.name)
    edit(folder, seal=True, thresholds=zero)
    with pytest.raises(UntrustedModel, match="of what the card says, it is m-"):
        shelf.load(store, folder.name)


def test_a_card_of_another_model_is_refused_whatever_it_calls_itself(store, folder):
    other = folder.with_name("m-00000000")
    shutil.copytree(folder, other)
    with pytest.raises(UntrustedModel, match=f"m-00000000 holds the card of '{folder.name}'"):
        shelf.load(store, "m-00000000")
    edit(other, seal=True, model_id="m-00000000", metrics={})
    with pytest.raises(UntrustedModel, match="m-00000000 holds the card of 'm-00000000'"):
        shelf.load(store, "m-00000000")
    edit(folder, seal=True, model_id="../../x", metrics={})
    with pytest.raises(UntrustedModel, match=r"holds the card of '../../x'"):
        shelf.load(store, folder.name)


@pytest.mark.parametrize(
    "name", ["../elders", "a/b", "..", ".", "", "/etc", "CON", "a" * 300, "m-1\n"]
)
def test_an_id_that_is_a_path_is_refused(store, name):
    with pytest.raises(UntrustedModel, match="is not a model's id"):
        shelf.load(store, name)


def test_a_folder_or_file_that_lies_elsewhere_is_refused(store, folder, tmp_path):
    elsewhere = shutil.move(folder, tmp_path / "elsewhere")
    folder.symlink_to(elsewhere)
    with pytest.raises(UntrustedModel, match="is a link"):
        shelf.load(store)
    folder.unlink()
    shutil.move(elsewhere, folder)
    assert shelf.load(store)
    (folder / "card.md").unlink()
    (folder / "card.md").symlink_to(folder / "card.json")
    with pytest.raises(UntrustedModel, match="is a link"):
        shelf.load(store)


def test_figures_that_were_copied_from_another_model_do_not_fit(store, folder):
    card = shelf.load(store)[1]
    assert {x[OF_MODEL] for x in card.metrics.values()} == {identity(card)}
    copied = {name: x | {OF_MODEL: "0" * 64} for name, x in card.metrics.items()}
    edit(folder, seal=True, metrics=copied)
    with pytest.raises(UntrustedModel, match="were measured on another model"):
        shelf.load(store, folder.name)


def test_a_model_that_is_not_the_one_that_was_promoted_is_refused(store, folder):
    edit(folder, seal=True, created="2020-01-01", metrics={})
    assert shelf.load(store, folder.name)
    with pytest.raises(UntrustedModel, match="is not the model that was promoted on"):
        shelf.load(store)


def test_measuring_again_keeps_a_promoted_model_promoted(store, folder):
    edit(folder, seal=True, metrics={})
    assert shelf.load(store)


def test_a_pickle_in_disguise_is_never_opened(store, folder):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was opened",))

    with_model(folder, pickle.dumps(Evil()))
    with pytest.raises(UntrustedModel, match="not a skops file"):
        shelf.load(store, folder.name)


def test_a_type_that_is_not_ours_is_refused(store, folder):
    class Foreign:
        pass

    Foreign.__module__ = "somewhere.else"
    Foreign.__qualname__ = "Foreign"
    with_model(folder, skops.io.dumps({"a": Foreign()}))
    with pytest.raises(UntrustedModel, match=r"somewhere\.else"):
        shelf.load(store, folder.name)


def test_a_card_that_names_a_joblib_file_is_refused(store, folder):
    (folder / "model.joblib").write_bytes(b"x")
    edit(folder, seal=True, files={"model.joblib": sha256(b"x")}, metrics={})
    with pytest.raises(UntrustedModel, match=r"only model.skops is ever loaded"):
        shelf.load(store, folder.name)


def test_a_card_of_an_earlier_version_is_a_misfit(store, folder):
    edit(folder, seal=True, colour="blue")
    with pytest.raises(ModelMismatch, match="a card that this version does not know"):
        shelf.load(store, folder.name)


def test_a_model_that_is_not_there_is_named_with_those_that_are(store, folder):
    with pytest.raises(ModelNotFound, match=f"no model 'm0' in .*; there are: {folder.name}"):
        shelf.load(store, "m0")


def test_another_analyzer_is_refused_with_the_command_that_retrains(shared):
    other = settings.load(analyzer=str(shared / "spacy" / "nl_ud"))
    with pytest.raises(ModelMismatch, match=r"analyzer embedded-1.*this is nl_pipeline") as error:
        Classifier.load(settings=other)
    assert "innovatiemonitor train" in error.value.hint


def test_another_codebook_is_refused_and_what_changed_is_named(classifier):
    book = classifier.codebook
    sbir = book.label("sbir")
    changed = replace(sbir, cues=(*sbir.cues, Cue(pattern="kiem")))
    new = replace(sbir, label_id="open_hardware")
    other = replace(
        book, labels=(*(changed if x == sbir else x for x in book.labels), new), version=9
    )
    expected = r"codebook version \d .* this is version 9 .*: sbir: cues changed; open_hardware: ad"
    with pytest.raises(ModelMismatch, match=expected):
        Classifier(classifier.scorer, classifier.card, settings=classifier.settings, codebook=other)
    with pytest.raises(ModelMismatch, match="Changed: only its version"):
        shelf.require_fit(
            classifier.card, analyzer=classifier.analyzer.name, codebook=replace(book, version=9)
        )


def test_the_analyzer_of_the_model_is_the_one_in_use(classifier):
    assert classifier.card.analyzer == Analyzer("embedded").name


def test_the_id_on_the_shelf_follows_from_what_the_card_says(classifier):
    assert classifier.card.model_id == id_of(classifier.card)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"3", b"\xff\xfe", b'{"a": 1}', b"[" * 100_000]
)
def test_a_broken_card_is_named(store, folder, body):
    (folder / "card.json").write_bytes(body)
    with pytest.raises(UntrustedModel, match=r"card\.json"):
        shelf.load(store)


@pytest.mark.parametrize("schema", ["", "{}", "[]", '{"__class__": "Judge"}', '{"protocol": 99}'])
def test_a_damaged_schema_is_named(store, folder, schema):
    body = BytesIO()
    with ZipFile(body, "w") as archive:
        archive.writestr("schema.json", schema)
    with_model(folder, body.getvalue())
    with pytest.raises(UntrustedModel, match=r"model\.skops cannot be read"):
        shelf.load(store, folder.name)


def test_what_tools_leave_in_a_model_s_folder_is_not_read(store, folder):
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".card.json.123.tmp").write_bytes(b"half")
    (folder / "notes").mkdir()
    shelf.load(store)


@pytest.mark.parametrize("body", [b"", b"{", b"[3]", b"\xff"])
def test_broken_floors_are_named(store, body):
    (store.models / "floors.json").write_bytes(body)
    with pytest.raises(CorpusError, match=r"floors\.json"):
        store.floors()


@pytest.mark.parametrize("body", [b"{\n", b"[]\n", b"3\n", b"\xff\n"])
def test_a_broken_history_is_named(store, body):
    (store.models / "promotions.jsonl").write_bytes(body)
    with pytest.raises(PipelineError, match=r"promotions\.jsonl"):
        shelf.load(store)
