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

    @property
    def labels(self) -> tuple[str, ...]:
        """All label ids: degree, aspects, openness, forms."""
        return (self.degree, *self.aspect, self.openness, *self.forms)

    def has(self, quantity: str) -> bool:
        """Whether it gives a label, or is ``innovation_oriented``."""
        return self.innovation_oriented if quantity == INNOVATION else quantity in self.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A person's judgement of one notice.

    Attributes:
        text_hash: Fingerprint of the text that was judged; ``None`` where only fields were.
        annotator: A pseudonym, never a name.
        annotated_at: The day, or the moment in UTC where it is known.
        codebook_fingerprint: What was judged by, ``Codebook.meaning``: a new cue changes no
            judgement. ``None`` only where no file was read.
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
    codebook_fingerprint: str | None = None

    def __post_init__(self) -> None:
        if (self.draw_id is None) != (self.inclusion_probability is None):
            raise ValueError(f"{self.notice_id}: a drawn notice has an inclusion probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label by people that looks wrong, because a model that never saw it is sure.

    Attributes:
        given: Whether people gave the label.
        confidence: Probability of what people said, 0 to 1.
    """

    notice_id: str
    label: str
    given: bool
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a model is; a model without a card does not load.

    Attributes:
        model_id: Follows from recipe, data, codebook, analyzer and versions; not from the day.
        recipe: The way it was trained, thresholds included.
        analyzer: The analyzer whose documents it understands.
        codebook_fingerprint: Of the only codebook it works with.
        codebook_parts: ``Codebook.parts`` of it, by which a misfit is explained.
        training: Fingerprint and counts of what it was trained on, and of what was added.
        metrics: Per evaluation set, per metric; empty until it is measured.
        thresholds: Per label, the probability from which it is listed.
        files: SHA-256 per file of the model.
        versions: Of the program and the libraries it was trained with, and of the code that
            learned it.
        caveats: That follow from how it was trained; those of measuring follow from ``metrics``.
    """

    model_id: str
    recipe: Mapping[str, Any]
    analyzer: str
    codebook_version: int
    codebook_fingerprint: str
    codebook_parts: tuple[Mapping[str, str], ...]
    created: str
    training: Mapping[str, Any]
    metrics: Mapping[str, Any]
    thresholds: Mapping[str, float]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One line of the history of promotions; the last one says which model is in use.

    Attributes:
        card: SHA-256 of the card without its metrics: of the model as it was trained.
        metrics, floors: SHA-256 of the figures and the bounds that were held against each other.
        by: A pseudonym or a role.
        on: Moment, ISO 8601.
        failures: Bounds that it missed, for which ``reason`` answers.
        before: Seal of the line before; ``None`` for the first.
    """

    model_id: str
    card: str
    metrics: str
    floors: str
    by: str
    on: str
    reason: str
    failures: tuple[str, ...] = ()
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's judgement of one notice.

    Attributes:
        probabilities: Per label id, between 0 and 1; empty when the model abstained.
        judgement: The chosen labels; ``None`` when the model abstained.
        forms: Chosen forms; also given when the model abstained: from fields, and in a language
            that it does not know from cues.
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

    @property
    def labels(self) -> tuple[str, ...]:
        """All chosen label ids; of an abstention the forms that fields settle."""
        return self.judgement.labels if self.judgement else self.forms

    @property
    def conventional(self) -> bool:
        """Whether it was judged and has no form: without a text nobody can say so."""
        return not self.forms and self.abstained is None
