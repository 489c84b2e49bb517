"""The terms of word sequences, counted and weighed, without going over a text twice.

All terms of a batch are stretches of one text, hashed together; a document or a window is a
stretch of words, and takes the terms that lie within.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.features.hashing import Integers, murmur

# Of 100,000 terms about one in forty shares its hash with another.
BUCKETS = 2**22

BLANK = 0x20


@dataclass(frozen=True, slots=True)
class TermKind:
    """What a term is: ``least`` to ``most`` words in a row, or characters within a word.

    Attributes:
        analyzer: ``word``, or ``char_wb`` as in scikit-learn: within a word and its two blanks.
    """

    analyzer: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Layer:
    """Terms in the order of a text.

    Attributes:
        buckets: Hash of each, from 0 to ``BUCKETS`` - 1; shape (n_terms,).
        first: Of each word, and of the end, the place of its first term; (n_words + 1,).
        reach: Words that a term takes beyond its first.
    """

    buckets: NDArray[np.int64]
    first: Integers
    reach: int


class Sequences:
    """Word sequences laid end to end, with their terms.

    Attributes:
        starts: Place of the first word of each, and the end; shape (n_sequences + 1,).
    """

    def __init__(self, sequences: Sequence[Sequence[str]]) -> None:
        self.starts = _starts(np.fromiter(map(len, sequences), np.int64, count=len(sequences)))
        text = " ".join(["", *chain.from_iterable(sequences), ""])
        self._text = np.frombuffer(text.encode(), dtype=np.uint8)
        # Before each word, and behind the last.
        self._blanks = np.flatnonzero(self._text == BLANK)[: self.starts[-1] + 1]
        self._layers: dict[TermKind, list[Layer]] = {}

    def layers(self, kind: TermKind) -> list[Layer]:
        """Return the terms of a kind."""
        if kind not in self._layers:
            layer = self._of_words if kind.analyzer == "word" else self._within_words
            sizes = range(kind.least, kind.most + 1)
            self._layers[kind] = [layer(size, least=kind.least) for size in sizes]
        return self._layers[kind]

    def _of_words(self, size: int, *, least: int) -> Layer:  # noqa: ARG002
        words = len(self._blanks) - 1
        starts, ends = self._blanks[:-size] + 1, self._blanks[size:]
        # No row of this size begins at the last words.
        buckets = np.zeros(words, dtype=np.int64)
        buckets[: len(starts)] = self._hashed(starts, ends)
        return Layer(buckets, np.arange(words + 1), size - 1)

    def _within_words(self, size: int, *, least: int) -> Layer:
        # Where characters begin; of a word also the blanks around it count.
        places = np.flatnonzero(self._text & 0xC0 != 0x80)
        blanks = np.searchsorted(places, self._blanks)
        lengths = np.diff(blanks) + 1
        # A short word counts once, as a whole.
        counts = np.maximum(lengths - size, 0) + ((lengths >= size) | (size == least))
        first = _starts(counts)
        at = np.arange(first[-1]) + np.repeat(blanks[:-1] - first[:-1], counts)
        behind = at + np.repeat(np.minimum(lengths, size), counts)
        ends = np.append(places, len(self._text))[behind]
        return Layer(self._hashed(places[at], ends), first, 0)

    def _hashed(self, starts: Integers, ends: Integers) -> NDArray[np.int64]:
        return np.abs(murmur(self._text, starts, ends - starts).astype(np.int64)) % BUCKETS


class _Places:
    """The place of a number among sorted ones, by counting bits: a search takes ten times as long.

    Source:
        Jacobson, Space-efficient Static Trees and Graphs (1989): rank.
    """

    def __init__(self, numbers: NDArray[np.int32]) -> None:
        flags = np.zeros(BUCKETS, dtype=bool)
        flags[numbers] = True
        self._bits = np.packbits(flags, bitorder="little").view("<u8")
        self._before = _starts(np.bitwise_count(self._bits))

    def known(self, buckets: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which there are."""
        found = self._bits[buckets >> 6] >> (buckets & 63).astype(np.uint64)
        return np.asarray(found & np.uint64(1), dtype=np.bool_)

    def of(self, buckets: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the place of each; all must be there."""
        block = buckets >> 6
        below = (np.uint64(1) << (buckets & 63).astype(np.uint64)) - np.uint64(1)
        count = np.bitwise_count(self._bits[block] & below)
        return np.asarray(self._before[block] + count, dtype=np.int32)


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
    _places: _Places | None = field(default=None, init=False, repr=False)

    def weigh(self, sequences: Sequences, starts: Integers, ends: Integers) -> csr_matrix:
        """Weigh the terms of stretches by (1 + log tf) x idf, each stretch of length 1.

        Args:
            sequences: Words.
            starts, ends: First word of each stretch, and one past its last; shape (n_stretches,).

        Returns:
            Float32, columns in order, shape (n_stretches, n_terms); terms that are not kept are
            left out.
        """
        self._places = self._places or _Places(self.kept)
        layers = [_kept(x, self._places) for x in sequences.layers(self.kind)]
        rows, columns = _stretched(layers, starts, ends)
        # One number per row and column: sorted, equal ones stand together.
        width = max(len(self.kept), 1)
        cells, counts = np.unique(rows * width + columns, return_counts=True)
        owners, columns = np.divmod(cells, width)
        weights = (1 + np.log(counts.astype(np.float32))) * self.idf[columns]
        lengths = np.sqrt(np.bincount(owners, weights=weights * weights, minlength=len(starts)))
        data = (weights / lengths[owners]).astype(np.float32)
        ends_of_rows = np.searchsorted(owners, np.arange(len(starts) + 1))
        shape = len(starts), len(self.kept)
        return csr_matrix((data, columns.astype(np.int32), ends_of_rows), shape=shape)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Of a layer the terms that count: their columns; see ``Layer``."""

    columns: NDArray[np.int32]
    first: Integers
    reach: int


def _kept(layer: Layer, places: _Places) -> _Columns:
    known = places.known(layer.buckets)
    return _Columns(places.of(layer.buckets[known]), _starts(known)[layer.first], layer.reach)


def _starts(sizes: NDArray[np.generic]) -> Integers:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def _stretched(
    layers: Sequence[_Columns], starts: Integers, ends: Integers
) -> tuple[Integers, NDArray[np.int32]]:
    """Return the columns of the terms of stretches, and the stretch that each belongs to."""
    rows, columns = [], []
    for layer in layers:
        first = layer.first[starts]
        sizes = layer.first[np.maximum(ends - layer.reach, starts)] - first
        places = np.arange(sizes.sum()) + np.repeat(first - _starts(sizes)[:-1], sizes)
        rows.append(np.repeat(np.arange(len(starts)), sizes))
        columns.append(layer.columns[places])
    return np.concatenate(rows), np.concatenate(columns)
