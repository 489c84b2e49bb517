"""Domains: the parts of the frame that get a share of their own.

Named as in :class:`Estimate`: ``all``, ``without_defence``, ``buyer_kind=central``,
``cpv_division=72``, ``province=NL31``; an unknown kind, division or province is ``=unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import AwardLot


def domains(lot: AwardLot) -> Iterable[str]:
    """Yield the names of the domains that a lot belongs to."""
    yield "all"
    if not lot.defence:
        yield "without_defence"
    yield f"buyer_kind={lot.buyer_kind or 'unknown'}"
    yield f"cpv_division={lot.cpv_division or 'unknown'}"
    yield f"province={lot.province or 'unknown'}"
