"""The words of a document as features: lemmas, with what must not be learned masked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.lang.nl.stop_words import STOP_WORDS
from spacy.tokens import Doc

from pipeline.records import Reading

# Stand-ins are upper case: lemmas are lower case, so they cannot collide.
BUYER = "KOPER"
NUMBER = "GETAL"
KEPT = "lemmas"

# Function words tell the writer's style, not what is bought: a model that may use them takes
# running prose for innovation. The negations stay, for what is "not yet" there.
FUNCTION_WORDS = frozenset(STOP_WORDS - {"niet", "geen", "nog"})

WORD = re.compile(r"[^\W\d_][\w'’-]*$")


class TermWeights(TfidfVectorizer):  # type: ignore[misc]
    """scikit-learn's vectorizer, with plain integers in its vocabulary.

    scikit-learn leaves numpy integers there, and skops writes each of them as a file of its
    own: a model of 20 MB would take 85.
    """

    def fit_transform(self, raw_documents: Iterable[str], y: Any = None) -> csr_matrix:
        """Learn vocabulary and weights; return the matrix, shape (n_documents, n_terms)."""
        matrix = super().fit_transform(raw_documents, y)
        plain = {term: int(column) for term, column in vars(self)["vocabulary_"].items()}
        self.vocabulary_ = plain
        return matrix


def words() -> TermWeights:
    """Make the vectorizer of lemmas and pairs of lemmas, for text as ``LemmaText`` writes it."""
    return TermWeights(
        lowercase=False,
        token_pattern=r"\S+",  # noqa: S106 - a pattern, no password
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
        dtype=np.float32,
    )


def chars() -> TermWeights:
    """Make the vectorizer of five characters in a row within a word: Dutch is written together."""
    return TermWeights(
        lowercase=False,
        analyzer="char_wb",
        ngram_range=(5, 5),
        min_df=3,
        sublinear_tf=True,
        dtype=np.float32,
    )


class LemmaText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Each document as one string of lemmas, separated by spaces, ready for a vectorizer.

    The buyer's name becomes ``KOPER``, numbers ``GETAL``; punctuation and links fall away, and
    so do the forms' own names (``innovatiepartnerschap``): those reach a model as cues only,
    which know whether the name is negated, history or another's.
    """

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing; text has no parameters.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[str]:
        """Write each document as its lemmas.

        Args:
            readings: Length n_documents.

        Returns:
            Strings, length n_documents.
        """
        return [" ".join(filter(None, lemmas(reading))) for reading in readings]


def lemmas(reading: Reading) -> list[str]:
    """Return the lemma of each token, with masks in place.

    Returns:
        Length n_tokens; "" for tokens that are no words.
    """
    doc = reading.document.doc
    # Three features ask for them; the document keeps them.
    if KEPT not in doc.user_data:
        masks = _masks(reading)
        doc.user_data[KEPT] = [
            masks[token.i] if token.i in masks else normal(token.lemma_) for token in doc
        ]
    found: list[str] = doc.user_data[KEPT]
    return found


@lru_cache(maxsize=200_000)
def normal(lemma: str) -> str:
    """Write a lemma in lower case; a number as ``GETAL``; no word or a function word as ""."""
    if WORD.match(lemma):
        word = lemma.lower()
        return "" if word in FUNCTION_WORDS else word
    return NUMBER if lemma[:1].isdigit() else ""


def _masks(reading: Reading) -> dict[int, str]:
    document = reading.document
    masks: dict[int, str] = {}
    for hit in reading.hits:
        if hit.names:
            _mask(document.doc, hit.start, hit.end, "", masks)
    for start, end in _occurrences(document.text, document.notice.buyer):
        _mask(document.doc, start, end, BUYER, masks)
    return masks


def _occurrences(text: str, buyer: str | None) -> list[tuple[int, int]]:
    if not buyer:
        return []
    return [found.span() for found in _name_pattern(buyer).finditer(text)]


@lru_cache(maxsize=10_000)
def _name_pattern(buyer: str) -> re.Pattern[str]:
    # Several buyers are joined with "; "; each may stand in the text by itself.
    names = sorted((re.escape(x.strip()) for x in buyer.split(";") if x.strip()), key=len)
    return re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in reversed(names)), re.IGNORECASE)


def _mask(doc: Doc, start: int, end: int, mask: str, masks: dict[int, str]) -> None:
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return
    masks[span.start] = mask
    masks |= dict.fromkeys(range(span.start + 1, span.end), "")
