"""The gate: no model below a floor, measured on something else, or changed, is used."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import skops.io
from typer.testing import CliRunner

from pipeline import cli
from pipeline.errors import CorpusError, GateFailed, ModelNotFound, SettingsError, UntrustedModel
from pipeline.evaluation import gate
from pipeline.learning import promotions, shelf
from pipeline.learning.card import id_of, identity, measured
from pipeline.learning.judge import Judge
from pipeline.learning.sealing import sealed
from pipeline.records import ModelCard
from pipeline.store import Store, sha256

FLOORS = {
    "codebook_version": 1,
    "evaluation": {"authored": "aaaa", "real": "rrrr"},
    "at_least": {"authored.degree.kappa": 0.9},
    "at_most": {"real.false_alarms.per_1000": 10.0},
    "reasons": [],
}
METRICS = {
    "authored": {
        "fingerprint": "aaaa",
        "degree": {"kappa": {"value": 0.91, "low": 0.89, "high": 0.93}},
    },
    "real": {"fingerprint": "rrrr", "false_alarms": {"per_1000": {"value": 4.0}}},
}


def card(seed=1, **facts):
    basis = {
        "model_id": "",
        "recipe": {"seed": seed},
        "analyzer": "embedded",
        "codebook_version": 1,
        "codebook_fingerprint": "c" * 16,
        "codebook_parts": (),
        "created": "2026-01-01",
        "training": {"notices": 1, "fingerprint": "f", "data": "d", "degree": {}, "forms": {}},
        "metrics": METRICS,
        "thresholds": {},
        "files": {},
        "versions": {},
        "caveats": (),
    }
    made = ModelCard(**basis | facts)
    return dataclasses.replace(made, model_id=id_of(made))


def promote(store, model, **options):
    return gate.promote(store, model.model_id, by="a1", on="2026-02-01T09:00:00", **options)


def changed(path, value):
    """Return the metrics with one member changed."""
    metrics = json.loads(json.dumps(METRICS))
    *names, last = path.split(".")
    place = metrics
    for name in names:
        place = place[name]
    place[last] = value
    return metrics


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_text("version = 1\n", encoding="utf-8")
    store = Store(tmp_path)
    store.write_floors(sealed(FLOORS))
    return store


def put(store, model):
    """Put a model on the shelf as `shelf` writes it; an unfitted judge will do."""
    body = skops.io.dumps(Judge())
    bare = dataclasses.replace(model, files={shelf.MODEL: sha256(body)}, metrics={})
    complete = measured(bare, model.metrics)
    table = sealed(dataclasses.asdict(complete))
    store.write_model(model.model_id, {shelf.MODEL: body, "card.json": json.dumps(table).encode()})
    return complete


def test_a_model_at_its_floors_passes():
    assert gate.check(card(), FLOORS) == []
    exactly = changed("authored.degree.kappa.value", 0.9)
    assert gate.check(card(metrics=exactly), FLOORS) == []


@pytest.mark.parametrize(
    ("facts", "failure"),
    [
        pytest.param(
            {"metrics": changed("authored.degree.kappa.value", 0.899)},
            "authored.degree.kappa is 0.899; it must be at least 0.9",
            id="below a floor",
        ),
        pytest.param(
            {"metrics": changed("real.false_alarms.per_1000.value", 12.1)},
            "real.false_alarms.per_1000 is 12.1; it must be at most 10",
            id="above a ceiling",
        ),
        pytest.param(
            {"metrics": changed("authored.degree.kappa.value", None)},
            "authored.degree.kappa was not measured",
            id="undefined",
        ),
        pytest.param(
            {"metrics": changed("authored.fingerprint", "bbbb")},
            "authored was measured on set bbbb; the floors are about set aaaa",
            id="another evaluation set",
        ),
        pytest.param(
            {"codebook_version": 2},
            "it is for codebook version 2; the floors are for version 1",
            id="another codebook",
        ),
    ],
)
def test_a_failure_says_what_was_seen_and_expected(facts, failure):
    assert gate.check(card(**facts), FLOORS) == [failure]


def test_a_model_that_was_never_measured_fails():
    assert gate.check(card(metrics={}), FLOORS) == [
        "authored was measured on set None; the floors are about set aaaa",
        "authored.degree.kappa was not measured",
    ]


def test_floors_that_are_about_no_set_yet_let_nothing_through():
    fresh = FLOORS | {"evaluation": {}}
    assert gate.check(card(), fresh) == [
        "authored was measured on set aaaa; the floors are about set none yet",
        "real was measured on set rrrr; the floors are about set none yet",
    ]


def test_real_notices_count_only_where_their_texts_are():
    without = {"authored": METRICS["authored"]}
    assert gate.check(card(metrics=without), FLOORS) == []


def test_a_figure_may_stand_by_itself_or_with_its_interval():
    assert gate.measured(card(), "authored.degree.kappa") == 0.91
    assert gate.measured(card(), "authored.degree.kappa.low") == 0.89
    assert gate.measured(card(), "authored.degree.nothing.low") is None


def test_a_good_model_is_promoted(store):
    stored = put(store, card())
    assert promote(store, card()) == []
    line = promotions.champion(store)
    assert (line.model_id, line.card) == (stored.model_id, identity(stored))
    assert (line.by, line.on, line.failures) == ("a1", "2026-02-01T09:00:00", ())
    assert line.reason == "It reached every bound."


def test_a_model_below_a_floor_is_refused_and_the_champion_stays(store):
    put(store, card())
    promote(store, card())
    worse = card(2, metrics=changed("authored.degree.kappa.value", 0.5))
    put(store, worse)
    with pytest.raises(GateFailed, match=r"kappa is 0\.5; it must be at least 0\.9"):
        promote(store, worse)
    assert promotions.champion(store).model_id == card().model_id


def test_with_a_reason_it_is_promoted_and_the_reason_is_stored(store):
    worse = card(2, metrics=changed("authored.degree.kappa.value", 0.5))
    put(store, worse)
    promote(store, worse, reason="the better one crashes")
    line = promotions.champion(store)
    assert line.model_id == worse.model_id
    assert line.reason == "the better one crashes"
    assert line.failures == ("authored.degree.kappa is 0.5; it must be at least 0.9",)


def test_going_back_to_an_earlier_model_adds_to_the_history(store):
    for model in (card(), card(2)):
        put(store, model)
        promote(store, model)
    promote(store, card(), reason="the new one is slow")
    lines = promotions.history(store)
    assert [x.model_id for x in lines] == [x.model_id for x in (card(), card(2), card())]
    assert shelf.load(store)[1].model_id == card().model_id


def test_floors_that_were_edited_by_hand_let_nothing_through(store):
    put(store, card())
    store.write_floors(store.floors() | {"at_least": {}})
    with pytest.raises(UntrustedModel, match=r"floors.json was changed by hand") as error:
        promote(store, card())
    assert "promote --lower" in error.value.hint
    with pytest.raises(UntrustedModel, match=r"floors.json was changed by hand"):
        gate.lower(store, "authored.degree.kappa", 0.1, reason="x", on="2026-02-01")


def test_figures_copied_from_a_better_model_are_not_promoted(store):
    good, poor = put(store, card()), put(store, card(2, metrics={}))
    stolen = sealed(dataclasses.asdict(dataclasses.replace(poor, metrics=good.metrics)))
    path = store.models / poor.model_id / "card.json"
    path.write_text(json.dumps(stolen), encoding="utf-8")
    with pytest.raises(UntrustedModel, match="figures on authored, real were measured on another"):
        promote(store, poor, reason="please")


def test_traps_fail_only_when_their_whole_interval_does():
    floors = FLOORS | {"at_least": {"traps.right": 0.8}, "evaluation": {"traps": "t"}}
    for high, failures in ((0.81, 0), (0.8, 0), (0.799, 1)):
        right = {"value": 0.79, "low": 0.73, "high": high}
        metrics = {"traps": {"fingerprint": "t", "right": right}}
        found = gate.check(card(metrics=metrics), floors | {"at_most": {}})
        assert len(found) == failures
    assert found == ["traps.right is 0.79 (0.73 to 0.799); it must be at least 0.8"]


def test_what_was_added_must_have_been_measured_too():
    training = {"added": {"judgements": 40}, "data": "d"}
    assert gate.check(card(training=training), FLOORS) == [
        "it learned 40 added judgements and was not measured on them"
    ]
    both = {**METRICS, "added": {"fingerprint": "x"}}
    assert gate.check(card(training=training, metrics=both), FLOORS) == []


def test_no_reason_is_enough_for_a_changed_file_or_another_codebook(store):
    put(store, card())
    with (store.models / card().model_id / shelf.MODEL).open("ab") as file:
        file.write(b" ")
    with pytest.raises(UntrustedModel):
        promote(store, card(), reason="please")
    other = card(3, codebook_version=2)
    put(store, other)
    with pytest.raises(GateFailed, match="codebook version 2"):
        promote(store, other, reason="please")
    with pytest.raises(ModelNotFound):
        promote(store, card(4), reason="please")
    shutil.copytree(store.models / other.model_id, store.home / "elders")
    with pytest.raises(UntrustedModel, match="is not a model's id"):
        gate.promote(store, "../elders", by="a1", on="2026-02-01", reason="please")


def test_an_empty_reason_is_none(store):
    put(store, card(metrics={}))
    with pytest.raises(GateFailed):
        promote(store, card(metrics={}), reason=" ")


def test_a_lowered_floor_keeps_what_it_was_and_why(store):
    gate.lower(store, "authored.degree.kappa", 0.85, reason="harder notices", on="2026-02-01")
    gate.lower(store, "real.false_alarms.per_1000", 12.0, reason="few notices", on="2026-02-02")
    floors = store.floors()
    assert floors["at_least"] == {"authored.degree.kappa": 0.85}
    assert floors["at_most"] == {"real.false_alarms.per_1000": 12.0}
    assert floors["reasons"] == [
        {
            "metric": "authored.degree.kappa",
            "from": 0.9,
            "to": 0.85,
            "reason": "harder notices",
            "on": "2026-02-01",
        },
        {
            "metric": "real.false_alarms.per_1000",
            "from": 10.0,
            "to": 12.0,
            "reason": "few notices",
            "on": "2026-02-02",
        },
    ]


def test_a_floor_is_not_lowered_without_a_reason_or_without_being_there(store):
    with pytest.raises(CorpusError, match="only with a reason"):
        gate.lower(store, "authored.degree.kappa", 0.1, reason=" ", on="2026-02-01")
    with pytest.raises(CorpusError, match=r"'authored.kappa' has no bound; there are: authored"):
        gate.lower(store, "authored.kappa", 0.1, reason="x", on="2026-02-01")
    assert gate.bounds(store) == FLOORS


def test_an_added_bound_holds_from_then_on_and_names_its_set_and_reason(store):
    measured = {**METRICS, "traps": {"fingerprint": "tttt", "right": 0.7}}
    able = card(metrics=measured)
    gate.bind(store, able, "traps.right", 0.8, side="at_least", reason="traps", on="2026-02-01")
    floors = gate.bounds(store)
    assert floors["at_least"] == {"authored.degree.kappa": 0.9, "traps.right": 0.8}
    assert floors["evaluation"] == {**FLOORS["evaluation"], "traps": "tttt"}
    assert floors["reasons"] == [
        {
            "metric": "traps.right",
            "side": "at_least",
            "from": None,
            "to": 0.8,
            "reason": "traps",
            "on": "2026-02-01",
        }
    ]
    within = {"value": 0.7, "low": 0.6, "high": 0.79}
    failing = card(metrics={**measured, "traps": {"fingerprint": "tttt", "right": within}})
    assert gate.check(failing, floors) == [
        "traps.right is 0.7 (0.6 to 0.79); it must be at least 0.8"
    ]


@pytest.mark.parametrize(
    ("path", "reason", "message"),
    [
        (
            "authored.degree.kapa",
            "x",
            r"'authored.degree.kapa' is no figure of m-\w+; it has: auth",
        ),
        ("authored.fingerprint", "x", "is no figure"),
        ("authored", "x", "is no figure"),
        ("authored.degree.kappa", "x", "has a bound"),
        ("authored.degree.kappa.low", " ", "only with a reason"),
    ],
)
def test_a_bound_is_not_added_for_what_is_not_measured_or_has_one_or_without_a_reason(
    store, path, reason, message
):
    with pytest.raises(CorpusError, match=message):
        gate.bind(store, card(), path, 0.5, side="at_least", reason=reason, on="2026-02-01")
    assert gate.bounds(store) == FLOORS


def test_a_set_that_has_bounds_stays_the_one_they_are_about(store):
    other = card(metrics=changed("authored.fingerprint", "bbbb"))
    gate.bind(store, other, "authored.degree.kappa.low", 0.5, side="at_least", reason="x", on="y")
    assert gate.bounds(store)["evaluation"]["authored"] == "aaaa"


@pytest.mark.parametrize(
    "pair", ["traps.right", "traps.right=", "traps.right=nan", "=0,5", "x=inf"]
)
def test_a_bound_that_is_no_number_is_refused(store, pair, monkeypatch):
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(store.home))
    for option in ("--at-least", "--at-most", "--lower"):
        done = CliRunner().invoke(cli.app, ["promote", option, pair, "--reason", "x"])
        assert isinstance(done.exception, SettingsError)
        assert str(done.exception).startswith("a bound is ")


def test_a_bound_is_added_by_the_command_for_the_promoted_model(store, monkeypatch):
    put(store, card())
    promote(store, card())
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(store.home))
    given = ["promote", "--at-most", "real.false_alarms.per_1000.value=5", "--reason", "x"]
    done = CliRunner().invoke(cli.app, given, catch_exceptions=False)
    assert done.output == "bound added: real.false_alarms.per_1000.value at most 5\n"
    assert gate.bounds(store)["at_most"]["real.false_alarms.per_1000.value"] == 5.0


def test_a_new_evaluation_set_is_taken_with_a_reason(store):
    other = card(metrics=changed("authored.fingerprint", "bbbb"))
    assert gate.check(other, gate.bounds(store))
    gate.measure_on(store, other, reason="forty notices added", on="2026-02-01")
    floors = gate.bounds(store)
    assert gate.check(other, floors) == []
    assert floors["evaluation"] == {"authored": "bbbb", "real": "rrrr"}
    assert floors["reasons"][0]["evaluation"] == ["authored"]
    assert floors["reasons"][0]["reason"] == "forty notices added"


def test_an_unmeasured_model_brings_no_evaluation_set(store):
    with pytest.raises(CorpusError, match="was not measured"):
        gate.measure_on(store, card(metrics={}), reason="x", on="2026-02-01")


def test_the_floors_of_the_repository_can_be_read():
    floors = gate.bounds(Store(Path(__file__).parents[2]))
    assert set(floors) == {"codebook_version", "evaluation", "at_least", "at_most", "reasons"}
    bounds = {**floors["at_least"], **floors["at_most"]}
    assert bounds
    assert {path.partition(".")[0] for path in bounds} <= {
        "authored",
        "buyers",
        "cases",
        "invariance",
        "real",
        "traps",
    }
    assert all(np.isfinite(bound) for bound in bounds.values())
