"""Estimates of a period: every quantity, domain and weighting that the report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.corpus.agreement import agreement
from pipeline.corpus.draws import sizes
from pipeline.errors import CorpusError, NoDraw
from pipeline.estimates import shares
from pipeline.estimates.arrays import HEADLINES, SEED, Basis, Work, methods, question_of
from pipeline.estimates.domains import WHOLES
from pipeline.estimates.series import Quarter
from pipeline.estimates.shares import Suppressed
from pipeline.records import INNOVATION, Draw, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawFacts:
    """The draw whose judgements speak for the frame.

    Attributes:
        drawn: Lots in the draw.
        judged: Lots of it that are judged.
        take_all: Drawn lots whose inclusion probability is 1.
        agreement: Krippendorff's alpha (ordinal) of the degree between first judgements;
            ``None`` where nobody judged twice.
    """

    draw_id: str
    drawn: int
    judged: int
    take_all: int
    agreement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figured:
    """What was estimated.

    Attributes:
        estimates: Published, control and diagnostic ones.
        missing_bounds: Share by value if all missing values were worst, and best.
        extremes: Per aspect and for the headline, by value: how low and how high the share could
            lie by sampling and missing values together.
        skipped: Questions without an answer, such as ``rd by value`` where no value is known.
        totals: Published, by value, per ``quantity domain``: what longer periods add up.
        truths: Per judged lot the part of its judgements that is innovation-oriented.
    """

    estimates: tuple[Estimate, ...]
    suppressed: tuple[Suppressed, ...] = ()
    missing_bounds: tuple[float, float] | None = None
    extremes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    totals: Mapping[str, Quarter]
    truths: Mapping[str, float]
    draw: DrawFacts | None = None


def diagnostics(basis: Basis) -> Figured:
    """Estimate without a draw: biased, marked as such, not for publication.

    Missing values count for the mean of their kind.
    """
    estimates: tuple[Estimate, ...] = ()
    if basis.lots:
        texts = [lot.text_notice_id for lot in basis.lots]
        judged, _ = shares.judged_lots(
            basis.lots,
            None,
            {},
            values=sizes(basis.lots),
            scores=basis.scores.probabilities(INNOVATION, texts),
        )
        estimates = tuple(
            shares.estimate(judged, question_of(basis, weighting), method=method)
            for method, weighting in methods("diagnostic")
        )
    return Figured(estimates=estimates, totals={}, truths={})


def estimated(basis: Basis) -> Figured:
    """Estimate everything from a judged draw.

    Raises:
        NoDraw: There is no draw, or nothing of it is judged.
        TooFewLabels: Too little of it is judged, or too few values are known.
    """
    if basis.draw is None or not basis.annotations:
        raise no_draw(basis)
    work = Work(basis)
    parts, suppressed = work.parts()
    published = tuple(work.shares())
    estimates = (*published, *work.winsorised(), *parts, *work.others())
    return Figured(
        estimates=estimates,
        suppressed=suppressed,
        missing_bounds=None if work.skipped else work.missing_bounds(estimates[0].share),
        extremes={
            x.quantity: work.extremes(x)
            for x in published
            if (x.domain, x.weighting) == ("all", "value") and x.quantity in HEADLINES
        },
        skipped=work.skipped,
        totals=work.totals(),
        truths=work.truths(INNOVATION)[0],
        draw=_draw_facts(basis, basis.draw),
    )


def headline_total(basis: Basis) -> Quarter:
    """Return what a quarter adds to a longer period, without estimating anything else.

    Raises:
        TooFewLabels: Too little of the draw is judged, or too few values are known.
    """
    return Work(basis).total(INNOVATION, WHOLES[0])


def no_draw(basis: Basis) -> NoDraw:
    """Say why there is no share, and which command leads to one."""
    if basis.draw is None:
        return NoDraw(
            f"no draw of {basis.period} was stored; without one no share is published",
            hint=f"Plan one: `innovatiemonitor plan {basis.period} --half-width 2`.",
        )
    return NoDraw(
        f"nothing of draw {basis.draw.draw_id} is judged yet",
        hint=f"Judge what `draw` wrote, then: `innovatiemonitor judged {basis.period} FILE`.",
    )


def _draw_facts(basis: Basis, draw: Draw) -> DrawFacts:
    judged = {x.notice_id for x in basis.annotations}
    return DrawFacts(
        draw_id=draw.draw_id,
        drawn=len(draw.lot_keys),
        judged=sum(text in judged for text in draw.text_notice_ids),
        take_all=sum(chance == 1 for chance in draw.probabilities),
        agreement=_agreement(basis),
    )


def _agreement(basis: Basis) -> float | None:
    try:
        alphas = agreement(basis.annotations, basis.codebook, seed=SEED, resamples=1)
    except CorpusError:
        # Nobody judged twice.
        return None
    return next(x.alpha for x in alphas if x.question == "degree")
