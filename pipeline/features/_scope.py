"""What the words around a cue make of it: part of a name, denied, history, or simply said."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.features._history import is_history
from pipeline.features._negation import is_negated
from pipeline.features._place import Place
from pipeline.records import CueStatus

QUOTES = frozenset("'\"‘’“”„«»`")


def status(place: Place) -> CueStatus:
    """Judge one cue by its sentence; buyers' names and homonyms are judged elsewhere."""
    if is_name(place):
        return "name"
    if is_negated(place):
        return "negated"
    return "history" if is_history(place) else "asserted"


def is_name(place: Place) -> bool:
    """Whether the cue is a part of the name of a department, building, firm or event."""
    naming = place.language.naming
    if place.tail and not naming.heads.match(place.tail):
        return True
    if place.forms[place.first][0].islower():
        return _in_quoted_name(place)
    before = [
        word for word in place.words[max(0, place.first - 3) : place.first] if word not in QUOTES
    ]
    if naming.named.intersection(before[-1:]):
        return True
    if place.first == place.last and naming.programmes.intersection(before[-1:]):
        return True
    if naming.company.intersection(place.words[place.last + 1 : place.last + 4]):
        return not place.title
    return _capitalised(place, before) or _in_quoted_name(place)


def _capitalised(place: Place, before: Sequence[str]) -> bool:
    """A place or firm: "aan Proeftuin Zuidland", without an article."""
    following = place.forms[place.last + 1 : place.last + 2]
    return (
        not place.title
        and bool(following)
        and following[0][0].isupper()
        and bool(place.language.naming.at.intersection(before[-1:]))
    )


def _in_quoted_name(place: Place) -> bool:
    if place.title:
        return False
    opening = _quote(place.words[: place.first][::-1])
    closing = _quote(place.words[place.last + 1 :])
    if opening is None or closing is None or opening + closing == 0:
        return False
    at = place.first - opening - 2
    return at < 0 or place.words[at] not in place.language.naming.titles


def _quote(words: Sequence[str]) -> int | None:
    for position, word in enumerate(words):
        if word in QUOTES:
            return position
    return None
