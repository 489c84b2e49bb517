"""A notice in another language that has cues: forms by rules, the degree open, in no figure."""

import json
from copy import copy
from dataclasses import replace

import pytest

from pipeline.codebook import Cue, load
from pipeline.errors import CorpusError
from pipeline.labels.decide import NOT_DUTCH
from pipeline.labels.progress import run_fingerprint
from pipeline.labels.table import columns, line
from pipeline.records import Notice
from pipeline.report.pages import why_open
from pipeline.settings import HOME
from pipeline.sources.layout import Layout
from pipeline.store import Store

FRENCH = (
    "La Ville de Namur cherche un revêtement perméable qui n'existe pas encore sur le marché. "
    "Elle lance un partenariat d'innovation avec trois entreprises. "
    "Il n'est pas recouru à un dialogue compétitif. Les variantes ne sont pas autorisées."
)
DUTCH = (
    "De gemeente Halle start een innovatiepartnerschap voor een waterdoorlatende bestrating die "
    "nog niet op de markt is. Drie ondernemingen ontwikkelen een prototype en leveren daarna. "
)
# No language of buyers, so that it stays one that nobody described.
ESPERANTO = (
    "La komunumo serĉas pavimon, kiu ankoraŭ ne ekzistas sur la merkato. Ĝi komencas "
    "novigan partnerecon kun tri entreprenoj kaj poste aĉetas la plej bonan solvon."
)


def notice(text, title=None, **facts):
    facts = {"notice_id": "n", "kind": "competition"} | facts
    return Notice(source="ted", format="eforms", title=title, description=text, **facts)


def judged(classifier, *notices):
    return classifier.judge_notices(list(notices))


def test_forms_are_found_with_evidence_and_the_degree_is_open(classifier):
    (one,) = judged(classifier, notice(FRENCH, title="Revêtement perméable"))
    assert (one.language, one.judgement) == ("fr", None)
    assert one.forms == one.rules == ("innovation_partnership",)
    assert one.probabilities == {}
    assert one.differs == ()
    assert [x.text for x in one.evidence] == [
        "Elle lance un partenariat d'innovation avec trois entreprises."
    ]


def test_its_line_says_so_and_by_which_cues(classifier):
    book = classifier.codebook
    (one,) = judged(classifier, notice(FRENCH))
    cells = line(one, book)
    assert tuple(cells) == columns(book)
    given = {name for name, value in cells.items() if value not in {None, ""}}
    assert not given & {"degree", "degree_rank", "aspect", "openness", "innovation_oriented"}
    assert not [name for name in given if name.startswith("p_")]
    assert cells["forms"] == cells["rules"] == "innovation_partnership"
    assert cells["abstained"] == "forms by rules only, text is not Dutch: fr"
    assert cells["codebook_fingerprint"] == book.fingerprint_in("fr")
    assert json.loads(cells["evidence"])[0]["section"] == "description"


def test_explaining_a_notice_says_the_same_as_labelling_it(classifier):
    said, document = classifier.explain(notice(FRENCH))
    (labelled,) = judged(classifier, notice(FRENCH))
    assert said == labelled
    assert document.analyzer.startswith("fr_embedded-")


def test_a_field_settles_a_form_unless_the_text_denies_it(classifier):
    (one,) = judged(classifier, notice(FRENCH, procedure="innovation"))
    assert one.probabilities == {"innovation_partnership": 1.0}
    denied = FRENCH.replace("Elle lance un", "Ce marché n'est pas un")
    (one,) = judged(classifier, notice(denied, procedure="innovation"))
    assert one.forms == ()


def test_of_a_short_text_only_names_count(classifier):
    (one,) = judged(classifier, notice("L'expérimentation en conditions réelles", language="fr"))
    assert one.forms == ()
    (one,) = judged(classifier, notice(None, title="Projet pilote à Liège", language="fr"))
    assert one.forms == ("living_lab",)


def test_of_two_names_that_exclude_each_other_one_stays(classifier):
    text = "La procédure suit le modèle SBIR : un achat public avant commercialisation. " + FRENCH
    (one,) = judged(classifier, notice(text))
    assert one.forms == one.rules == ("innovation_partnership", "pcp")


