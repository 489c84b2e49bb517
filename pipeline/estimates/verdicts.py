"""Is a share below or above its target, with everything that is not known taken into account?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.records import Estimate

# Of public procurement, by value (European Commission, 2018).
TARGETS: Mapping[str, float] = {"solution": 0.17, "rd": 0.03}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A share held against its target.

    Attributes:
        quantity: ``solution`` or ``rd``; by value, of the whole frame.
        answer: ``below`` or ``above`` only where it holds at both extremes.
        reason: ``extremes``: it holds whatever the missing values are. Of ``undecided``:
            ``sampling``, the interval holds the target; ``missing_values``, the interval does
            not, but with other missing values the share could be on the other side.
        low, high: The extremes: missing values and sampling error together.
    """

    quantity: str
    target: float
    answer: Literal["below", "above", "undecided"]
    reason: Literal["extremes", "sampling", "missing_values"]
    low: float
    high: float

    @classmethod
    def of(cls, found: Estimate, extremes: tuple[float, float]) -> Verdict:
        """Hold a share against its target.

        A share of 2.7% (1.6 to 4.2) whose missing values could make it 24.5% is not yet below 17%.
        """
        target, (low, high) = TARGETS[found.quantity], extremes
        answer: Literal["below", "above", "undecided"] = "undecided"
        reason: Literal["extremes", "sampling", "missing_values"] = "extremes"
        if high < target:
            answer = "below"
        elif low > target:
            answer = "above"
        else:
            reason = "sampling" if found.low <= target <= found.high else "missing_values"
        return cls(
            quantity=found.quantity,
            target=target,
            answer=answer,
            reason=reason,
            low=low,
            high=high,
        )
