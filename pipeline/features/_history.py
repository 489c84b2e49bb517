"""Whether a cue tells of something that lies behind the notice: past tense, years, sequels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.features._place import DEMONSTRATIVES, Place, article, clause, word_set

YEAR = re.compile(r"((?:19|20)\d\d)(?:[-–/](?:19|20)?\d\d)?$")
PAST = word_set(
    "was waren werd werden vond vonden had hadden bleek bleken volgde leverde kwam kwamen "
    "ontstond ontstonden dacht stond stonden trad traden begon startte hield hielden deed "
    "liep liepen koos organiseerde testte schreef won wonnen"
)
# "nog niet uitgevoerd", "zodra de pilot is afgerond"
NOT_YET = word_set("niet nooit zodra wanneer indien")
LONG_AGO = word_set("indertijd destijds aanvankelijk oorspronkelijk voorheen toentertijd geleden")
PARTICIPLE = re.compile(r"(?:ge|be|ver|ont|her|af|uit|op|door|voor|plaats)\w+(?:d|t|en)$")
PERFECT = word_set("is zijn heeft hebben")
FUTURE = word_set(
    "zal zullen gaat gaan wordt worden kan kunnen moet moeten dient dienen mag mogen wil "
    "willen komt"
)
DONE = re.compile(
    r"(gehouden|georganiseerd|uitgevoerd|afgerond|doorlopen|plaatsgevonden|plaatsgehad|gedraaid|"
    r"verricht|voltooid|beëindigd|geëvalueerd|afgesloten|uitgeschreven|gelopen|voorafgegaan|"
    r"opgeleverd|gewonnen|uitgeprobeerd|geslaagd|gestopt|deelgenomen|geleid|beproefd|opgezet|"
    r"ontwikkeld|gebleken|gepubliceerd|gedaan|gevoerd|getest|bewezen|aangetoond)$"
)
EARLIER = re.compile(
    r"(eerder|eerdere|vorige|vorig|voorgaande|voorafgaande?|afgeronde|gehouden|uitgevoerde|"
    r"doorlopen|succesvolle|succesvol|geslaagde|beëindigde|gelopen|toenmalige|destijds|"
    r"georganiseerde|afgelopen|voormalige|oude|afgesloten|mislukte|voltooide)$"
)
FOLLOWING = re.compile(
    r"(voort(?:vloeiende?|komende?|bouwende?)? (?:uit|op)|vervolg op|opvolging van|"
    r"lessen (?:uit|van)|"
    r"(?:uitkomst|resultat|bevinding|ervaring|conclusie|inzicht|opbrengst)\w* "
    r"(?:van|uit|met|in|bij|opgedaan in)|winna\w+ van|winnende ontwerp (?:van|uit)|"
    r"naar aanleiding van|ontstaan (?:uit|in)|gebleken uit|getest in|ontwikkeld (?:in|tijdens)|"
    r"(?:tot stand|ontsta\w+|ontstond|voortgekomen|voortgevloeid|bedacht|gebouwd|ontworpen|gekomen|"
    r"gerealiseerd|gestart|begonnen|geboren|bewezen) (?:\w+ ){0,2}?"
    r"(?:uit|in|via|met|tijdens|binnen|op|als)|"
    r"ontwikkelde? (?:in|tijdens|binnen)|afkomstig uit|volgt uit|gevolg van|aansluitend op|"
    r"blijkens|sinds)((?: \w+){0,3})$"
)
DECIDING = word_set(
    "kan kunnen zal zullen beslist besluit bepaalt evalueert evalueren beoordeelt optie "
    "mogelijk vindt volgt eventueel eventuele verlengd opgeschaald verlenging optioneel "
    "beslissen gegund kiest"
)
# "uit de marktconsultatie is gebleken"
TOLD = word_set("is zijn bleek blijkt bleken kwam volgde werd")
# Procedures end in an award: "gegund na een concurrentiegerichte dialoog" is the notice's own.
PROCEDURES = frozenset({"competitive_dialogue", "innovation_partnership"})


def is_history(place: Place) -> bool:
    """Whether the cue tells of something that lies behind the notice."""
    start, end = clause(place.words, place.first, place.last)
    before = place.words[start : place.first]
    around = place.words[start:end]
    if _earlier(place, before, around):
        return True
    if _tells_past(place, around):
        return True
    return _follows(place, before, place.words)


def _earlier(place: Place, before: Sequence[str], around: Sequence[str]) -> bool:
    near = [word for word in before[-4:] if word not in {",", "("}]
    if any(EARLIER.match(word) for word in near) and not FUTURE.intersection(near):
        return not _announces(around)
    # "de pilot van vorig jaar", "de gehouden marktconsultatie uit 2019"
    behind = " ".join(place.words[place.last + 1 : place.last + 6])
    if re.match(r"(?:\w+ )?(?:van|uit|in) (?:vorig|afgelopen|voorgaand)", behind):
        return True
    year = re.match(r"(?:van|uit) ((?:19|20)\d\d)\b", behind)
    return bool(year) and _is_past(place, int(year[1]) if year else 0, around)


def _announces(around: Sequence[str]) -> bool:
    return bool({"zal", "zullen"}.intersection(around))


def _is_past(place: Place, year: int, around: Sequence[str]) -> bool:
    if place.year is None:
        return not FUTURE.intersection(around)
    # An award tells of its own procedure, which may have begun the year before.
    return year < place.year - (1 if place.kind == "result" else 0)


def _tells_past(place: Place, around: Sequence[str]) -> bool:
    if FUTURE.intersection(around) or NOT_YET.intersection(around):
        return False
    years = [int(found[1]) for word in around if (found := YEAR.match(word))]
    spoken = bool(PAST.intersection(around))
    if LONG_AGO.intersection(around):
        return True
    aux = bool(PERFECT.intersection(around)) or _done_at_once(place)
    perfect = aux and any(map(DONE.match, around))
    if years and aux and any(map(PARTICIPLE.match, around)):
        spoken = True
    if years and (spoken or perfect) and (place.year is None or min(years) <= place.year):
        return place.kind != "result" or place.year is None or min(years) < place.year - 1
    if place.kind == "result":
        return (spoken or perfect) and _before_notice(around)
    return perfect or (spoken and (any(map(DONE.match, around)) or _before_notice(around)))


def _done_at_once(place: Place) -> bool:
    return any(map(DONE.match, place.words[place.last + 1 : place.last + 2]))


def _before_notice(around: Sequence[str]) -> bool:
    return any(EARLIER.match(word) or word in {"voorafgaand", "vooraf"} for word in around)


def _follows(place: Place, before: Sequence[str], words: Sequence[str]) -> bool:
    text = " ".join(before[-7:])
    if before[-2:-1] == ["uit"] and TOLD.intersection(words[place.last + 1 : place.last + 2]):
        return True
    if article(place) in DEMONSTRATIVES:
        return False
    if place.label in PROCEDURES and not FOLLOWING.search(text):
        return False
    after_it = re.search(r"\bna(?: afloop van| afronding van)?(?: (?!na\b)\w+){0,3}$", text)
    found = FOLLOWING.search(text)
    if not (after_it or found) or DECIDING.intersection(words):
        return False
    return not (after_it and {"zal", "zullen"}.intersection(words))
