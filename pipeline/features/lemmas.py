"""The words of a document: lemmas, or as written, with what must not be learned masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from spacy.attrs import LEMMA
from spacy.tokens import Doc

from pipeline.corpus.languages.nl import LANGUAGE as DUTCH
from pipeline.records import Reading

# Stand-ins are upper case: lemmas are lower case, so they cannot collide.
BUYER = "KOPER"
NUMBER = "GETAL"
KEPT = "lemmas"

# The forms' own names are judged by their surroundings (``pipeline.features.names``).
NAME = "VORMNAAM"

TOKEN = re.compile(r"[^\W\d_]+|\d+")
WORD = re.compile(r"[^\W\d_][\w'’-]*$")
# What a search that ignores case takes for i, s or k, and lower case does not.
UNLIKE = re.compile("[\u0130\u0131\u017f\u212a]")


def masked_words(reading: Reading, start: int, end: int) -> list[str]:
    """Return the words between two characters in lower case, forms' names masked."""
    text, at, found = reading.document.text, start, []
    named = sorted({(x.start, x.end) for x in reading.hits_from(start, end) if x.names})
    for first, last in named:
        found += [*_tokens(text[at:first]), NAME]
        at = max(at, last)
    return [*found, *_tokens(text[at:end])]


def _tokens(text: str) -> list[str]:
    return [NUMBER if x[0].isdigit() else x for x in TOKEN.findall(text.lower())]


def lemmas(reading: Reading) -> list[str]:
    """Return the lemma of each token, with masks in place.

    Returns:
        Length n_tokens; "" for tokens that are no words.
    """
    doc = reading.document.doc
    # Several features ask for them; the document keeps them.
    if KEPT not in doc.user_data:
        numbers = doc.to_array(LEMMA).tolist()
        _learn(doc, numbers)
        found = [_NORMAL[number] for number in numbers]
        for place, mask in _masks(reading).items():
            found[place] = mask
        doc.user_data[KEPT] = found
    kept: list[str] = doc.user_data[KEPT]
    return kept


# What a lemma is written as, by spaCy's number of it, which is the same in every vocabulary.
_NORMAL: dict[int, str] = {}
MOST_KEPT = 50_000


def _learn(doc: Doc, numbers: Iterable[int]) -> None:
    if len(_NORMAL) > MOST_KEPT:
        _NORMAL.clear()
    strings = doc.vocab.strings
    _NORMAL.update((x, normal(strings[x])) for x in set(numbers).difference(_NORMAL))


def normal(lemma: str) -> str:
    """Write a lemma in lower case; a number as ``GETAL``; no word or a function word as ""."""
    if WORD.match(lemma):
        word = lemma.lower()
        # A model that may use function words takes running prose for innovation.
        return "" if word in DUTCH.function_words else word
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


def _mask(doc: Doc, start: int, end: int, mask: str, masks: dict[int, str]) -> None:
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return
    masks[span.start] = mask
    masks |= dict.fromkeys(range(span.start + 1, span.end), "")
