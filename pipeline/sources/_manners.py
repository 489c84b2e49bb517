"""How the client behaves, and what it writes down about each request."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline import __version__
from pipeline.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How polite and how patient to be.

    Attributes:
        hosts: The hosts it may speak to, as ``pipeline.sources.hosts()`` lists them.
        contact: An e-mail address or https address where the operator of a source can reach
            whoever runs this; goes into the User-Agent.
        pause_seconds: Least time between two requests to one host. TED blocks for a day after
            500 in six minutes; one per second is 360.
        attempts: Times a request is tried, at least 1.
        connect_seconds: Longest wait for a connection.
        read_seconds: Longest wait for the next bytes.
        total_seconds: Longest time for one answer, all attempts and pauses included.
        stream_seconds: The same for a stream, from the first attempt to its last byte.
        largest_answer: In bytes, unpacked.
        largest_stream: In bytes, unpacked once if the connection is compressed.
        stand_ins: Origin to the origin that plays its part, such as
            ``{"https://api.ted.europa.eu": "http://127.0.0.1:8080"}``.
    """

    hosts: frozenset[str]
    contact: str = ""
    pause_seconds: float = 1.0
    attempts: int = 5
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    total_seconds: float = 300.0
    stream_seconds: float = 3600.0
    largest_answer: int = 50_000_000
    largest_stream: int = 2_000_000_000
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.contact and not re.fullmatch(
            r"https://[^\s();]+|[^\s();@]+@[^\s();@]+", self.contact
        ):
            raise SettingsError(
                f"contact is {self.contact!r}; expected an e-mail address or an https address"
            )
        if self.attempts < 1 or self.pause_seconds < 0:
            raise SettingsError(
                f"{self.attempts} attempts and a pause of {self.pause_seconds} s; "
                "expected at least 1 and 0"
            )

    @property
    def user_agent(self) -> str:
        """Who we are, in the form of honest robots that TED's firewall is said to let through."""
        parts = ["compatible", f"innovatiemonitor/{__version__}"]
        parts += [f"+{self.contact}"] if self.contact else []
        return f"Mozilla/5.0 ({'; '.join(parts)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLogEntry:
    """One request and what came of it.

    Attributes:
        at: When it was sent, UTC.
        host, path: Where to; queries are left out.
        status: HTTP status; ``None`` when there was no answer.
        seconds: From sending to the last byte that was read.
        bytes: Of the body, unpacked, as far as it was read.
    """

    at: dt.datetime
    method: str
    host: str
    path: str
    status: int | None
    seconds: float
    bytes: int
