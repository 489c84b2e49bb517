"""A learning curve, measured: the model learns from a part of the judgements, and from all.

Each part holds the one before it and is twice as large, so that the last step is what a doubling
brought. All parts are measured out of the same folds, on the same notices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.evaluation import metrics
from pipeline.evaluation.cases import Case, recipe_of
from pipeline.evaluation.compare import compare
from pipeline.evaluation.figures import answers
from pipeline.evaluation.learning_curve import CurvePoint, LearningCurve
from pipeline.evaluation.metrics import Booleans, Figure, Integers
from pipeline.evaluation.trial import authored_cases
from pipeline.labels.classify import Classifier
from pipeline.learning.sets import TrainingSet
from pipeline.records import INNOVATION

# Fewer teach nothing that could be told from chance.
FEWEST = 40
HALVINGS = 2


def measured_curve(
    classifier: Classifier,
    learned: TrainingSet,
    *,
    facts: Mapping[str, Mapping[str, str]],
    day: dt.date,
    tell: Callable[[int], None] = lambda _: None,
) -> LearningCurve:
    """Measure how much the recipe of a model learns from ever more judgements.

    Args:
        learned: The authored notices, and those that were added.
        facts: Of the authored notices, see ``trial.authored_facts``.
        tell: Hears how many models have been measured.

    Raises:
        ModelMismatch: The recipe is not known any more.
    """
    added = np.array([x.document.notice.notice_id not in facts for x in learned.readings])
    enough = int(added.sum()) >= FEWEST
    varied = added if enough else np.ones(len(added), dtype=bool)
    recipe = recipe_of(classifier.card)

    def measure(learn_from: Booleans) -> Sequence[Case]:
        return authored_cases(classifier, learned, recipe, facts=facts, learn_from=learn_from)

    points, gain = curve_points(measure, varied, learned.groups, classifier.codebook, tell=tell)
    return LearningCurve(
        taught="added" if enough else "authored",
        beside=int((~varied).sum()),
        points=points,
        gain=gain,
        model_id=classifier.card.model_id,
        day=day,
    )


def parts_of(number: int, *, from_nothing: bool) -> list[int]:
    """Return how many to learn from, each twice the one before, the last all."""
    halved = [number // 2**x for x in range(HALVINGS, -1, -1)]
    return [0] * from_nothing + [x for x in halved if x]


def curve_points(
    measure: Callable[[Booleans], Sequence[Case]],
    varied: Booleans,
    groups: Integers,
    codebook: Codebook,
    *,
    seed: int = 0,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[tuple[CurvePoint, ...], Figure]:
    """Measure models of ever more judgements.

    Args:
        measure: Given which notices may be learned from, judges all of them out of fold.
        varied: Which judgements are taken away; the others always teach. Shape (n_documents,).
        groups: Those of one group are taken away together, as far as the number allows.
        seed: Decides which are taken away.
        tell: Hears how many models have been measured.

    Returns:
        The points, and what the last doubling brought to the F1 of innovation.

    Raises:
        CorpusError: There are fewer than ``FEWEST`` judgements.
    """
    number = int(varied.sum())
    if number < FEWEST:
        raise CorpusError(
            f"{number} judgements to learn from; a learning curve needs {FEWEST}",
            hint="Judge a list first.",
        )
    order = _order(varied, groups, seed)
    measured: list[tuple[int, list[Case]]] = []
    for size in parts_of(number, from_nothing=not varied.all()):
        learn_from = ~varied
        learn_from[order[:size]] = True
        found = measure(learn_from)
        measured.append((size, [found[i] for i in np.flatnonzero(varied).tolist()]))
        tell(len(measured))
    points = tuple(_point(size, cases, codebook) for size, cases in measured)
    first = compare(measured[-2][1], measured[-1][1], codebook, seed=seed).differences[0]
    return points, {"value": first.difference, "low": first.low, "high": first.high}


def _order(varied: Booleans, groups: Integers, seed: int) -> Integers:
    """Return the places of what varies in a random order, groups together."""
    places = np.flatnonzero(varied)
    known, member = np.unique(groups[places], return_inverse=True)
    turns = np.random.default_rng(seed).permutation(len(known))
    return np.asarray(places[np.argsort(turns[member], kind="stable")], dtype=np.int64)


def _point(size: int, cases: Sequence[Case], codebook: Codebook) -> CurvePoint:
    truth = answers([x.truth for x in cases], codebook)
    chosen = answers([x.chosen for x in cases], codebook)
    groups = np.array([x.group for x in cases])
    times = metrics.draws(len(np.unique(groups)), seed=0)
    innovation, forms = (
        metrics.figure(
            metrics.micro_f1,
            metrics.sums(metrics.outcomes(truth[name], chosen[name]), groups),
            times,
        )
        for name in (INNOVATION, "forms")
    )
    return CurvePoint(learned=size, innovation=innovation, forms=forms)
