"""Windows: the sentences of a document and each two in a row, by which passages are found.

One decisive clause in a text of three hundred words drowns in the words of the whole; in its
window it is half of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.features.hashing import Integers
from pipeline.records import Tokens


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a document: one sentence, or two in a row.

    Attributes:
        start, end: Characters in the document's text.
        sentences: 1 or 2.
    """

    start: int
    end: int
    sentences: int


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """The sentences of documents that have a letter in them, documents end to end.

    Attributes:
        first, last: Their tokens, the last excluded, as places among those of all documents; shape
            (n_sentences,).
        starts, ends: Their characters in the text of the document; shape (n_sentences,).
        bounds: The first sentence of each document, and the end; shape (n_documents + 1,).
        lettered: Whether a token is in one of them; shape (n_tokens,).
    """

    first: Integers
    last: Integers
    starts: Integers
    ends: Integers
    bounds: Integers
    lettered: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The windows of documents, end to end.

    Attributes:
        one, two: Of each the first and the last sentence, by place; shape (n_windows,).
        starts, ends: Its characters in the text of the document; shape (n_windows,).
        bounds: The first window of each document, and the end; shape (n_documents + 1,).
    """

    one: Integers
    two: Integers
    starts: Integers
    ends: Integers
    bounds: Integers

    def of(self, place: int) -> list[Window]:
        """Return the windows of one document, in order of its text."""
        some = slice(*self.bounds[place : place + 2])
        sentences = self.two[some] - self.one[some] + 1
        columns = (self.starts[some].tolist(), self.ends[some].tolist(), sentences.tolist())
        return list(map(Window, *columns))


def sentences_of(texts: Sequence[Tokens]) -> Sentences:
    """Return the sentences of documents."""
    sizes = np.array([len(x) for x in texts], dtype=np.int64)
    before = offsets(sizes)
    counts = np.array([len(x.sentences) - 1 for x in texts], dtype=np.int64)
    base = np.repeat(before[:-1], counts)
    first = end_to_end([x.sentences[:-1] for x in texts]) + base
    last = end_to_end([x.sentences[1:] for x in texts]) + base
    letters, blank = _told(texts, _has_letter), _told(texts, _is_blank)
    if not len(first):
        return Sentences(first, last, first, first, offsets(counts), letters)
    # The line breaks after a sentence are its tokens too, and no part of what it says.
    said = np.maximum.reduceat(np.where(blank, -1, np.arange(len(blank))), first)
    kept = np.logical_or.reduceat(letters, first)
    starts, ends = end_to_end([x.starts for x in texts]), end_to_end([x.ends for x in texts])
    return Sentences(
        first=first[kept],
        last=last[kept],
        starts=starts[first[kept]],
        ends=ends[said[kept]],
        bounds=offsets(kept)[offsets(counts)],
        lettered=np.repeat(kept, last - first),
    )


def windows_of(found: Sentences) -> Windows:
    """Return the windows of documents, from their sentences."""
    count = len(found.first)
    owners = np.repeat(np.arange(len(found.bounds) - 1), np.diff(found.bounds))
    paired = np.append(owners[1:] == owners[:-1], [False])[:count]
    at = offsets(1 + paired)
    one = np.repeat(np.arange(count), 1 + paired)
    two = one.copy()
    # Each sentence, and then with the next.
    two[at[:-1][paired] + 1] += 1
    return Windows(one, two, found.starts[one], found.ends[two], at[found.bounds])


def _told(texts: Sequence[Tokens], tell: Callable[[str, str], bool]) -> NDArray[np.bool_]:
    """Return what a function says of each token of documents, end to end."""
    told = [x.lexicon.array(tell, np.bool_)[x.numbers] for x in texts]
    return np.concatenate([np.zeros(0, dtype=np.bool_), *told])


def end_to_end(arrays: Iterable[Integers]) -> Integers:
    """Join arrays, also when there are none."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays])


def offsets(sizes: NDArray[Any]) -> Integers:
    """Return where each of some stretches begins when they stand end to end, and the end."""
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def _has_letter(form: str, lemma: str) -> bool:  # noqa: ARG001
    return any(map(str.isalpha, form))


def _is_blank(form: str, lemma: str) -> bool:  # noqa: ARG001
    return form.isspace()
