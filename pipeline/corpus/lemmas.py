"""Words as a search compares them: their lemma, without capitals and diacritics.

A lookup of spaCy's Dutch table, word by word, so that a text and what somebody types are treated
alike: "Innovatieve" and "innovatief" are one word, and so are "geinnoveerd" and "geïnnoveerd".
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources

WORD = re.compile(r"\w+")


def lemmas_of(text: str) -> list[str]:
    """Return the lemma of each word of a text, in order."""
    return [lemma(word) for word in WORD.findall(text)]


def lemma_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the lemma of each word, with where the word begins and ends."""
    for found in WORD.finditer(text):
        yield lemma(found[0]), found.start(), found.end()


@lru_cache(maxsize=500_000)
def lemma(word: str) -> str:
    """Return the lemma of a word; of one that the table does not know, the word."""
    plain = folded(word)
    return _table().get(plain, plain)


def folded(text: str) -> str:
    """Take capitals and diacritics out: "Éénmalig" becomes "eenmalig"."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(x for x in parts if not unicodedata.combining(x))


@cache
def _table() -> Mapping[str, str]:
    path = resources.files("spacy_lookups_data") / "data" / "nl_lemma_lookup.json.gz"
    words: dict[str, str] = json.loads(gzip.decompress(path.read_bytes()))
    # Of two spellings that are folded into one, the one without diacritics holds.
    return {folded(x): folded(words[x]) for x in sorted(words, key=lambda x: folded(x) == x)}
