"""Notices without their texts: what must be known of other periods.

Which notices are one tender, and in which period a lot counts, rests on identifiers, references,
dates and values. So those of all time are read, and texts only where a text is looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.records import Lot, Notice

# Stands for a text that was left out: whether there is one remains known.
TEXT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A collected notice without its texts.

    Attributes:
        day: Of publication; of a notice that does not tell, the day on which it was listed.
        path: Of the file that holds all of it.
    """

    notice: Notice
    day: dt.date
    path: Path


def without_texts(notice: Notice) -> Notice:
    """Return a notice with ``TEXT`` for its texts; titles are kept, and so is what is absent."""
    return replace(
        notice,
        description=_instead(notice.description),
        criteria=notice.criteria and (TEXT,),
        lots=tuple(map(_lot, notice.lots)),
    )


def _lot(lot: Lot) -> Lot:
    return replace(
        lot,
        description=_instead(lot.description),
        criteria=lot.criteria and (TEXT,),
        purpose_text=_instead(lot.purpose_text),
    )


def _instead(text: str | None) -> str | None:
    return text and TEXT
