"""What sort of organisation buys, as far as its name and its notice tell."""

from __future__ import annotations

import re

from pipeline.records import BuyerKind

# Words of official names, Dutch and Flemish, and the English of notices in English. The word
# that stands first decides: a "Stichting ... Gemeente X" with two kinds is named after one.
NAMES: dict[BuyerKind, str] = {
    "municipality": r"gemeente|gemeentebestuur|stadsbestuur|municipality",
    "province": r"provincie|provinciebestuur|province",
    "water_board": r"waterschap|hoogheemraadschap|waterschapshuis|wetterskip|water board",
    "central": r"ministerie|rijkswaterstaat|belastingdienst|staat der nederlanden|ministry",
    "care": r"\w*ziekenhui(?:s|zen)\w*|\w*umc|erasmus mc|medisch centrum|medical cent(?:er|re)",
    "education": r"universiteit|university|\w*hogeschool|\w*school|scholen\w*|\w*onderwijs|roc",
}
WORDS = {kind: re.compile(rf"\b(?:{words})\b", re.I) for kind, words in NAMES.items()}
# "Stad Gent", but not "Theater de Stad".
CITY = re.compile(r"\s*stad\s", re.I)

# BT-11. Regional and local authorities (ra, la) are left out: a Dutch buyer of that type is a
# municipality, a province, a water board or a joint body, and only its name tells which.
CENTRAL = frozenset({"cga"})
# Institutions of the Union and international organisations: no part of the Dutch state, wherever
# they are housed (Europol, ESA, the JRC in Petten).
INTERNATIONAL: dict[str, BuyerKind] = dict.fromkeys(
    ("eu-ins-bod-ag", "eu-int-org", "int-org"), "international"
)
ACTIVITIES: dict[str, BuyerKind] = {"education": "education", "health": "care"}


def buyer_kind(
    name: str | None, legal_type: str | None, activity: str | None, *, utility: bool
) -> BuyerKind | None:
    """Return the sort of buyer; ``None`` where the notice does not tell.

    The official name goes before the codes: buyers pick codes carelessly, and a province that
    buys bus services fills in a utilities form.

    Args:
        legal_type: eForms code (BT-11), ``body-pl`` for example.
        activity: eForms code (BT-10), ``education`` for example.
        utility: Whether it buys as a contracting entity (Directive 2014/25/EU or 2004/17/EC).
    """
    if kind := (_named(name) if name else None) or INTERNATIONAL.get(legal_type or ""):
        return kind
    if utility:
        return "utility"
    if legal_type in CENTRAL:
        return "central"
    if legal_type in {"ra", "la", "org-sub-ra", "org-sub-la"}:
        return None
    if activity in ACTIVITIES:
        return ACTIVITIES[activity]
    return "other" if legal_type else None


def _named(name: str) -> BuyerKind | None:
    if CITY.match(name):
        return "municipality"
    found = {kind: match.start() for kind, words in WORDS.items() if (match := words.search(name))}
    return min(found, key=lambda kind: found[kind], default=None)
