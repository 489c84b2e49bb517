"""The page about the model: what it is worth, how to teach it, which one is in use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from pipeline.errors import CorpusError, ModelError, PipelineError
from pipeline.evaluation import gate
from pipeline.evaluation.suspects import kept_suspects
from pipeline.evaluation.turns import judgement_counts, judgement_history
from pipeline.learning import promotions, shelf
from pipeline.records import INNOVATION, ModelCard, Suspect
from pipeline.report import dutch
from pipeline.workplace.curve import curve_of
from pipeline.workplace.drifting import drift_of
from pipeline.workplace.duties import duties
from pipeline.workplace.jobs import Said, Step
from pipeline.workplace.lessons import lesson_options, teaching
from pipeline.workplace.progress import job_told
from pipeline.workplace.visit import Visit, Workplace
from pipeline.workplace.words import label_name

MOST_SUSPECTS = 30
TRAIN, READ = "train", "read"
SETS = {
    "authored": "Aankondigingen die voor dit project zijn geschreven",
    "added": "Aankondigingen die u hier beoordeelde",
}
FIGURES = {
    "innovation-oriented F1": "Innovatiegericht of niet",
    "degree macro-F1": "Innovatiegraad, elke graad even zwaar",
    "degree kappa": "Innovatiegraad, grote fouten tellen zwaarder",
    "forms micro-F1": "Inkoopvormen samen",
    "forms macro-F1": "Inkoopvormen, elke vorm even zwaar",
}


def model(visit: Visit) -> Response:
    """Show the model in use, a new one beside it, and what to do."""
    work = visit.work
    champion, trouble = _champion(work)
    job, last = job_told(visit), work.jobs.last(TRAIN)
    return visit.page(
        "model.html",
        title="Model",
        champion=champion,
        worth=list(_worth(champion["card"])) if champion else [],
        trouble=trouble,
        job=job,
        files=teaching(work),
        candidate=_candidate(last, champion, work),
        suspects=list(_suspects(work)),
        history=_history(work)[::-1],
        unread=_unread(work),
        drift=drift_of(work),
        curve=curve_of(work),
    )


def _champion(work: Workplace) -> tuple[dict[str, Any] | None, str]:
    try:
        promoted = promotions.champion(work.store)
        card = _card(work, promoted.model_id)
    except ModelError as error:
        return None, str(error)
    return {"promoted": promoted, "since": _day(promoted.on), "card": card}, ""


def _card(work: Workplace, model_id: str) -> ModelCard:
    return shelf.read_card(model_id, work.store.model_files(model_id))


def _day(moment: str) -> str:
    return dutch.date(datetime.fromisoformat(moment).date())


def _worth(card: ModelCard) -> Iterator[str]:
    """Say in words what was measured out of fold."""
    for name, title in SETS.items():
        told = card.metrics.get(name, {}).get(INNOVATION)
        if not told:
            continue
        precision, recall = told["precision"], told["recall"]
        yield (
            f"{title}: van de 100 die het model innovatiegericht noemt, zijn er {_of(precision)} "
            f"dat ook, en van de 100 die het zijn, vindt het er {_of(recall)}."
        )


def _of(figure: Mapping[str, float | None]) -> str:
    value, low, high = (figure[x] for x in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "een onbekend aantal van"
    return f"{dutch.number(100 * value)} ({dutch.number(100 * low)} tot {dutch.number(100 * high)})"


def teach(visit: Visit) -> Response:
    """Begin to train, measure and compare."""
    work = visit.work
    if not teaching(work):
        raise CorpusError("there are no judgements to learn from", hint="Judge a list first.")
    paths, notices = lesson_options(work)

    def made(said: Said) -> str:
        return said["train"].strip().splitlines()[-1]

    steps = [
        Step(
            name="train",
            title="Leren van de oordelen",
            arguments=lambda _: ["train", *paths, *notices],
        ),
        Step(
            name="evaluate",
            title="Meten op aankondigingen die het niet zag",
            arguments=lambda said: ["evaluate", "--model", made(said), *notices],
        ),
        Step(
            name="compare",
            title="Vergelijken met het model in gebruik",
            arguments=lambda said: ["compare", made(said), *paths, *notices, "--json"],
        ),
    ]
    work.jobs.start(TRAIN, "Een nieuw model", steps, by=visit.person)
    return visit.go("model")


def read_all_notices(visit: Visit) -> Response:
    """Let the model in use read what it has not read, and make the index anew."""
    inputs = list(map(str, visit.work.inputs))
    step = Step(
        name="index",
        title="Het model leest wat het nog niet las",
        arguments=lambda _: ["index", "--score", *inputs],
    )
    visit.work.jobs.start(READ, "Aankondigingen lezen", [step], by=visit.person)
    return visit.go("model")


def _unread(work: Workplace) -> int:
    (row,) = work.rows("SELECT count(*) AS n FROM notices WHERE model_id IS NULL")
    return int(row["n"])


def _candidate(
    job: Mapping[str, Any] | None, champion: Mapping[str, Any] | None, work: Workplace
) -> dict[str, Any] | None:
    """Return the model that was trained last, unless it is in use."""
    if job is None:
        return None
    model_id = job["outputs"]["train"].strip().splitlines()[-1]
    if champion and champion["promoted"].model_id == model_id:
        return None
    try:
        card = _card(work, model_id)
        failures = gate.check(card, gate.bounds(work.store))
    except PipelineError:
        return None
    return {
        "id": model_id,
        "learned": card.training.get("added", {}).get("judgements", 0),
        "worth": list(_worth(card)),
        "sets": [
            (SETS[name], [_difference(x) for x in told["differences"]])
            for name, told in json.loads(job["outputs"]["compare"]).items()
        ],
        "failures": failures,
    }


def _difference(told: Mapping[str, Any]) -> dict[str, str]:
    low, high = told["low"], told["high"]
    if low is None or high is None:
        verdict = "niet te zeggen"
    elif low > 0:
        verdict = "beter"
    elif high < 0:
        verdict = "slechter"
    else:
        verdict = "geen aantoonbaar verschil"
    return {
        "name": FIGURES.get(told["name"], told["name"]),
        "before": _points(told["champion"]),
        "after": _points(told["challenger"]),
        "interval": f"{_points(low)} tot {_points(high)}" if low is not None else "",
        "verdict": verdict,
    }


def _points(value: float | None) -> str:
    return "." if value is None else dutch.number(100 * value, 1)


def suspects_of(work: Workplace) -> list[tuple[Suspect, str]]:
    """Return what people here said and a model that never saw it is sure is otherwise.

    Returns:
        Each with the list in which it can be judged again; authored notices stand in none.
    """
    places = {x: duty.name for duty in duties(work.store).values() for x in duty.notice_ids}
    if not places:
        return []
    state = work.store.annotations_state()
    if work.counted is None or work.counted[0] != state:
        counts = judgement_counts(judgement_history(work.store, work.codebook))
        work.counted = state, counts
    try:
        name = promotions.champion(work.store).model_id
        found = kept_suspects(work.store, name, work.counted[1]) or ()
    except ModelError:
        return []
    return [(x, places[x.notice_id]) for x in found if x.notice_id in places]


def _suspects(work: Workplace) -> Iterator[dict[str, Any]]:
    for one, duty in suspects_of(work)[:MOST_SUSPECTS]:
        name = (
            "innovatiegericht" if one.label == INNOVATION else label_name(one.label, work.codebook)
        )
        yield {
            "notice_id": one.notice_id,
            "said": name if one.given else f"niet {name}",
            "sure": dutch.percentage(1 - one.confidence, 0),
            "duty": duty,
        }


def _history(work: Workplace) -> list[dict[str, Any]]:
    try:
        found = promotions.history(work.store)
    except ModelError:
        return []
    return [
        {
            "promotion": x,
            "on": _day(x.on),
            "last": x is found[-1],
            # One whose folder is gone cannot be taken into use again.
            "there": work.store.has_model(x.model_id),
        }
        for x in found
    ]


def promote_model(visit: Visit) -> Response:
    """Take a model into use, also an earlier one.

    Raises:
        GateFailed: It misses a bound and there is no reason.
    """
    gate.promote(
        visit.work.store,
        visit.sent("model_id"),
        by=visit.person,
        on=visit.now.isoformat(),
        reason=visit.sent("reason"),
    )
    return visit.go("model")
