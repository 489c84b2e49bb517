"""Words as they are written: rows of letters, and rows of digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

ROW = re.compile(r"[^\W\d_]+|\d+")


def letter_rows(text: str) -> list[str]:
    """Return the rows of letters and the rows of digits of a text, in lower case."""
    return ROW.findall(text.lower())


def rows_apart(text: str, forms: Iterable[str]) -> bool:
    """Whether no row goes on from one token of a text to the next."""
    return list(chain.from_iterable(map(letter_rows, forms))) == letter_rows(text)
