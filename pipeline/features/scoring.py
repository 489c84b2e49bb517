"""The scores of passages, by what was learned of them: see ``pipeline.features.passages``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.features.counts import CountColumns, count_cues
from pipeline.features.hashing import Integers
from pipeline.features.sequences import TermWeights
from pipeline.features.windows import Window
from pipeline.features.worded import Worded
from pipeline.records import Reading

Floats = NDArray[np.float64]

# Where a document keeps the scores of its windows, for whoever asks which passage is strongest.
KEPT = "passages"

# What a document without any sentence scores: as little as the least likely window.
NOTHING = -2.0
SCORES = ("best", "best_three", "number")
MOST_COUNTED = 4

# How much each part of a window counts.
PARTS = {"words": 0.7, "chars": 0.7, "phrases": 0.7, "cues": 0.3}


@dataclass(frozen=True, eq=False)
class WindowColumns:
    """How the windows of documents become rows of a matrix."""

    words: TermWeights
    chars: TermWeights
    phrases: TermWeights
    cues: CountColumns
    mask_names: bool

    def matrix(self, worded: Worded) -> csr_matrix:
        """Vectorize the windows of documents.

        Returns:
            Float32, shape (n_windows, n_features).
        """
        parts = {
            "words": worded.lemmas.weigh_windows(self.words),
            "chars": worded.lemmas.weigh_windows(self.chars),
            "phrases": worded.words.weigh_windows(self.phrases),
            "cues": self.cues.matrix(window_cues(worded, self.mask_names), np.float32),
        }
        return csr_matrix(hstack([part * PARTS[name] for name, part in parts.items()]))


def window_cues(worded: Worded, mask_names: bool) -> list[dict[str, float]]:
    """Count the cues in each window."""
    windows = worded.windows
    counts: list[dict[str, float]] = [{}] * len(windows.starts)
    for reading, (first, last) in zip(
        worded.readings, pairwise(windows.bounds.tolist()), strict=True
    ):
        if reading.hits:
            pairs = zip(
                windows.starts[first:last].tolist(), windows.ends[first:last].tolist(), strict=True
            )
            counts[first:last] = [
                count_cues(reading.hits_from(*pair), with_names=not mask_names) for pair in pairs
            ]
    return counts


@dataclass(frozen=True, eq=False)
class PassageOdds:
    """What was learned of passages.

    Attributes:
        labels: Label ids that are scored.
        columns: Of the windows.
        coef: Shape (n_features of a window, n_labels).
        intercept: Shape (n_labels,).
    """

    labels: tuple[str, ...]
    columns: WindowColumns
    coef: NDArray[np.float32]
    intercept: Floats

    def values(self, worded: Worded) -> Floats:
        """Score documents.

        Returns:
            Shape (n_documents, n_labels * 3): per label the ``SCORES``.
        """
        scores = np.zeros((0, len(self.labels)))
        bounds = worded.windows.bounds
        if bounds[-1]:
            scores = scored(self.columns.matrix(worded), self.coef, self.intercept)
        for place, reading in enumerate(worded.readings):
            rows = scores[bounds[place] : bounds[place + 1]]
            reading.document.tokens.kept[KEPT] = self, worded.windows, place, rows
        return together(scores, bounds)

    def strongest(self, reading: Reading, label: str) -> Window | None:
        """Return the sentence that speaks most for a label; ``None`` without sentences."""
        kept = reading.document.tokens.kept
        if KEPT not in kept or kept[KEPT][0] is not self:
            self.values(Worded([reading]))
        _, windows, number, scores = kept[KEPT]
        found: list[Window] = windows.of(number)
        single = [place for place, window in enumerate(found) if window.sentences == 1]
        if not single:
            return None
        column = scores[single, self.labels.index(label)]
        return found[single[int(np.argmax(column))]]


def scored(matrix: csr_matrix, coef: NDArray[np.float32], intercept: Floats) -> Floats:
    """Score windows.

    Args:
        coef: Shape (n_features, n_labels). scikit-learn's transpose of it would be copied whole,
            each time.
    """
    return np.asarray(np.asarray(matrix @ coef) + intercept)


def together(scores: Floats, bounds: Integers) -> Floats:
    """Bring the scores of windows together.

    Args:
        bounds: The first window of each document, and the end.
    """
    sizes = np.diff(bounds)
    found = np.empty((len(sizes), scores.shape[1], len(SCORES)))
    # Documents of as many windows at once.
    for size in np.unique(sizes).tolist():
        some = np.flatnonzero(sizes == size)
        rows = scores[bounds[some][:, None] + np.arange(size)]
        found[some] = _of_documents(rows) if size else (NOTHING, NOTHING, 0.0)
    return found.reshape(len(sizes), -1)


def _of_documents(scores: Floats) -> Floats:
    """Return the scores of documents; shape (n_documents, n_windows, n_labels) to (.., .., 3)."""
    ordered = np.sort(scores, axis=1)[:, ::-1]
    number = np.minimum((scores > 0).sum(axis=1), MOST_COUNTED) / 2
    return np.stack([ordered[:, 0], ordered[:, :3].mean(axis=1), number], axis=-1)
