"""Whether a cue tells of something that lies behind the notice: past tense, years, sequels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.features._place import Place, article, clause

YEAR = re.compile(r"((?:19|20)\d\d)(?:[-–/](?:19|20)?\d\d)?$")
# Procedures end in an award: "gegund na een concurrentiegerichte dialoog" is the notice's own.
PROCEDURES = frozenset({"competitive_dialogue", "innovation_partnership"})


def is_history(place: Place) -> bool:
    """Whether the cue tells of something that lies behind the notice."""
    start, end = clause(place)
    before = place.words[start : place.first]
    around = place.words[start:end]
    if _earlier(place, before, around):
        return True
    if _tells_past(place, around):
        return True
    return _follows(place, before)


def _earlier(place: Place, before: Sequence[str], around: Sequence[str]) -> bool:
    past = place.language.past
    near = [word for word in before[-4:] if word not in {",", "("}]
    if any(map(past.earlier.match, near)) and not past.future.intersection(near):
        return not past.announcing.intersection(around)
    # "de pilot van vorig jaar", "de gehouden marktconsultatie uit 2019"
    behind = " ".join(place.words[place.last + 1 : place.last + 6])
    if past.said_after.match(behind):
        return True
    year = past.of_year.match(behind)
    return bool(year) and _is_past(place, int(year[1]) if year else 0, around)


def _is_past(place: Place, year: int, around: Sequence[str]) -> bool:
    if place.year is None:
        return not place.language.past.future.intersection(around)
    # An award tells of its own procedure, which may have begun the year before.
    return year < place.year - (1 if place.kind == "result" else 0)


def _tells_past(place: Place, around: Sequence[str]) -> bool:
    past = place.language.past
    if past.future.intersection(around) or past.not_yet.intersection(around):
        return False
    years = [int(found[1]) for word in around if (found := YEAR.match(word))]
    spoken = bool(past.tense.intersection(around))
    if past.long_ago.intersection(around):
        return True
    aux = bool(past.perfect.intersection(around)) or _done_at_once(place)
    perfect = aux and any(map(past.done.match, around))
    if years and aux and any(map(past.participle.match, around)):
        spoken = True
    if years and (spoken or perfect) and (place.year is None or min(years) <= place.year):
        return place.kind != "result" or place.year is None or min(years) < place.year - 1
    if place.kind == "result":
        return (spoken or perfect) and _before_notice(place, around)
    return perfect or (
        spoken and (any(map(past.done.match, around)) or _before_notice(place, around))
    )


def _done_at_once(place: Place) -> bool:
    past = place.language.past
    return past.done_at_once and any(
        map(past.done.match, place.words[place.last + 1 : place.last + 2])
    )


def _before_notice(place: Place, around: Sequence[str]) -> bool:
    past = place.language.past
    return any(past.earlier.match(word) or word in past.beforehand for word in around)


def _follows(place: Place, before: Sequence[str]) -> bool:
    words, past = place.words, place.language.past
    text = " ".join(before[-7:])
    told = past.told.intersection(words[place.last + 1 : place.last + 2])
    if told and past.out_of.intersection(before[-2:-1]):
        return True
    if article(place) in place.language.clauses.demonstratives:
        return False
    found = past.following.search(text)
    if place.label in PROCEDURES and not found:
        return False
    after_it = past.after.search(text)
    if not (after_it or found) or past.deciding.intersection(words):
        return False
    return not (after_it and past.announcing.intersection(words))
