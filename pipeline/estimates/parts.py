"""A part lies inside its whole: R&D and solutions inside what is innovation-oriented."""

from __future__ import annotations

from dataclasses import replace

from pipeline.codebook import Codebook
from pipeline.estimates.judged import Interval
from pipeline.records import INNOVATION, Estimate


def is_part(quantity: str, book: Codebook) -> bool:
    """Whether only innovation-oriented lots have a label.

    Degrees above ``none`` and aspects have it by definition, and so have the forms that imply an
    aspect. Other forms have not: most competitive dialogues buy nothing new.
    """
    if quantity in {INNOVATION, "none"}:
        return False
    if quantity.startswith(INNOVATION):
        return True
    label = book.label(quantity)
    return label.judgement in {"degree", "aspect"} or bool(label.implies)


def inside_whole(part: Estimate, whole: Estimate) -> Estimate:
    """Bound a part by the whole it lies in: R&D is never more than what is innovation-oriented.

    A part of 2.8% (0.0 to 29.3) in a whole of 8.5% (6.6 to 10.4) becomes 2.8% (0.0 to 10.4).

    Args:
        part: Of a label that only innovation-oriented lots have.
        whole: ``innovation_oriented``, of the same period, domain and weighting.

    Raises:
        ValueError: They are not of the same period, domain and weighting.
    """
    of = [(each.period, each.domain, each.weighting) for each in (part, whole)]
    if of[0] != of[1]:
        raise ValueError(f"a part and its whole speak about the same lots, not {of}")
    if part.high <= whole.high and part.share <= whole.share:
        return part
    share = min(part.share, whole.share)
    return replace(
        part,
        share=share,
        low=min(part.low, share),
        high=min(part.high, whole.high),
        flags=tuple(dict.fromkeys((*part.flags, "within_whole"))),
    )


def narrowed(part: Interval, whole: Interval) -> Interval:
    """Bound an interval as :func:`inside_whole` bounds the estimate that rests on it."""
    share = min(part.share, whole.share)
    return replace(
        part, share=share, low=min(part.low, share), high=max(share, min(part.high, whole.high))
    )
