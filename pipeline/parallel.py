"""Batches over processes here, or over the workers of a cluster.

This is the one place that knows where work is done. Processes are forked where the system can: they
share what was loaded before. Only functions that can be found by name travel, and records.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pipeline import __version__
from pipeline.errors import ModelMismatch, PipelineError, SettingsError

In = TypeVar("In")
Out = TypeVar("Out")

# Inputs under way per process: one at work, one waiting, so that none is idle.
UNDER_WAY = 2

# Of others, what can move the last digit of a probability, or what a notice is read as.
LIBRARIES = (
    *("lxml", "murmurhash", "numpy", "py3langid", "scikit-learn", "scipy", "spacy"),
    *("spacy-lookups-data", "ijson", "openpyxl", "pyarrow"),
)

# Seconds in which a scheduler must answer.
CLUSTER_PATIENCE = 30


def batches(things: Iterable[In], size: int) -> Iterator[list[In]]:
    """Cut a stream into lists of at most ``size``."""
    stream = iter(things)
    while batch := list(islice(stream, size)):
        yield batch


def ordered(
    function: Callable[[In], Out], inputs: Iterable[In], *, jobs: int = 1, cluster: str = ""
) -> Iterator[Out]:
    """Apply a function to each input, in several processes, and yield results in order.

    Only a few inputs are under way at a time, so memory does not grow with their number.

    Args:
        function: One that a module holds by name, or a ``partial`` of one.
        jobs: Processes, at least 1; with 1 everything happens in this process.
        cluster: Address of a Dask scheduler, whose workers do it instead.

    Raises:
        PipelineError: A process was killed, or the cluster does not answer.
    """
    if cluster:
        yield from _on_cluster(function, inputs, cluster)
    elif jobs == 1:
        yield from map(function, inputs)
    else:
        yield from _in_processes(function, inputs, jobs)


def _in_order(
    submit: Callable[[In], Future[Out]], inputs: Iterable[In], most: int
) -> Iterator[Out]:
    under_way: deque[Future[Out]] = deque()
    for one in inputs:
        under_way.append(submit(one))
        if len(under_way) > most:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _in_processes(function: Callable[[In], Out], inputs: Iterable[In], jobs: int) -> Iterator[Out]:
    # Forking is not safe on macOS, and unknown to Windows.
    method = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context(method), initializer=_end_with_parent
    )
    try:
        yield from _in_order(lambda one: pool.submit(function, one), inputs, UNDER_WAY * jobs)
    except BrokenProcessPool:
        raise PipelineError(
            "a process was killed, perhaps because memory ran out",
            hint="Run again with fewer --jobs; `classify --resume` goes on where it was.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _on_cluster(function: Callable[[In], Out], inputs: Iterable[In], address: str) -> Iterator[Out]:
    """Dask starts again, on another worker, what a lost worker was doing."""
    try:
        from distributed import CancelledError, Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise SettingsError(
            "a cluster needs the library distributed",
            hint="Install it: pip install 'innovatiemonitor[cluster]'.",
        ) from None
    # It tells of a lost scheduler by a traceback; we say it in two lines.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        connect: Any = Client
        client = connect(address, timeout=CLUSTER_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"no cluster answers at {address}: {error}",
            hint="Start one: `dask scheduler`, and `dask worker ADDRESS --nthreads 1`.",
        ) from None
    # Two equal inputs are two tasks: Dask would take them for one.
    submit = partial(client.submit, partial(_by_the_same, function, program()), pure=False)
    try:
        threads = max(1, sum(client.nthreads().values()))
        yield from _in_order(submit, inputs, UNDER_WAY * threads)
    except (AttributeError, ImportError) as error:
        # What travels is found by name, and a worker does not have it.
        raise ModelMismatch(
            f"a worker of {address} has another version of this program: {error}", hint=SAME
        ) from None
    except (CancelledError, KilledWorker, OSError) as error:
        raise PipelineError(
            f"the cluster at {address} was lost: {type(error).__name__}",
            hint="Nothing is lost: `classify --resume` goes on where it was.",
        ) from None
    finally:
        client.close()


SAME = "Install the same version of innovatiemonitor and of its libraries on all machines."


@cache
def program() -> dict[str, str]:
    """Return what the results of this process depend on: the code and its libraries, by version."""
    here = Path(__file__).parent
    code = hashlib.sha256()
    for path in sorted(here.rglob("*.py")):
        code.update(f"{path.relative_to(here).as_posix()}\0".encode() + path.read_bytes())
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return {"innovatiemonitor": f"{__version__} {code.hexdigest()[:12]}", **libraries}


def _by_the_same(function: Callable[[In], Out], expected: dict[str, str], one: In) -> Out:
    """Work only where the same program does the same; say where it went wrong.

    Raises:
        ModelMismatch: Code or libraries of this process differ from those that sent the work.
    """
    here = program()
    if other := [
        f"{x} {here.get(x)}, expected {y}" for x, y in expected.items() if here.get(x) != y
    ]:
        raise ModelMismatch(f"{_worker()} has {'; '.join(other)}", hint=SAME)
    try:
        return function(one)
    except PipelineError as error:
        raise type(error)(f"{_worker()}: {error}", hint=error.hint) from None


def _worker() -> str:
    from distributed import get_worker

    return f"worker {get_worker().address}"


def _end_with_parent() -> None:
    """End this process when the one that started it ends, however it ends."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
