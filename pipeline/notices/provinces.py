"""The province of a place of performance, from its NUTS code.

Source: Regulation (EC) 1059/2003, annex I, in its versions of 2013, 2016, 2021 and 2024. In the
Netherlands level 2 is the province. The versions renumbered level 3 several times, which does
not show at level 2, until the version of 2024: Utrecht and Zuid-Holland got new codes, because
Vijfheerenlanden had gone from the one to the other. The codes of before are kept for them, so
that a province is one domain over the years.
"""

from __future__ import annotations

from collections.abc import Iterable

PROVINCES = {
    "NL11": "Groningen",
    "NL12": "Friesland",
    "NL13": "Drenthe",
    "NL21": "Overijssel",
    "NL22": "Gelderland",
    "NL23": "Flevoland",
    "NL31": "Utrecht",
    "NL32": "Noord-Holland",
    "NL33": "Zuid-Holland",
    "NL34": "Zeeland",
    "NL41": "Noord-Brabant",
    "NL42": "Limburg",
}
RENUMBERED = {"NL35": "NL31", "NL36": "NL33"}


def province(codes: Iterable[str]) -> str | None:
    """Return the one province of some places, as its NUTS 2 code in ``PROVINCES``.

    A code of a larger area around the province, ``NL3`` or ``NL`` for example, adds nothing and
    is passed over, like places abroad. Places in several provinces or regions have no province:
    ``None``.
    """
    areas = {code.strip().upper()[:4] for code in codes}
    dutch = {RENUMBERED.get(area, area) for area in areas if area.startswith("NL")}
    found = dutch & PROVINCES.keys()
    if len(found) != 1 or not all(next(iter(found)).startswith(area) for area in dutch):
        return None
    return found.pop()
