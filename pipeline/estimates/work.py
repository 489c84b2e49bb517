"""What is known of a period and figured from it, each step once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, cached_property

from pipeline.corpus import missions
from pipeline.corpus.annotations import check as check_text
from pipeline.errors import NoDraw, TooFewLabels
from pipeline.estimates import drawing, stops
from pipeline.estimates.arrays import Basis
from pipeline.estimates.figured import Figured, estimated
from pipeline.estimates.material import Material, material
from pipeline.estimates.signs import signs
from pipeline.evaluation.drift import Month, alarms, drift_check
from pipeline.evaluation.months import months_of
from pipeline.home import Home
from pipeline.labels import scores as scoring
from pipeline.labels.classify import Classifier
from pipeline.labels.scores import Scores
from pipeline.learning import promotions
from pipeline.notices import checks
from pipeline.notices.overview import Overview
from pipeline.notices.period import (
    all_outlines,
    inspection,
    quarters_before,
)
from pipeline.records import Annotation, Check, Draw, MissionReading, Notice, Period


def _silent(_: str) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda _: None)


@dataclass(kw_only=True)
class PeriodFigures(Home):
    """What is known and figured of one period, each step made when it is asked for, and once.

    Attributes:
        model_id: ``None`` for the promoted model.
        jobs: Processes for the model, at least 1.
        everything: Whether also the tenders are read that do not touch the period.
        show: Given what is done, a context that hears how much of it is done.
    """

    period: Period
    model_id: str | None = None
    jobs: int = 1
    everything: bool = False
    show: Callable[[str], AbstractContextManager[Callable[[int], None]]] = _silent

    @cached_property
    def overview(self) -> Overview:
        """All that was collected, of every period."""
        return Overview.of(self.raw)

    @cached_property
    def material(self) -> Material:
        """Notices, procedures and frame."""
        drawn = drawing.stored_draws(self.store, self.period)
        judged = (text for each in drawn for text in each.text_notice_ids)
        return material(
            self.overview,
            self.period,
            judged=judged,
            everything=self.everything,
            suspect_fraction=self.settings.suspect_fraction,
            country=self.country,
        )

    @cached_property
    def unscored(self) -> list[Notice]:
        """The texts of the frame that the model has not judged yet."""
        known = scoring.known(self.store, self.model, self.codebook)
        return scoring.missing(self.material.texts(), known, self.codebook)

    @cached_property
    def scores(self) -> Scores:
        """What the model says of the texts of the frame; only new texts are asked."""
        if self.unscored:
            classifier = Classifier.load(self.model, settings=self.settings)
            with self.show("classify") as tell:
                scoring.score(
                    self.unscored,
                    store=self.store,
                    classifier=classifier,
                    jobs=self.jobs,
                    tell=tell,
                )
        return scoring.known(self.store, self.model, self.codebook)

    @cached_property
    def model(self) -> str:
        """The model's id."""
        return self.model_id or promotions.champion(self.store).model_id

    @cached_property
    def drawn(self) -> tuple[tuple[Draw, ...], tuple[Annotation, ...]]:
        """The draw that speaks for the period with its supplements, and their judgements."""
        return drawing.judged_draw(
            drawing.stored_draws(self.store, self.period),
            drawing.judgements(self.store, self.codebook),
        )

    @cached_property
    def judged_draw(self) -> tuple[tuple[Draw, ...], tuple[Annotation, ...]]:
        """The same, held against the texts.

        Raises:
            CorpusError: A judgement is about another text than the notice has now.
        """
        drawn, ours = self.drawn
        for one in ours:
            if one.notice_id in self.material.whole:
                check_text(one, self.material.whole[one.notice_id])
        return drawn, ours

    @cached_property
    def missions(self) -> tuple[MissionReading, ...]:
        """What people said of the missions of the draw.

        Raises:
            CorpusError: They read another text than the notice has now.
        """
        drawn = {text for each in self.drawn[0] for text in each.text_notice_ids}
        found = drawing.missions_of(self.store, self.codebook, drawn)
        for one in found:
            if one.notice_id in self.material.whole:
                missions.check(one, self.material.whole[one.notice_id])
        return found

    @cached_property
    def basis(self) -> Basis:
        """What estimates are made of."""
        drawn, judgements = self.judged_draw
        return Basis(
            period=self.period,
            lots=self.material.lots,
            scores=self.scores,
            codebook=self.codebook,
            draw=drawn[0] if drawn else None,
            supplements=drawn[1:],
            annotations=judgements,
            missions=self.missions,
            signs=signs(self.material.lots, self.material.notices, self.codebook),
            country=self.country,
        )

    @cached_property
    def figured(self) -> Figured:
        """The estimates.

        Raises:
            NoDraw: There is no judged draw.
            TooFewLabels: Too little of it is judged.
        """
        return estimated(self.basis)

    @cached_property
    def missing(self) -> NoDraw | TooFewLabels | None:
        """Why there is no share to publish; ``None`` where there is one."""
        try:
            _ = self.figured
        except (NoDraw, TooFewLabels) as error:
            return error
        return None

    @cached_property
    def inspected(self) -> checks.Inspection:
        """The notices of the period and of the quarters before it, as the checks see them."""
        return inspection(self.period, store=self.raw, country=self.country)

    @cached_property
    def drift(self) -> list[Check]:
        """Whether a quarter is still what the model knows; the model is asked nothing for it."""
        if not self.period.is_quarter or not promotions.history(self.store):
            return []
        scores = scoring.known(self.store, self.model, self.codebook)
        known = dict(zip(quarters_before(self.period), self.inspected.previous, strict=True))
        known[self.period] = self.inspected.notices

        @cache
        def months(quarter: Period) -> Sequence[Month] | None:
            if quarter not in known:
                known[quarter] = [x.notice for x in all_outlines(quarter, store=self.raw)]
            return months_of(quarter, known[quarter], scores) if known[quarter] else None

        since = dt.date.fromisoformat(promotions.champion(self.store).on[:10])
        return [drift_check(x) for x in alarms(self.period, months, since=since)]

    @cached_property
    def checks(self) -> list[Check]:
        """Whether the period is plausible, and its figures may be published."""
        found = checks.inspect(self.inspected)
        if not self.inspected.notices:
            return found
        draws, annotations = self.drawn
        return found + stops.publication_checks(
            self.material.lots,
            draws,
            annotations,
            codebook=self.codebook,
            floor=self.settings.agreement_floor,
        )
