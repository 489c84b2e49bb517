"""All features side by side, as one sparse matrix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from pipeline.features.counts import CountColumns
from pipeline.features.fitted import (
    CountedCues,
    Fitted,
    FittedFeatures,
    LemmaTerms,
    NamedCodes,
    NamedFields,
    TitleTerms,
    WrittenTerms,
)
from pipeline.features.names import NameScope
from pipeline.features.passages import PassageScores
from pipeline.features.scoring import SCORES
from pipeline.features.structured import CpvCodes, CueCounts, MissionWords, StructuredFields
from pipeline.features.subjects import COUNTED
from pipeline.features.surroundings import PLACES
from pipeline.features.terms import HashedTerms, chars, phrases, words
from pipeline.features.text import LemmaText, TitleText, WrittenText

FEATURES = (
    *("lemmas", "chars", "phrases", "cues", "fields", "passages", "names"),
    *("subjects", "titles", "title_chars", "codes"),
)


def features(
    names: tuple[str, ...] = FEATURES,
    *,
    labels: tuple[str, ...],
    forms: tuple[str, ...],
    evidence: Mapping[str, tuple[str, ...]] | None = None,
    subjects: Sequence[Mapping[str, tuple[str, ...]]] = ({}, {}, {}),
    mask_names: bool = False,
) -> FeatureUnion:
    """Build an unfitted union of the named features, in the order of ``FEATURES``.

    Args:
        names: Any of ``FEATURES``.
        labels: Label ids whose passages are scored.
        forms: Label ids whose names are judged by their surroundings.
        evidence: See ``PassageScores``.
        subjects: Mission id to its words, its words for titles, and its CPV codes; see
            ``SubjectWords``.
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
        "phrases": [("text", WrittenText()), ("weights", phrases())],
        "cues": [
            ("counts", CueCounts(not mask_names)),
            ("columns", DictVectorizer()),
            ("scale", MaxAbsScaler()),
        ],
        "fields": [("indicators", StructuredFields()), ("columns", DictVectorizer())],
        "passages": [("scores", PassageScores(labels, evidence, mask_names))],
        "names": [("scope", NameScope(forms, mask_names))],
        "subjects": [("words", MissionWords(*subjects))],
        "titles": [("text", TitleText()), ("weights", words())],
        "title_chars": [("text", TitleText()), ("weights", chars())],
        "codes": [("beginnings", CpvCodes()), ("columns", DictVectorizer())],
    }
    return FeatureUnion([(name, Pipeline(parts[name])) for name in FEATURES if name in names])


def fitted(union: FeatureUnion) -> FittedFeatures:
    """Return what a fitted union learned, to apply without it."""
    return FittedFeatures({name: _FITTED[name](part) for name, part in union.transformer_list})


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


def columns_about(
    union: FeatureUnion, labels: Sequence[str], names: Collection[str]
) -> NDArray[np.int64]:
    """Find the columns that hold the passages, names and asserted cues of some labels.

    Args:
        names: Which of ``passages``, ``names`` and ``cues`` to look in.

    Returns:
        Shape (n_columns,).
    """
    found, start = [], 0
    parts = dict(union.transformer_list)
    for name, width in widths(union).items():
        if name in _PLACES and name in names:
            found += [start + place for place in _PLACES[name](parts[name], labels)]
        start += width
    return np.array(found, dtype=np.int64)


def _of_passages(part: Any, labels: Sequence[str]) -> list[int]:
    return _blocks(part[-1].labels, labels, len(SCORES))


def _of_names(part: Any, labels: Sequence[str]) -> list[int]:
    return _blocks(part[-1].forms, labels, len(PLACES))


def _blocks(known: Sequence[str], labels: Sequence[str], size: int) -> list[int]:
    """Return the places of blocks of ``size`` columns, one block per label."""
    first = [known.index(label) * size for label in labels if label in known]
    return [start + place for start in first for place in range(size)]


def _of_cues(part: Any, labels: Sequence[str]) -> list[int]:
    columns = part["columns"].vocabulary_
    wanted = {
        f"cue={label}:{kind}:asserted" for label in labels for kind in ("name", "description")
    }
    return [columns[x] for x in sorted(wanted & set(columns))]


_PLACES: Mapping[str, Callable[[Any, Sequence[str]], list[int]]] = {
    "passages": _of_passages,
    "names": _of_names,
    "cues": _of_cues,
}


_FITTED: Mapping[str, Callable[[Any], Fitted]] = {
    "lemmas": lambda part: LemmaTerms(part["weights"].weights()),
    "chars": lambda part: LemmaTerms(part["weights"].weights()),
    "phrases": lambda part: WrittenTerms(part["weights"].weights()),
    "cues": lambda part: CountedCues(
        CountColumns(tuple(part["columns"].feature_names_), part["scale"].scale_),
        part["counts"].with_names,
    ),
    "fields": lambda part: NamedFields(CountColumns(tuple(part["columns"].feature_names_))),
    "passages": lambda part: part["scores"].odds(),
    "names": lambda part: part["scope"].odds(),
    "subjects": lambda part: part["words"].subjects(),
    "titles": lambda part: TitleTerms(part["weights"].weights()),
    "title_chars": lambda part: TitleTerms(part["weights"].weights()),
    "codes": lambda part: NamedCodes(CountColumns(tuple(part["columns"].feature_names_))),
}


def _width(last: object) -> int:
    if isinstance(last, PassageScores):
        return len(last.labels) * len(SCORES)
    if isinstance(last, NameScope):
        return len(last.forms) * len(PLACES)
    if isinstance(last, MissionWords):
        return len(last.words or ()) * len(COUNTED)
    if isinstance(last, HashedTerms):
        return len(last.kept_)
    if isinstance(last, MaxAbsScaler):
        return int(last.n_features_in_)
    return len(last.vocabulary_)  # type: ignore[attr-defined]
