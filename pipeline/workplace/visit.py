"""One request by one person, and how it is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import PipelineError
from pipeline.home import Home
from pipeline.report import dutch


def address(*parts: str) -> str:
    """Write a path of the workplace; whatever stands in its parts, it is one path."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


# Notices are untrusted: every value is escaped, and a forgotten one is an error.
TEMPLATES = Environment(
    loader=PackageLoader("pipeline.workplace"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"address": address, "dutch": dutch}


class NotThere(PipelineError):
    """There is no such page, notice or list."""


@dataclass(kw_only=True)
class Workplace(Home):
    """What all pages share.

    Attributes:
        inputs: Files with notices, beside those that were collected.
        clock: Tells the moment, UTC.
        fictional: Whether the notices are made up; every page then says so.
    """

    clock: Callable[[], dt.datetime]
    inputs: Sequence[str] = ()
    fictional: bool = False


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request, with who makes it.

    Attributes:
        path: The variable parts of the address.
        query: What stands behind the question mark.
        form: What was sent; of a field that was sent several times all values.
        token: What every form must carry.
    """

    work: Workplace
    person: str
    token: str
    url: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def now(self) -> dt.datetime:
        """The moment of the request, UTC."""
        return self.work.clock()

    def sent(self, name: str, default: str = "") -> str:
        """Return a field that was sent once."""
        return next(iter(self.form.get(name, ())), default)

    def page(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """Answer with a page."""
        body = TEMPLATES.get_template(template).render(
            visit=self,
            person=self.person,
            token=self.token,
            here=self.url,
            fictional=self.work.fictional,
            **facts,
        )
        return HTMLResponse(body, status)

    @staticmethod
    def go(*parts: str) -> Response:
        """Answer with another address, to be asked for anew."""
        return RedirectResponse(address(*parts), 303)
