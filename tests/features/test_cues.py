"""Cues: what is found, where, and what its surroundings make of it."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.codebook import Codebook, Cue, Label, load
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import CorpusError
from pipeline.features.cues import CueFinder
from pipeline.records import Notice
from pipeline.store import Store

HOME = Path(__file__).parents[2]
CUE_LABELS_AT_LEAST = 8


@pytest.fixture(scope="module")
def analyzer():
    return Analyzer("embedded")


@pytest.fixture(scope="module")
def codebook():
    return load(Store(HOME))


@pytest.fixture(scope="module")
def finder(codebook, analyzer):
    return CueFinder(codebook, analyzer)


@pytest.fixture(scope="module")
def document(analyzer):
    def make(text, **fields):
        fields = {"title": "Aankondiging", "kind": "competition", "language": "nl"} | fields
        notice = Notice(notice_id="n", source="s", format="f", description=text, **fields)
        return next(analyzer.analyze([notice]))

    return make


@pytest.fixture(scope="module")
def find(finder, document):
    def hits(text, label, **fields):
        made = document(text, **fields)
        found = [hit for hit in finder.find(made) if hit.label == label]
        return [(made.text[hit.start : hit.end], hit.status) for hit in found]

    return hits


def finder_of(analyzer, *cues):
    label = Label(
        label_id="pcp",
        judgement="forms",
        name="n",
        definition="d",
        cues=tuple(Cue(pattern=cue) for cue in cues),
    )
    return CueFinder(Codebook(version=1, judgements={"forms": "f"}, labels=(label,)), analyzer)


def spans(finder, made):
    return [made.text[hit.start : hit.end] for hit in finder.find(made)]


# The cue language


def test_a_word_matches_its_inflections_by_lemma(analyzer, document):
    finder = finder_of(analyzer, "prijsvraag")
    assert spans(finder, document("Er komen twee prijsvragen.")) == ["prijsvragen"]


def test_a_form_matches_as_written_where_the_lemmatizer_leaves_it(analyzer, document):
    finder = finder_of(analyzer, "parallel ontwikkelde")
    assert spans(finder, document("De parallel ontwikkelde modellen.")) == ["parallel ontwikkelde"]


def test_alternatives_beginnings_and_endings_match(analyzer, document):
    finder = finder_of(analyzer, "haalbaarheid*|*sprint")
    made = document("Een haalbaarheidsonderzoek en een codesprint.")
    assert spans(finder, made) == ["haalbaarheidsonderzoek", "codesprint"]


def test_a_gap_spans_up_to_three_words(analyzer, document):
    finder = finder_of(analyzer, "eerst .. dan")
    assert spans(finder, document("Wij gaan eerst a b c dan door.")) == ["eerst a b c dan"]
    assert spans(finder, document("Wij gaan eerst a b c d dan door.")) == []


@pytest.mark.parametrize("border", [";", ", maar"])
def test_a_gap_does_not_cross_a_clause(analyzer, document, border):
    finder = finder_of(analyzer, "eerst .. dan")
    assert spans(finder, document(f"Wij gaan eerst{border} dan zij.")) == []


def test_a_gap_does_not_cross_a_sentence(analyzer, document):
    finder = finder_of(analyzer, "eerst .. dan")
    assert spans(finder, document("Wij gaan eerst. Wij dan ook.")) == []


@pytest.mark.parametrize("pattern", ["", ".. dan", "eerst ..", "Eerst", "a||b", "a*b"])
def test_a_cue_that_is_not_in_the_language_is_refused(analyzer, pattern):
    with pytest.raises(CorpusError, match="cue"):
        finder_of(analyzer, pattern)


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("Gevraagd: een markt-consultatie.", "market_consultation", "markt-consultatie"),
        ("Er komt een living-lab in de wijk.", "living_lab", "living-lab"),
        ("Er komt een livinglab in de wijk.", "living_lab", "livinglab"),
        ("Gevraagd: een proof-of-concept.", "living_lab", "proof-of-concept"),
        ("De SBIR-oproep opent in mei.", "sbir", "SBIR-oproep"),
        ("De stad is “launching customer”.", "launching_customer", "launching customer"),
    ],
)
def test_hyphens_compounds_and_quotes_do_not_hide_a_cue(find, text, label, found):
    assert find(text, label) == [(found, "asserted")]


def test_of_overlapping_cues_of_a_label_the_longest_stays(analyzer, document):
    finder = finder_of(analyzer, "pilot", "pilot met sensoren", "sensoren")
    assert spans(finder, document("Een pilot met sensoren.")) == ["pilot met sensoren"]


def test_hits_are_sorted_and_their_offsets_are_those_of_the_text(finder, document):
    made = document("Na een pilot volgt een prijsvraag; er is een marktconsultatie.")
    hits = finder.find(made)
    assert [hit.start for hit in hits] == sorted(hit.start for hit in hits)
    assert {"pilot", "prijsvraag", "marktconsultatie"} <= {made.text[h.start : h.end] for h in hits}


def test_finding_again_finds_the_same(finder, document):
    made = document("Varianten zijn toegestaan. Een hackathon volgt.")
    assert finder.find(made) == finder.find(made) != ()


def test_a_text_in_another_language_has_no_cues(finder, document):
    text = "The contracting authority will run a pilot and a hackathon for small companies in May."
    assert finder.find(document(text, language="en")) == ()


# The codebook


def test_every_form_and_degree_above_none_has_cues(codebook):
    expected = {*codebook.forms, *codebook.degrees[1:]}
    few = [x for x in expected if len(codebook.label(x).cues) < CUE_LABELS_AT_LEAST]
    assert few == []


def test_every_form_has_a_name_and_a_description(codebook):
    for form in codebook.forms:
        assert {cue.names for cue in codebook.label(form).cues} == {True, False}, form


def test_the_names_of_forms_are_marked_as_names(finder, document):
    hits = finder.find(document("Een prijsvraag. Een jury kiest uit de anonieme inzendingen."))
    contest = [hit.names for hit in hits if hit.label == "design_contest"]
    assert contest[0] is True
    assert set(contest[1:]) == {False}


# Negation


@pytest.mark.parametrize(
    "text",
    [
        "Varianten zijn niet toegestaan.",
        "Varianten zijn bij deze aanbesteding niet toegestaan.",
        "Varianten zijn, gelet op de eisen, niet mogelijk.",
        "Er worden geen varianten aanvaard.",
        "Zonder varianten.",
        "Voor varianten is geen ruimte.",
        "Varianten zijn uitgesloten.",
        "Varianten: nee.",
        "Geen opties, percelen of varianten.",
        "Een variant is evenmin toegestaan.",
        "Wij vragen één prijs in plaats van varianten.",
        "De opdrachtgever ziet af van varianten.",
        "Op geen van de percelen zijn varianten toegestaan.",
        "In geen geval worden varianten beoordeeld.",
        "Onder geen beding mag een inschrijver varianten indienen.",
    ],
)
def test_negation_reaches_its_cue(find, text):
    assert {status for _, status in find(text, "variants")} == {"negated"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Varianten zijn toegestaan, onderaanneming niet.", "variants"),
        ("Onderaanneming is niet toegestaan, maar varianten zijn mogelijk.", "variants"),
        ("Onderaanneming is niet toegestaan; varianten zijn mogelijk.", "variants"),
        ("Het indienen van varianten is niet uitgesloten.", "variants"),
        ("Niet alleen varianten maar ook opties zijn welkom.", "variants"),
        ("Zonder meer zijn varianten toegestaan.", "variants"),
        ("Geen andere procedure dan de concurrentiegerichte dialoog.", "competitive_dialogue"),
        ("Aan deze marktconsultatie worden geen rechten ontleend.", "market_consultation"),
        ("Er is geen vergoeding voor de marktconsultatie.", "market_consultation"),
        ("Het systeem is nog niet op de markt.", "disruptive"),
        ("Er is geen bestaande oplossing.", "disruptive"),
        ("Bij geen bezwaar zijn varianten toegestaan.", "variants"),
    ],
)
def test_what_only_looks_like_negation_leaves_the_cue_asserted(find, text, label):
    assert "asserted" in {status for _, status in find(text, label)}


# History


@pytest.mark.parametrize(
    "text",
    [
        "De pilot vond in 2021 plaats.",
        "In 2019 is een pilot gehouden.",
        "Na de succesvolle pilot worden alle scholen aangesloten.",
        "De eerder uitgevoerde pilot wordt nu opgeschaald.",
        "Op basis van de uitkomsten van de pilot is het bestek gemaakt.",
        "De app is voortgekomen uit een pilot.",
    ],
)
def test_what_lies_behind_the_notice_is_history(find, text):
    assert find(text, "living_lab") == [("pilot", "history")]


@pytest.mark.parametrize(
    "text",
    [
        "In 2031 wordt een pilot gehouden.",
        "Na afloop van de pilot kan de opdrachtgever verlengen.",
        "De pilot duurt van mei tot oktober.",
    ],
)
def test_what_is_announced_is_asserted(find, text):
    assert find(text, "living_lab") == [("pilot", "asserted")]


def test_an_award_of_the_form_itself_is_asserted(find):
    assert find("De pilot is gegund.", "living_lab", kind="result") == [("pilot", "asserted")]


def test_an_award_may_tell_of_its_own_procedure_of_the_year_before(find):
    text = "In 2023 werd een prijsvraag uitgeschreven."
    published = {"kind": "result", "published_on": dt.date(2024, 3, 1)}
    assert find(text, "design_contest", **published) == [("prijsvraag", "asserted")]
    assert find(text, "design_contest") == [("prijsvraag", "history")]


# Names and homonyms


@pytest.mark.parametrize(
    "text",
    [
        "Schoonmaak van afdeling Proeftuin.",
        "Onderhoud van het Proeftuin-gebouw.",
        "Stoelen voor Proeftuin Zuid B.V. te Almelo.",
        "De lezing ‘Mijn proeftuin en ik’ wordt gefilmd.",
    ],
)
def test_a_cue_within_a_name_is_a_name(find, text):
    assert {status for _, status in find(text, "living_lab")} == {"name"}


def test_a_cue_within_the_buyers_name_is_a_name(find):
    text = "Schoonmaak voor Stichting De Proeftuin. De proeftuin wordt ook gebruikt."
    hits = find(text, "living_lab", buyer="Stichting De Proeftuin")
    assert hits == [("Proeftuin", "name"), ("proeftuin", "asserted")]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Snoeien van de boomgaard in de proeftuin.", "living_lab"),
        ("Balpennen van het merk Pilot.", "living_lab"),
        ("Nieuwe varianten van het virus worden gemeten.", "variants"),
        ("Medailles voor de City Challenge.", "challenge"),
        ("De Stichting Beheer Installaties Rijk (SBIR) vraagt stoelen.", "sbir"),
    ],
)
def test_another_meaning_is_a_homonym(find, text, label):
    assert {status for _, status in find(text, label)} == {"homonym"}


def test_a_homonym_is_one_throughout_the_text(find):
    text = "Medailles voor de City Challenge. De Challenge start op de markt."
    assert {status for _, status in find(text, "challenge")} == {"homonym"}
