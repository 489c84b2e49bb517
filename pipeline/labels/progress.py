"""How far a run of classification has come, so that it can go on from there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipeline.errors import SettingsError
from pipeline.labels.batches import Outcome
from pipeline.sources.layout import Layout
from pipeline.sources.paths import STDIN, files_in
from pipeline.storage import file_state, place

if TYPE_CHECKING:
    from pipeline.labels.classify import Classifier

AGAIN = "Start again without --resume."


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run has come.

    Attributes:
        run: Fingerprint of inputs, model and settings; another run's progress is not continued.
        taken: Raw notices dealt with.
        labelled, quarantined, duplicates: Of these; duplicates are readable, and told with the
            quarantined.
        rests: Files that broke off, of which a part went unread.
        first_rest: The first of these, and why.
        size, quarantine_size: Bytes in the two growing files.
        complete: Whether all is read, so that the files only need to be put in place.
    """

    run: str
    taken: int = 0
    labelled: int = 0
    quarantined: int = 0
    duplicates: int = 0
    rests: int = 0
    first_rest: str = ""
    size: int = 0
    quarantine_size: int = 0
    complete: bool = False

    @classmethod
    def read(cls, path: Path, *, run: str) -> Self:
        """Read how far a run has come.

        Raises:
            SettingsError: It is damaged, or another run's.
        """
        try:
            progress = cls(**json.loads(path.read_bytes()))
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{path.name} is damaged: {error}", hint=AGAIN) from None
        if progress.run != run:
            raise SettingsError(
                f"{path.name} belongs to a run of other inputs or settings", hint=AGAIN
            )
        return progress

    @property
    def unreadable(self) -> float:
        """Share of what was taken that went to quarantine, 0 to 1."""
        return self.quarantined / self.taken if self.taken else 0.0

    def count(self, outcome: Outcome) -> None:
        """Count a notice without a line: unreadable, or read before."""
        if outcome.prediction:
            self.duplicates += 1
            return
        self.quarantined += 1
        if outcome.rest:
            self.rests += 1
            self.first_rest = self.first_rest or f"{outcome.source_id}: {outcome.reason}"


def run_fingerprint(
    inputs: Sequence[str | Path], layout: Layout, classifier: Classifier, kind: str
) -> str:
    """Return a SHA-256 of all that decides what a run writes, and where it is broken off.

    Args:
        kind: Of the output.

    Raises:
        SettingsError: An input is not there.
        PipelineError: Remote storage cannot be reached.
    """
    files: object = "standard input"
    if STDIN not in [str(x) for x in inputs]:
        files = [(str(p), *file_state(p)) for x in inputs for p in files_in(place(x))]
    facts = [
        files,
        asdict(layout),
        classifier.card.model_id,
        classifier.codebook.whole,
        classifier.analyzer.name,
        kind,
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def cut_back(part: Path, size: int, *, placed: Path | None) -> None:
    """Cut off what was written beyond the last progress.

    Args:
        part: A growing file.
        size: Its bytes at the last progress.
        placed: Where it stands once it is complete; ``None`` when it is not.

    Raises:
        SettingsError: The file is gone, or shorter than it was.
    """
    if not part.exists() and placed and placed.exists():
        return
    held = part.stat().st_size if part.exists() else None
    if held is None or held < size:
        seen = "is gone" if held is None else f"has {held:,} bytes"
        raise SettingsError(f"{part.name} {seen}; expected at least {size:,} bytes", hint=AGAIN)
    os.truncate(part, size)
