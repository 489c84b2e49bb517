"""The frame: every award lot of a period with its value, and every other lot with the reason.

A frame is made of all procedures that are known, not of those of the period alone: only then
is a lot counted in one period and a ceiling spread over all lots it is for.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import CorpusError
from pipeline.estimates._awards import Candidate, candidates
from pipeline.estimates._money import Rates, read_rates
from pipeline.estimates._values import Valued, values
from pipeline.estimates.buyers import kind_of_buyer
from pipeline.estimates.decisions import Bounds, Decision
from pipeline.notices.provinces import province
from pipeline.records import AwardLot, Lot, Notice, Period, Procedure
from pipeline.shown import for_people
from pipeline.store import sha256

__all__ = ["Frame", "Rates", "audit", "frame", "read_rates", "winsorise"]

# Besides the country's own buyers: groups of the CPV (arms, military vehicles, ships, aircraft and
# electronics, their repair, research on them, defence services), and forms under Directive
# 2009/81/EC. Division 35 as a whole will not do: fire engines, alarms and police uniforms are in
# it too.
DEFENCE_CPV = (
    *("353", "354", "355", "356", "357"),
    *("5062", "5063", "5064", "5065", "5066", "734", "7522"),
)
DEFENCE_FORMS = frozenset(
    [
        *("18", "22", "27", "31", "EF18", "EF22", "EF27", "EF31"),
        *("F16", "F17", "F18", "F19"),
        *("CONTRACT_DEFENCE", "CONTRACT_AWARD_DEFENCE", "CONTRACT_CONCESSIONAIRE_DEFENCE"),
    ]
)
KNOWN = ("lot_key", "notice_id", "text_notice_id", "dated", "title", "buyer")
AUDITED = (*KNOWN, "value_eur", "rung", "flags", "not_taken", "status", "reason", "decided")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The lots of a period.

    Attributes:
        lots: All lots of all procedures, in or out, by ``lot_key``.
        calls_only: The period has no awards yet; the lots that are in are those of its calls.
        not_taken: Per ``lot_key``, sums that were stated and not used: placeholders, ceilings
            that each winner repeats, currencies without a rate.
        decisions: Per ``lot_key``, what somebody decided about its value.
    """

    period: Period
    lots: tuple[AwardLot, ...]
    calls_only: bool
    not_taken: Mapping[str, tuple[str, ...]]
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def included(self) -> tuple[AwardLot, ...]:
        """Return the lots that are in, by ``lot_key``."""
        return tuple(lot for lot in self.lots if lot.excluded is None)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the period and of all that is known of the lots that are in."""
        names = [field.name for field in fields(AwardLot)]
        lots = [[getattr(lot, name) for name in names] for lot in self.included()]
        facts = [str(self.period), self.calls_only, names, lots]
        return sha256(json.dumps(facts, default=str).encode())


def frame(
    procedures: Sequence[Procedure],
    notices: Mapping[str, Notice],
    period: Period,
    *,
    rates: Rates,
    bounds: Bounds | None = None,
    country: Country = NETHERLANDS,
) -> Frame:
    """Build the frame of a period.

    A lot is in when it was awarded within the period by a buyer of the country, and one of its
    notices is in the country's language, where it is asked for one. In a period without any
    such lot, the lots of its calls that have no award are in.

    Args:
        procedures: All that are known, whatever their period.
        notices: Every notice of those procedures, by ``notice_id``.
        rates: From :func:`read_rates`.
        bounds: From where values are suspect, and what was decided about them.
        country: Whose buyers, regions and defence.

    Raises:
        CorpusError: A notice is missing, or two lots have the same key.
    """
    bounds = bounds or Bounds()
    lots: dict[str, AwardLot] = {}
    not_taken = {}
    for procedure in procedures:
        for candidate, climbed in values(candidates(procedure, notices), rates):
            valued = bounds.applied(candidate.lot_key, climbed)
            if candidate.lot_key in lots:
                raise CorpusError(f"two lots are called {candidate.lot_key}")
            lots[candidate.lot_key] = _award_lot(candidate, valued, procedure, period, country)
            if valued.not_taken:
                not_taken[candidate.lot_key] = valued.not_taken
    awarded = any(lot.excluded is None for lot in lots.values())
    if not awarded:
        lots = {key: _readmitted(lot, period) for key, lot in lots.items()}
    return Frame(
        period=period,
        lots=tuple(lots[key] for key in sorted(lots)),
        calls_only=not awarded and any(lot.excluded is None for lot in lots.values()),
        not_taken=not_taken,
        decisions=bounds.decisions,
    )


def barred(
    procedures: Iterable[Procedure], notices: Mapping[str, Notice], country: Country = NETHERLANDS
) -> Counter[str]:
    """Count lots by why they are in no frame of a period in which none of them is dated."""
    return Counter(
        _barred(candidate, [x.notice for x in (candidate.award, candidate.call) if x], country)
        or "outside_period"
        for procedure in procedures
        for candidate in candidates(procedure, notices)
    )


def audit(frame: Frame) -> Iterator[dict[str, str | float | None]]:
    """Yield a line per lot, in or out: what it is, its value and rung, flags, and why it is out.

    ``status`` is ``in`` or ``out``; ``reason`` is empty for a lot that is in. A value of ``None``
    is missing, never zero.
    """
    for lot in frame.lots:
        line: dict[str, str | float | None] = {
            name: None if (known := getattr(lot, name)) is None else str(known) for name in KNOWN
        }
        line |= {"title": for_people(lot.title), "buyer": for_people(lot.buyer)}
        yield line | {
            "value_eur": lot.value_eur,
            "rung": lot.rung,
            "flags": " ".join(lot.flags),
            "not_taken": "; ".join(frame.not_taken.get(lot.lot_key, ())),
            "status": "in" if lot.excluded is None else "out",
            "reason": lot.excluded or "",
            "decided": _told(frame.decisions.get(lot.lot_key)),
        }


def _told(decision: Decision | None) -> str:
    if decision is None:
        return ""
    return f"{decision.decision} by {decision.who} on {decision.on}: {decision.reason}"


def winsorise(known_values: ArrayLike, *, quantile: float = 0.995) -> NDArray[np.float64]:
    """Cap the largest values, so that one typing error cannot make a share.

    Shown next to the raw series, never instead of it: the largest contracts are real more
    often than not, and capping them all makes the volume too low. The cap is one of the values
    itself, never a mean of it and an outlier.

    Args:
        known_values: Euro, ``nan`` where missing; shape (N,).
        quantile: Part of the known values that keep their size, 0 to 1.

    Returns:
        Euro, ``nan`` where missing; shape (N,).
    """
    euros = np.asarray(known_values, dtype=np.float64)
    known = euros[~np.isnan(euros)]
    if not known.size:
        return euros
    return np.minimum(euros, np.quantile(known, quantile, method="lower"))


def _award_lot(
    candidate: Candidate,
    valued: Valued,
    procedure: Procedure,
    period: Period,
    country: Country,
) -> AwardLot:
    award, call, told_by = candidate.award, candidate.call, candidate.told_by
    notices = [standing.notice for standing in (award, call) if standing]
    codes = [*(lot.cpv for lot in candidate.lots), *(notice.cpv for notice in notices)]
    cpv = next((several[0] for several in codes if several), None)
    places = [code for lot in candidate.lots for code in lot.nuts]
    return AwardLot(
        lot_key=candidate.lot_key,
        procedure_key=procedure.procedure_key,
        notice_id=told_by.notice.notice_id,
        text_notice_id=(call or told_by).notice.notice_id,
        # A lot without any date is out; the first of all days stands for "unknown".
        dated=candidate.dated or dt.date.min,
        value_eur=valued.euro,
        rung=valued.rung,
        flags=tuple(sorted({*valued.flags, *candidate.flags})),
        excluded=_excluded(candidate, notices, period, country),
        title=_title(candidate, notices[0]),
        buyer=next((x.buyer for x in notices if x.buyer), None),
        buyer_kind=kind_of_buyer(notices, country),
        cpv_division=cpv[:2] if cpv else None,
        procedure=next((x.procedure for x in notices if x.procedure), None),
        province=province(places or [x for notice in notices for x in notice.nuts], country),
        defence=_defence(notices, cpv, country),
        framework=any(x.framework for x in _asked(candidate)),
    )


def _asked(candidate: Candidate) -> Sequence[Lot]:
    """The lot; where the call has no lots, the call as a whole as well."""
    whole = candidate.call.lots.values() if candidate.call and not candidate.call_lots else ()
    return (*candidate.lots, *whole)


def _excluded(
    candidate: Candidate, notices: Sequence[Notice], period: Period, country: Country
) -> str | None:
    within = candidate.dated is not None and candidate.dated in period
    return _barred(candidate, notices, country) or (None if within else "outside_period")


def _barred(candidate: Candidate, notices: Sequence[Notice], country: Country) -> str | None:
    """Why a lot is in no frame, whatever the period."""
    if reason := country.barred(notices) or candidate.excluded:
        return reason
    return "undated" if candidate.dated is None else None


def _readmitted(lot: AwardLot, period: Period) -> AwardLot:
    waiting = lot.excluded == "no_award" and lot.dated in period
    return replace(lot, excluded=None) if waiting else lot


def _title(candidate: Candidate, notice: Notice) -> str:
    own = next((lot.title for lot in candidate.lots if lot.title), None)
    return notice.title if own in {None, notice.title} else f"{notice.title}: {own}"


def _defence(notices: Sequence[Notice], cpv: str | None, country: Country) -> bool:
    buyer = re.compile(country.defence, re.I)
    return (
        any(x.subtype in DEFENCE_FORMS for x in notices)
        or any(buyer.search(x.buyer or "") for x in notices)
        or (cpv or "").startswith(DEFENCE_CPV)
    )
