"""Batches over processes here, or over the workers of a cluster.

This is the one place that knows where work is done. Processes are forked where the system can: they
share what was loaded before. Only functions that can be found by name travel, and records.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

from pipeline.errors import PipelineError

In = TypeVar("In")
Out = TypeVar("Out")

# Inputs under way per process: one at work, one waiting, so that none is idle.
UNDER_WAY = 2


def batches(things: Iterable[In], size: int) -> Iterator[list[In]]:
    """Cut a stream into lists of at most ``size``."""
    stream = iter(things)
    while batch := list(islice(stream, size)):
        yield batch


def ordered(function: Callable[[In], Out], inputs: Iterable[In], *, jobs: int) -> Iterator[Out]:
    """Apply a function to each input, in several processes, and yield results in order.

    Only a few inputs are under way at a time, so memory does not grow with their number.

    Args:
        function: One that a module holds by name, or a ``partial`` of one.
        jobs: Processes, at least 1; with 1 everything happens in this process.

    Raises:
        PipelineError: A process was killed.
    """
    if jobs == 1:
        yield from map(function, inputs)
        return
    # Forking is not safe on macOS, and unknown to Windows.
    method = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context(method), initializer=_end_with_parent
    )
    under_way: deque[Future[Out]] = deque()
    try:
        for one in inputs:
            under_way.append(pool.submit(function, one))
            if len(under_way) > UNDER_WAY * jobs:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool:
        raise PipelineError(
            "a process was killed, perhaps because memory ran out",
            hint="Run again with fewer --jobs; `classify --resume` goes on where it was.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it ends, however it ends."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
