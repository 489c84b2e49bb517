"""The arrays that estimates of a period are made from, and the estimates themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.codebook import MISSION, Codebook
from pipeline.countries import NETHERLANDS, Country
from pipeline.estimates import shares
from pipeline.estimates.disagreement import first_answers
from pipeline.estimates.domains import WHOLES, Mask, masks
from pipeline.estimates.estimators import ESTIMATORS, PUBLISHED
from pipeline.estimates.frame import winsorise
from pipeline.estimates.imputation import best_and_worst, impute
from pipeline.estimates.judged import Floats, Interval, Judged
from pipeline.estimates.parts import inside_whole, is_part, narrowed
from pipeline.estimates.series import Quarter
from pipeline.estimates.shares import FLAG_BELOW_LOTS, Question, Suppressed
from pipeline.estimates.unread import Unread
from pipeline.labels.scores import Scores
from pipeline.records import (
    INNOVATION,
    Annotation,
    AwardLot,
    Draw,
    Estimate,
    MissionReading,
    Period,
    Weighting,
)

# Of the imputations and of the resampling of judgements; fixed, so that a figure is the same
# whoever calculates it.
SEED = 20260101

# What is also shown without defence, and added up over quarters.
HEADLINES = (INNOVATION, "solution", "rd")
WEIGHTINGS: tuple[Weighting, ...] = ("value", "number")
BUYERS = "buyer_kind="
PARTS = (BUYERS, "cpv_division=", "province=")

# Between two labels that a lot must both have.
BOTH = "&"

# An interval wider than this says nothing: what it is about is too small to show.
WIDEST = 0.5


def both(quantity: str, other: str) -> str:
    """Return the quantity of lots that have both."""
    return f"{quantity}{BOTH}{other}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What estimates are made of.

    Attributes:
        lots: Of the frame, those that are in; length N.
        draw: ``None`` allows diagnostics only.
        supplements: Draws from lots that entered since, all of it judged.
        annotations: Judgements of those draws, all rounds.
        missions: Judgements of the missions of those draws, all rounds.
        signs: Per sign which lots carry it, each of shape (N,); from ``signs.signs``.
        country: Whose frame it is.
    """

    period: Period
    lots: Sequence[AwardLot]
    scores: Scores
    codebook: Codebook
    draw: Draw | None = None
    supplements: Sequence[Draw] = ()
    annotations: Sequence[Annotation] = ()
    missions: Sequence[MissionReading] = ()
    signs: Mapping[str, Mask] = field(default_factory=dict)
    country: Country = NETHERLANDS

    @property
    def draws(self) -> tuple[Draw, ...]:
        """The draw and its supplements; none without a draw."""
        return () if self.draw is None else (self.draw, *self.supplements)

    @property
    def unread(self) -> Unread:
        """The lots that the model does not read."""
        return Unread.of(self.lots, self.scores)


