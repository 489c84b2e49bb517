"""How far people agree: Krippendorff's alpha per judgement and label, with intervals.

Ordinal for degree, nominal for the others; per label for aspect, forms and missions, of which a
notice may have several. Unsure judgements count: leaving them out would flatter.

Source: Krippendorff, Content Analysis (4th ed., 2019), ch. 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import krippendorff
import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import MISSION, Codebook
from pipeline.corpus import missions
from pipeline.corpus.adjudication import readings
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Judgement, MissionReading

Level = Literal["nominal", "ordinal"]
Counts = NDArray[np.int64]

CONFIDENCE = 0.95
NO_OR_YES = ("no", "yes")


class Question(NamedTuple):
    """What is asked of each reading: the values it may get, in order, and how to read them."""

    name: str
    level: Level
    values: tuple[str, ...]
    answer: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Agreement on one question.

    Attributes:
        question: ``degree``, ``innovation_oriented``, ``openness``, or a label of aspect, form or
            mission.
        notices: Judged by at least two people; N.
        same: Of these, notices on which all agree.
        given: How often each value was given, over all judgements.
        alpha: 1 is agreement throughout, 0 is what chance would give; ``None`` where only one
            value was ever given, about which alpha says nothing.
        low, high: Percentile bootstrap over notices, 95%; ``None`` where alpha is.
        undefined: Share of the resamples that held one value only and are left out.
    """

    question: str
    level: Level
    notices: int
    same: int
    given: Mapping[str, int]
    alpha: float | None
    low: float | None
    high: float | None
    undefined: float


def judged_twice(
    annotations: Iterable[Annotation], codebook: Codebook, *, seed: int
) -> tuple[int, float | None]:
    """Return how many notices two people judged, and alpha of the degree.

    Alpha is ``None`` where there are none, or where only one degree was ever given.

    Raises:
        CorpusError: See ``adjudication.readings``.
    """
    read = tuple(annotations)
    if not any(len(several) > 1 for several in readings(read).values()):
        return 0, None
    found = agreement(read, codebook, seed=seed, resamples=1)
    return next((x.notices, x.alpha) for x in found if x.question == "degree")


def agreement(
    annotations: Iterable[Annotation], codebook: Codebook, *, seed: int, resamples: int = 1000
) -> tuple[Alpha, ...]:
    """Measure agreement between independent readings; decisions are left out.

    Args:
        seed: Of the bootstrap.
        resamples: At least 1.

    Raises:
        CorpusError: No notice was judged by two people, or see ``adjudication.readings``.
    """
    pairs = [
        [one.judgement for one in several]
        for several in readings(annotations).values()
        if len(several) > 1
    ]
    return _measured(pairs, _questions(codebook), seed=seed, resamples=resamples)


def on_missions(
    readings: Iterable[MissionReading], codebook: Codebook, *, seed: int, resamples: int = 1000
) -> tuple[Alpha, ...]:
    """Measure agreement on each mission between independent readings; decisions are left out.

    Args:
        seed, resamples: See :func:`agreement`.

    Raises:
        CorpusError: No notice was read by two people.
    """
    questions = [
        Question(x, "nominal", NO_OR_YES, _whether("missions", x)) for x in codebook.of(MISSION)
    ]
    return _measured(missions.pairs(readings), questions, seed=seed, resamples=resamples)


def _measured(
    pairs: Sequence[Sequence[Judgement | MissionReading]],
    questions: Iterable[Question],
    *,
    seed: int,
    resamples: int,
) -> tuple[Alpha, ...]:
    if not pairs:
        raise CorpusError(
            "no notice was judged by two people", hint="Import judgements of round second."
        )
    rng = np.random.default_rng(seed)
    # The same notices for every question, so that their intervals can be compared.
    drawn = rng.integers(len(pairs), size=(resamples, len(pairs)))
    return tuple(
        _alpha(question, [[question.answer(x) for x in several] for several in pairs], drawn)
        for question in questions
    )


def table(alphas: Iterable[Alpha]) -> str:
    """Write agreement for people: one line per question, in columns.

    "left out" is the share of resamples about which alpha says nothing: where it is large, the
    label is too rare for its interval to mean much.
    """
    lines = [_line("question", "level", "notices", "same", "alpha", "95%", "left out", "given")]
    for one in alphas:
        alpha, interval, left_out = "-", "-", "-"
        if one.alpha is not None and one.low is not None and one.high is not None:
            alpha, interval = f"{one.alpha:z.2f}", f"{one.low:z.2f} to {one.high:z.2f}"
            left_out = f"{one.undefined:.0%}"
        given = ", ".join(f"{value} {count}" for value, count in one.given.items())
        counts = (str(one.notices), str(one.same))
        lines.append(_line(one.question, one.level, *counts, alpha, interval, left_out, given))
    return "".join(lines)


def _line(*cells: str) -> str:
    widths = (26, 9, 9, 6, 7, 15, 10, 0)
    return "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + "\n"


def _questions(codebook: Codebook) -> Iterator[Question]:
    yield Question("degree", "ordinal", codebook.degrees, lambda x: x.degree)
    yield Question(
        "innovation_oriented", "nominal", NO_OR_YES, lambda x: NO_OR_YES[x.innovation_oriented]
    )
    yield Question("openness", "nominal", codebook.of("openness"), lambda x: x.openness)
    for judgement in ("aspect", "forms"):
        for label in codebook.of(judgement):
            yield Question(label, "nominal", NO_OR_YES, _whether(judgement, label))


def _whether(judgement: str, label: str) -> Callable[[Any], str]:
    return lambda x: NO_OR_YES[label in getattr(x, judgement)]


def _alpha(question: Question, answers: list[list[str]], drawn: NDArray[np.int64]) -> Alpha:
    values, level = question.values, question.level
    counts = np.array([[several.count(value) for value in values] for several in answers])
    alpha = _of(counts, level)
    resampled = [_of(counts[chosen], level) for chosen in drawn] if alpha is not None else []
    defined = [x for x in resampled if x is not None]
    ends = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) if defined else None
    return Alpha(
        question=question.name,
        level=level,
        notices=len(answers),
        same=sum(len(set(several)) == 1 for several in answers),
        given=dict(zip(values, counts.sum(axis=0).tolist(), strict=True)),
        alpha=alpha,
        low=None if ends is None else float(ends[0]),
        high=None if ends is None else float(ends[1]),
        undefined=1 - len(defined) / len(drawn),
    )


def _of(counts: Counts, level: Level) -> float | None:
    """Alpha of how often each value was given per notice; shape (N, values)."""
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement=level))
