"""Notices, procedures and frame of a period, from what was collected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import CorpusError
from pipeline.estimates.decisions import Bounds, largest_value, read_decisions
from pipeline.estimates.frame import Frame, Rates, frame, read_rates
from pipeline.estimates.scenarios import volumes
from pipeline.estimates.tally import Rest
from pipeline.notices import collected
from pipeline.notices._holidays import workdays
from pipeline.notices.outlines import Outline, whole
from pipeline.notices.overview import Overview
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import one_reading, relations
from pipeline.records import AwardLot, Notice, Period, Procedure, Unreadable
from pipeline.store import Store


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
        notices: By id, of the tenders that touch the period, their texts left out: a lot is
            counted once only when all notices of its tender are known.
        whole: By id, with their texts, those whose texts are looked at.
        readings: Notices of the period as they were read, doubles included.
        quarantined: Raw notices, listed in the period, that could not be read, by source.
        rest: What was collected of other tenders; ``None`` where everything is in ``notices``.
        country: Whose frame it is.
    """

    period: Period
    notices: Mapping[str, Notice]
    whole: Mapping[str, Notice]
    procedures: Sequence[Procedure]
    frame: Frame
    readings: Sequence[Notice]
    quarantined: Mapping[str, Sequence[Unreadable]]
    rest: Rest | None = None
    country: Country = NETHERLANDS

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
                workdays=len(list(workdays(self.period, self.country))),
            )
            for name in sorted(by_source)
        )


def material(
    overview: Overview,
    of: Period,
    *,
    judged: Iterable[str] = (),
    everything: bool = False,
    suspect_fraction: float,
    country: Country = NETHERLANDS,
) -> Material:
    """Read the tenders that touch a period, link their notices, and build its frame.

    A tender touches it when a notice of it was published or a lot awarded in the period. Of other
    tenders no lot can count; nothing is read of them.

    Args:
        overview: Of all that was collected.
        judged: Notices whose texts are needed besides those of the frame.
        everything: Whether also the tenders are read that do not touch the period.
        suspect_fraction: Part of the yearly total above which a value is suspect; of a country
            without a total none is.
        country: Whose frame.

    Raises:
        CorpusError: Nothing was collected, or a file is damaged.
    """
    raw = overview.store
    if not overview.size:
        raise CorpusError(
            "no notices were collected",
            hint=f"Run `innovatiemonitor fetch {country.sources[-1]} {of}{country.options}` and "
            f"`innovatiemonitor collect {of}{country.options}`.",
        )
    judged = set(judged)
    near = overview.touching(of) | overview.around(overview.named(judged)) | everything
    known = list(overview.outlines(near))
    linked = assembled(
        (x.notice for x in known),
        of,
        rates=read_rates(raw.store.reference("ecb_rates")),
        readings=[x.notice for x in known if x.day in of],
        quarantined={x: list(collected.quarantined(x, of, store=raw)) for x in raw.sources()},
        bounds=_bounds(raw.store, of, suspect_fraction, country),
        country=country,
    )
    wanted = judged | {lot.text_notice_id for lot in linked.lots}
    whole_ones = _whole(x for x in known if x.notice.notice_id in wanted)
    return replace(
        linked, whole=whole_ones, rest=Rest(overview=overview, rows=~near, country=country)
    )


def _bounds(store: Store, of: Period, suspect_fraction: float, country: Country) -> Bounds:
    decided = read_decisions(store.decisions())
    if not (text := store.reference("volume", of=country.reference)):
        return Bounds(decisions=decided)
    known = volumes(text, of=country.reference)
    largest = largest_value(known, of.last_day.year, fraction=suspect_fraction)
    return Bounds(largest=largest, decisions=decided)


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
    country: Country = NETHERLANDS,
) -> Material:
    """Link notices and build the frame of a period.

    Args:
        known: Of every period, doubles included; what they have of texts is taken for whole.
        readings: Those of the period.
        bounds: From where values are suspect, and what was decided about them.
        country: Whose frame.
    """
    said = relations(known)
    linked = procedures(said)
    return Material(
        period=of,
        notices=said.notices,
        whole=said.notices,
        procedures=linked,
        frame=frame(linked, said.notices, of, rates=rates, bounds=bounds, country=country),
        readings=readings,
        quarantined=quarantined,
        country=country,
    )
