"""The server: on this machine only, unless what it says is kept from others on the way."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from pipeline.errors import SettingsError
from pipeline.workplace.app import application
from pipeline.workplace.visit import Workplace

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Where the workplace is reached.

    Attributes:
        host: Address that it listens on.
        port: 0 for any that is free.
        certificate, key: Files for TLS.
        behind_proxy: Whether a server before it takes care of TLS.
        public_name: Name by which browsers reach it, where that is not this machine.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    public_name: str | None = None

    def __post_init__(self) -> None:
        for name, path in (("--certificate", self.certificate), ("--key", self.key)):
            if path is not None and not path.is_file():
                raise SettingsError(f"{name}: no file at {path}")
        if (self.certificate is None) != (self.key is None):
            raise SettingsError("TLS needs both --certificate and --key")
        if not self.here and not self.secure:
            raise SettingsError(
                f"--host {self.host} would send links and judgements over the network as they are",
                hint="Give --certificate and --key, or --behind-proxy where a server in front of "
                "it takes care of TLS.",
            )
        if (not self.here or self.behind_proxy) and not self.public_name:
            raise SettingsError(
                "no name by which browsers reach the workplace",
                hint="Give it: --public-name monitor.example.org",
            )

    @property
    def here(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK | {"::1"}

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS."""
        return self.certificate is not None or self.behind_proxy

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which it may be called."""
        return LOOPBACK | ({self.public_name.lower()} if self.public_name else set())

    def origin(self, port: int) -> str:
        """Return what stands before every address."""
        name = self.public_name or self.host
        if self.behind_proxy:
            return f"https://{name}"
        return f"{'https' if self.secure else 'http'}://{name}:{port}"


def listening(place: Reached) -> socket.socket:
    """Take the port, so that it is known before anybody is told.

    Raises:
        SettingsError: Something else has it, or there is no such address.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((place.host, place.port))
        # Who opens a link at once waits until the server answers.
        found.listen()
    except OSError as error:
        found.close()
        raise SettingsError(
            f"{place.host}:{place.port} cannot be taken: {error.strerror}",
            hint="Is the workplace running already? Take another port: --port 8001.",
        ) from None
    return found


def serve(work: Workplace, place: Reached, taken: socket.socket) -> None:
    """Answer until the process ends."""
    config = uvicorn.Config(
        application(work, hosts=place.hosts, secure=place.secure),
        # Addresses hold secrets of links and what people search for.
        access_log=False,
        log_level="warning",
        ssl_certfile=place.certificate,
        ssl_keyfile=place.key,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[taken])
