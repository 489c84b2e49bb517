"""The embedded pipeline of a language: spaCy's tokenizer, ends of sentences, and lemmas by table.

It gives what spaCy's own sentencizer and lookup lemmatizer give, at a fifth of their time: lemmas
and ends depend on words alone, so each is worked out when a word is first seen. The table of lemmas
comes from ``spacy-lookups-data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from importlib import metadata
from typing import Any, cast

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.attrs import IS_PUNCT, LEMMA, ORTH, SENT_START
from spacy.language import Language as Pipeline
from spacy.lookups import load_lookups
from spacy.strings import get_string_id
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.corpus.languages import Language
from pipeline.prepared import Arrays, prepared

FACTORY = "sentences_and_lemmas"

# Pieces of text between blanks whose tokens the tokenizer keeps; it then need not cut them again.
PIECES_KEPT = 100_000

Words = NDArray[np.uint64]
# As spaCy has them; the second is -1.
START, INSIDE = np.uint64(1), np.uint64(2**64 - 1)


def embedded_name() -> str:
    """Return name and version of the embedded pipeline, without making it."""
    lookups = ".".join(metadata.version("spacy-lookups-data").split(".")[:2])
    return f"embedded-1+lookups{lookups}"


def embedded(language: Language) -> Pipeline:
    """Make the pipeline of a language."""
    nlp = spacy.blank(language.code)
    nlp.tokenizer = PieceByPiece(cast(Tokenizer, nlp.tokenizer))
    nlp.add_pipe(FACTORY, config={"marks": list(language.sentence_ends)})
    return nlp


@Pipeline.factory(FACTORY, assigns=["token.is_sent_start", "token.lemma"])
def _component(nlp: Pipeline, name: str, marks: list[str]) -> SentencesAndLemmas:  # noqa: ARG001
    return SentencesAndLemmas(nlp.vocab, marks)


class PieceByPiece:
    """spaCy's tokenizer, which is shown each piece between blanks by itself the first time.

    It keeps the tokens of a piece, but in a text only of the pieces before the first abbreviation
    it knows ("o.a."); all others it would cut anew each time, at fifty times the cost.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.max_cache_size = PIECES_KEPT
        tokenizer("\n")
        self._tokenizer = tokenizer
        self._seen: set[str] = set()

    def __call__(self, text: str) -> Doc:
        """Cut a text into tokens."""
        if len(self._seen) < PIECES_KEPT:
            for piece in set(text.split()).difference(self._seen):
                self._tokenizer(piece)
                self._seen.add(piece)
        doc: Doc = self._tokenizer(text)
        return doc


class SentencesAndLemmas:
    """Where sentences start, as spaCy's sentencizer has it, and the lemma of each token."""

    def __init__(self, vocab: Vocab, marks: Sequence[str]) -> None:
        self._vocab = vocab
        self._marks = np.array([vocab.strings.add(x) for x in marks], dtype=np.uint64)
        self._lemmas: dict[int, int] = {}
        self._table = lemma_table(vocab.lang)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a document."""
        if not len(doc):
            return doc
        # spaCy's stubs say that these are floats; they are unsigned numbers of 64 bits.
        tokens: Any = doc.to_array([ORTH, IS_PUNCT])
        words = tokens[:, 0]
        found: Any = np.column_stack([self._starts(words, tokens[:, 1]), self._lemmatized(words)])
        return doc.from_array([SENT_START, LEMMA], found)

    def _starts(self, words: Words, is_punct: Words) -> Words:
        """A sentence starts at the first word after a mark; other punctuation is neither."""
        marks = (words[:, None] == self._marks).any(axis=1)
        tells = np.flatnonzero(marks | (is_punct == 0))
        first = tells[1:][~marks[tells[1:]] & marks[tells[:-1]]]
        starts = np.full(len(words), INSIDE)
        starts[0] = START
        starts[first] = START
        return starts

    def _lemmatized(self, words: Words) -> Words:
        numbers = words.tolist()
        for word in set(numbers).difference(self._lemmas):
            lower = self._vocab.strings[word].lower()
            self._lemmas[word] = self._vocab.strings.add(self._table.get(lower, lower))
        return np.array([self._lemmas[x] for x in numbers], dtype=np.uint64)


class LemmaTable:
    """The lemma of each word form in lower case.

    Two arrays, sorted by spaCy's hash of the form, which are mapped from disk: as a dictionary they
    take 200 MB and two seconds.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._hashes, self._ends, self._text = arrays["hashes"], arrays["ends"], arrays["text"]

    def get(self, form: str, default: str) -> str:
        """Look a form up."""
        wanted = get_string_id(form)
        place = int(np.searchsorted(self._hashes, np.uint64(wanted)))
        if place == len(self._hashes) or int(self._hashes[place]) != wanted:
            return default
        start, end = self._ends[place : place + 2].tolist()
        return self._text[start:end].tobytes().decode()


@cache
def lemma_table(code: str) -> LemmaTable:
    """Return the table of a language in ``spacy-lookups-data``."""
    versions = [metadata.version(name) for name in ("spacy", "spacy-lookups-data", "numpy")]
    return LemmaTable(prepared("lemmas", [*versions, code], partial(_arrays, code)))


def _arrays(code: str) -> Arrays:
    table = load_lookups(code, ["lemma_lookup"]).get_table("lemma_lookup")
    hashes = sorted(table)
    # Of some languages the table gives several lemmas, the likeliest first.
    found = (table[x] for x in hashes)
    lemmas = [(x if isinstance(x, str) else x[0]).encode() for x in found]
    return {
        "hashes": np.array(hashes, dtype=np.uint64),
        "ends": np.cumsum([0, *map(len, lemmas)]),
        "text": np.frombuffer(b"".join(lemmas), dtype=np.uint8),
    }
