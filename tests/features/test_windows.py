"""Windows: where sentences begin and end."""

import pytest

from pipeline.corpus.analyzer import Analyzer
from pipeline.features.worded import Worded
from pipeline.records import Notice, Reading


def windows(reading):
    return Worded([reading]).windows.of(0)


@pytest.fixture(scope="module")
def read():
    analyzer = Analyzer("embedded")

    def reading(text):
        given = Notice(
            notice_id="n",
            source="s",
            format="f",
            kind="competition",
            title="Een brug",
            description=text,
            language="nl",
        )
        return Reading(document=next(analyzer.analyze([given])), hits=())

    return reading


def test_a_window_ends_with_its_last_word_and_not_with_the_break_after_it(read):
    reading = read("De eerste alinea is gewoon.\n\nDe tweede is dat ook.")
    text = reading.document.text
    found = [text[x.start : x.end] for x in windows(reading) if x.sentences == 1]
    assert found == ["Een brug", "De eerste alinea is gewoon.", "De tweede is dat ook."]


def test_windows_are_the_sentences_and_each_two_in_a_row(read):
    found = windows(read("Eerst dit. Dan dat."))
    assert [x.sentences for x in found] == [1, 2, 1, 2, 1]
