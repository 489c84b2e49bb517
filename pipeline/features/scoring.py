"""The scores of passages, by what was learned of them: see ``pipeline.features.passages``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.features.counts import CountColumns, count_cues
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
    return [
        count_cues(
            reading.hits_from(window.start, window.end),
            with_names=not mask_names,
        )
        if reading.hits
        else {}
        for reading, some in zip(worded.readings, worded.windows, strict=True)
        for window in some.found
    ]


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
        sizes = [len(x.found) for x in worded.windows]
        if any(sizes):
            scores = scored(self.columns.matrix(worded), self.coef, self.intercept)
        for reading, windows, end in zip(
            worded.readings, worded.windows, np.cumsum(sizes).tolist(), strict=True
        ):
            rows = scores[end - len(windows.found) : end]
            reading.document.doc.user_data[KEPT] = self, windows.found, rows
        return together(scores, sizes)

    def strongest(self, reading: Reading, label: str) -> Window | None:
        """Return the sentence that speaks most for a label; ``None`` without sentences."""
        kept = reading.document.doc.user_data
        if KEPT not in kept or kept[KEPT][0] is not self:
            self.values(Worded([reading]))
        _, found, scores = kept[KEPT]
        single = [place for place, window in enumerate(found) if window.sentences == 1]
        if not single:
            return None
        column = scores[single, self.labels.index(label)]
        best: Window = found[single[int(np.argmax(column))]]
        return best


def scored(matrix: csr_matrix, coef: NDArray[np.float32], intercept: Floats) -> Floats:
    """Score windows.

    Args:
        coef: Shape (n_features, n_labels). scikit-learn's transpose of it would be copied whole,
            each time.
    """
    return np.asarray(np.asarray(matrix @ coef) + intercept)


def together(scores: Floats, sizes: Sequence[int]) -> Floats:
    """Bring the scores of windows together; ``sizes`` are the windows per document."""
    ends = np.cumsum(sizes)
    rows = (scores[end - size : end] for size, end in zip(sizes, ends, strict=True))
    return np.array([_of_document(x) for x in rows]).reshape(len(sizes), -1)


def _of_document(scores: Floats) -> Floats:
    if not len(scores):
        nothing = np.full(scores.shape[1], NOTHING)
        return np.column_stack([nothing, nothing, np.zeros_like(nothing)]).ravel()
    ordered = np.sort(scores, axis=0)[::-1]
    number = np.minimum((scores > 0).sum(axis=0), MOST_COUNTED) / 2
    return np.column_stack([ordered[0], ordered[:3].mean(axis=0), number]).ravel()
