"""A deadline that holds in every state of a request: connecting, headers, body.

Time limits of sockets count from the last byte, so a server that drips outlives them all. Here
the connection itself is shut down when time is up, and whoever waits for it hears that it ended.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any
from weakref import WeakSet

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool


class Watchdog:
    """Knows the open connections of a client, and ends them when time is up."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def guard(self, seconds: float) -> threading.Timer:
        """End all connections after some seconds, unless the timer is cancelled."""
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        return timer

    def pools(self) -> dict[str, Any]:
        """Return the pools of connections by scheme, as urllib3's manager takes them."""
        kinds = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
        return {
            scheme: type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": self._known(pool)})
            for scheme, pool in kinds.items()
        }

    def _known(self, pool: Any) -> type:
        watchdog = self

        class Guarded(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                opened: socket.socket = super()._new_conn()
                # A second handle of the same connection: TLS takes the first one over, and a
                # body may outlive its connection object. It goes with the next one.
                self._handle = opened.dup()
                watchdog._sockets.add(self._handle)
                return opened

        return Guarded

    def _end(self) -> None:
        for each in list(self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
