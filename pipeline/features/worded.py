"""Documents as features look at them: their words laid out once, whole and by window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.features.hashing import Integers
from pipeline.features.lemmas import lemmas, masked_words
from pipeline.features.sequences import Sequences, TermWeights
from pipeline.features.windows import Stretch, windows
from pipeline.records import Reading


@dataclass(frozen=True, slots=True)
class Laid:
    """Words of documents, end to end.

    Attributes:
        starts, ends: Of each document: its first word, and one past its last; (n_documents,).
        window_starts, window_ends: The same of each window; shape (n_windows,).
    """

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


class Worded:
    """A batch of documents.

    Attributes:
        windows: The windows of each.
        lemmas: Lemmas, without function words.
        words: Words as written.
    """

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        self.windows = [windows(reading) for reading in readings]
        found = self.windows
        self.lemmas = _laid(
            [list(filter(None, lemmas(x))) for x in readings],
            [x.lemmas for x in found],
            [[window.lemmas for window in x.found] for x in found],
        )
        self.words = _laid(
            [masked_words(x, 0, len(x.document.text)) for x in readings],
            [x.words for x in found],
            [[window.words for window in x.found] for x in found],
        )


def _laid(
    whole: Sequence[list[str]],
    windowed: Sequence[list[str]],
    stretches: Sequence[Sequence[Stretch]],
) -> Laid:
    sequences: list[list[str]] = []
    documents, bases = [], []
    for all_words, of_windows in zip(whole, windowed, strict=True):
        documents.append(len(sequences))
        sequences.append(all_words)
        # Mostly every sentence has a letter in it, and both are the same words.
        if of_windows != all_words:
            sequences.append(of_windows)
        bases.append(len(sequences) - 1)
    laid = Sequences(sequences)
    sizes = [len(x) for x in stretches]
    flat = np.array([x for some in stretches for x in some], dtype=np.int64).reshape(-1, 2)
    flat += np.repeat(laid.starts[bases], sizes)[:, None]
    first = np.array(documents, dtype=np.int64)
    return Laid(laid, laid.starts[first], laid.starts[first + 1], flat[:, 0], flat[:, 1])
