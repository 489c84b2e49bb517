"""Where a cue stands: its sentence, and the clause around it.

There is no parser: the embedded pipeline has none. Positions are token positions within the
sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.corpus.languages import Clauses, Language
from pipeline.records import Kind

# Tokens of a clause on either side of a cue; of 3,420 notices four have a longer one.
REACH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a cue stands.

    Attributes:
        forms: The tokens of the sentence as written.
        words: The same in lower case.
        first, last: First and last token of the cue, both within.
        tail: What follows the cue within its last token: ``gebouw`` of ``fieldlab-gebouw``.
        denies: Whether the cue itself has a negation ("nog niet op de markt").
        label: What the cue points to.
        kind: What the notice does.
        year: Of publication, or ``None``.
        title: Whether the sentence is a title, where capitals mean nothing.
        language: Of the sentence.
    """

    forms: Sequence[str]
    words: Sequence[str]
    first: int
    last: int
    tail: str
    denies: bool
    label: str
    kind: Kind
    year: int | None
    title: bool
    language: Language


def clause(place: Place) -> tuple[int, int]:
    """Find the stretch around a cue that no clause border cuts, at most ``REACH`` on either side.

    A comma is a border where a conjunction follows, or where a verb has passed between the cue
    and the comma: in an enumeration the verb is still to come.

    Returns:
        Start, and one past the end.
    """
    words, small = place.words, place.language.clauses
    start, least = place.first, max(0, place.first - REACH)
    while start > least and not _border(words, start - 1, small):
        start -= 1
    end = place.last + 1
    passed = any(map(small.allowing.match, words[place.first : end]))
    # "de pilot die in 2019 is gehouden": the clause that follows at once is about the cue.
    if words[end : end + 1] and words[end] in small.relatives:
        end += 1
    most = min(len(words), end + REACH)
    while end < most and not (
        _border(words, end, small) or _comma_ends(words, end, small, passed=passed)
    ):
        passed = passed or words[end] in small.finite or bool(small.allowing.match(words[end]))
        end += 1
    return start, end


def _border(words: Sequence[str], position: int, small: Clauses) -> bool:
    word = words[position]
    if word in small.borders:
        return True
    following = words[position + 1 : position + 2]
    if word == ",":
        # "een pilot, prijsvraag, en hackathon" goes on; a clause has its own verb.
        begins = bool(small.conjunctions.intersection(following))
        return begins and _has_verb(words[position + 1 :], small)
    if word in small.relatives:
        return _has_verb(words[position + 1 :], small)
    return word in small.joining and bool(small.finite.intersection(following))


def _comma_ends(words: Sequence[str], position: int, small: Clauses, *, passed: bool) -> bool:
    if words[position] != "," or small.asides.intersection(words[position + 1 : position + 2]):
        return False
    return passed or bool(small.finite.intersection(words[position + 1 : position + 4]))


def _has_verb(words: Sequence[str], small: Clauses) -> bool:
    return bool(small.finite.intersection(words[:9]))


def article(place: Place) -> str:
    """Return the article or preposition nearest before the cue, within three words, or ""."""
    small = place.language.clauses
    for word in reversed(place.words[max(0, place.first - 3) : place.first]):
        if word in small.definite or word in small.prepositions or word in small.indefinite:
            return word
    return ""


def preposition(place: Place) -> str:
    """Return the preposition or verb nearest before the cue, within four words, or ""."""
    small = place.language.clauses
    for word in reversed(place.words[max(0, place.first - 4) : place.first]):
        if word in small.prepositions or word in small.finite:
            return word
    return ""
