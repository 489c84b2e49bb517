"""Codes that several rooms must understand alike: countries, CPV, kinds of forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

# ISO 3166-1 alpha-3 to alpha-2: the countries whose buyers publish on TED, which are those of the
# European Economic Area, the United Kingdom and Switzerland.
COUNTRIES = {
    "AUT": "AT", "BEL": "BE", "BGR": "BG", "CHE": "CH", "CYP": "CY", "CZE": "CZ", "DEU": "DE",
    "DNK": "DK", "ESP": "ES", "EST": "EE", "FIN": "FI", "FRA": "FR", "GBR": "GB", "GRC": "GR",
    "HRV": "HR", "HUN": "HU", "IRL": "IE", "ISL": "IS", "ITA": "IT", "LIE": "LI", "LTU": "LT",
    "LUX": "LU", "LVA": "LV", "MLT": "MT", "NLD": "NL", "NOR": "NO", "POL": "PL", "PRT": "PT",
    "ROU": "RO", "SVK": "SK", "SVN": "SI", "SWE": "SE",
}  # fmt: skip

# TED itself writes these where ISO writes GR and GB.
OF_TED = {"EL": "GR", "UK": "GB"}

# Every code of a country to its alpha-2.
ALPHA_2 = COUNTRIES | {code: code for code in COUNTRIES.values()} | OF_TED

CPV = re.compile(r"(?<![0-9])([0-9]{8})(?:-[0-9])?(?![0-9])")

# Voluntary ex-ante transparency: eForms, TED_EXPORT of both directives.
EX_ANTE = frozenset({"25", "26", "27", "28", "F15", "VOLUNTARY_EX_ANTE_TRANSPARENCY_NOTICE"})


def cpv_code(text: str) -> str | None:
    """Return the eight digits of a code that stands alone, without its check digit."""
    found = CPV.fullmatch(text.strip())
    return found[1] if found else None


def cpv_codes(text: str) -> Iterator[str]:
    """Yield the codes among other words."""
    return (found[1] for found in CPV.finditer(text))


def is_ex_ante(subtype: str | None) -> bool:
    """Whether it is a voluntary ex-ante notice, by its eForms subtype, form, or publicatieCode."""
    return (subtype or "").removeprefix("EF") in EX_ANTE
