"""Evaluation: cases made by hand, with figures worked out by hand."""

import dataclasses
import datetime as dt
import json
from types import SimpleNamespace

import numpy as np
import pytest
from stage_cases import judgement

from pipeline.corpus.analyzer import NO_TOKENS
from pipeline.errors import CorpusError, ModelMismatch
from pipeline.evaluation import cases as casebook
from pipeline.evaluation import trial
from pipeline.evaluation.figures import figures, trap_figures
from pipeline.evaluation.suspects import suspects
from pipeline.features.targets import Target
from pipeline.labels import decide
from pipeline.learning import shelf
from pipeline.learning.card import OF_MODEL, id_of, identity
from pipeline.learning.sets import Silver, TrainingSet
from pipeline.learning.train import Recipe
from pipeline.learning.weak import SilverJudgement
from pipeline.records import (
    Annotation,
    Document,
    Evidence,
    Lot,
    ModelCard,
    Notice,
    Prediction,
    Reading,
    Suspect,
)
from pipeline.report.evaluation import evaluation_page, metric_text
from pipeline.store import Store, sha256


@pytest.fixture(scope="module")
def six(case):
    """Four innovative of six: three found, one missed; one false alarm; one rightly none."""
    return [
        case(0, "incremental", "incremental", p=0.9, forms=["sbir"]),
        case(1, "disruptive", "incremental", p=0.8, forms=["sbir"], chosen_forms=[]),
        case(2, "transformative", "transformative", p=0.9, forms=["pcp"]),
        case(3, "incremental", "none", p=0.3),
        case(4, "none", "incremental", p=0.7, chosen_forms=["pcp"]),
        case(5, "none", "none", p=0.1),
    ]


def value(found):
    return found["value"]


def test_figures_by_hand(six, codebook):
    found = figures(six, codebook)
    assert (found["notices"], found["groups"], found["abstained"]) == (6, 6, 0)
    innovation = found["innovation_oriented"]
    assert (innovation["true"], innovation["chosen"]) == (4, 4)
    assert value(innovation["precision"]) == value(innovation["recall"]) == 0.75
    # none 1/1/1, incremental 1/2/1, disruptive 0/0/1, transformative 1/0/0 (true positives,
    # false positives, false negatives): F1 of 1/2, 2/5, 0 and 1.
    assert value(found["degree"]["macro_f1"]) == pytest.approx((0.5 + 0.4 + 0 + 1) / 4)
    assert value(found["degree"]["micro_f1"]) == 0.5
    assert found["degree"]["confusion"] == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    # Three pairs one rank apart; by chance rows (2, 2, 1, 1), columns (2, 3, 0, 1) give
    # (2*3*1 + 2*1*9 + 2*2*1 + 2*1*4 + 1*2*4 + 1*3*1 + 1*1*1 + 1*2*9 + 1*3*4)/6 = 13.
    assert value(found["degree"]["kappa"]) == pytest.approx(1 - 3 / 13, abs=1e-6)
    # sbir 1/0/1, pcp 1/1/0: F1 of 2/3 each; the other forms are undefined.
    assert value(found["forms"]["micro_f1"]) == pytest.approx(4 / 6, abs=1e-6)
    assert value(found["forms"]["macro_f1"]) == pytest.approx(2 / 3, abs=1e-6)
    assert value(found["forms"]["labels"]["hackathon"]["f1"]) is None
    assert found["false_alarms"]["count"] == 1
    assert value(found["false_alarms"]["per_1000"]) == pytest.approx(1000 / 6, abs=1e-6)


def test_calibration_by_hand(six, codebook):
    found = figures(six, codebook)["calibration"]["innovation_oriented"]
    # Errors 0.1, 0.2, 0.1, 0.7, 0.7 and 0.1.
    expected = (0.01 + 0.04 + 0.01 + 0.49 + 0.49 + 0.01) / 6
    assert value(found["brier"]) == pytest.approx(expected, abs=1e-6)
    assert sum(point["answers"] for point in found["curve"]) == 6
    assert found["curve"][-1] == {"mean": pytest.approx(0.9), "share": 1.0, "answers": 2}


