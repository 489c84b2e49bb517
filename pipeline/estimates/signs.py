"""Signs that stand in a field of the notice, so that they are counted and need no sample.

The forms that the codebook lets a procedure, a form of notice or the variants of a lot settle, and
the two fields in which a buyer declares innovation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook, Label
from pipeline.estimates._awards import lots_by_number
from pipeline.records import AwardLot, Lot, Notice

# BT-06 and BT-776; the names of the signs.
PURPOSE, CHARACTERISTIC = "declared_purpose", "declared_innovation"
INNOVATIVE_PURPOSE = "inn-pur"

# A consultation is a notice of its own, never the call or the award of a lot.
NO_LOT = frozenset({"kind"})


def signs(
    lots: Sequence[AwardLot], notices: Mapping[str, Notice], codebook: Codebook
) -> dict[str, NDArray[np.bool_]]:
    """Return per sign which lots have it, in their call or in their award; each of shape (N,).

    Args:
        notices: By id, without texts or with them.
    """
    settled = settled_forms(codebook)
    names = (*(x.label_id for x in settled), PURPOSE, CHARACTERISTIC)
    found = {name: np.zeros(len(lots), dtype=bool) for name in names}
    for index, lot in enumerate(lots):
        for notice in _told(lot, notices):
            for name in signs_of(notice, settled):
                found[name][index] = True
    return found


def settled_forms(codebook: Codebook) -> tuple[Label, ...]:
    """Return the forms that a field of a call or an award settles, without their cues."""
    forms = (codebook.label(name) for name in codebook.of("forms"))
    return tuple(replace(x, cues=()) for x in forms if x.fields and not NO_LOT & x.fields.keys())


def signs_of(notice: Notice, settled: Iterable[Label]) -> Iterator[str]:
    """Yield the signs that a notice carries, itself or in any of its lots."""
    yield from (x.label_id for x in settled if x.settled_by(notice))
    if any(INNOVATIVE_PURPOSE in (own.purposes or ()) for own in notice.lots):
        yield PURPOSE
    if any({*(own.innovation or ())} - {"none"} for own in notice.lots):
        yield CHARACTERISTIC


def _told(lot: AwardLot, notices: Mapping[str, Notice]) -> Iterator[Notice]:
    """Yield call and award of a lot, each with no other lots; all of them where none is its own."""
    number = lot.lot_key.rpartition("/")[2]
    for notice_id in dict.fromkeys((lot.text_notice_id, lot.notice_id)):
        notice = notices[notice_id]
        own: Lot | None = lots_by_number(notice).get(number)
        yield replace(notice, lots=(own,)) if own else notice
