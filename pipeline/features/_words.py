"""The cue language: words, alternatives, beginnings, endings and gaps.

``a|b`` is either, ``woord*`` a beginning, ``*woord`` an ending (the head of a Dutch compound),
``..`` up to three words in between (``.. ..`` up to six). A word matches the lemma or the form
of a token, in lower case. Hyphens and slashes part a token: ``living-lab`` is ``living lab``,
and also ``livinglab``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.languages import Language
from pipeline.errors import CorpusError
from pipeline.features.patterns import WordPatterns

GAP = ".."
WORDS_IN_GAP = 3
PARTING = re.compile(r"[-‐‑–/+]")
WORD = re.compile(r"\*?[^\s*|]+\*?$")

# What has more parts is no compound but an enumeration or an address; published texts have 11.
MOST_PARTS = 12

# The classes of words, by number, that a token or a part of it belongs to.
Fits = frozenset[int]
NOTHING: Fits = frozenset()
# The class of what no gap may cross.
BORDER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A cue, compiled.

    Attributes:
        words: Classes of words, in order.
        gaps: Before each word, how many others may stand between; same length.
        denies: Whether a word is a negation.
        anchor: The class that is looked for first: that with the longest words.
    """

    words: tuple[int, ...]
    gaps: tuple[int, ...]
    denies: bool
    anchor: int


class Words:
    """The classes of words that patterns are made of; a class is a set of alternatives.

    Args:
        language: Of the cues.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._classes: dict[str, int] = {}
        self._patterns = WordPatterns()

    def pattern(self, text: str) -> Pattern:
        """Compile a cue.

        Raises:
            CorpusError: It is not written in the cue language.
        """
        words: list[str] = []
        gaps: list[int] = []
        gap = 0
        for part in text.split():
            if part == GAP:
                gap += WORDS_IN_GAP
                continue
            words.append(part)
            gaps.append(gap)
            gap = 0
        if not words or gap or gaps[0]:
            raise CorpusError(f"cue {text!r} must begin and end with a word")
        numbers = tuple(self._number(word, text) for word in words)
        anchor = max(range(len(words)), key=lambda n: min(map(len, words[n].split("|"))))
        negations = self._language.cue_negations
        denies = any(not negations.isdisjoint(word.split("|")) for word in words)
        return Pattern(words=numbers, gaps=tuple(gaps), denies=denies, anchor=numbers[anchor])

    def _number(self, alternatives: str, cue: str) -> int:
        if alternatives in self._classes:
            return self._classes[alternatives]
        number = self._classes[alternatives] = len(self._classes)
        for word in alternatives.split("|"):
            if not WORD.match(word) or word != word.lower():
                raise CorpusError(f"cue {cue!r}: {word!r} is no word in lower case")
            self._patterns.add(word, number)
        return number

    def lemmatize(self, analyzer: Analyzer) -> None:
        """Let every word also stand for its lemma, as this analyzer gives it."""
        whole = self._patterns.whole
        words = sorted(whole)
        for word, tokens in zip(words, analyzer.tokens(words), strict=True):
            if len(tokens) == 1 and (lemma := tokens.lemmas()[0].lower()):
                whole.setdefault(lemma, set()).update(whole[word])

    def units(self, lower: str, lemma: str) -> tuple[Fits, ...]:
        """Tell what each part of a token can stand for; most tokens have one part.

        Args:
            lower: The form in lower case.
            lemma: The lemma in lower case; empty where there is none.
        """
        parts = [part for part in PARTING.split(lower) if part]
        whole = self._fits(lower, lemma)
        if not 1 < len(parts) <= MOST_PARTS:
            return (whole,)
        lemmas = [part for part in PARTING.split(lemma) if part]
        if len(lemmas) != len(parts):
            lemmas = parts
        whole |= self._fits("".join(parts), "".join(lemmas))
        *rest, head = (self._fits(*both) for both in zip(parts, lemmas, strict=True))
        return (*rest, head | whole)

    def _fits(self, lower: str, lemma: str) -> Fits:
        found = self._patterns.of(lower)
        if lemma != lower:
            found |= self._patterns.of(lemma)
        if lower in self._language.cue_borders:
            found.add(BORDER)
        return frozenset(found) if found else NOTHING


class Places:
    """Where each class of words stands in a sentence.

    Args:
        units: The classes of each part of a token, in order.
    """

    def __init__(self, units: Iterable[Fits]) -> None:
        self._of: dict[int, list[int]] = {}
        for place, fits in enumerate(units):
            for number in fits:
                self._of.setdefault(number, []).append(place)

    def of(self, number: int) -> Sequence[int]:
        """Return the units that have a class, in order."""
        return self._of.get(number, ())

    def next(self, number: int, after: int) -> int | None:
        """Return the first unit behind another that has a class; ``None`` if there is none."""
        places = self.of(number)
        at = bisect_right(places, after)
        return places[at] if at < len(places) else None


def spans(pattern: Pattern, places: Places) -> Iterator[tuple[int, int]]:
    """Find a pattern in a sentence.

    Yields:
        First and last unit of each match.
    """
    for start in places.of(pattern.words[0]):
        if (end := _end(pattern, places, start)) is not None:
            yield start, end


def _end(pattern: Pattern, places: Places, start: int) -> int | None:
    at = start
    for word, gap in zip(pattern.words[1:], pattern.gaps[1:], strict=True):
        found, border = places.next(word, at), places.next(BORDER, at)
        # A gap does not cross a border; a border may itself be a word of the pattern.
        if found is None or found > at + 1 + gap or (border is not None and border < found):
            return None
        at = found
    return at
