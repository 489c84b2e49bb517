"""What the promoted model says of each text, kept as Parquet and asked again only of new texts.

``corpora/scores/<model_id>/<number>.parquet``: every file adds the notices that were new or
changed when it was written; of two lines about one notice the later one holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import parallel
from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.labels.classify import Classifier
from pipeline.labels.table import Value, line
from pipeline.notices import serial
from pipeline.rawstore import disk
from pipeline.records import INNOVATION, Evidence, Notice
from pipeline.settings import Settings
from pipeline.store import Store, sha256

TEXTS = ("degree", "aspect", "openness", "forms", "evidence", "abstained")

# A run that is killed loses at most so many judgements of the model.
PER_FILE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What one model says of some notices.

    Attributes:
        places: Per notice id its line.
        table: Columns of ``schema``.
    """

    model_id: str
    places: Mapping[str, int]
    table: pa.Table

    @classmethod
    def of(cls, model_id: str, table: pa.Table) -> Scores:
        """Number the lines of a table; of several about one notice the last one holds."""
        names = table.column("notice_id").to_pylist()
        return cls(
            model_id=model_id,
            places={name: n for n, name in enumerate(names)},
            table=table.combine_chunks(),
        )

    def probabilities(self, quantity: str, notice_ids: Sequence[str]) -> NDArray[np.float64]:
        """Return probabilities, shape (N,); those of abstentions are the mean of the others.

        Args:
            quantity: ``innovation_oriented`` or a label id.
            notice_ids: Length N.
        """
        column = self.table.column(f"p_{'innovation' if quantity == INNOVATION else quantity}")
        known = np.append(column.to_numpy(zero_copy_only=False).astype(np.float64), np.nan)
        found = known[[self.places.get(notice_id, -1) for notice_id in notice_ids]]
        # The estimator corrects for whatever stands here; the mean costs the least precision.
        middle = float(np.nanmean(found)) if not np.isnan(found).all() else 0.5
        return np.where(np.isnan(found), middle, found)

    def texts(self, column: str, notice_ids: Iterable[str]) -> list[str | None]:
        """Return a column of texts for some notices; ``None`` for unknown ones."""
        places = pa.array([self.places.get(x) for x in notice_ids], type=pa.int64())
        values: list[str | None] = self.table.column(column).take(places).to_pylist()
        return values

    def evidence(self, notice_id: str, codebook: Codebook) -> tuple[Evidence, ...]:
        """Return the passages and fields that justify the labels of a notice."""
        (text,) = self.texts("evidence", [notice_id])
        return tuple(judging.evidence(x, codebook) for x in json.loads(text or "[]"))

    def forms(self) -> dict[str, tuple[str, ...]]:
        """Return the forms of every notice that has any."""
        lines = zip(self.places, self.texts("forms", self.places), strict=True)
        return {
            notice_id: tuple(forms.split(";"))
            for notice_id, forms in lines
            if forms and forms != "conventional"
        }


def schema(codebook: Codebook) -> pa.Schema:
    """Return the columns: notice, fingerprint of its text, labels, evidence, probabilities."""
    probabilities = ["p_innovation", *(f"p_{label.label_id}" for label in codebook.labels)]
    return pa.schema(
        [
            *((name, pa.string()) for name in ("notice_id", "fingerprint", *TEXTS)),
            *((name, pa.float64()) for name in probabilities),
        ]
    )


def known(store: Store, model_id: str, codebook: Codebook) -> Scores:
    """Read what a model said before; nothing where it was never asked."""
    columns = schema(codebook)
    batches = [
        batch
        for path in sorted(store.scores(model_id).glob("*.parquet"))
        for batch in disk.read_table(path)
    ]
    return Scores.of(model_id, pa.Table.from_batches(batches, schema=columns))


def missing(notices: Iterable[Notice], scores: Scores) -> list[Notice]:
    """Return the notices of which the model has not judged this text."""
    asked = list(notices)
    before = scores.texts("fingerprint", [notice.notice_id for notice in asked])
    return [x for x, known in zip(asked, before, strict=True) if known != fingerprint(x)]


def fingerprint(notice: Notice) -> str:
    """SHA-256, in 16 characters, of all that a model may look at."""
    return sha256(serial.notice_to_json(notice).encode())[:16]


def score(
    notices: Sequence[Notice],
    *,
    store: Store,
    classifier: Classifier,
    jobs: int = 1,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Ask the model of notices, and keep the answers.

    Args:
        jobs: Processes, at least 1.
        tell: Hears how many are judged.
    """
    columns, model_id = schema(classifier.codebook), classifier.card.model_id
    folder = store.scores(model_id)
    number, done = len(list(folder.glob("*.parquet"))), 0
    for part in parallel.batches(notices, PER_FILE):
        table = pa.Table.from_pylist(list(_judged(part, classifier, jobs=jobs)), schema=columns)
        path = folder / f"{number:05d}.parquet"
        disk.write_table(path, [table], schema=columns, facts=lambda: {"model": model_id})
        number, done = number + 1, done + len(part)
        tell(done)


def _judged(
    notices: Sequence[Notice], classifier: Classifier, *, jobs: int
) -> Iterator[dict[str, Value]]:
    settings, model_id = classifier.settings, classifier.card.model_id
    batches = parallel.batches(notices, settings.batch_size)
    if jobs == 1:
        for batch in batches:
            yield from lines_of(batch, classifier)
        return
    asked: Iterable[Any] = ((settings, model_id, batch) for batch in batches)
    for lines in parallel.ordered(_elsewhere, asked, jobs=jobs):
        yield from lines


def lines_of(notices: Sequence[Notice], classifier: Classifier) -> list[dict[str, Value]]:
    """Return a line of ``schema`` per notice."""
    judged = classifier.judge_notices(notices)
    return [
        {"fingerprint": fingerprint(notice), **line(prediction, classifier.codebook)}
        for notice, prediction in zip(notices, judged, strict=True)
    ]


def _elsewhere(asked: tuple[Settings, str, Sequence[Notice]]) -> list[dict[str, Value]]:
    settings, model_id, notices = asked
    return lines_of(notices, _classifier(settings, model_id))


@cache
def _classifier(settings: Settings, model_id: str) -> Classifier:
    return Classifier.load(model_id, settings=settings)
