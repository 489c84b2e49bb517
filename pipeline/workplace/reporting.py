"""The pages about the figures of a quarter: whether they may be published, and the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, Response

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError, SettingsError
from pipeline.estimates import drawing, published, stops
from pipeline.estimates.estimators import PUBLISHED
from pipeline.estimates.material import material
from pipeline.estimates.published import Published
from pipeline.notices import checks
from pipeline.notices.overview import Overview
from pipeline.notices.period import inspection
from pipeline.records import INNOVATION, Check, Period
from pipeline.report import cells, dutch, names
from pipeline.workplace.jobs import RUNNING, Step
from pipeline.workplace.visit import NotThere, Visit, Workplace
from pipeline.workplace.words import FETCHING, MEND, PAGES

REPORT = "report"
# A draft: the report is there, and says why it may not be published.
DRAFT = 3
SHOWN_QUARTERS = 8
EXAMPLE = "2026Q3"
SHOWN_NOTICES = 5
WEIGHTINGS = {"value": "naar waarde", "number": "naar aantal"}
KINDS = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}
# The report holds its styles and pictures itself; it needs no scripts and sends no forms.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def quarters(work: Workplace) -> list[Period]:
    """Return the quarters of which notices are there, the last one first."""
    found = work.rows(
        "SELECT DISTINCT substr(published_on, 1, 7) AS month FROM notices "
        "WHERE published_on IS NOT NULL ORDER BY month DESC"
    )
    months = (x["month"].split("-") for x in found)
    return list(dict.fromkeys(Period.quarter(int(y), (int(m) + 2) // 3) for y, m in months))


def latest_figures(work: Workplace) -> Published | None:
    """Return the figures of the last quarter that was published; ``None`` where none was."""
    found = (published.latest(work.store, period) for period in quarters(work))
    return next((x for x in found if x is not None), None)


def figures_of(last: Published, codebook: Codebook) -> list[dict[str, str]]:
    """Return the published shares of the whole, each with its interval."""
    wanted = (INNOVATION, *codebook.of("aspect"))
    return [
        {
            "name": names.quantity(x.quantity, codebook),
            "by": WEIGHTINGS[x.weighting],
            "share": cells.words_of(x),
            "interval": cells.interval_of(x),
        }
        for x in last.figures.estimates
        if (x.domain, x.method) == ("all", PUBLISHED)
        and x.quantity in wanted
        and "winsorised" not in x.flags
    ]


def reports(visit: Visit) -> Response:
    """Show the quarters, each with its last published share."""
    lines = []
    for period in quarters(visit.work)[:SHOWN_QUARTERS]:
        last = published.latest(visit.work.store, period)
        lines.append(
            {
                "period": str(period),
                "name": dutch.period(period),
                "share": cells.with_interval(last.figures.headline) if last else None,
                "status": _status(visit.work, period, last)
                if last or _collected(visit.work, period)
                else "niet opgehaald",
            }
        )
    fetching = _commands(FETCHING, visit, EXAMPLE)
    return visit.page("reports.html", title="Rapport", lines=lines, fetching=fetching)


def _period(visit: Visit) -> Period:
    try:
        return Period.parse(visit.path["period"])
    except ValueError:
        raise NotThere(f"{visit.path['period']!r} is no period") from None


def report_of(visit: Visit) -> Response:
    """Show whether a quarter's figures may be published, what stops them, and its report."""
    period, work = _period(visit), visit.work
    last = published.latest(work.store, period)
    trouble, found, left = "", [], []
    collected = _collected(work, period)
    try:
        if collected:
            found, left = _checks(work, period), _left(work, period)
    except (CorpusError, SettingsError) as error:
        trouble = str(error)
    job = work.jobs.latest()
    return visit.page(
        "report.html",
        title=f"Rapport: {dutch.period(period)}",
        period=str(period),
        share=cells.with_interval(last.figures.headline) if last else None,
        by=WEIGHTINGS[last.figures.headline.weighting] if last else "",
        figures=figures_of(last, work.codebook) if last else [],
        stopped=[_line(x, visit, period) for x in found if x.severity == "stop" and not x.passed],
        look=[_line(x, visit, period) for x in found if x.severity == "look" and not x.passed],
        passed=sum(x.passed for x in found),
        left=left,
        trouble=trouble,
        collected=collected,
        fetching=_commands(FETCHING, visit, period),
        standing=_status(work, period, last),
        files=[x.name for x in _files(work, period) if x.suffix not in {".svg", ".png"}],
        job=job if job and job["kind"] == REPORT else None,
        running=job is not None and job["state"] == RUNNING,
    )


