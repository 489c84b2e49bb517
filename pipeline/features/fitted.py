"""Fitted features, ready to be applied: what ``pipeline.features.matrix`` learned and no more.

They need neither scikit-learn nor the model they came from, so that a command starts at once; an
estimator's own ``transform`` gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.sparse import csr_matrix, hstack

from pipeline.features.counts import CountColumns, codes, count_cues, indicators
from pipeline.features.scoring import Floats, PassageOdds
from pipeline.features.sequences import TermWeights
from pipeline.features.subjects import SubjectWords
from pipeline.features.surroundings import NameOdds
from pipeline.features.worded import Worded
from pipeline.records import Reading


@dataclass(frozen=True, eq=False)
class LemmaTerms:
    """Terms of lemmas."""

    weights: TermWeights

    def values(self, worded: Worded) -> csr_matrix:
        """Weigh the terms of documents."""
        return worded.lemmas.weigh(self.weights)


@dataclass(frozen=True, eq=False)
class TitleTerms:
    """Terms of the lemmas of titles."""

    weights: TermWeights

    def values(self, worded: Worded) -> csr_matrix:
        """Weigh the terms of titles."""
        return worded.titles.weigh(self.weights)


@dataclass(frozen=True, eq=False)
class WrittenTerms:
    """Terms of words as they are written."""

    weights: TermWeights

    def values(self, worded: Worded) -> csr_matrix:
        """Weigh the terms of documents."""
        return worded.words.weigh(self.weights)


@dataclass(frozen=True, eq=False)
class CountedCues:
    """Cues by label, kind and status."""

    columns: CountColumns
    with_names: bool

    def values(self, worded: Worded) -> csr_matrix:
        """Count the cues of documents."""
        counts = [count_cues(x.hits, with_names=self.with_names) for x in worded.readings]
        return self.columns.matrix(counts, np.float64)


@dataclass(frozen=True, eq=False)
class NamedFields:
    """Structured fields, one indicator per value."""

    columns: CountColumns

    def values(self, worded: Worded) -> csr_matrix:
        """Name what holds for each notice."""
        found = [dict.fromkeys(indicators(x.document.notice), 1.0) for x in worded.readings]
        return self.columns.matrix(found, np.float64)


@dataclass(frozen=True, eq=False)
class NamedCodes:
    """CPV codes, one indicator per beginning."""

    columns: CountColumns

    def values(self, worded: Worded) -> csr_matrix:
        """Name the beginnings of each notice's code."""
        found = [dict.fromkeys(codes(x.document.notice), 1.0) for x in worded.readings]
        return self.columns.matrix(found, np.float64)


Fitted = (
    LemmaTerms
    | TitleTerms
    | WrittenTerms
    | CountedCues
    | NamedFields
    | NamedCodes
    | SubjectWords
    | PassageOdds
    | NameOdds
)


@dataclass(frozen=True, eq=False)
class FittedFeatures:
    """All features of a model, by name and in the order of their columns."""

    parts: Mapping[str, Fitted]

    @property
    def passages(self) -> PassageOdds:
        """What was learned of passages; every model has it."""
        return cast(PassageOdds, self.parts["passages"])

    def values(self, readings: Sequence[Reading]) -> dict[str, csr_matrix | Floats]:
        """Return what each feature says of documents.

        Args:
            readings: Length n_documents.

        Returns:
            Feature name to a matrix, shape (n_documents, n_columns), in order.
        """
        worded = Worded(readings)
        return {name: part.values(worded) for name, part in self.parts.items()}


def side_by_side(values: Mapping[str, csr_matrix | Floats]) -> csr_matrix:
    """Put features side by side; float64, columns in order, without zeros."""
    matrix = csr_matrix(hstack([csr_matrix(x, dtype=np.float64) for x in values.values()]))
    matrix.sort_indices()
    return matrix
