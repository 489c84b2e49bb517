"""The history of promotions grows at its end, and shows when it was changed elsewhere."""

import json

import pytest

from pipeline.errors import ModelNotFound, UntrustedModel
from pipeline.learning import promotions
from pipeline.learning.sealing import SEAL, sealed
from pipeline.records import Promotion
from pipeline.store import Store, canonical


def promotion(model_id, **changes):
    facts = {"card": "c", "metrics": "m", "floors": "f", "by": "a1", "on": "2026-01-01"}
    return Promotion(model_id=model_id, reason="better", **facts | changes)


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_text("version = 1\n", encoding="utf-8")
    store = Store(tmp_path)
    for name in ("m-1", "m-2", "m-1"):
        promotions.add(store, promotion(name))
    return store


def test_the_last_line_is_in_force_and_going_back_adds_one(store):
    assert [x.model_id for x in promotions.history(store)] == ["m-1", "m-2", "m-1"]
    assert promotions.champion(store).model_id == "m-1"
    first = store.promotions()[0]
    promotions.add(store, promotion("m-3", failures=("too low",)))
    assert store.promotions()[0] == first
    assert promotions.champion(store).failures == ("too low",)


def test_without_a_promotion_there_is_no_champion(store):
    store.write_promotions([])
    with pytest.raises(ModelNotFound, match="no model was promoted"):
        promotions.champion(store)


def changed(line, *, seal):
    table = json.loads(line) | {"model_id": "m-2"}
    return canonical(sealed({k: x for k, x in table.items() if k != SEAL}) if seal else table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda x: [*x[:2], changed(x[2], seal=False)],
            "line 3 was changed by hand",
            id="the last line points to another model",
        ),
        pytest.param(
            lambda x: [changed(x[0], seal=True), *x[1:]],
            "line 2 does not follow",
            id="an earlier line was edited and sealed anew",
        ),
        pytest.param(lambda x: [x[0], x[2]], "line 2 does not follow", id="a line was taken out"),
        pytest.param(lambda x: x[1:], "line 1 does not follow", id="the first was taken out"),
        pytest.param(lambda x: [x[1], x[0]], "line 1 does not follow", id="lines were swapped"),
        pytest.param(lambda x: [*x, "{"], "line 4 is no promotion", id="no JSON"),
        pytest.param(lambda x: [*x, "[]"], "line 4 is no promotion", id="no object"),
    ],
)
def test_a_history_that_was_changed_is_refused(store, change, message):
    store.write_promotions(change(store.promotions()))
    with pytest.raises(UntrustedModel, match=message):
        promotions.champion(store)
    with pytest.raises(UntrustedModel, match=message):
        promotions.add(store, promotion("m-4"))
