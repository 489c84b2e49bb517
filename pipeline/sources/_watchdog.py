"""A deadline that holds in every state of a request: handshake, headers, body.

Time limits of sockets count from the last byte, so a server that drips outlives them all. Here
the connection itself is shut down when time is up, and whoever waits for it hears that it ended.
Only the look-up of a host's name and the wait for a connection keep to limits of their own.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from urllib3 import PoolManager


class Deadline:
    """Ends the connections of one request, and of no other, when its time is up.

    Args:
        seconds: From now on.
    """

    def __init__(self, seconds: float) -> None:
        self._connections: list[socket.socket] = []
        self._passed = False
        self._turn = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    @contextlib.contextmanager
    def over_what_is_asked(self) -> Iterator[None]:
        """Take in the connections that are opened, or used again, in the meantime."""
        before = _running.set(self)
        try:
            yield
        finally:
            _running.reset(before)

    def take_in(self, connection: socket.socket) -> None:
        """End a connection too, at once when time was up before it was made."""
        with self._turn:
            self._connections.append(connection)
            if self._passed:
                _shut(connection)

    def lift(self) -> None:
        """The request is over: leave its connections to others."""
        self._timer.cancel()
        with self._turn:
            self._connections.clear()

    def _end(self) -> None:
        with self._turn:
            self._passed = True
            for each in self._connections:
                _shut(each)


_running: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def guarded(manager: PoolManager) -> PoolManager:
    """Let a new manager make connections that keep to the running deadline."""
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _known(pool.ConnectionCls)})  # type: ignore[attr-defined]
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return manager


def _known(kind: Any) -> type:
    class Guarded(kind):  # type: ignore[misc]
        _handle: socket.socket | None = None

        def _new_conn(self) -> socket.socket:
            opened: socket.socket = super()._new_conn()
            # A second handle of the same connection: TLS takes the first one over, and a body
            # may outlive its connection object.
            self._handle = opened.dup()
            self._take_in()
            return opened

        def request(self, *given: Any, **named: Any) -> None:
            self._take_in()
            super().request(*given, **named)

        def close(self) -> None:
            super().close()
            self._handle = None

        def _take_in(self) -> None:
            if self._handle and (deadline := _running.get()):
                deadline.take_in(self._handle)

    return Guarded


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
