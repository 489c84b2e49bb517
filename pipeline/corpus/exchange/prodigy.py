"""Prodigy: JSONL for the interfaces ``spans_manual`` and ``choice`` (multiple) in blocks.

An answer ``accept`` is a judgement; ``ignore`` and no answer are not. A suggestion comes ticked
and marked but without an answer, so it counts only when a person accepts it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from pipeline.codebook import Codebook
from pipeline.corpus.exchange._answers import Answer, Sitting, taken_over
from pipeline.corpus.exchange._tasks import Task, chosen, facts, jsonl, options, suggested
from pipeline.corpus.exchange._untrusted import json_object, lines, member, several
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice


def export(tasks: Iterable[Task], codebook: Codebook) -> bytes:
    """Write one line per judgement, or one to answer."""
    offered = [{"id": name, "text": text} for name, text in options(codebook).items()]
    return jsonl(_entry(task, one, offered) for task in tasks for one in task.entries)


def import_(
    body: bytes,
    codebook: Codebook,
    *,
    notices: Mapping[str, Notice],
    sitting: Sitting | None = None,
) -> tuple[Annotation, ...]:
    """Read accepted answers; either all of them or none.

    Args:
        notices: The texts that were judged, by notice id.
        sitting: Who judged, when and in which round. Sessions carry names of people, so they
            are not taken for annotators: import the answers of each person apart.

    Raises:
        CorpusError: A line is wrong; the message names it.
    """
    return taken_over(lines(body), _answers, codebook, notices=notices, sitting=sitting)


def _entry(task: Task, one: Annotation | None, offered: list[dict[str, str]]) -> dict[str, object]:
    prediction = task.prediction
    evidence = one.evidence if one else prediction.evidence if prediction else ()
    entry: dict[str, object] = {
        "text": task.text,
        "spans": [
            {"start": start, "end": end, "label": label}
            for start, end, label in task.spans(evidence)
        ],
        "options": offered,
        "accept": chosen(one) if one else suggested(prediction),
        "meta": {"notice_id": task.notice.notice_id},
        "facts": facts(one) if one else task.facts,
    }
    return entry | {"answer": "accept"} if one else entry


def _answers(line: str) -> Iterator[Answer]:
    entry = json_object(line)
    if (answer := entry.get("answer")) in {None, "ignore"}:
        return
    if answer != "accept":
        raise CorpusError(f"answer is {str(answer)[:80]!r}; expected accept or ignore")
    yield Answer(
        notice_id=member(member(entry, "meta", dict), "notice_id", str),
        text=member(entry, "text", str),
        chosen=several(entry, "accept", str),
        spans=[_span(x) for x in several(entry, "spans", dict)],
        facts=member(entry, "facts", dict),
        told=_told(entry),
    )


def _span(value: Mapping[str, object]) -> tuple[int, int, str]:
    return member(value, "start", int), member(value, "end", int), member(value, "label", str)


def _told(entry: Mapping[str, object]) -> dict[str, str]:
    stamp = entry.get("_timestamp")
    if not isinstance(stamp, int | float):
        return {}
    return {"annotated_at": dt.datetime.fromtimestamp(stamp, dt.UTC).date().isoformat()}
