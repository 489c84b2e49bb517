"""The pages on which a random draw is planned and made: what the figures of a quarter rest on."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from pipeline.errors import SettingsError
from pipeline.estimates.drawing import PLANNED, stored_draws
from pipeline.records import Period
from pipeline.report import dutch
from pipeline.workplace.duties import READERS
from pipeline.workplace.jobs import Said, Step
from pipeline.workplace.progress import job_told
from pipeline.workplace.reporting import quarters
from pipeline.workplace.visit import NotThere, Visit
from pipeline.workplace.words import QUALITIES, QUANTITIES

PLAN, DRAW = "plan", "draw"
# Who judges takes some 40 seconds for a notice.
SECONDS = 40


def draws_page(visit: Visit) -> Response:
    """Show the quarters that can be drawn from, with their draws."""
    lines = [
        {
            "period": str(period),
            "name": dutch.period(period),
            "draws": stored_draws(visit.work.store, period),
        }
        for period in quarters(visit.work)
    ]
    return visit.page("draws.html", title="Trekkingen", lines=lines)


def plan_page(visit: Visit) -> Response:
    """Show what a draw of a quarter would give, and what it takes to make one."""
    period = _quarter(visit)
    drawn = stored_draws(visit.work.store, period)
    return visit.page(
        "plan.html",
        title=f"Trekking {dutch.period(period)}",
        period=str(period),
        drawn=drawn,
        seed=drawn[-1].seed if drawn else 1,
        plan=_planned(visit, period),
        job=job_told(visit),
        qualities=QUALITIES,
        quantities=[(x, QUANTITIES[x]) for x in PLANNED],
    )


def draw_planned(visit: Visit) -> Response:
    """Begin to calculate how many judgements a draw asks."""
    period, points = _quarter(visit), visit.sent("half_width").replace(",", ".")
    step = Step(
        name=PLAN,
        title="Uitrekenen hoeveel oordelen nodig zijn",
        arguments=lambda _: [PLAN, str(period), "--half-width", points, "--json"],
    )
    visit.work.jobs.start(PLAN, f"Plan {period}", [step], by=visit.person)
    return visit.go("trekking", str(period))


def draw_made(visit: Visit) -> Response:
    """Begin to draw; what was drawn waits under Beoordelen."""
    period = _quarter(visit)
    options = ["--labels", _whole(visit, "labels"), "--seed", _whole(visit, "seed")]
    added = ["--supplement"] if visit.sent("supplement") else []

    def arguments(_: Said) -> list[str]:
        return [DRAW, str(period), *options, *added]

    step = Step(name=DRAW, title="Trekken", arguments=arguments)
    visit.work.jobs.start(DRAW, f"Trekking {period}", [step], by=visit.person)
    return visit.go("trekking", str(period))


def _quarter(visit: Visit) -> Period:
    name = visit.path["period"]
    found = next((x for x in quarters(visit.work) if str(x) == name), None)
    if found is None:
        raise NotThere(f"no notices of a quarter {name!r}")
    return found


def _whole(visit: Visit, name: str) -> str:
    value = visit.sent(name)
    if not (value.isdecimal() and value.isascii() and 0 < int(value) < 10**6):
        raise SettingsError(f"{name} is {value!r}; expected a whole number above 0")
    return value


def _planned(visit: Visit, period: Period) -> dict[str, Any] | None:
    """Return the last plan, in points and hours, where it is one of this quarter."""
    job = visit.work.jobs.last(PLAN)
    told = json.loads(job["outputs"][PLAN]) if job else {}
    if told.get("period") != str(period):
        return None
    return {
        "labels": told["labels"],
        "half_width": dutch.number(100 * told["half_width"], 1),
        "hours": dutch.number(told["labels"] * READERS * SECONDS / 3600),
        "lines": [
            {"labels": row["labels"], "widths": _by_value(row["widths"])} for row in told["table"]
        ],
    }


def _by_value(widths: list[dict[str, Any]]) -> dict[str, str]:
    return {
        f"{x['quantity']} {x['quality']}": dutch.number(100 * x["width"], 1)
        for x in widths
        if x["weighting"] == "value"
    }
