"""Which notice tells of a lot's award, or why there is none.

A lot has at most one award. Of several the first one stands, so that a lot stays in the
quarter in which it was counted and later contracts under a framework do not add; of several
with the same award date the last one, which tells the same award again, corrected. A voluntary
ex-ante notice is an award until a real one of the same procedure follows. In a dynamic
purchasing system every award notice is an award of its own: it reports new contracts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.codes import is_ex_ante
from pipeline.errors import CorpusError
from pipeline.records import Lot, Notice, Procedure

WHOLE = "whole"
NUMBER = re.compile(r"(?:lot|par|perceel|perceelnummer|nr)?[\s.:-]*0*(\d+)", re.I | re.ASCII)
# An award older than this at publication is a slip of the pen in the year.
LONGEST_DELAY = dt.timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice that holds now.

    Attributes:
        since: First publication of the notice, before it was changed.
        lots: By number; ``WHOLE`` for a lot without one.
    """

    notice: Notice
    since: dt.date | None
    lots: Mapping[str, Lot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A lot of a procedure: what was asked for and what came of it.

    Attributes:
        call_lots: The same lot in the call; all of its lots where the award is of the whole.
        excluded: ``cancelled``, ``not_awarded``, ``no_award`` (so far), ``awarded_as_whole`` or
            ``ex_ante_superseded``.
        dynamic: Awarded in a dynamic purchasing system.
        flags: ``several_awards``, ``award_date`` (known, but cannot be), ``dynamic_purchasing``.
    """

    lot_key: str
    call: Standing | None
    call_lots: tuple[Lot, ...]
    award: Standing | None = None
    award_lot: Lot | None = None
    excluded: str | None
    dynamic: bool = False
    flags: tuple[str, ...] = ()
    dated: dt.date | None

    @property
    def told_by(self) -> Standing:
        """The award, else the call."""
        found = self.award or self.call
        if found is None:
            raise ValueError(f"{self.lot_key}: neither award nor call")
        return found

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lot as the award and as the call tell it, in that order."""
        return (*((self.award_lot,) if self.award_lot else ()), *self.call_lots)


def candidates(procedure: Procedure, notices: Mapping[str, Notice]) -> Iterator[Candidate]:
    """Yield every lot of a procedure once.

    Raises:
        CorpusError: A notice of the procedure is not among the notices.
    """
    calls = _standing(procedure, procedure.calls, notices)
    awards = _standing(procedure, procedure.awards, notices)
    _name_only_lot(calls, awards)
    dynamic = any(x.dynamic_purchasing for s in (*calls, *awards) for x in s.lots.values())
    places: dict[str, list[Standing]] = defaultdict(list)
    for award in awards:
        for number in award.lots:
            places[f"{number}@{award.notice.notice_id}" if dynamic else number].append(award)
    superseded = _superseded(awards)
    for name, told in places.items():
        call = _call(name.partition("@")[0], calls)
        yield _awarded(f"{procedure.procedure_key}/{name}", told, call, superseded, dynamic=dynamic)
    yield from _announced(procedure.procedure_key, calls, {n for a in awards for n in a.lots})


def _standing(
    procedure: Procedure, current: Sequence[str], notices: Mapping[str, Notice]
) -> list[Standing]:
    """The notices that hold now, the first one first; of a copy and its original one."""
    missing = [x for x in procedure.notice_ids if x not in notices]
    if missing:
        raise CorpusError(f"{procedure.procedure_key}: notices are not here: {missing[:5]}")

    def original(notice_id: str) -> str:
        return procedure.copies.get(notice_id, notice_id)

    days: dict[str, list[dt.date]] = defaultdict(list)
    for notice_id in procedure.notice_ids:
        leaf = procedure.current.get(original(notice_id), original(notice_id))
        if day := notices[notice_id].published_on:
            days[original(leaf)].append(day)
    # The copy comes last and stands for both: it has the lots and values.
    chosen = {original(x): x for x in sorted(current, key=lambda x: (x in procedure.copies, x))}
    found = [
        Standing(
            notice=notices[notice_id],
            since=min(days[key], default=None),
            lots=numbered(notices[notice_id]),
        )
        for key, notice_id in chosen.items()
    ]
    return sorted(found, key=lambda x: (x.since or dt.date.max, x.notice.notice_id))


def numbered(notice: Notice) -> dict[str, Lot]:
    """``LOT-0001``, ``Perceel 01`` and ``1`` are the same lot; ``1A`` and ``1B`` are not."""
    found: dict[str, Lot] = {}
    for lot in notice.lots or (Lot(cpv=notice.cpv, nature=notice.nature),):
        match = NUMBER.fullmatch(lot.lot_id.strip()) if lot.lot_id else None
        number = match[1] if match else (lot.lot_id or WHOLE)
        found[f"{number}#{len(found) + 1}" if number in found else number] = lot
    return found


def _name_only_lot(calls: list[Standing], awards: list[Standing]) -> None:
    """Give the only lot of a procedure one number: LOT-0000 of an award is lot 1 of its call."""
    everywhere = [*awards, *calls]
    sides = [{number for x in side for number in x.lots} - {WHOLE} for side in (awards, calls)]
    if any(len(x.lots) != 1 for x in everywhere) or any(len(side) > 1 for side in sides):
        return
    number = next((number for side in sides for number in side), WHOLE)
    for side in (calls, awards):
        side[:] = [replace(x, lots={number: next(iter(x.lots.values()))}) for x in side]


def _superseded(awards: Sequence[Standing]) -> frozenset[str]:
    """Voluntary ex-ante notices that a real award followed."""
    real = [index for index, x in enumerate(awards) if not is_ex_ante(x.notice.subtype)]
    last = max(real, default=-1)
    return frozenset(x.notice.notice_id for x in awards[: last + 1] if is_ex_ante(x.notice.subtype))


def _call(number: str, calls: Sequence[Standing]) -> tuple[Standing | None, tuple[Lot, ...]]:
    """The call that has the lot, else the first one, and the lot in it."""
    for call in calls:
        if number in call.lots:
            return call, (call.lots[number],)
    first = calls[0] if calls else None
    return first, tuple(first.lots.values()) if first and number == WHOLE else ()


def _awarded(
    lot_key: str,
    told: Sequence[Standing],
    call: tuple[Standing | None, tuple[Lot, ...]],
    superseded: frozenset[str],
    *,
    dynamic: bool,
) -> Candidate:
    number = lot_key.rpartition("/")[2].partition("@")[0]
    standing = [x for x in told if x.notice.notice_id not in superseded]
    won = [x for x in standing if _won(x, number)]
    award = _first(won, number) if won else (standing or told)[-1]
    lot = award.lots[number]
    dated, date_flags = _dated(lot, award)
    excluded = None
    if not won:
        reason = "cancelled" if lot.outcome == "clos-nw" else "not_awarded"
        excluded = reason if standing else "ex_ante_superseded"
    flags = (
        *date_flags,
        *(("several_awards",) if len(won) > 1 else ()),
        *(("dynamic_purchasing",) if dynamic else ()),
    )
    return Candidate(
        lot_key=lot_key,
        call=call[0],
        call_lots=call[1],
        award=award,
        award_lot=lot,
        excluded=excluded,
        dynamic=dynamic,
        flags=flags,
        dated=dated,
    )


def _first(won: Sequence[Standing], number: str) -> Standing:
    """The first award, in the words of the last notice with its award date."""
    day = won[0].lots[number].awarded_on
    again = [x for x in won if day and x.lots[number].awarded_on == day]
    return again[-1] if again else won[0]


def _won(award: Standing, number: str) -> bool:
    """Whether the lot was awarded; a notice that tells no outcome of any lot is an award."""
    outcome = award.lots[number].outcome
    silent = all(lot.outcome is None for lot in award.lots.values())
    return outcome == "selec-w" or silent


def _dated(lot: Lot, award: Standing) -> tuple[dt.date | None, tuple[str, ...]]:
    day, published = lot.awarded_on, award.since
    if day is None or published is None:
        return day or published, ()
    if published - LONGEST_DELAY <= day <= published:
        return day, ()
    return published, ("award_date",)


def _announced(key: str, calls: Sequence[Standing], awarded: set[str]) -> Iterator[Candidate]:
    """Lots that are in calls only; a call without lots stands for those of the award."""
    seen = awarded | ({WHOLE} if awarded else set())
    for call in calls:
        for number, lot in call.lots.items():
            if number not in seen:
                seen.add(number)
                yield Candidate(
                    lot_key=f"{key}/{number}",
                    call=call,
                    call_lots=(lot,),
                    excluded="awarded_as_whole" if WHOLE in awarded else "no_award",
                    dated=call.since,
                )
