"""What a model learns from, as records: judged notices, passages, and silver beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.features.targets import Target
from pipeline.learning import weak
from pipeline.learning.weak import SilverJudgement
from pipeline.notices import serial
from pipeline.records import Annotation, Judgement, Notice, Reading
from pipeline.store import canonical, short_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Judgements that were learned beside those of the authored notices.

    Attributes:
        annotations: The final one per notice, each with the hash of its text.
        files: Their names.
    """

    annotations: tuple[Annotation, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silver:
    """What fields and cues suggest of notices that nobody judged.

    Attributes:
        examples: What to learn from.
        judgements: All suggestions about those notices.
    """

    examples: tuple[tuple[Reading, Target], ...] = ()
    judgements: tuple[SilverJudgement, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Of the notices and of what is suggested about them."""
        notices = sorted(hash_of(reading.document.notice) for reading, _ in self.examples)
        return short_hash(canonical([notices, weak.write(self.judgements)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Texts that teach one thing and are no notices, so never measured on.

    Attributes:
        examples: What to learn from.
        fingerprint: Of the texts and their judgements.
    """

    examples: tuple[tuple[Reading, Target], ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """Judged and analysed notices, ready to learn from; all of length n_documents.

    Attributes:
        fingerprint: Of the notices and their judgements, evidence included.
        added: Which of them are no authored notices.
        passages: Teach what clauses and names mean.
        subjects: Teach what is bought for which mission.
        silver: Learned from as well, never measured on.
        missions: Fingerprint of the missions that people judged; empty where nobody was asked.
    """

    readings: tuple[Reading, ...]
    targets: tuple[Target, ...]
    fingerprint: str
    added: Added = field(default_factory=Added)
    passages: Beside = field(default_factory=Beside)
    subjects: Beside = field(default_factory=Beside)
    silver: Silver = field(default_factory=Silver)
    missions: str = ""

    @property
    def beside(self) -> tuple[tuple[Reading, Target], ...]:
        """All that is learned from and never measured on."""
        return (*self.passages.examples, *self.subjects.examples, *self.silver.examples)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The judgement of each document."""
        return tuple(x.judgement for x in self.targets if x.judgement is not None)

    @property
    def groups(self) -> NDArray[np.int64]:
        """The group of each document; shape (n_documents,)."""
        return np.array([target.group for target in self.targets])

    @property
    def data_fingerprint(self) -> str:
        """Of everything that is learned from."""
        parts = [self.fingerprint, self.passages.fingerprint, self.silver.fingerprint]
        parts += [x for x in (self.missions, self.subjects.fingerprint) if x]
        return short_hash(canonical(parts))

    def some(self, chosen: NDArray[np.int64]) -> TrainingSet:
        """Return the judged notices at the given positions, and all silver."""
        return replace(
            self,
            readings=tuple(self.readings[i] for i in chosen),
            targets=tuple(self.targets[i] for i in chosen),
        )


def hash_of(notice: Notice) -> str:
    """Return 16 hexadecimal characters for all of a notice that a model may look at."""
    return short_hash(serial.notice_to_json(notice))
