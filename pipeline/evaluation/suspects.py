"""Judgements that look wrong: where a model that never saw a notice is sure of the opposite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.codebook import Codebook
from pipeline.evaluation.cases import Case
from pipeline.records import INNOVATION, Suspect


def suspects(cases: Sequence[Case], codebook: Codebook) -> tuple[Suspect, ...]:
    """List the labels that look wrong, the most doubtful first.

    A label is doubted when the model is surer of the opposite than it is, on average, of
    notices where people said the opposite.

    Args:
        cases: With probabilities out of fold; a model believes what it has learned.

    Source:
        Northcutt, Jiang & Chuang, Confident learning (2021), thresholds and self-confidence.
    """
    found = []
    judged = [x for x in cases if x.probabilities]
    for label in (INNOVATION, *codebook.forms):
        p = np.array([x.probability(label) for x in judged])
        given = np.array([x.truth.has(label) for x in judged], dtype=bool)
        if not given.any() or given.all():
            continue
        doubted = np.where(given, 1 - p >= (1 - p[~given]).mean(), p >= p[given].mean())
        confidence = np.where(given, p, 1 - p)
        found += [
            Suspect(
                notice_id=judged[i].notice_id,
                label=label,
                given=bool(given[i]),
                confidence=float(confidence[i]),
            )
            for i in np.flatnonzero(doubted & (confidence < 0.5))
        ]
    return tuple(sorted(found, key=lambda x: (x.confidence, x.notice_id, x.label)))
