"""The pages on which people judge: what there is to do, and one notice at a time.

What the model says is shown on none of them, nor what others said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from pipeline.codebook import Codebook, Label
from pipeline.corpus import annotations as judging
from pipeline.records import Annotation, Notice
from pipeline.report import dutch
from pipeline.spreadsheet import NO_MISSION
from pipeline.workplace.answers import (
    LONGEST_PASSAGE,
    UNSURE_KEY,
    Contradiction,
    Pace,
    Sent,
    keep_answer,
    keep_missions,
    label_keys,
    mission_keys,
    passage_cell,
    progress_of,
    read_missions,
)
from pipeline.workplace.duties import Duty, duties, of_duty, readings_of
from pipeline.workplace.reading import sections_of
from pipeline.workplace.seen import seen
from pipeline.workplace.visit import NotThere, Visit, address
from pipeline.workplace.words import KINDS, ORDERS, PROCEDURES, label_name

TITLES = "SELECT notice_id, title FROM notices WHERE notice_id IN (SELECT value FROM json_each(?))"

Readings = Mapping[str, Sequence[Annotation]]


def judging_overview(visit: Visit) -> Response:
    """Show the lists and draws, with where this person stands."""
    known = duties(visit.work.store).values()
    return visit.page(
        "duties.html",
        title="Beoordelen",
        duties=[_standing(x, visit) for x in known if not x.closed],
        closed=[_standing(x, visit) for x in known if x.closed],
        orders=ORDERS,
    )


def _standing(duty: Duty, visit: Visit) -> dict[str, Any]:
    ours = of_duty(duty, visit.work.annotations(duty.file))
    readings = readings_of(ours)
    return {
        "duty": duty,
        "progress": progress_of(duty, visit.person, readings),
        "people": len({x.annotator for x in ours}),
        "unread": len(set(duty.notice_ids) - set(readings)),
        "differences": len(judging.undecided(ours)),
        "why": ORDERS.get(duty.order, ""),
    }


def duty_of(visit: Visit) -> tuple[Duty, Readings]:
    """Return the duty that the address names, and what was read of it.

    Raises:
        NotThere: There is none of that name.
    """
    name = visit.path["duty"]
    duty = duties(visit.work.store).get(name)
    if duty is None:
        raise NotThere(f"no list or draw {name!r}")
    return duty, readings_of(of_duty(duty, visit.work.annotations(duty.file)))


def next_turn(visit: Visit) -> Response:
    """Go to the first notice that is this person's turn, or show what they judged."""
    duty, readings = duty_of(visit)
    if "eigen" in visit.query:
        return _done(duty, readings, visit)
    place = _next(duty, readings, visit)
    return visit.go(*place) if len(place) == 3 else _done(duty, readings, visit)


def _done(duty: Duty, readings: Readings, visit: Visit) -> Response:
    mine = [x for several in readings.values() for x in several if x.annotator == visit.person]
    own = sorted(mine, key=lambda x: duty.notice_ids.index(x.notice_id))
    titles = {x["notice_id"]: x["title"] for x in visit.work.rows(TITLES, json.dumps([*readings]))}
    return visit.page(
        "done.html",
        title=duty.title,
        duty=duty,
        left=len(duty.turns(visit.person, readings)),
        own=[(x.notice_id, titles.get(x.notice_id) or x.notice_id, _told(x, visit)) for x in own],
        differences=len(judging.undecided([x for y in readings.values() for x in y])),
    )


def _told(one: Annotation, visit: Visit) -> str:
    said = ", ".join(label_name(x, visit.work.codebook) for x in one.judgement.labels)
    return f"{said} (twijfel)" if one.unsure else said


def _next(duty: Duty, readings: Readings, visit: Visit) -> tuple[str, ...]:
    turns = duty.turns(visit.person, readings)
    free = visit.work.claims.free(duty, turns, readings, visit.person, visit.now)
    return ("beoordelen", duty.name, free) if free else ("beoordelen", duty.name)


def judge_page(visit: Visit) -> Response:
    """Show one notice, with the choices beside it."""
    duty, readings = duty_of(visit)
    return _judge(visit, duty, readings)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """A notice with the choices beside it.

    Attributes:
        heading: What is being judged: the list, the draw, or a decision.
        draft: Under what the browser keeps what is not sent yet.
        back: Where Backspace leads.
        home: Where the heading leads.
        own: What this person said of it before.
        served: Missions they said it serves; ``None`` where they left that open.
        asks_missions: Whether the missions are asked for; a decision is about the labels only.
    """

    notice: Notice
    heading: str
    draft: str
    back: str | None
    home: str
    own: Annotation | None = None
    served: tuple[str, ...] | None = None
    asks_missions: bool = False
    pace: Pace | None = None


def _judge(visit: Visit, duty: Duty, readings: Readings, *, wrong: str = "") -> Response:
    notice_id = visit.path["notice_id"]
    if notice_id not in duty.notice_ids:
        raise NotThere(f"{notice_id!r} is no part of {duty.name}")
    return choices(
        visit,
        Choices(
            notice=visit.work.notice(notice_id),
            heading=duty.title,
            draft=duty.name,
            back=_before(duty, readings, visit),
            home="/beoordelen",
            own=_own(readings, notice_id, visit.person),
            served=_served(duty, notice_id, visit),
            asks_missions=bool(visit.work.codebook.missions),
            pace=progress_of(duty, visit.person, readings),
        ),
        wrong=wrong,
    )


