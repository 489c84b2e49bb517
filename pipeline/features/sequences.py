"""The terms of word sequences, counted and weighed, without going over a text twice.

What terms a word holds, and the hash of a term, depend on nothing else: each is worked out when a
word or a row of words is first seen, and kept. Terms are numbered as they come, so that the terms
of a batch are arrays of numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from threading import Lock

import numpy as np
from murmurhash.mrmr import hash as murmur
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

# Of 100,000 terms about one in forty shares its hash with another.
BUCKETS = 2**22

# More terms are forgotten, so that memory does not grow with the number of notices.
MOST_SEEN = 200_000

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TermKind:
    """What a term is: ``least`` to ``most`` words in a row, or characters within a word.

    Attributes:
        analyzer: ``word``, or ``char_wb`` as in scikit-learn: within a word and its two blanks.
    """

    analyzer: str
    least: int
    most: int


class Numbers(dict[Hashable, int]):
    """The number of each term seen: a string, or a tuple of words."""

    def __init__(self) -> None:
        self.buckets = array("i")
        # The workplace asks from several threads.
        self._lock = Lock()

    def __missing__(self, term: str | tuple[str, ...]) -> int:
        text = term if isinstance(term, str) else " ".join(term)
        with self._lock:
            if term not in self:
                # The hash first: who finds the number must find the hash.
                self.buckets.append(abs(murmur(text, 0)) % BUCKETS)
                self[term] = len(self.buckets) - 1
            return self[term]


class WordTerms(dict[str, NDArray[np.int32]]):
    """The terms of characters within each word seen, by their numbers."""

    def __init__(self, kind: TermKind, numbers: Numbers) -> None:
        self._kind = kind
        self._numbers = numbers

    def __missing__(self, word: str) -> NDArray[np.int32]:
        padded, terms = f" {word} ", []
        for size in range(self._kind.least, self._kind.most + 1):
            last = max(len(padded) - size, 0)
            terms += [padded[start : start + size] for start in range(last + 1)]
            if not last:
                # A short word counts once.
                break
        found = self[word] = np.array([self._numbers[x] for x in terms], dtype=np.int32)
        return found


@dataclass(frozen=True, slots=True)
class Layer:
    """Terms in the order of a text.

    Attributes:
        numbers: Shape (n_terms,).
        first: Of each word, and of the end, the place of its first term; (n_words + 1,).
        reach: Words that a term takes beyond its first.
    """

    numbers: NDArray[np.int32]
    first: Integers
    reach: int


class Vocabulary:
    """All terms of one kind that this process has seen lately."""

    def __init__(self, kind: TermKind) -> None:
        self.kind = kind
        self.numbers = Numbers()
        self._within = WordTerms(kind, self.numbers)

    def layers(self, sequences: Sequence[Sequence[str]]) -> list[Layer]:
        """Number the terms of sequences, laid end to end; no term crosses from one to the next."""
        if self.kind.analyzer != "word":
            parts = [self._within[word] for word in chain.from_iterable(sequences)]
            sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
            numbers = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
            return [Layer(numbers, _starts(sizes), 0)]
        return [self._rows(sequences, size) for size in range(self.kind.least, self.kind.most + 1)]

    def _rows(self, sequences: Sequence[Sequence[str]], size: int) -> Layer:
        number, found = self.numbers.__getitem__, array("i")
        for words in sequences:
            rows = words if size == 1 else zip(*(words[n:] for n in range(size)), strict=False)
            found.extend(map(number, rows))
            # No row of this size begins at the last words.
            found.extend([0] * min(size - 1, len(words)))
        return Layer(np.array(found, dtype=np.int32), np.arange(len(found) + 1), size - 1)


_VOCABULARIES: dict[TermKind, Vocabulary] = {}


def vocabulary(kind: TermKind) -> Vocabulary:
    """Return the terms of a kind that were seen lately; a new one where there are too many."""
    known = _VOCABULARIES.get(kind)
    if known is None or len(known.numbers) > MOST_SEEN:
        known = _VOCABULARIES[kind] = Vocabulary(kind)
    return known


class Sequences:
    """Word sequences laid end to end, with their terms.

    Attributes:
        starts: Place of the first word of each, and the end; shape (n_sequences + 1,).
    """

    def __init__(self, sequences: Sequence[Sequence[str]]) -> None:
        self._sequences = sequences
        self.starts = _starts(np.fromiter(map(len, sequences), np.int64, count=len(sequences)))
        self._terms: dict[TermKind, tuple[Vocabulary, list[Layer]]] = {}

    def terms(self, kind: TermKind) -> tuple[Vocabulary, list[Layer]]:
        """Return the terms of a kind, and the vocabulary that numbers them."""
        if kind not in self._terms:
            known = vocabulary(kind)
            self._terms[kind] = known, known.layers(self._sequences)
        return self._terms[kind]


@dataclass(slots=True, eq=False)
class TermWeights:
    """Which terms count, and how rare they are.

    Attributes:
        kept: Hashes of the terms, sorted; shape (n_terms,).
        idf: Shape (n_terms,).
    """

    kind: TermKind
    kept: NDArray[np.int32]
    idf: NDArray[np.float32]
    _seen: tuple[Vocabulary, NDArray[np.int32]] | None = field(default=None, init=False, repr=False)

    def weigh(self, sequences: Sequences, starts: Integers, ends: Integers) -> csr_matrix:
        """Weigh the terms of stretches by (1 + log tf) x idf, each stretch of length 1.

        Args:
            sequences: Words.
            starts, ends: First word of each stretch, and one past its last; shape (n_stretches,).

        Returns:
            Float32, columns in order, shape (n_stretches, n_terms); terms that are not kept are
            left out.
        """
        known, layers = sequences.terms(self.kind)
        rows, numbers = _stretched(layers, starts, ends)
        columns = self._columns(known)[numbers]
        kept = columns >= 0
        found = csr_matrix(
            (np.ones(int(kept.sum()), dtype=np.float32), (rows[kept], columns[kept])),
            shape=(len(starts), len(self.kept)),
        )
        weights = (1 + np.log(found.data)) * self.idf[found.indices]
        owners = np.repeat(np.arange(len(starts)), np.diff(found.indptr))
        lengths = np.sqrt(np.bincount(owners, weights=weights * weights, minlength=len(starts)))
        found.data = (weights / lengths[owners]).astype(np.float32)
        return found

    def _columns(self, known: Vocabulary) -> NDArray[np.int32]:
        """Return the column of each number that a vocabulary gave; -1 where there is none."""
        before = np.zeros(0, dtype=np.int32)
        if self._seen is not None and self._seen[0] is known:
            before = self._seen[1]
        buckets = np.array(known.numbers.buckets[len(before) :], dtype=np.int32)
        if len(buckets) or self._seen is None:
            # Behind the last term there is none.
            places = np.searchsorted(self.kept, buckets).astype(np.int32)
            places[np.append(self.kept, -1)[places] != buckets] = -1
            before = np.concatenate([before, places])
            self._seen = known, before
        return before


def _starts(sizes: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _stretched(
    layers: Sequence[Layer], starts: Integers, ends: Integers
) -> tuple[Integers, NDArray[np.int32]]:
    """Return the terms of stretches, and the stretch that each belongs to."""
    rows, numbers = [], []
    for layer in layers:
        first = layer.first[starts]
        sizes = layer.first[np.maximum(ends - layer.reach, starts)] - first
        places = np.arange(sizes.sum()) + np.repeat(first - _starts(sizes)[:-1], sizes)
        rows.append(np.repeat(np.arange(len(starts)), sizes))
        numbers.append(layer.numbers[places])
    return np.concatenate(rows), np.concatenate(numbers)
