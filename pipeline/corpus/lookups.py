"""The lemma of each word form, by the tables of ``spacy-lookups-data``, mapped from disk."""

from __future__ import annotations

from functools import cache, partial
from importlib import metadata

import numpy as np
from spacy.lookups import load_lookups
from spacy.strings import get_string_id

from pipeline.prepared import Arrays, prepared


class LemmaTable:
    """The lemma of each word form in lower case.

    Two arrays, sorted by spaCy's hash of the form, which are mapped from disk: as a dictionary they
    take 200 MB and two seconds.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._hashes, self._ends, self._text = arrays["hashes"], arrays["ends"], arrays["text"]

    def get(self, form: str, default: str) -> str:
        """Look a form up."""
        wanted = get_string_id(form)
        place = int(np.searchsorted(self._hashes, np.uint64(wanted)))
        if place == len(self._hashes) or int(self._hashes[place]) != wanted:
            return default
        start, end = self._ends[place : place + 2].tolist()
        return self._text[start:end].tobytes().decode()


@cache
def lemma_table(code: str) -> LemmaTable:
    """Return the table of a language in ``spacy-lookups-data``."""
    versions = [metadata.version(name) for name in ("spacy", "spacy-lookups-data", "numpy")]
    return LemmaTable(prepared("lemmas", [*versions, code], partial(_arrays, code)))


def _arrays(code: str) -> Arrays:
    table = load_lookups(code, ["lemma_lookup"]).get_table("lemma_lookup")
    hashes = sorted(table)
    # Of some languages the table gives several lemmas, the likeliest first.
    found = (table[x] for x in hashes)
    lemmas = [(x if isinstance(x, str) else x[0]).encode() for x in found]
    return {
        "hashes": np.array(hashes, dtype=np.uint64),
        "ends": np.cumsum([0, *map(len, lemmas)]),
        "text": np.frombuffer(b"".join(lemmas), dtype=np.uint8),
    }
