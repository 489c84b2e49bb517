"""Whether a cue is denied, within its clause; by which words, says the language."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.features._place import Place, article, clause, preposition


def is_negated(place: Place) -> bool:
    """Whether a negation reaches the cue; a negation inside the cue is part of its meaning."""
    deny = place.language.negation
    if place.words[place.first].startswith(deny.prefixes):
        return True
    if place.denies:
        return False
    if deny.words.intersection(place.words[place.first : place.last + 1]):
        return True
    if _elsewhere(place):
        return True
    if article(place) in place.language.clauses.demonstratives:
        return False
    start, end = clause(place)
    before = place.words[start : place.first]
    after = place.words[place.last + 1 : end]
    return _denied_before(place, before, after) or _denied_after(place, after)


def _elsewhere(place: Place) -> bool:
    if article(place) in place.language.clauses.demonstratives:
        return False
    found = place.language.negation.elsewhere.search(" ".join(place.words[place.last + 1 :]))
    return bool(found) and preposition(place) not in place.language.clauses.places


def _denied_before(place: Place, before: Sequence[str], after: Sequence[str]) -> bool:
    deny = place.language.negation
    if deny.away.search(" ".join(before[-6:])) or deny.throughout.search(" ".join(before)):
        return True
    for distance, word in enumerate(reversed(before)):
        between = before[len(before) - distance :]
        if word not in deny.words or _denies_nothing(place, word, between):
            continue
        if word in deny.adverbs:
            verb = before[max(0, len(before) - distance - 3) : len(before) - distance - 1]
            return _adverb_before(place, between, (*verb, *after[:3]))
        return distance <= 9 and (word in deny.always or _reaches(place, between))
    return False


def _denies_nothing(place: Place, word: str, following: Sequence[str]) -> bool:
    no_denial = place.language.negation.no_denial.get(word, frozenset())
    return bool(no_denial.intersection(following[:1]))


def _reaches(place: Place, between: Sequence[str]) -> bool:
    """Whether ``geen``, ``zonder`` or ``noch`` reaches over these words."""
    small = place.language.clauses
    if place.language.negation.denied_places.intersection(between[:2]):
        return True
    if small.finite.intersection(between) or _new_phrase(place, between):
        return False
    # A noun with a preposition stands in between: that noun is denied, not the cue.
    return not small.prepositions.intersection(between[1:])


def _new_phrase(place: Place, between: Sequence[str]) -> bool:
    """Whether a comma and an article part the negation from the cue: no enumeration."""
    if "," not in between:
        return False
    last = len(between) - 1 - list(reversed(between)).index(",")
    return bool(place.language.clauses.definite.intersection(between[last + 1 : last + 2]))


def _adverb_before(place: Place, between: Sequence[str], near: Sequence[str]) -> bool:
    small = place.language.clauses
    if len(between) > 8 or small.finite.intersection(between):
        return False
    if any(small.allowing.match(word) for word in (*between, *near)):
        return True
    return len(between) <= 6 and article(place) not in small.definite


def _denied_after(place: Place, after: Sequence[str]) -> bool:
    deny, small = place.language.negation, place.language.clauses
    if place.label != "variants" and preposition(place) in small.places:
        return False
    reach = after[:16]
    for position, word in enumerate(reach):
        rest = reach[position + 1 : position + 6]
        if word in deny.excluding:
            # "niet uitgesloten" is allowed.
            return not deny.undoing.intersection(reach[max(0, position - 2) : position])
        if word in deny.adverbs:
            return _adverb_after(place, word, reach[:position], rest)
        if word in deny.always:
            return True
        if word in deny.determiners and rest and rest[0] in deny.denied_places:
            return rest[0] not in deny.parts or article(place) not in small.definite
    return False


def _adverb_after(place: Place, word: str, between: Sequence[str], rest: Sequence[str]) -> bool:
    if _denies_nothing(place, word, rest):
        return False
    if not rest or not rest[0].isalpha():
        return True
    allowing = place.language.clauses.allowing
    return any(allowing.match(near) for near in (*rest[:4], *between[-1:]))
