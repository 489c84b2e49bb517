"""Features: what is masked stays hidden, what speaks of a label is found, names are unique."""

import numpy as np
import pytest

from pipeline import codebook, settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.features.cues import CueFinder
from pipeline.features.matrix import column_weights, columns_about, features, widths
from pipeline.features.passages import PassageScores
from pipeline.features.structured import CueCounts, StructuredFields, indicators
from pipeline.features.targets import Target
from pipeline.features.text import LemmaText
from pipeline.features.worded import Worded
from pipeline.records import Evidence, Judgement, Lot, Notice, Reading
from pipeline.store import Store

LABELS = ("sbir", "living_lab")
WANTED = "Wij houden drie maanden een pilot in de wijk."
DULL = [
    "Levering van bureaustoelen voor het stadhuis.",
    "Onderhoud van de gemeentelijke bomen en plantsoenen.",
    "Schoonmaak van scholen in drie percelen.",
    "De verzekering van het wagenpark tegen schade.",
]


@pytest.fixture(scope="module")
def tools():
    book = codebook.load(Store(settings.load().home))
    analyzer = Analyzer("embedded")
    return analyzer, CueFinder(book, analyzer)


def notice(**changes) -> Notice:
    facts = {
        "notice_id": "1",
        "source": "t",
        "format": "tabular",
        "kind": "competition",
        "title": "Een brug",
        "language": "nl",
    }
    return Notice(**(facts | changes))


def read(tools, *notices):
    analyzer, finder = tools
    return [Reading(document=x, hits=finder.find(x)) for x in analyzer.analyze(notices)]


def test_the_buyers_name_numbers_and_function_words_are_masked(tools):
    given = notice(
        title="Gemeente Fictiestad zoekt 25 bruggen",
        description="De Gemeente Fictiestad wil dat de bruggen snel worden gerepareerd.",
        buyer="Gemeente Fictiestad",
    )
    (text,) = LemmaText().fit([]).transform(read(tools, given))
    assert text.split()[:4] == ["KOPER", "zoeken", "GETAL", "bruggen"]
    assert "fictiestad" not in text
    assert "dat" not in text.split()


def test_the_name_of_a_form_is_no_word_but_a_cue_that_can_be_hidden(tools):
    given = notice(title="Hackathon over fietsen", description="Wij houden een hackathon in mei.")
    (text,) = LemmaText().fit([]).transform(read(tools, given))
    assert text.split()[0] == "fietsen"
    assert "hackathon" not in text
    (counted,) = CueCounts().fit([]).transform(read(tools, given))
    assert counted["cue=hackathon:name:asserted"] == 2
    (without,) = CueCounts(with_names=False).fit([]).transform(read(tools, given))
    assert not [name for name in without if ":name:" in name]


def test_fields_that_settle_a_form_are_no_features():
    settled = notice(procedure="innovation", kind="consultation", lots=(Lot(variants="allowed"),))
    assert list(indicators(settled)) == []


def test_an_absent_strategic_field_gives_nothing_and_declared_none_gives_none():
    absent, none, ticked = (
        list(indicators(notice(lots=(Lot(purposes=x),)))) for x in (None, ("none",), ("inn-pur",))
    )
    assert absent == ["kind=competition"]
    assert none == ["kind=competition", "innovation=none"]
    assert ticked == ["kind=competition", "innovation=declared"]


def test_structured_fields_give_one_indicator_per_value(tools):
    given = notice(procedure="open", nature="works", cpv=("45221000", "73000000"))
    (found,) = StructuredFields().fit([]).transform(read(tools, given))
    assert found == {"kind=competition": 1, "procedure=open": 1, "nature=works": 1, "cpv=45": 1}


@pytest.fixture(scope="module")
def taught(tools):
    """Twenty notices, half of which hold the same marked sentence among other ones."""
    notices, targets = [], []
    for number in range(20):
        marked = number % 2 == 0
        text = " ".join([DULL[number % 4], WANTED if marked else DULL[(number + 1) % 4]])
        notices.append(notice(notice_id=str(number), description=text))
        evidence = Evidence(
            label="living_lab", section="description", start=text.find(WANTED), end=len(text)
        )
        targets.append(
            Target(
                judgement=Judgement(
                    degree="none",
                    aspect=(),
                    openness="closed",
                    forms=("living_lab",) if marked else (),
                ),
                evidence=(evidence,) if marked else (),
                group=number,
            )
        )
    return read(tools, *notices), targets


def test_the_marked_sentence_is_the_one_that_is_found_again(taught, tools):
    readings, targets = taught
    scores = PassageScores(("living_lab",)).fit(readings, targets)
    (unseen,) = read(tools, notice(description=f"{DULL[0]} {DULL[2]} {WANTED} {DULL[3]}"))
    found = scores.odds().strongest(unseen, "living_lab")
    assert unseen.document.text[found.start : found.end].strip() == WANTED
    (dull,) = read(tools, notice(description=f"{DULL[0]} {DULL[2]}"))
    high, low = scores.transform([unseen, dull])[:, 0]
    assert high > 0 > low


def test_training_scores_are_out_of_fold(taught):
    readings, targets = taught
    scores = PassageScores(("living_lab",))
    held_out = scores.fit_transform(readings, targets)
    assert held_out.shape == (20, 3)
    # Scores of a model that has seen the sentences are further from the border.
    assert np.abs(held_out[:, 0]).sum() < np.abs(scores.transform(readings)[:, 0]).sum()


def test_a_document_without_sentences_scores_as_nothing(tools, taught):
    readings, targets = taught
    scores = PassageScores(("living_lab",)).fit(readings, targets)
    (empty,) = read(tools, notice(title="12345"))
    assert Worded([empty]).windows.of(0) == []
    assert scores.transform([empty]).tolist() == [[-2.0, -2.0, 0.0]]
    assert scores.odds().strongest(empty, "living_lab") is None


def test_columns_know_what_they_are_about(taught):
    readings, targets = taught
    union = features(
        ("lemmas", "cues", "passages", "names"),
        labels=("sbir", "living_lab"),
        forms=("living_lab",),
    )
    matrix = union.fit_transform(readings, targets)
    found = widths(union)
    assert list(found) == ["lemmas", "cues", "passages", "names"]
    assert sum(found.values()) == matrix.shape[1]
    weights = column_weights(union, {"lemmas": 0.5})
    assert weights.sum() == 0.5 * found["lemmas"]
    about = columns_about(union, ("living_lab",), ("cues", "passages", "names")).tolist()
    # Of six columns of passages the last three are its own; then two of its name.
    own = matrix.shape[1] - np.array([5, 4, 3, 2, 1])
    assert about[-5:] == own.tolist()
    assert min(about) >= found["lemmas"]
    assert columns_about(union, ("living_lab",), ("names",)).tolist() == own.tolist()[-2:]


def test_an_unknown_feature_is_named():
    with pytest.raises(ValueError, match="unknown feature 'vectors'; known: lemmas, chars"):
        features(("vectors",), labels=(), forms=())
