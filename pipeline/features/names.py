"""Whose form is it? Learned from judged notices, by the words around the names of forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted

from pipeline.features.counts import CountColumns
from pipeline.features.surroundings import (
    ABSENT,
    NameOdds,
    log_odds,
    names_in,
    surest,
    surroundings,
)
from pipeline.features.targets import Target
from pipeline.features.worded import Worded
from pipeline.records import Reading

Floats = NDArray[np.float64]


class NameScope(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How surely the name of each form is said of the notice itself, in its title and body.

    For training documents the values are out of fold.

    Args:
        forms: Form ids.
        mask_names: Take no notice of names at all.
        strength: Inverse regularisation C, above 0.
        folds: At least 2; documents of a group stay together.

    Attributes:
        coef_: Shape (n_columns,).
        intercept_: A number.
    """

    def __init__(
        self,
        forms: tuple[str, ...] = (),
        mask_names: bool = False,
        strength: float = 0.3,
        folds: int = 5,
    ) -> None:
        self.forms = forms
        self.mask_names = mask_names
        self.strength = strength
        self.folds = folds

    def fit(self, readings: Sequence[Reading], y: Sequence[Target]) -> Self:
        """Learn from judged documents; those that nobody judged are passed over.

        Args:
            readings: Length n_documents.
            y: Length n_documents.
        """
        self.fit_transform(readings, y)
        return self

    def fit_transform(self, readings: Sequence[Reading], y: Sequence[Target], **_: Any) -> Floats:
        """Learn, and return out-of-fold values; see ``transform``."""
        named = [names_in(reading, self.forms, self.mask_names) for reading in readings]
        owners = np.repeat(np.arange(len(readings)), [len(x) for x in named])
        self.columns_ = DictVectorizer(dtype=np.float64)
        pairs = zip(readings, named, strict=True)
        around = [surroundings(reading, hit) for reading, hits in pairs for hit in hits]
        # Without a single name there is nothing to learn, and no column either.
        matrix = self.columns_.fit_transform(around or [{"title": 0.0}])[: len(around)]
        truth = np.array(
            [
                np.nan if (told := y[i].judgement) is None else float(hit.label in told.forms)
                for i, hits in enumerate(named)
                for hit in hits
            ]
        )
        groups = np.array([target.group for target in y])[owners]
        odds = np.zeros(len(owners))
        folds = GroupKFold(self.folds).split(matrix, groups=groups) if around else ()
        for seen, unseen in folds:
            self._learn(matrix[seen], truth[seen])
            odds[unseen] = log_odds(matrix[unseen], self.coef_, self.intercept_)
        self._learn(matrix, truth)
        return surest(readings, named, odds, self.forms)

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Return the log-odds of the surest name per form and place.

        Args:
            readings: Length n_documents.

        Returns:
            Between ``ABSENT`` and ``SUREST``; shape (n_documents, n_forms * 2), the title and
            the body of the first form, then those of the next.
        """
        check_is_fitted(self, "coef_")
        return self.odds().values(Worded(readings))

    def odds(self) -> NameOdds:
        """Return what was learned, to judge names with."""
        return NameOdds(
            forms=self.forms,
            mask_names=self.mask_names,
            columns=CountColumns(tuple(self.columns_.feature_names_)),
            coef=self.coef_,
            intercept=self.intercept_,
        )

    def _learn(self, matrix: Any, truth: Floats) -> None:
        known = np.flatnonzero(~np.isnan(truth))
        if len(np.unique(truth[known])) < 2:
            # Nothing to tell apart: the names count as little as where none stands.
            self.coef_, self.intercept_ = np.zeros(matrix.shape[1]), ABSENT
            return
        model = LogisticRegression(C=self.strength, solver="liblinear", random_state=0)
        model.fit(matrix[known], truth[known])
        self.coef_, self.intercept_ = model.coef_[0], float(model.intercept_[0])
