"""All that a section of the quarterly report may look at: finished figures, no data or models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.codebook import Codebook
from pipeline.countries import NETHERLANDS, Country
from pipeline.estimates.counted import Counted
from pipeline.estimates.estimators import PUBLISHED
from pipeline.estimates.extent import FrameFacts
from pipeline.estimates.figured import DrawFacts
from pipeline.estimates.material import SourceFacts
from pipeline.estimates.reference import NO_YARDSTICKS, Yardstick, Yardsticks
from pipeline.estimates.series import Point
from pipeline.estimates.shares import Suppressed
from pipeline.estimates.unread import ALL_READ, Unread
from pipeline.notices.indicators import Count, Indicator
from pipeline.records import (
    INNOVATION,
    Check,
    Declaration,
    Estimate,
    Period,
    Provenance,
    Weighting,
)
from pipeline.settings import PUBLISHER, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """An indicator that somebody published, with our counts beside it.

    Attributes:
        partial: Of ``counts`` the values of which only a part is collected.
    """

    indicator_id: str
    indicator: Indicator
    counts: tuple[Count, ...]
    partial: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Lots by what the buyer filled in, beside our label.

    Attributes:
        field: ``BT-06`` or ``BT-776``.
        code: A code of the field; ``None`` for a state of the field as a whole.
        state: Whether the buyer declared innovation, declared none, or left it empty.
        lots: With that answer.
        labelled: Of these, lots that the labels call innovation-oriented.
        unlabelled: Of these, lots without a label: the model abstained.
    """

    field: Literal["BT-06", "BT-776"]
    code: str | None
    state: Declaration
    lots: int
    labelled: int
    unlabelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A marked passage with the words around it, and the label it points to."""

    before: str
    marked: str
    after: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An innovation-oriented notice to show.

    Attributes:
        labels: Label ids: degree, aspects and forms.
        value_eur: Of its lots in the frame; ``None`` when missing.
        judged_by: Whether people or the model gave the labels.
    """

    notice_id: str
    title: str
    buyer: str | None
    url: str | None
    published_on: dt.date | None
    labels: tuple[str, ...]
    value_eur: float | None
    judged_by: Literal["people", "model"]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A published share that is now another one.

    Attributes:
        published_on: Of the old figure.
        causes: Number of changes per subject of ``pipeline.estimates.revision.Revision``.
    """

    old: Estimate
    new: Estimate
    published_on: dt.date
    causes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Who answers for a report, and when what follows.

    Attributes:
        responsible: The body that publishes.
        contact: Where it takes questions; empty when not set.
        next_release: Of the next period; ``None`` when not known.
        final_from: From this day on the figures are final.
    """

    responsible: str
    contact: str = ""
    next_release: dt.date | None = None
    final_from: dt.date | None = None

    @classmethod
    def of(cls, settings: Settings, period: Period) -> Imprint:
        """Return what the settings say of a period."""
        following = Period.quarter_of(period.last_day + dt.timedelta(days=1))
        return cls(
            responsible=settings.publisher,
            contact=settings.questions,
            next_release=following.last_day + dt.timedelta(days=settings.release_days),
            final_from=period.last_day + dt.timedelta(days=settings.final_after_days),
        )


NO_IMPRINT = Imprint(responsible=PUBLISHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a section may look at.

    Attributes:
        as_of: The state of the store that was used.
        fictional: Whether notices and buyers are made up; every page then says so.
        estimates: Of the period: published, control and diagnostic ones.
        suppressed: Domains that are too small to show.
        extremes: Per headline quantity, by value: how low and how high the share could lie by
            sampling error and missing values together.
        counted: Per sign that stands in a field of the notice: counts over the whole frame,
            without a sampling interval; also there without a draw.
        skipped: Questions without an answer, ``rd by value`` where no value is known.
        missing_bounds: Share by value if all missing values were worst and best; ``None``
            when no value is missing or there is no draw.
        quarters, rolling: Share by value of single quarters and of four quarters, in order.
        model_id: Whose scores were used.
        yardsticks: Targets and earlier measurements to stand beside the shares.
        country: Whose procurement it is about.
        unread: Lots whose language the model does not read.
    """

    period: Period
    as_of: dt.date
    fictional: bool
    codebook: Codebook
    frame: FrameFacts
    model_id: str
    provenance: Provenance
    draw: DrawFacts | None = None
    estimates: tuple[Estimate, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    missing_bounds: tuple[float, float] | None = None
    extremes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    quarters: tuple[Point, ...] = ()
    rolling: tuple[Point, ...] = ()
    indicators: tuple[Reconciled, ...] = ()
    declared: tuple[Declared, ...] = ()
    examples: tuple[Example, ...] = ()
    checks: tuple[Check, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    revisions: tuple[Revised, ...] = ()
    counted: Mapping[str, Counted] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    imprint: Imprint = NO_IMPRINT
    yardsticks: Yardsticks = NO_YARDSTICKS
    country: Country = NETHERLANDS
    unread: Unread = ALL_READ

    @property
    def status(self) -> Literal["draft", "provisional", "final"]:
        """A draft may not be published; provisional figures will still be revised."""
        if self.failed or self.draw is None:
            return "draft"
        final_from = self.imprint.final_from
        return "final" if final_from and self.as_of >= final_from else "provisional"

    @property
    def followed(self) -> Point | None:
        """Four quarters together up to this period; ``None`` where they are not all there."""
        last = self.rolling[-1] if self.rolling and self.headline else None
        return last if last and last.period.last_day == self.period.last_day else None

    def target(self, quantity: str) -> Yardstick | None:
        """The target for a quantity, where there is one."""
        return next((x for x in self.yardsticks.of("target") if x.quantity == quantity), None)

    @property
    def headline(self) -> Estimate | None:
        """The published share by value of the whole frame; ``None`` without a draw."""
        return self.share(INNOVATION)

    @property
    def failed(self) -> tuple[Check, ...]:
        """Checks that keep the figures from being published."""
        return tuple(x for x in self.checks if x.severity == "stop" and not x.passed)

    def share(
        self,
        quantity: str,
        *,
        domain: str = "all",
        weighting: Weighting = "value",
        winsorised: bool = False,
    ) -> Estimate | None:
        """Look up the published estimate; ``None`` where there is none."""
        if self.draw is None:
            return None
        for estimate in self.estimates:
            if (
                (estimate.quantity, estimate.domain) == (quantity, domain)
                and (estimate.weighting, estimate.method) == (weighting, PUBLISHED)
                and ("winsorised" in estimate.flags) == winsorised
            ):
                return estimate
        return None

    def others(self) -> tuple[Estimate, ...]:
        """Shares of the whole frame by other estimators: controls and diagnostics."""
        return tuple(
            x
            for x in self.estimates
            if x.method != PUBLISHED and (x.quantity, x.domain) == (INNOVATION, "all")
        )
