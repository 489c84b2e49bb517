"""The words of a document: lemmas, or as written, with what must not be learned masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.corpus.written import letter_rows
from pipeline.records import MASK, Reading, Tokens

# Stand-ins are upper case: lemmas are lower case, so they cannot collide.
BUYER = "KOPER"
NUMBER = "GETAL"

# The forms' own names are judged by their surroundings (``pipeline.features.names``).
NAME = "VORMNAAM"

WORD = re.compile(r"[^\W\d_][\w'’-]*$")
# What a search that ignores case takes for i, s or k, and lower case does not.
UNLIKE = re.compile("[\u0130\u0131\u017f\u212a]")

Numbers = NDArray[np.int32]


def lemma_words(form: str, lemma: str) -> tuple[str, ...]:  # noqa: ARG001
    """Return the lemma of a token in lower case; ``GETAL`` for a number; nothing for no word.

    Nothing for a function word either.
    """
    if lemma.startswith(MASK):
        return tuple(lemma[1:].split())
    if WORD.match(lemma):
        word = lemma.lower()
        # A model that may use function words takes running prose for innovation.
        return () if word in DUTCH.function_words else (word,)
    return (NUMBER,) if lemma[:1].isdigit() else ()


def written_words(form: str, lemma: str) -> tuple[str, ...]:  # noqa: ARG001
    """Return the words of a token as written, in lower case; ``GETAL`` for numbers."""
    if form.startswith(MASK):
        return tuple(form[1:].split())
    return tuple(_rows(form))


def masked_words(reading: Reading, start: int, end: int) -> list[str]:
    """Return the words as written between two characters, forms' names masked."""
    text, at, found = reading.document.text, start, []
    named = sorted({(x.start, x.end) for x in reading.hits_from(start, end) if x.names})
    for first, last in named:
        found += [*_rows(text[at:first]), NAME]
        at = max(at, last)
    return [*found, *_rows(text[at:end])]


def _rows(text: str) -> list[str]:
    return [NUMBER if x[0].isdigit() else x for x in letter_rows(text)]


def lemma_numbers(reading: Reading) -> Numbers:
    """Return the tokens of a document, with stand-ins for forms' names and the buyer.

    Returns:
        Numbers of its lexicon, shape (n_tokens,).
    """
    document, tokens = reading.document, reading.document.tokens
    named = [(x.start, x.end) for x in reading.hits if x.names]
    bought = _occurrences(document.text, document.notice.buyer)
    if not named and not bought:
        return tokens.numbers
    numbers = tokens.numbers.copy()
    for start, end in named:
        _mask(numbers, tokens, start, end, "")
    for start, end in bought:
        _mask(numbers, tokens, start, end, BUYER)
    return numbers


def written_numbers(reading: Reading) -> Numbers:
    """Return the tokens of a document, with stand-ins for forms' names; see ``lemma_numbers``."""
    tokens = reading.document.tokens
    named = sorted({(x.start, x.end) for x in reading.hits if x.names})
    if not named:
        return tokens.numbers
    numbers = tokens.numbers.copy()
    for start, end, count in _together(named):
        _mask(numbers, tokens, start, end, " ".join([NAME] * count))
    return numbers


def _together(named: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the stretches that names cover, and how many names each has."""
    at, until, count = *named[0], 1
    for start, end in named[1:]:
        if start >= until:
            yield at, until, count
            at, count = start, 0
        until, count = max(until, end), count + 1
    yield at, until, count


def _mask(numbers: Numbers, tokens: Tokens, start: int, end: int, mask: str) -> None:
    covered = tokens.covering(start, end)
    if covered is None:
        return
    first, last = covered
    lexicon = tokens.lexicon
    numbers[first:last] = lexicon.number(MASK, MASK)
    numbers[first] = lexicon.number(MASK + mask, MASK + mask)


def _occurrences(text: str, buyer: str | None) -> list[tuple[int, int]]:
    if not buyer or not _may_name(text, buyer):
        return []
    return [found.span() for found in _name_pattern(buyer).finditer(text)]


def _may_name(text: str, buyer: str) -> bool:
    """Whether a search for the buyer may find something: a pattern takes long to make."""
    if not buyer.isascii() or UNLIKE.search(text):
        return True
    written = text.lower()
    return any(name.strip() in written for name in buyer.lower().split(";"))


@lru_cache(maxsize=10_000)
def _name_pattern(buyer: str) -> re.Pattern[str]:
    # Several buyers are joined with "; "; each may stand in the text by itself.
    names = sorted((re.escape(x.strip()) for x in buyer.split(";") if x.strip()), key=len)
    return re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in reversed(names)), re.IGNORECASE)
