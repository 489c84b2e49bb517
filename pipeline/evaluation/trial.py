"""The trial of a model: every set of judged notices, through the same decisions as `classify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.corpus.annotations import text_hash
from pipeline.errors import CorpusError, ModelMismatch
from pipeline.evaluation.cases import (
    Case,
    Facts,
    Probabilities,
    cases,
    out_of_fold,
    real_case,
    recipe_of,
)
from pipeline.evaluation.compare import Comparison, compare
from pipeline.evaluation.figures import figures, trap_figures
from pipeline.evaluation.invariance import invariance
from pipeline.evaluation.metrics import Booleans
from pipeline.evaluation.suspects import by_doubt, suspects
from pipeline.labels.classify import Classifier
from pipeline.labels.decide import nothing_but
from pipeline.learning import shelf, weak
from pipeline.learning.card import measured
from pipeline.learning.groups import groups
from pipeline.learning.judge import Judge
from pipeline.learning.sets import TrainingSet
from pipeline.learning.train import Recipe
from pipeline.records import (
    Annotation,
    Judgement,
    ModelCard,
    Notice,
    Reading,
    Suspect,
)
from pipeline.store import Store

# Of the notices of a fold, so many are changed in every way.
MOST_CHANGED = 400


class JudgedNotices(NamedTuple):
    """Notices that a model has not seen, all by notice id.

    Attributes:
        judged: The final judgement of each.
        served: The missions by people, where they were asked.
    """

    notices: Mapping[str, Notice]
    judged: Mapping[str, Annotation]
    served: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured of a model.

    Attributes:
        sets: Set name (``authored``, ``buyers``, ``authored_masked``, ``added``, ``invariance``,
            ``traps``, ``real``, ``cases``) to figures, as ``pipeline.evaluation.figures`` gives
            them.
        suspects: Judgements of all sets but traps that look wrong, most doubtful first.
    """

    sets: Mapping[str, Mapping[str, Any]]
    suspects: tuple[Suspect, ...]


def evaluate(
    classifier: Classifier,
    learned: TrainingSet,
    *,
    facts: Mapping[str, Facts],
    traps: Sequence[Mapping[str, Any]],
    paragraphs: Sequence[Mapping[str, Any]],
    others: Mapping[str, JudgedNotices] | None = None,
    masked: bool = False,
    seed: int = 0,
) -> Evaluation:
    """Measure a model on everything we have.

    Args:
        learned: What the model was trained on; judged out of fold by the model's recipe.
        facts: Authored notice id to facts that its notice does not hold, see
            ``authored_facts``. Notices that are not in it were added later; they are the set
            ``added``, so that the authored set stays the same.
        traps: As in ``tests/traps.jsonl``.
        paragraphs: Of boilerplate, for ``invariance``.
        others: Set name (``real``, ``cases``) to notices that the model has not seen.
        masked: Measure also with the forms' own names hidden, which costs as much again.
        seed: Of folds and bootstrap.

    Raises:
        CorpusError: A judged real notice has no text here.
        ModelMismatch: The model's recipe is not known any more, or it learned from other notices
            or judgements than these.
    """
    require_learned(classifier.card, learned)
    recipe = recipe_of(classifier.card)
    book = classifier.codebook
    stable: dict[str, Any] = {}

    def hear(judge: Judge, unseen: NDArray[np.int64]) -> None:
        # Of one fold only: a model that has not seen these notices is all it takes.
        if paragraphs and not stable:
            stable.update(_stability(classifier, judge, learned, unseen, paragraphs))

    unseen = authored_cases(classifier, learned, recipe, facts=facts, seed=seed, hear=hear)
    sets = {name: figures(some, book, seed=seed) for name, some in _by_style(unseen, facts)}
    if stable:
        sets["invariance"] = stable
    if masked:
        hidden = authored_cases(
            classifier, learned, replace(recipe, mask_names=True), facts=facts, seed=seed
        )
        sets["authored_masked"] = figures(dict(_by_style(hidden, facts))["authored"], book)
    sets["traps"] = trap_figures(traps, judge_traps(classifier, traps))
    doubted = [*suspects(unseen, book)]
    for name, (notices, judged, served) in (others or {}).items():
        measured_on = real_cases(classifier, notices, judged, served=served)
        sets[name] = figures(measured_on, book, seed=seed)
        # By themselves: how sure a model is, on average, differs between sets.
        doubted += suspects(measured_on, book)
    return Evaluation(sets=sets, suspects=tuple(sorted(doubted, key=by_doubt)))


def _by_style(unseen: Sequence[Case], facts: Mapping[str, Facts]) -> list[tuple[str, list[Case]]]:
    """Part the cases into those written to show their labels, in buyers' style, and added."""
    parts: dict[str, list[Case]] = {}
    for one in unseen:
        parts.setdefault(facts.get(one.notice_id, {}).get("style", "added"), []).append(one)
    return sorted(parts.items())


