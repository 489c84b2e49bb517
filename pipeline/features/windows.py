"""Windows: the sentences of a document and each two in a row, by which passages are found.

One decisive clause in a text of three hundred words drowns in the words of the whole; in its
window it is half of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Span

from pipeline.features.text import lemmas, masked_words
from pipeline.records import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a document: one sentence, or two in a row.

    Attributes:
        start, end: Characters in the document's text.
        sentences: 1 or 2.
        lemmas: Without function words, separated by spaces.
        words: As written, in lower case, function words included: "voor ons nieuw" and "zoals
            bij ons" differ in nothing else. Names of forms are masked.
    """

    start: int
    end: int
    sentences: int
    lemmas: str
    words: str


def windows(reading: Reading) -> list[Window]:
    """Return the windows of a document, in order of the text."""
    sentences = sentences_of(reading)
    tokens = lemmas(reading)
    words = [masked_words(reading, x.start_char, x.end_char) for x in sentences]
    parts = [" ".join(filter(None, tokens[x.start : x.end])) for x in sentences]
    return [
        Window(
            start=sentences[first].start_char,
            end=_end(sentences[last]),
            sentences=last - first + 1,
            lemmas=" ".join(parts[first : last + 1]),
            words=" ".join(words[first : last + 1]),
        )
        for first, last in _pairs(len(sentences))
    ]


def sentences_of(reading: Reading) -> list[Span]:
    """Return the sentences of a document that have a letter in them."""
    return [span for span in reading.document.doc.sents if any(map(str.isalpha, span.text))]


def _end(sentence: Span) -> int:
    # The line breaks after a sentence are its tokens too, and no part of what it says.
    return int(sentence.start_char) + len(sentence.text.rstrip())


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count):
        yield number, number
        if number + 1 < count:
            yield number, number + 1
