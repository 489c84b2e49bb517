"""A list of notices to judge, made of what was found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from pipeline.corpus.draws import drawn_ids
from pipeline.errors import ModelNotFound, SettingsError
from pipeline.evaluation.suspects import kept_suspects
from pipeline.evaluation.turns import judgement_counts, judgement_history
from pipeline.labels.queue import Unjudged, to_judge
from pipeline.records import Suspect
from pipeline.workplace.catalogue import cell_labels
from pipeline.workplace.duties import close_duty, make_list, reopen_duty
from pipeline.workplace.finding import rows_of, wanted_of
from pipeline.workplace.judging import duty_of
from pipeline.workplace.visit import Visit, Workplace
from pipeline.workplace.words import ORDERS

# Comparing each with all that was read takes seconds for this many.
MOST_COMPARED = 4000
MOST_LISTED = 2000
# Decides between equals.
SEED = 1


def list_made(visit: Visit) -> Response:
    """Keep a list of what a search finds, in the order that was asked for.

    Raises:
        SettingsError: Nothing would stand in it, or its title is no title.
    """
    order = visit.sent("order", "list")
    if order not in ORDERS:
        raise SettingsError(f"{order!r} is no order; known: {', '.join(ORDERS)}")
    length = min(_number(visit.sent("length"), 200), MOST_LISTED)
    finder = visit.work.finder
    asked = wanted_of(QueryParams(visit.sent("query")))
    hits = finder.find(asked, withheld=visit.work.withheld(visit.person))
    most = length if order == "list" else MOST_COMPARED
    # Those of a draw fall out, so a few more are looked at.
    found = list(rows_of(finder, hits.numbers[: most + len(drawn_ids(visit.work.store))].tolist()))
    if order != "list":
        found = _queued(found, order, length, visit.work)
    duty = make_list(
        visit.work.store,
        visit.sent("title"),
        [x["notice_id"] for x in found],
        length=length,
        order=order,  # type: ignore[arg-type]
        by=visit.person,
        on=visit.now.date(),
        readers=1 if visit.sent("readers") == "1" else 2,
    )
    return visit.go("beoordelen", duty.name)


def closed(visit: Visit) -> Response:
    """Close a list or a draw."""
    duty, _ = duty_of(visit)
    close_duty(visit.work.store, duty.name, by=visit.person, on=visit.now.date())
    return visit.go("beoordelen")


def reopened(visit: Visit) -> Response:
    """Open a list or a draw again."""
    duty, _ = duty_of(visit)
    reopen_duty(visit.work.store, duty.name)
    return visit.go("beoordelen")


def _number(text: str, default: int) -> int:
    return max(1, int(text)) if text.isdigit() and len(text) < 7 else default


def _queued(
    found: Sequence[Mapping[str, Any]], order: str, length: int, work: Workplace
) -> list[Mapping[str, Any]]:
    """Put notices in the order in which the queue would have them judged."""
    history = judgement_history(work.store, work.codebook)
    by_id = {x["notice_id"]: x for x in found}
    texts = {x["notice_id"]: f"{x['title']} {x['description']}" for x in work.store.authored()}
    judged = (
        dict.fromkeys(history, "")
        | texts
        | {name: row["text"] or "" for name, row in by_id.items() if name in history}
    )
    models = {x["model_id"] for x in found if x["model_id"]}
    doubted = [one for model in models for one in _suspects(model, judgement_counts(history), work)]
    queue = to_judge(
        [_unjudged(x) for x in found if x["model_id"]],
        work.codebook,
        judged=judged,
        mix={order: 1.0},
        length=length,
        seed=SEED,
        suspects=[x for x in doubted if x.notice_id in by_id],
        drawn=drawn_ids(work.store),
    )
    return [by_id[x.notice_id] for x in queue]


def _suspects(model: str, counts: dict[str, int], work: Workplace) -> Iterable[Suspect]:
    try:
        return kept_suspects(work.store, model, counts) or ()
    except ModelNotFound:
        return ()


def _unjudged(row: Mapping[str, Any]) -> Unjudged:
    names = ("degree", "aspect", "openness", "forms")
    return Unjudged(
        notice_id=row["notice_id"],
        text=row["text"] or "",
        probabilities=json.loads(row["probabilities"] or "{}"),
        chosen=tuple(x for name in names for x in cell_labels(row[name])),
        rules=None if row["rules"] is None else tuple(cell_labels(row["rules"])),
    )
