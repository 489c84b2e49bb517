"""Windows: the sentences of a document and each two in a row, by which passages are found.

One decisive clause in a text of three hundred words drowns in the words of the whole; in its
window it is half of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

import numpy as np
from spacy.attrs import IDX, LENGTH, SENT_START

from pipeline.features.lemmas import lemmas, masked_words
from pipeline.records import Reading

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a document: one sentence, or two in a row.

    Attributes:
        start, end: Characters in the document's text.
        sentences: 1 or 2.
        lemmas, words: Its first word, and one past its last, among those of ``Windows``.
    """

    start: int
    end: int
    sentences: int
    lemmas: Stretch
    words: Stretch


@dataclass(frozen=True, slots=True)
class Windows:
    """The sentences of a document that have a letter in them, and their windows.

    Attributes:
        found: In order of the text.
        lemmas: Of all these sentences, without function words.
        words: As written, in lower case, function words included: "voor ons nieuw" and "zoals
            bij ons" differ in nothing else. Names of forms are masked.
    """

    found: tuple[Window, ...]
    lemmas: list[str]
    words: list[str]


def windows(reading: Reading) -> Windows:
    """Return the windows of a document."""
    sentences = _sentences(reading)
    tokens = lemmas(reading)
    parts = [list(filter(None, tokens[x.first : x.last])) for x in sentences]
    written = [masked_words(reading, x.start, x.end) for x in sentences]
    at_lemma = [0, *accumulate(map(len, parts))]
    at_word = [0, *accumulate(map(len, written))]
    found = tuple(
        Window(
            sentences[first].start,
            sentences[last].end,
            last - first + 1,
            (at_lemma[first], at_lemma[last + 1]),
            (at_word[first], at_word[last + 1]),
        )
        for first, last in _pairs(len(sentences))
    )
    return Windows(found, list(chain(*parts)), list(chain(*written)))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Its tokens and characters, ends excluded."""

    first: int
    last: int
    start: int
    end: int


def _sentences(reading: Reading) -> list[_Sentence]:
    doc, text = reading.document.doc, reading.document.text
    tokens = doc.to_array([SENT_START, IDX, LENGTH])
    if not len(tokens):
        return []
    later = (np.flatnonzero(tokens[1:, 0] == 1) + 1).tolist()
    starts, ends = tokens[:, 1].tolist(), (tokens[:, 1] + tokens[:, 2]).tolist()

    def sentence(one: int, after: int) -> _Sentence:
        # The line breaks after a sentence are its tokens too, and no part of what it says.
        said = text[starts[one] : ends[after - 1]].rstrip()
        return _Sentence(one, after, starts[one], starts[one] + len(said))

    found = (sentence(one, after) for one, after in pairwise([0, *later, len(tokens)]))
    return [x for x in found if any(map(str.isalpha, text[x.start : x.end]))]


def _pairs(count: int) -> Iterator[Stretch]:
    for number in range(count):
        yield number, number
        if number + 1 < count:
            yield number, number + 1
