"""Notices, procedures and frame of a period, from what was collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.errors import CorpusError
from pipeline.estimates.decisions import Bounds, largest_value, read_decisions
from pipeline.estimates.frame import Frame, Rates, frame, read_rates
from pipeline.estimates.scenarios import volumes
from pipeline.notices import collected, period
from pipeline.notices._holidays import workdays
from pipeline.notices.outlines import Outline, whole
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import one_reading, relations
from pipeline.rawstore import RawStore
from pipeline.records import AwardLot, Notice, Period, Procedure, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What one source gave in the period.

    Attributes:
        notices: Read.
        unreadable: In quarantine.
        days: Days with at least one notice.
        workdays: Days on which notices are expected.
    """

    source: str
    notices: int
    unreadable: int
    days: int
    workdays: int


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that is known, and the frame of one period.

    Attributes:
        notices: By id, of every period, their texts left out: a lot is counted once only when
            all of them are known.
        whole: By id, with their texts, those whose texts are looked at.
        readings: Notices of the period as they were read, doubles included.
        quarantined: Raw notices, listed in the period, that could not be read, by source.
    """

    period: Period
    notices: Mapping[str, Notice]
    whole: Mapping[str, Notice]
    procedures: Sequence[Procedure]
    frame: Frame
    readings: Sequence[Notice]
    quarantined: Mapping[str, Sequence[Unreadable]]

    @cached_property
    def lots(self) -> tuple[AwardLot, ...]:
        """The lots of the frame that are in."""
        return self.frame.included()

    def texts(self) -> list[Notice]:
        """Return the notices whose texts are judged for the frame, each once."""
        return [self.whole[x] for x in sorted({lot.text_notice_id for lot in self.lots})]

    def sources(self) -> tuple[SourceFacts, ...]:
        """Tell what each source gave in the period."""
        by_source: dict[str, list[Notice]] = {name: [] for name in self.quarantined}
        for notice in self.readings:
            by_source.setdefault(notice.source, []).append(notice)
        return tuple(
            SourceFacts(
                source=name,
                notices=len(by_source[name]),
                unreadable=len(self.quarantined.get(name, ())),
                days=len({x.published_on for x in by_source[name] if x.published_on}),
                workdays=len(list(workdays(self.period))),
            )
            for name in sorted(by_source)
        )


def material(
    raw: RawStore, of: Period, *, judged: Iterable[str] = (), suspect_fraction: float
) -> Material:
    """Read all collected notices without texts, link them, and build the frame of a period.

    Args:
        judged: Notices whose texts are needed besides those of the frame.
        suspect_fraction: Part of the yearly total above which a value is suspect.

    Raises:
        CorpusError: Nothing was collected, or a file is damaged.
    """
    known = list(period.all_outlines(period.ALL_TIME, store=raw))
    if not known:
        raise CorpusError(
            "no notices were collected",
            hint="Run `innovatiemonitor fetch` and `innovatiemonitor collect`.",
        )
    linked = assembled(
        (x.notice for x in known),
        of,
        rates=read_rates(raw.store.reference("ecb_rates")),
        readings=[x.notice for x in known if x.day in of],
        quarantined={x: list(collected.quarantined(x, of, store=raw)) for x in raw.sources()},
        bounds=Bounds(
            largest=largest_value(
                volumes(raw.store.reference("volume")), of.last_day.year, fraction=suspect_fraction
            ),
            decisions=read_decisions(raw.store.decisions()),
        ),
    )
    wanted = {*judged, *(lot.text_notice_id for lot in linked.lots)}
    return replace(linked, whole=_whole(x for x in known if x.notice.notice_id in wanted))


def _whole(outlines: Iterable[Outline]) -> dict[str, Notice]:
    readings: dict[str, list[Notice]] = defaultdict(list)
    for notice in whole(outlines):
        readings[notice.notice_id].append(notice)
    return {name: one_reading(several) for name, several in readings.items()}


def assembled(
    known: Iterable[Notice],
    of: Period,
    *,
    rates: Rates,
    readings: Sequence[Notice],
    quarantined: Mapping[str, Sequence[Unreadable]],
    bounds: Bounds | None = None,
) -> Material:
    """Link notices and build the frame of a period.

    Args:
        known: Of every period, doubles included; what they have of texts is taken for whole.
        readings: Those of the period.
        bounds: From where values are suspect, and what was decided about them.
    """
    said = relations(known)
    linked = procedures(said)
    return Material(
        period=of,
        notices=said.notices,
        whole=said.notices,
        procedures=linked,
        frame=frame(linked, said.notices, of, rates=rates, bounds=bounds),
        readings=readings,
        quarantined=quarantined,
    )