def test_the_surest_judgements_are_counted_first(six, codebook):
    curve = figures(six, codebook)["risk_coverage"]["innovation_oriented"]
    # The three at 0.9 and 0.1 are right, so is the one at 0.8; both at 0.7 and 0.3 are wrong.
    assert curve[-1] == [1.0, pytest.approx(2 / 6, abs=1e-6)]
    assert [4 / 6, 0.0] in [[pytest.approx(coverage, abs=1e-6), risk] for coverage, risk in curve]


def test_figures_are_plain_json_and_repeat(six, codebook):
    once, again = (json.dumps(figures(six, codebook, seed=3)) for _ in range(2))
    assert once == again


def test_nothing_to_measure_is_an_error(codebook):
    with pytest.raises(CorpusError, match="no cases"):
        figures([], codebook)


def test_a_notice_that_was_not_judged_counts_as_not_found_and_not_as_calibrated(case, codebook):
    judged = [case(0, "incremental", "incremental"), case(1, "none", "none", p=0.1)]
    silent = dataclasses.replace(case(2, "incremental", "none"), probabilities={})
    found = figures([*judged, silent], codebook)
    assert found["abstained"] == 1
    assert value(found["innovation_oriented"]["recall"]) == 0.5
    curve = found["calibration"]["innovation_oriented"]["curve"]
    assert sum(point["answers"] for point in curve) == 2
    nothing = figures([silent], codebook)
    assert nothing["calibration"] == nothing["risk_coverage"] == {}


def test_slices_keep_small_values_together(case, codebook):
    dutch = [case(i, "none", "none", p=0.1, facts={"variety": "Dutch"}) for i in range(20)]
    rest = [case(20 + i, "none", "incremental", facts={"variety": "Flemish"}) for i in range(3)]
    found = figures([*dutch, *rest], codebook)["slices"]["variety"]
    assert list(found) == ["Dutch", "other"]
    assert (found["Dutch"]["notices"], found["Dutch"]["false_alarms"]) == (20, 0)
    assert (found["other"]["notices"], found["other"]["false_alarms"]) == (3, 3)
    assert value(found["Dutch"]["degree_accuracy"]) == 1.0
    assert value(found["Dutch"]["f1"]) is None


def test_slices_stand_in_order_of_their_numbers(case, codebook):
    bands = ["50 to 149 words", "150 to 399 words", "0 to 49 words"]
    some = [case(i, "none", "none", p=0.1, facts={"length": bands[i % 3]}) for i in range(60)]
    found = figures(some, codebook)["slices"]["length"]
    assert list(found) == ["0 to 49 words", "50 to 149 words", "150 to 399 words"]


def test_agreement_with_buyers_counts_only_what_was_declared(case, codebook):
    some = [
        case(0, "incremental", "incremental", declared="declared"),
        case(1, "none", "none", declared="declared"),
        case(2, "none", "incremental", declared="none"),
        case(3, "incremental", "incremental"),
    ]
    assert figures(some, codebook)["declared"] == {
        "declared": {"notices": 2, "chosen": 1, "truth": 1},
        "none": {"notices": 1, "chosen": 1, "truth": 0},
    }


def test_another_judgement_text_or_notice_is_another_set(case):
    base = [case(0, "none", "none"), case(1, "incremental", "none")]
    same = [case(1, "incremental", "incremental"), case(0, "none", "none")]
    assert casebook.set_fingerprint(base) == casebook.set_fingerprint(same)
    other_truth = [case(0, "incremental", "none"), base[1]]
    other_text = [dataclasses.replace(base[0], text_hash="ab"), base[1]]
    for changed in (other_truth, other_text, base[:1]):
        assert casebook.set_fingerprint(changed) != casebook.set_fingerprint(base)


def test_suspects_are_those_the_model_is_surely_against(case, codebook):
    # Mean probability where people say yes (0.9 + 0.8 + 0.02)/3 = 0.573, where they say no
    # (0.1 + 0.2 + 0.95)/3 = 0.417: 0.95 is above the one, 1 - 0.02 above 1 - 0.417.
    some = [
        *(case(i, "incremental", "none", p=p) for i, p in enumerate((0.9, 0.8, 0.02))),
        *(case(3 + i, "none", "none", p=p) for i, p in enumerate((0.1, 0.2, 0.95))),
    ]
    found = suspects(some, codebook)
    assert [(x.notice_id, x.label, x.given) for x in found] == [
        ("n002", "innovation_oriented", True),
        ("n005", "innovation_oriented", False),
    ]
    assert [x.confidence for x in found] == pytest.approx([0.02, 0.05])


