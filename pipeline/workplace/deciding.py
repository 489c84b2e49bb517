"""The pages on which differences between readers are decided, and how far readers agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from pipeline.corpus import annotations as judging
from pipeline.corpus.adjudication import Disagreement, adjudicate, open_disagreements
from pipeline.corpus.agreement import Alpha, agreement
from pipeline.errors import CorpusError
from pipeline.records import INNOVATION, Annotation
from pipeline.report import dutch
from pipeline.shown import masked
from pipeline.workplace.answers import Contradiction, Sent
from pipeline.workplace.duties import TAKEN, Duty, duties
from pipeline.workplace.judging import Choices, choices
from pipeline.workplace.reading import sections_of
from pipeline.workplace.seen import seen
from pipeline.workplace.visit import NotThere, Visit, Workplace, address
from pipeline.workplace.words import KINDS, label_name

# Enough for an interval of two decimals while somebody waits.
RESAMPLES = 300
SEED = 0
# Of each person the two questions that are asked of all notices.
PERSONAL = ("degree", INNOVATION)
QUESTIONS = {
    "degree": "innovatiegraad",
    INNOVATION: "innovatiegericht of niet",
    "openness": "openheid",
}
JUDGEMENTS = {"degree": "graad", "aspect": "soort", "openness": "openheid", "forms": "vormen"}


def differences(visit: Visit) -> Response:
    """Show per list and draw what is to decide, and how far readers agree."""
    return visit.page(
        "differences.html",
        title="Beslissen",
        files=list(_files(visit.work)),
    )


def _files(work: Workplace) -> Iterator[dict[str, Any]]:
    titles = {duty.file: duty.title for duty in duties(work.store).values()}
    for name in sorted(work.store.annotations_state()):
        if name in TAKEN:
            continue
        ours = work.annotations(name)
        found: dict[str, Any] = {"name": name, "title": titles.get(name, name), "wrong": ""}
        try:
            found["open"] = len(open_disagreements(ours))
            found["agreement"], found["people"] = _agreed(ours, name, work)
        except CorpusError as error:
            found |= {"open": 0, "agreement": [], "people": [], "wrong": str(error)}
        yield found


def _agreed(
    ours: Sequence[Annotation], name: str, work: Workplace
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return agreement per question, and per person with everybody else; calculated once."""
    state = name, work.store.annotations_state()[name]
    if state not in work.agreed:
        work.agreed.clear()
        work.agreed[state] = (
            [_shown(x, work) for x in _alphas(ours, work) if _told(x)],
            [
                {"person": person} | _shown(x, work)
                for person in sorted({one.annotator for one in ours})
                for x in _alphas(_with(person, ours), work)
                if x.question in PERSONAL
            ],
        )
    return work.agreed[state]


def _with(person: str, ours: Sequence[Annotation]) -> list[Annotation]:
    theirs = {x.notice_id for x in ours if x.annotator == person and x.round != "adjudicated"}
    return [x for x in ours if x.notice_id in theirs]


def _alphas(ours: Sequence[Annotation], work: Workplace) -> tuple[Alpha, ...]:
    by_notice: dict[str, int] = {}
    for one in ours:
        by_notice[one.notice_id] = by_notice.get(one.notice_id, 0) + (one.round != "adjudicated")
    if not any(count > 1 for count in by_notice.values()):
        return ()
    return agreement(ours, work.codebook, seed=SEED, resamples=RESAMPLES)


def _told(one: Alpha) -> bool:
    """Whether anybody gave the label; of the others there is nothing to agree on."""
    return one.question in QUESTIONS or one.given.get("yes", 0) > 0


def _shown(one: Alpha, work: Workplace) -> dict[str, str]:
    known = one.alpha is not None and one.low is not None and one.high is not None
    return {
        "question": QUESTIONS.get(one.question) or label_name(one.question, work.codebook),
        "notices": dutch.number(one.notices),
        "same": dutch.number(one.same),
        "alpha": dutch.number(one.alpha, 2) if one.alpha is not None else ".",
        "interval": f"{dutch.number(one.low or 0, 2)} tot {dutch.number(one.high or 0, 2)}"
        if known
        else "",
    }


def _still_open(visit: Visit) -> tuple[str, dict[str, Disagreement]]:
    name = visit.path["file"]
    if name in TAKEN or name not in visit.work.store.annotations_state():
        raise NotThere(f"no judgements {name!r}")
    return name, {x.notice_id: x for x in open_disagreements(visit.work.annotations(name))}


