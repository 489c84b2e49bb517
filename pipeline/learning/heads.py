"""Calibrated linear classifiers side by side: one yes-or-no question each.

Every candidate we compare (logistic regression, linear SVM, naive Bayes) is linear, so all
heads together are one matrix: a batch of documents costs one multiplication, and the weight of
a word can be shown to whoever asks why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from pipeline.errors import CorpusError
from pipeline.features.passages import rounded

Floats = NDArray[np.float64]
Linear = tuple[Floats, float]

# Inverse regularisation of the calibration, whose terms are brought to the same spread.
CALIBRATION = 0.1

# With fewer examples than folds there is no out-of-fold score to calibrate on.
FEWEST_EXAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryTask:
    """One yes-or-no question that a head is to learn.

    Attributes:
        answers: 1, 0, or NaN where the question does not apply; shape (n_documents,).
        columns: How much each feature counts, at least 0; shape (n_features,).
        direct: Columns that speak of this very question (passages, names and cues); they enter
            once more at calibration, where thousands of words cannot drown them.
        strength: Inverse regularisation C, above 0; smoothing 1/C for ``bayes``.
        weights: How much each answer counts, above 0 where there is one; (n_documents,).
    """

    answers: Floats
    weights: Floats
    columns: Floats
    direct: NDArray[np.int64]
    strength: float


class Heads(BaseEstimator):  # type: ignore[misc]
    """One calibrated linear classifier per question.

    A head sees only the documents its question applies to. Calibration is Platt's, a logistic
    curve through out-of-fold scores (folds by group), with the question's direct features as
    further terms; being linear in the features it is folded into the weights.

    Args:
        classifier: ``logistic``, ``svm`` or ``bayes``.
        folds: Folds for calibration, at least 2.
        seed: Of the assignment to folds.

    Attributes:
        names_: Questions, sorted; shape (n_heads,).
        coef_: Shape (n_heads, n_features); features times these are log-odds.
        intercept_: Shape (n_heads,).
        scores_: Out-of-fold calibrated probabilities of the training documents, NaN where a
            question does not apply; shape (n_documents, n_heads).

    Source:
        Platt, Probabilistic outputs for support vector machines (1999).
    """

    def __init__(self, classifier: str = "svm", folds: int = 4, seed: int = 0) -> None:
        self.classifier = classifier
        self.folds = folds
        self.seed = seed

    def fit(
        self,
        matrix: csr_matrix,
        questions: Mapping[str, BinaryTask],
        groups: NDArray[np.int64],
    ) -> Self:
        """Learn every head.

        Args:
            matrix: Shape (n_documents, n_features).
            questions: By name.
            groups: Documents of one group are never on both sides of a fold; (n_documents,).

        Raises:
            CorpusError: A question has fewer than ``FEWEST_EXAMPLES`` yes or no answers.
        """
        self.names_ = np.array(sorted(questions))
        fitted = [self._head(x, matrix, questions[x], groups) for x in self.names_]
        self.coef_ = rounded(np.vstack([head[0] for head in fitted]))
        self.intercept_ = np.array([head[1] for head in fitted])
        self.scores_ = np.column_stack([head[2] for head in fitted])
        return self

    def predict_proba(self, matrix: csr_matrix) -> Floats:
        """Return the probability of yes.

        Args:
            matrix: Shape (n_documents, n_features).

        Returns:
            Between 0 and 1, shape (n_documents, n_heads), columns as in ``names_``.
        """
        check_is_fitted(self, "coef_")
        return np.asarray(expit(np.asarray(matrix @ self.coef_.T) + self.intercept_))

    def _head(
        self,
        name: str,
        matrix: csr_matrix,
        question: BinaryTask,
        groups: NDArray[np.int64],
    ) -> tuple[Floats, float, Floats]:
        used = np.flatnonzero(~np.isnan(question.answers))
        x = (matrix[used] @ diags_array(question.columns)).tocsr()
        y, group, weight = question.answers[used].astype(int), groups[used], question.weights[used]
        fewest = min(int(y.sum()), int((1 - y).sum()))
        if fewest < FEWEST_EXAMPLES:
            raise CorpusError(
                f"{name}: {fewest} examples of the rarer answer; {FEWEST_EXAMPLES} are needed",
                hint="Label more notices for it.",
            )
        learn = CLASSIFIERS[self.classifier]
        folds = StratifiedGroupKFold(self.folds, shuffle=True, random_state=self.seed)
        held_out = np.zeros(len(y))
        for train, test in folds.split(x, y, group):
            coef, intercept = learn(x[train], y[train], weight[train], question.strength)
            held_out[test] = x[test] @ coef + intercept
        terms = np.column_stack([held_out, matrix[used][:, question.direct].toarray()])
        middle, spread = terms.mean(axis=0), terms.std(axis=0) + 1e-6
        curve = LogisticRegression(C=CALIBRATION, max_iter=1000)
        curve.fit((terms - middle) / spread, y, weight)
        scores = np.full(len(question.answers), np.nan)
        scores[used] = curve.predict_proba((terms - middle) / spread)[:, 1]
        coef, intercept = learn(x, y, weight, question.strength)
        slope, *slopes = curve.coef_[0] / spread
        coef = slope * coef * question.columns
        coef[question.direct] += slopes
        start = float(curve.intercept_[0] - (curve.coef_[0] * middle / spread).sum())
        return coef, slope * intercept + start, scores


def _logistic(x: csr_matrix, y: NDArray[np.int64], weight: Floats, strength: float) -> Linear:
    model = LogisticRegression(
        C=strength, solver="liblinear", class_weight="balanced", max_iter=1000
    ).fit(x, y, weight)
    return model.coef_[0], float(model.intercept_[0])


def _svm(x: csr_matrix, y: NDArray[np.int64], weight: Floats, strength: float) -> Linear:
    model = LinearSVC(C=strength, class_weight="balanced", max_iter=50_000, random_state=0)
    model.fit(x, y, weight)
    return model.coef_[0], float(model.intercept_[0])


def _bayes(x: csr_matrix, y: NDArray[np.int64], weight: Floats, strength: float) -> Linear:
    model = ComplementNB(alpha=1 / strength, norm=True).fit(x, y, weight)
    yes, no = model.feature_log_prob_[1], model.feature_log_prob_[0]
    return yes - no, 0.0


CLASSIFIERS: Mapping[str, Callable[[csr_matrix, NDArray[np.int64], Floats, float], Linear]] = {
    "logistic": _logistic,
    "svm": _svm,
    "bayes": _bayes,
}
