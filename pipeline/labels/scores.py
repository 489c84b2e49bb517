"""What the promoted model says of each text, kept as Parquet and asked again only of new texts.

``corpora/scores/<model_id>/<codebook fingerprint>/<number>.parquet``: every file adds the notices
that were new or changed when it was written; of two lines about one notice the later one holds.
Answers under another codebook lie in another folder, so a period never mixes two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import parallel
from pipeline.codebook import Codebook
from pipeline.codec import from_plain, to_plain
from pipeline.corpus.analyzer import assemble
from pipeline.labels.batches import outcomes
from pipeline.labels.classify import Classifier
from pipeline.labels.decide import NOT_DUTCH
from pipeline.labels.table import probability_columns
from pipeline.learning.sets import hash_of
from pipeline.rawstore import disk
from pipeline.records import INNOVATION, Evidence, Notice, Prediction
from pipeline.shown import masked
from pipeline.store import Store

LABELS = pa.list_(pa.string())
PASSAGES = pa.list_(
    pa.struct(
        [
            *((name, pa.string()) for name in ("label", "section", "text", "field", "value")),
            *((name, pa.int64()) for name in ("start", "end")),
        ]
    )
)
SAID = {
    "notice_id": pa.string(),
    "fingerprint": pa.string(),
    "degree": pa.string(),
    "aspect": LABELS,
    "openness": pa.string(),
    "forms": LABELS,
    "missions": LABELS,
    "evidence": PASSAGES,
    "abstained": pa.string(),
    "codebook_fingerprint": pa.string(),
    "rules": LABELS,
    "differs": LABELS,
}

WORDS = ("words", "unknown_words")
WORD = re.compile(r"[^\W\d_]{2,}")

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
        return self._values(column, notice_ids)

    def unread_languages(self, notice_ids: Iterable[str]) -> list[str | None]:
        """Return the language of each notice that the model could not read for its language.

        ``None`` for those that it read, that have no text, and of which nothing is known.
        """
        reasons = self.texts("abstained", notice_ids)
        return [(x or "").partition(f"{NOT_DUTCH}: ")[2] or None for x in reasons]

    def unread(self, notice_ids: Collection[str]) -> set[str]:
        """Return those of some notices that the model could not read for their language."""
        languages = self.unread_languages(notice_ids)
        return {x for x, language in zip(notice_ids, languages, strict=True) if language}

    def labels(self, notice_id: str) -> tuple[str, ...]:
        """Return the degree, the aspects and the forms of a notice, where they were said."""
        (degree,) = self.texts("degree", [notice_id])
        aspect, forms = (self._values(x, [notice_id])[0] or () for x in ("aspect", "forms"))
        return (*([degree] if degree else ()), *aspect, *forms)

    def evidence(self, notice_id: str) -> tuple[Evidence, ...]:
        """Return the passages and fields that justify the labels of a notice."""
        (said,) = self._values("evidence", [notice_id])
        return from_plain(tuple[Evidence, ...], said or ())

    def forms(self) -> dict[str, tuple[str, ...]]:
        """Return the forms of every notice that has any with a probability.

        What rules find in a language that the model does not know has none: it enters no figure.
        """
        lines = zip(self.places, self._values("forms", self.places), strict=True)
        said = {notice_id: forms for notice_id, forms in lines if forms}
        chances = {x: self._values(f"p_{x}", said) for x in sorted({*chain(*said.values())})}
        kept = (
            (notice_id, tuple(x for x in forms if chances[x][place] is not None))
            for place, (notice_id, forms) in enumerate(said.items())
        )
        return {notice_id: forms for notice_id, forms in kept if forms}

    def listed(self, column: str) -> dict[str, tuple[str, ...]]:
        """Return a column of labels for every notice that has any; none where it is not known."""
        if column not in self.table.column_names:
            return {}
        lines = zip(self.places, self._values(column, self.places), strict=True)
        return {notice_id: tuple(labels) for notice_id, labels in lines if labels}

    def _values(self, column: str, notice_ids: Iterable[str]) -> list[Any]:
        places = pa.array([self.places.get(x) for x in notice_ids], type=pa.int64())
        values: list[Any] = self.table.column(column).take(places).to_pylist()
        return values


def schema(codebook: Codebook) -> pa.Schema:
    """Return the columns: notice, fingerprint of its text, labels, evidence, probabilities.

    Last, how many words the text has, and how many of them no authored notice holds.
    """
    every = (*codebook.labels, *codebook.missions)
    names = ("innovation", *(label.label_id for label in every))
    chances = {f"p_{name}": pa.float64() for name in names}
    return pa.schema(SAID | chances | dict.fromkeys(WORDS, pa.int64()))


def known(store: Store, model_id: str, codebook: Codebook, *, only: Collection[str] = ()) -> Scores:
    """Read what a model said under this codebook; nothing where it was never asked.

    Args:
        only: Columns to read besides ``notice_id``; those that do not exist are left out. All
            where none is named.
    """
    every = schema(codebook)
    columns = pa.schema([x for x in every if not only or x.name in {"notice_id", *only}])
    batches = [
        _as_now(batch, columns)
        for path in sorted(store.scores(model_id, codebook.fingerprint).glob("*.parquet"))
        for batch in disk.read_table(path, columns.names)
        if _fits(batch.schema, columns)
    ]
    return Scores.of(model_id, pa.Table.from_batches(batches, schema=columns))


def _fits(held: pa.Schema, columns: pa.Schema) -> bool:
    """Whether all that a file holds is still of its kind; if not, its texts are asked again."""
    return all(x.name not in held.names or held.field(x.name).type == x.type for x in columns)


def _as_now(batch: pa.RecordBatch, columns: pa.Schema) -> pa.RecordBatch:
    """Columns that came later are empty in older files; nobody knows what they would hold."""
    held = batch.schema.names
    cells = [batch[x.name] if x.name in held else pa.nulls(len(batch), x.type) for x in columns]
    return pa.RecordBatch.from_arrays(cells, schema=columns)


def missing(notices: Iterable[Notice], scores: Scores, codebook: Codebook) -> list[Notice]:
    """Return the notices of which this text was not judged, or by other cues than of today."""
    asked = list(notices)
    names = [notice.notice_id for notice in asked]
    columns = ("fingerprint", "codebook_fingerprint", "abstained")
    before = zip(*(scores.texts(column, names) for column in columns), strict=True)
    # Older files do not say by which cues.
    ours = {None, *codebook.fingerprints}
    unread = {f"{NOT_DUTCH}: {code}" for code in codebook.translated}
    return [
        notice
        for notice, (text, cues, abstained) in zip(asked, before, strict=True)
        if text != hash_of(notice) or cues not in ours or abstained in unread
    ]


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
    codebook, model_id = classifier.codebook, classifier.card.model_id
    columns, folder = schema(codebook), store.scores(model_id, codebook.fingerprint)
    facts = {"model": model_id, "codebook": codebook.fingerprint}
    number, done = len(list(folder.glob("*.parquet"))), 0
    vocabulary = _vocabulary(store)
    for part in parallel.batches(notices, PER_FILE):
        judged = outcomes(classifier, part, jobs=jobs)
        predictions = (x.prediction for batch in judged for x in batch if x.prediction)
        lines = [_line(x, codebook) | _words(x.notice, vocabulary) for x in predictions]
        table = pa.Table.from_pylist(lines, schema=columns)
        path = folder / f"{number:05d}.parquet"
        disk.write_table(path, [table], schema=columns, facts=lambda: facts)
        number, done = number + 1, done + len(part)
        tell(done)


def _vocabulary(store: Store) -> frozenset[str]:
    """All words of the authored notices: what the models of this home can have learned."""
    texts = (f"{x['title']} {x['description']}" for x in store.authored())
    return frozenset(word for text in texts for word in WORD.findall(text.lower()))


def _words(notice: Notice, vocabulary: frozenset[str]) -> dict[str, int]:
    words = WORD.findall(assemble(notice)[0].lower())
    return dict(zip(WORDS, (len(words), sum(x not in vocabulary for x in words)), strict=True))


def _line(prediction: Prediction, codebook: Codebook) -> dict[str, object]:
    judgement = prediction.judgement
    return {
        "notice_id": prediction.notice.notice_id,
        "fingerprint": hash_of(prediction.notice),
        "degree": judgement.degree if judgement else None,
        "aspect": judgement.aspect if judgement else None,
        "openness": judgement.openness if judgement else None,
        "forms": prediction.forms,
        "missions": prediction.missions,
        "evidence": [to_plain(_masked(x)) for x in prediction.evidence],
        "abstained": prediction.abstained,
        "codebook_fingerprint": codebook.fingerprint_in(prediction.language),
        "rules": prediction.rules,
        "differs": prediction.differs,
        **probability_columns(prediction, codebook),
    }


def _masked(one: Evidence) -> Evidence:
    """What is written out names nobody; a mask is as long as what it hides."""
    return replace(one, text=masked(one.text)) if one.text else one
