"""Whether the last quarters are still what the model knows, in words, a chart and a table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.codec import from_plain, to_plain
from pipeline.evaluation.drift import FALSE_ALARMS, LIMIT, QUARTERS, Alarm, Drift, Month, alarms
from pipeline.records import Notice, Period
from pipeline.report import dutch
from pipeline.workplace.catalogue import fact
from pipeline.workplace.pictures import Line, LineChart, Spot, drawn

# Scores take seconds to import, and only what makes the index needs them.
if TYPE_CHECKING:
    import datetime as dt

    from pipeline.labels.scores import Scores
    from pipeline.workplace.visit import Workplace

DRIFT = "drift"
SHOWN_QUARTERS = 8
REFERENCES = {
    "like_the_quarters_before": "de vier kwartalen ervoor",
    "like_when_the_model_came": "de vier kwartalen vóór dit model",
}
MEASURES = {
    "innovative": "aankondigingen die het model innovatiegericht vindt (kans van 50% of meer)",
    "doubtful": "aankondigingen waarover het model twijfelt (kans van 20% tot 80%)",
    "abstained": "aankondigingen waarvan het model niets zegt",
    "unknown": "woorden die het model nooit eerder las",
    "no_text": "aankondigingen zonder omschrijving",
    "no_value": "opdrachten en gunningen zonder waarde",
    "no_cpv": "aankondigingen zonder CPV-code",
    "no_procedure": "opdrachten zonder procedure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedQuarter:
    """A quarter, held against others."""

    period: Period
    alarms: tuple[Alarm, ...]


def drift_fact(notices: Iterable[Notice], scores: Scores, *, since: dt.date) -> str:
    """Hold the last quarters against others, for the index; the model is asked nothing.

    Args:
        notices: All that were collected; texts may be left out.
        since: When the model was taken into use.
    """
    from pipeline.evaluation.months import months_of

    parts: defaultdict[Period, list[Notice]] = defaultdict(list)
    for one in notices:
        if one.published_on is not None:
            parts[Period.quarter_of(one.published_on)].append(one)

    @cache
    def months(quarter: Period) -> Sequence[Month] | None:
        return months_of(quarter, parts[quarter], scores) if quarter in parts else None

    last = sorted(parts, key=lambda x: x.first_day)[-SHOWN_QUARTERS:]
    found = [DriftedQuarter(period=x, alarms=alarms(x, months, since=since)) for x in last]
    return json.dumps([to_plain(x) for x in found])


def drift_of(work: Workplace) -> dict[str, Any]:
    """Say whether the last quarter is what the model knows, with those before it in a chart."""
    held = json.loads(fact(work.store.index_path, DRIFT) or "[]")
    found = from_plain(tuple[DriftedQuarter, ...], held)
    return {
        "told": _told(found),
        "alarm": bool(found) and any(x.far for x in found[-1].alarms),
        "period": str(found[-1].period) if found else "",
        "drawn": drawn(_chart(found)) if any(x.drifts for y in found for x in y.alarms) else None,
        "lines": [
            _table_line(x, each)
            for x in found[::-1]
            if any(each.drifts for each in x.alarms)
            for each in x.alarms
        ],
        "limit": dutch.number(LIMIT, 1),
        "one_in": dutch.number(1 / FALSE_ALARMS),
    }


def _told(found: Sequence[DriftedQuarter]) -> str:
    """Say of the last quarter whether it drifts, or why that is not known."""
    if not found:
        return "Er is nog geen kwartaal opgehaald om te vergelijken met wat het model kent."
    last = found[-1]
    name = dutch.period(last.period)
    far = {x.measure: x for each in last.alarms for x in each.far}
    if far:
        what = "; ".join(f"{MEASURES[x.measure]}: {_then_and_now(x)}" for x in far.values())
        return f"Alarm: het {name} wijkt af van wat het model kent. Wat het meest afwijkt: {what}."
    compared = [x for x in last.alarms if x.drifts]
    if not compared:
        most = max(x.quarters for x in last.alarms)
        return (
            f"Het {name} is nog nergens mee te vergelijken: er zijn {QUARTERS} eerdere kwartalen "
            f"nodig en er {'is' if most == 1 else 'zijn'} er {most}."
        )
    with_what = " en ".join(REFERENCES[x.name] for x in compared)
    return f"Het {name} lijkt op {with_what}: geen alarm."


def _then_and_now(one: Drift) -> str:
    return f"nu {dutch.percentage(one.now)}, toen {dutch.percentage(one.before)}"


def _chart(found: Sequence[DriftedQuarter]) -> LineChart:
    return LineChart(
        key="afwijking",
        title="Afwijking per kwartaal van wat het model kent",
        description="Per kwartaal de maat die het meest afwijkt, vergeleken met de vier kwartalen "
        f"ervoor en met de vier vóór dit model. {_told(found)}",
        places=[f"{x.period.first_day.year}-{x.period.number}" for x in found],
        across="kwartaal",
        up="afstand in standaardfouten, van de maat die het meest afwijkt",
        lines=[
            Line(
                name=f"tegenover {title}",
                spots=[_spot(each) for x in found for each in x.alarms if each.name == name],
            )
            for name, title in REFERENCES.items()
        ],
        limit=(LIMIT, f"alarm boven {dutch.number(LIMIT, 1)}"),
    )


def _spot(one: Alarm) -> Spot | None:
    return Spot(value=abs(one.drifts[0].distance)) if one.drifts else None


def _table_line(quarter: DriftedQuarter, one: Alarm) -> dict[str, str]:
    line = {
        "quarter": dutch.quarter(quarter.period),
        "reference": REFERENCES[one.name],
        "measure": f"niet te zeggen: {one.quarters} van {QUARTERS} kwartalen bekend",
        "now": "",
        "before": "",
        "distance": "",
        "alarm": "",
    }
    if not one.drifts:
        return line
    most = one.drifts[0]
    return line | {
        "measure": MEASURES[most.measure],
        "now": dutch.percentage(most.now),
        "before": dutch.percentage(most.before),
        "distance": f"{dutch.sign(most.distance)}{dutch.number(abs(most.distance), 1)}",
        "alarm": "ja" if one.far else "nee",
    }