class Work:
    """The arrays of one basis, made once."""

    def __init__(self, basis: Basis) -> None:
        self.basis, self.lots = basis, basis.lots
        self.texts = [lot.text_notice_id for lot in basis.lots]
        self.values = np.array(
            [np.nan if lot.value_eur is None else lot.value_eur for lot in basis.lots]
        )
        self.kinds = [(lot.cpv_division, lot.procedure, lot.buyer_kind) for lot in basis.lots]
        self.imputed = self._imputed(self.values)
        self.masks = masks(basis.lots)
        self.first = first_answers(basis.annotations, lambda x: x.judgement)
        self.served = first_answers(basis.missions, lambda x: x.missions)
        self.known: dict[str, tuple[Judged, Sequence[Sequence[float]], tuple[str, ...]]] = {}
        self.wholes: dict[tuple[Weighting, str], Estimate] = {}

    @property
    def weightings(self) -> tuple[Weighting, ...]:
        """By what shares can be weighed: by value only where values are known."""
        _, question = self.question(INNOVATION, "value")
        return WEIGHTINGS if question.answerable else ("number",)

    def _imputed(self, values: Floats) -> Floats | None:
        if not np.isnan(values).any():
            return None
        return impute(values, self.kinds, rng=np.random.default_rng(SEED))

    def truths(self, quantity: str) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
        """Per judged lot the truth, and the first judgements where none was adjudicated."""
        means: dict[str, float] = {}
        firsts: dict[str, tuple[float, ...]] = {}
        drawn = (
            pair
            for x in self.basis.draws
            for pair in zip(x.lot_keys, x.text_notice_ids, strict=True)
        )
        for key, text in drawn:
            if answered := self._answers(text, quantity):
                decided, given = answered
                means[key] = sum(given) / len(given)
                firsts[key] = () if decided else given
        return means, firsts

    def _answers(self, text: str, quantity: str) -> tuple[bool, tuple[float, ...]] | None:
        """Return whether a notice was decided on, and 0 or 1 of each judgement that holds."""
        if BOTH in quantity:
            each = [self._answers(text, part) for part in quantity.split(BOTH)]
            if None in each:
                return None
            (one, first), (other, second) = filter(None, each)
            return one and other, tuple(a * b for a in first for b in second)
        if quantity in self.basis.codebook.of(MISSION):
            served = self.served.get(text)
            return served and (served[0], tuple(float(quantity in x) for x in served[1]))
        judged = self.first.get(text)
        return judged and (judged[0], tuple(float(x.has(quantity)) for x in judged[1]))

    def _scores(self, quantity: str) -> Floats:
        parts = [self.basis.scores.probabilities(x, self.texts) for x in quantity.split(BOTH)]
        return np.asarray(np.prod(parts, axis=0), dtype=np.float64)

    def judged(self, quantity: str) -> tuple[Judged, Sequence[Sequence[float]], tuple[str, ...]]:
        """Bring frame, draw and judgements of one quantity together."""
        if quantity not in self.known:
            means, firsts = self.truths(quantity)
            judged, flags = shares.judged_lots(
                self.lots,
                self.basis.draw,
                means,
                values=self.values if self.imputed is None else self.imputed.mean(axis=0),
                scores=self._scores(quantity),
                supplements=self.basis.supplements,
            )
            judgements = [firsts[self.lots[index].lot_key] for index in judged.drawn]
            self.known[quantity] = judged, judgements, flags
        return self.known[quantity]

    def question(self, quantity: str, weighting: Weighting) -> tuple[Judged, Question]:
        """Return what is asked, with what it is asked of."""
        judged, judgements, flags = self.judged(quantity)
        return judged, question_of(
            self.basis,
            weighting,
            quantity=quantity,
            imputed=self.imputed,
            judgements=judgements,
            flags=flags,
        )

    def shares(self) -> Iterator[Estimate]:
        """Yield the published shares of the whole frame, innovation by value first."""
        book = self.basis.codebook
        labels = [x for name in ("aspect", "degree", "forms") for x in book.of(name)]
        for quantity in dict.fromkeys((*HEADLINES, *labels)):
            wholes = WHOLES if quantity in HEADLINES else WHOLES[:1]
            for domain in wholes:
                if self.masks[domain].any():
                    for weighting in self.weightings:
                        found = self.share(quantity, weighting, domain=domain)
                        if quantity in HEADLINES or found.high - found.low <= WIDEST:
                            yield found

    def missions(self) -> Iterator[Estimate]:
        """Yield the share that serves each mission, and that is innovation-oriented as well.

        Nothing where nobody was asked for missions, and nothing that is too uncertain to show.
        """
        for mission in self.basis.codebook.of(MISSION) if self.served else ():
            for weighting in self.weightings:
                served = self.share(mission, weighting, domain=WHOLES[0])
                oriented = self.share(both(INNOVATION, mission), weighting, domain=WHOLES[0])
                found = (served, inside_whole(oriented, served))
                yield from (x for x in found if x.high - x.low <= WIDEST)

    def buyers(self) -> Iterator[Estimate]:
        """Yield the share of each kind of buyer that serves each mission, where enough is judged.

        Ten missions of ten kinds of buyers are many figures, so small domains are left out whole.
        """
        for mission in self.basis.codebook.of(MISSION) if self.served else ():
            judged, question = self.question(mission, self.weightings[0])
            kinds = {
                name: mask
                for name, mask in sorted(self.masks.items())
                if name.startswith(BUYERS) and mask[judged.drawn].sum() >= FLAG_BELOW_LOTS
            }
            found, _ = shares.by_domain(judged, question, kinds)
            yield from (x for x in found if "small_domain" not in x.flags)

    def share(self, quantity: str, weighting: Weighting, *, domain: str) -> Estimate:
        """Estimate one share; a part is bounded by what is innovation-oriented in its domain."""
        judged, question = self.question(quantity, weighting)
        found = shares.estimate(judged, question, domain=domain, within=self.masks[domain])
        if not is_part(quantity, self.basis.codebook):
            return found
        if (weighting, domain) not in self.wholes:
            self.wholes[weighting, domain] = self.share(INNOVATION, weighting, domain=domain)
        return inside_whole(found, self.wholes[weighting, domain])

    def winsorised(self) -> Iterator[Estimate]:
        """Yield the headline with the largest values capped; nothing where none is known."""
        if "value" not in self.weightings:
            return
        capped = winsorise(self.values)
        imputed = self._imputed(capped)
        judged, judgements, flags = self.judged(INNOVATION)
        values = capped if imputed is None else imputed.mean(axis=0)
        lesser = replace(judged, values=np.maximum(values, 1.0))
        asked = question_of(
            self.basis,
            "value",
            imputed=imputed,
            judgements=judgements,
            flags=(*flags, "winsorised"),
        )
        yield shares.estimate(lesser, asked)

    def parts(self) -> tuple[tuple[Estimate, ...], tuple[Suppressed, ...]]:
        """Estimate the parts of the frame; those that are too small are named, not shown."""
        domains = {name: self.masks[name] for name in sorted(self.masks) if name.startswith(PARTS)}
        found: list[Estimate] = []
        suppressed: dict[str, Suppressed] = {}
        for weighting in self.weightings:
            judged, question = self.question(INNOVATION, weighting)
            estimates, small = shares.by_domain(judged, question, domains)
            found += estimates
            suppressed |= {each.domain: each for each in small}
        judged, _, _ = self.judged(INNOVATION)
        for domain in {x.domain for x in found if x.high - x.low > WIDEST}:
            inside = domains[domain][judged.drawn]
            suppressed[domain] = Suppressed(
                domain=domain,
                labelled=int(inside.sum()),
                procedures=len(np.unique(judged.clusters[inside])),
                reason="wide",
            )
        return (
            tuple(x for x in found if x.domain not in suppressed),
            tuple(suppressed[name] for name in sorted(suppressed)),
        )

    def others(self) -> Iterator[Estimate]:
        """Yield what the control and the diagnostic estimators say of the whole frame.

        Where the model does not read the language, there is nothing of its own to add up.
        """
        for role in ("control",) if self.basis.unread.many else ("control", "diagnostic"):
            for method, weighting in methods(role, self.weightings):
                judged, question = self.question(INNOVATION, weighting)
                yield shares.estimate(judged, question, method=method)

    def missing_bounds(self, share: float) -> tuple[float, float] | None:
        """Return how far missing values could move the share by value."""
        return None if self.imputed is None else best_and_worst(share, self.values, self.kinds)

    def extremes(self, found: Estimate) -> tuple[float, float]:
        """Return how far sampling and missing values together could move a share by value."""
        if self.imputed is None:
            return found.low, found.high
        ends = (best_and_worst(end, self.values, self.kinds) for end in (found.low, found.high))
        (low, _), (_, high) = ends
        return min(low, found.low), max(high, found.high)

    @property
    def skipped(self) -> tuple[str, ...]:
        """Name the questions that have no answer because no values are known."""
        if "value" in self.weightings:
            return ()
        return tuple(f"{quantity} by value" for quantity in HEADLINES)

    def totals(self) -> dict[str, Quarter]:
        """Return what longer periods add up; nothing where no value is known."""
        if "value" not in self.weightings:
            return {}
        return {
            f"{quantity} {domain}": self.total(quantity, domain)
            for quantity in HEADLINES
            for domain in WHOLES
            if self.masks[domain].any()
        }

    def total(self, quantity: str, domain: str) -> Quarter:
        """Return the estimated volume with its variance, by value; within the whole, as a share."""
        volume = float(self.question(quantity, "value")[0].values[self.masks[domain]].sum())
        return Quarter.of(self.basis.period, self.interval(quantity, domain), volume)

    def interval(self, quantity: str, domain: str) -> Interval:
        """Return the interval by value that :meth:`share` rests on."""
        judged, question = self.question(quantity, "value")
        found = shares.interval(judged, question, within=self.masks[domain])
        if not is_part(quantity, self.basis.codebook):
            return found
        return narrowed(found, self.interval(INNOVATION, domain))


def question_of(
    basis: Basis,
    weighting: Weighting,
    *,
    quantity: str = INNOVATION,
    imputed: Floats | None = None,
    judgements: Sequence[Sequence[float]] | None = None,
    flags: tuple[str, ...] = (),
) -> Question:
    """Return what is asked of a basis; arguments as in ``Question``."""
    return Question(
        quantity=quantity,
        period=str(basis.period),
        weighting=weighting,
        imputed=imputed,
        judgements=judgements,
        seed=SEED,
        flags=flags,
    )


def methods(
    role: str, weightings: Sequence[Weighting] = WEIGHTINGS
) -> Iterator[tuple[str, Weighting]]:
    """Yield estimators of a role by weighting.

    Those that correct by error rates need notices that were held out from the model and judged
    like those of the frame; there are none yet.
    """
    for name, each in ESTIMATORS.items():
        if each.role == role and each.by_value and name != PUBLISHED:
            yield from ((name, weighting) for weighting in weightings)
