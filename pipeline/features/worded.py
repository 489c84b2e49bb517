"""Documents as features look at them: their words laid out once, whole and by window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.features.hashing import Integers
from pipeline.features.lemmas import (
    Numbers,
    lemma_numbers,
    lemma_words,
    masked_words,
    written_numbers,
    written_words,
)
from pipeline.features.sequences import Sequences, TermWeights
from pipeline.features.windows import (
    Sentences,
    Windows,
    end_to_end,
    offsets,
    sentences_of,
    windows_of,
)
from pipeline.records import Reading, Tokens


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Words of documents, end to end.

    Attributes:
        words: All of them.
        starts, ends: Of each document: its first word, and one past its last; (n_documents,).
        window_starts, window_ends: The same of each window; shape (n_windows,).
    """

    words: list[str]
    sequences: Sequences
    starts: Integers
    ends: Integers
    window_starts: Integers
    window_ends: Integers

    def weigh(self, weights: TermWeights) -> csr_matrix:
        """Weigh the terms of documents; shape (n_documents, n_terms)."""
        return weights.weigh(self.sequences, self.starts, self.ends)

    def weigh_windows(self, weights: TermWeights) -> csr_matrix:
        """Weigh the terms of windows; shape (n_windows, n_terms)."""
        return weights.weigh(self.sequences, self.window_starts, self.window_ends)

    def texts(self) -> list[str]:
        """Write each document as its words, separated by blanks."""
        return self._written(self.starts, self.ends)

    def window_texts(self) -> list[str]:
        """Write each window so."""
        return self._written(self.window_starts, self.window_ends)

    def _written(self, starts: Integers, ends: Integers) -> list[str]:
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        return [" ".join(self.words[start:end]) for start, end in pairs]


class Worded:
    """A batch of documents.

    Attributes:
        windows: All windows.
        lemmas: Lemmas, without function words.
        titles: The same, of the title of each document alone.
        words: Words as written, in lower case, function words included: "voor ons nieuw" and "zoals
            bij ons" differ in nothing else. Names of forms are masked.
    """

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        texts = [x.document.tokens for x in readings]
        found = sentences_of(texts)
        self.windows = windows_of(found)
        kind = _Kind(lemma_words, _count_lemmas)
        laying = _Laying(texts, found, self.windows)
        numbers = [lemma_numbers(x) for x in readings]
        self.lemmas = laying.laid(kind, numbers, {})
        titled = end_to_end([_titled(kind, *x) for x in zip(readings, numbers, strict=True)])
        self.titles = replace(self.lemmas, ends=self.lemmas.starts + titled)
        kind = _Kind(written_words, _count_written)
        # A word that goes on from one token to the next is found in the text itself.
        apart = {
            place: _Said(
                masked_words(x, 0, len(x.document.text)),
                [masked_words(x, *pair) for pair in laying.characters(place)],
            )
            for place, x in enumerate(readings)
            if not x.document.tokens.apart
        }
        self.words = laying.laid(kind, [written_numbers(x) for x in readings], apart)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The words that a token stands for, and how many they are."""

    words: Callable[[str, str], tuple[str, ...]]
    count: Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a document, and those of each of its sentences that has a letter."""

    whole: list[str]
    sentences: list[list[str]]


@dataclass(frozen=True, slots=True)
class _Laying:
    texts: Sequence[Tokens]
    found: Sentences
    windows: Windows

    def characters(self, place: int) -> list[tuple[int, int]]:
        """Return where the sentences of a document start and end."""
        some = slice(*self.found.bounds[place : place + 2])
        return list(
            zip(self.found.starts[some].tolist(), self.found.ends[some].tolist(), strict=True)
        )

    def laid(self, kind: _Kind, numbers: Sequence[Numbers], apart: dict[int, _Said]) -> Laid:
        """Lay words out.

        A window is mostly a stretch of the words of its document. Where a sentence without a letter
        ("12.") stands between, and where the words were found in another way (``apart``), the words
        of the sentences are laid out once more.
        """
        columns = [x.lexicon.column(kind.words) for x in self.texts]
        pairs = zip(columns, numbers, strict=True)
        words = [x for column, some in pairs for one in some.tolist() for x in column[one]]
        told = zip(self.texts, numbers, strict=True)
        counts = end_to_end(x.lexicon.array(kind.count, np.int64)[some] for x, some in told)
        at = offsets(counts)
        bounds = offsets(np.array([len(x) for x in self.texts], dtype=np.int64))
        starts, ends = at[bounds[:-1]], at[bounds[1:]]
        sentence_starts, sentence_ends = at[self.found.first], at[self.found.last]
        for place in sorted({*apart, *self._interrupted(counts, bounds)}):
            said = apart.get(place) or self._said(place, columns[place], numbers[place], bounds)
            starts[place] = len(words)
            words += said.whole
            ends[place] = len(words)
            some = slice(*self.found.bounds[place : place + 2])
            steps = offsets(np.array([len(x) for x in said.sentences], dtype=np.int64))
            sentence_starts[some], sentence_ends[some] = (
                x + len(words) for x in (steps[:-1], steps[1:])
            )
            words += chain.from_iterable(said.sentences)
        return Laid(
            words=words,
            sequences=Sequences([words]),
            starts=starts,
            ends=ends,
            window_starts=sentence_starts[self.windows.one],
            window_ends=sentence_ends[self.windows.two],
        )

    def _interrupted(self, counts: Integers, bounds: Integers) -> list[int]:
        """Return the documents with words in a sentence without a letter."""
        between = np.flatnonzero((counts > 0) & ~self.found.lettered)
        owners = np.searchsorted(bounds, between, side="right") - 1
        return sorted(set(owners.tolist()))

    def _said(
        self, place: int, column: list[tuple[str, ...]], numbers: Numbers, bounds: Integers
    ) -> _Said:
        some = slice(*self.found.bounds[place : place + 2])
        words = [column[x] for x in numbers.tolist()]
        pairs = zip(
            (self.found.first[some] - bounds[place]).tolist(),
            (self.found.last[some] - bounds[place]).tolist(),
            strict=True,
        )
        parts = [list(chain.from_iterable(words[first:last])) for first, last in pairs]
        return _Said(list(chain.from_iterable(words)), parts)


def _titled(kind: _Kind, reading: Reading, numbers: Numbers) -> Integers:
    """Count the words of the title; shape (1,)."""
    tokens = reading.document.tokens
    last = int(np.searchsorted(tokens.starts, reading.document.title_end))
    counts = tokens.lexicon.array(kind.count, np.int64)[numbers[:last]]
    return np.array([counts.sum()], dtype=np.int64)


def _count_lemmas(form: str, lemma: str) -> int:
    return len(lemma_words(form, lemma))


def _count_written(form: str, lemma: str) -> int:
    return len(written_words(form, lemma))
