"""Lots of an OCDS release, what became of them, and the codes of what is bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline.codes import CPV
from pipeline.notices.formats._json import Fields
from pipeline.notices.formats._ocds_goals import INNOVATIONS, PURPOSES, coded, goals
from pipeline.records import Amount, Lot

NATURES = {"goods": "supplies", "works": "works", "services": "services"}
VARIANTS = {"allowed": "allowed", "notAllowed": "not-allowed", "required": "required"}

CLOSED = frozenset({"cancelled", "unsuccessful"})
NOT_MADE = CLOSED | {"pending"}

# What a tender says about itself in the words of a lot, apart from its texts.
WHOLE = ("value", "status", "techniques", "submissionTerms", "sustainability")

Awards = dict[str | None, list[Fields]]


def ocds_cpv(tender: Fields, items: Iterable[Fields]) -> tuple[str, ...]:
    """The codes of the tender, then those of items; the main one first."""
    codes: list[str] = []
    for place in (tender, *items):
        codes += _classified(place.child("classification"))
        for other in place.children("additionalClassifications"):
            codes += _classified(other)
    return tuple(dict.fromkeys(codes))


def _classified(classification: Fields) -> tuple[str, ...]:
    if (classification.text("scheme") or "CPV").upper() != "CPV":
        return ()
    if classification.values.get("id") is not None:
        return classification.cpv("id")
    # The TenderNed dataset has the code in the description, before its name.
    found = CPV.match(classification.text("description") or "")
    return (found[1],) if found else ()


def ocds_awards(release: Fields) -> Awards:
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


def ocds_awarded(awards: Awards) -> Amount | None:
    """What is awarded for the whole; ``None`` where awards name lots, or are several."""
    return _sum(_made(_alone(awards)))


def ocds_lots(tender: Fields, awards: Awards) -> tuple[Lot, ...]:
    """The lots; without any, one lot that stands for the whole."""
    items: dict[str, list[Fields]] = defaultdict(list)
    for item in tender.children("items"):
        items[item.text("relatedLot") or ""].append(item)
    nature = NATURES.get(tender.text("mainProcurementCategory") or "")
    lots = []
    for lot in tender.children("lots"):
        lot_id = lot.required("id")
        cpv = ocds_cpv(lot, items[lot_id])
        lots.append(_lot(lot, tender, awards=awards[lot_id], cpv=cpv, nature=nature))
    if missing := sorted({x for x in awards if x} - {lot.lot_id for lot in lots}):
        tender.remarks.append(f"awards for lots that are not listed: {', '.join(missing)}")
    if lots:
        return tuple(lots)
    whole = Fields(tender.place, {k: tender.values.get(k) for k in WHOLE}, tender.remarks)
    everything = ocds_cpv(tender, tender.children("items"))
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
    aims = goals(lot if lot.values.get("sustainability") else tender)
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
        purposes=coded(aims, PURPOSES),
        innovation=coded(aims, INNOVATIONS),
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
