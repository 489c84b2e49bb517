"""Are more judgements worth it: what the model learned from ever more of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from pipeline.evaluation.learning_curve import LearningCurve, kept_curve
from pipeline.evaluation.metrics import Figure
from pipeline.report import dutch
from pipeline.workplace.jobs import Step
from pipeline.workplace.lessons import lesson_options, teaching
from pipeline.workplace.pictures import Line, LineChart, Spot, drawn
from pipeline.workplace.visit import Visit, Workplace

CURVE = "curve"
# So many more judgements are an afternoon for two.
MORE = 40
# Less than half a point of a hundred changes nothing that anybody would notice.
WORTH = 0.005


def measure_curve(visit: Visit) -> Response:
    """Begin to measure how much the model learns from ever more judgements."""
    paths, notices = lesson_options(visit.work)
    step = Step(
        name=CURVE,
        title="Leren van een deel van de oordelen, en van alle",
        arguments=lambda _: ["learning-curve", *paths, *notices],
    )
    visit.work.jobs.start(CURVE, "Zijn meer oordelen het waard?", [step], by=visit.person)
    return visit.go("model")


def curve_of(work: Workplace) -> dict[str, Any] | None:
    """Say whether more judgements are worth it; ``None`` where nobody measured it."""
    curve = kept_curve(work.store)
    if curve is None:
        return None
    since = sum(count for _, count in teaching(work)) - curve.points[-1].learned
    return {
        "verdict": _verdict(curve),
        "told": _told(curve),
        "day": dutch.date(curve.day),
        "since": dutch.number(since) if curve.taught == "added" and since > 0 else None,
        "drawn": drawn(_chart(curve)),
        "lines": [
            {
                "learned": dutch.number(point.learned),
                "innovation": _of_hundred(point.innovation),
                "forms": _of_hundred(point.forms),
            }
            for point in curve.points
        ],
    }


def _verdict(curve: LearningCurve) -> str:
    more = curve.expected(MORE)
    value, low, high = (more[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "Dat is niet te zeggen: er is te weinig om aan te meten."
    if high < WORTH:
        return "Nee: meer oordelen van dezelfde soort maken het model nauwelijks beter."
    if low > 0 and value >= WORTH:
        return "Ja: het model wordt er aantoonbaar beter van."
    if low > 0:
        return "Een beetje: het model wordt er beter van, maar weinig."
    return "Dat is niet te zeggen: het verschil dat is gemeten, kan toeval zijn."


def _told(curve: LearningCurve) -> str:
    more, number = curve.expected(MORE), dutch.number(curve.points[-1].learned)
    learned = (
        f"{number} oordelen van hier"
        if curve.taught == "added"
        else f"{number} voor dit project geschreven aankondigingen"
    )
    known = [more[name] for name in ("value", "low", "high")]
    if any(x is None for x in known):
        return f"Gemeten aan {learned}."
    value, low, high = (_points(x or 0) for x in known)
    return (
        f"Met {MORE} oordelen erbij wordt het herkennen van innovatie naar verwachting {value} "
        f"punt beter (95%-interval {low} tot {high}), op een schaal van 0 tot 100. Gemeten aan "
        f"{learned}; voorbij wat is gemeten valt de winst meestal lager uit."
    )


def _points(value: float) -> str:
    shown = dutch.number(abs(100 * value), 1)
    return f"{dutch.sign(value) if shown != '0,0' else ''}{shown}"


def _of_hundred(figure: Figure) -> str:
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "niet te zeggen"
    shown, *ends = (dutch.number(100 * x, 1) for x in (value, low, high))
    return f"{shown} ({ends[0]} tot {ends[1]})"


def _chart(curve: LearningCurve) -> LineChart:
    series = {
        "innovatie of niet": [x.innovation for x in curve.points],
        "inkoopvormen": [x.forms for x in curve.points],
    }
    known = [x["low"] for several in series.values() for x in several if x["low"] is not None]
    return LineChart(
        key="leercurve",
        title="Hoe goed het model is, naar het aantal oordelen waarvan het leerde",
        description=f"Punten van links naar rechts, elk met zijn 95%-interval. {_told(curve)}",
        places=[dutch.number(x.learned) for x in curve.points],
        across="oordelen om van te leren",
        up="hoe goed, van 0 tot 100 (F1)",
        lines=[Line(name=name, spots=_spots(several)) for name, several in series.items()],
        lowest=100 * min(known, default=0.0),
    )


def _spots(figures: Sequence[Figure]) -> list[Spot | None]:
    return [
        None
        if x["value"] is None
        else Spot(value=100 * x["value"], low=_hundredfold(x["low"]), high=_hundredfold(x["high"]))
        for x in figures
    ]


def _hundredfold(value: float | None) -> float | None:
    return None if value is None else 100 * value
