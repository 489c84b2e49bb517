"""A scorer as plain arrays and one text of JSON, and back: no code travels along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.features import counts, fitted, scoring, sequences, subjects, surroundings
from pipeline.learning.scorer import Scorer
from pipeline.prepared import Arrays

# Where the text stands, as bytes.
LAYOUT = "layout"

# All that a scorer is made of.
KINDS = {
    kind.__name__: kind
    for kind in (
        counts.CountColumns,
        fitted.CountedCues,
        fitted.FittedFeatures,
        fitted.LemmaTerms,
        fitted.NamedCodes,
        fitted.NamedFields,
        fitted.TitleTerms,
        fitted.WrittenTerms,
        scoring.PassageOdds,
        scoring.WindowColumns,
        sequences.TermKind,
        sequences.TermWeights,
        subjects.SubjectWords,
        surroundings.NameOdds,
        Scorer,
    )
}


def packed(scorer: Scorer) -> Arrays:
    """Take a scorer apart."""
    arrays: dict[str, NDArray[Any]] = {}
    layout = json.dumps(_packed(scorer, arrays), ensure_ascii=False)
    return {LAYOUT: np.frombuffer(layout.encode(), dtype=np.uint8), **arrays}


def unpacked(arrays: Arrays) -> Scorer:
    """Put a scorer together again."""
    scorer: Scorer = _unpacked(json.loads(arrays[LAYOUT].tobytes()), arrays)
    return scorer


def _packed(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"array{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if is_dataclass(value):
        members = {x.name: _packed(getattr(value, x.name), arrays) for x in fields(value) if x.init}
        return {"kind": type(value).__name__, "members": members}
    if isinstance(value, Mapping):
        return {"mapping": {name: _packed(x, arrays) for name, x in value.items()}}
    if isinstance(value, tuple):
        return [_packed(x, arrays) for x in value]
    return value


def _unpacked(value: Any, arrays: Arrays) -> Any:
    if isinstance(value, list):
        return tuple(_unpacked(x, arrays) for x in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "mapping" in value:
        return {name: _unpacked(x, arrays) for name, x in value["mapping"].items()}
    members = {name: _unpacked(x, arrays) for name, x in value["members"].items()}
    return KINDS[value["kind"]](**members)
