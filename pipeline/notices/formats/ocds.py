"""Releases of the Open Contracting Data Standard 1.1, as the TenderNed dataset publishes them.

``procurementMethod`` is never read: transformers of the dataset have mapped the same procedure
to different methods over the years. ``procurementMethodDetails`` holds TenderNed's own label.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pipeline.codes import CPV
from pipeline.notices.buyers import buyer_kind
from pipeline.notices.formats import _procedures
from pipeline.notices.formats._json import Fields, json_members, unique
from pipeline.records import ROW, Amount, Kind, Lot, Notice, RawNotice

# A release may carry several tags; the last stage of the procedure decides, and whatever
# alters an earlier release goes before all.
STAGES: dict[Kind, frozenset[str]] = {
    "change": frozenset({"implementation", "contractTermination"}),
    "result": frozenset({"award", "contract"}),
    "competition": frozenset({"tender"}),
    "planning": frozenset({"planning"}),
}
ALTERS = ("Amendment", "Update", "Cancellation")

NATURES = {"goods": "supplies", "works": "works", "services": "services"}
VARIANTS = {"allowed": "allowed", "notAllowed": "not-allowed", "required": "required"}
IN_WORDS = {"Nederland": "NL", "Netherlands": "NL", "The Netherlands": "NL"}

CLOSED = frozenset({"cancelled", "unsuccessful"})
NOT_MADE = CLOSED | {"pending"}

# What a tender says about itself in the words of a lot, apart from its texts.
WHOLE = ("value", "status", "techniques", "submissionTerms")

CHAMBER_OF_COMMERCE = re.compile(r"(?:NL-KVK-)?([0-9]{8})")

Awards = dict[str | None, list[Fields]]


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
    awards = _awards(release)
    buyer = _buyer(release)
    name = release.child("buyer").text("name") or buyer.text("name")
    return Notice(
        notice_id=release.required("id"),
        source=raw.source,
        format="ocds",
        kind=_kind(release, label),
        published_on=release.day("date"),
        language=_language(release),
        country=_country(buyer.child("address")),
        buyer=name,
        buyer_id=_buyer_id(release, buyer),
        buyer_kind=buyer_kind(name, None, None, utility=False),
        title=tender.required("title"),
        description=tender.text("description"),
        procedure=_procedure(tender, label),
        cpv=_cpv(tender, tender.children("items")),
        nature=tender.code("mainProcurementCategory", NATURES),
        estimated=tender.amount("value"),
        awarded=_sum(_made(_alone(awards))),
        criteria=tuple(x for x in [tender.text("awardCriteriaDetails")] if x),
        lots=_lots(tender, awards),
        procedure_key=release.required("ocid"),
        url=_url(tender),
        remarks=unique(release.remarks),
    )


def _kind(release: Fields, label: str | None) -> Kind:
    tags = release.texts("tag")
    kind = next((kind for kind, stage in STAGES.items() if stage & set(tags)), None)
    if any(tag.endswith(ALTERS) for tag in tags):
        return "change"
    if kind is None and tags == ("compiled",):
        # All releases of a tender in one: what is in it tells how far it came.
        kind = "result" if release.values.get("awards") else "competition"
    if kind is None:
        raise release.wrong("tag", "planning, tender, award, contract or a change of these")
    if kind in {"planning", "competition"} and _procedures.is_consultation(label):
        return "consultation"
    return kind


def _procedure(tender: Fields, label: str | None) -> str | None:
    if label is None or _procedures.is_consultation(label):
        return None
    return _procedures.from_label(label) or tender.unknown("procurementMethodDetails", label)


def _language(release: Fields) -> str | None:
    language = release.text("language")
    if language is None or re.fullmatch("[a-z]{2}", language):
        return language
    release.unknown("language", language)
    return None


def _buyer(release: Fields) -> Fields:
    """The party that buys; empty when there is none."""
    for party in release.children("parties"):
        if "buyer" in party.texts("roles"):
            return party
    return Fields(release.place, {}, release.remarks)


def _buyer_id(release: Fields, buyer: Fields) -> str | None:
    known = (buyer.child("identifier"), buyer, release.child("buyer"))
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


def _cpv(tender: Fields, items: Iterable[Fields]) -> tuple[str, ...]:
    """The codes of the tender, then those of items; the main one first."""
    codes = [*_classified(tender.child("classification"))]
    for item in items:
        codes += _classified(item.child("classification"))
        for other in item.children("additionalClassifications"):
            codes += _classified(other)
    return tuple(dict.fromkeys(codes))


def _classified(classification: Fields) -> tuple[str, ...]:
    if classification.text("scheme") not in {"CPV", None}:
        return ()
    if classification.values.get("id") is not None:
        return classification.cpv("id")
    # The TenderNed dataset has the code in the description, before its name.
    found = CPV.match(classification.text("description") or "")
    return (found[1],) if found else ()


def _awards(release: Fields) -> Awards:
    """Awards that were made, by the one lot they name; under ``None`` those that name none."""
    awards: Awards = defaultdict(list)
    for award in release.children("awards"):
        lots = award.texts("relatedLots")
        if len(lots) > 1:
            award.remarks.append(f"one award for lots {', '.join(lots)}: value not divided")
        else:
            awards[lots[0] if lots else None].append(award)
    if len(awards[None]) > 1:
        release.remarks.append(f"awards that name no lot: {len(awards[None])}")
    return awards


def _lots(tender: Fields, awards: Awards) -> tuple[Lot, ...]:
    """The lots; without any, one lot that stands for the whole."""
    items: dict[str, list[Fields]] = defaultdict(list)
    for item in tender.children("items"):
        items[item.text("relatedLot") or ""].append(item)
    nature = NATURES.get(tender.text("mainProcurementCategory") or "")
    lots = []
    for lot in tender.children("lots"):
        lot_id = lot.required("id")
        cpv = _cpv(lot, items[lot_id])
        lots.append(_lot(lot, tender, awards=awards[lot_id], cpv=cpv, nature=nature))
    if missing := sorted({x for x in awards if x} - {lot.lot_id for lot in lots}):
        tender.remarks.append(f"awards for lots that are not listed: {', '.join(missing)}")
    if lots:
        return tuple(lots)
    whole = Fields(tender.place, {k: tender.values.get(k) for k in WHOLE}, tender.remarks)
    everything = _cpv(tender, tender.children("items"))
    return (_lot(whole, tender, awards=_alone(awards), cpv=everything, nature=nature),)


def _alone(awards: Awards) -> list[Fields]:
    """The award of the whole; of several that name no lot nobody knows what each is for."""
    return awards[None] if len(awards[None]) == 1 else []


def _made(awards: list[Fields]) -> list[Fields]:
    return [award for award in awards if award.text("status") not in NOT_MADE]


def _lot(
    lot: Fields, tender: Fields, *, awards: list[Fields], cpv: tuple[str, ...], nature: str | None
) -> Lot:
    techniques = (lot if lot.values.get("techniques") else tender).child("techniques")
    made = _made(awards)
    return Lot(
        lot_id=lot.text("id"),
        title=lot.text("title"),
        description=lot.text("description"),
        cpv=cpv,
        nature=nature,
        estimated=lot.amount("value"),
        awarded=_sum(made),
        framework=techniques.flag("hasFrameworkAgreement"),
        dynamic_purchasing=techniques.flag("hasDynamicPurchasingSystem"),
        variants=lot.child("submissionTerms").code("variantPolicy", VARIANTS),
        criteria=_criteria(lot.child("awardCriteria")),
        outcome=_outcome(lot, awards, made),
        awarded_on=next((day for award in made if (day := award.day("date"))), None),
    )


def _criteria(criteria: Fields) -> tuple[str, ...]:
    texts = (
        x.text(name) for x in criteria.children("criteria") for name in ("name", "description")
    )
    return tuple(text for text in texts if text)


def _sum(awards: list[Fields]) -> Amount | None:
    """What the winners of one lot get together; ``None`` when one of them is unknown."""
    amounts = [award.amount("value") for award in awards]
    known = [amount for amount in amounts if amount]
    if not known or len(known) < len(amounts) or len({x.currency for x in known}) > 1:
        return None
    return Amount(value=sum(x.value for x in known), currency=known[0].currency)


def _outcome(lot: Fields, awards: list[Fields], made: list[Fields]) -> str | None:
    if made:
        return "selec-w"
    statuses = [lot.text("status"), *(award.text("status") for award in awards)]
    return "clos-nw" if CLOSED & set(statuses) else None