def choices(visit: Visit, shown: Choices, *, wrong: str = "") -> Response:
    """Show a notice with the choices beside it.

    Args:
        wrong: Why what was sent is refused.
    """
    work, notice, own = visit.work, seen(shown.notice), shown.own
    chosen = {*own.judgement.labels, *(["unsure"] if own.unsure else [])} if own else set()
    letters = label_keys(work.codebook)
    return visit.page(
        "judge.html",
        status=409 if wrong else 200,
        title=notice.title or "(zonder titel)",
        shown=shown,
        notice=notice,
        kind=KINDS[notice.kind],
        procedure=PROCEDURES.get(notice.procedure or "", notice.procedure),
        text_hash=judging.text_hash(shown.notice),
        sections=sections_of(shown.notice, (), work),
        questions=[
            {
                "id": name,
                "name": title,
                "one": name in ("degree", "openness"),
                "question": work.codebook.questions.get(name, ""),
                "labels": [
                    _choice(label, letters, chosen)
                    for label in work.codebook.labels
                    if label.judgement == name
                ],
            }
            for name, title in work.codebook.judgements.items()
        ],
        missions=_missions(work.codebook, shown.served) if shown.asks_missions else [],
        unsure_key=UNSURE_KEY,
        unsure="unsure" in chosen,
        passages=passage_cell(own),
        longest=LONGEST_PASSAGE,
        own_since=_moment(own),
        wrong=wrong,
    )


def _choice(label: Label, letters: Mapping[str, str], chosen: Iterable[str]) -> dict[str, Any]:
    return {
        "id": label.label_id,
        "name": label.name,
        "definition": label.definition,
        "key": letters[label.label_id],
        "chosen": label.label_id in set(chosen),
        "least": label.least_degree or "",
        "implies": " ".join(label.implies),
        "excludes": " ".join(label.excludes),
    }


def _missions(codebook: Codebook, served: tuple[str, ...] | None) -> list[dict[str, Any]]:
    keys = mission_keys(codebook)
    chosen = served or (() if served is None else (NO_MISSION,))
    named = [(x.label_id, x.name, x.definition) for x in codebook.missions]
    nothing = (NO_MISSION, "geen opgave", "Wat wordt gekocht dient geen van deze opgaven.")
    return [
        {"id": x, "name": name, "definition": told, "key": keys[x], "chosen": x in chosen}
        for x, name, told in (*named, nothing)
    ]


def _served(duty: Duty, notice_id: str, visit: Visit) -> tuple[str, ...] | None:
    read = read_missions(visit.work.store, duty.file, visit.work.codebook)
    own = (x for x in read if (x.notice_id, x.annotator) == (notice_id, visit.person))
    return next((x.missions for x in own), None)


def _own(readings: Readings, notice_id: str, person: str) -> Annotation | None:
    return next((x for x in readings.get(notice_id, ()) if x.annotator == person), None)


def _moment(own: Annotation | None) -> str:
    return dutch.date(own.annotated_at) if own else ""


def _before(duty: Duty, readings: Readings, visit: Visit) -> str | None:
    """Return the notice that this person judged before the one that is shown."""
    own = [x for several in readings.values() for x in several if x.annotator == visit.person]
    # Days and moments do not compare; as they are written they do.
    order = [x.notice_id for x in sorted(own, key=lambda x: x.annotated_at.isoformat())]
    here = visit.path["notice_id"]
    earlier = order[: order.index(here)] if here in order else order
    return address("beoordelen", duty.name, earlier[-1]) if earlier else None


def judgement_sent(visit: Visit) -> Response:
    """Keep a judgement and go on."""
    duty, readings = duty_of(visit)
    notice = visit.work.notice(visit.path["notice_id"])
    if duty.closed:
        return _not_kept(visit, duty, readings, "Dit is gesloten; een beheerder kan het heropenen.")
    answer = Sent(
        duty=duty,
        notice=notice,
        person=visit.person,
        form=visit.form,
        now=visit.now,
        round=duty.round_for(visit.person, readings.get(notice.notice_id, ())),
    )
    try:
        one = answer.annotation(visit.work.codebook)
        served = answer.missions(visit.work.codebook)
    except Contradiction as error:
        return _not_kept(visit, duty, readings, str(error))
    keep_answer(visit.work.store, duty.file, one, visit.work.codebook)
    if served:
        keep_missions(visit.work.store, duty.file, served, visit.work.codebook)
    duty, readings = duty_of(visit)
    place = _next(duty, readings, visit)
    return JSONResponse({"next": address(*place)}) if visit.wants_json else visit.go(*place)


def _not_kept(visit: Visit, duty: Duty, readings: Readings, wrong: str) -> Response:
    if visit.wants_json:
        return JSONResponse({"wrong": wrong}, 409)
    return _judge(visit, duty, readings, wrong=wrong)
