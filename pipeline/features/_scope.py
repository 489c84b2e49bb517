"""What the words around a cue make of it: part of a name, denied, history, or simply said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.features._history import is_history
from pipeline.features._negation import is_negated
from pipeline.features._place import Place, word_set
from pipeline.records import CueStatus

NAMED = word_set(
    "afdeling team stichting vereniging gebouw zaal vergaderzaal campus directie cluster "
    "unit school tijdschrift congres symposium beurs restaurant park straat merk bureau "
    "lectoraat faculteit coöperatie clubhuis centrum bedrijf firma magazine paviljoen "
    "huis kenniscentrum sporthal boot schip boek film tentoonstelling onderzoeksgroep "
    "café hotel"
)
# A programme, unlike a building, may be what the notice carries out.
PROGRAMMES = word_set("programma project uitvoeringsprogramma beleidsprogramma thema")
# "SBIR-traject" is the form, "SBIR-panden" and "fieldlab-gebouw" are named after something.
HEADS = re.compile(
    r"(traject|oproep|procedure|fase|project|aanpak|competitie|opdracht|aanbesteding|programma|ronde|"
    r"uitvraag|proces|deelne|winna|dialoog|haalbaar|oplossing|call|document|vorm|methodiek|methode|"
    r"partner|overeenkomst|contract|opgave|team|jury|periode|opstelling|locatie|wijk|gebied|"
    r"rol|\w*fase$|aankoop|inkoop|procurement|gids|vra|gesprek|leidraad|verslag|clausule|budget)"
)
COMPANY = word_set("bv b.v. nv n.v. vzw cvba groep group holding campus b.v nv. bv.")
QUOTES = frozenset("'\"‘’“”„«»`")
TITLES = word_set("titel opdracht aanbesteding oproep aankondiging procedure noemer naam")


def status(place: Place) -> CueStatus:
    """Judge one cue by its sentence; buyers' names and homonyms are judged elsewhere."""
    if is_name(place):
        return "name"
    if is_negated(place):
        return "negated"
    return "history" if is_history(place) else "asserted"


def is_name(place: Place) -> bool:
    """Whether the cue is a part of the name of a department, building, firm or event."""
    if place.tail and not HEADS.match(place.tail):
        return True
    if place.forms[place.first][0].islower():
        return _in_quoted_name(place)
    before = [
        word for word in place.words[max(0, place.first - 3) : place.first] if word not in QUOTES
    ]
    if NAMED.intersection(before[-1:]):
        return True
    if place.first == place.last and PROGRAMMES.intersection(before[-1:]):
        return True
    if COMPANY.intersection(place.words[place.last + 1 : place.last + 4]):
        return not place.title
    return _capitalised(place, before) or _in_quoted_name(place)


def _capitalised(place: Place, before: Sequence[str]) -> bool:
    """A place or firm: "aan Proeftuin Zuidland", without an article."""
    following = place.forms[place.last + 1 : place.last + 2]
    return (
        not place.title
        and bool(following)
        and following[0][0].isupper()
        and bool({"bij", "van", "aan", "op", "door"}.intersection(before[-1:]))
    )


def _in_quoted_name(place: Place) -> bool:
    if place.title:
        return False
    opening = _quote(place.words[: place.first][::-1])
    closing = _quote(place.words[place.last + 1 :])
    if opening is None or closing is None or opening + closing == 0:
        return False
    at = place.first - opening - 2
    return at < 0 or place.words[at] not in TITLES


def _quote(words: Sequence[str]) -> int | None:
    for position, word in enumerate(words):
        if word in QUOTES:
            return position
    return None
