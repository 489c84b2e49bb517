"""The structured fields of a notice, its cues, and the words of the missions, as counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.features.counts import codes, count_cues, indicators
from pipeline.features.stateless import Stateless
from pipeline.features.subjects import Floats, SubjectWords
from pipeline.features.worded import Worded
from pipeline.records import Reading


class StructuredFields(Stateless):
    """Procedure, kind, nature, CPV and strategic fields, one indicator per value.

    Fields with three states (declared, declared none, absent) give nothing when absent:
    several notice types may not carry them, so absence is no sign (eForms SDK 1.15.1, BT-06).
    """

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Name the indicators of each notice.

        Args:
            readings: Length n_documents.

        Returns:
            Indicator name to 1.0, length n_documents.
        """
        return [dict.fromkeys(indicators(reading.document.notice), 1.0) for reading in readings]


class CpvCodes(Stateless):
    """The main CPV code, by its beginnings: buyers choose codes that are too general, or odd."""

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Name the beginnings of each notice's code.

        Args:
            readings: Length n_documents.

        Returns:
            Beginning to 1.0, length n_documents.
        """
        return [dict.fromkeys(codes(reading.document.notice), 1.0) for reading in readings]


class CueCounts(Stateless):
    """How often each label's cues stand in a document, by status.

    Args:
        with_names: Count also the cues that are a form's own name.
    """

    def __init__(self, with_names: bool = True) -> None:
        self.with_names = with_names

    def transform(self, readings: Sequence[Reading]) -> list[dict[str, float]]:
        """Count the cues of each document.

        Args:
            readings: Length n_documents.

        Returns:
            Count name to a number from 1 to ``MOST_PER_CUE``, length n_documents.
        """
        return [count_cues(reading.hits, with_names=self.with_names) for reading in readings]


class MissionWords(Stateless):
    """How many words of each mission stand in a document.

    Args:
        words, title_words, cpv: Mission id to patterns, or to beginnings of CPV codes; see
            ``SubjectWords``.
    """

    def __init__(
        self,
        words: Mapping[str, tuple[str, ...]] | None = None,
        title_words: Mapping[str, tuple[str, ...]] | None = None,
        cpv: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.words = words
        self.title_words = title_words
        self.cpv = cpv

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Count the words; see ``SubjectWords.values``."""
        return self.subjects().values(Worded(readings))

    def subjects(self) -> SubjectWords:
        """Return the word lists, ready to be applied."""
        return SubjectWords(*map(_tuples, (self.words, self.title_words, self.cpv)))


def _tuples(lists: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    return {name: tuple(some) for name, some in (lists or {}).items()}
