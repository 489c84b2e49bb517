"""The first page: what there is, what is to do, the latest figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from pipeline.corpus import annotations as judging
from pipeline.estimates.published import Published
from pipeline.rawstore.manifest import SourceStatus
from pipeline.report import dutch, names
from pipeline.report.cells import interval_of, words_of
from pipeline.workplace.curve import curve_of
from pipeline.workplace.drifting import drift_of
from pipeline.workplace.duties import TAKEN, duties, of_duty, readings_of
from pipeline.workplace.jobs import RUNNING
from pipeline.workplace.reporting import WEIGHTINGS, figures_of, latest_figures
from pipeline.workplace.stock import unread_files
from pipeline.workplace.training import suspects_of
from pipeline.workplace.visit import Visit, Workplace


def begin(visit: Visit) -> Response:
    """Show where the work stands."""
    work = visit.work
    job, last = work.jobs.latest(), latest_figures(work)
    unread, reasons = unread_files(work)
    (read,) = work.rows("SELECT sum(model_id IS NULL) AS unread FROM notices")
    sources = list(_sources(work, visit.now))
    return visit.page(
        "begin.html",
        title="Begin",
        government=work.country.government,
        sources=sources,
        total=sum(x["notices"] for x in sources),
        until=_day(max((x["until"] for x in sources if x["until"]), default=None)),
        unread_files=unread,
        reasons=reasons,
        unread=read["unread"] or 0,
        last=None if last is None else _last(last, visit),
        turns=_turns(visit),
        differences=sum(
            len(judging.undecided(work.annotations(name)))
            for name in work.store.annotations_state()
            if name not in TAKEN
        ),
        suspects=len(suspects_of(work)),
        job=job if job and job["state"] == RUNNING else None,
        drift=drift_of(work),
        curve=curve_of(work),
    )


def _last(last: Published, visit: Visit) -> dict[str, Any]:
    return {
        "period": str(last.period),
        "name": dutch.period(last.period),
        "on": dutch.date(last.day),
        "share": words_of(last.figures.headline),
        "interval": interval_of(last.figures.headline),
        "by": WEIGHTINGS[last.figures.headline.weighting],
        "figures": figures_of(last, visit.work.codebook),
    }


def _day(text: str | None) -> str:
    return dutch.date(dt.date.fromisoformat(text)) if text else "onbekend"


def _sources(work: Workplace, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Return what there is of each source, from when until when, and how complete."""
    status = {x.source: x for x in work.raw.status(now)}
    found = work.rows(
        "SELECT source, count(*) AS notices, min(published_on) AS since, "
        "max(published_on) AS until, sum(published_on IS NULL) AS undated "
        "FROM notices GROUP BY source ORDER BY notices DESC"
    )
    for line in found:
        yield {
            **line,
            "name": names.source_in_dutch(line["source"]),
            "from_day": _day(line["since"]),
            "until_day": _day(line["until"]),
            "complete": _complete(status.get(line["source"])),
        }


def _complete(status: SourceStatus | None) -> str:
    """Say how complete a source is: days that are missing, and whether the last ones are there."""
    if status is None:
        return "zoals aangeleverd"
    if not status.stretches:
        return "niet bekend: er is geen dag tot het einde opgehaald"
    told = []
    if status.incomplete:
        many = len(status.incomplete)
        told.append(f"{dutch.number(many)} {'dag' if many == 1 else 'dagen'} onvolledig")
    if len(status.stretches) > 1:
        pairs = zip(status.stretches, status.stretches[1:], strict=False)
        gaps = sum((b.first_day - a.last_day).days - 1 for a, b in pairs)
        told.append(f"{dutch.number(gaps)} {'dag' if gaps == 1 else 'dagen'} overgeslagen")
    if status.stale:
        told.append(f"niets opgehaald na {dutch.date(status.stretches[-1].last_day)}")
    return "; ".join(told) or "volledig"


def _turns(visit: Visit) -> list[dict[str, Any]]:
    """Return the lists and draws in which something waits for this person; draws first."""
    found = []
    for duty in duties(visit.work.store).values():
        readings = readings_of(of_duty(duty, visit.work.annotations(duty.file)))
        if left := len(duty.turns(visit.person, readings)):
            found.append({"duty": duty, "left": left})
    return found
