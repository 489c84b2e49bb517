"""Who works here, and a link for who comes next."""

from __future__ import annotations

from starlette.responses import Response

from pipeline.workplace.people import invite, people
from pipeline.workplace.visit import Visit, address


def colleagues(visit: Visit) -> Response:
    """Show who has a link."""
    return visit.page(
        "people.html", title="Mensen", names=sorted(people(visit.work.store)), made=None
    )


def invited(visit: Visit) -> Response:
    """Make a link and show it, once."""
    name = visit.sent("name").strip()
    secret = invite(visit.work.store, name, now=visit.now)
    made = {"name": name, "path": address("toegang", secret)}
    return visit.page(
        "people.html", title="Mensen", names=sorted(people(visit.work.store)), made=made
    )
