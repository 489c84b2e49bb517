"""The words of a document as features: lemmas, with what must not be learned masked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin
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

# The forms' own names are judged by their surroundings (``pipeline.features.names``).
NAME = "VORMNAAM"

TOKEN = re.compile(r"[^\W\d_]+|\d+")
WORD = re.compile(r"[^\W\d_][\w'’-]*$")


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


class WrittenText(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Each document as one string of the words as they are written, function words included.

    "Voor ons nieuw" and "zoals bij ons" differ in nothing that ``LemmaText`` keeps.
    """

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[str]:
        """Write each document as its words.

        Args:
            readings: Length n_documents.

        Returns:
            Strings, length n_documents.
        """
        return [masked_words(reading, 0, len(reading.document.text)) for reading in readings]


def masked_words(reading: Reading, start: int, end: int) -> str:
    """Return the words between two characters in lower case, forms' names masked."""
    text, at, found = reading.document.text, start, []
    named = sorted({(x.start, x.end) for x in reading.hits if x.names and start <= x.start < end})
    for first, last in named:
        found += [*_tokens(text[at:first]), NAME]
        at = max(at, last)
    return " ".join([*found, *_tokens(text[at:end])])


def _tokens(text: str) -> list[str]:
    return [NUMBER if x[0].isdigit() else x for x in TOKEN.findall(text.lower())]


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
