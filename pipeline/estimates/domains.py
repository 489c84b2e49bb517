"""Domains: the parts of the frame that get a share of their own.

Named as in :class:`Estimate`: ``all``, ``without_defence``, ``buyer_kind=central``,
``cpv_division=72``, ``province=NL31``; an unknown kind, division or province is ``=unknown``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.records import AwardLot

WHOLES = ("all", "without_defence")

Mask = NDArray[np.bool_]


def domains(lot: AwardLot) -> Iterable[str]:
    """Yield the names of the domains that a lot belongs to."""
    yield "all"
    if not lot.defence:
        yield "without_defence"
    yield f"buyer_kind={lot.buyer_kind or 'unknown'}"
    yield f"cpv_division={lot.cpv_division or 'unknown'}"
    yield f"province={lot.province or 'unknown'}"


def masks(lots: Sequence[AwardLot]) -> dict[str, Mask]:
    """Return per domain which lots it holds; each of shape (N,)."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for index, lot in enumerate(lots):
        for domain in domains(lot):
            members[domain].append(index)
    masks = {name: np.zeros(len(lots), dtype=bool) for name in (*WHOLES, *members)}
    for name, inside in members.items():
        masks[name][inside] = True
    return masks
