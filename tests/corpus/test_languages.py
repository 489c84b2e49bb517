"""What every language of the folder owes to those who read notices in it."""

import datetime as dt
import re
import tomllib
from collections import Counter
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest

from pipeline import codebook
from pipeline.corpus.analyzer import Analyzer, identify
from pipeline.corpus.identifier import identifier
from pipeline.corpus.languages import languages
from pipeline.features.cues import CueFinder
from pipeline.records import Notice
from pipeline.settings import HOME
from pipeline.store import Store

SENTENCES = Path(__file__).parent / "languages"
LEAST = {"asserted": 3, "negated": 3, "history": 3, "name": 2, "homonym": 2}

every_language = pytest.mark.parametrize("code", languages())


@cache
def sentences(code):
    path = SENTENCES / f"{code}.toml"
    if not path.exists():
        pytest.fail(f"write tests/corpus/languages/{code}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]


def cases():
    told = [(code, one) for code in languages() for one in sentences(code)]
    return [pytest.param(code, one, id=f"{code}: {one['text'][:60]}") for code, one in told]


@cache
def book():
    return codebook.load(Store(HOME))


@cache
def analyzer():
    return Analyzer("embedded")


@cache
def finder(code):
    language = languages()[code]
    return CueFinder(book(), analyzer(), language)


def document(text, code):
    notice = Notice(
        notice_id="n",
        source="s",
        format="f",
        kind="competition",
        title=None,
        description=text,
        language=code,
        published_on=dt.date(2026, 11, 1),
    )
    (made,) = analyzer().analyze([notice])
    return made


def parts(value, name=""):
    """All sets of words and all patterns of a language, by name."""
    if is_dataclass(value):
        for one in fields(value):
            yield from parts(getattr(value, one.name), one.name)
    elif isinstance(value, dict):
        for key, words in value.items():
            yield from parts(words, f"{name} of {key}")
    else:
        yield name, value


@every_language
def test_a_language_is_named_after_its_module(code):
    assert languages()[code].code == code
    assert languages()[code].in_dutch


@every_language
def test_words_are_single_and_in_lower_case(code):
    for name, value in parts(languages()[code]):
        if isinstance(value, frozenset):
            wrong = [x for x in value if x != x.lower() or len(x.split()) != 1]
            assert not wrong, f"{name}: {wrong}"


@every_language
def test_no_pattern_holds_a_capital_that_no_word_has(code):
    for name, value in parts(languages()[code]):
        if isinstance(value, re.Pattern):
            written = re.sub(r"\\.|\(\?[a-zA-Z<]*[:!=]?", "", value.pattern)
            assert written == written.lower(), name


@every_language
def test_kinds_of_words_lie_within_each_other(code):
    language = languages()[code]
    small, deny, past = language.clauses, language.negation, language.past
    assert small.demonstratives < small.definite
    assert small.places < small.prepositions
    assert deny.adverbs | deny.always | deny.determiners | deny.no_denial.keys() <= deny.words
    assert deny.parts <= deny.denied_places
    assert past.announcing < past.future
    assert language.cue_borders <= small.borders | {";"}
    # They tell "not yet there" from "there".
    assert not language.function_words & (deny.adverbs | deny.undoing)


@every_language
def test_a_line_break_ends_a_sentence(code):
    assert {".", "\n"} <= set(languages()[code].sentence_ends)


@every_language
def test_the_identifier_knows_the_language_and_what_it_takes_it_for(code):
    known = {str(x) for x in identifier().nb_classes}
    assert code in known
    taken = [{x.code, *x.near} for x in languages().values() if x.code != code]
    assert not languages()[code].near & set().union(*taken)
    text = "\n".join(one["text"] for one in sentences(code))
    assert identify(text, None) == code


@every_language
def test_a_text_has_sentences_and_lemmas(code):
    texts = [one["text"].rstrip(".") for one in sentences(code)][:5]
    made = document("\n".join(texts), code)
    assert made.language == code
    tokens = made.tokens
    assert len(tokens.sentences) == len(texts) + 1
    assert [x.lower() for x in tokens.forms()] != tokens.lemmas()


@every_language
def test_every_form_has_a_name_in_the_language(code):
    named = {label for label, cue in book().cues_in(code) if cue.names}
    assert set(book().forms) <= named


@pytest.mark.parametrize("code", sorted(book().translated))
def test_a_translated_cue_finds_its_own_words(code):
    assert code in languages(), f"write pipeline/corpus/languages/{code}.py"
    for label, cue in book().cues_in(code):
        words = [x.split("|")[0].strip("*") for x in cue.pattern.split() if x != ".."]
        text = re.sub(r"(['’]) ", r"\1", " ".join(words))
        hits = finder(code).find(document(f"{text}\n", code))
        assert label in {hit.label for hit in hits} or identify(text, code) != code, cue.pattern


@every_language
def test_there_are_sentences_of_every_status(code):
    counted = Counter(one["status"] for one in sentences(code))
    assert {x: counted[x] for x in LEAST if counted[x] < LEAST[x]} == {}


@pytest.mark.parametrize(("code", "one"), cases())
def test_a_sentence_says_what_it_says(code, one):
    made = document(one["text"], code)
    hits = [hit for hit in finder(code).find(made) if hit.label == one["label"]]
    assert {hit.status for hit in hits} == ({one["status"]} if one["status"] else set())
