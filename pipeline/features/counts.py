"""What is counted of a notice: its structured fields and its cues, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_matrix

from pipeline.records import CueHit, Notice

# What settles a form by itself (codebook, `fields`) is no feature: a head that may lean on it
# does not learn to find the form in a text whose notice lacks the field.
SETTLING = {"innovation", "comp-dial"}

# More of the same cue says no more.
MOST_PER_CUE = 3


@dataclass(frozen=True, eq=False)
class CountColumns:
    """The columns of named counts.

    Attributes:
        names: In order.
        scale: By which each column is divided; shape (n_names,).
    """

    names: tuple[str, ...]
    scale: NDArray[np.float64] | None = None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def matrix(self, counts: Sequence[Mapping[str, float]], dtype: DTypeLike) -> csr_matrix:
        """Put counts in their columns.

        Args:
            counts: Names that have no column are left out; length n_rows.
            dtype: Of the matrix.

        Returns:
            Columns in order; shape (n_rows, n_names).
        """
        places = self._places
        known = [[(places[x], n) for x, n in one.items() if x in places] for one in counts]
        flat = list(chain.from_iterable(known))
        data = np.array([number for _, number in flat], dtype=dtype)
        columns = np.array([place for place, _ in flat], dtype=np.int32)
        if self.scale is not None:
            data *= (1.0 / self.scale)[columns]
        ends = np.cumsum([0, *map(len, known)])
        matrix = csr_matrix((data, columns, ends), shape=(len(counts), len(self.names)))
        matrix.sort_indices()
        return matrix


def indicators(notice: Notice) -> Iterator[str]:
    """Yield the names of what holds for a notice, such as ``procedure=open``."""
    if notice.kind != "consultation":
        yield f"kind={notice.kind}"
    if notice.procedure and notice.procedure not in SETTLING:
        yield f"procedure={notice.procedure}"
    if notice.nature:
        yield f"nature={notice.nature}"
    if notice.cpv:
        yield f"cpv={notice.cpv[0][:2]}"
    # Research without a call: prototypes and studies (BT-136 resd, rd).
    if {"resd", "rd"} & set(notice.direct_award):
        yield "direct_award=research"
    for lot in notice.lots:
        if lot.innovation_declared != "absent":
            yield f"innovation={lot.innovation_declared}"


def codes(notice: Notice) -> Iterator[str]:
    """Yield the beginnings of the main CPV code: its division, group, class and category."""
    if notice.cpv:
        yield from (f"cpv={notice.cpv[0][:digits]}" for digits in (2, 3, 4, 5))


def count_cues(hits: Iterable[CueHit], *, with_names: bool) -> dict[str, float]:
    """Count cues by label, kind and status.

    Args:
        hits: Of a document or a sentence.
        with_names: Count also the cues that are a form's own name.

    Returns:
        Count name to a number from 1 to ``MOST_PER_CUE``.
    """
    counts: dict[str, float] = {}
    for hit in hits:
        if hit.names and not with_names:
            continue
        kind = "name" if hit.names else "description"
        # Why a cue does not count matters less than that it does not.
        status = "asserted" if hit.status == "asserted" else "other"
        key = f"cue={hit.label}:{kind}:{status}"
        counts[key] = min(counts.get(key, 0.0) + 1.0, MOST_PER_CUE)
    return counts
