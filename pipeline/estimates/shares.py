"""From a draw and its judgements to published estimates, with the rules for small domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CorpusError, TooFewLabels
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
    supplements: Sequence[Draw] = (),
    held_out: HeldOut | None = None,
) -> tuple[Judged, tuple[str, ...]]:
    """Bring frame, draws and judgements together.

    Where part of a stratum is not judged, the judged lots stand for the whole of it: their
    probabilities are multiplied by the part that is judged. Lots that left the frame since
    the draw are left out. Lots that entered since are marked, until a supplementary draw is
    made from them; ``Judged.entered_part`` says how much they are worth.

    Args:
        lots: Lots of the frame that are in; length N.
        draw: ``None`` allows diagnostics only.
        truths: Per ``lot_key`` 0, 1, or the mean of first judgements.
        values: Euro; the mean of the imputations where missing; shape (N,). Less than 1, or
            NaN, counts as 1, so that the lot still counts by number.
        scores: 0 to 1; shape (N,).
        supplements: Draws from lots that entered after the draw, and after each other.
        held_out: For the estimators that correct by error rates.

    Returns:
        What the estimators take, and flags: ``incomplete_draw`` (not all of it is judged),
        ``left_after_draw`` (drawn lots are no longer in the frame) and ``frame_grew`` (it has
        more lots than the draw was made from, which did not record them).

    Raises:
        CorpusError: Two draws were made from the same lot.
    """
    draws = () if draw is None else (draw, *supplements)
    entered, grew = _entered(lots, draws)
    place = {lot.lot_key: index for index, lot in enumerate(lots)}
    drawn = [each for number, one in enumerate(draws) for each in _drawn(one, number)]
    inside = [(place[key], pi, stratum) for key, pi, stratum in drawn if key in place]
    answered = [each for each in inside if lots[each[0]].lot_key in truths]
    judged = Judged(
        values=np.fmax(values, 1.0),
        scores=scores,
        entered=entered if entered.any() else None,
        held_out=held_out,
        **_columns(lots, inside, answered, truths),
    )
    flags = (
        ("incomplete_draw", len(answered) < len(inside)),
        ("left_after_draw", len(inside) < len(drawn)),
        ("frame_grew", grew),
    )
    return judged, tuple(flag for flag, true in flags if true)


Drawn = tuple[int, float, str]


def _drawn(draw: Draw, number: int) -> Iterator[tuple[str, float, str]]:
    """Yield lot, probability and stratum; strata of different draws stay apart."""
    for key, pi, stratum in zip(draw.lot_keys, draw.probabilities, draw.strata, strict=True):
        yield key, pi, f"{number:02d} {stratum}"


def _entered(lots: Sequence[AwardLot], draws: Sequence[Draw]) -> tuple[NDArray[np.bool_], bool]:
    """Return which lots no draw was made from, and whether there are such that we cannot name."""
    seen: set[str] = set()
    for draw in draws:
        twice = len(seen & draw.frame)
        if twice:
            raise CorpusError(
                f"draw {draw.draw_id} was made from {twice} lots of an earlier draw",
                hint="A supplementary draw is made from the lots that entered after the others.",
            )
        seen |= draw.frame
    if all(draw.frame_lots for draw in draws):
        new = [bool(draws) and Draw.fingerprint_of(lot.lot_key) not in seen for lot in lots]
        return np.array(new, dtype=bool), False
    number = sum(sum(draw.stratum_sizes.values()) for draw in draws)
    return np.zeros(len(lots), dtype=bool), len(lots) > number


def _columns(
    lots: Sequence[AwardLot],
    inside: Sequence[Drawn],
    answered: Sequence[Drawn],
    truths: Mapping[str, float],
) -> dict[str, Any]:
    """Return what ``Judged`` holds per judged lot."""
    procedures = {lot.procedure_key: number for number, lot in enumerate(lots)}
    part = _answered_part(inside, answered)
    names = sorted(part)
    found = [lots[index] for index, _, _ in answered]
    return {
        "drawn": np.array([index for index, _, _ in answered], dtype=np.int64),
        "truth": np.array([truths[lot.lot_key] for lot in found], dtype=np.float64),
        "probabilities": np.array([pi * part[name] for _, pi, name in answered], dtype=float),
        "strata": np.array([names.index(name) for _, _, name in answered], dtype=np.int64),
        "clusters": np.array([procedures[lot.procedure_key] for lot in found], dtype=np.int64),
    }


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

    @property
    def answerable(self) -> bool:
        """Whether there are values to weigh with; by number there always are."""
        if self.weighting == "number" or self.imputed is None:
            return True
        return not bool(np.isnan(self.imputed).any())


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
        TooFewLabels: The draw has too few judgements, or too few values are known.
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
    if not question.answerable:
        raise TooFewLabels(f"too few values are known for a share by value of {question.period}")
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
