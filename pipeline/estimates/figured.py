"""Estimates of a period: every quantity, domain and weighting that the report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.corpus.agreement import judged_twice
from pipeline.corpus.draws import sizes, stratum_name
from pipeline.corpus.selection import TAKE_ALL
from pipeline.errors import NoDraw
from pipeline.estimates import shares
from pipeline.estimates.arrays import HEADLINES, SEED, Basis, Work, methods, question_of
from pipeline.estimates.counted import Counted, counted
from pipeline.estimates.domains import WHOLES
from pipeline.estimates.enough import judged_command, require_judged
from pipeline.estimates.series import Quarter
from pipeline.estimates.shares import Suppressed
from pipeline.estimates.unread import ALL_READ, Unread
from pipeline.records import INNOVATION, Draw, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawFacts:
    """The draw whose judgements speak for the frame.

    Attributes:
        drawn: Lots in the draw and its supplements.
        judged: Lots of it that are judged.
        take_all: Drawn lots whose inclusion probability is 1.
        agreement: Krippendorff's alpha (ordinal) of the degree between first judgements;
            ``None`` where nobody judged twice, or where all gave the same answer.
        judged_twice: Notices that two or more people judged independently; with 0 no interval
            holds their disagreement.
        large: Of ``take_all``, those taken because their value is large; the rest lie in strata
            that were drawn whole.
        supplements: Ids of supplementary draws.
        entered_part: Part of the value in lots that no draw was made from, 0 to 1.
    """

    draw_id: str
    drawn: int
    judged: int
    take_all: int
    agreement: float | None
    judged_twice: int = 0
    large: int = 0
    supplements: tuple[str, ...] = ()
    entered_part: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figured:
    """What was estimated.

    Attributes:
        estimates: Published, control and diagnostic ones.
        missing_bounds: Share by value if all missing values were worst, and best.
        extremes: Per aspect and for the headline, by value: how low and how high the share could
            lie by sampling and missing values together.
        counted: Per sign that stands in a field of the notice; needs no draw.
        skipped: Questions without an answer, such as ``rd by value`` where no value is known.
        totals: Published, by value, per ``quantity domain``: what longer periods add up.
        truths: Per judged lot the part of its judgements that is innovation-oriented.
        unread: Lots whose language the model does not read; where they are many, nothing that it
            says is added up.
    """

    estimates: tuple[Estimate, ...]
    suppressed: tuple[Suppressed, ...] = ()
    missing_bounds: tuple[float, float] | None = None
    extremes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    counted: Mapping[str, Counted] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    totals: Mapping[str, Quarter]
    truths: Mapping[str, float]
    draw: DrawFacts | None = None
    unread: Unread = ALL_READ


def diagnostics(basis: Basis) -> Figured:
    """Estimate without a draw: biased, marked as such, not for publication.

    Missing values count for the mean of their kind. Nothing is estimated where the model does not
    read the language.
    """
    estimates: tuple[Estimate, ...] = ()
    if basis.lots and not basis.unread.many:
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
    return Figured(
        estimates=estimates, totals={}, truths={}, counted=_counted(basis), unread=basis.unread
    )


def estimated(basis: Basis) -> Figured:
    """Estimate everything from a judged draw.

    Raises:
        NoDraw: There is no draw, or nothing of it is judged.
        TooFewLabels: Too little of it is judged, or too few values are known.
    """
    if basis.draw is None or not basis.annotations:
        raise no_draw(basis)
    work = Work(basis)
    require_judged(work)
    parts, suppressed = work.parts()
    published = tuple(work.shares())
    missions = (*work.missions(), *work.buyers())
    estimates = (*published, *work.winsorised(), *parts, *missions, *work.others())
    extremes = {
        x.quantity: work.extremes(x)
        for x in published
        if (x.domain, x.weighting) == ("all", "value") and x.quantity in HEADLINES
    }
    return Figured(
        estimates=estimates,
        suppressed=suppressed,
        missing_bounds=None if work.skipped else work.missing_bounds(estimates[0].share),
        extremes=extremes,
        counted=_counted(basis),
        skipped=work.skipped,
        totals=work.totals(),
        truths=work.truths(INNOVATION)[0],
        draw=_draw_facts(work, basis.draw),
        unread=basis.unread,
    )


def _counted(basis: Basis) -> dict[str, Counted]:
    lots = basis.lots
    values = np.array([np.nan if x.value_eur is None else x.value_eur for x in lots])
    kinds = [(x.cpv_division, x.procedure, x.buyer_kind) for x in lots]
    return {name: counted(values, mask, kinds) for name, mask in basis.signs.items() if len(lots)}


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
            hint=f"Plan one: `innovatiemonitor plan {basis.period}{basis.country.options} "
            "--half-width 2`.",
        )
    return NoDraw(
        f"nothing of draw {basis.draw.draw_id} is judged yet",
        hint=f"Judge what `draw` wrote, then: {judged_command(basis)}.",
    )


def _draw_facts(work: Work, draw: Draw) -> DrawFacts:
    basis = work.basis
    judged = {x.notice_id for x in basis.annotations}
    certain = [
        stratum
        for each in basis.draws
        for stratum, chance in zip(each.strata, each.probabilities, strict=True)
        if chance == 1
    ]
    twice, alpha = judged_twice(basis.annotations, basis.codebook, seed=SEED)
    return DrawFacts(
        draw_id=draw.draw_id,
        drawn=sum(len(each.lot_keys) for each in basis.draws),
        judged=sum(text in judged for each in basis.draws for text in each.text_notice_ids),
        take_all=len(certain),
        agreement=alpha,
        judged_twice=twice,
        large=certain.count(stratum_name(TAKE_ALL)),
        supplements=tuple(each.draw_id for each in basis.supplements),
        entered_part=work.judged(INNOVATION)[0].entered_part,
    )
