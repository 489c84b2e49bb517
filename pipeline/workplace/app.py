"""The application: addresses, who is let in, and what happens when something goes wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from importlib import import_module
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pipeline.errors import PipelineError
from pipeline.workplace.guard import Guard, TooLarge
from pipeline.workplace.people import Role, form_token, person_of
from pipeline.workplace.visit import STATIC, TEMPLATES, NotThere, OtherRole, Visit, Workplace
from pipeline.workplace.words import ROLE_NAMES

COOKIE = "werkplek"
# Half a year: a link is opened once, and a draw is judged over weeks.
KEPT_SECONDS = 183 * 24 * 3600

Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]

# A page's module is imported when it is first asked for: what judging needs is there in a second.
READ: dict[str, str] = {
    "/": "begin.begin",
    "/zoeken": "finding.search",
    "/zoeken.csv": "finding.search_csv",
    "/zoeken.xlsx": "finding.search_xlsx",
    "/consultaties": "consulting.consulted_page",
    "/consultaties.csv": "consulting.consulted_csv",
    "/consultaties.xlsx": "consulting.consulted_xlsx",
    "/aankondiging/{notice_id:path}": "reading.notice_of",
    "/beoordelen": "judging.judging_overview",
    "/beoordelen/{duty}": "judging.next_turn",
    "/beoordelen/{duty}/{notice_id:path}": "judging.judge_page",
    "/beslissen": "deciding.differences",
    "/beslissen/{file}": "deciding.next_difference",
    "/beslissen/{file}/{notice_id:path}": "deciding.difference_page",
    "/model": "training.model",
    "/model/voortgang": "progress.job_state",
    "/rapport": "reporting.reports",
    "/rapport/{period}": "reporting.report_of",
    "/rapport/{period}/bestand/{name}": "reporting.report_file",
    "/trekking": "planning.draws_page",
    "/trekking/{period}": "planning.plan_page",
    "/mensen": "entrance.colleagues",
}
WRITE: dict[str, str] = {
    "/beoordelen": "listing.list_made",
    "/beoordelen/{duty}/{notice_id:path}": "judging.judgement_sent",
    "/beslissen/{file}/{notice_id:path}": "deciding.decided",
    "/model/leren": "training.teach",
    "/model/leercurve": "curve.measure_curve",
    "/model/lezen": "training.read_all_notices",
    "/model/kiezen": "training.promote_model",
    "/rapport/{period}": "reporting.make_report",
    "/trekking/{period}": "planning.draw_made",
    "/trekking/{period}/plan": "planning.draw_planned",
    "/mensen": "entrance.invited",
    "/mensen/{name}/rol": "entrance.role_given",
    "/mensen/{name}/naam": "entrance.renamed",
    "/mensen/{name}/intrekken": "entrance.link_withdrawn",
    "/lijsten/{duty}/sluiten": "listing.closed",
    "/lijsten/{duty}/heropenen": "listing.reopened",
}
# What a form changes is a keeper's, and what is decided a decider's; the rest is everybody's.
DECIDING, JUDGING = "deciding.", "judging."


def role_for(name: str, *, writes: bool) -> Role:
    """Return which role a page asks."""
    if name.startswith(DECIDING):
        return "decider"
    return "keeper" if writes and not name.startswith(JUDGING) else "annotator"


class Kept(StaticFiles):
    """Our own scripts and styles; one that is asked for with its hash is kept by the browser.

    A page then works at once, also when the server goes away just after it sent the page.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file."""
        answer = await super().get_response(path, scope)
        if scope["query_string"]:
            answer.headers["cache-control"] = "private, max-age=31536000, immutable"
        return answer


def application(work: Workplace, *, hosts: Collection[str], secure: bool) -> Starlette:
    """Make the application.

    Args:
        hosts: Names by which the server may be called.
        secure: Whether browsers reach it by TLS; the cookie is then sent by no other way.
    """
    routes = [
        Mount("/vast", Kept(directory=STATIC)),
        Route("/toegang/{secret}", _enter(work, secure=secure)),
        *(Route(path, _read(work, name), methods=["GET"]) for path, name in READ.items()),
        *(Route(path, _write(work, name), methods=["POST"]) for path, name in WRITE.items()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={
            HTTPException: _refused,
            TooLarge: _too_large,
            OtherRole: _another_role,
            PipelineError: _failed,
            Exception: _unforeseen,
        },
    )


def _enter(work: Workplace, *, secure: bool) -> Endpoint:
    async def enter(request: Request) -> Response:
        secret = request.path_params["secret"]
        if await run_in_threadpool(person_of, work.store, secret) is None:
            raise HTTPException(401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE,
            secret,
            max_age=KEPT_SECONDS,
            httponly=True,
            # A link may be opened from elsewhere; forms from elsewhere lack the token.
            samesite="lax",
            secure=secure,
        )
        return answer

    return enter


def page_named(name: str) -> Page:
    """Return the function behind an address: ``module.function`` of this package."""
    module, function = name.split(".")
    return cast("Page", getattr(import_module(f"pipeline.workplace.{module}"), function))


def _answer(name: str, visit: Visit, role: Role) -> Response:
    if not visit.may(role):
        raise OtherRole(role)
    return page_named(name)(visit)


def _read(work: Workplace, name: str) -> Endpoint:
    role = role_for(name, writes=False)

    async def read(request: Request) -> Response:
        return await run_in_threadpool(_answer, name, await _visit(work, request), role)

    return read


def _write(work: Workplace, name: str) -> Endpoint:
    role = role_for(name, writes=True)

    async def write(request: Request) -> Response:
        visit = await _visit(work, request)
        if visit.sent("token") != visit.token:
            raise HTTPException(403)
        return await run_in_threadpool(_answer, name, visit, role)

    return write


async def _visit(work: Workplace, request: Request) -> Visit:
    secret = request.cookies.get(COOKIE, "")
    member = await run_in_threadpool(person_of, work.store, secret)
    if member is None:
        raise HTTPException(401)
    form: dict[str, list[str]] = {}
    if request.method == "POST":
        async with request.form(max_files=0, max_fields=500) as sent:
            for name, value in sent.multi_items():
                form.setdefault(name, []).append(str(value))
    return Visit(
        work=work,
        member=member,
        token=form_token(secret),
        url=request.url.path,
        path=request.path_params,
        query=request.query_params,
        form=form,
        wants_json=request.headers.get("accept") == "application/json",
    )


REFUSED = {
    401: (
        "U bent nog niet binnen",
        "Open de persoonlijke link die u van de beheerder kreeg, of vraag een nieuwe.",
    ),
    403: (
        "Dit formulier is niet van deze werkplek",
        "Ga terug, laad de pagina opnieuw en probeer het nog eens.",
    ),
    404: ("Deze pagina is er niet", "Ga naar het begin en zoek van daar verder."),
    405: ("Dat kan hier niet", "Ga naar het begin en probeer het van daar."),
}


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, advice = REFUSED.get(status, ("Dat ging niet", "Probeer het nog eens."))
    return _message(title, advice, status=status)


async def _too_large(_: Request, __: Exception) -> Response:
    return PlainTextResponse("Te groot", 413)


async def _another_role(_: Request, error: Exception) -> Response:
    role, does = ROLE_NAMES[str(error)]
    advice = f"Hiervoor moet u {role} zijn: die {does}. Een beheerder kan u die rol geven."
    return _message("Dit hoort bij een andere rol", advice, status=403)


async def _failed(_: Request, error: Exception) -> Response:
    """Say what we foresaw, in the words of the error, which are English."""
    hint = error.hint if isinstance(error, PipelineError) else ""
    status = 404 if isinstance(error, NotThere) else 409
    return _message("Dat ging niet", "", status=status, english=f"{error}. {hint}".strip())


async def _unforeseen(_: Request, __: Exception) -> Response:
    return _message(
        "Er ging iets mis dat niet was voorzien",
        "Probeer het nog eens. Blijft het misgaan, meld dan wat u deed.",
        status=500,
    )


def _message(title: str, advice: str, *, status: int, english: str = "") -> Response:
    body = TEMPLATES.get_template("message.html").render(
        title=title, advice=advice, english=english
    )
    return HTMLResponse(body, status)
