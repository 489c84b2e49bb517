"""Label Studio: JSON of tasks with predictions and annotations, and the labelling interface.

One task per notice. ``id`` of a result names the judgement it belongs to, which is how facts find
their annotation back; it becomes the name of a style, so it holds letters, digits and hyphens only:
a passage with a slash in its id has no colour. Predictions stay predictions: only annotations are
imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lxml import etree

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange._answers import Answer, Sitting, taken_over
from pipeline.corpus.exchange._tasks import (
    UNSURE,
    Task,
    chosen,
    facts,
    options,
    suggested,
)
from pipeline.corpus.exchange._untrusted import decoded, loaded, member, several
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice, Prediction
from pipeline.spreadsheet import CONVENTIONAL
from pipeline.store import short_hash

Result = dict[str, object]

# What results of a prediction are named after.
MODEL = "model"

CHOOSE_JSON = "In Label Studio choose Export, JSON: it alone holds who judged what."
OTHER_FORMATS = {
    "CoNLL": re.compile(r"-DOCSTART-"),
    "TSV": re.compile(r"[^\n{\[]*\t"),
    "CSV": re.compile(r"\s*\"?[a-z_]+\"?,"),
}

STEPS = (
    "Label Studio: make a project, and paste the .xml under Settings, Labeling Interface, Code.",
    "For two readers: Settings, Quality, 2 annotations per task, or `maximum_annotations` 2 by its "
    "API. Everybody starts with the button Label All Tasks.",
    "When it is judged: Export, JSON (no other of its formats holds who judged what).",
)


def export(tasks: Iterable[Task], codebook: Codebook) -> bytes:
    """Write one task per notice, with its predictions and annotations."""
    return json.dumps([_task(task, codebook) for task in tasks], ensure_ascii=False).encode()


def import_(
    body: bytes,
    codebook: Codebook,
    *,
    notices: Mapping[str, Notice],
    sitting: Sitting | None = None,
) -> tuple[Annotation, ...]:
    """Read the annotations of all tasks; either all of them or none.

    Args:
        notices: The texts that were judged, by notice id.
        sitting: Who judged, when and in which round; without it the tool's user number, its
            date, and the order in which a task was judged. An exported judgement that was
            changed is one of whoever changed it, in round adjudicated.

    Raises:
        CorpusError: A task is wrong; the message names it.
    """
    return taken_over(_entries(body), _of_task, codebook, notices=notices, sitting=sitting)


def interface(codebook: Codebook) -> bytes:
    """Write the labelling interface (XML, to be pasted into the project's settings), in Dutch."""
    view = etree.Element("View")
    etree.SubElement(view, "Header", value="$title")
    etree.SubElement(view, "Header", value="Bewijs: kies een label en markeer de passage")
    passages = etree.SubElement(view, "Labels", name="evidence", toName="text", choice="single")
    for label in codebook.labels:
        etree.SubElement(
            passages, "Label", value=label.name, alias=label.label_id, hint=label.definition
        )
    etree.SubElement(view, "Text", name="text", value="$text", granularity="symbol")
    names = options(codebook)
    for judgement, title in codebook.judgements.items():
        etree.SubElement(view, "Header", value=title)
        box = _box(view, judgement, single=judgement in {"degree", "openness"})
        for label_id in codebook.of(judgement):
            hint = codebook.label(label_id).definition
            etree.SubElement(box, "Choice", value=names[label_id], alias=label_id, hint=hint)
        if judgement == "forms":
            etree.SubElement(box, "Choice", value=names[CONVENTIONAL], alias=CONVENTIONAL)
    etree.SubElement(_box(view, UNSURE, single=False), "Choice", value=names[UNSURE], alias=UNSURE)
    return etree.tostring(view, encoding="utf-8", pretty_print=True)


def _box(view: etree._Element, name: str, *, single: bool) -> etree._Element:
    box = etree.SubElement(
        view, "Choices", name=name, toName="text", choice="single" if single else "multiple"
    )
    if single:
        box.set("required", "true")
    return box


def _task(task: Task, codebook: Codebook) -> dict[str, object]:
    return {
        "data": {
            "notice_id": task.notice.notice_id,
            "title": task.notice.title,
            "text": task.text,
            "facts": task.facts,
            "judgements": {_name(one): facts(one) for one in task.annotations},
        },
        "predictions": [_prediction(task, task.prediction, codebook)] if task.prediction else [],
        "annotations": [
            {
                "result": _results(
                    _name(one), chosen(one), task, task.spans(one.evidence), codebook
                ),
                "was_cancelled": False,
                "ground_truth": False,
            }
            for one in task.annotations
        ],
    }


def _name(one: Annotation) -> str:
    return "j" + short_hash(f"{one.round}/{one.annotator}")


def _prediction(task: Task, one: Prediction, codebook: Codebook) -> dict[str, object]:
    results = _results(MODEL, suggested(one), task, task.spans(one.evidence), codebook)
    return {"model_version": one.model_id, "result": results} | (
        {"score": 1 - one.probabilities["none"]} if "none" in one.probabilities else {}
    )


def _results(
    name: str,
    ticked: list[str],
    task: Task,
    spans: list[tuple[int, int, str]],
    codebook: Codebook,
) -> list[Result]:
    homes = {label.label_id: label.judgement for label in codebook.labels}
    homes |= {CONVENTIONAL: "forms", UNSURE: UNSURE}
    results = []
    for box in dict.fromkeys(homes[x] for x in ticked):
        here = [x for x in ticked if homes[x] == box]
        results.append(_result(f"{name}-{box}", box, "choices", {"choices": here}))
    for number, (start, end, label) in enumerate(spans):
        passage = {
            "start": start,
            "end": end,
            "text": task.text[start:end],
            "labels": [label],
        }
        results.append(_result(f"{name}-evidence-{number}", "evidence", "labels", passage))
    return results


def _result(name: str, box: str, kind: str, value: dict[str, object]) -> Result:
    return {"id": name, "from_name": box, "to_name": "text", "type": kind, "value": value}


def _entries(body: bytes) -> Iterator[tuple[str, object]]:
    text = decoded(body)
    for kind, begins in OTHER_FORMATS.items():
        if begins.match(text):
            raise CorpusError(f"this is {kind}", hint=CHOOSE_JSON)
    for number, task in enumerate(member({"file": loaded(text)}, "file", list), 1):
        own = task.get("id", number) if isinstance(task, dict) else number
        yield f"task {own}", task


def _of_task(entry: object) -> Iterator[Answer]:
    task = member({"task": entry}, "task", dict)
    if "data" not in task and "notice_id" in task:
        raise CorpusError("a task without data, as in JSON-MIN", hint=CHOOSE_JSON)
    given = member(task, "data", dict)
    newly = 0
    for one in sorted(several(task, "annotations", dict), key=lambda x: str(x.get("created_at"))):
        if one.get("was_cancelled"):
            continue
        results = several(one, "result", dict)
        exported = _facts(results, member(given, "judgements", dict))
        newly += exported is None
        yield Answer(
            notice_id=member(given, "notice_id", str),
            text=member(given, "text", str),
            chosen=[x for r in results if r["type"] == "choices" for x in _ticked(r)],
            spans=[x for r in results if r["type"] == "labels" for x in _spans(r, given["text"])],
            facts=member(given, "facts", dict) if exported is None else exported,
            told=_told(one, newly if exported is None else 0),
        )


def _facts(
    results: Sequence[Mapping[str, object]], judgements: Mapping[str, dict[str, object]]
) -> dict[str, object] | None:
    """Find what was exported with this annotation, by the names of its results."""
    names = {str(r.get("id")).partition("-")[0] for r in results} & set(judgements)
    if len(names) > 1:
        raise CorpusError(f"one annotation with results of several: {', '.join(sorted(names))}")
    return judgements[names.pop()] if names else None


def _ticked(result: Mapping[str, object]) -> list[str]:
    return several(member(result, "value", dict), "choices", str)


def _spans(result: Mapping[str, object], text: str) -> Iterator[tuple[int, int, str]]:
    value = member(result, "value", dict)
    start, end = member(value, "start", int), member(value, "end", int)
    # Label Studio writes line breaks within a passage in ways of its own.
    marked = str(value.get("text", text[start:end])).replace("\\n", " ")
    if marked.split() != text[start:end].split():
        raise CorpusError(f"characters {start} to {end} are not the words that were marked")
    for label in several(value, "labels", str):
        yield start, end, label


def _told(one: Mapping[str, object], newly: int) -> dict[str, str]:
    """Who changed it last and when; the user's number, never the address that may stand with it."""
    users = (one.get("updated_by"), one.get("completed_by"))
    numbers = (x.get("id") if isinstance(x, dict) else x for x in users)
    user = next((x for x in numbers if isinstance(x, int)), None)
    # Every further reading is a second one: whoever made it has not seen those before.
    told = {"round": judging.ROUNDS[min(newly, 2) - 1]} if newly else {}
    if user is not None:
        told["annotator"] = f"label-studio-{user}"
    if isinstance(moment := one.get("updated_at") or one.get("created_at"), str):
        told["annotated_at"] = f"{moment[:19]}+00:00"
    return told
