"""What a model is worth by the number of judgements that it learned from: are more worth it?

Source:
    Perlich, Provost & Simonoff, Tree induction vs. logistic regression: a learning-curve analysis
    (2003): over a doubling a curve is close to straight in the logarithm of the number. Beyond
    what was measured it bends down as a rule, so an expectation from it is rather too high.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

from pipeline.codec import from_plain, to_plain
from pipeline.evaluation.metrics import Figure
from pipeline.store import Store

CURVE = "learning_curve"
FIGURE = ("value", "low", "high")

Taught = Literal["added", "authored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What a model is worth that learned from so many.

    Attributes:
        learned: Judgements learned from; of them each fold leaves out a fifth.
        innovation, forms: F1 of being innovation-oriented, and micro-F1 of forms, 0 to 1.
    """

    learned: int
    innovation: Figure
    forms: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurve:
    """Worth by number of judgements.

    Attributes:
        taught: Which judgements vary: those that were added, or the authored ones where too few
            were added. It is measured on the same.
        beside: Notices that every model learned from as well.
        points: By number, the last one all of them.
        gain: What the last doubling brought to the F1 of innovation, with its 95% interval by a
            paired bootstrap over groups; it does not tell what another half would have brought.
        model_id: Whose recipe was used.
        day: When it was measured.
    """

    taught: Taught
    beside: int
    points: tuple[CurvePoint, ...]
    gain: Figure
    model_id: str
    day: dt.date

    def expected(self, more: int) -> Figure:
        """Return what so many judgements more would bring; ``None`` where it is not known."""
        number = self.points[-1].learned
        doublings = math.log2((number + more) / number)
        return {name: None if x is None else x * doublings for name, x in self.gain.items()}


def keep_curve(store: Store, curve: LearningCurve) -> None:
    """Keep a curve, in the place of the one before it."""
    store.keep("state", CURVE, to_plain(curve))


def kept_curve(store: Store) -> LearningCurve | None:
    """Return the curve that was measured last; ``None`` where none was, or by another version."""
    held = store.kept("state", CURVE).get(CURVE)
    try:
        return None if held is None else from_plain(LearningCurve, held)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def curve_table(curve: LearningCurve, *, more: int) -> str:
    """Write a curve for people, as Markdown, with what more judgements would bring."""
    lines = [
        f"| judgements ({curve.taught}) | F1 innovation | 95% | F1 forms | 95% |",
        "|---:|---:|---|---:|---|",
        *(f"| {x.learned} | {_three(x.innovation)} | {_three(x.forms)} |" for x in curve.points),
        "",
        f"{more} more are expected to bring {_signed(curve.expected(more))} F1 of innovation.",
    ]
    return "\n".join(lines)


def _three(figure: Figure) -> str:
    value, low, high = ("?" if figure[x] is None else f"{figure[x]:.3f}" for x in FIGURE)
    return f"{value} | {low} to {high}"


def _signed(figure: Figure) -> str:
    value, low, high = ("?" if figure[x] is None else f"{figure[x]:+.4f}" for x in FIGURE)
    return f"{value} ({low} to {high})"
