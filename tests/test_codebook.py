"""The codebook's fingerprint: what it depends on, and what a misfit is called."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import codebook as codebooks
from pipeline.codebook import Cue, Label
from pipeline.store import Store

BOOK = codebooks.load(Store(Path(__file__).parents[1]))
OPEN_HARDWARE = Label(
    label_id="open_hardware", judgement="forms", name="open hardware", definition="Ontwerp is vrij."
)


def with_label(label_id, **changes):
    return replace(
        BOOK,
        labels=tuple(replace(x, **changes) if x.label_id == label_id else x for x in BOOK.labels),
    )


CUES = BOOK.label("sbir").cues
CHANGES = {
    "a cue added": (with_label("sbir", cues=(*CUES, Cue(pattern="sbir"))), "sbir: cues changed"),
    "cues in another order": (with_label("sbir", cues=CUES[::-1]), "sbir: cues changed"),
    "an exception of a cue": (
        with_label("sbir", cues=(replace(CUES[0], unless=("x",)), *CUES[1:])),
        "sbir: cues changed",
    ),
    "a definition": (with_label("none", definition="Niets."), "none: definition changed"),
    "a field": (with_label("sbir", fields={"kind": ("result",)}), "sbir: fields changed"),
    "an implication": (with_label("pcp", implies=("solution",)), "pcp: implies changed"),
    "a label added": (replace(BOOK, labels=(*BOOK.labels, OPEN_HARDWARE)), "open_hardware: added"),
    "a label removed": (replace(BOOK, labels=BOOK.labels[:-1]), "buyer_group: removed"),
    "labels in another order": (
        replace(BOOK, labels=(*BOOK.labels[:-2], BOOK.labels[-1], BOOK.labels[-2])),
        "order of the labels changed",
    ),
    "the question of a judgement": (
        replace(BOOK, questions={**BOOK.questions, "degree": "?"}),
        "degree: definition changed",
    ),
}
ONLY_CUES = {name for name, (_, told) in CHANGES.items() if told == "sbir: cues changed"}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_the_fingerprint_is_named(name):
    book, told = CHANGES[name]
    assert book.fingerprint != BOOK.fingerprint
    assert book.changes(BOOK.parts) == (told,)
    assert (book.meaning == BOOK.meaning) == (name in ONLY_CUES)


def test_a_dutch_name_is_for_readers_and_changes_nothing():
    assert with_label("sbir", name="S.B.I.R.").fingerprint == BOOK.fingerprint
    assert BOOK.changes(BOOK.parts) == ()


def test_fingerprints_are_sixteen_hexadecimal_characters():
    for one in (BOOK.fingerprint, BOOK.meaning):
        assert len(one) == 16
        assert int(one, 16) >= 0
    assert BOOK.fingerprint != BOOK.meaning


def test_a_question_that_annotators_see_is_read_from_the_file():
    assert BOOK.questions["aspect"].startswith("Wordt onderzoek en ontwikkeling ingekocht")
