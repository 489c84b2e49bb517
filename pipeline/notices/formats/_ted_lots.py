"""The lots of a TED form and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.notices.formats._ted_scopes import Scope, money, paragraphs, scope_day, withheld
from pipeline.notices.formats._xml import Element, Remarks, cpv, local, sum_of
from pipeline.records import Amount, Lot

VARIANTS = {"YES": "allowed", "NO": "not-allowed"}
INVOLVES = ("NOTICE_INVOLVES", "NOTICE_INVOLVES_DEFENCE", "NOTICE_INVOLVES_DESC")
INVOLVES_UTILITIES = ("F05_NOTICE_INVOLVES", "F06_NOTICE_INVOLVES")
FRAMEWORKS = ("FRAMEWORK", "F02_FRAMEWORK", "F05_FRAMEWORK", "F17_FRAMEWORK")
FAILURES = ("NO_AWARDED_CONTRACT", "NO_AWARDED_PRIZE")
AWARD_DATES = (
    "DATE_CONCLUSION_CONTRACT",
    "CONTRACT_AWARD_DATE",
    "DATE_OF_CONTRACT_AWARD",
    "DATE_DECISION_JURY",
)


def ted_lots(form: Scope, nature: str | None, remarks: Remarks) -> tuple[Lot, ...]:
    """Read the lots, with the awards that name them.

    A form without lots gets one lot with the facts of the whole, without its texts; a form of
    2004 that numbers lots in its awards only gets a lot per number.
    """
    scopes = form.lots
    numbers = [_number(scope) for scope in scopes]
    if not scopes:
        numbers = list(dict.fromkeys(_number(award) for award in form.awards)) or [None]
    awards = _awards_by_lot(form.awards, numbers, remarks)
    lots = []
    for index, (number, won) in enumerate(zip(numbers, awards, strict=True)):
        own = scopes[index] if scopes else None
        lots.append(_lot(form, own, won, number=number, nature=nature, remarks=remarks))
    return tuple(lots)


def _number(scope: Scope) -> str | None:
    return scope.line("LOT_NO", "LOT_NUMBER")


def _key(number: str | None) -> str | None:
    """``Perceel 01`` and ``1`` are the same lot; ``1 en 2`` is neither 1 nor 2."""
    digits = re.findall(r"\d+", number or "")
    return digits[0].lstrip("0") if len(digits) == 1 else number


def _awards_by_lot(
    awards: Sequence[Scope], numbers: Sequence[str | None], remarks: Remarks
) -> list[list[Scope]]:
    keys = [_key(number) for number in numbers]
    found: list[list[Scope]] = [[] for _ in keys]
    for award in awards:
        key = _key(_number(award))
        if len(keys) == 1:
            found[0].append(award)
        elif keys.count(key) == 1:
            found[keys.index(key)].append(award)
        else:
            remarks.append(f"award without one lot: {_number(award)}")
    return found


def _lot(
    form: Scope,
    own: Scope | None,
    awards: Sequence[Scope],
    *,
    number: str | None,
    nature: str | None,
    remarks: Remarks,
) -> Lot:
    name = f"lot {number}" if number else "lot"
    won = [award for award in awards if not award.has(*FAILURES)]
    days = [scope_day(award.first(*AWARD_DATES), f"awarded_on {name}", remarks) for award in won]
    return Lot(
        lot_id=number,
        title=_title(own, awards, number),
        description=paragraphs(own.all("SHORT_DESCR", "LOT_DESCRIPTION", "DESCRIPTION"))
        if own
        else None,
        cpv=_cpv(form, own, remarks),
        nature=nature,
        estimated=_estimated(own, awards, f"estimated {name}", remarks),
        awarded=sum_of(
            (award_value(award, f"awarded {name}", remarks) for award in won),
            f"awarded {name}",
            remarks,
        ),
        framework=_framework(form),
        dynamic_purchasing=True if form.has("DPS") or "DPS" in _involves(form) else None,
        variants=_variants(own) or _variants(form),
        criteria=tuple(_criteria(own, remarks)) if own else (),
        outcome=_outcome(awards, won),
        awarded_on=min((x for x in days if x), default=None),
        nuts=(own or form).values("NUTS", "CODE"),
    )


def _title(own: Scope | None, awards: Sequence[Scope], number: str | None) -> str | None:
    if own:
        return title_line(own.all("TITLE", "LOT_TITLE")[:1])
    titles = [award.all("CONTRACT_TITLE", "TITLE_CONTRACT")[:1] for award in awards]
    return title_line(titles[0]) if number and titles else None


def title_line(elements: Sequence[Element]) -> str | None:
    """Return a title on one line."""
    title = paragraphs(elements)
    return title.replace("\n", " ") if title else None


def _cpv(form: Scope, own: Scope | None, remarks: Remarks) -> tuple[str, ...]:
    """The lot's codes; since 2016 lots share the main code of the object they stand in."""
    codes = [x.get("CODE") for x in (own or form).all("CPV_CODE")]
    if own and not own.has("CPV_MAIN"):
        siblings = own.element.itersiblings(preceding=True)
        mains = (x for main in siblings if local(main) == "CPV_MAIN" for x in main.iter())
        main = next((x.get("CODE") for x in mains if local(x) == "CPV_CODE"), None)
        codes.insert(0, main or next((x.get("CODE") for x in form.all("CPV_CODE")), None))
    return cpv(codes, remarks)


def _estimated(
    own: Scope | None, awards: Sequence[Scope], field: str, remarks: Remarks
) -> Amount | None:
    element = own.first("VAL_OBJECT", "COSTS_RANGE_AND_CURRENCY") if own else None
    if element is None and len(awards) == 1:
        names = ("VAL_ESTIMATED_TOTAL", "INITIAL_ESTIMATED_TOTAL_VALUE_CONTRACT")
        element = awards[0].first(*names)
    return money(element, field, remarks)


def award_value(award: Scope, field: str, remarks: Remarks) -> Amount | None:
    """Return the value of one award."""
    names = ("VAL_TOTAL", "VAL_RANGE_TOTAL", "COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE")
    return money(award.first(*names), field, remarks)


def _outcome(awards: Sequence[Scope], won: Sequence[Scope]) -> str | None:
    if won:
        return "selec-w"
    return "clos-nw" if awards else None


def _involves(form: Scope) -> str:
    return form.value(*INVOLVES, *INVOLVES_UTILITIES) or ""


def _framework(form: Scope) -> bool | None:
    """Since 2016 only a framework is ticked; the forms of 2004 also say that it is none."""
    if form.has(*FRAMEWORKS) or "FRAMEWORK" in _involves(form):
        return True
    said = form.value("FRAMEWORK_AGREEMENT") or _involves(form)
    return {"YES": True, "NO": False, "PUBLIC_CONTRACT": False}.get(said)


def _variants(scope: Scope | None) -> str | None:
    if scope is None:
        return None
    if scope.has("NO_ACCEPTED_VARIANTS"):
        return "not-allowed"
    if scope.has("ACCEPTED_VARIANTS"):
        return VARIANTS.get(scope.value("ACCEPTED_VARIANTS") or "YES")
    return None


def _criteria(lot: Scope, remarks: Remarks) -> Iterator[str]:
    for element in lot.all("AC_CRITERION"):
        if withheld(element):
            remarks.append("withheld: criteria")
        elif text := title_line([element]):
            yield text
