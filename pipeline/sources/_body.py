"""Answers: whole, or as a body that is read with limits; and what a refusal means."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import HTTPError

from pipeline.errors import SourceChanged, SourceError, SourceUnavailable

if TYPE_CHECKING:
    from urllib3 import HTTPResponse


class TryAgain(SourceUnavailable):
    """It may go better the next time.

    Attributes:
        after: Seconds the source asked us to wait; ``None`` if it did not say.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer.

    Attributes:
        headers: Names are found in any case.
        body: As received, after the connection's own compression.
        url: The address that was asked last, without its query.
        received_at: UTC.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    received_at: dt.datetime

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            SourceChanged: It is none; a web page, for example.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SourceChanged(
                f"{self.url}: HTTP {self.status} with {self.headers.get('Content-Type')} "
                f"where JSON was expected: {excerpt(self.body)!r}"
            ) from None


class Body(io.RawIOBase):
    """The unread body of an answer."""

    def __init__(
        self,
        response: HTTPResponse,
        *,
        url: str,
        limit: int,
        clock: Callable[[], float],
        deadline: float,
        log: Callable[[int | None, int], None],
    ) -> None:
        super().__init__()
        self.status = response.status
        self.headers = response.headers
        self.url = url
        self.count = 0
        self._response = response
        self._limit, self._clock, self._deadline, self._log = limit, clock, deadline, log

    @property
    def firewall(self) -> str | None:
        """What Amazon's firewall wants from us instead of answering."""
        return self.headers.get("x-amzn-waf-action")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read what is there, without waiting until the buffer is full.

        Raises:
            TryAgain: The body is cut off, or its packing is damaged.
            SourceUnavailable: Time is up.
            SourceChanged: It is larger than allowed.
        """
        try:
            # Not iter_content: that waits for a full chunk, byte by byte if need be.
            chunk = self._response.read1(len(buffer), decode_content=True) or b""
        except HTTPError as error:
            raise TryAgain(
                f"{self.url} was cut off after {self.count:,} bytes ({type(error).__name__})"
            ) from None
        self.count += len(chunk)
        if self.count > self._limit:
            raise SourceChanged(f"{self.url} has more than {self._limit:,} bytes")
        if chunk and self._clock() > self._deadline:
            raise SourceUnavailable(f"{self.url}: time is up after {self.count:,} bytes")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Give the connection back, and log the request once."""
        if not self.closed:
            super().close()
            self._response.close()
            self._response.release_conn()
            self._log(self.status, self.count)

    def refusal(self, *, now: dt.datetime) -> SourceError:
        """Say what an answer of an unexpected status means."""
        if self.firewall:
            return SourceUnavailable(
                f"{self.url}: HTTP {self.status}, and the firewall wants a {self.firewall} "
                "that only a browser can give",
                hint="Set `contact`, wait a day, or ask the operator to let this program through.",
            )
        said = f"{self.url}: HTTP {self.status}: {excerpt(self.read(65_536) or b'')!r}"
        if self.status in {408, 425, 429} or self.status >= 500:
            return TryAgain(said, after=_seconds(self.headers.get("Retry-After"), now=now))
        if self.status in {401, 403, 404} or self.status < 400:
            return SourceUnavailable(said)
        return SourceChanged(said)


class Download(io.BufferedReader):
    """A body to read once, from front to back.

    Attributes:
        url: The address that was asked last, without its query.
        received_at: When it began to arrive, UTC.
    """

    def __init__(self, body: Body, *, received_at: dt.datetime) -> None:
        super().__init__(body, 65_536)
        self.url = body.url
        self.received_at = received_at


def excerpt(body: bytes) -> str:
    """The first 200 characters, on one line, without what could steer a terminal."""
    text = " ".join(body[:2_000].decode("utf-8", errors="replace").split())
    return "".join(x if x.isprintable() else "?" for x in text[:200])


def _seconds(retry_after: str | None, *, now: dt.datetime) -> float | None:
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max((parsedate_to_datetime(retry_after) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
