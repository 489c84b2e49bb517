"""How near texts are to those that were read before, by the words they share."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from pipeline.features.terms import HashedTerms

Floats = NDArray[np.float64]

WORD = re.compile(r"\w+")

# Texts compared at once: with some thousands that were read this stays below 100 MB.
AT_ONCE = 512


class Nearness:
    """Texts, and the cosine similarity of each to the nearest one that was read.

    Args:
        texts: Length N.
        read: Texts that were read before.

    Attributes:
        nearest: 0 to 1, shape (N,); what has no word in common with any is at 0.
        density: Cosine similarity to the mean of all N, 0 to 1, shape (N,): how much of what
            is asked of a text is asked of others.
    """

    def __init__(self, texts: Sequence[str], read: Sequence[str]) -> None:
        rows = _weighed([*texts, *read])
        self._rows = rows[: len(texts)]
        self.nearest = _nearest(self._rows, rows[len(texts) :])
        mean = csr_matrix(self._rows.mean(axis=0)) if len(texts) else self._rows
        self.density = _nearest(self._rows, normalize(mean) if mean.shape[0] else mean)

    def add(self, place: int) -> None:
        """Count one of the texts as read."""
        alike = (self._rows @ self._rows[place].T).toarray().ravel()
        self.nearest = np.maximum(self.nearest, alike)
        # A text without known words is unlike itself, and yet it was read.
        self.nearest[place] = 1.0


def _weighed(texts: Sequence[str]) -> csr_matrix:
    plain = [" ".join(WORD.findall(text.lower())) for text in texts]
    # A word of one text only makes nothing alike.
    rows = HashedTerms("word", 1, 1, min_df=2).fit_transform(plain) if plain else csr_matrix((0, 1))
    return rows if rows.shape[1] else csr_matrix((len(plain), 1))


def _nearest(rows: csr_matrix, known: csr_matrix) -> Floats:
    if not (rows.shape[0] and known.shape[0]):
        return np.zeros(rows.shape[0])
    turned = known.T.tocsr()
    parts = [rows[n : n + AT_ONCE] @ turned for n in range(0, rows.shape[0], AT_ONCE)]
    return np.concatenate([x.max(axis=1).toarray().ravel() for x in parts]).astype(np.float64)
