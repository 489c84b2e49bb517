"""Documents: sections with offsets, one language, the lemmas that were promised."""

import random
from itertools import islice, pairwise

import pytest
import spacy
from spacy.lang.nl.stop_words import STOP_WORDS

from pipeline.corpus.analyzer import Analyzer, assemble, identify
from pipeline.corpus.languages.nl import LANGUAGE
from pipeline.corpus.trained import Trained, tokens_of
from pipeline.errors import SettingsError
from pipeline.records import Lexicon, Lot, Notice
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
    tokens, text = document.tokens, document.text
    assert "oplossing" in tokens.lemmas()
    pairs = pairwise(tokens.sentences.tolist())
    said = [text[tokens.starts[a] : tokens.ends[b - 1]].strip() for a, b in pairs]
    assert said == ["Onderhoud bruggen", DUTCH]
    assert document.analyzer.startswith("embedded-1+lookups")


# Pieces that spaCy cuts and joins again, also over a blank; blanks of other kinds; what lower case
# changes; words that no blank parts.
HOSTILE = """
    SBIR-traject . ! ; , ( ) (: :) : (o.a. o.a.) 'n (a.) a.) o.a. bijv. risico’s é ı İ ﬁ 12,5 2019
    https://a.nl/b?c=d n.v.t. 's-Gravenhage IT'ers ’s - – … ?! 20°C. 20°C 8) 8D xD ΟΔΟΣ.Begin 5m²
    m².n einde.Begin einde."Begin « » ** __ a_b 😀 😀a :-) (a).b zr.ms. Zr.Ms.) aa/bb aa–bb €5
"""
BLANKS = "       \n\u205f"


def hostile(chance):
    """A text of such pieces, some of them written together."""
    pieces = chance.choices([*HOSTILE.split(), ""], k=chance.choice([2, 10, 50]))
    return "".join(x + chance.choice([*BLANKS, "", "", ""]) for x in pieces)


@pytest.fixture(scope="module")
def theirs():
    nlp = spacy.blank("nl")
    nlp.add_pipe("sentencizer", config={"punct_chars": list(LANGUAGE.sentence_ends)})
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    return nlp


def told(tokens):
    columns = tokens.starts, tokens.ends, tokens.sentences
    return tokens.forms(), tokens.lemmas(), *(x.tolist() for x in columns), tokens.apart


def test_tokens_sentences_and_lemmas_are_exactly_those_of_spacys_own_components(embedded, theirs):
    chance = random.Random(5)
    texts = [
        "",
        "...",
        "a  b",
        f"{DUTCH} (Zie bijlage 3.) «Nieuw?!» … Ja;\nnee -\n\n* bruggen, BRUGGEN en Brugge",
        "Art. 2.163b Aw 2012, o.a. m.b.t. 50% van € 1.000,- d.d. 1-1-2026: zie www.tenderned.nl.",
        *(f"{x['title']}\n{x['description']}" for x in islice(Store(HOME).authored(), 100)),
        *(hostile(chance) for _ in range(500)),
    ]
    expected = [told(tokens_of(doc, Lexicon())) for doc in theirs.pipe(texts)]
    for _ in range(2):
        # The second time every piece has been seen.
        for text, ours, other in zip(texts, embedded.tokens(texts), expected, strict=True):
            assert told(ours) == other, text


def test_what_is_forgotten_changes_no_document(embedded, monkeypatch):
    (before,) = embedded.analyze([notice()])
    lemmas = before.tokens.lemmas()
    monkeypatch.setattr("pipeline.corpus.embedded.MOST_PIECES", 10)
    (after,) = embedded.analyze([notice()])
    assert after.tokens.lexicon is not before.tokens.lexicon
    assert after.tokens.lemmas() == before.tokens.lemmas() == lemmas


def test_a_text_in_a_language_that_nobody_described_is_not_cut(embedded):
    (document,) = embedded.analyze([notice(language="fi")])
    assert document.language == "fi"
    assert len(document.tokens) == 0


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
    name = str(shared / "spacy" / "nl_ud")
    trained = Analyzer(name)
    assert Trained(name, LANGUAGE).nlp.pipe_names == [
        "sentencizer",
        "tok2vec",
        "trainable_lemmatizer",
    ]
    (document,) = trained.analyze([notice()])
    lemmas = dict(zip(document.tokens.forms(), document.tokens.lemmas(), strict=True))
    assert lemmas["oplossingen"] == "oplossing"
    assert len(document.tokens.sentences) == 3
    assert trained.name == "nl_pipeline-0.0.0"


def test_the_function_words_of_dutch_are_spacys_but_for_the_negations():
    assert LANGUAGE.function_words == STOP_WORDS - {"niet", "geen", "nog"}
