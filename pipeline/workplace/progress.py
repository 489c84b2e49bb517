"""How far the job is that takes minutes, for a page and for the script that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from pipeline.workplace.jobs import RUNNING
from pipeline.workplace.visit import Visit


def job_state(visit: Visit) -> Response:
    """Tell a script how far the job is."""
    job = visit.work.jobs.latest()
    return JSONResponse({"state": job["state"] if job else "none", "steps": _steps(job, visit)})


def job_told(visit: Visit) -> dict[str, Any] | None:
    """Return what a page shows of the last job; ``None`` where there was none."""
    job = visit.work.jobs.latest()
    return job and {**job, "steps": _steps(job, visit), "running": job["state"] == RUNNING}


def _steps(job: Mapping[str, Any] | None, visit: Visit) -> list[dict[str, str]]:
    found = []
    for step in job["steps"] if job else ():
        minutes = ""
        if "started" in step:
            until = datetime.fromisoformat(step["ended"]) if "ended" in step else visit.now
            seconds = (until - datetime.fromisoformat(step["started"])).total_seconds()
            minutes = f"{int(seconds // 60)}:{int(seconds % 60):02d}"
        found.append({"title": step["title"], "state": step["state"], "minutes": minutes})
    return found