def test_traps_are_right_when_the_label_is_given_exactly_where_it_holds():
    traps = [
        {"id": "a", "text": "", "label": "sbir", "expected": True, "why": "name"},
        {"id": "b", "text": "", "label": "sbir", "expected": False, "why": "history"},
        {"id": "c", "text": "", "label": "innovation_oriented", "expected": False, "why": "name"},
        {"id": "d", "text": "", "label": "disruptive", "expected": True, "why": "name"},
    ]
    chosen = [
        judgement("none", ["sbir"]),
        judgement("none", ["sbir"]),
        judgement("none"),
        judgement("disruptive"),
    ]
    found = trap_figures(traps, chosen)
    assert value(found["right"]) == 0.75
    assert found["wrong"] == ["b"]
    assert found["by_reason"] == {
        "history": {"notices": 1, "right": 0},
        "name": {"notices": 3, "right": 3},
    }


def notice(number, **facts):
    basis = {"notice_id": f"n{number}", "source": "test", "format": "eforms", "title": "Titel"}
    return Notice(**basis | {"kind": "competition"} | facts)


# Of texts of fewer words no degree is judged.
LONG_ENOUGH = "een tekst van meer dan twaalf woorden want van kortere is geen graad te zien"


def reading(number, **facts):
    document = Document(
        notice=notice(number, **facts),
        text=f"Titel {number}: {LONG_ENOUGH}",
        tokens=NO_TOKENS,
        sections=(),
        language="nl",
        analyzer="none",
    )
    return Reading(document=document, hits=())


class Recorder:
    """A judge that remembers whom it saw, and says none to everything."""

    def __init__(self, log, labels=("none", "incremental")):
        self.log = log
        self.labels_ = np.array(labels)

    def fit(self, readings, targets, weights=None):
        self.seen = {x.document.notice.notice_id for x in readings}
        return self

    def predict_proba(self, readings):
        self.log.append((self.seen, {x.document.notice.notice_id for x in readings}))
        says = [0.75, 0.25, *[0.0] * (len(self.labels_) - 2)]
        return np.tile(says, (len(readings), 1))


@pytest.fixture
def learned():
    """Forty notices, every two of a group; degrees alternate by group."""
    return TrainingSet(
        readings=tuple(reading(i) for i in range(40)),
        targets=tuple(
            Target(
                judgement=judgement("none" if i % 4 < 2 else "incremental"),
                evidence=(),
                group=i // 2,
            )
            for i in range(40)
        ),
        fingerprint="",
    )


