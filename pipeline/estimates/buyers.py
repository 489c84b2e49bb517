"""The sort of buyer by the words of a country, beside those that all countries share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import cast

from pipeline.countries import Country
from pipeline.notices.buyers import WORDS
from pipeline.records import BuyerKind, Notice


def kind_of_buyer(notices: Sequence[Notice], country: Country) -> BuyerKind | None:
    """Return the sort of buyer of a lot, or of a notice; ``None`` where no notice tells.

    The word that stands first in the official name decides, of the country or of all; of the
    country's own that begin at one place the longest: a communal administration is a commune.
    Without a word, what the notices say.
    """
    said = next((x.buyer_kind for x in notices if x.buyer_kind), None)
    name = next((x.buyer for x in notices if x.buyer), None)
    if not country.buyers or not name or said == "international":
        return said
    first = name.split(";")[0]
    own = {
        cast("BuyerKind", kind): (found.start(), -len(found[0]))
        for kind, words in country.buyers.items()
        if (found := _whole_words(words).search(first))
    }
    shared = [found.start() for words in WORDS.values() if (found := words.search(first))]
    kind = min(own, key=lambda x: own[x], default=None)
    if kind is None or min(shared, default=len(first)) < own[kind][0]:
        return said
    # An intercommunal company is no government, but it may well be one of water or energy.
    return said if (kind, said) == ("other", "utility") else kind


@cache
def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.I)
