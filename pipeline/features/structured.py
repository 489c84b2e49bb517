"""The structured fields of a notice, and its cues, as named counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from pipeline.features.counts import count_cues, indicators
from pipeline.records import Reading


class StructuredFields(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Procedure, kind, nature, CPV and strategic fields, one indicator per value.

    Fields with three states (declared, declared none, absent) give nothing when absent:
    several notice types may not carry them, so absence is no sign (eForms SDK 1.15.1, BT-06).
    """

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Name the indicators of each notice.

        Args:
            readings: Length n_documents.

        Returns:
            Indicator name to 1.0, length n_documents.
        """
        return [dict.fromkeys(indicators(reading.document.notice), 1.0) for reading in readings]


class CueCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How often each label's cues stand in a document, by status.

    Args:
        with_names: Count also the cues that are a form's own name.
    """

    def __init__(self, with_names: bool = True) -> None:
        self.with_names = with_names

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Count the cues of each document.

        Args:
            readings: Length n_documents.

        Returns:
            Count name to a number from 1 to ``MOST_PER_CUE``, length n_documents.
        """
        return [count_cues(reading.hits, with_names=self.with_names) for reading in readings]
