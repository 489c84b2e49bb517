"""What may be said of a share beside a target: no more than holds in every case."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.estimates.reference import Yardstick
from pipeline.records import Estimate
from pipeline.report import dutch
from pipeline.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Wording:
    """A verdict for a table and one for a text."""

    short: str
    sentence: str


def against(facts: Facts, estimate: Estimate, target: Yardstick) -> Wording:
    """Hold an estimate against a target.

    Lower or higher is said only when the whole interval is, and also when all missing values
    were worst or best, the error of the draw included.
    """
    goal = dutch.percentage(target.share, 0)
    ends = (estimate.low, estimate.high)
    low, high = facts.extremes.get(estimate.quantity, ends)
    if estimate.low <= target.share <= estimate.high:
        return Wording(
            "geen: doel binnen interval",
            f"Het doel van {goal} ligt binnen het interval; wel of niet gehaald is onbekend",
        )
    if low <= target.share <= high:
        side = "onder" if estimate.high < target.share else "boven"
        return Wording(
            "geen: ontbrekende waarden",
            f"Het interval ligt {side} het doel van {goal}, maar met de uitersten van ontbrekende "
            f"waarden kan het aandeel tussen {dutch.percentage(low)} en {dutch.percentage(high)} "
            "liggen; wel of niet gehaald is onbekend",
        )
    word, side = ("lager", "eronder") if high < target.share else ("hoger", "erboven")
    also = ", ook met de uitersten van ontbrekende waarden" if facts.missing_bounds else ""
    return Wording(
        f"{word} dan het doel",
        f"Dat is {word} dan het doel van {goal}: het hele interval ligt {side}{also}",
    )
