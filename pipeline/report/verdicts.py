"""What may be said of a share beside a target: no more than holds in every case."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.estimates.reference import Yardstick
from pipeline.estimates.targets import TargetVerdict
from pipeline.records import Estimate
from pipeline.report import cells, dutch
from pipeline.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Wording:
    """A verdict for a table and one for a text."""

    short: str
    sentence: str


def against(facts: Facts, estimate: Estimate, target: Yardstick) -> Wording:
    """Say in words how an estimate stands to a target; see ``TargetVerdict``."""
    goal, ends = cells.yardstick_text(target), (estimate.low, estimate.high)
    extremes = facts.extremes.get(estimate.quantity, ends)
    verdict = TargetVerdict.of(estimate, extremes, target.share)
    if verdict.reason == "sampling":
        return Wording(
            "geen: doel binnen interval",
            f"Het doel van {goal} ligt binnen het interval; wel of niet gehaald is onbekend",
        )
    if verdict.reason == "missing_values":
        side = "onder" if estimate.high < target.share else "boven"
        low, high = map(dutch.percentage, extremes)
        return Wording(
            "geen: ontbrekende waarden",
            f"Het interval ligt {side} het doel van {goal}, maar met de uitersten van ontbrekende "
            f"waarden kan het aandeel tussen {low} en {high} liggen; wel of niet gehaald is "
            "onbekend",
        )
    word, side = ("lager", "eronder") if verdict.answer == "below" else ("hoger", "erboven")
    also = ", ook met de uitersten van ontbrekende waarden" if facts.missing_bounds else ""
    return Wording(
        f"{word} dan het doel",
        f"Dat is {word} dan het doel van {goal}: het hele interval ligt {side}{also}",
    )