def _commands(wanted: Sequence[str], visit: Visit, period: object) -> list[str]:
    """Fill commands in; one that names a source once for each that the country has."""
    return [
        command.format(source=source, period=period)
        for command in wanted
        for source in (visit.work.country.sources if "{source}" in command else ("",))
    ]


def _line(check: Check, visit: Visit, period: Period) -> dict[str, Any]:
    what, page, commands = MEND.get(check.name, ("", "", ()))
    return {
        "name": names.CHECKS.get(check.name, check.name),
        "finding": check.finding,
        "mend": what,
        "page": page.format(period=period),
        "page_name": PAGES.get(page, ""),
        "commands": _commands(commands, visit, period),
        "notices": check.notice_ids[:SHOWN_NOTICES],
    }


def _collected(work: Workplace, period: Period) -> bool:
    """Whether a quarter was fetched; files that were given are no quarter, and no figures."""
    found = work.rows(
        "SELECT DISTINCT source FROM notices WHERE published_on BETWEEN ? AND ?",
        period.first_day.isoformat(),
        period.last_day.isoformat(),
    )
    return not {x["source"] for x in found}.isdisjoint(work.raw.sources())


def _status(work: Workplace, period: Period, last: Published | None) -> str:
    """Say whether a quarter is published, a draft, or neither."""
    name = f"report-{period}"
    made = work.store.kept("state", name).get(name, {}).get("day")
    day = dt.date.fromisoformat(made) if made else None
    if last is None:
        return f"concept, gemaakt op {dutch.date(day)}" if day else "nog niet gemaakt"
    told = f"gepubliceerd op {dutch.date(last.day)}"
    newer = day is not None and day > last.day
    return f"{told}; op {dutch.date(day)} opnieuw gemaakt" if day and newer else told


def _checks(work: Workplace, period: Period) -> list[Check]:
    """Return what is plausible of a quarter; calculated again only when something changed."""
    state = work.store.index_path.stat().st_mtime_ns, str(work.store.annotations_state())
    key = f"checks {period}"
    if key not in work.checked or work.checked[key][0] != state:
        draws, judged = drawing.judged_draw(
            drawing.stored_draws(work.store, period), work.annotations()
        )
        lots = material(
            Overview.of(work.raw),
            period,
            suspect_fraction=work.settings.suspect_fraction,
            country=work.country,
        ).lots
        found = checks.inspect(inspection(period, store=work.raw, country=work.country))
        found += stops.publication_checks(
            lots,
            draws,
            judged,
            codebook=work.codebook,
            floor=work.settings.agreement_floor,
        )
        work.checked[key] = state, found
    return work.checked[key][1]


def _left(work: Workplace, period: Period) -> list[dict[str, Any]]:
    return [
        {"name": each.draw_id, "left": drawing.left(each, work.annotations())}
        for each in drawing.stored_draws(work.store, period)
    ]


def _files(work: Workplace, period: Period) -> Sequence[Path]:
    name = f"report-{period}"
    state = work.store.kept("state", name).get(name)
    return [path for path in map(Path, state["paths"] if state else ()) if path.is_file()]


def report_file(visit: Visit) -> Response:
    """Give a file of the report that was made last, and no other file."""
    wanted = visit.path["name"]
    found = next((x for x in _files(visit.work, _period(visit)) if x.name == wanted), None)
    if found is None:
        raise NotThere(f"no file {wanted!r} in that report")
    shown = found.suffix in KINDS
    return FileResponse(
        found,
        media_type=KINDS.get(found.suffix, "application/octet-stream"),
        filename=None if shown else found.name,
        headers={"content-security-policy": REPORT_POLICY},
    )


def make_report(visit: Visit) -> Response:
    """Begin to make the report of a quarter; it publishes where no check stops it."""
    period = _period(visit)
    folder = visit.work.store.reports / str(period)
    step = Step(
        name=REPORT,
        title="Het rapport maken",
        arguments=lambda _: [REPORT, str(period), "--output", str(folder)],
        accepts=(0, DRAFT),
    )
    visit.work.jobs.start(REPORT, f"Rapport {period}", [step], by=visit.person)
    return visit.go("rapport", str(period))
