"""The first page: what there is, what is to do, the latest figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.responses import Response

from pipeline.corpus import annotations as judging
from pipeline.report import dutch
from pipeline.workplace.duties import TAKEN, duties, of_duty, readings_of
from pipeline.workplace.jobs import RUNNING
from pipeline.workplace.reporting import latest_figure, quarters, told
from pipeline.workplace.stock import unread_files
from pipeline.workplace.visit import Visit


def begin(visit: Visit) -> Response:
    """Show where the work stands."""
    work = visit.work
    (there,) = work.rows(
        "SELECT count(*) AS notices, max(published_on) AS until, "
        "sum(model_id IS NULL) AS unread FROM notices"
    )
    job, figure = work.jobs.latest(), latest_figure(work)
    unread, reasons = unread_files(work)
    return visit.page(
        "begin.html",
        title="Begin",
        there=there,
        until=_day(there["until"]),
        unread_files=unread,
        reasons=reasons,
        quarters=[str(x) for x in quarters(work)[:1]],
        figure=(dutch.period(figure[0]), str(figure[0]), told(figure[1])) if figure else None,
        turns=_turns(visit),
        differences=sum(
            len(judging.undecided(work.annotations(name)))
            for name in work.store.annotations_state()
            if name not in TAKEN
        ),
        job=job if job and job["state"] == RUNNING else None,
    )


def _day(text: str | None) -> str:
    return dutch.date(dt.date.fromisoformat(text)) if text else "onbekend"


def _turns(visit: Visit) -> list[dict[str, Any]]:
    """Return the lists and draws in which something waits for this person; draws first."""
    found = []
    for duty in duties(visit.work.store).values():
        readings = readings_of(of_duty(duty, visit.work.annotations(duty.file)))
        if left := len(duty.turns(visit.person, readings)):
            found.append({"duty": duty, "left": left})
    return found
