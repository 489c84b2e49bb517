"""Whether a cue is denied, within its clause.

The order in which negation looks is that of Dutch: ``geen`` reaches forward to a noun; ``niet``
stands before what it denies, or after the subject and near a verb of allowing or taking place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.features._place import (
    ALLOWING,
    DEFINITE,
    DEMONSTRATIVES,
    FINITE,
    PLACES,
    PREPOSITIONS,
    Place,
    article,
    clause,
    preposition,
    word_set,
)

NEGATORS = word_set("niet geen géén zonder noch evenmin nooit")
# "geen ruimte voor varianten" denies variants; "geen vergoeding voor varianten" does not.
DENIED_PLACE = word_set(
    "gebruik sprake ruimte plaats behoefte mogelijkheid mogelijkheden gelegenheid "
    "aanleiding reden voornemen plan plannen optie onderdeel deel noodzaak vorm verzoek "
    "interesse"
)
# "geen bezwaar tegen", "zonder meer", "niet alleen": no denial at all.
NO_DENIAL = {
    "geen": word_set(
        "bezwaar beperking beperkingen belemmering uitzondering probleem ander andere anders "
        "twijfel verschil"
    ),
    "zonder": word_set("meer twijfel uitzondering beperking voorbehoud dat"),
    "niet": word_set(
        "alleen enkel slechts uitsluitend louter eerder uitgesloten verboden zozeer minder meer"
    ),
}
EXCLUDING = word_set(
    "uitgesloten uitsluiten uitgezonderd verboden geschrapt nee neen nvt afgestapt "
    "ingetrokken geweerd terzijde vervalt vervallen afgewezen doorgehaald afgevallen "
    "afgelast geannuleerd"
)
# What is dropped or left to others, also where it is said in a later clause.
ELSEWHERE = re.compile(
    r"(daarvan|hiervan|ervan|waarvan)( \w+){0,3} (afgezien|afgestapt)|van beide is afgezien|"
    r"(staa\w+|val\w+|buiten)( \w+){0,4} buiten (de |deze |het |dit )?(\w+ )?"
    r"(opdracht|scope|raamovereenkomst|overeenkomst|aanbesteding|perceel|bestek|levering)|"
    r"geen van beide|niet doorgegaan|"
    r"door (een )?(ander|derde)\w*( \w+){0,2} (verzorgd|uitgevoerd|georganiseerd|aanbesteed)|"
    r"en die (is|zijn|wordt|worden)( \w+){0,3} niet|loopt elders|"
    r"(apart|afzonderlijk|elders) (georganiseerd|aanbesteed|uitgevoerd)|"
    r"(speelt|spelen) (hier )?geen rol|(los|niets te maken|niets van doen) (hiervan|hiermee)|"
    r"niets (te maken|van doen)|(staat|staan) hierbuiten|doet hieraan niet mee|niet juist|ter zijde"
)
# Verbs after which the cue is what is not done, whatever article it has.
AWAY = re.compile(
    r"in plaats van|i\.p\.v\.|ipv|af van|afgezien van|afzien van|af te zien van|eerder dan|"
    r"anders dan|met uitzondering van"
)
# "Op geen van de percelen zijn varianten toegestaan", "in geen geval wordt ...": all of the clause
# is denied, its verb included.
THROUGHOUT = re.compile(
    r"\b(op|in|onder|voor|bij|met|aan|tegen|volgens) geen (van|der|enkele?|geval|beding)\b"
)


def is_negated(place: Place) -> bool:
    """Whether a negation reaches the cue; a negation inside the cue is part of its meaning."""
    if place.words[place.first].startswith(("niet-", "non-")):
        return True
    if place.denies:
        return False
    if NEGATORS.intersection(place.words[place.first : place.last + 1]):
        return True
    if _elsewhere(place):
        return True
    if article(place) in DEMONSTRATIVES:
        return False
    start, end = clause(place.words, place.first, place.last)
    before = place.words[start : place.first]
    after = place.words[place.last + 1 : end]
    return _denied_before(place, before, after) or _denied_after(place, after)


def _elsewhere(place: Place) -> bool:
    if article(place) in DEMONSTRATIVES:
        return False
    found = ELSEWHERE.search(" ".join(place.words[place.last + 1 :]))
    return bool(found) and preposition(place) not in PLACES


def _denied_before(place: Place, before: Sequence[str], after: Sequence[str]) -> bool:
    if AWAY.search(" ".join(before[-6:])) or THROUGHOUT.search(" ".join(before)):
        return True
    for distance, word in enumerate(reversed(before)):
        between = before[len(before) - distance :]
        if word not in NEGATORS or NO_DENIAL.get(word, frozenset()).intersection(between[:1]):
            continue
        if word == "niet":
            verb = before[max(0, len(before) - distance - 3) : len(before) - distance - 1]
            return _niet_before(place, between, (*verb, *after[:3]))
        return distance <= 9 and (word == "evenmin" or _reaches(between))
    return False


def _reaches(between: Sequence[str]) -> bool:
    """Whether ``geen``, ``zonder``, ``noch`` or ``evenmin`` reaches over these words."""
    if DENIED_PLACE.intersection(between[:2]):
        return True
    if FINITE.intersection(between) or _new_phrase(between):
        return False
    # A noun with a preposition stands in between: that noun is denied, not the cue.
    return not PREPOSITIONS.intersection(between[1:])


def _new_phrase(between: Sequence[str]) -> bool:
    """Whether a comma and an article part the negation from the cue: no enumeration."""
    if "," not in between:
        return False
    last = len(between) - 1 - list(reversed(between)).index(",")
    return bool(DEFINITE.intersection(between[last + 1 : last + 2]))


def _niet_before(place: Place, between: Sequence[str], near: Sequence[str]) -> bool:
    if len(between) > 8 or FINITE.intersection(between):
        return False
    if any(ALLOWING.match(word) for word in (*between, *near)):
        return True
    return len(between) <= 6 and article(place) not in DEFINITE


def _denied_after(place: Place, after: Sequence[str]) -> bool:
    if place.label != "variants" and preposition(place) in PLACES:
        return False
    reach = after[:16]
    for position, word in enumerate(reach):
        rest = reach[position + 1 : position + 6]
        if word in EXCLUDING:
            # "niet uitgesloten" is allowed.
            return not {"niet", "geenszins"}.intersection(reach[max(0, position - 2) : position])
        if word == "niet":
            return _niet_after(reach[:position], rest)
        if word == "evenmin":
            return True
        if word == "geen" and rest and rest[0] in DENIED_PLACE:
            return "deel" not in rest[0] or article(place) not in DEFINITE
    return False


def _niet_after(between: Sequence[str], rest: Sequence[str]) -> bool:
    if NO_DENIAL["niet"].intersection(rest[:1]):
        return False
    if not rest or not rest[0].isalpha():
        return True
    return any(ALLOWING.match(word) for word in (*rest[:4], *between[-1:]))
