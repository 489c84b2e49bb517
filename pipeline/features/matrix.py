"""All features side by side, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from pipeline.features.passages import PassageScores
from pipeline.features.structured import CueCounts, StructuredFields
from pipeline.features.text import LemmaText, chars, words

FEATURES = ("lemmas", "chars", "cues", "fields", "passages")


def features(
    names: tuple[str, ...] = FEATURES, *, labels: tuple[str, ...], mask_names: bool = False
) -> FeatureUnion:
    """Build an unfitted union of the named features, in the order of ``FEATURES``.

    Args:
        names: Any of ``FEATURES``.
        labels: Label ids whose passages are scored.
        mask_names: Hide the forms' own names, which are cues.

    Returns:
        A transformer from readings to a sparse matrix, shape (n_documents, n_features). It is
        fitted with a ``Target`` per reading.

    Raises:
        ValueError: A name is not known.
    """
    unknown = sorted(set(names) - set(FEATURES))
    if unknown:
        raise ValueError(f"unknown feature {unknown[0]!r}; known: {', '.join(FEATURES)}")
    parts = {
        "lemmas": [("text", LemmaText()), ("weights", words())],
        "chars": [("text", LemmaText()), ("weights", chars())],
        "cues": [
            ("counts", CueCounts(not mask_names)),
            ("columns", DictVectorizer()),
            ("scale", MaxAbsScaler()),
        ],
        "fields": [("indicators", StructuredFields()), ("columns", DictVectorizer())],
        "passages": [("scores", PassageScores(labels, mask_names))],
    }
    return FeatureUnion([(name, Pipeline(parts[name])) for name in FEATURES if name in names])


def widths(union: FeatureUnion) -> dict[str, int]:
    """Return how many columns each part of a fitted union has, in order."""
    return {name: _width(part[-1]) for name, part in union.transformer_list}


def column_weights(union: FeatureUnion, weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Spread one weight per part over its columns.

    Args:
        weights: Part name to a weight, at least 0; a part it does not name counts nothing.

    Returns:
        Shape (n_features,).
    """
    return np.concatenate(
        [np.full(width, weights.get(name, 0.0)) for name, width in widths(union).items()]
    )


def columns_about(union: FeatureUnion, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Find the columns that hold the passages and asserted cues of some labels.

    Returns:
        Shape (n_columns,).
    """
    found, start = [], 0
    parts = dict(union.transformer_list)
    for name, width in widths(union).items():
        if name == "passages":
            found += [start + parts[name][-1].labels.index(label) for label in labels]
        if name == "cues":
            wanted = {
                f"cue={label}:{kind}:asserted"
                for label in labels
                for kind in ("name", "description")
            }
            columns = parts[name]["columns"].vocabulary_
            found += [start + columns[x] for x in sorted(wanted & set(columns))]
        start += width
    return np.array(found, dtype=np.int64)


def _width(last: object) -> int:
    if isinstance(last, PassageScores):
        return len(last.labels)
    if isinstance(last, MaxAbsScaler):
        return int(last.n_features_in_)
    return len(last.vocabulary_)  # type: ignore[attr-defined]
