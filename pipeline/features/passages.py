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
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from pipeline.features.counts import CountColumns
from pipeline.features.scoring import (
    NOTHING,
    PassageOdds,
    WindowColumns,
    scored,
    together,
    window_cues,
)
from pipeline.features.targets import Target
from pipeline.features.terms import chars, phrases, words
from pipeline.features.windows import Window
from pipeline.features.worded import Worded
from pipeline.records import Reading

Floats = NDArray[np.float64]

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
        strength: float = 1.0,
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
        worded = Worded(readings)
        found = list(map(worded.windows.of, range(len(readings))))
        owners = np.repeat(np.arange(len(readings)), [len(x) for x in found])
        marks = np.vstack([self._marks(*x) for x in zip(readings, found, y, strict=True)])
        self._learn_columns(worded)
        matrix = self._columns().matrix(worded)
        groups = np.array([target.group for target in y])[owners]
        held_out = np.zeros((len(owners), len(self.labels)))
        for train, test in GroupKFold(self.folds).split(matrix, groups=groups):
            self._learn(matrix[train], marks[train])
            held_out[test] = scored(matrix[test], self._coef(), self.intercept_)
        self._learn(matrix, marks)
        return together(held_out, worded.windows.bounds)

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Score documents.

        Args:
            readings: Length n_documents.

        Returns:
            Shape (n_documents, n_labels * 3): per label the ``SCORES``.
        """
        check_is_fitted(self, "coef_")
        return self.odds().values(Worded(readings))

    def odds(self) -> PassageOdds:
        """Return what was learned, to score passages with."""
        return PassageOdds(self.labels, self._columns(), self._coef(), self.intercept_)

    def _coef(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(self.coef_.T)

    def _columns(self) -> WindowColumns:
        return WindowColumns(
            words=self.words_.weights(),
            chars=self.chars_.weights(),
            phrases=self.phrases_.weights(),
            cues=CountColumns(tuple(self.cues_.feature_names_)),
            mask_names=self.mask_names,
        )

    def _learn_columns(self, worded: Worded) -> None:
        lemmas, written = worded.lemmas.window_texts(), worded.words.window_texts()
        self.words_, self.chars_ = words().fit(lemmas), chars().fit(lemmas)
        self.phrases_ = phrases().fit(written)
        self.cues_ = DictVectorizer(dtype=np.float32).fit(window_cues(worded, self.mask_names))

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


def rounded(weights: Floats) -> NDArray[np.float32]:
    """Keep three digits of weights: the rest is noise, and makes a file twice as large."""
    return np.asarray(weights, dtype=np.float16).astype(np.float32)
