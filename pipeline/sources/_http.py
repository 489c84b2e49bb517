"""The one polite client: the only module that opens connections.

It says who it is, keeps a pace per host, tries again with growing pauses, obeys ``Retry-After``,
and reads no more bytes and takes no more time than it was given. Certificates are always
checked. Neither the log nor a message ever holds a query, a header or credentials. For one
thread; processes do not know of each other's pace.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources._body import Body, Download, HttpAnswer, TryAgain
from pipeline.sources._calls import Call
from pipeline.sources._manners import FetchLogEntry, HttpSettings
from pipeline.sources._watchdog import Deadline, guarded

__all__ = ["Download", "FetchLogEntry", "Http", "HttpAnswer", "HttpSettings"]

T = TypeVar("T")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5


class _Guarded(HTTPAdapter):
    """Connections that keep to a deadline, through a proxy too."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        guarded(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **named)
        return manager if known else guarded(manager)


class Http:
    """A client for all hosts of ``settings.hosts``.

    Args:
        settings: How polite and how patient to be.
        log: Gets an entry for each request, redirects and failures included.
        clock: Seconds that only go forward.
        sleep: Waits a number of seconds.
        now: The moment, in UTC.
        jitter: A number from 0 to 1 that spreads the pauses.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        log: Callable[[FetchLogEntry], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self._log, self._clock, self._sleep = log, clock, sleep
        self._now, self._jitter = now, jitter
        self._free_at: dict[str, float] = {}
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Guarded())
        self._session.headers.update(
            {"User-Agent": settings.user_agent, "Accept-Encoding": "gzip, deflate"}
        )
        # Without this, requests sends what it finds for the host in the user's .netrc.
        self._session.auth = lambda request: request

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def today(self) -> dt.date:
        """The day of the client's clock, UTC."""
        return self._now().date()

    def get(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        expect: Collection[int] = (200,),
        again: Callable[[HttpAnswer], str | None] = lambda _: None,
    ) -> HttpAnswer:
        """Ask for one answer.

        Args:
            url: The https address as it is in the world.
            params: Of the query; kept out of logs and messages.
            headers: Besides those that every request has.
            auth: User and password; not taken along to another host.
            expect: Statuses that the caller deals with; all others are errors.
            again: Says why an answer is not good enough and must be asked for again.

        Raises:
            SourceUnavailable: No answer in time, 401, 403, 404, 408, 429 or 5xx, a firewall
                that asks for a browser, or an answer that was cut off.
            SourceChanged: Another 4xx, an unregistered host, or more bytes than allowed.
        """
        call = Call(method="GET", url=url, params=params, headers=headers or {}, auth=auth)
        return self._answer(call, expect=expect, again=again)

    def post_json(
        self,
        url: str,
        body: Mapping[str, Any],
        *,
        expect: Collection[int] = (200,),
        again: Callable[[HttpAnswer], str | None] = lambda _: None,
    ) -> HttpAnswer:
        """Send JSON and ask for JSON; arguments and errors as :meth:`get`."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        call = Call(method="POST", url=url, headers=headers, body=json.dumps(body).encode())
        return self._answer(call, expect=expect, again=again)

    @contextmanager
    def stream(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Download]:
        """Open a large answer as a file to read once, from front to back.

        Attempts are repeated until the body begins, not after. Reading raises SourceUnavailable
        when the body is cut off (also when it is shorter than its Content-Length) or late, and
        SourceChanged when it is too large; opening raises as :meth:`get`.
        """
        call = Call(method="GET", url=url, params=params, headers=headers or {})
        deadline = self._clock() + self.settings.stream_seconds
        body = self._insist(
            lambda: self._send(call, limit=self.settings.largest_stream, deadline=deadline),
            call,
            deadline=deadline,
        )
        with Download(body, received_at=self._now()) as download:
            yield download

    def _answer(
        self, call: Call, *, expect: Collection[int], again: Callable[[HttpAnswer], str | None]
    ) -> HttpAnswer:
        deadline = self._clock() + self.settings.total_seconds
        limit = self.settings.largest_answer

        def attempt() -> HttpAnswer:
            with self._send(call, limit=limit, deadline=deadline, expect=expect) as body:
                answer = HttpAnswer(
                    status=body.status,
                    headers=body.headers,
                    body=body.read(),
                    url=body.url,
                    received_at=self._now(),
                )
            if reason := again(answer):
                raise TryAgain(reason)
            return answer

        return self._insist(attempt, call, deadline=deadline)

    def _insist(self, attempt: Callable[[], T], call: Call, *, deadline: float) -> T:
        """Try until it works, the attempts are used up, or the next one would come too late."""
        number = 1
        while True:
            try:
                return attempt()
            except TryAgain as fault:
                pause = fault.after
                if pause is None:
                    pause = 2.0 ** (number + 1) * (0.5 + self._jitter() / 2)
                if number == self.settings.attempts or self._clock() + pause > deadline:
                    raise SourceUnavailable(
                        f"{call.name}: {fault}; gave up after {number} attempts",
                        hint="Run again later; what was fetched is kept.",
                    ) from None
            self._sleep(pause)
            number += 1

    def _send(
        self, call: Call, *, limit: int, deadline: float, expect: Collection[int] = (200,)
    ) -> Body:
        """Send one request, follow redirects, and refuse statuses that are not expected."""
        for _ in range(MOST_REDIRECTS + 1):
            body = self._exchange(call, limit=limit, deadline=deadline)
            if body.status in REDIRECTS and (target := body.headers.get("Location")):
                body.close()
                call = call.redirected(target)
            elif body.status in expect and not body.firewall:
                return body
            else:
                with body:
                    raise body.refusal(now=self._now())
        raise SourceChanged(f"{call.name}: more than {MOST_REDIRECTS} redirects")

    def _exchange(self, call: Call, *, limit: int, deadline: float) -> Body:
        address = call.address(self.settings)
        self._keep_pace(call.parts.netloc)
        at, started = self._now(), self._clock()

        left = max(deadline - started, 0.001)
        limit_of_time = Deadline(left)

        def log(status: int | None, count: int) -> None:
            limit_of_time.lift()
            entry = FetchLogEntry(
                at=at,
                method=call.method,
                host=call.parts.netloc,
                path=call.parts.path,
                status=status,
                seconds=self._clock() - started,
                bytes=count,
            )
            self._log(entry)

        try:
            with limit_of_time.over_what_is_asked():
                response = self._session.request(
                    call.method,
                    address,
                    params=call.params,
                    headers=dict(call.headers),
                    auth=call.auth,
                    data=call.body,
                    timeout=(
                        min(self.settings.connect_seconds, left),
                        min(self.settings.read_seconds, left),
                    ),
                    stream=True,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            log(None, 0)
            # The error's own words hold the whole address, query included.
            cause = getattr(error.args[0] if error.args else error, "reason", error)
            raise TryAgain(f"no answer ({type(cause).__name__})") from None
        except ValueError as error:
            # requests takes a redirect apart before we see it.
            log(None, 0)
            raise SourceChanged(f"{call.name}: sends us to no address: {error}") from None
        body = Body(
            response.raw,
            url=f"https://{call.name}",
            limit=limit,
            clock=self._clock,
            deadline=deadline,
            log=log,
        )
        if not body.headers:
            # What is cut off before its first header looks like an empty success.
            body.close()
            raise TryAgain("an answer without headers")
        return body

    def _keep_pace(self, host: str) -> None:
        wait = self._free_at.get(host, 0.0) - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free_at[host] = self._clock() + self.settings.pause_seconds
