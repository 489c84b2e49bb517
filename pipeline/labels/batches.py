"""Batches of notices through a classifier: in this process, or in several.

A process that has none yet loads the classifier itself; only its description travels.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline import parallel
from pipeline.codebook import Codebook
from pipeline.errors import NoticeError
from pipeline.labels import output as out
from pipeline.labels.table import Value, line
from pipeline.notices import collect
from pipeline.records import ROW, ModelCard, Notice, Prediction, RawNotice, Unreadable
from pipeline.settings import Settings
from pipeline.sources.files import raw_notices

if TYPE_CHECKING:
    import pandas as pd

# A notebook does not record when it read a notice.
UNDATED = dt.datetime.fromtimestamp(0, dt.UTC)


class Judging(Protocol):
    """What a batch needs of a classifier."""

    settings: Settings
    card: ModelCard
    codebook: Codebook

    @classmethod
    def load(cls, model_id: str | None = None, *, settings: Settings | None = None) -> Judging:
        """Load it from the shelf."""

    def judge_notices(self, notices: Sequence[Notice]) -> list[Prediction]:
        """Judge a batch, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a process needs to know to classify a batch; small enough to travel with each."""

    kind: type[Judging]
    home: Path
    analyzer: str
    model_id: str
    format_name: str

    @classmethod
    def of(cls, classifier: Judging, format_name: str) -> Task:
        """Say how to load the same classifier elsewhere."""
        return cls(
            kind=type(classifier),
            home=classifier.settings.home,
            analyzer=classifier.settings.analyzer,
            model_id=classifier.card.model_id,
            format_name=format_name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one raw notice: an encoded line, or the reason why there is none."""

    source_id: str
    notice_id: str = ""
    encoded: bytes = b""
    reason: str = ""


def classify_batch(task: Task, batch: Sequence[RawNotice | Unreadable]) -> list[Result]:
    """Classify a batch in a process of its own, which loads the model once."""
    return classify_with(_classifier(task), task.format_name, batch)


def classify_with(
    classifier: Judging, format_name: str, batch: Sequence[RawNotice | Unreadable]
) -> list[Result]:
    """Read and judge a batch of raw notices.

    Returns:
        One result per raw notice, in order.
    """
    outcomes = [_read(raw) for raw in batch]
    notices = [notice for notice in outcomes if not isinstance(notice, str)]
    predictions = iter(classifier.judge_notices(notices))
    results = []
    for raw, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, str):
            results.append(Result(source_id=raw.source_id, reason=outcome))
            continue
        values = line(next(predictions), classifier.codebook)
        results.append(
            Result(
                source_id=raw.source_id,
                notice_id=outcome.notice_id,
                encoded=out.encode(format_name, values),
            )
        )
    return results


def lines_of(
    classifier: Judging,
    inputs: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    jobs: int = 1,
) -> list[dict[str, Value]]:
    """Classify a table or files and keep the lines in memory; see ``Classifier.predict``.

    Raises:
        NoticeError: A notice cannot be read.
    """
    raws = _paths(inputs) if isinstance(inputs, str | Path | Sequence) else _rows(inputs)
    batches = parallel.batches(raws, classifier.settings.batch_size)
    classify = partial(classify_with, classifier, "jsonl")
    if jobs > 1:
        task = Task.of(classifier, "jsonl")
        classify = partial(classify_batch, task)
    lines = []
    for results in parallel.ordered(classify, batches, jobs=jobs):
        for result in results:
            if result.reason:
                raise NoticeError(f"{result.source_id}: {result.reason}")
            lines.append(json.loads(result.encoded))
    return lines


def _rows(table: pd.DataFrame) -> Iterator[RawNotice]:
    for number, values in enumerate(table.to_dict("records"), 1):
        known = {str(name): value for name, value in values.items() if not _missing(value)}
        yield RawNotice(
            source="frame",
            source_id=f"frame#{number}",
            url="",
            fetched_at=UNDATED,
            media_type=ROW,
            body=json.dumps(known, default=str).encode(),
        )


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _paths(inputs: str | Path | Sequence[str | Path]) -> Iterator[RawNotice | Unreadable]:
    paths = [inputs] if isinstance(inputs, str | Path) else inputs
    return raw_notices(paths, columns={}, now=UNDATED)


def _read(raw: RawNotice | Unreadable) -> Notice | str:
    if isinstance(raw, Unreadable):
        return raw.reason
    try:
        return collect.read_notice(raw)
    except NoticeError as error:
        return str(error)


@cache
def _classifier(task: Task) -> Judging:
    given = Settings(home=task.home, analyzer=task.analyzer)
    return task.kind.load(task.model_id, settings=given)
