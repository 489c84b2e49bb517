"""What a notice costs is bounded, whatever it says: twice as long a text takes twice the work.

Work is counted in calls, so that no clock decides. What one call does is bounded elsewhere below: a
search goes through a sentence, a word or what stands near a cue, none of which is endless.
"""

import random
import sys

import numpy as np
import pytest
import spacy

from pipeline import codebook, settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.corpus.trained import tokens_of
from pipeline.corpus.written import LONGEST_SENTENCE, bounded
from pipeline.features import cues
from pipeline.features._place import REACH, Place, clause
from pipeline.features._words import Words
from pipeline.features.cues import MOST_OF_LABEL, CueFinder
from pipeline.records import Lexicon, Notice
from pipeline.store import Store

BOOK = codebook.load(Store(settings.load().home))
ANALYZER = Analyzer("embedded")
FINDER = CueFinder(BOOK, ANALYZER)
CUES = [cue.pattern.replace("*", "").split("|")[0].split()[0] for _, cue in BOOK.cues_in("nl")]

# Without it the language of such a text would not be told.
OPENING = (
    "De gemeente zoekt een leverancier van meubilair voor het stadhuis, zoals beschreven. " * 9
)


def text_of(words, count):
    chosen = random.Random(1).choices(words, k=count)
    return OPENING + " ".join(chosen)


def hits(text, buyer=None):
    notice = Notice(
        notice_id="1",
        source="t",
        format="t",
        kind="competition",
        title="Meubilair",
        description=text,
        language="nl",
        buyer=buyer,
    )
    (document,) = ANALYZER.analyze([notice])
    return FINDER.find(document)


def calls(text, buyer=None):
    """Count the calls of functions, Python's and C's, that it takes to find the cues."""
    count = 0

    def hear(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    hits(text, buyer)
    # The words are known now, and only the text itself is work.
    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        hits(text, buyer)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "words",
    [
        ["SBIR"],
        CUES,
        ["SBIR", "(", "pilot", ","],
        ["geen", "niet", "zonder", "SBIR", "pilot", "elders", "dat", "die", ","],
        ["in", "2019", "gehouden", "marktconsultatie", "is", ","],
        ["SBIR/" * 150],
        ["-".join(["pilot"] * 150)],
        ['"', "prijsvraag"],
    ],
    ids=["one cue", "all cues", "brackets", "negations", "years", "slashes", "hyphens", "quotes"],
)
@pytest.mark.parametrize("buyer", [None, "Stichting SBIR pilot; Bureau Prijsvraag"])
def test_twice_as_long_a_text_takes_at_most_twice_the_work(words, buyer):
    short, long = (calls(text_of(words, count), buyer) for count in (2_000, 4_000))
    assert long < 2.2 * short


def test_a_label_has_no_more_cues_than_say_something():
    found = hits(text_of(["SBIR."], 3 * MOST_OF_LABEL))
    named = [x for x in found if x.label == "sbir"]
    assert len(named) == MOST_OF_LABEL
    # The first ones: evidence is shown in order of the text.
    assert named[0].start == len("Meubilair\n") + len(OPENING)


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ([0], [0]),
        ([0, 10, 260], [0, 10, 260]),
        ([0, 251], [0, 250, 251]),
        ([0, 5, 605, 606], [0, 5, 255, 505, 605, 606]),
    ],
)
def test_a_sentence_that_does_not_end_is_cut(sentences, expected):
    found = bounded(np.array(sentences, dtype=np.int64))
    assert found.tolist() == expected
    assert np.diff(found).max(initial=0) <= LONGEST_SENTENCE


def test_both_pipelines_cut_what_does_not_end():
    text = "woord " * 1000
    (embedded,) = ANALYZER.tokens([text.strip()])
    nlp = spacy.blank("nl")
    nlp.add_pipe("sentencizer")
    for found in (embedded, tokens_of(nlp(text.strip()), Lexicon())):
        assert np.diff(found.sentences).tolist() == [250, 250, 250, 250]


def test_a_buyers_name_is_looked_for_near_the_cue_alone(monkeypatch):
    searched = []

    class Names:
        def finditer(self, text):
            searched.append(text)
            return iter(())

    monkeypatch.setattr(cues, "_buyer_names", lambda _: Names())
    buyer = "Stichting SBIR Oost"
    hits(text_of(["SBIR", "en", "niets", "anders"], 500), buyer)
    assert searched
    assert max(map(len, searched)) <= 2 * len(buyer) + len("SBIR")


@pytest.mark.parametrize(("parts", "is_parted"), [(12, True), (13, False)])
def test_what_has_too_many_parts_is_no_compound(parts, is_parted):
    words = Words(DUTCH)
    words.pattern("pilot")
    units = words.units("-".join(["pilot"] * parts), "")
    assert len(units) == (parts if is_parted else 1)


def test_a_clause_reaches_no_further_than_a_sentence_that_people_write():
    words = ["woord"] * 100 + ["pilot"] + ["woord"] * 100
    place = Place(
        forms=words,
        words=words,
        first=100,
        last=100,
        tail="",
        denies=False,
        label="pilot",
        kind="competition",
        year=2026,
        title=False,
        language=DUTCH,
    )
    assert clause(place) == (100 - REACH, 101 + REACH)


def test_of_an_endless_word_only_the_beginning_is_compared(monkeypatch):
    seen = []
    monkeypatch.setattr(cues, "status", lambda place: seen.append(place) or "asserted")
    hits(f"{OPENING} Een SBIR {'a' * 900} volgt.")
    assert seen
    assert {max(map(len, place.words)) for place in seen} == {cues.LONGEST_WORD}
