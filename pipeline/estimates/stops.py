"""What keeps the figures of a period from being published, beside what was collected.

The checks of ``pipeline.notices.checks`` look at notices; these look at the frame, the draws and
the judgements. Each says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.codebook import Codebook
from pipeline.corpus.agreement import judged_twice
from pipeline.corpus.draws import sizes
from pipeline.estimates.arrays import SEED
from pipeline.estimates.decisions import SUSPECT
from pipeline.estimates.shares import judged_lots
from pipeline.records import Annotation, AwardLot, Check, Draw

# Lots that entered after the draw may be anything; up to two points they cannot decide a figure.
MOST_ENTERED = 0.02

SHOWN = 20


def publication_checks(
    lots: Sequence[AwardLot],
    draws: Sequence[Draw],
    annotations: Sequence[Annotation],
    *,
    codebook: Codebook,
    floor: float,
) -> list[Check]:
    """Run the checks on what is to be published.

    Args:
        lots: Of the frame, those that are in.
        draws: The draw and its supplements; none where there is none yet.
        annotations: Their judgements.
        floor: Alpha, from the settings.
    """
    return [
        late_lots_are_drawn(lots, draws),
        judges_agree(annotations, codebook, floor=floor),
        large_values_are_decided(lots),
    ]


def late_lots_are_drawn(lots: Sequence[AwardLot], draws: Sequence[Draw]) -> Check:
    """Most of the value had a chance to be drawn."""
    part, grew = 0.0, False
    if lots and draws:
        judged, flags = judged_lots(
            lots,
            draws[0],
            {},
            values=sizes(lots),
            scores=np.zeros(len(lots)),
            supplements=draws[1:],
        )
        part, grew = judged.entered_part, "frame_grew" in flags
    finding = (
        f"{part:.1%} of the value is in lots that entered after the draw, expected at most "
        f"{MOST_ENTERED:.0%}"
    )
    if grew:
        finding = (
            "the frame has more lots than when it was drawn from, and the draw did not list them"
        )
    passed = part <= MOST_ENTERED and not grew
    advice = "" if passed else "; draw from them and judge: `innovatiemonitor draw --supplement`"
    return _stop("late_lots_are_drawn", passed=passed, finding=finding + advice)


def judges_agree(annotations: Sequence[Annotation], codebook: Codebook, *, floor: float) -> Check:
    """People who judged the same notices agree enough; where nobody did, that is said."""
    number, alpha = judged_twice(annotations, codebook, seed=SEED)
    name = "judges_agree"
    if number == 0:
        return _stop(name, passed=True, finding="no notice was judged by two people")
    if alpha is None:
        finding = f"{number} notices were judged twice, all with one degree: alpha says nothing"
        return _stop(name, passed=True, finding=finding)
    finding = (
        f"alpha of the degree is {alpha:.2f} on {number} notices judged twice, expected at least "
        f"{floor:g}"
    )
    passed = alpha >= floor
    advice = "" if passed else "; where they differ: `innovatiemonitor annotations adjudicate`"
    return _stop(name, passed=passed, finding=finding + advice)


def large_values_are_decided(lots: Sequence[AwardLot]) -> Check:
    """Somebody looked at every value that is a large part of what the government buys."""
    found = [lot for lot in lots if SUSPECT in lot.flags]
    told = ", ".join(f"{lot.lot_key} (EUR {lot.value_eur or 0:,.0f})" for lot in found[:3])
    advice = f": {told}; `innovatiemonitor decide`" if found else ""
    return _stop(
        "large_values_are_decided",
        passed=not found,
        finding=f"{len(found)} suspect values without a decision, expected 0{advice}",
        notice_ids=tuple(lot.notice_id for lot in found[:SHOWN]),
    )


def _stop(name: str, *, passed: bool, finding: str, notice_ids: tuple[str, ...] = ()) -> Check:
    return Check(name=name, severity="stop", passed=passed, finding=finding, notice_ids=notice_ids)
