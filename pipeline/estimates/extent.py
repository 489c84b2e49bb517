"""How much there is: the lots and the euros of a frame, and of its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.estimates.domains import domains
from pipeline.records import AwardLot

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of the frame something is.

    Attributes:
        lots: Award lots.
        volume: Euro; missing values add nothing.
    """

    lots: int
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFacts:
    """What the shares are shares of.

    Attributes:
        procedures: With at least one lot in the frame.
        calls_only: The period has no awards yet; calls stand in for them.
        sizes: Per domain; ``all`` is the whole frame.
        rungs: Per rung of the value ladder.
        flags: Lots per flag.
        excluded: Lots per reason why they are out.
    """

    procedures: int
    calls_only: bool
    sizes: Mapping[str, Size]
    rungs: Mapping[str, Size]
    flags: Mapping[str, int]
    excluded: Mapping[str, int]

    @classmethod
    def of(
        cls,
        lots: Iterable[AwardLot],
        *,
        calls_only: bool = False,
        elsewhere: Mapping[str, int] = NOTHING,
    ) -> FrameFacts:
        """Count the lots of a frame, in and out.

        Args:
            elsewhere: Lots of tenders that do not touch the period, by why they are out.
        """
        sizes: dict[str, list[AwardLot]] = {"all": []}
        rungs: dict[str, list[AwardLot]] = {}
        flags: Counter[str] = Counter()
        excluded: Counter[str] = Counter(elsewhere)
        for lot in lots:
            if lot.excluded:
                excluded[lot.excluded] += 1
                continue
            flags.update(lot.flags)
            rungs.setdefault(lot.rung, []).append(lot)
            for domain in domains(lot):
                sizes.setdefault(domain, []).append(lot)
        return cls(
            procedures=len({lot.procedure_key for lot in sizes["all"]}),
            calls_only=calls_only,
            sizes={name: _size(sizes[name]) for name in sorted(sizes)},
            rungs={name: _size(rungs[name]) for name in sorted(rungs)},
            flags=dict(sorted(flags.items())),
            excluded=dict(sorted(excluded.items())),
        )


def _size(lots: list[AwardLot]) -> Size:
    return Size(lots=len(lots), volume=sum(lot.value_eur or 0.0 for lot in lots))
