"""doccano: JSONL of a project for intent detection and slot filling.

``cats`` are the labels that were ticked, ``entities`` the passages; what else a line holds comes
back as it was sent. That kind of project shows no overlapping passages, and the kind that does has
no labels for the whole text. So of those that overlap the first is sent, and the others wait among
the facts. doccano cannot tell a suggestion from a judgement, so a prediction travels as
``suggested`` and is never imported.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from pipeline.codebook import Codebook
from pipeline.corpus.exchange._answers import Answer, Sitting, taken_over
from pipeline.corpus.exchange._tasks import (
    UNSHOWN,
    Task,
    chosen,
    facts,
    jsonl,
    options,
    suggested,
)
from pipeline.corpus.exchange._untrusted import MOST_BYTES, json_object, lines, member, several
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice
from pipeline.store import short_hash

STEPS = (
    "doccano: make a project for Intent Detection and Slot Filling, each reader their own labels "
    "(no shared annotations).",
    "Labels, Import Labels: .category-labels.json under Category, .span-labels.json under Span. "
    "Then Dataset, Import Dataset, JSONL.",
    "User names become annotators: give pseudonyms, no names. When it is judged: Dataset, Export "
    "Dataset, JSONL; the archive is imported as it is.",
)

ZIP = b"PK\x03\x04"
OWN_NUMBER = re.compile(r'\{"id":\s*(\d+)')
# doccano's file of labels that nobody signed for.
UNKNOWN = "unknown"


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
        sitting: Who judged, when and in which round: doccano tells at most who, in an archive
            with a file per reader.

    Raises:
        CorpusError: A line is wrong; the message names it.
    """
    return taken_over(_entries(body), _of_line, codebook, notices=notices, sitting=sitting)


def label_files(codebook: Codebook) -> dict[str, bytes]:
    """Write the labels that can be ticked, and those that can mark a passage."""
    passages = [label.label_id for label in codebook.labels]
    return {
        ".category-labels.json": _labels(options(codebook)),
        ".span-labels.json": _labels(passages),
    }


def lost(tasks: Iterable[Task]) -> int:
    """Count the passages that overlap others, which doccano would drop."""
    return sum(
        len(_apart(task, one)[1]) for task in tasks for one in task.entries if one is not None
    )


def _labels(names: Iterable[str]) -> bytes:
    return json.dumps([{"text": x, "background_color": _colour(x)} for x in names]).encode()


def _colour(name: str) -> str:
    """A light colour of its own for each label, on which black letters can be read."""
    parts = bytes.fromhex(short_hash(name))[:3]
    return "#" + "".join(f"{160 + part % 90:02x}" for part in parts)


def _entry(task: Task, one: Annotation | None) -> dict[str, object]:
    spans, unshown = _apart(task, one) if one else ([], [])
    known = facts(one) | {UNSHOWN: unshown} if one and unshown else facts(one) if one else {}
    return {
        "text": task.text,
        "cats": chosen(one) if one else [],
        "entities": [list(x) for x in spans],
        "notice_id": task.notice.notice_id,
        "suggested": ";".join(suggested(task.prediction)),
        "facts": known or task.facts,
    }


def _apart(
    task: Task, one: Annotation
) -> tuple[list[tuple[int, int, str]], list[tuple[object, ...]]]:
    """Part the passages into those that doccano can show and the places of the others."""
    shown: list[tuple[int, int, str]] = []
    unshown: list[tuple[object, ...]] = []
    for each in one.evidence:
        for start, end, label in task.spans([each]):
            if any(start < other[1] and other[0] < end for other in shown):
                unshown.append((each.label, each.section, each.start, each.end))
            else:
                shown.append((start, end, label))
    return shown, unshown


def _entries(body: bytes) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield the lines of a file, or of an archive with one file per annotator."""
    if not body.startswith(ZIP):
        yield from ((_numbered(place, line), (line, None)) for place, line in lines(body))
        return
    for name, member_body in _members(body):
        annotator = None if name == UNKNOWN else name
        for place, line in lines(member_body):
            yield f"{name}.jsonl, {_numbered(place, line)}", (line, annotator)


def _members(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield who judged, and what, of an archive.

    Raises:
        CorpusError: It is damaged, too large, or holds anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            size = sum(x.file_size for x in archive.infolist())
            if size > MOST_BYTES:
                raise CorpusError(f"the files are {size} bytes; at most {MOST_BYTES} are read")
            for each in archive.infolist():
                path = PurePosixPath(each.filename)
                if path.suffix != ".jsonl":
                    raise CorpusError(
                        f"{each.filename} in the archive; expected .jsonl",
                        hint="In doccano choose Export dataset, JSONL.",
                    )
                if inside := archive.read(each):
                    yield path.stem, inside
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise CorpusError(f"the archive is damaged: {error}") from None


def _numbered(place: str, line: str) -> str:
    """Add the number by which doccano knows the line."""
    own = OWN_NUMBER.match(line)
    return f"{place}, example {own[1]}" if own else place


def _of_line(given: tuple[str, str | None]) -> Iterator[Answer]:
    line, annotator = given
    entry = json_object(line)
    spans = [_span(x) for x in several(entry, "entities", list)]
    cats = several(entry, "cats", str)
    if spans and not cats:
        raise CorpusError(f"{entry.get('notice_id')}: passages but no labels")
    if cats:
        yield Answer(
            notice_id=member(entry, "notice_id", str),
            text=member(entry, "text", str),
            chosen=cats,
            spans=spans,
            facts=member(entry, "facts", dict),
            told={"annotator": annotator} if annotator else {},
        )


def _span(value: list[object]) -> tuple[int, int, str]:
    match value:
        case [int(start), int(end), str(label)]:
            return start, end, label
    raise CorpusError(f"entities: {str(value)[:80]!r} is not start, end and label")
