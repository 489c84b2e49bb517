"""What is known of a document that a model learns from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.records import Evidence, Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is known of a training document.

    Attributes:
        judgement: By people; ``None`` for a document of which only silver is known.
        evidence: The passages that people marked.
        group: Documents of one group stay together.
        passage: Whether it is a passage by itself, which teaches what passages and names mean
            and nothing about whole notices.
        asides: Stretches of the text (start, end) that are known to say nothing of the notice.
        missions: Mission ids, by people; ``None`` where nobody was asked.
        silver: What fields and cues suggest, where people have not judged: label id or
            ``innovation_oriented`` to 1 or 0, and to a weight between 0 and 1.
    """

    judgement: Judgement | None
    evidence: tuple[Evidence, ...] = ()
    group: int
    passage: bool = False
    asides: tuple[tuple[int, int], ...] = ()
    missions: tuple[str, ...] | None = None
    silver: Mapping[str, tuple[float, float]] = field(default_factory=dict)
