"""Where a cue stands: its sentence, the clause around it, and the small words of Dutch.

There is no parser: the embedded Dutch pipeline has none. Positions are token positions within
the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Kind


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


BORDERS = word_set("; maar doch echter terwijl tenzij hoewel ofschoon daarentegen want")
CONJUNCTIONS = word_set(
    "en of omdat waarbij waarin waarmee waarvoor zodat die dat wie wat als indien wel "
    "doordat nu dus waarna wanneer zolang"
)
# "is, gelet op de eisen, niet toegestaan": after an aside the clause goes on.
ASIDES = word_set(
    "gelet gezien anders mede wegens vanwege zoals conform overeenkomstig op bij dus "
    "derhalve in behoudens"
)
RELATIVES = word_set("die welke waarin waarmee waaraan waarbij waardoor zodat")
FINITE = word_set(
    "is zijn wordt worden was waren werd werden kan kunnen mag mogen moet moeten heeft "
    "hebben zal zullen dient dienen vindt vinden geldt gelden komt komen gaat gaan wil "
    "willen staat staan maakt maken bestaat biedt vraagt zoekt"
)
DEMONSTRATIVES = word_set("deze dit onderhavige")
DEFINITE = DEMONSTRATIVES | word_set("de het die dat onze")
# What is said "in" or "during" a form is not said of the form.
PLACES = word_set("bij in tijdens na aan uit onder binnen sinds vanaf door")
PREPOSITIONS = PLACES | word_set("voor van met op tot over tussen omtrent rond via om")
# Verbs of allowing, choosing, asking and taking place; with "niet" they deny their subject.
ALLOWING = re.compile(
    r"(toegestaan|toegelaten|mogelijk|toelaatbaar|geoorloofd|orde|toepassing|voorzien|gewenst|"
    r"gevraagd|verlangd|gehouden|georganiseerd|gebruikt|toegepast|ingezet|gekozen|kiezen|kiest|"
    r"overwogen|nodig|noodzakelijk|beoogd|bedoel\w*|plaats\w*|aangeboden|aanvaard|geaccepteerd|"
    r"accepte\w+|ingediend|indienen|door|doorgaan|doorgang|gepland|aanmerking|overgegaan|behandeld|"
    r"toe|toestaan|voorziet|voorzag|uitgeschreven|opgenomen|gewerkt|gevolgd|gehanteerd|vereist|"
    r"uitgevoerd|gegeven|geopteerd|beschouwd|gestart|bedraagt|betreft|sprake|werken|opgezet|"
    r"overgenomen|ingegaan|doorgegaan|zoek|verwacht|sluit|sluiten|neemt|nemen|deel|meegedaan|meedoen)$"
)


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


def clause(words: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Find the stretch around a cue that no clause border cuts.

    A comma is a border where a conjunction follows, or where a verb has passed between the cue
    and the comma: in an enumeration the verb is still to come.

    Returns:
        Start, and one past the end.
    """
    start = first
    while start > 0 and not _border(words, start - 1):
        start -= 1
    end = last + 1
    passed = any(map(ALLOWING.match, words[first:end]))
    # "de pilot die in 2019 is gehouden": the clause that follows at once is about the cue.
    if words[end : end + 1] and words[end] in RELATIVES:
        end += 1
    while end < len(words) and not (_border(words, end) or _comma_ends(words, end, passed)):
        passed = passed or words[end] in FINITE or bool(ALLOWING.match(words[end]))
        end += 1
    return start, end


def _border(words: Sequence[str], position: int) -> bool:
    word = words[position]
    if word in BORDERS:
        return True
    following = words[position + 1 : position + 2]
    if word == ",":
        # "een pilot, prijsvraag, en hackathon" goes on; a clause has its own verb.
        return bool(CONJUNCTIONS.intersection(following)) and _has_verb(words[position + 1 :])
    if word in RELATIVES:
        return _has_verb(words[position + 1 :])
    return word in {"en", "of"} and bool(FINITE.intersection(following))


def _comma_ends(words: Sequence[str], position: int, passed: bool) -> bool:
    if words[position] != "," or ASIDES.intersection(words[position + 1 : position + 2]):
        return False
    return passed or bool(FINITE.intersection(words[position + 1 : position + 4]))


def _has_verb(words: Sequence[str]) -> bool:
    return bool(FINITE.intersection(words[:9]))


def article(place: Place) -> str:
    """Return the article or preposition nearest before the cue, within three words, or ""."""
    for word in reversed(place.words[max(0, place.first - 3) : place.first]):
        if word in DEFINITE or word in PREPOSITIONS or word in {"een", "geen"}:
            return word
    return ""


def preposition(place: Place) -> str:
    """Return the preposition or verb nearest before the cue, within four words, or ""."""
    for word in reversed(place.words[max(0, place.first - 4) : place.first]):
        if word in PREPOSITIONS or word in FINITE:
            return word
    return ""
