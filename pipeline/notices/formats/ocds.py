"""Releases of the Open Contracting Data Standard 1.1, as the TenderNed dataset publishes them.

``procurementMethod`` is never read: transformers of the dataset have mapped the same procedure
to different methods over the years. ``procurementMethodDetails`` holds TenderNed's own label.
"""

from __future__ import annotations

import re

from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats import _procedures
from pipeline.notices.formats._json import Fields, json_members, unique
from pipeline.notices.formats._ocds_lots import (
    NATURES,
    ocds_awarded,
    ocds_awards,
    ocds_cpv,
    ocds_lots,
)
from pipeline.records import ROW, Kind, Notice, RawNotice

# A release may carry several tags; the last stage of the procedure decides, and whatever
# alters an earlier release goes before all.
STAGES: dict[Kind, frozenset[str]] = {
    "change": frozenset({"implementation", "contractTermination"}),
    "result": frozenset({"award", "contract"}),
    "competition": frozenset({"tender"}),
    "planning": frozenset({"planning"}),
}
ALTERS = ("Amendment", "Update", "Cancellation")

IN_WORDS = {"Nederland": "NL", "Netherlands": "NL", "The Netherlands": "NL"}

# Of a publisher whose release ids are publication numbers, unique among all its procedures.
TENDERNED = "ocds-1l04xe-"

CHAMBER_OF_COMMERCE = re.compile(r"(?:NL-KVK-)?([0-9]{8})")


def matches(raw: RawNotice) -> bool:
    """Whether it is a JSON object with an ``ocid``."""
    return raw.media_type != ROW and b'"ocid"' in raw.body and "ocid" in json_members(raw)


def read(raw: RawNotice) -> Notice:
    """Read one release; awards go to the lots they name.

    Raises:
        NoticeError: A field that must be there is missing, or a field has a wrong type.
    """
    release = Fields(raw.source_id, json_members(raw))
    tender = release.child("tender")
    label = tender.text("procurementMethodDetails")
    awards = ocds_awards(release)
    buyer = _buyer(release)
    name = _referred(release).text("name") or buyer.text("name")
    return Notice(
        notice_id=_notice_id(release),
        source=raw.source,
        format="ocds",
        kind=_kind(release, label),
        published_on=release.day("date"),
        language=_language(release),
        country=_country(buyer.child("address")),
        buyer=name,
        buyer_id=_buyer_id(release, buyer),
        buyer_kind=buyer_kind(name, None, None, utility=False),
        title=_words(release, tender, "title") or "",
        description=_words(release, tender, "description"),
        procedure=_procedure(tender, label),
        cpv=ocds_cpv(tender, tender.children("items")),
        nature=tender.code("mainProcurementCategory", NATURES),
        estimated=tender.amount("value"),
        awarded=ocds_awarded(awards),
        criteria=tuple(x for x in [tender.text("awardCriteriaDetails")] if x),
        lots=ocds_lots(tender, awards),
        procedure_key=release.required("ocid"),
        url=_url(tender),
        remarks=unique(release.remarks),
    )


def _notice_id(release: Fields) -> str:
    """The release's id, which is unique within its procedure only."""
    ocid, release_id = release.required("ocid"), release.required("id")
    if ocid.startswith(TENDERNED) or release_id.startswith(ocid):
        return release_id
    return f"{ocid}/{release_id}"


def _words(release: Fields, tender: Fields, name: str) -> str | None:
    """Title or description: of the tender, else of the awards or contracts that the release adds.

    Raises:
        NoticeError: Nothing in the release has a title or a description.
    """
    if text := tender.text(name):
        return text
    told: list[str] = []
    for part in ("awards", "contracts"):
        told = told or [x for each in release.children(part) if (x := each.text(name))]
    if not told and name == "title" and not _words(release, tender, "description"):
        raise tender.wrong("title", "a title or description, here or in awards or contracts")
    return "\n".join(dict.fromkeys(told)) or None


def _referred(release: Fields) -> Fields:
    """What the release itself says of its buyer; some publishers write only a name."""
    buyer = release.values.get("buyer")
    if isinstance(buyer, str):
        return Fields(f"{release.place} buyer", {"name": buyer}, release.remarks)
    return release.child("buyer")


def _kind(release: Fields, label: str | None) -> Kind:
    tags = release.texts("tag")
    kind = next((kind for kind, stage in STAGES.items() if stage & set(tags)), None)
    if any(tag.endswith(ALTERS) for tag in tags):
        return "change"
    if kind is None:
        kind = _reached(release)
        # A compiled release is all releases of a tender in one, and has no tag of its own.
        if tags != ("compiled",):
            release.remarks.append(f"no known tag: {', '.join(tags) or 'none'}; taken for {kind}")
    if kind in {"planning", "competition"} and _procedures.is_consultation(label):
        return "consultation"
    return kind


def _reached(release: Fields) -> Kind:
    """How far a procedure came, by what is in its release.

    Raises:
        NoticeError: There is nothing in it.
    """
    if release.values.get("awards") or release.values.get("contracts"):
        return "result"
    if release.values.get("tender"):
        return "competition"
    if release.values.get("planning"):
        return "planning"
    raise release.wrong("tag", "planning, tender, award, contract or a change of these")


def _procedure(tender: Fields, label: str | None) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    return _procedures.from_label(label) or tender.unknown("procurementMethodDetails", label)


def _language(release: Fields) -> str | None:
    language = release.text("language")
    if language is None:
        return None
    # BCP 47, as the standard asks for: a language, and perhaps where and how it is written.
    if tag := re.fullmatch("([a-zA-Z]{2})(?:[-_][a-zA-Z0-9]+)*", language):
        return tag[1].lower()
    release.unknown("language", language)
    return None


def _buyer(release: Fields) -> Fields:
    """The party that buys; empty when there is none."""
    for party in release.children("parties"):
        if "buyer" in party.texts("roles"):
            return party
    return Fields(release.place, {}, release.remarks)


def _buyer_id(release: Fields, buyer: Fields) -> str | None:
    known = (buyer.child("identifier"), buyer, _referred(release))
    for text in (x.text("id") for x in known):
        if text and (number := CHAMBER_OF_COMMERCE.fullmatch(text)):
            return number[1]
    return None


def _country(address: Fields) -> str | None:
    country = address.text("country") or address.text("countryName")
    if country is None or re.fullmatch("[A-Z]{2}", country):
        return country
    if country not in IN_WORDS:
        address.unknown("country", country)
    return IN_WORDS.get(country)


def _url(tender: Fields) -> str | None:
    for document in tender.children("documents"):
        if document.text("documentType") == "tenderNotice":
            return document.link("url")
    return None
