"""One request as it is to be sent, and where a redirect takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from pipeline.errors import SourceChanged
from pipeline.sources._manners import HttpSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request.

    Attributes:
        params: Of the query; kept out of logs and messages.
        auth: User and password.
    """

    method: str
    url: str
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    body: bytes | None = None

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.url)

    @property
    def name(self) -> str:
        """Host and path, for messages."""
        return f"{self.parts.hostname}{self.parts.path}"

    def address(self, settings: HttpSettings) -> str:
        """Where the request really goes.

        Raises:
            SourceChanged: Not https, or not a host we know.
        """
        parts = self.parts
        if parts.scheme != "https" or parts.netloc not in settings.hosts:
            known = ", ".join(sorted(settings.hosts))
            raise SourceChanged(
                f"an address at {parts.scheme}://{parts.hostname}; expected https and {known}"
            )
        origin = f"https://{parts.netloc}"
        return settings.stand_ins.get(origin, origin) + self.url.removeprefix(origin)

    def redirected(self, target: str) -> Call:
        """The request that a redirect asks for; credentials stay with their host.

        Raises:
            SourceChanged: It asks to send a body elsewhere, or its target is no address.
        """
        if self.method != "GET":
            raise SourceChanged(f"{self.name}: sends a {self.method} elsewhere; expected an answer")
        try:
            there = replace(self, url=urljoin(self.url, target), params=None)
            there.parts.port  # noqa: B018
        except ValueError as error:
            raise SourceChanged(f"{self.name}: sends us to no address: {error}") from None
        if there.parts.netloc != self.parts.netloc:
            return replace(there, headers={}, auth=None)
        return there