@pytest.mark.parametrize(
    ("text", "title", "language"),
    [
        pytest.param(FRENCH, "Waterdoorlatende bestrating Namen", "nl", id="a Dutch title"),
        pytest.param(f"{FRENCH}\n{FRENCH}\n{DUTCH}", None, "nl", id="French first, Dutch behind"),
    ],
)
def test_a_notice_in_two_languages_has_that_of_its_beginning(classifier, text, title, language):
    (one,) = judged(classifier, notice(text, title=title, language=language))
    assert (one.language, one.judgement, one.forms) == ("fr", None, ("innovation_partnership",))
    (one,) = judged(classifier, notice(f"{DUTCH}{DUTCH}\n{FRENCH}", language="fr"))
    assert one.language == "nl"
    assert one.judgement.innovation_oriented
    assert one.probabilities.keys() >= set(classifier.codebook.forms)


def test_a_language_that_nobody_described_is_left_open_as_before(classifier):
    (one,) = judged(classifier, notice(ESPERANTO, language="eo"))
    assert (one.language, one.forms, one.abstained) == ("eo", (), f"{NOT_DUTCH}: eo")
    assert line(one, classifier.codebook)["codebook_fingerprint"] == classifier.codebook.fingerprint


def test_languages_in_one_batch_do_not_touch_each_other(classifier):
    alone = [judged(classifier, notice(x))[0] for x in (DUTCH * 2, FRENCH, ESPERANTO)]
    assert judged(classifier, *(notice(x) for x in (DUTCH * 2, FRENCH, ESPERANTO))) == alone


def test_cues_of_another_language_change_nothing_for_dutch():
    book = load(Store(HOME))
    without = replace(book, translated={})
    assert "fr" in book.translated
    assert (book.fingerprint, book.meaning) == (without.fingerprint, without.meaning)
    assert book.fingerprint_in("nl") == book.fingerprint_in("eo") == without.fingerprint_in("fr")
    french = book.translated["fr"]
    more = {"fr": {**french, "sbir": (*french["sbir"], Cue(pattern="sbri"))}}
    changed = replace(book, translated=more)
    assert (changed.fingerprint, changed.parts) == (book.fingerprint, book.parts)
    assert len({changed.whole, book.whole, without.whole}) == 3
    assert changed.fingerprint_in("fr") != book.fingerprint_in("fr")


def test_a_run_is_not_continued_by_other_cues_of_any_language(classifier, tmp_path):
    other = copy(classifier)
    other.codebook = replace(classifier.codebook, translated={})
    (tmp_path / "a.csv").write_text("notice_id,title\n1,Un pont\n")
    ours, theirs = (
        run_fingerprint([tmp_path / "a.csv"], Layout(), x, "csv") for x in (classifier, other)
    )
    assert ours != theirs


def test_cues_of_a_degree_are_refused_in_a_language_without_judgements(tmp_path):
    corpora = tmp_path / "corpora"
    (corpora / "languages").mkdir(parents=True)
    (corpora / "codebook.toml").write_bytes((HOME / "corpora" / "codebook.toml").read_bytes())
    assert load(Store(tmp_path)).translated == {}
    path = corpora / "languages" / "fr.toml"
    path.write_text('[disruptive]\ncue = [{ pattern = "nouveau" }]\n')
    with pytest.raises(
        CorpusError, match=r"languages/fr\.toml has cues of \['disruptive'\]; expected"
    ):
        load(Store(tmp_path))
    path.write_text('[sbir]\ncues = [{ pattern = "sbir" }]\n')
    with pytest.raises(CorpusError, match=r"corpora/languages: missing or unknown member 'cue'"):
        load(Store(tmp_path))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("forms by rules only, text is not Dutch: fr", "De tekst is Frans."),
        ("forms by rules only, text is not Dutch: {0}", "De tekst is {0}."),
        ("text is not Dutch: de", "Geen oordeel: de tekst is niet Nederlands."),
        ("a reason of {old}", "a reason of {old}"),
    ],
)
def test_the_page_says_in_dutch_what_was_left_open(reason, told):
    assert why_open(reason).endswith(told)
