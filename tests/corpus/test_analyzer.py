"""Documents: sections with offsets, one language, the lemmas that were promised."""

from itertools import islice

import pytest
import spacy
from spacy.attrs import IDX, LEMMA, ORTH, SENT_START
from spacy.lang.nl.stop_words import STOP_WORDS

from pipeline.corpus.analyzer import Analyzer, assemble, identify
from pipeline.corpus.languages.nl import LANGUAGE
from pipeline.errors import SettingsError
from pipeline.records import Lot, Notice
from pipeline.settings import HOME
from pipeline.store import Store

DUTCH = "De gemeente zoekt nieuwe oplossingen voor het onderhoud van haar bruggen en wegen."


@pytest.fixture(scope="module")
def embedded() -> Analyzer:
    return Analyzer("embedded")


def notice(**changes) -> Notice:
    facts = {
        "notice_id": "1-2026",
        "source": "test",
        "format": "tabular",
        "kind": "competition",
        "title": "Onderhoud bruggen",
        "description": DUTCH,
    }
    return Notice(**(facts | changes))


def test_sections_cut_the_text_where_the_fields_meet():
    lot = Lot(lot_id="LOT-0001", title="Noord", description="Bruggen in het noorden.")
    text, sections = assemble(notice(lots=(lot,), criteria=("Prijs", "Kwaliteit")))
    assert [(s.name, text[s.start : s.end]) for s in sections] == [
        ("title", "Onderhoud bruggen"),
        ("description", DUTCH),
        ("lot:LOT-0001:title", "Noord"),
        ("lot:LOT-0001:description", "Bruggen in het noorden."),
        ("criteria", "Prijs\nKwaliteit"),
    ]


def test_a_text_that_is_repeated_in_a_lot_is_taken_once():
    lots = (Lot(lot_id="1", title="Onderhoud bruggen", description=DUTCH.upper()),)
    text, sections = assemble(notice(lots=lots))
    assert [s.name for s in sections] == ["title", "description"]
    assert text == f"Onderhoud bruggen\n{DUTCH}"


def test_the_embedded_pipeline_lemmatizes_and_ends_sentences_at_line_breaks(embedded):
    (document,) = embedded.analyze([notice()])
    assert "oplossing" in [token.lemma_ for token in document.doc]
    assert [s.text.strip() for s in document.doc.sents] == ["Onderhoud bruggen", DUTCH]
    assert document.text == document.doc.text
    assert document.analyzer.startswith("embedded-1+lookups")


def test_sentences_and_lemmas_are_exactly_those_of_spacys_own_components(embedded):
    theirs = spacy.blank("nl")
    theirs.add_pipe("sentencizer", config={"punct_chars": list(LANGUAGE.sentence_ends)})
    theirs.add_pipe("lemmatizer", config={"mode": "lookup"})
    theirs.initialize()
    texts = [
        "",
        "...",
        f"{DUTCH} (Zie bijlage 3.) «Nieuw?!» … Ja;\nnee -\n\n* bruggen, BRUGGEN en Brugge",
        "Art. 2.163b Aw 2012, o.a. m.b.t. 50% van € 1.000,- d.d. 1-1-2026: zie www.tenderned.nl.",
        *(f"{x['title']}\n{x['description']}" for x in islice(Store(HOME).authored(), 100)),
    ]
    for _ in range(2):
        # The second time every word has been seen.
        for ours, expected in zip(embedded.nlp.pipe(texts), theirs.pipe(texts), strict=True):
            columns = [ORTH, IDX, LEMMA, SENT_START]
            assert (ours.to_array(columns) == expected.to_array(columns)).all(), ours.text


def test_what_spacy_forgets_changes_no_document(embedded, monkeypatch):
    (before,) = embedded.analyze([notice()])
    old = embedded.nlp
    monkeypatch.setattr("pipeline.corpus.analyzer.MOST_WORDS", 10)
    embedded.forget()
    (after,) = embedded.analyze([notice()])
    assert embedded.nlp is not old
    assert [x.lemma_ for x in after.doc] == [x.lemma_ for x in before.doc]


def test_documents_come_in_the_order_of_the_notices(embedded):
    english = "The municipality is looking for new ways to maintain its bridges and its roads."
    given = [notice(notice_id=str(n), description=DUTCH if n % 2 else english) for n in range(6)]
    found = [(x.notice.notice_id, x.language) for x in embedded.analyze(given)]
    assert found == [(str(n), "nl" if n % 2 else "en") for n in range(6)]


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        pytest.param(DUTCH * 3, "en", "nl", id="a long text speaks for itself"),
        pytest.param(DUTCH * 3, "fi", "fi", id="nobody declares Finnish by mistake"),
        pytest.param("AT-2025-19 Markconsultatie Experiment Irenesluis", None, "nl", id="a title"),
        pytest.param(
            "Energy consumption testing of household appliances", None, "en", id="an English title"
        ),
        pytest.param("Levering van papier", "nl", "nl", id="a short one is believed"),
        pytest.param("12345 - 2026", None, None, id="digits have no language"),
        pytest.param(
            "La commune recherche de nouvelles solutions pour l'entretien de ses ponts.",
            "nl",
            "fr",
            id="French under a Dutch flag",
        ),
        pytest.param(
            "Die Gemeinde sucht neue Lösungen für die Unterhaltung ihrer Brücken und Straßen.",
            None,
            "de",
            id="German",
        ),
    ],
)
def test_language(text, declared, language):
    assert identify(text, declared) == language


def test_a_pipeline_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match="no spaCy pipeline 'nl_nowhere'"):
        Analyzer("nl_nowhere")


def test_a_trained_pipeline_runs_only_what_lemmas_need(shared):
    trained = Analyzer(str(shared / "spacy" / "nl_ud"))
    assert trained.nlp.pipe_names == ["sentencizer", "tok2vec", "trainable_lemmatizer"]
    (document,) = trained.analyze([notice()])
    lemmas = {token.text: token.lemma_ for token in document.doc}
    assert lemmas["oplossingen"] == "oplossing"
    assert trained.name == "nl_pipeline-0.0.0"


def test_the_function_words_of_dutch_are_spacys_but_for_the_negations():
    assert LANGUAGE.function_words == STOP_WORDS - {"niet", "geen", "nog"}
