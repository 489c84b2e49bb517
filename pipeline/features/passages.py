"""How strongly the strongest passage of a document speaks for each label.

A procurement form is often described in one sentence of a long notice, where it drowns among
the other words. People who judge a notice mark that passage; from their marks one linear
classifier per label learns to score sentences. A document's score is that of its best sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted
from spacy.tokens import Span

from pipeline.features.structured import count_cues
from pipeline.features.text import TermWeights, chars, lemmas, words
from pipeline.records import Evidence, Judgement, Reading

Floats = NDArray[np.float64]

# What a document without any sentence scores: as little as the least likely sentence.
NOTHING = -2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is known of a training document.

    Attributes:
        judgement: By people; ``None`` for a document of which only silver is known.
        evidence: The passages that people marked.
        group: Documents of one group stay together.
        silver: What fields and cues suggest, where people have not judged: label id or
            ``innovation_oriented`` to 1 or 0, and to a weight between 0 and 1.
    """

    judgement: Judgement | None
    evidence: tuple[Evidence, ...] = ()
    group: int
    silver: Mapping[str, tuple[float, float]] = field(default_factory=dict)


class PassageScores(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The score of the best sentence per label.

    For training documents the scores are out of fold, so that what is learned from them holds
    for unseen documents too.

    Args:
        labels: Label ids to score.
        mask_names: Hide the forms' own names, which are cues.
        strength: Inverse regularisation C of the sentence classifiers, above 0.
        folds: For the out-of-fold scores, at least 2; documents of a group stay together.

    Attributes:
        coef_: Shape (n_labels, n_features of a sentence).
        intercept_: Shape (n_labels,).
    """

    def __init__(
        self,
        labels: tuple[str, ...] = (),
        mask_names: bool = False,
        strength: float = 0.5,
        folds: int = 5,
    ) -> None:
        self.labels = labels
        self.mask_names = mask_names
        self.strength = strength
        self.folds = folds

    def fit(self, readings: Sequence[Reading], y: Sequence[Target]) -> Self:
        """Learn from marked sentences.

        Args:
            readings: Length n_documents.
            y: Length n_documents.
        """
        self.fit_transform(readings, y)
        return self

    def fit_transform(self, readings: Sequence[Reading], y: Sequence[Target], **_: Any) -> Floats:
        """Learn from marked sentences, and return out-of-fold scores.

        Args:
            readings: Length n_documents.
            y: Length n_documents.

        Returns:
            Shape (n_documents, n_labels).
        """
        sentences = [sentences_of(reading) for reading in readings]
        owners = np.repeat(np.arange(len(readings)), [len(x) for x in sentences])
        marks = np.vstack([self._marks(*x) for x in zip(readings, sentences, y, strict=True)])
        matrix = self._vectorize(readings, sentences, learn=True)
        groups = np.array([target.group for target in y])[owners]
        held_out = np.zeros((len(owners), len(self.labels)))
        for train, test in GroupKFold(self.folds).split(matrix, groups=groups):
            self._learn(matrix[train], marks[train])
            held_out[test] = self._score(matrix[test])
        self._learn(matrix, marks)
        return _best(held_out, [len(x) for x in sentences])

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Score documents.

        Args:
            readings: Length n_documents.

        Returns:
            Shape (n_documents, n_labels).
        """
        check_is_fitted(self, "coef_")
        sentences = [sentences_of(reading) for reading in readings]
        if not any(sentences):
            return np.full((len(readings), len(self.labels)), NOTHING)
        scores = self._score(self._vectorize(readings, sentences, learn=False))
        return _best(scores, [len(x) for x in sentences])

    def strongest(self, reading: Reading, label: str) -> Span | None:
        """Return the sentence that speaks most for a label; ``None`` without sentences."""
        sentences = sentences_of(reading)
        if not sentences:
            return None
        scores = self._score(self._vectorize([reading], [sentences], learn=False))
        return sentences[int(np.argmax(scores[:, self.labels.index(label)]))]

    def _vectorize(
        self, readings: Sequence[Reading], sentences: Sequence[Sequence[Span]], *, learn: bool
    ) -> csr_matrix:
        texts, cues = [], []
        for reading, spans in zip(readings, sentences, strict=True):
            tokens = lemmas(reading)
            for span in spans:
                texts.append(" ".join(filter(None, tokens[span.start : span.end])))
                inside = [x for x in reading.hits if span.start_char <= x.start < span.end_char]
                cues.append(count_cues(inside, with_names=not self.mask_names))
        if learn:
            self.words_, self.chars_, self.cues_ = words(), chars(), DictVectorizer()
            parts = [x.fit_transform(y) for x, y in self._parts(texts, cues)]
        else:
            parts = [x.transform(y) for x, y in self._parts(texts, cues)]
        return csr_matrix(hstack(parts))

    def _parts(
        self, texts: list[str], cues: list[dict[str, float]]
    ) -> list[tuple[TermWeights | DictVectorizer, list[Any]]]:
        return [(self.words_, texts), (self.chars_, texts), (self.cues_, cues)]

    def _marks(self, reading: Reading, sentences: Sequence[Span], target: Target) -> Floats:
        """1 for a marked sentence, 0 for one of a document without the label, NaN if unknown."""
        starts = {x.name: x.start for x in reading.document.sections}
        marks = np.zeros((len(sentences), len(self.labels)))
        if target.judgement is None:
            return np.full_like(marks, np.nan)
        for column, label in enumerate(self.labels):
            passages = [
                (starts[x.section] + (x.start or 0), starts[x.section] + (x.end or 0))
                for x in target.evidence
                if x.label == label and x.section in starts
            ]
            for number, span in enumerate(sentences):
                if any(start < span.end_char and span.start_char < end for start, end in passages):
                    marks[number, column] = 1.0
                elif label in target.judgement.labels:
                    # Another sentence of the document may say it too.
                    marks[number, column] = np.nan
        return marks

    def _learn(self, matrix: csr_matrix, marks: Floats) -> None:
        learned = [self._column(matrix, marks[:, x]) for x in range(len(self.labels))]
        self.coef_ = np.array([coefficients for coefficients, _ in learned])
        self.intercept_ = np.array([intercept for _, intercept in learned])

    def _column(self, matrix: csr_matrix, marks: Floats) -> tuple[Floats, float]:
        known = ~np.isnan(marks)
        if len(np.unique(marks[known])) < 2:
            # Nobody marked a passage of a new label yet: no sentence speaks for it.
            return np.zeros(matrix.shape[1], dtype=np.float32), NOTHING
        model = LinearSVC(C=self.strength, class_weight="balanced", max_iter=50_000, random_state=0)
        model.fit(matrix[known], marks[known])
        return model.coef_[0].astype(np.float32), float(model.intercept_[0])

    def _score(self, matrix: csr_matrix) -> Floats:
        return np.asarray(np.asarray(matrix @ self.coef_.T) + self.intercept_)


def sentences_of(reading: Reading) -> list[Span]:
    """Return the sentences of a document that have a letter in them."""
    return [span for span in reading.document.doc.sents if any(x.isalpha() for x in span.text)]


def _best(scores: Floats, sizes: Sequence[int]) -> Floats:
    """Take the maximum per document over its rows; ``sizes`` are the rows per document."""
    ends = np.cumsum(sizes)
    return np.array(
        [
            scores[end - size : end].max(axis=0) if size else np.full(scores.shape[1], NOTHING)
            for size, end in zip(sizes, ends, strict=True)
        ]
    )
