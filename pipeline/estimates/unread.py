"""Lots whose text the model does not read, because it is in a language that it did not learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.labels.scores import Scores
from pipeline.records import AwardLot

# For a few texts in another language the mean of the others stands in, which moves a sum by a tenth
# of itself at most. Above that the sum would be about other notices than the report is.
MOST_UNREAD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """How much of a frame the model does not read.

    Attributes:
        frame: Lots of the frame.
        languages: Lots per language (ISO 639, or ``unknown``), the most first.
    """

    frame: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lots: Sequence[AwardLot], scores: Scores) -> Unread:
        """Count the lots of a frame by what the model said of their texts."""
        found = scores.unread_languages([lot.text_notice_id for lot in lots])
        told = Counter(x for x in found if x)
        return cls(frame=len(lots), languages=dict(told.most_common()))

    @property
    def lots(self) -> int:
        """Lots in all of these languages."""
        return sum(self.languages.values())

    @property
    def many(self) -> bool:
        """Whether what the model says of the others is not to be added up."""
        return self.lots > MOST_UNREAD * self.frame


ALL_READ = Unread()
