"""What it adds to the error that people judge differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from pipeline.estimates.intervals import widened
from pipeline.estimates.judged import Floats, Interval, Judged
from pipeline.records import Annotation, MissionReading

Given = TypeVar("Given", Annotation, MissionReading)
Told = TypeVar("Told")

REPLICATES = 200


def with_disagreement(
    judged: Judged,
    judgements: Sequence[Sequence[float]],
    *,
    estimator: Callable[..., Interval],
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Interval:
    """Estimate, and widen the interval by the disagreement of first judgements.

    One first judgement per lot is picked at random, ``REPLICATES`` times. The spread among lots
    already holds the noise of judgements but for the part that the finite population
    correction takes off; that part is added here: weights value / sqrt(pi) instead of
    value / pi.

    Args:
        judged: ``truth`` is the adjudicated judgement or the mean of the first ones.
        judgements: First judgements per drawn lot, 0 or 1; none where adjudicated; length n.
            Where there is one, the second is imagined, as often different as measured on the
            lots with two; without any of those the flag ``single_judged`` is set.
        estimator: One that has a variance.
        rng: Seeded by the caller.
        confidence: Nominal coverage.
    """
    plain = estimator(judged, confidence=confidence)
    pairs = _pairs(judgements, rng)
    weights = judged.drawn_values / np.sqrt(judged.probabilities) / judged.volume
    picked = rng.integers(2, size=(REPLICATES, len(judgements)))
    replicates = np.where(picked == 0, pairs[:, :, 0], pairs[:, :, 1]) @ weights
    added = float(replicates.var(ddof=1))
    total = plain.variance + added
    both = replace(
        widened(plain, added, confidence=confidence),
        variance=total,
        degrees=plain.degrees * (total / plain.variance) ** 2 if plain.variance else np.inf,
    )
    return replace(both, flags=(*both.flags, *_measured(judgements)))


def _pairs(judgements: Sequence[Sequence[float]], rng: np.random.Generator) -> Floats:
    """Return two judgements per replicate and lot; shape (REPLICATES, n, 2)."""
    change = disagreement(judgements)
    pairs = np.zeros((REPLICATES, len(judgements), 2))
    for lot, first in enumerate(judgements):
        if len(first) == 1:
            other = rng.random(REPLICATES) < change[int(first[0])]
            pairs[:, lot, 0] = first[0]
            pairs[:, lot, 1] = np.where(other, 1 - first[0], first[0])
        elif first:
            pairs[:, lot] = rng.choice(np.sort(first), size=(REPLICATES, 2))
    return pairs


def disagreement(judgements: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return how often a second person says otherwise after a 0, and after a 1.

    Both are 0 where no lot was judged twice.
    """
    seen, differs = [0, 0], [0, 0]
    for first in judgements:
        for one in range(len(first)):
            for other in range(len(first)):
                if one != other:
                    seen[int(first[one])] += 1
                    differs[int(first[one])] += first[one] != first[other]
    zero, one_ = (d / s if s else 0.0 for d, s in zip(differs, seen, strict=True))
    return zero, one_


def _measured(judgements: Sequence[Sequence[float]]) -> tuple[str, ...]:
    return () if any(len(first) > 1 for first in judgements) else ("single_judged",)


def first_answers(
    readings: Iterable[Given], answer: Callable[[Given], Told]
) -> dict[str, tuple[bool, tuple[Told, ...]]]:
    """Return per notice whether it was decided on, and the decision or else all readings.

    Two decisions that differ decide nothing.

    Args:
        answer: What a reading says; it can be compared.
    """
    rounds: defaultdict[str, list[Given]] = defaultdict(list)
    for one in sorted(readings, key=lambda x: (x.notice_id, x.round, x.annotator)):
        rounds[one.notice_id].append(one)
    found = {}
    for notice_id, several in rounds.items():
        decided = [answer(x) for x in several if x.round == "adjudicated"]
        if len(set(decided)) == 1:
            found[notice_id] = True, tuple(decided[:1])
        else:
            found[notice_id] = False, tuple(decided or map(answer, several))
    return found
