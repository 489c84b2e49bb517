"""Batches over processes here, or over a Dask cluster elsewhere.

joblib decides: ``joblib.parallel_config(backend="dask")`` around a call sends the batches to a
cluster; without it they go to processes on this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def batches(things: Iterable[In], size: int) -> Iterator[list[In]]:
    """Cut a stream into lists of at most ``size``."""
    stream = iter(things)
    while batch := list(islice(stream, size)):
        yield batch


def ordered(function: Callable[[In], Out], inputs: Iterable[In], *, jobs: int) -> Iterator[Out]:
    """Apply a function to each input, in several processes, and yield results in order.

    Only a few inputs are under way at a time, so memory does not grow with their number.

    Args:
        jobs: Processes, at least 1; with 1 everything happens in this process.
    """
    if jobs == 1:
        yield from map(function, inputs)
        return
    # Imported here: one process needs none of it, and start-up stays quick.
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    yield from pool(delayed(function)(one) for one in inputs)