def _stability(
    classifier: Classifier,
    judge: Judge,
    learned: TrainingSet,
    unseen: NDArray[np.int64],
    paragraphs: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    def read(notices: Sequence[Notice]) -> list[Reading]:
        return [classifier.read(x) for x in classifier.analyzer.analyze(notices)]

    return invariance(
        judge,
        [learned.readings[i].document.notice for i in unseen[:MOST_CHANGED]],
        paragraphs,
        classifier.codebook,
        read=read,
        thresholds=classifier.card.thresholds,
    )


def record(store: Store, card: ModelCard, evaluation: Evaluation) -> ModelCard:
    """Write what was measured into a model's card; see ``pipeline.learning.card.measured``."""
    with store.exclusive("models"):
        # Another run may have measured it on another set meanwhile.
        newest = shelf.read_card(card.model_id, store.model_files(card.model_id))
        complete = measured(newest, evaluation.sets)
        store.write_model(card.model_id, shelf.written(complete))
    return complete


def require_learned(card: ModelCard, learned: TrainingSet) -> None:
    """Require that a model is measured with all that it was trained on, and nothing else.

    Raises:
        ModelMismatch: Notices or judgements were added, changed or left out since.
    """
    if learned.data_fingerprint != card.training["data"]:
        raise ModelMismatch(
            f"{card.model_id} learned from {card.training['notices']} notices (set "
            f"{card.training['data']}); here are {len(learned.judgements)} (set "
            f"{learned.data_fingerprint})",
            hint="Train it again: the notices or judgements have changed.",
        )


def authored_cases(
    classifier: Classifier,
    learned: TrainingSet,
    recipe: Recipe,
    *,
    facts: Mapping[str, Facts],
    learn_from: Booleans | None = None,
    seed: int = 0,
    hear: Callable[[Judge, NDArray[np.int64]], None] = lambda _, __: None,
) -> tuple[Case, ...]:
    """Judge notices out of fold, and choose labels as the classifier does; see ``out_of_fold``."""
    given: Sequence[Probabilities] = out_of_fold(
        learned, recipe, classifier.codebook, learn_from=learn_from, seed=seed, hear=hear
    )
    return cases(
        learned,
        given,
        classifier.codebook,
        thresholds=classifier.card.thresholds,
        facts=facts,
    )


def contest(
    champion: Classifier,
    challenger: Classifier,
    learned: TrainingSet,
    *,
    facts: Mapping[str, Facts],
    seed: int = 0,
) -> dict[str, Comparison]:
    """Let two models judge the authored notices, and those that were added, out of the same folds.

    Args:
        learned: All that the challenger may learn from.
        facts: As in ``evaluate``; the champion learns from the notices in it only.

    Returns:
        What separates them on ``authored`` and, where there are such notices, on ``added``.

    Raises:
        ModelMismatch: The recipe of either is not known any more.
    """
    known = np.array([x.document.notice.notice_id in facts for x in learned.readings])
    sides = [
        authored_cases(
            side, learned, recipe_of(side.card), facts=facts, learn_from=learn_from, seed=seed
        )
        for side, learn_from in ((champion, known), (challenger, None))
    ]
    found = {}
    for name, ours in (("authored", True), ("added", False)):
        one, other = ([x for x in side if (x.notice_id in facts) is ours] for side in sides)
        if one:
            found[name] = compare(one, other, challenger.codebook, seed=seed)
    return found


def authored_facts(authored: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return per authored notice what only its author tells: sector, hardness, no keyword."""
    return {
        x["notice_id"]: {
            "style": x.get("style", "authored"),
            "sector": x["sector"],
            "hard": "hard" if x["hard"] else "plain",
            "keyword": "a form without its keyword" if x["without_keyword"] else "other",
        }
        for x in authored
    }


def real_cases(
    classifier: Classifier,
    notices: Mapping[str, Notice],
    judged: Mapping[str, Annotation],
    *,
    served: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Case, ...]:
    """Judge real notices with the whole classifier; arguments as in ``JudgedNotices``.

    Unsure judgements count too: the few real innovations are mostly those that people hesitate
    over. Results are broken down by ``certainty``.

    Raises:
        CorpusError: A judged notice has no text here or another one than was judged, or a
            judgement is not by a person.
    """
    weak.require_gold(judged.values())
    order = sorted(judged)
    missing = [notice_id for notice_id in order if notice_id not in notices]
    if missing:
        raise CorpusError(f"{len(missing)} judged notices have no text, such as {missing[0]}")
    for notice_id in order:
        expected = judged[notice_id].text_hash
        if expected and expected != text_hash(notices[notice_id]):
            raise CorpusError(f"{notice_id}: the text has changed since it was judged")
    chosen = [notices[notice_id] for notice_id in order]
    together = groups(list(classifier.analyzer.analyze(chosen)))
    predictions = classifier.judge_notices(chosen)
    return tuple(
        real_case(prediction, judged[notice_id], served=served.get(notice_id), group=int(group))
        for notice_id, prediction, group in zip(order, predictions, together, strict=True)
    )


def judge_traps(
    classifier: Classifier, traps: Sequence[Mapping[str, Any]]
) -> tuple[Judgement, ...]:
    """Judge each trap's passage as the description of a notice by itself."""
    judged = classifier.judge_notices([trap_notice(trap) for trap in traps])
    return tuple(x.judgement or nothing_but(x.forms) for x in judged)


def trap_notice(trap: Mapping[str, Any]) -> Notice:
    """Make a notice whose description is the passage of a trap, a line of tests/traps.jsonl."""
    return Notice(
        notice_id=trap["id"],
        source="traps",
        format="traps",
        kind="result" if trap["why"] == "award" else "competition",
        title="Aankondiging",
        description=trap["text"],
        language="nl",
    )
