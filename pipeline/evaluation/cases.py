"""Cases: judged notices, each with what a model made of it without having seen it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from pipeline.codebook import Codebook
from pipeline.corpus.analyzer import assemble
from pipeline.errors import CorpusError, ModelMismatch
from pipeline.evaluation.metrics import Booleans
from pipeline.labels.decide import decide, nothing_but
from pipeline.learning.judge import Judge
from pipeline.learning.sets import TrainingSet
from pipeline.learning.train import Recipe, train
from pipeline.records import (
    INNOVATION,
    Annotation,
    Declaration,
    Judgement,
    ModelCard,
    Notice,
    Prediction,
)
from pipeline.store import short_hash

Facts = Mapping[str, str]
Probabilities = Mapping[str, float]

# Upper ends of the length bands, in words.
LENGTHS = {50: "0 to 49 words", 150: "50 to 149 words", 400: "150 to 399 words"}
LONGEST = "400 words and more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A judged notice and what a model made of it.

    Attributes:
        text_hash: Of the judged text; ``None`` where it is not known.
        truth: By people.
        chosen: By the model and the fields; degree ``none`` when the model abstained.
        probabilities: Per label id, 0 to 1; empty when the model abstained.
        facts: By what results are broken down, such as ``sector`` or ``year``.
        declared: Whether the buyer ticked innovation (BT-06, BT-776).
        served: Missions by people; ``None`` where nobody was asked.
        missions: Missions by the model.
        group: Cases of one group are right or wrong together.
    """

    notice_id: str
    text_hash: str | None = None
    truth: Judgement
    chosen: Judgement
    probabilities: Probabilities
    facts: Facts
    declared: Declaration = "absent"
    served: tuple[str, ...] | None = None
    missions: tuple[str, ...] = ()
    group: int

    @property
    def innovation(self) -> float:
        """Probability of being innovation-oriented; NaN when the model abstained."""
        return 1 - self.probabilities["none"] if self.probabilities else float("nan")

    def probability(self, label: str) -> float:
        """Return the probability of a label id or of ``innovation_oriented``."""
        return self.innovation if label == INNOVATION else self.probabilities[label]


def recipe_of(card: ModelCard) -> Recipe:
    """Return the recipe a model was made by.

    Raises:
        ModelMismatch: It is a recipe of an earlier version of the program.
    """
    try:
        return Recipe(**card.recipe)
    except TypeError as error:
        raise ModelMismatch(
            f"{card.model_id} has a recipe that this version does not know: {error}",
            hint="Train it again.",
        ) from None


def out_of_fold(
    learned: TrainingSet,
    recipe: Recipe,
    codebook: Codebook,
    *,
    learn_from: Booleans | None = None,
    folds: int = 5,
    seed: int = 0,
    hear: Callable[[Judge, NDArray[np.int64]], None] = lambda _, __: None,
) -> tuple[dict[str, float], ...]:
    """Judge every notice by a model that saw none of its group.

    Args:
        learn_from: Which notices may be learned from; all without it. Shape (n_documents,).
            The folds do not depend on it, so that models of more and of fewer notices can be
            compared.
        folds: At least 2; stratified by degree.
        seed: Of the assignment to folds.
        hear: Is given each fold's judge and the places of the notices that it has not seen.

    Returns:
        Probabilities by label id, length n_documents.
    """
    degrees = [judgement.degree for judgement in learned.judgements]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    found: list[dict[str, float]] = [{} for _ in degrees]
    for seen, unseen in splitter.split(degrees, degrees, learned.groups):
        usable = seen if learn_from is None else seen[learn_from[seen]]
        judge = train(learned.some(usable), recipe, codebook)
        rows = judge.predict_proba([learned.readings[i] for i in unseen])
        for place, row in zip(unseen, rows.tolist(), strict=True):
            found[place] = dict(zip(judge.labels_.tolist(), row, strict=True))
        hear(judge, unseen)
    return tuple(found)


def cases(
    learned: TrainingSet,
    probabilities: Sequence[Probabilities],
    codebook: Codebook,
    *,
    thresholds: Mapping[str, float],
    facts: Mapping[str, Facts],
) -> tuple[Case, ...]:
    """Join judged notices with the probabilities that a model gave them out of fold.

    Args:
        probabilities: As from ``out_of_fold``; a form that a field settles becomes certain.
        thresholds: See ``pipeline.labels.decide.decide``.
        facts: Notice id to what is known beyond the notice itself, such as its sector.
    """
    found = []
    for reading, target, given in zip(
        learned.readings, learned.targets, probabilities, strict=True
    ):
        if target.judgement is None:
            raise CorpusError(f"{reading.document.notice.notice_id} was not judged by people")
        notice = reading.document.notice
        chosen = decide(reading, given, codebook, thresholds=thresholds)
        found.append(
            Case(
                notice_id=notice.notice_id,
                text_hash=short_hash(reading.document.text),
                truth=target.judgement,
                chosen=chosen.judgement or nothing_but(chosen.forms),
                probabilities={**given, **dict.fromkeys(chosen.settled, 1.0)}
                if chosen.judgement
                else {},
                facts={**facts_of(notice), **facts.get(notice.notice_id, {})},
                declared=declared(notice),
                served=target.missions,
                missions=chosen.missions or (),
                group=target.group,
            )
        )
    return tuple(found)


def real_case(
    prediction: Prediction, judged: Annotation, *, served: tuple[str, ...] | None, group: int
) -> Case:
    """Join a prediction with the judgement of a person; see ``Case.served``."""
    abstained = prediction.judgement is None
    return Case(
        notice_id=judged.notice_id,
        text_hash=judged.text_hash,
        truth=judged.judgement,
        chosen=prediction.judgement or nothing_but(prediction.forms),
        probabilities={} if abstained else prediction.probabilities,
        facts={
            **facts_of(prediction.notice),
            "certainty": "unsure" if judged.unsure else "sure",
        },
        declared=declared(prediction.notice),
        served=served,
        missions=prediction.missions or (),
        group=group,
    )


def facts_of(notice: Notice) -> dict[str, str]:
    """Return by what results of a notice are broken down; unknown is left out."""
    words = len(assemble(notice)[0].split())
    known = {
        "sector": f"CPV {notice.cpv[0][:2]}" if notice.cpv else None,
        "buyer kind": notice.buyer_kind,
        "format": notice.format,
        "kind": notice.kind,
        "year": str(notice.published_on.year) if notice.published_on else None,
        "length": next((name for end, name in LENGTHS.items() if words < end), LONGEST),
        "variety": {"NL": "Dutch", "BE": "Flemish"}.get(notice.country or ""),
    }
    return {name: value for name, value in known.items() if value is not None}


def declared(notice: Notice) -> Declaration:
    """Return what the buyer declared in any of the lots, a tick before declared none."""
    states = {lot.innovation_declared for lot in notice.lots}
    order: tuple[Declaration, ...] = ("declared", "none", "absent")
    return next((state for state in order if state in states), "absent")


def set_fingerprint(cases: Iterable[Case]) -> str:
    """Return what identifies an evaluation set: its notices, their texts and judgements."""
    facts = sorted(
        (x.notice_id, x.text_hash or "", repr(x.truth), *([] if x.served is None else [x.served]))
        for x in cases
    )
    return short_hash(json.dumps(facts))
