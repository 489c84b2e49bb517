"""The shelf: what is loaded is what was saved, and nothing that was tampered with."""

import json
import pickle
import shutil

import pytest
import skops.io

from pipeline import settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import ModelMismatch, ModelNotFound, UntrustedModel
from pipeline.labels.classify import Classifier
from pipeline.learning import shelf
from pipeline.store import Store, sha256, to_json


@pytest.fixture
def store(tmp_path, classifier):
    """A home of its own with the promoted model in it."""
    home = settings.load().home
    (tmp_path / "corpora").mkdir()
    shutil.copy(home / "corpora" / "codebook.toml", tmp_path / "corpora")
    name = classifier.card.model_id
    shutil.copytree(home / "models" / name, tmp_path / "models" / name)
    (tmp_path / "models" / "champion.json").write_text(json.dumps({"model_id": name}))
    return Store(tmp_path)


def files(store):
    return store.models / store.champion()


def with_model(store, body):
    """Replace the model's file and mend its fingerprint, as an attacker would."""
    (files(store) / "model.skops").write_bytes(body)
    card = json.loads((files(store) / "card.json").read_bytes())
    card["files"]["model.skops"] = sha256(body)
    (files(store) / "card.json").write_bytes(to_json(card))


def test_the_promoted_model_loads_with_its_card(store, classifier):
    judge, card = shelf.load(store)
    assert card == classifier.card
    assert judge.labels_.tolist() == classifier.judge.labels_.tolist()


def test_saving_again_gives_the_same_fingerprint_of_the_parts(store):
    judge, card = shelf.load(store)
    again = skops.io.loads(skops.io.dumps(judge), trusted=shelf.TRUSTED)
    assert (again.heads_.coef_ == judge.heads_.coef_).all()
    assert card.files.keys() == {"model.skops"}


def test_a_changed_file_is_refused(store):
    body = (files(store) / "model.skops").read_bytes()
    (files(store) / "model.skops").write_bytes(body[:-1] + b"x")
    with pytest.raises(UntrustedModel, match="is not the file its card describes"):
        shelf.load(store)


def test_a_pickle_in_disguise_is_never_opened(store):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was opened",))

    with_model(store, pickle.dumps(Evil()))
    with pytest.raises(UntrustedModel, match="not a skops file"):
        shelf.load(store)


def test_a_type_that_is_not_ours_is_refused(store):
    class Foreign:
        pass

    Foreign.__module__ = "somewhere.else"
    Foreign.__qualname__ = "Foreign"
    with_model(store, skops.io.dumps({"a": Foreign()}))
    with pytest.raises(UntrustedModel, match=r"somewhere\.else"):
        shelf.load(store)


def test_a_card_that_names_a_joblib_file_is_refused(store):
    card = json.loads((files(store) / "card.json").read_bytes())
    (files(store) / "model.joblib").write_bytes(b"x")
    card["files"] = {"model.joblib": sha256(b"x")}
    (files(store) / "card.json").write_bytes(to_json(card))
    with pytest.raises(UntrustedModel, match=r"only model.skops is ever loaded"):
        shelf.load(store)


def test_a_model_that_is_not_there_is_named_with_those_that_are(store):
    with pytest.raises(ModelNotFound, match=f"no model 'm0' in .*; there are: {store.champion()}"):
        shelf.load(store, "m0")


def test_another_analyzer_is_refused_with_the_command_that_retrains(shared):
    other = settings.load(analyzer=str(shared / "spacy" / "nl_ud"))
    with pytest.raises(ModelMismatch, match=r"analyzer embedded-1.*this is nl_pipeline") as error:
        Classifier.load(settings=other)
    assert "innovatiemonitor train" in error.value.hint


def test_the_analyzer_of_the_model_is_the_one_in_use(classifier):
    assert classifier.card.analyzer == Analyzer("embedded").name
