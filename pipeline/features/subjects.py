"""What a notice is about: the words of each mission that stand in its title and its text.

A few thousand judged notices cannot show all that public buyers buy; the word lists of the
codebook hold what the field knows. Compounds are why patterns may match within a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.features.lemmas import masked_words
from pipeline.features.patterns import WordPatterns
from pipeline.features.worded import Worded
from pipeline.records import Notice, Reading

Floats = NDArray[np.float64]

# Per mission: its words in the title; those and its words for titles there, and where the text
# opens; its words in the whole text, and its part of all such words; its CPV codes.
COUNTED = ("title", "titled", "opening", "text", "part", "cpv")
ANYWHERE, TITLES = 0, 1
# Words in which a text mostly says what it is about.
OPENING = 40
# More words of one mission say no more.
MOST = 6
# What is longer is no word of Dutch, and would take long to look through.
LONGEST_WORD = 80
# More words are forgotten, so that memory does not grow with the number of notices.
MOST_KEPT = 100_000


@dataclass(frozen=True, eq=False)
class SubjectWords:
    """The word lists of the missions.

    Attributes:
        anywhere: Mission id to words that show it wherever they stand; see ``WordPatterns``.
        titles: Those that show it in a title or an opening: further on they stand in clauses too.
        cpv: Beginnings of CPV codes that often go with it.
    """

    anywhere: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    cpv: Mapping[str, tuple[str, ...]]
    _known: _Words = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", _Words(self.anywhere, self.titles))

    def values(self, worded: Worded) -> Floats:
        """Count the words of each mission.

        Returns:
            Between 0 and 1, shape (n_documents, n_missions * 6): per mission the ``COUNTED``.
        """
        laid = worded.words
        starts, ends = laid.starts.tolist(), laid.ends.tolist()
        rows = [
            self._row(reading, laid.words[start:end])
            for reading, start, end in zip(worded.readings, starts, ends, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.cpv) * len(COUNTED))

    def _row(self, reading: Reading, words: Sequence[str]) -> Floats:
        titled = len(masked_words(reading, 0, reading.document.title_end))
        known = self._known
        telling = [(place, word) for place, word in enumerate(words) if known[word]]
        title = [word for place, word in telling if place < titled]
        text = [word for place, word in telling if place >= titled]
        opening = [word for place, word in telling if titled <= place < titled + OPENING]
        first = self._counted(title, ANYWHERE)
        whole = first + self._counted(text, ANYWHERE)
        named = first + self._counted(title, TITLES)
        opened = self._counted(opening, ANYWHERE) + self._counted(opening, TITLES)
        columns = (
            np.minimum(first, 1.0),
            np.minimum(named, 2.0) / 2,
            np.minimum(opened, 3.0) / 3,
            np.log1p(np.minimum(whole, MOST)) / np.log1p(MOST),
            whole / max(1.0, whole.sum()),
            self._coded(reading.document.notice),
        )
        return np.column_stack(columns).ravel()

    def _counted(self, words: Sequence[str], where: int) -> Floats:
        """Count words; the same word again says less than another one. Shape (n_missions,)."""
        found = np.zeros(len(self.cpv))
        for word, times in Counter(words).items():
            for place in self._known[word][where]:
                found[place] += 1 + 0.3 * min(times - 1, 3)
        return found

    def _coded(self, notice: Notice) -> Floats:
        main = notice.cpv[0] if notice.cpv else ""
        return np.array([float(main.startswith(some)) for some in self.cpv.values()])


class _Words(dict[str, tuple[tuple[int, ...], ...]]):
    """Words in lower case, and the places of the missions they show: anywhere, and in titles.

    A word is looked at when it is first asked for; one that shows nothing has an empty tuple.
    """

    def __init__(self, *lists: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._patterns = [WordPatterns() for _ in lists]
        for patterns, words in zip(self._patterns, lists, strict=True):
            for place, some in enumerate(words.values()):
                for pattern in some:
                    patterns.add(pattern, place)

    def __missing__(self, word: str) -> tuple[tuple[int, ...], ...]:
        if len(self) > MOST_KEPT:
            self.clear()
        found: tuple[tuple[int, ...], ...] = ()
        if len(word) <= LONGEST_WORD:
            found = tuple(tuple(sorted(x.of(word))) for x in self._patterns)
        self[word] = found if any(found) else ()
        return self[word]
