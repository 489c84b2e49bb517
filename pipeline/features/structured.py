"""The structured fields of a notice, and its cues, as named counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from sklearn.base import BaseEstimator, TransformerMixin

from pipeline.records import CueHit, Notice, Reading

# What settles a form by itself (codebook, `fields`) is no feature: a head that may lean on it
# does not learn to find the form in a text whose notice lacks the field.
SETTLING = {"innovation", "comp-dial"}

# More of the same cue says no more.
MOST_PER_CUE = 3


class StructuredFields(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Procedure, kind, nature, CPV and strategic fields, one indicator per value.

    Fields with three states (declared, declared none, absent) give nothing when absent:
    several notice types may not carry them, so absence is no sign (eForms SDK 1.15.1, BT-06).
    """

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Name the indicators of each notice.

        Args:
            readings: Length n_documents.

        Returns:
            Indicator name to 1.0, length n_documents.
        """
        return [dict.fromkeys(indicators(reading.document.notice), 1.0) for reading in readings]


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


class CueCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How often each label's cues stand in a document, by status.

    Args:
        with_names: Count also the cues that are a form's own name.
    """

    def __init__(self, with_names: bool = True) -> None:
        self.with_names = with_names

    def fit(self, readings: Sequence[Reading], y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing.

        Args:
            readings: Length n_documents.
            y: Ignored.
        """
        self.fitted_ = True
        return self

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Count the cues of each document.

        Args:
            readings: Length n_documents.

        Returns:
            Count name to a number from 1 to ``MOST_PER_CUE``, length n_documents.
        """
        return [count_cues(reading.hits, with_names=self.with_names) for reading in readings]


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
