"""The first page: what there is, what is to do, the latest figures."""

from __future__ import annotations

from starlette.responses import Response

from pipeline.workplace.visit import Visit


def begin(visit: Visit) -> Response:
    """Show where the work stands."""
    return visit.page("begin.html", title="Begin")
