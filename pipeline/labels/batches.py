"""Batches of notices through a classifier: in this process, or in several.

A process that has none yet loads the classifier itself; only its description travels there, and
only records travel back. How predictions are written is the business of those who write.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import parallel
from pipeline.errors import NoticeError
from pipeline.labels.table import Value, line
from pipeline.notices import collect
from pipeline.records import ROW, Notice, Prediction, RawNotice, Unreadable
from pipeline.settings import Settings
from pipeline.sources.files import raw_notices

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.labels.classify import Classifier

# A notebook does not record when it read a notice.
UNDATED = dt.datetime.fromtimestamp(0, dt.UTC)

Readable = RawNotice | Unreadable | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSpec:
    """How to load the same classifier in another process."""

    kind: type[Classifier]
    home: Path
    analyzer: str
    model_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one notice: a prediction, or the reason why there is none.

    Attributes:
        source_id: Where it was read; its id where it came as a notice.
        rest: Whether it stands for a part of a file that went unread.
    """

    source_id: str
    prediction: Prediction | None = None
    reason: str = ""
    rest: bool = False


def outcomes(
    classifier: Classifier, inputs: Iterable[Readable], *, jobs: int = 1
) -> Iterator[list[Outcome]]:
    """Read and judge notices in batches of ``settings.batch_size``.

    Args:
        inputs: Raw notices, or notices that were read before.
        jobs: Processes, at least 1.

    Yields:
        One outcome per input, in order.
    """
    judge = partial(_judged, classifier)
    if jobs > 1:
        settings = classifier.settings
        spec = ClassifierSpec(
            kind=type(classifier),
            home=settings.home,
            analyzer=settings.analyzer,
            model_id=classifier.card.model_id,
        )
        judge = partial(_judged_elsewhere, spec)
    batches = parallel.batches(inputs, classifier.settings.batch_size)
    return parallel.ordered(judge, batches, jobs=jobs)


def lines_of(
    classifier: Classifier,
    inputs: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    jobs: int = 1,
) -> list[dict[str, Value]]:
    """Classify a table or files and keep the lines in memory; see ``Classifier.predict``.

    Raises:
        NoticeError: A notice cannot be read.
    """
    raws = _paths(inputs) if isinstance(inputs, str | Path | Sequence) else _rows(inputs)
    return [
        line(_required(outcome), classifier.codebook)
        for batch in outcomes(classifier, raws, jobs=jobs)
        for outcome in batch
    ]


def _required(outcome: Outcome) -> Prediction:
    if outcome.prediction is None:
        raise NoticeError(f"{outcome.source_id}: {outcome.reason}")
    return outcome.prediction


def _judged(classifier: Classifier, batch: Sequence[Readable]) -> list[Outcome]:
    readings = [_read(one) for one in batch]
    notices = [notice for notice in readings if isinstance(notice, Notice)]
    predictions = iter(classifier.judge_notices(notices))
    return [
        Outcome(source_id=_name(one), prediction=next(predictions))
        if isinstance(reading, Notice)
        else Outcome(source_id=_name(one), reason=reading, rest=getattr(one, "rest", False))
        for one, reading in zip(batch, readings, strict=True)
    ]


def _judged_elsewhere(spec: ClassifierSpec, batch: Sequence[Readable]) -> list[Outcome]:
    return _judged(_classifier(spec), batch)


@cache
def _classifier(spec: ClassifierSpec) -> Classifier:
    settings = Settings(home=spec.home, analyzer=spec.analyzer)
    return spec.kind.load(spec.model_id, settings=settings)


def _read(one: Readable) -> Notice | str:
    if isinstance(one, Notice):
        return one
    if isinstance(one, Unreadable):
        return one.reason
    try:
        return collect.read(one)
    except NoticeError as error:
        return str(error)


def _name(one: Readable) -> str:
    return one.notice_id if isinstance(one, Notice) else one.source_id


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
    return raw_notices(paths, now=UNDATED)
