"""What a notice is about: the words of each mission that stand in its title and its text.

A few thousand judged notices cannot show all that public buyers buy; the word lists of the
codebook hold what the field knows. Compounds are why patterns may match within a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.features.lemmas import masked_words
from pipeline.records import Notice, Reading

if TYPE_CHECKING:
    from pipeline.features.worded import Worded

Floats = NDArray[np.float64]

# Per mission: its words in the title; those and its words for titles there, and where the text
# opens; its words in the whole text, and its part of all such words; its CPV codes.
COUNTED = ("title", "titled", "opening", "text", "part", "cpv")
# Words in which a text mostly says what it is about.
OPENING = 40
# More words of one mission say no more.
MOST = 6
# What is longer is no word of Dutch, and would take long to look through.
LONGEST_WORD = 80
# More words are forgotten, so that memory does not grow with the number of notices.
MOST_KEPT = 100_000


@dataclass(frozen=True, eq=False)
class WordList:
    """Patterns of single words, per mission.

    Attributes:
        words: Mission id to patterns: ``brug`` a word, ``brug*`` a beginning, ``*brug`` an ending,
            ``*brug*`` anywhere in a word.
    """

    words: Mapping[str, tuple[str, ...]]
    _stems: dict[str, list[tuple[int, bool, bool]]] = field(
        default_factory=dict, init=False, repr=False
    )
    _known: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for place, patterns in enumerate(self.words.values()):
            for pattern in patterns:
                ends = (pattern.startswith("*"), pattern.endswith("*"))
                self._stems.setdefault(pattern.strip("*"), []).append((place, *ends))

    def missions_of(self, word: str) -> tuple[int, ...]:
        """Return the places of the missions that a word in lower case points to."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            known = self._known[word] = tuple(sorted(self._found(word)))
        return known

    def counted(self, words: Sequence[str]) -> Floats:
        """Count words; the same word again says less than another one. Shape (n_missions,)."""
        found = np.zeros(len(self.words))
        for word, times in Counter(words).items():
            for place in self.missions_of(word):
                found[place] += 1 + 0.3 * min(times - 1, 3)
        return found

    def _found(self, word: str) -> set[int]:
        size, longest = len(word), max(map(len, self._stems), default=0)
        if size > LONGEST_WORD:
            return set()
        return {
            place
            for start in range(size)
            for end in range(start + 1, min(start + longest, size) + 1)
            for place, before, behind in self._stems.get(word[start:end], ())
            if (before or not start) and (behind or end == size)
        }


@dataclass(frozen=True, eq=False)
class SubjectWords:
    """The word lists of the missions.

    Attributes:
        anywhere: Words that show a mission wherever they stand.
        titles: Words that show it in a title or an opening: further on they stand in clauses too.
        cpv: Mission id to beginnings of CPV codes that often go with it.
    """

    anywhere: WordList
    titles: WordList
    cpv: Mapping[str, tuple[str, ...]]

    def values(self, worded: Worded) -> Floats:
        """Count the words of documents; see :meth:`count`."""
        return self.count(worded.readings)

    def count(self, readings: Sequence[Reading]) -> Floats:
        """Count the words of each mission.

        Returns:
            Between 0 and 1, shape (n_documents, n_missions * 6): per mission the ``COUNTED``.
        """
        rows = [self._row(reading) for reading in readings]
        return np.array(rows, dtype=np.float64).reshape(
            len(rows), len(self.anywhere.words) * len(COUNTED)
        )

    def _row(self, reading: Reading) -> Floats:
        document = reading.document
        end = next((x.end for x in document.sections if x.name == "title"), 0)
        title = masked_words(reading, 0, end)
        text = masked_words(reading, end, len(document.text))
        first = self.anywhere.counted(title)
        whole = first + self.anywhere.counted(text)
        titled = first + self.titles.counted(title)
        opening = self.anywhere.counted(text[:OPENING]) + self.titles.counted(text[:OPENING])
        part = whole / max(1.0, whole.sum())
        capped = np.log1p(np.minimum(whole, MOST)) / np.log1p(MOST)
        named = (np.minimum(first, 1.0), np.minimum(titled, 2.0) / 2, np.minimum(opening, 3.0) / 3)
        columns = (*named, capped, part, self._coded(document.notice))
        return np.column_stack(columns).ravel()

    def _coded(self, notice: Notice) -> Floats:
        main = notice.cpv[0] if notice.cpv else ""
        return np.array([float(main.startswith(some)) for some in self.cpv.values()])
