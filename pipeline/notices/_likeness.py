"""How alike two notices are that carry no common identifier: the buyer, and the words of titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz

from pipeline.records import Notice

# 1,491 titles of the TenderNed dataset, all pairs of one buyer: from 97 on only spellings of one
# tender are left; at 96 the systems BOR and GBI are one, and so are a senior and a medior adviser.
ALIKE = 97.0

# What a title says of the notice rather than of what is bought.
OF_THE_NOTICE = re.compile(
    r"\b(?:(?:open(?:bare)?|schriftelijke|digitale|tweede|vrijwillige) )?(?:"
    r"marktconsultatie|markt ?verkenning|marktraadpleging|market consultation|"
    r"(?:voor|voor ?af|vooraf)?aankondiging|prior information notice|pin|"
    r"(?:europese |nationale )?(?:openbare |niet openbare )?aanbesteding(?:sprocedure)?|"
    r"tender|consultatie)\b"
)
SMALL_WORDS = re.compile(
    r"\b(?:de|het|een|van|voor|en|in|op|ten behoeve|t b v|tbv|inzake|the|of|for|and|a)\b"
)
# Of Roman ones those of several letters: a single one may be an abbreviation, such as "W&I".
NUMBERS = re.compile(r"\d+|\b(?:i{2,3}|iv|vi{1,3}|ix)\b")
LEGAL_FORMS = re.compile(r"\b(?:b v|bv|n v|nv|v o f|vof|c v|cv|u a|ua|stichting|de|het)\b")


def plain_words(text: str) -> str:
    """Return small letters and digits only, without accents."""
    bare = "".join(
        x for x in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(x)
    )
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def buyer_names(notice: Notice) -> Iterator[str]:
    """Yield the trade register number and the plain names under which the buyer is known."""
    if notice.buyer_id:
        yield notice.buyer_id
    for name in (notice.buyer or "").split(";"):
        plain = " ".join(LEGAL_FORMS.sub(" ", plain_words(name)).split())
        if plain:
            yield plain


def subject(title: str) -> str:
    """Return the words of a title that say what is bought, sorted.

    A title of nothing but words about the notice keeps them, so that it is like itself only.
    """
    plain = plain_words(title)
    bought = SMALL_WORDS.sub(" ", OF_THE_NOTICE.sub(" ", plain)).split()
    return " ".join(sorted(bought or plain.split()))


def likeness(one: str, other: str) -> float:
    """Compare two subjects: ``ALIKE`` to 100, or 0 when they are less alike.

    Subjects whose numbers differ, also Roman ones, are not alike: "fase 1" and "fase 2", or the
    tenders of two years, differ in little else.
    """
    score = fuzz.ratio(one, other, score_cutoff=ALIKE)
    return score if score and _numbers(one) == _numbers(other) else 0.0


def _numbers(text: str) -> set[str]:
    return set(NUMBERS.findall(text))


def in_one_country(one: Notice, other: Notice) -> bool:
    """Whether two notices may be of one buyer: Limburg is a province of two countries."""
    return not one.country or not other.country or one.country == other.country
