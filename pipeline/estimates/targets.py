"""Is a share below or above its target, with everything that is not known taken into account?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.records import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetVerdict:
    """A share held against its target.

    Attributes:
        answer: ``below`` or ``above`` only where it holds at both extremes.
        reason: ``extremes``: it holds whatever the missing values are. Of ``undecided``:
            ``sampling``, the interval holds the target; ``missing_values``, the interval does
            not, but with other missing values the share could be on the other side.
    """

    answer: Literal["below", "above", "undecided"]
    reason: Literal["extremes", "sampling", "missing_values"]

    @classmethod
    def of(cls, found: Estimate, extremes: tuple[float, float], target: float) -> TargetVerdict:
        """Hold a share against its target, both of the same quantity.

        Args:
            extremes: How low and how high the share could lie by missing values and sampling
                error together; they enclose its interval.
            target: 0 to 1.

        A share of 2.7% (1.6 to 4.2) whose missing values could make it 24.5% is not yet below 17%.
        """
        low, high = extremes
        answer: Literal["below", "above", "undecided"] = "undecided"
        reason: Literal["extremes", "sampling", "missing_values"] = "extremes"
        if high < target:
            answer = "below"
        elif low > target:
            answer = "above"
        else:
            reason = "sampling" if found.low <= target <= found.high else "missing_values"
        return cls(answer=answer, reason=reason)
