"""What the transformers share that learn nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from pipeline.records import Reading


class Stateless(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A transformer of which fitting changes nothing."""

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        # scikit-learn tells a fitted transformer by an attribute of such a name.
        self.fitted_ = True
        return self
