"""Signs that stand in a field of the notice, so that they are counted and need no sample.

The forms that the codebook lets a procedure, a form of notice or the variants of a lot settle, and
the two fields in which a buyer declares innovation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.estimates._awards import numbered
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
    forms = [codebook.label(name) for name in codebook.of("forms")]
    settled = [x for x in forms if x.fields and not NO_LOT & x.fields.keys()]
    found = {
        name: np.zeros(len(lots), dtype=bool)
        for name in (*(x.label_id for x in settled), PURPOSE, CHARACTERISTIC)
    }
    for index, lot in enumerate(lots):
        for notice in _told(lot, notices):
            for label in settled:
                found[label.label_id][index] |= label.settled_by(notice) is not None
            for own in notice.lots:
                found[PURPOSE][index] |= INNOVATIVE_PURPOSE in (own.purposes or ())
                found[CHARACTERISTIC][index] |= bool({*(own.innovation or ())} - {"none"})
    return found


def _told(lot: AwardLot, notices: Mapping[str, Notice]) -> Iterator[Notice]:
    """Yield call and award of a lot, each with no other lots; all of them where none is its own."""
    number = lot.lot_key.rpartition("/")[2]
    for notice_id in dict.fromkeys((lot.text_notice_id, lot.notice_id)):
        notice = notices[notice_id]
        own: Lot | None = numbered(notice).get(number)
        yield replace(notice, lots=(own,)) if own else notice
