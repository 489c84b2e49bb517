"""Terms of texts as a sparse matrix of weights, with a vocabulary of hashes.

A vocabulary of words is a dictionary, and reading one of a hundred thousand words back takes
seconds; sorted hashes are one array, read at once. Two terms that share a hash count as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils.validation import check_is_fitted

from pipeline.features.sequences import BUCKETS, Sequences, TermKind, TermWeights


class HashedTerms(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Terms weighed by (1 + log tf) x idf, each text of length 1.

    The weights of scikit-learn's ``TfidfVectorizer`` with ``sublinear_tf``.

    Args:
        analyzer: ``word`` (texts are words separated by spaces) or ``char_wb``.
        least, most: Words or characters in a term.
        min_df: Documents that must have a term, at least 1.

    Attributes:
        kept_: Hashes of the terms, sorted; shape (n_terms,).
        idf_: Shape (n_terms,).

    Source:
        Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009).
    """

    def __init__(
        self, analyzer: str = "word", least: int = 1, most: int = 1, min_df: int = 1
    ) -> None:
        self.analyzer = analyzer
        self.least = least
        self.most = most
        self.min_df = min_df

    def fit(self, texts: Sequence[str], y: Any = None) -> Self:  # noqa: ARG002
        """Learn which terms there are and how rare they are.

        Args:
            texts: Length n_documents.
            y: Ignored.
        """
        counts = self._hashes().transform(texts)
        documents = np.bincount(counts.indices, minlength=BUCKETS)
        self.kept_ = np.flatnonzero(documents >= max(self.min_df, 1)).astype(np.int32)
        rarity = np.log((1 + len(texts)) / (1 + documents[self.kept_])) + 1
        self.idf_ = rarity.astype(np.float32)
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Weigh the terms of texts.

        Args:
            texts: Length n_documents.

        Returns:
            Shape (n_documents, n_terms); terms that were not learned are left out.
        """
        check_is_fitted(self, "kept_")
        sequences = Sequences([text.split() for text in texts])
        return self.weights().weigh(sequences, sequences.starts[:-1], sequences.starts[1:])

    def weights(self) -> TermWeights:
        """Return what was learned, to weigh with."""
        kind = TermKind(self.analyzer, self.least, self.most)
        return TermWeights(kind, self.kept_, self.idf_)

    def _hashes(self) -> HashingVectorizer:
        return HashingVectorizer(
            analyzer=self.analyzer,
            ngram_range=(self.least, self.most),
            token_pattern=r"\S+",  # noqa: S106 - a pattern, no password
            lowercase=False,
            n_features=BUCKETS,
            alternate_sign=False,
            norm=None,
            dtype=np.float32,
        )


def words() -> HashedTerms:
    """Make the vectorizer of lemmas and pairs of lemmas, for text as ``LemmaText`` writes it."""
    return HashedTerms("word", 1, 2, min_df=2)


def chars() -> HashedTerms:
    """Make the vectorizer of five characters in a row within a word: Dutch is written together."""
    return HashedTerms("char_wb", 5, 5, min_df=3)


def phrases() -> HashedTerms:
    """Make the vectorizer of one to three words in a row, for words as they are written."""
    return HashedTerms("word", 1, 3, min_df=4)
