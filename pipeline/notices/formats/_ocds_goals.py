"""What a buyer wants beside the purchase: OCDS's sustainability extension, in codes of eForms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.notices.formats._json import Fields

# Goals of the sustainability extension, as the eForms codes they were mapped from (BT-06, BT-776).
INNOVATIONS = {
    "economic.marketInnovationPromotion": "mar-nov",
    "economic.processInnovation": "proc-innov",
    "economic.processInnovationPromotion": "proc-innov",
    "economic.productInnovation": "prod-innov",
    "economic.productInnovationPromotion": "prod-innov",
    "economic.researchDevelopmentActivities": "rd-act",
}
PURPOSES = {
    "economic.innovativePurchase": "inn-pur",
    "environmental": "env-imp",
    "social": "soc-obj",
}

BROADER = ("environmental.", "social.", "economic.")


def goals(place: Fields) -> tuple[str, ...]:
    """The goals of the sustainability extension, each with the broader one it belongs to."""
    found = [goal for each in place.children("sustainability") if (goal := each.text("goal"))]
    for goal in found:
        if goal not in INNOVATIONS and goal not in PURPOSES and not goal.startswith(BROADER):
            place.unknown("sustainability/goal", goal)
    return tuple(dict.fromkeys(y for x in found for y in (x, x.partition(".")[0])))


def coded(found: Iterable[str], table: Mapping[str, str]) -> tuple[str, ...] | None:
    """Translate goals to the codes of a table; ``None`` where none has one."""
    return tuple(dict.fromkeys(table[x] for x in found if x in table)) or None
