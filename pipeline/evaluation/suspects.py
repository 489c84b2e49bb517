"""Judgements that look wrong: where a model that never saw a notice is sure of the opposite."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.evaluation.cases import Case
from pipeline.records import INNOVATION, Suspect
from pipeline.store import Store, to_json

# Beside the model that doubts.
FILE = "suspects.json"


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
    return tuple(sorted(found, key=by_doubt))


def by_doubt(one: Suspect) -> tuple[float, str, str]:
    """Return by what suspects are ordered: the most doubtful first."""
    return one.confidence, one.notice_id, one.label


def keep_suspects(
    store: Store, model_id: str, suspects: Sequence[Suspect], judgements: Mapping[str, int]
) -> None:
    """Keep the suspects of a model beside it.

    Args:
        judgements: Notice id to how many judgements there were of it; once there are more,
            somebody has looked at it again.
    """
    doubted = [asdict(x) | {"judgements": judgements.get(x.notice_id, 0)} for x in suspects]
    store.write_model(model_id, {FILE: to_json(doubted)})


def kept_suspects(
    store: Store, model_id: str, judgements: Mapping[str, int]
) -> tuple[Suspect, ...] | None:
    """Return the suspects of a model that nobody has looked at again; ``None`` before any trial.

    Raises:
        CorpusError: The file is damaged.
    """
    body = store.model_files(model_id).get(FILE)
    if body is None:
        return None
    try:
        doubted = [(x.pop("judgements"), Suspect(**x)) for x in json.loads(body)]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorpusError(
            f"{model_id}/{FILE} is damaged: {error!r}", hint="Make it anew: evaluate the model."
        ) from None
    return tuple(x for then, x in doubted if judgements.get(x.notice_id, 0) == then)
