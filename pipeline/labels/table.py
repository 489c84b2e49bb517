"""Predictions as lines of a table: the columns, their order, and their values."""

from __future__ import annotations

import json

from pipeline.codebook import Codebook
from pipeline.records import Prediction
from pipeline.shown import TURNING, for_people, masked, unturned
from pipeline.spreadsheet import forms_cell, labels_cell

Value = str | float | int | bool | None

IDENTITY = (
    "notice_id",
    "source_format",
    "published_on",
    "language",
    "title",
    "buyer",
    "procedure",
)
CLOSING = (
    *("evidence", "abstained", "model_id", "codebook_version", "codebook_fingerprint"),
    *("rules", "differs"),
)


def columns(codebook: Codebook) -> tuple[str, ...]:
    """Return the names of the columns, in order.

    After identification come the four judgements, each followed by the probabilities of its
    labels; then ``evidence``, ``abstained``, and the identity of model and codebook. ``rules``
    is what cues and fields alone say, ``differs`` the labels on which they and the model
    disagree.
    """
    return (
        *IDENTITY,
        *("innovation_oriented", "p_innovation", "degree", "degree_rank"),
        *_probabilities(codebook, "degree"),
        "aspect",
        *_probabilities(codebook, "aspect"),
        "openness",
        *_probabilities(codebook, "openness"),
        "forms",
        *_probabilities(codebook, "forms"),
        *CLOSING,
    )


def line(prediction: Prediction, codebook: Codebook) -> dict[str, Value]:
    """Write one prediction as values by column; unknown is ``None``."""
    notice, judgement = prediction.notice, prediction.judgement
    values: dict[str, Value] = {
        "notice_id": unturned(notice.notice_id) or None,
        "source_format": notice.format,
        "published_on": notice.published_on.isoformat() if notice.published_on else None,
        "language": prediction.language,
        "title": for_people(notice.title),
        "buyer": for_people(notice.buyer),
        "procedure": for_people(notice.procedure),
        "innovation_oriented": judgement.innovation_oriented if judgement else None,
        "degree": judgement.degree if judgement else None,
        "degree_rank": codebook.degrees.index(judgement.degree) if judgement else None,
        "aspect": labels_cell(judgement.aspect) if judgement else None,
        "openness": judgement.openness if judgement else None,
        "forms": forms_cell(prediction.forms)
        if prediction.forms or prediction.conventional
        else None,
        "evidence": _evidence(prediction),
        "abstained": prediction.abstained,
        "model_id": prediction.model_id,
        "codebook_version": codebook.version,
        "codebook_fingerprint": codebook.fingerprint_in(prediction.language),
        "rules": labels_cell(prediction.rules),
        "differs": labels_cell(prediction.differs),
        **probability_columns(prediction, codebook),
    }
    return {name: values[name] for name in columns(codebook)}


def probability_columns(prediction: Prediction, codebook: Codebook) -> dict[str, float | None]:
    """Return the probabilities by column; ``None`` where there is none.

    Six decimals are finer than their last digits mean anything.
    """
    given = {x.label_id: prediction.probabilities.get(x.label_id) for x in codebook.labels}
    none = given.get("none")
    all_of_them = {"innovation": None if none is None else 1 - none, **given}
    return {f"p_{name}": None if x is None else round(x, 6) for name, x in all_of_them.items()}


def _evidence(prediction: Prediction) -> str:
    # Offsets are those of the text itself: a mask is as long as what it hides. They count marks of
    # direction, so these stay; written as JSON may write them, they turn nothing.
    found = [
        {name: masked(str(x)) if name == "text" else x for name, x in one.as_dict().items()}
        for one in prediction.evidence
    ]
    text = json.dumps(found, ensure_ascii=False)
    return TURNING.sub(lambda mark: f"\\u{ord(mark.group()):04x}", text)


def _probabilities(codebook: Codebook, judgement: str) -> tuple[str, ...]:
    return tuple(f"p_{label}" for label in codebook.of(judgement))