def test_no_notice_is_judged_by_a_model_that_saw_its_group(learned):
    log = []
    recipe = SimpleNamespace(judge=lambda codebook: Recorder(log))
    found = casebook.out_of_fold(learned, recipe, None, folds=4)
    assert found == ({"none": 0.75, "incremental": 0.25},) * 40
    group = {f"n{i}": i // 2 for i in range(40)}
    assert len(log) == 4
    for seen, unseen in log:
        assert {group[x] for x in seen}.isdisjoint(group[x] for x in unseen)
    assert sorted(x for _, unseen in log for x in unseen) == sorted(group)


def test_folds_stay_the_same_when_less_is_learned_from(learned):
    every, some = [], []
    casebook.out_of_fold(learned, SimpleNamespace(judge=lambda _: Recorder(every)), None)
    known = np.arange(40) < 20
    casebook.out_of_fold(
        learned, SimpleNamespace(judge=lambda _: Recorder(some)), None, learn_from=known
    )
    assert [unseen for _, unseen in every] == [unseen for _, unseen in some]
    for (all_seen, _), (seen, _) in zip(every, some, strict=True):
        assert seen == {x for x in all_seen if int(x[1:]) < 20}


DATA = TrainingSet(readings=(), targets=(), fingerprint="").data_fingerprint


@pytest.fixture
def mute(codebook, monkeypatch):
    """Return a classifier whose judges say none, and the log of what they saw."""
    log = []
    labels = [x.label_id for x in codebook.labels]
    recipe = SimpleNamespace(judge=lambda _: Recorder(log, labels))
    monkeypatch.setattr(trial, "recipe_of", lambda card: recipe)
    thresholds = dict.fromkeys(["innovation_oriented", *codebook.forms], 0.5)
    classifier = SimpleNamespace(
        codebook=codebook,
        card=SimpleNamespace(
            model_id="m-1", thresholds=thresholds, training={"data": DATA, "notices": 40}
        ),
        judge_notices=lambda notices: [
            SimpleNamespace(judgement=judgement("none"), forms=()) for _ in notices
        ],
    )
    return classifier, log


def test_notices_added_later_are_measured_apart_from_the_authored(mute, learned):
    classifier, _ = mute
    facts = {f"n{i}": {"sector": "ict", "style": "authored"} for i in range(30)}
    traps = [{"id": "a", "text": "", "label": "sbir", "expected": False, "why": "name"}]
    found = trial.evaluate(classifier, learned, facts=facts, traps=traps, paragraphs=())
    assert set(found.sets) == {"authored", "added", "traps"}
    assert found.sets["authored"]["notices"] == 30
    assert found.sets["added"]["notices"] == 10
    # Fifteen groups of two, seven of them innovative; a model that says none finds none.
    assert value(found.sets["authored"]["innovation_oriented"]["recall"]) == 0.0
    assert found.sets["authored"]["innovation_oriented"]["true"] == 14
    assert value(found.sets["traps"]["right"]) == 1.0


def test_a_model_is_measured_with_all_that_it_learned_and_nothing_else(mute, learned):
    classifier, log = mute
    other = dataclasses.replace(learned, fingerprint="more")
    with pytest.raises(ModelMismatch, match=r"m-1 learned from 40 notices .*; here are 40 "):
        trial.evaluate(classifier, other, facts={}, traps=[], paragraphs=[])
    assert log == []


def test_silver_is_learned_from_in_every_fold_and_never_measured(learned):
    silver = Silver(examples=((reading(99), Target(judgement=None, group=-1)),))
    log = []
    recipe = SimpleNamespace(judge=lambda _: Recorder(log))
    both = dataclasses.replace(learned, silver=silver)
    casebook.out_of_fold(both, recipe, None, folds=4)
    assert all("n99" in seen and "n99" not in unseen for seen, unseen in log)
    assert both.data_fingerprint != learned.data_fingerprint


def test_in_a_contest_the_champion_learns_nothing_of_what_was_added(mute, learned):
    classifier, log = mute
    facts = {f"n{i}": {} for i in range(30)}
    found = trial.contest(classifier, classifier, learned, facts=facts)
    assert set(found) == {"authored", "added"}
    for one in found.values():
        assert (one.only_champion, one.only_challenger, one.p) == (0, 0, 1.0)
    champion, challenger = log[:5], log[5:]
    assert set().union(*(seen for seen, _ in champion)) == set(facts)
    assert len(set().union(*(seen for seen, _ in challenger))) == 40
    assert [unseen for _, unseen in champion] == [unseen for _, unseen in challenger]


def test_a_form_that_a_field_settles_is_certain(codebook, learned):
    partnership = dataclasses.replace(
        learned,
        readings=(reading(0, procedure="innovation"),),
        targets=learned.targets[:1],
    )
    given = dict.fromkeys([x.label_id for x in codebook.labels], 0.0) | {"none": 1.0}
    thresholds = dict.fromkeys(["innovation_oriented", *codebook.forms], 0.5)
    (found,) = casebook.cases(
        partnership,
        [given],
        codebook,
        thresholds=thresholds,
        facts={"n0": {"sector": "water"}},
    )
    assert found.chosen.forms == ("innovation_partnership",)
    assert found.probabilities["innovation_partnership"] == 1.0
    assert found.facts["sector"] == "water"


def test_labels_are_chosen_from_their_threshold_on(codebook):
    given = dict.fromkeys([x.label_id for x in codebook.labels], 0.0)
    given |= {"none": 0.4, "incremental": 0.6, "asked": 0.6, "solution": 0.6}
    given |= {"living_lab": 0.5, "variants": 0.49}
    thresholds = dict.fromkeys(["innovation_oriented", *codebook.forms], 0.5)
    chosen = decide.decide(reading(1), given, codebook, thresholds=thresholds).judgement
    assert (chosen.degree, chosen.forms) == ("incremental", ("living_lab",))
    strict = decide.decide(
        reading(1), given, codebook, thresholds=thresholds | {"innovation_oriented": 0.61}
    ).judgement
    assert (strict.degree, strict.openness) == ("none", "closed")


@pytest.mark.parametrize(
    ("words", "band"),
    [(49, "0 to 49 words"), (50, "50 to 149 words"), (400, "400 words and more")],
)
def test_facts_of_a_notice(words, band):
    # The title is one of the words.
    found = casebook.facts_of(
        notice(
            1,
            description=" ".join(["woord"] * (words - 1)),
            country="BE",
            cpv=("72000000",),
            published_on=dt.date(2024, 5, 1),
        )
    )
    assert found == {
        "sector": "CPV 72",
        "format": "eforms",
        "kind": "competition",
        "year": "2024",
        "length": band,
        "variety": "Flemish",
    }


def test_one_ticked_lot_makes_a_declared_notice():
    lots = (Lot(), Lot(purposes=("none",)), Lot(innovation=("rd-act",)))
    assert casebook.declared(notice(1, lots=lots)) == "declared"
    assert casebook.declared(notice(1, lots=lots[:2])) == "none"
    assert casebook.declared(notice(1, lots=lots[:1])) == "absent"


def annotation(number, **facts):
    basis = {
        "notice_id": f"n{number}",
        "text_hash": None,
        "judgement": judgement("incremental"),
        "evidence": (),
        "annotator": "reader-a",
        "annotated_at": dt.date(2026, 1, 1),
        "codebook_version": 1,
        "round": "first",
    }
    return Annotation(**basis | facts)


def test_a_prediction_that_abstained_keeps_the_forms_of_its_fields():
    prediction = Prediction(
        notice=notice(1),
        language="en",
        probabilities={"innovation_partnership": 1.0},
        judgement=None,
        forms=("innovation_partnership",),
        rules=(),
        differs=(),
        evidence=(Evidence(label="innovation_partnership", field="procedure", value="innovation"),),
        abstained="text is not Dutch: en",
        model_id="m",
    )
    found = casebook.real_case(prediction, annotation(1, unsure=True), served=None, group=0)
    assert found.facts["certainty"] == "unsure"
    assert found.chosen == judgement("none", ["innovation_partnership"])
    assert found.probabilities == {}


def test_real_notices_are_measured_only_against_people():
    silver = SilverJudgement(
        notice_id="n1", label="sbir", value=True, source="cue=sbir:name", strength="B"
    )
    with pytest.raises(CorpusError, match="annotations by people"):
        trial.real_cases(None, {"n1": notice(1)}, {"n1": silver})


def test_a_judged_notice_without_a_text_is_refused():
    with pytest.raises(CorpusError, match="1 judged notices have no text, such as n1"):
        trial.real_cases(None, {"n2": notice(2)}, {"n1": annotation(1), "n2": annotation(2)})


def test_a_real_notice_whose_text_has_changed_is_refused():
    with pytest.raises(CorpusError, match="n1: the text has changed"):
        trial.real_cases(None, {"n1": notice(1)}, {"n1": annotation(1, text_hash="0" * 16)})


def card(**facts):
    basis = {
        "model_id": "m-abcdef12",
        "recipe": dataclasses.asdict(Recipe()),
        "analyzer": "embedded",
        "codebook_version": 1,
        "codebook_fingerprint": "c" * 16,
        "codebook_parts": (),
        "created": "2026-01-01",
        "training": {"notices": 6},
        "metrics": {},
        "thresholds": {},
        "files": {},
        "versions": {},
        "caveats": ("Voorbehoud <b>",),
    }
    return ModelCard(**basis | facts)


def test_a_recipe_is_read_back_from_the_card():
    assert casebook.recipe_of(card()) == Recipe()
    with pytest.raises(ModelMismatch, match="a recipe that this version does not know"):
        casebook.recipe_of(card(recipe={"trees": 3}))


RIGHT = {"value": 0.5, "low": 0.25, "high": 0.75}
TRAPS = {"fingerprint": "t", "notices": 4, "right": RIGHT}
ADDED = {"fingerprint": "r", "forms": {}}


def test_what_was_measured_is_added_to_the_card(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_text("version = 1", encoding="utf-8")
    store = Store(tmp_path)
    training = {"data": "d", "notices": 6, "fingerprint": "f", "degree": {}, "forms": {}}
    given = card(training=training, files={shelf.MODEL: sha256(b"")})
    given = dataclasses.replace(given, model_id=id_of(given))
    added = {**ADDED, OF_MODEL: identity(given)}
    # What another run measured since this one read the card.
    earlier = dataclasses.replace(given, metrics={"added": added})
    store.write_model(given.model_id, {shelf.MODEL: b"", **shelf.written(earlier)})
    trial.record(store, given, trial.Evaluation(sets={"traps": TRAPS}, suspects=()))
    written = json.loads(store.model_files(earlier.model_id)["card.json"])
    assert written["metrics"] == {
        "added": added,
        "traps": {**TRAPS, OF_MODEL: identity(earlier)},
    }


def test_traps_are_judged_one_by_one_as_notices_of_their_kind():
    def judge_notices(notices):
        assert [(x.notice_id, x.kind) for x in notices] == [("a", "competition"), ("b", "result")]
        assert notices[0].description == "Een passage."
        return [
            SimpleNamespace(judgement=judgement("incremental"), forms=()),
            SimpleNamespace(judgement=None, forms=("sbir",)),
        ]

    traps = [
        {"id": "a", "text": "Een passage.", "why": "name"},
        {"id": "b", "text": "Nog een.", "why": "award"},
    ]
    found = trial.judge_traps(SimpleNamespace(judge_notices=judge_notices), traps)
    assert found == (judgement("incremental"), judgement("none", ["sbir"]))


def test_authored_facts_say_what_only_the_author_knows():
    found = trial.authored_facts(
        [{"notice_id": "a", "sector": "ict", "hard": None, "without_keyword": ["sbir"]}]
    )
    assert found["a"] == {
        "style": "authored",
        "sector": "ict",
        "hard": "plain",
        "keyword": "a form without its keyword",
    }


def test_the_page_shows_the_figures_and_escapes_what_it_shows(case, codebook, six):
    measured = figures([*six, case(6, "none", "none", facts={"sector": "<script>"})], codebook)
    traps = trap_figures(
        [{"id": "a", "text": "", "label": "sbir", "expected": True, "why": "name"}],
        [judgement("none")],
    )
    doubted = (Suspect(notice_id="n003", label="sbir", given=True, confidence=0.0123),)
    measured["slices"]["sector"]["<script>"] = measured["slices"]["sector"]["other"]
    page = evaluation_page(card(metrics={"authored": measured, "traps": traps}), doubted)
    assert "0.750 (" in page
    assert "<td>n003</td>" in page or '<th scope="row">n003</th>' in page
    assert "0.012" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Voorbehoud &lt;b&gt;" in page
    assert page.count("<svg") == 2


def test_the_page_shows_every_set_of_judged_notices_by_variety(codebook, case):
    cases = [case(i, "none", "none", p=0.1, facts={"variety": "Flemish"}) for i in range(20)]
    found = figures(cases, codebook)
    page = evaluation_page(card(metrics={"buyers": found, "cases": found}), ())
    assert page.count("<caption>By variety</caption>") == 2
    assert page.count('<th scope="row">Flemish</th>') == 2


def test_the_page_is_the_same_from_the_same_figures(six, codebook):
    measured = card(metrics={"real": figures(six, codebook)})
    assert evaluation_page(measured, ()) == evaluation_page(measured, ())


def test_an_undefined_figure_is_a_dash():
    assert metric_text({"value": None, "low": None, "high": None}) == "–"
    assert metric_text(RIGHT) == "0.500 (0.250 to 0.750)"
