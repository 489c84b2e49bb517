"""One request by one person, and how it is answered."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.corpus import annotations as judging
from pipeline.errors import PipelineError
from pipeline.home import Home
from pipeline.notices.serial import notice_from_json
from pipeline.records import Annotation, Check, Notice
from pipeline.report import dutch
from pipeline.shown import unturned
from pipeline.store import short_hash
from pipeline.workplace.catalogue import reading
from pipeline.workplace.duties import Claims, unshown
from pipeline.workplace.jobs import COMMAND, Jobs
from pipeline.workplace.people import Colleague, Role

if TYPE_CHECKING:
    from pipeline.workplace.search import Finder


def address(*parts: str) -> str:
    """Write a path of the workplace; whatever stands in its parts, it is one path."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


STATIC = Path(__file__).parent / "static"


@cache
def asset(name: str) -> str:
    """Write the address of a script or style with the hash of what it holds."""
    return f"/vast/{name}?{short_hash((STATIC / name).read_text(encoding='utf-8'))}"


# Notices are untrusted: every value is escaped, and a forgotten one is an error.
TEMPLATES = Environment(
    loader=PackageLoader("pipeline.workplace"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # Where a text turns its direction, what follows it on the page would turn too.
    finalize=lambda value: unturned(value) if type(value) is str else value,
)
TEMPLATES.globals |= {"address": address, "asset": asset, "dutch": dutch}


# A file of judgements and its state; agreement per question, and per person.
AgreedKey = tuple[str, tuple[int, int]]
Agreed = tuple[list[dict[str, str]], list[dict[str, str]]]


class OtherRole(PipelineError):
    """Whoever asks may not do this; the message is the name of the role that may."""


class NotThere(PipelineError):
    """There is no such page, notice or list."""


@dataclass(kw_only=True)
class Workplace(Home):
    """What all pages share.

    Attributes:
        inputs: Files with notices, beside those that were collected.
        clock: Tells the moment, UTC.
        fictional: Whether the notices are made up; every page then says so.
        command: How our own commands are started.
        claims: Who has which notice before them.
        agreed: Agreement that was calculated, by file and its state.
        checked: Checks that were run, each with the state of the store.
        counted: How many judgements there were of each notice, with the state of the store.
    """

    clock: Callable[[], dt.datetime]
    inputs: Sequence[str] = ()
    fictional: bool = False
    command: Sequence[str] = COMMAND
    claims: Claims = field(default_factory=Claims)
    agreed: dict[AgreedKey, Agreed] = field(default_factory=dict)
    checked: dict[str, tuple[object, list[Check]]] = field(default_factory=dict)
    counted: tuple[object, dict[str, int]] | None = None
    _judged: dict[str, tuple[tuple[int, int], tuple[Annotation, ...]]] = field(default_factory=dict)
    _found: tuple[int, Finder] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def annotations(self, name: str | None = None) -> tuple[Annotation, ...]:
        """Return the judgements in force, of one file or of all; read again only when changed.

        Raises:
            CorpusError: A file does not agree with the codebook.
        """
        state = self.store.annotations_state()
        names = state if name is None else [name] if name in state else []
        return tuple(one for each in names for one in self._in(each, state[each]))

    def _in(self, name: str, state: tuple[int, int]) -> tuple[Annotation, ...]:
        held = self._judged.get(name)
        if held is None or held[0] != state:
            text = self.store.annotations(name)
            held = state, judging.read(text, self.codebook, name=f"{name}.csv")
            self._judged[name] = held
        return held[1]

    def or_fictional(self) -> Workplace:
        """Show the fictional notices of the repository where there are no others."""
        if self.inputs or self.raw.sources():
            return self
        made_up = tuple(map(str, self.store.demo_notices()))
        return replace(self, inputs=made_up, fictional=True)

    @cached_property
    def jobs(self) -> Jobs:
        """What takes minutes."""
        return Jobs(store=self.store, clock=self.clock, command=self.command)

    @property
    def finder(self) -> Finder:
        """The index, opened again when it was made anew, with what people judged by now.

        Raises:
            NotThere: There is none.
        """
        from pipeline.workplace.search import Finder

        path = self.store.index_path
        if not path.is_file():
            raise NotThere("there is no index of notices", hint="Start the workplace again.")
        with self._lock:
            made = path.stat().st_mtime_ns
            if self._found is None or self._found[0] != made:
                self._found = made, Finder(path)
            self._found[1].judged({one.notice_id for one in self.annotations()})
            return self._found[1]

    def notice(self, notice_id: str) -> Notice:
        """Return a notice of the index, whole.

        Raises:
            NotThere: There is none of that id.
        """
        found = self.rows("SELECT record FROM records WHERE notice_id = ?", notice_id)
        if not found:
            raise NotThere(f"no notice {notice_id!r} in the index")
        return notice_from_json(found[0]["record"])

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Ask the index."""
        with closing(reading(self.store.index_path)) as base:
            return [dict(row) for row in base.execute(query, values)]

    def withheld(self, person: str) -> frozenset[str]:
        """Return the notices of which a person sees no opinion: they are judged in a draw."""
        return unshown(self.store, self.annotations(), person)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request, with who makes it.

    Attributes:
        member: Who asks.
        path: The variable parts of the address.
        query: What stands behind the question mark.
        form: What was sent; of a field that was sent several times all values.
        token: What every form must carry.
        wants_json: Whether a script asks, and not a person.
    """

    work: Workplace
    member: Colleague
    token: str
    url: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wants_json: bool = False

    @property
    def person(self) -> str:
        """The name of who asks."""
        return self.member.name

    def may(self, role: Role) -> bool:
        """Whether who asks may do what a role may."""
        return self.member.may(role)

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
