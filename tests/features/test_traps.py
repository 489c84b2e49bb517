"""The trap set: passages that a list of words would judge wrongly."""

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.codebook import load
from pipeline.corpus.analyzer import Analyzer
from pipeline.evaluation.trial import trap_notice
from pipeline.features.cues import CueFinder
from pipeline.store import Store

TESTS = Path(__file__).parents[1]
TRAPS = [json.loads(line) for line in (TESTS / "traps.jsonl").read_text("utf-8").splitlines()]
NEEDED_SHARE = 0.97

# These are told by the words around a cue, or have none: what cues alone say does not decide.
BEYOND_CUES = {
    "keywordless",
    "no_name",
    "scope",
    "past",
    "other_buyer",
    "denied",
    "possible",
    "law",
}


@pytest.fixture(scope="module")
def codebook():
    return load(Store(TESTS.parent))


@pytest.fixture(scope="module")
def asserted(codebook):
    """Return the labels with an asserted cue, per trap."""
    analyzer = Analyzer("embedded")
    finder = CueFinder(codebook, analyzer)
    documents = analyzer.analyze([trap_notice(trap) for trap in TRAPS])
    return {
        trap["id"]: {hit.label for hit in finder.find(document) if hit.status == "asserted"}
        for trap, document in zip(TRAPS, documents, strict=True)
    }


def test_the_traps_are_well_formed(codebook):
    labels = {*codebook.forms, *codebook.degrees, "innovation_oriented"}
    assert {trap["label"] for trap in TRAPS} <= labels
    assert {tuple(trap) for trap in TRAPS} == {("id", "text", "label", "expected", "why")}
    assert (
        len({trap["id"] for trap in TRAPS}) == len({trap["text"] for trap in TRAPS}) == len(TRAPS)
    )


def test_every_form_has_traps_of_both_kinds(codebook):
    counted = Counter((trap["label"], trap["expected"]) for trap in TRAPS)
    for form in codebook.forms:
        assert min(counted[form, True], counted[form, False]) >= 4, form
    assert sum(trap["why"] == "keywordless" for trap in TRAPS) >= 40
    assert len(TRAPS) >= 400


def test_cues_decide_the_traps_that_have_a_cue(codebook, asserted):
    judged = [x for x in TRAPS if x["why"] not in BEYOND_CUES and x["label"] in codebook.forms]
    wrong = [x["id"] for x in judged if (x["label"] in asserted[x["id"]]) != x["expected"]]
    share = 1 - len(wrong) / len(judged)
    assert share >= NEEDED_SHARE, f"{share:.1%} of {len(judged)} right; wrong: {', '.join(wrong)}"
