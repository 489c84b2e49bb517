"""From a draw and its judgements to published estimates, with the rules for small domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.estimates.disagreement import with_disagreement
from pipeline.estimates.estimators import ESTIMATORS, PUBLISHED, check
from pipeline.estimates.imputation import multiply_imputed
from pipeline.estimates.judged import Floats, HeldOut, Interval, Judged
from pipeline.records import AwardLot, Draw, Estimate

# Suppressed: below this the figure says something about single contracts, and its error is not
# known. Flagged: the interval still covers, but a reader should not compare.
SUPPRESS_BELOW_LOTS = 10
SUPPRESS_BELOW_PROCEDURES = 5
FLAG_BELOW_LOTS = 50
FLAG_ABOVE_HALF_WIDTH = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A domain whose share is not shown, and why."""

    domain: str
    labelled: int
    procedures: int


def judged_lots(
    lots: Sequence[AwardLot],
    draw: Draw | None,
    truths: Mapping[str, float],
    *,
    values: Floats,
    scores: Floats,
    held_out: HeldOut | None = None,
) -> tuple[Judged, tuple[str, ...]]:
    """Bring frame, draw and judgements together.

    Where part of a stratum is not judged, the judged lots stand for the whole of it: their
    probabilities are multiplied by the part that is judged. Lots that left the frame since
    the draw are left out.

    Args:
        lots: Lots of the frame that are in; length N.
        draw: ``None`` allows diagnostics only.
        truths: Per ``lot_key`` 0, 1, or the mean of first judgements.
        values: Euro; the mean of the imputations where missing; shape (N,). Less than 1
            counts as 1, so that the lot still counts by number.
        scores: 0 to 1; shape (N,).
        held_out: For the estimators that correct by error rates.

    Returns:
        What the estimators take, and flags: ``incomplete_draw`` (not all of it is judged) and
        ``frame_grew`` (the frame has more lots than the draw was made from).
    """
    place = {lot.lot_key: index for index, lot in enumerate(lots)}
    procedures = {lot.procedure_key: number for number, lot in enumerate(lots)}
    drawn = () if draw is None else zip(draw.lot_keys, draw.probabilities, draw.strata, strict=True)
    inside = [(place[key], pi, stratum) for key, pi, stratum in drawn if key in place]
    answered = [each for each in inside if lots[each[0]].lot_key in truths]
    part = _answered_part(inside, answered)
    names = sorted(part)
    indices = np.array([index for index, _, _ in answered], dtype=np.int64)
    judged = Judged(
        values=np.maximum(values, 1.0),
        scores=scores,
        drawn=indices,
        truth=np.array([truths[lots[index].lot_key] for index in indices], dtype=np.float64),
        probabilities=np.array([pi * part[stratum] for _, pi, stratum in answered], dtype=float),
        strata=np.array([names.index(stratum) for _, _, stratum in answered], dtype=np.int64),
        clusters=np.array([procedures[lots[i].procedure_key] for i in indices], dtype=np.int64),
        held_out=held_out,
    )
    grew = draw is not None and len(lots) > sum(draw.stratum_sizes.values())
    flags = (("incomplete_draw", len(answered) < len(inside)), ("frame_grew", grew))
    return judged, tuple(flag for flag, true in flags if true)


Drawn = tuple[int, float, str]


