"""Judgements of what a notice is for, apart from those of its innovation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionReading:
    """A person's answer to which missions one notice serves.

    Attributes:
        text_hash: Fingerprint of the text that was read.
        missions: Mission ids in the codebook's order; empty where it serves none.
        annotator: A pseudonym, never a name.
        round: ``first``, ``second`` or ``adjudicated``.
    """

    notice_id: str
    text_hash: str
    missions: tuple[str, ...]
    annotator: str
    annotated_at: dt.date
    codebook_version: int
    codebook_fingerprint: str
    round: str
