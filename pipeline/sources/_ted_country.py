"""Which countries a notice's buyers are from, read without reading the rest of the notice."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.codes import ALPHA_2, COUNTRIES
from pipeline.errors import SettingsError


def checked(country: str) -> str:
    """Return the country if its buyers publish on TED.

    Raises:
        SettingsError: They do not, or it is no alpha-3 code.
    """
    if country not in COUNTRIES:
        raise SettingsError(f"country is {country!r}; expected one of {', '.join(COUNTRIES)}")
    return country


def is_of(body: bytes, country: str) -> bool:
    """Whether a buyer of a notice is from a country.

    A notice that cannot be read but holds the country's code counts: it must be seen to fail.

    Args:
        body: XML, eForms or TED_EXPORT.
        country: A key of ``COUNTRIES``.
    """
    codes = {code for code, alpha_2 in ALPHA_2.items() if alpha_2 == COUNTRIES[country]}
    # Most notices of a package are of elsewhere; looking for bytes is far cheaper than parsing.
    if not re.search(rf"""{country}|["'](?:{"|".join(codes)})["']""".encode(), body):
        return False
    found = _countries(body)
    return not found or not found.isdisjoint(codes)


def _countries(body: bytes) -> set[str]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return set()
    if root.getroottree().docinfo.internalDTD is not None:
        return set()
    legacy = root.findall("{*}CODED_DATA_SECTION/{*}NOTICE_DATA/{*}ISO_COUNTRY")
    if legacy:
        return {element.get("VALUE", "") for element in legacy}
    return _of_buyers(root)


def _of_buyers(root: etree._Element) -> set[str]:
    """Countries (BT-514) of the organisations that eForms names as buyer (OPT-300)."""
    buyers = {
        (x.text or "").strip()
        for x in root.findall("{*}ContractingParty/{*}Party/{*}PartyIdentification/{*}ID")
    }
    return {
        (country.text or "").strip()
        for company in root.iterfind(".//{*}Organizations/{*}Organization/{*}Company")
        for country in company.findall("{*}PostalAddress/{*}Country/{*}IdentificationCode")
        if (company.findtext("{*}PartyIdentification/{*}ID") or "").strip() in buyers
    }
