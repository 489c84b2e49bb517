"""Cleaning keeps the words and drops what hides or splits them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus.cleaning import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("project-\nmatig", "projectmatig", id="word broken at line end"),
        pytest.param("in- en verkoop", "in- en verkoop", id="hyphen that belongs there"),
        pytest.param("in-\nen verkoop", "in-\nen verkoop", id="hyphen before en at line end"),
        pytest.param("€\u00a050.000  ex btw", "€ 50.000 ex btw", id="non-breaking space"),
        pytest.param("cafe\u0301", "café", id="accent as separate character"),
        pytest.param("innova\u00adtie\u200b", "innovatie", id="soft hyphen and zero width"),
        pytest.param("R&amp;amp;D", "R&D", id="entity encoded twice"),
        pytest.param("<p>een</p><p>twee<br/>drie</p>", "een\ntwee\ndrie", id="tags break lines"),
        pytest.param("druk < 5 bar en a<b", "druk < 5 bar en a<b", id="less-than is no tag"),
        pytest.param("• een\n- twee\n\n\n* drie", "een\ntwee\ndrie", id="bullets"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends of other systems"),
        pytest.param("a\x00b\x07c", "abc", id="control characters"),
        pytest.param("", "", id="empty"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_cleaned_text_has_single_blanks_and_no_blank_ends(text):
    cleaned = clean(text)
    assert "  " not in cleaned
    assert "\n\n" not in cleaned
    assert cleaned == cleaned.strip()


@pytest.mark.parametrize("mark", ["_", "(", "„", "🌊", "._", "(„"])
def test_a_long_run_of_marks_is_cut_to_its_first_hundred(mark):
    run = mark * 16_000
    assert clean(f"Naam: {run} einde") == f"Naam: {run[:100]} einde"
    assert clean(f"woord{run}woord") == f"woord{run[:100]}woord"


def test_a_run_as_published_notices_have_stays():
    assert clean(f"Naam: {'_' * 96}") == f"Naam: {'_' * 96}"


def test_a_word_that_is_no_word_is_broken():
    longest = max(map(len, clean("https://" * 2_000 + " a" * 3).split()))
    assert longest == 1_000
