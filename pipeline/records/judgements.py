"""Judgements by people and by models, with their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.records.notices import Notice

# The quantity "innovation-oriented": what a degree above `none` means.
INNOVATION = "innovation_oriented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a label was given: a passage of a section, or a structured field.

    Attributes:
        label: Label id of the codebook.
        section, start, end, text: The passage; offsets count from the section's first
            character; ``None`` for a field.
        field, value: The field, for example ``procedure`` and ``innovation``; ``None`` for
            a passage.
    """

    label: str
    section: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    field: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if (self.section is None) == (self.field is None):
            raise ValueError(f"evidence for {self.label} needs a passage or a field")

    def as_dict(self) -> dict[str, str | int]:
        """The members that are set, in declared order."""
        names = ("label", "section", "start", "end", "text", "field", "value")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The four judgements of the codebook about one notice.

    Attributes:
        degree: ``none``, ``incremental``, ``disruptive`` or ``transformative``.
        aspect: Any of ``rd`` and ``solution``; empty exactly when degree is ``none``.
        openness: ``asked``, ``room`` or ``closed``; ``closed`` exactly when degree is ``none``.
        forms: Form ids, sorted; empty means conventional.
    """

    degree: str
    aspect: tuple[str, ...]
    openness: str
    forms: tuple[str, ...]

    def __post_init__(self) -> None:
        none = self.degree == "none"
        if (self.openness == "closed") != none or bool(self.aspect) == none:
            raise ValueError(
                f"degree {self.degree!r} does not go with aspect {self.aspect} "
                f"and openness {self.openness!r}"
            )

    @property
    def innovation_oriented(self) -> bool:
        """Whether the degree is not ``none``."""
        return self.degree != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A person's judgement of one notice.

    Attributes:
        text_hash: Fingerprint of the text that was judged; ``None`` where only fields were.
        annotator: A pseudonym, never a name.
        round: ``first``, ``second`` or ``adjudicated``.
        inclusion_probability: Between 0 and 1; ``None`` exactly when the notice was chosen
            (``draw_id`` is ``None``), not drawn.
        unsure: Left out of training, never out of agreement.
    """

    notice_id: str
    text_hash: str | None
    judgement: Judgement
    evidence: tuple[Evidence, ...]
    annotator: str
    annotated_at: dt.date
    codebook_version: int
    round: str
    draw_id: str | None = None
    inclusion_probability: float | None = None
    unsure: bool = False

    def __post_init__(self) -> None:
        if (self.draw_id is None) != (self.inclusion_probability is None):
            raise ValueError(f"{self.notice_id}: a drawn notice has an inclusion probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model is; a model without a card does not load.

    Attributes:
        recipe: Name of the way it was trained.
        analyzer: The analyzer whose documents it understands.
        training: Fingerprint and counts of what it was trained on.
        metrics: Per evaluation set, per metric.
        thresholds: Per label, the probability from which it is listed.
        files: SHA-256 per file of the model.
        versions: Of the libraries it was trained with.
    """

    model_id: str
    recipe: str
    analyzer: str
    codebook_version: int
    created: str
    training: Mapping[str, Any]
    metrics: Mapping[str, Any]
    thresholds: Mapping[str, float]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's judgement of one notice.

    Attributes:
        probabilities: Per label id, between 0 and 1; empty when the model abstained.
        judgement: The chosen labels; ``None`` when the model abstained.
        forms: Chosen forms; also given when the model abstained, from fields alone.
        rules: What cues and fields alone would say, to be held against the model.
        differs: Labels that only one of model and rules gives; empty when the model abstained.
        evidence: At least one for each chosen label other than ``none`` and ``closed``.
        abstained: The reason, or ``None``.
    """

    notice: Notice
    language: str | None
    probabilities: Mapping[str, float]
    judgement: Judgement | None
    forms: tuple[str, ...]
    rules: tuple[str, ...]
    differs: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    abstained: str | None
    model_id: str
