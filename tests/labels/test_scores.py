"""Scores are asked once per text; facts show what they say."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from pipeline.codebook import Cue
from pipeline.labels import scores as scoring
from pipeline.labels.scores import Scores, schema
from pipeline.rawstore import disk
from pipeline.records import INNOVATION, Notice

DUTCH = "De gemeente koopt een nieuw soort brug van vlas, die nog niet op de markt is. " * 3

FRENCH = (
    "La Ville de Namur cherche un revêtement perméable qui n'existe pas encore sur le marché. "
    "Elle lance un partenariat d'innovation avec trois entreprises. "
    "Il n'est pas recouru à un dialogue compétitif. Les variantes ne sont pas autorisées."
)
# No language of buyers, so that it stays one that nobody described.
ESPERANTO = (
    "La komunumo serĉas pavimon, kiu ankoraŭ ne ekzistas sur la merkato. Ĝi komencas "
    "novigan partnerecon kun tri entreprenoj kaj poste aĉetas la plej bonan solvon."
)


def notice(number, text=DUTCH):
    return Notice(
        notice_id=f"n{number}",
        source="ted",
        format="eforms",
        kind="competition",
        title="Brug van vlas",
        description=text,
        language="nl",
    )


def test_only_new_and_changed_texts_are_asked_again(home, classifier):
    first, second = notice(1), notice(2)
    store, book, model = home.store, classifier.codebook, classifier.card.model_id
    assert scoring.missing([first, second], scoring.known(store, model, book), book) == [
        first,
        second,
    ]
    scoring.score([first, second], store=store, classifier=classifier)
    known = scoring.known(store, model, book)
    assert scoring.missing([first, second], known, book) == []
    changed = replace(second, description=DUTCH + " Ook de leuning.")
    assert scoring.missing([first, changed], known, book) == [changed]
    scoring.score([changed], store=store, classifier=classifier)
    assert scoring.missing([first, changed], scoring.known(store, model, book), book) == []


def test_under_another_codebook_every_text_is_asked_again(home, classifier):
    store, book, model = home.store, classifier.codebook, classifier.card.model_id
    scoring.score([notice(1)], store=store, classifier=classifier)
    assert set(scoring.known(store, model, book).places) == {"n1"}
    sbir = book.label("sbir")
    changed = replace(sbir, cues=(*sbir.cues, Cue(pattern="kiem")))
    other = replace(book, labels=tuple(changed if x == sbir else x for x in book.labels))
    known = scoring.known(store, model, other)
    assert known.places == {}
    assert scoring.missing([notice(1)], known, book) == [notice(1)]
    said = scoring.known(store, model, book).texts("codebook_fingerprint", ["n1"])
    assert said == [book.fingerprint]


def test_an_abstention_counts_for_the_mean_of_the_others(codebook):
    lines = [
        {"notice_id": "a", "p_innovation": 0.2},
        {"notice_id": "b", "p_innovation": 0.6},
        {"notice_id": "c", "abstained": "text is not Dutch: en"},
    ]
    scores = Scores.of("m", pa.Table.from_pylist(lines, schema=schema(codebook)))
    found = scores.probabilities("innovation_oriented", ["c", "a", "unknown", "b"])
    assert np.allclose(found, [0.4, 0.2, 0.4, 0.6])


def test_what_an_earlier_version_wrote_otherwise_is_asked_again(home, classifier):
    store, book, model = home.store, classifier.codebook, classifier.card.model_id
    scoring.score([notice(1), notice(2)], store=store, classifier=classifier)
    (path,) = store.scores(model, book.fingerprint).glob("*.parquet")
    (whole,) = disk.read_table(path)
    cells = pa.array(["sbir;pcp", "conventional"])
    for name, column, kept in (("forms", cells, set()), ("rules", None, {"n1", "n2"})):
        place = whole.schema.get_field_index(name)
        table = pa.Table.from_batches([whole]).remove_column(place)
        table = table if column is None else table.add_column(place, name, column)
        disk.write_table(path, [table], schema=table.schema, facts=dict)
        assert set(scoring.known(store, model, book).places) == kept


def test_evidence_is_kept_with_its_offsets_and_without_what_is_personal(home, classifier):
    store, book, model = home.store, classifier.codebook, classifier.card.model_id
    told = "Wij sluiten een innovatiepartnerschap, mail j.jansen@dorp.example.nl voor de stukken. "
    scoring.score([notice(1, told * 3)], store=store, classifier=classifier)
    scores = scoring.known(store, model, book)
    (said,) = classifier.judge_notices([notice(1, told * 3)])
    assert scores.labels("n1") == tuple(x for x in said.labels if x not in {"asked", "room"})
    kept = scores.evidence("n1")
    assert [(x.label, x.section, x.start, x.end) for x in kept] == [
        (x.label, x.section, x.start, x.end) for x in said.evidence
    ]
    assert any("j.jansen" in x.text for x in said.evidence)
    assert not any("j.jansen" in x.text for x in kept)


def test_of_several_answers_about_a_text_the_last_holds(codebook):
    lines = [{"notice_id": "a", "degree": "none"}, {"notice_id": "a", "degree": "disruptive"}]
    scores = Scores.of("m", pa.Table.from_pylist(lines, schema=schema(codebook)))
    assert scores.texts("degree", ["a", "b"]) == ["disruptive", None]


# Notices in a language that the model does not know


def scored(home, classifier, *notices):
    store, book, model = home.store, classifier.codebook, classifier.card.model_id
    scoring.score(notices, store=store, classifier=classifier)
    return scoring.known(store, model, book)


def test_what_rules_find_enters_no_estimate_and_no_count(home, classifier):
    dutch, french = notice(1, f"{DUTCH}Wij starten een innovatiepartnerschap."), notice(2, FRENCH)
    scores = scored(home, classifier, dutch, french)
    assert scores.texts("codebook_fingerprint", ["n2"]) == [
        classifier.codebook.fingerprint_in("fr")
    ]
    assert scores.labels("n2") == ("innovation_partnership",)
    assert "innovation_partnership" in scores.forms()["n1"]
    assert "n2" not in scores.forms()
    # As one of which nothing is known: the mean of the others.
    for quantity in (INNOVATION, "innovation_partnership"):
        with_french = scores.probabilities(quantity, ["n1", "n2"])
        assert np.array_equal(with_french, scores.probabilities(quantity, ["n1", "unknown"]))
        assert with_french[0] == with_french[1]


def test_new_cues_ask_again_of_notices_in_their_language_alone(home, classifier):
    both = [notice(1), notice(2, FRENCH)]
    scores, book = scored(home, classifier, *both), classifier.codebook
    assert scoring.missing(both, scores, book) == []
    fewer = replace(book, translated={"fr": {"sbir": book.translated["fr"]["sbir"]}})
    assert scoring.missing(both, scores, fewer) == both[1:]
    assert scoring.missing(both, scores, replace(book, translated={})) == both[1:]


def test_what_was_left_open_before_a_language_had_cues_is_asked_again(home, classifier):
    other = replace(notice(3, ESPERANTO), language="eo")
    scores, book = scored(home, classifier, other), classifier.codebook
    assert scoring.missing([other], scores, book) == []
    assert scores.texts("abstained", ["n3"]) == ["text is not Dutch: eo"]
    told = replace(book, translated={**book.translated, "eo": {"pcp": (Cue(pattern="pcp"),)}})
    assert scoring.missing([other], scores, told) == [other]
    (path,) = home.store.scores(classifier.card.model_id, book.fingerprint).glob("*.parquet")
    (whole,) = disk.read_table(path)
    older = pa.Table.from_batches([whole]).drop_columns(["codebook_fingerprint"])
    disk.write_table(path, [older], schema=older.schema, facts=dict)
    again = scoring.known(home.store, classifier.card.model_id, book)
    assert scoring.missing([other], again, book) == []
