"""Batches of notices through a classifier: in this process, or in several.

A process that has none yet loads the classifier itself; only its description travels there, and
only records travel back. How predictions are written is the business of those who write.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from pipeline import parallel
from pipeline import settings as settings_module
from pipeline.errors import ModelMismatch, NoticeError
from pipeline.learning.card import identity
from pipeline.notices import collect
from pipeline.records import ROW, Notice, Prediction, RawNotice, Unreadable
from pipeline.settings import Settings
from pipeline.sources._tables import Columns, as_row
from pipeline.sources.files import raw_notices

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.labels.classify import Classifier

# A notebook does not record when it read a notice.
UNDATED = dt.datetime.fromtimestamp(0, dt.UTC)

# Unreadable notices that an error names one by one.
MOST_TOLD = 20

Readable = RawNotice | Unreadable | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSpec:
    """How to load the same classifier in another process, and by what to know that it is.

    Attributes:
        home: Of the models; where it is not there, the process has a home of its own.
        model: What :func:`pipeline.learning.card.identity` says of it.
        codebook: ``Codebook.whole``.
        batch_size: Notices that are judged together, at least 1.
    """

    kind: type[Classifier]
    home: Path
    analyzer: str
    model_id: str
    model: str
    codebook: str
    batch_size: int


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
    settings = classifier.settings
    if jobs == 1 and not settings.cluster:
        judge = partial(_judged, classifier)
    else:
        judge = partial(_judged_elsewhere, shared_spec(classifier))
    batches = parallel.batches(inputs, settings.batch_size)
    return parallel.ordered(judge, batches, jobs=jobs, cluster=settings.cluster)


def shared_spec(classifier: Classifier) -> ClassifierSpec:
    """Describe a classifier; this process, and those it forks, find it loaded."""
    settings = classifier.settings
    spec = ClassifierSpec(
        kind=type(classifier),
        home=settings.home,
        analyzer=settings.analyzer,
        model_id=classifier.card.model_id,
        model=identity(classifier.card),
        codebook=classifier.codebook.whole,
        batch_size=settings.batch_size,
    )
    if not settings.cluster:
        # Processes that are forked share its memory.
        classifier.warm()
        _LOADED.clear()
        _LOADED[spec] = classifier
    return spec


def outcomes_of(
    classifier: Classifier,
    inputs: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    jobs: int = 1,
) -> list[Outcome]:
    """Classify a table or files and keep what became of each notice, in order.

    Raises:
        SettingsError: A path does not exist, or a column is missing.
    """
    raws = _paths(inputs) if isinstance(inputs, str | Path | Sequence) else _rows(inputs)
    return list(chain.from_iterable(outcomes(classifier, raws, jobs=jobs)))


def predictions_of(
    classifier: Classifier,
    inputs: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    jobs: int = 1,
) -> list[Prediction]:
    """Classify a table or files and keep the predictions in memory.

    Raises:
        SettingsError: A path does not exist, or a column is missing.
        NoticeError: Notices cannot be read.
    """
    found = outcomes_of(classifier, inputs, jobs=jobs)
    require_all(found)
    return [x.prediction for x in found if x.prediction]


def require_all(found: Sequence[Outcome]) -> None:
    """Refuse what could not be read.

    Raises:
        NoticeError: It names all of it, up to ``MOST_TOLD``.
    """
    bad = [x for x in found if x.prediction is None]
    if bad:
        told = "\n".join(_told(x) for x in bad[:MOST_TOLD])
        raise NoticeError(
            f"{len(bad)} of {len(found)} notices cannot be read:\n{told}",
            hint='Mend them, or set them apart: predict(..., errors="quarantine").',
        )


def _told(outcome: Outcome) -> str:
    named = outcome.reason.startswith(outcome.source_id)
    return outcome.reason if named else f"{outcome.source_id}: {outcome.reason}"


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
    with shared_classifier(spec) as classifier:
        return _judged(classifier, batch)


@contextmanager
def shared_classifier(spec: ClassifierSpec) -> Iterator[Classifier]:
    """Give the classifier, loaded once in this process, to one thread at a time.

    Raises:
        ModelError: It is not here, or what is here under its name is another one.
    """
    # A worker of a cluster may have several threads; spaCy has one.
    with _ONE_AT_A_TIME:
        if spec not in _LOADED:
            _LOADED.clear()
            _LOADED[spec] = _same(spec)
        yield _LOADED[spec]


_ONE_AT_A_TIME = Lock()

# One, so that what was loaded before is freed.
_LOADED: dict[ClassifierSpec, Classifier] = {}


def _same(spec: ClassifierSpec) -> Classifier:
    home = spec.home if (spec.home / "models").is_dir() else settings_module.load().home
    settings = Settings(home=home, analyzer=spec.analyzer, batch_size=spec.batch_size)
    classifier = spec.kind.load(spec.model_id, settings=settings)
    here = {"model": identity(classifier.card), "codebook": classifier.codebook.whole}
    for name, expected in {"model": spec.model, "codebook": spec.codebook}.items():
        if here[name] != expected:
            raise ModelMismatch(
                f"{name} of {spec.model_id} in {home} is {here[name][:16]}; "
                f"expected {expected[:16]}",
                hint="Give all machines the same models/, and codebook and languages in corpora/.",
            )
    return classifier


def judged_in_batches(
    classifier: Classifier, inputs: Iterable[Readable], *, size: int
) -> Iterator[Outcome]:
    """Read and judge notices in this process, in order."""
    return chain.from_iterable(_judged(classifier, x) for x in parallel.batches(inputs, size))


def _read(one: Readable) -> Notice | str:
    if isinstance(one, Notice):
        return one
    if isinstance(one, Unreadable):
        return one.reason
    try:
        return collect.read_notice(one)
    except NoticeError as error:
        return str(error)


def _name(one: Readable) -> str:
    return one.notice_id if isinstance(one, Notice) else one.source_id


def _rows(table: pd.DataFrame) -> Iterator[RawNotice]:
    members = Columns({}).header(list(table.columns), source_id="frame")
    for number, cells in enumerate(table.itertuples(index=False, name=None), 1):
        yield RawNotice(
            source="frame",
            source_id=f"frame#{number}",
            url="",
            fetched_at=UNDATED,
            media_type=ROW,
            body=json.dumps(as_row(members, cells)).encode(),
        )


def _paths(inputs: str | Path | Sequence[str | Path]) -> Iterator[RawNotice | Unreadable]:
    paths = [inputs] if isinstance(inputs, str | Path) else inputs
    return raw_notices(paths, now=UNDATED)
