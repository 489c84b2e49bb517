"""Lines of TenderNed's dataset. Names of columns vary per release, in case and punctuation too.

Names are those that users of the releases of 2016 to 2026 wrote down; nobody wrote down a
complete header.
"""

from __future__ import annotations

import re
import unicodedata

# A JSON list of all lines of one publication.
RELEASES = "application/vnd.innovatiemonitor.tenderned-releases+json"
ROWS = "application/vnd.innovatiemonitor.tenderned-rows+json"

COLUMNS: dict[str, tuple[str, ...]] = {
    "publication": ("ID publicatie",),
    "tender": ("TenderNed kenmerk",),
    "published_on": ("Publicatiedatum",),
    "kind": ("Publicatie soort",),
    "buyer": ("Officiële naam Aanbestedende dienst", "Naam Aanbestedende dienst"),
    "buyer_id": ("Nationaal identificatienummer",),
    "title": ("Naam aanbesteding",),
    "description": ("Omschrijving aanbesteding", "Korte beschrijving aanbesteding"),
    "nature": ("Type opdracht", "Opdracht categorie"),
    "form": ("Aard van de opdracht",),
    "procedure": ("Procedure",),
    "cpv": ("CPV-codes", "hoofd_cpv_definitie", "hoofd_sub_cpv_1", "hoofd_sub_cpv_2"),
    "winner": ("Naam gegunde onderneming", "Naam gegunde ondernemer"),
    "awarded_on": ("Datum gunning",),
    "lot_id": ("ID perceel",),
    "lot_title": ("Naam perceel",),
    "url": ("URL TenderNed",),
}

# Amount and its currency. Of two currencies the name was not seen, but follows from the others.
AMOUNTS: dict[str, tuple[tuple[str, str], ...]] = {
    "estimated": (
        ("Oorspronkelijk geraamde waarde - bedrag", "Oorspronkelijk geraamde waarde - valuta"),
        ("Geraamde waarde", "Geraamde waarde - valuta"),
    ),
    "awarded": (
        ("Definitieve waarde - bedrag", "Definitieve waarde - valuta"),
        ("Waarde - bedrag", "Waarde - valuta"),
    ),
}

# Known, and not needed; addresses and names of firms are not even looked at.
UNREAD = (
    "Soort aanbestedende dienst",
    "Hoofdactiviteit",
    "Trefwoorden",
    "Juridisch kader",
    "Nationaal/Europees",
    "ON kvknummer",
    "ON land",
    "ON plaats",
    "AD postadres",
    "AD postcode",
    "AD plaats",
    "AD land",
    "Internetadres aanbestedende dienst",
    "Aantal inschrijvingen",
    "Aanvang opdracht",
    "Voltooiing opdracht",
    "Datum besluit gunning",
    "Termijn voltooiing opdracht",
    "Tijdseenheid periode voltooiing opdracht",
)


def column(name: str) -> str:
    """Return a name of a column without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", plain)


def known_columns() -> frozenset[str]:
    """Every column that is read, or known and not needed."""
    read = [name for names in COLUMNS.values() for name in names]
    amounts = [name for pairs in AMOUNTS.values() for pair in pairs for name in pair]
    return frozenset(map(column, (*read, *amounts, *UNREAD)))
