"""doccano: JSONL of a project for intent detection and slot filling.

``cats`` are the labels that were ticked, ``entities`` the passages; what else a line holds comes
back as it was sent. The project must allow overlapping spans. doccano cannot tell a suggestion
from a judgement, so a prediction travels as ``suggested`` and is never imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange._answers import Answer, Sitting, lines, member, several, taken_over
from pipeline.corpus.exchange._tasks import Task, chosen, facts, jsonl, suggested
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice


def export(tasks: Iterable[Task], codebook: Codebook) -> bytes:  # noqa: ARG001
    """Write one line per judgement, or one to fill in."""
    return jsonl(_entry(task, one) for task in tasks for one in task.entries)


def import_(
    body: bytes,
    codebook: Codebook,
    *,
    notices: Mapping[str, Notice],
    sitting: Sitting | None = None,
) -> tuple[Annotation, ...]:
    """Read judgements; either all of them or none. Lines without labels are passed over.

    Args:
        notices: The texts that were judged, by notice id.
        sitting: Who judged, when and in which round: doccano does not tell.

    Raises:
        CorpusError: A line is wrong; the message names it.
    """
    return taken_over(_answers(body), codebook, notices=notices, sitting=sitting)


def _entry(task: Task, one: Annotation | None) -> dict[str, object]:
    return {
        "text": task.text,
        "cats": chosen(one) if one else [],
        "entities": [list(x) for x in task.spans(one.evidence)] if one else [],
        "notice_id": task.notice.notice_id,
        "suggested": ";".join(suggested(task.prediction)),
        "facts": facts(one) if one else task.facts,
    }


def _answers(body: bytes) -> Iterator[Answer]:
    for place, entry in lines(body):
        with judging.numbered(place):
            spans = [_span(x) for x in several(entry, "entities", list)]
            if not (cats := several(entry, "cats", str)):
                if spans:
                    raise CorpusError(f"{entry.get('notice_id')}: passages but no labels")
                continue
            answer = Answer(
                place=place,
                notice_id=member(entry, "notice_id", str),
                text=member(entry, "text", str),
                chosen=cats,
                spans=spans,
                facts=member(entry, "facts", dict),
                told={},
            )
        yield answer


def _span(value: list[object]) -> tuple[int, int, str]:
    match value:
        case [int(start), int(end), str(label)]:
            return start, end, label
    raise CorpusError(f"entities: {str(value)[:80]!r} is not start, end and label")
