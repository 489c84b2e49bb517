"""Evaluation: what a model makes of notices that it never saw, held against people's judgement.

Where the cases come from does not matter here: authored notices out of fold, real notices
through the whole classifier.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.codebook import MISSION, Codebook
from pipeline.errors import CorpusError
from pipeline.evaluation import metrics
from pipeline.evaluation.cases import Case, set_fingerprint
from pipeline.evaluation.metrics import Booleans, Floats, Integers
from pipeline.records import INNOVATION, Judgement
from pipeline.store import short_hash

JUDGEMENTS = ("degree", "aspect", "openness", "forms")

# Below this many notices a slice says nothing by itself; they are taken together.
FEWEST_IN_SLICE = 20
OTHER = "other"

# Points of a risk-coverage curve that are kept.
POINTS = 25


def figures(cases: Sequence[Case], codebook: Codebook, *, seed: int = 0) -> dict[str, Any]:
    """Measure a set of cases.

    Args:
        seed: Of the bootstrap over groups.

    Returns:
        Nested tables as JSON: counts, one table per judgement with figures per label, false
        alarms, calibration, risk against coverage, agreement with buyers, and slices. A
        figure has ``value``, ``low`` and ``high`` (95%), ``None`` where undefined.

    Raises:
        CorpusError: There are no cases.
    """
    if not cases:
        raise CorpusError("there are no cases to measure")
    groups = _groups(cases)
    times = metrics.draws(len(np.unique(groups)), seed=seed)
    truth = answers([x.truth for x in cases], codebook)
    chosen = answers([x.chosen for x in cases], codebook)
    tables = {
        name: _judgement(truth[name], chosen[name], names, groups, times)
        for name, names in questions(codebook).items()
    }
    tables["degree"] |= _ordinal(cases, codebook, groups, times)
    wrong = sum(x.chosen.innovation_oriented and not x.truth.innovation_oriented for x in cases)
    return {
        "fingerprint": set_fingerprint(cases),
        "notices": len(cases),
        "groups": len(times[0]),
        "abstained": sum(not x.probabilities for x in cases),
        **tables,
        "false_alarms": {"count": wrong, "per_1000": metrics.wilson(wrong, len(cases), per=1000)},
        "calibration": calibration(cases, codebook, seed=seed),
        "risk_coverage": _risk_coverage(cases, codebook),
        "declared": agreement_with_buyers(cases),
        "missions": mission_figures(cases, codebook, seed=seed),
        "slices": slices(cases, codebook, seed=seed),
    }


def questions(codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """Return the labels of each judgement that a figure is given of."""
    return {INNOVATION: (INNOVATION,)} | {name: codebook.of(name) for name in JUDGEMENTS}


def answers(judgements: Sequence[Judgement], codebook: Codebook) -> dict[str, Booleans]:
    """Write judgements as yes and no per label.

    Returns:
        Judgement name to an array of shape (n_documents, n_labels), as in ``questions``.
    """
    return {
        name: np.array([[x.has(label) for label in labels] for x in judgements], dtype=bool)
        for name, labels in questions(codebook).items()
    }


def calibration(cases: Sequence[Case], codebook: Codebook, *, seed: int = 0) -> dict[str, Any]:
    """Measure the probabilities of the notices that were judged, per judgement.

    Returns:
        Per judgement ``brier`` and ``ece``, means of its labels, and ``curve``: per bin of
        equal width that is not empty, the mean probability, the share of truths and the
        number of answers, over all its labels. Empty when the model abstained throughout.
    """
    judged = [x for x in cases if x.probabilities]
    if not judged:
        return {}
    groups = _groups(judged)
    times = metrics.draws(len(np.unique(groups)), seed=seed)
    truth = answers([x.truth for x in judged], codebook)
    found = {}
    for name, labels in questions(codebook).items():
        p = np.array([[x.probability(label) for label in labels] for x in judged])
        errors = metrics.sums(metrics.squared_errors(truth[name], p), groups)
        binned = metrics.sums(metrics.bins(truth[name], p), groups)
        found[name] = {
            "brier": metrics.figure(metrics.brier, errors, times),
            "ece": metrics.figure(metrics.calibration_error, binned, times, centred=True),
            "curve": _curve(binned.sum(axis=(0, 1))),
        }
    return found


def agreement_with_buyers(cases: Sequence[Case]) -> dict[str, dict[str, int]]:
    """Count what model and people say of the notices whose buyer declared something.

    Returns:
        ``declared`` and ``none`` to the number of ``notices`` and of those that the model
        (``chosen``) and people (``truth``) call innovation-oriented.
    """
    counts = {}
    for state in ("declared", "none"):
        some = [x for x in cases if x.declared == state]
        counts[state] = {
            "notices": len(some),
            "chosen": sum(x.chosen.innovation_oriented for x in some),
            "truth": sum(x.truth.innovation_oriented for x in some),
        }
    return counts


def slices(cases: Sequence[Case], codebook: Codebook, *, seed: int = 0) -> dict[str, Any]:
    """Measure the cases by each of their facts.

    Returns:
        Fact to value to figures; values with fewer than ``FEWEST_IN_SLICE`` notices are taken
        together as ``other``.
    """
    found: dict[str, dict[str, Any]] = {}
    for fact in sorted({name for x in cases for name in x.facts}):
        sizes = Counter(x.facts.get(fact, "unknown") for x in cases)
        parts: dict[str, list[Case]] = {}
        for x in cases:
            value = x.facts.get(fact, "unknown")
            parts.setdefault(value if sizes[value] >= FEWEST_IN_SLICE else OTHER, []).append(x)
        found[fact] = {
            value: _slice(parts[value], codebook, seed=seed) for value in sorted(parts, key=_order)
        }
    return found


def mission_figures(cases: Sequence[Case], codebook: Codebook, *, seed: int = 0) -> dict[str, Any]:
    """Measure the missions of the notices whose missions people judged.

    Returns:
        Number of ``notices``, averages, and figures per mission; empty where nobody was asked.
    """
    read = [x for x in cases if x.served is not None]
    if not read:
        return {}
    groups, labels = _groups(read), codebook.of(MISSION)
    times = metrics.draws(len(np.unique(groups)), seed=seed)
    truth = np.array([[label in (x.served or ()) for label in labels] for x in read], dtype=bool)
    chosen = np.array([[label in x.missions for label in labels] for x in read], dtype=bool)
    return {"notices": len(read), **_judgement(truth, chosen, labels, groups, times)}


def trap_figures(traps: Sequence[Mapping[str, Any]], chosen: Sequence[Judgement]) -> dict[str, Any]:
    """Count how many traps are judged as they should be.

    Args:
        traps: With ``id``, ``text``, ``label``, ``expected`` and ``why``.
        chosen: What the whole classifier made of each; same length.

    Returns:
        ``right`` as a share with its Wilson interval; the same by reason; the wrong ones.
    """
    right = {
        trap["id"]: judgement.has(trap["label"]) == trap["expected"]
        for trap, judgement in zip(traps, chosen, strict=True)
    }
    reasons = sorted({trap["why"] for trap in traps})
    by_reason = {
        why: [right[trap["id"]] for trap in traps if trap["why"] == why] for why in reasons
    }
    return {
        "fingerprint": short_hash(json.dumps(list(map(dict, traps)), sort_keys=True)),
        "notices": len(traps),
        "right": metrics.wilson(sum(right.values()), len(traps)),
        "by_reason": {
            why: {"notices": len(some), "right": sum(some)} for why, some in by_reason.items()
        },
        "wrong": sorted(trap for trap, good in right.items() if not good),
    }


def _groups(cases: Sequence[Case]) -> Integers:
    return np.array([x.group for x in cases], dtype=np.int64)


def _judgement(
    truth: Booleans, chosen: Booleans, labels: Sequence[str], groups: Integers, times: Floats
) -> dict[str, Any]:
    """Return figures per label and their averages; of a single label its own figures."""
    counts = metrics.sums(metrics.outcomes(truth, chosen), groups)
    each = {label: _label(counts[:, place], times) for place, label in enumerate(labels)}
    if len(each) == 1:
        return each[labels[0]]
    return {
        "macro_f1": metrics.figure(metrics.macro_f1, counts, times),
        "micro_f1": metrics.figure(metrics.micro_f1, counts, times),
        "labels": each,
    }


def _label(counts: Floats, times: Floats) -> dict[str, Any]:
    total = counts.sum(axis=0)
    return {
        "true": int(total[0] + total[2]),
        "chosen": int(total[0] + total[1]),
        "precision": metrics.figure(metrics.precision, counts, times),
        "recall": metrics.figure(metrics.recall, counts, times),
        "f1": metrics.figure(metrics.f1, counts, times),
    }


def _ordinal(
    cases: Sequence[Case], codebook: Codebook, groups: Integers, times: Floats
) -> dict[str, Any]:
    rank = codebook.degrees.index
    truth = np.array([rank(x.truth.degree) for x in cases])
    chosen = np.array([rank(x.chosen.degree) for x in cases])
    cells = metrics.sums(metrics.confusion(truth, chosen, len(codebook.degrees)), groups)
    return {
        "kappa": metrics.figure(metrics.kappa, cells, times),
        "confusion": cells.sum(axis=0).astype(int).tolist(),
    }


def _curve(binned: Floats) -> list[dict[str, float | None]]:
    return [
        {
            "mean": metrics.plain(total / count),
            "share": metrics.plain(true / count),
            "answers": int(count),
        }
        for count, total, true in binned
        if count
    ]


def _risk_coverage(cases: Sequence[Case], codebook: Codebook) -> dict[str, Any]:
    """How often the chosen judgement is wrong among the notices that the model is surest of."""
    judged = [x for x in cases if x.probabilities]
    if not judged:
        return {}
    innovation = np.array([x.innovation for x in judged])
    degree = np.array([max(x.probabilities[y] for y in codebook.degrees) for x in judged])
    wrong = [
        (
            x.truth.innovation_oriented != x.chosen.innovation_oriented,
            x.truth.degree != x.chosen.degree,
        )
        for x in judged
    ]
    both = np.array(wrong, dtype=bool).reshape(-1, 2)
    return {
        INNOVATION: _thinned(metrics.risk_coverage(np.abs(innovation - 0.5), both[:, 0])),
        "degree": _thinned(metrics.risk_coverage(degree, both[:, 1])),
    }


def _thinned(curve: Sequence[tuple[float, float]]) -> list[list[float | None]]:
    kept = np.unique(np.linspace(0, len(curve) - 1, POINTS).astype(int))
    return [[metrics.plain(x) for x in curve[place]] for place in kept]


def _order(value: str) -> tuple[bool, int, str]:
    """Sort by the number that a value begins with, and what was taken together last."""
    number = value.partition(" ")[0]
    return value == OTHER, int(number) if number.isdecimal() else 0, value


def _slice(cases: Sequence[Case], codebook: Codebook, *, seed: int) -> dict[str, Any]:
    groups = _groups(cases)
    times = metrics.draws(len(np.unique(groups)), seed=seed)
    truth = answers([x.truth for x in cases], codebook)
    chosen = answers([x.chosen for x in cases], codebook)
    counts = {
        name: metrics.sums(metrics.outcomes(truth[name], chosen[name]), groups)
        for name in (INNOVATION, "forms")
    }
    same = sum(x.truth.degree == x.chosen.degree for x in cases)
    return {
        "notices": len(cases),
        "true": int(truth[INNOVATION].sum()),
        "false_alarms": int(counts[INNOVATION][..., 1].sum()),
        "f1": metrics.figure(metrics.micro_f1, counts[INNOVATION], times),
        "degree_accuracy": metrics.wilson(same, len(cases)),
        "forms_micro_f1": metrics.figure(metrics.micro_f1, counts["forms"], times),
    }
