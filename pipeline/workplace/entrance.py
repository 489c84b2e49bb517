"""Who works here: links for who comes next, and what each may do."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from pipeline.workplace.people import (
    ROLES,
    Role,
    give_role,
    invite,
    people,
    rename_person,
    withdraw_link,
)
from pipeline.workplace.visit import Visit, address
from pipeline.workplace.words import ROLE_NAMES


def colleagues(visit: Visit) -> Response:
    """Show who has a link, and what they may do."""
    return _shown(visit)


def invited(visit: Visit) -> Response:
    """Make a link and show it, once."""
    name = visit.sent("name").strip()
    secret = invite(visit.work.store, name, role=_role(visit), now=visit.now)
    return _shown(visit, made={"name": name, "path": address("toegang", secret)})


def role_given(visit: Visit) -> Response:
    """Let a person do more or less."""
    give_role(visit.work.store, visit.path["name"], _role(visit))
    return visit.go("mensen")


def renamed(visit: Visit) -> Response:
    """Give a person another name, in what they judged as well."""
    new = visit.sent("name").strip()
    rename_person(visit.work.store, visit.path["name"], new, visit.work.codebook)
    return visit.go("mensen")


def link_withdrawn(visit: Visit) -> Response:
    """Make a person's link void."""
    withdraw_link(visit.work.store, visit.path["name"])
    return visit.go("mensen")


def _role(visit: Visit) -> Role:
    # What is no role is refused where it is kept.
    return cast("Role", visit.sent("role", ROLES[0]))


def _shown(visit: Visit, *, made: dict[str, str] | None = None) -> Response:
    members = sorted(people(visit.work.store).values(), key=lambda x: x.name)
    return visit.page("people.html", title="Mensen", members=members, roles=ROLE_NAMES, made=made)
