"""A part lies inside its whole: R&D and solutions inside what is innovation-oriented."""

from __future__ import annotations

from dataclasses import replace

from pipeline.records import Estimate


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
