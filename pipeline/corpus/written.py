"""Words as they are written, rows of letters and rows of digits, and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# What goes on for longer is a list or a table; judging a cue by its sentence takes time that grows
# with the square of it. The longest of 2,474 sentences of published notices has 160 tokens.
LONGEST_SENTENCE = 250

ROW = re.compile(r"[^\W\d_]+|\d+")


def letter_rows(text: str) -> list[str]:
    """Return the rows of letters and the rows of digits of a text, in lower case."""
    return ROW.findall(text.lower())


def rows_apart(text: str, forms: Iterable[str]) -> bool:
    """Whether no row goes on from one token of a text to the next."""
    return list(chain.from_iterable(map(letter_rows, forms))) == letter_rows(text)


def bounded(sentences: Integers) -> Integers:
    """Cut sentences that are too long into parts of ``LONGEST_SENTENCE`` tokens.

    Args:
        sentences: See ``Tokens``.
    """
    long = np.flatnonzero(np.diff(sentences) > LONGEST_SENTENCE)
    pairs = zip(sentences[long].tolist(), sentences[long + 1].tolist(), strict=True)
    cuts = [np.arange(start, end, LONGEST_SENTENCE) for start, end in pairs]
    return np.unique(np.concatenate([sentences, *cuts])) if cuts else sentences