def next_difference(visit: Visit) -> Response:
    """Go to the first difference of a file, or back where there is none."""
    name, found = _still_open(visit)
    return visit.go("beslissen", name, next(iter(found))) if found else visit.go("beslissen")


def difference_page(visit: Visit) -> Response:
    """Show one notice with what each reader said, or the choices for another decision."""
    name, found = _still_open(visit)
    notice_id = visit.path["notice_id"]
    if notice_id not in found:
        return visit.go("beslissen", name)
    if "anders" in visit.query:
        return _otherwise(visit, name, notice_id)
    one, work = found[notice_id], visit.work
    whole = work.notice(notice_id)
    notice = seen(whole)
    duty = _duty(work, name, notice_id)
    everyone = [x for each in one.annotations for x in each.evidence]
    return visit.page(
        "difference.html",
        title=notice.title or "(zonder titel)",
        notice=notice,
        kind=KINDS[notice.kind],
        file=name,
        left=len(found),
        sections=sections_of(whole, everyone, work),
        readers=[_reader(number, x, work) for number, x in enumerate(one.annotations, 1)],
        differs=[(x, JUDGEMENTS[x]) for x in JUDGEMENTS if x in one.differs],
        judgements=JUDGEMENTS,
        read_first=address("beoordelen", duty.name, notice_id)
        if duty and visit.person not in {x.annotator for x in one.annotations}
        else None,
    )


def _reader(number: int, one: Annotation, work: Workplace) -> dict[str, Any]:
    judged, book = one.judgement, work.codebook
    return {
        "number": number,
        "name": one.annotator,
        "unsure": one.unsure,
        "said": {
            "degree": label_name(judged.degree, book),
            "aspect": ", ".join(label_name(x, book) for x in judged.aspect) or "–",
            "openness": label_name(judged.openness, book),
            "forms": ", ".join(label_name(x, book) for x in judged.forms) or "conventioneel",
        },
        "passages": [
            (label_name(x.label, book), masked(x.text))
            for x in one.evidence
            if x.section and x.text
        ],
    }


def _duty(work: Workplace, name: str, notice_id: str) -> Duty | None:
    return next(
        (x for x in duties(work.store).values() if x.file == name and notice_id in x.notice_ids),
        None,
    )


def _otherwise(visit: Visit, name: str, notice_id: str, *, wrong: str = "") -> Response:
    return choices(
        visit,
        Choices(
            notice=visit.work.notice(notice_id),
            heading="Een andere beslissing",
            draft=f"beslissing/{name}",
            back=address("beslissen", name, notice_id),
            home="/beslissen",
        ),
        wrong=wrong,
    )


def decided(visit: Visit) -> Response:
    """Keep a decision: what a reader said, or something else."""
    name, found = _still_open(visit)
    notice_id = visit.path["notice_id"]
    if notice_id in found:
        try:
            _keep(visit, name, _decision(visit, found[notice_id]))
        except Contradiction as error:
            if visit.wants_json:
                return JSONResponse({"wrong": str(error)}, 409)
            return _otherwise(visit, name, notice_id, wrong=str(error))
    # Somebody else may have decided meanwhile: then theirs holds, and there is nothing to keep.
    target = ("beslissen", name)
    return JSONResponse({"next": address(*target)}) if visit.wants_json else visit.go(*target)


def _decision(visit: Visit, one: Disagreement) -> Annotation:
    taken = [x for x in one.annotations if x.annotator == visit.sent("take")]
    if taken:
        return replace(
            taken[0],
            annotator=visit.person,
            annotated_at=visit.now.replace(microsecond=0),
            round="adjudicated",
            unsure=False,
        )
    duty = Duty(name="", file="", title="", notice_ids=())
    return Sent(
        duty=duty,
        notice=visit.work.notice(one.notice_id),
        person=visit.person,
        form=visit.form,
        now=visit.now,
        round="adjudicated",
    ).annotation(visit.work.codebook)


def _keep(visit: Visit, name: str, one: Annotation) -> None:
    store, book = visit.work.store, visit.work.codebook
    with store.exclusive("annotations"):
        history = judging.read_all(store.annotations(name), book, name=f"{name}.csv")
        in_force = judging.in_force(history)
        if one.notice_id in {x.notice_id for x in open_disagreements(in_force)}:
            store.write_annotations(name, judging.write(adjudicate(history, [one])))
