"""How strongly the passages of a document speak for each label.

A label often rests on one clause of a long notice, where it drowns among the other words. People
who judge a notice mark that passage; from their marks one linear classifier per label learns to
score windows. A document's scores are those of its best window, of its three best together, and
how many speak for the label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from pipeline.features.structured import count_cues
from pipeline.features.targets import Target
from pipeline.features.terms import chars, phrases, words
from pipeline.features.windows import Window, windows
from pipeline.records import Reading

Floats = NDArray[np.float64]

# What a document without any sentence scores: as little as the least likely window.
NOTHING = -2.0
SCORES = ("best", "best_three", "number")
MOST_COUNTED = 4

# How much each part of a window counts.
PARTS = {"words": 0.7, "chars": 0.7, "phrases": 0.7, "cues": 0.3}
# A label has a hundred windows without it for each one with it; a third of them will do.
EVERY = 3


class PassageScores(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Three scores per label, from the windows of a document.

    For training documents the scores are out of fold, so that what is learned from them holds
    for unseen documents too.

    Args:
        labels: Label ids to score.
        evidence: Label id to the labels whose marked passages speak for it; itself where it is
            not named. A passage that shows a transformation also shows innovation.
        mask_names: Hide the forms' own names, which are cues.
        strength: Inverse regularisation C of the classifiers, above 0.
        folds: For the out-of-fold scores, at least 2; documents of a group stay together.

    Attributes:
        coef_: Shape (n_labels, n_features of a window).
        intercept_: Shape (n_labels,).
    """

    def __init__(
        self,
        labels: tuple[str, ...] = (),
        evidence: Mapping[str, tuple[str, ...]] | None = None,
        mask_names: bool = False,
        strength: float = 0.3,
        folds: int = 4,
    ) -> None:
        self.labels = labels
        self.evidence = evidence
        self.mask_names = mask_names
        self.strength = strength
        self.folds = folds

    def fit(self, readings: Sequence[Reading], y: Sequence[Target]) -> Self:
        """Learn from marked passages.

        Args:
            readings: Length n_documents.
            y: Length n_documents.
        """
        self.fit_transform(readings, y)
        return self

    def fit_transform(self, readings: Sequence[Reading], y: Sequence[Target], **_: Any) -> Floats:
        """Learn from marked passages, and return out-of-fold scores; see ``transform``."""
        found = [windows(reading) for reading in readings]
        owners = np.repeat(np.arange(len(readings)), [len(x) for x in found])
        marks = np.vstack([self._marks(*x) for x in zip(readings, found, y, strict=True)])
        matrix = self._vectorize(readings, found, learn=True)
        groups = np.array([target.group for target in y])[owners]
        held_out = np.zeros((len(owners), len(self.labels)))
        for train, test in GroupKFold(self.folds).split(matrix, groups=groups):
            self._learn(matrix[train], marks[train])
            held_out[test] = self._score(matrix[test])
        self._learn(matrix, marks)
        return _together(held_out, [len(x) for x in found])

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Score documents.

        Args:
            readings: Length n_documents.

        Returns:
            Shape (n_documents, n_labels * 3): per label the ``SCORES``.
        """
        check_is_fitted(self, "coef_")
        found = [windows(reading) for reading in readings]
        scores = np.zeros((0, len(self.labels)))
        if any(found):
            scores = self._score(self._vectorize(readings, found, learn=False))
        return _together(scores, [len(x) for x in found])

    def strongest(self, reading: Reading, label: str) -> Window | None:
        """Return the sentence that speaks most for a label; ``None`` without sentences."""
        found = [window for window in windows(reading) if window.sentences == 1]
        if not found:
            return None
        scores = self._score(self._vectorize([reading], [found], learn=False))
        return found[int(np.argmax(scores[:, self.labels.index(label)]))]

    def _vectorize(
        self, readings: Sequence[Reading], found: Sequence[Sequence[Window]], *, learn: bool
    ) -> csr_matrix:
        flat = [window for some in found for window in some]
        lemmas, written = [x.lemmas for x in flat], [x.words for x in flat]
        cues = [self._cues(r, x) for r, some in zip(readings, found, strict=True) for x in some]
        if learn:
            self.words_, self.chars_ = words().fit(lemmas), chars().fit(lemmas)
            self.phrases_ = phrases().fit(written)
            self.cues_ = DictVectorizer(dtype=np.float32).fit(cues)
        parts = {
            "words": self.words_.transform(lemmas),
            "chars": self.chars_.transform(lemmas),
            "phrases": self.phrases_.transform(written),
            "cues": self.cues_.transform(cues),
        }
        return csr_matrix(hstack([part * PARTS[name] for name, part in parts.items()]))

    def _cues(self, reading: Reading, window: Window) -> dict[str, float]:
        inside = [x for x in reading.hits if window.start <= x.start < window.end]
        return count_cues(inside, with_names=not self.mask_names)

    def _marks(self, reading: Reading, found: Sequence[Window], target: Target) -> Floats:
        """1 for a marked window, 0 for one of a document without the label, NaN if unknown."""
        marks = np.zeros((len(found), len(self.labels)))
        if target.judgement is None:
            return np.full_like(marks, np.nan)
        starts = {x.name: x.start for x in reading.document.sections}
        aside = [any(a <= x.start and x.end <= b for a, b in target.asides) for x in found]
        for column, label in enumerate(self.labels):
            accepted = (self.evidence or {}).get(label, (label,))
            passages = [
                (starts[x.section] + (x.start or 0), starts[x.section] + (x.end or 0))
                for x in target.evidence
                if x.label in accepted and x.section in starts
            ]
            holds = not {label, *accepted}.isdisjoint(target.judgement.labels)
            marked = [any(a < x.end and x.start < b for a, b in passages) for x in found]
            # Another window of a document with the label may say it too, unless it is an aside.
            rest = (1.0 if target.passage else np.nan) if holds else 0.0
            marks[:, column] = np.where(marked, 1.0, np.where(aside, 0.0, rest))
        return marks

    def _learn(self, matrix: csr_matrix, marks: Floats) -> None:
        coefficients, intercepts = [], []
        rows = np.arange(len(marks))
        for column in range(len(self.labels)):
            told = marks[:, column]
            used = np.flatnonzero((told == 1) | ((told == 0) & ((rows + column) % EVERY == 0)))
            weights, intercept = self._fitted(matrix[used], told[used])
            coefficients.append(weights)
            intercepts.append(intercept)
        self.coef_, self.intercept_ = np.array(coefficients), np.array(intercepts)

    def _fitted(self, matrix: csr_matrix, told: Floats) -> tuple[NDArray[np.float32], float]:
        if len(np.unique(told)) < 2:
            return np.zeros(matrix.shape[1], dtype=np.float32), NOTHING
        model = LinearSVC(
            C=self.strength, class_weight="balanced", max_iter=50_000, tol=1e-3, random_state=0
        )
        model.fit(matrix, told)
        return rounded(model.coef_[0]), float(model.intercept_[0])

    def _score(self, matrix: csr_matrix) -> Floats:
        return np.asarray(np.asarray(matrix @ self.coef_.T) + self.intercept_)


def rounded(weights: Floats) -> NDArray[np.float32]:
    """Keep three digits of weights: the rest is noise, and makes a file twice as large."""
    return np.asarray(weights, dtype=np.float16).astype(np.float32)


def _together(scores: Floats, sizes: Sequence[int]) -> Floats:
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
