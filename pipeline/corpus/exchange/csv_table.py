"""CSV: the columns of our own annotation files, with the text next to them to judge by.

A notice that nobody judged is a line without labels; it is filled in, or passed over at import.
``suggested``, ``title`` and ``text`` are for the reader's eyes and not read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.dutch_excel import require_none
from pipeline.corpus.exchange._answers import Sitting, keep
from pipeline.corpus.exchange._tasks import Task, suggested
from pipeline.corpus.exchange._untrusted import decoded
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice
from pipeline.spreadsheet import csv_table

JUDGED = ("degree", "aspect", "openness", "forms")
READ_ONLY = ("suggested", "title", "text")

# What a cell of a spreadsheet holds (Excel specifications and limits).
LONGEST_CELL = 32_767


def export(tasks: Iterable[Task], codebook: Codebook) -> bytes:
    """Write one line per judgement, or one to fill in."""
    lines = (line for task in tasks for line in _lines(task, codebook))
    return csv_table((*judging.COLUMNS, *READ_ONLY), lines)


def import_(
    body: bytes,
    codebook: Codebook,
    *,
    notices: Mapping[str, Notice],
    sitting: Sitting | None = None,
) -> tuple[Annotation, ...]:
    """Read judgements; either all of them or none.

    Args:
        notices: The texts that were judged, by notice id.
        sitting: Fills empty cells of who, when and which round.

    Raises:
        CorpusError: Lines are wrong; the message names them all.
    """
    taken: dict[tuple[str, str, str], Annotation] = {}
    faults = []
    for number, values in judging.cells(decoded(body), name="csv"):
        if not any(values[name] for name in JUDGED):
            continue
        try:
            with judging.numbered(f"csv, line {number}"):
                filled = values | {name: values[name] or said for name, said in _said(sitting)}
                keep(judging.annotation(filled, codebook), taken, notices)
        except CorpusError as error:
            faults.append(error)
    require_none(faults)
    return tuple(taken[key] for key in sorted(taken))


def _lines(task: Task, codebook: Codebook) -> Iterator[dict[str, object]]:
    for name, value in (("notice_id", task.notice.notice_id), ("draw_id", task.draw_id or "")):
        judging.refuse_formula(name, value)
    shown: dict[str, object] = {
        "suggested": ";".join(suggested(task.prediction)),
        "title": _shown(task.notice.title),
        "text": _shown(task.text),
    }
    for one in task.entries:
        if one is None:
            facts: dict[str, object] = dict(task.facts)
            basis = {
                "codebook_version": str(codebook.version),
                "codebook_fingerprint": codebook.meaning,
                "unsure": "false",
            }
            yield {"notice_id": task.notice.notice_id} | facts | basis | shown
        else:
            yield judging.texts(one) | shown


def _said(sitting: Sitting | None) -> list[tuple[str, str]]:
    if sitting is None:
        return []
    return [
        ("annotator", sitting.annotator or ""),
        ("annotated_at", sitting.annotated_at.isoformat()),
        ("round", sitting.round or "first"),
    ]


def _shown(text: str) -> str:
    """Put text on one line, with room for the apostrophe that a formula gets."""
    return " ".join(text.split())[: LONGEST_CELL - 1]
