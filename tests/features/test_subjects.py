"""Words of missions: patterns match as they say, in compounds too, and long words cost little."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import codebook, settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.features.patterns import WordPatterns
from pipeline.features.subjects import SubjectWords
from pipeline.features.worded import Worded
from pipeline.records import Notice, Reading
from pipeline.store import Store

WORDS = {"roads": ("*brug*", "weg", "fiets*"), "care": ("*zorg", "huisarts")}
TITLES = {"roads": ("straat",), "care": ("sport*",)}
SUBJECTS = SubjectWords(WORDS, TITLES, {"roads": ("45233",), "care": ("85",)})


def reading(title, description=None, cpv=()):
    notice = Notice(
        notice_id="1",
        source="t",
        format="t",
        kind="competition",
        title=title,
        description=description,
        language="nl",
        cpv=cpv,
    )
    return Worded([Reading(document=x, hits=()) for x in Analyzer("embedded").analyze([notice])])


def patterns(*lists):
    found = WordPatterns()
    for number, some in enumerate(lists):
        for pattern in some:
            found.add(pattern, number)
    return found


@pytest.mark.parametrize(
    ("word", "places"),
    [
        ("verkeersbrug", (0,)),
        ("brugdek", (0,)),
        ("weg", (0,)),
        ("beweging", ()),
        ("fietspad", (0,)),
        ("bakfiets", ()),
        ("thuiszorg", (1,)),
        ("zorgvuldig", ()),
        ("fietszorg", (0, 1)),
        ("", ()),
    ],
)
def test_a_pattern_matches_a_word_as_it_says(word, places):
    assert patterns(*WORDS.values()).of(word) == set(places)


@given(st.text("abc", max_size=8), st.lists(st.text("abc", min_size=1, max_size=3), max_size=5))
def test_words_are_found_as_a_regular_expression_finds_them(word, stems):
    some = [f"{'*' * (n % 2)}{stem}{'*' * (n // 2 % 2)}" for n, stem in enumerate(stems)]
    expected = {
        n
        for n, pattern in enumerate(some)
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), word)
    }
    assert patterns(*((x,) for x in some)).of(word) == expected


def test_title_and_text_are_counted_apart_and_shares_add_up():
    title, text, part = 0, 3, 4
    notice = reading("Nieuwe brug", "De thuiszorg en de huisarts.")
    roads, care = SUBJECTS.values(notice)[0].reshape(2, 6)
    assert (roads[title], care[title]) == (1.0, 0.0)
    assert roads[text] < care[text] < 1
    assert roads[part] == pytest.approx(1 / 3)
    assert roads[part] + care[part] == pytest.approx(1)


def test_a_notice_without_such_words_counts_nothing():
    assert not np.any(SUBJECTS.values(reading("Levering van papier", "Wit en grijs.")))


def test_a_word_for_titles_counts_in_a_title_and_where_the_text_opens():
    titled, opening = 1, 2
    (found,) = SUBJECTS.values(reading("Sportvelden", "papier " * 39 + "straat sportdag"))
    roads, care = found.reshape(2, 6)
    assert (roads[opening], roads.sum()) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (care[titled], care.sum()) == (0.5, 0.5)


def test_the_main_cpv_code_shows_a_mission():
    cpv = 5
    for codes, expected in ((("45233120", "85000000"), [1, 0]), ((), [0, 0])):
        (found,) = SUBJECTS.values(reading("Papier", "Wit.", cpv=codes))
        assert found.reshape(2, 6)[:, cpv].tolist() == expected


def test_what_is_longer_than_any_word_shows_nothing():
    for letters, shown in ((76, True), (77, False)):
        found = SUBJECTS.values(reading("Papier", "a" * letters + "zorg"))
        assert bool(np.any(found)) == shown


def test_every_mission_of_the_codebook_has_words_in_lower_case_that_can_match():
    book = codebook.load(Store(settings.load().home))
    for mission in book.missions:
        assert len(mission.words) >= 100, mission.label_id
        assert len(set(mission.words)) == len(mission.words), mission.label_id
        for pattern in (*mission.words, *mission.title_words):
            assert re.fullmatch(r"\*?[^\W\d_]{2,}\*?", pattern), pattern
            assert pattern == pattern.lower()
