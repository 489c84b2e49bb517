"""Patterns of single words, each with the numbers of what it stands for.

``brug`` is a word, ``brug*`` a beginning, ``*brug`` an ending, ``*brug*`` anywhere in a word.
"""

from __future__ import annotations


class WordPatterns:
    """Finds what a word stands for by looking its parts up, however many patterns there are."""

    def __init__(self) -> None:
        self.whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._endings: dict[str, set[int]] = {}
        self._within: dict[str, set[int]] = {}
        # Parts of other lengths are not looked up.
        self._lengths: tuple[set[int], set[int], set[int]] = (set(), set(), set())

    def add(self, pattern: str, number: int) -> None:
        """Let a pattern stand for a number, besides those it has."""
        stem = pattern.strip("*")
        kind = 2 * pattern.startswith("*") + pattern.endswith("*")
        found = (self.whole, self._beginnings, self._endings, self._within)[kind]
        found.setdefault(stem, set()).add(number)
        if kind:
            self._lengths[kind - 1].add(len(stem))

    def of(self, word: str) -> set[int]:
        """Return the numbers of all patterns that a word in lower case matches."""
        found = set(self.whole.get(word, ()))
        size = len(word)
        beginnings, endings, within = self._lengths
        for length in beginnings:
            if some := self._beginnings.get(word[:length]):
                found |= some
        for length in endings:
            if some := self._endings.get(word[-length:]):
                found |= some
        for length in within:
            for start in range(size - length + 1):
                if some := self._within.get(word[start : start + length]):
                    found |= some
        return found