def _answered_part(inside: Sequence[Drawn], answered: Sequence[Drawn]) -> dict[str, float]:
    """Return per stratum the part of its drawn lots that is judged."""
    asked = Counter(stratum for _, _, stratum in inside)
    given = Counter(stratum for _, _, stratum in answered)
    return {stratum: given[stratum] / number for stratum, number in asked.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is to be estimated.

    Attributes:
        quantity: ``innovation_oriented`` or a label id.
        weighting: ``value`` or ``number``.
        imputed: Imputations of the values, shape (m, N), where values are missing.
        judgements: First judgements per judged lot, as for
            :func:`pipeline.estimates.disagreement.with_disagreement`; ``None`` where every
            truth is adjudicated.
        seed: Of the resampling of judgements.
        flags: Go along with every estimate, ``winsorised`` for example.
    """

    quantity: str
    period: str
    weighting: Literal["value", "number"]
    imputed: Floats | None = None
    judgements: Sequence[Sequence[float]] | None = None
    seed: int = 0
    confidence: float = 0.95
    flags: tuple[str, ...] = ()


def estimate(
    judged: Judged,
    question: Question,
    *,
    method: str = PUBLISHED,
    domain: str = "all",
    within: NDArray[np.bool_] | None = None,
) -> Estimate:
    """Estimate one share of the frame or of a domain.

    Args:
        judged: The whole frame.
        question: What is to be estimated.
        method: Name in ``ESTIMATORS``.
        domain: Its name, for example ``buyer_kind=municipality``.
        within: Which lots it holds; shape (N,).

    Raises:
        NoDraw: The method needs a draw and there is none.
        TooFewLabels: The draw has too few judgements.
        ValueError: The method may not be applied to value shares.
    """
    estimator = ESTIMATORS[method]
    if question.weighting == "value" and not estimator.by_value:
        raise ValueError(f"{method} counts lots; it says nothing about value shares")
    mask = np.ones(len(judged.values), dtype=bool) if within is None else within
    part = judged.within(mask)
    got = _interval(part, question, method, mask)
    small = part.labelled < FLAG_BELOW_LOTS or got.high - got.low > 2 * FLAG_ABOVE_HALF_WIDTH
    flags = (*got.flags, *question.flags)
    if small and estimator.role != "diagnostic":
        flags += ("small_domain",)
    return Estimate(
        quantity=question.quantity,
        period=question.period,
        domain=domain,
        weighting=question.weighting,
        share=got.share,
        low=got.low,
        high=got.high,
        confidence=question.confidence,
        labelled=part.labelled,
        frame_size=int(mask.sum()),
        method=method,
        flags=tuple(dict.fromkeys(flags)),
    )


def interval(
    judged: Judged,
    question: Question,
    *,
    method: str = PUBLISHED,
    within: NDArray[np.bool_] | None = None,
) -> Interval:
    """Return what :func:`estimate` rests on, with its variance: what a series adds up.

    Raises:
        NoDraw: The method needs a draw and there is none.
        TooFewLabels: The draw has too few judgements.
    """
    mask = np.ones(len(judged.values), dtype=bool) if within is None else within
    return _interval(judged.within(mask), question, method, mask)


def _interval(part: Judged, question: Question, method: str, mask: NDArray[np.bool_]) -> Interval:
    estimator = ESTIMATORS[method].function
    if question.judgements is not None and ESTIMATORS[method].role != "diagnostic":
        estimator = partial(
            with_disagreement,
            judgements=question.judgements,
            estimator=estimator,
            rng=np.random.default_rng(question.seed),
        )
    if question.weighting == "number":
        return estimator(part.by_number(), confidence=question.confidence)
    if question.imputed is None:
        return estimator(part, confidence=question.confidence)
    if ESTIMATORS[method].role == "diagnostic":
        filled = replace(part, values=question.imputed.mean(axis=0) * mask)
        return estimator(filled, confidence=question.confidence)
    return multiply_imputed(
        part, question.imputed * mask, estimator=estimator, confidence=question.confidence
    )


def by_domain(
    judged: Judged, question: Question, domains: Mapping[str, NDArray[np.bool_]]
) -> tuple[tuple[Estimate, ...], tuple[Suppressed, ...]]:
    """Estimate the published share of each domain that is large enough.

    Args:
        judged: The whole frame.
        question: What is to be estimated.
        domains: Per name which lots it holds; each of shape (N,).

    Raises:
        NoDraw: There are no drawn labels.
        TooFewLabels: The draw has too few judgements.
    """
    check(judged)
    estimates, suppressed = [], []
    for name, within in domains.items():
        inside = within[judged.drawn]
        labelled, procedures = int(inside.sum()), len(np.unique(judged.clusters[inside]))
        if labelled < SUPPRESS_BELOW_LOTS or procedures < SUPPRESS_BELOW_PROCEDURES:
            suppressed.append(Suppressed(domain=name, labelled=labelled, procedures=procedures))
        else:
            estimates.append(estimate(judged, question, domain=name, within=within))
    return tuple(estimates), tuple(suppressed)
