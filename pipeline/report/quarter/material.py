"""Notices, procedures and frame of a period, from what was collected."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from pipeline.errors import CorpusError
from pipeline.estimates.frame import Frame, Rates, frame, read_rates
from pipeline.notices import collected
from pipeline.notices._holidays import workdays
from pipeline.notices.procedures import procedures
from pipeline.rawstore import RawStore
from pipeline.records import AwardLot, Notice, Period, Procedure, Unreadable
from pipeline.report.facts import SourceFacts

EVER = Period(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that is known, and the frame of one period.

    Attributes:
        notices: By id, of every period: a lot is counted once only when all of them are known.
        readings: Notices of the period as they were read, doubles included.
        quarantined: Raw notices, listed in the period, that could not be read, by source.
    """

    period: Period
    notices: Mapping[str, Notice]
    procedures: Sequence[Procedure]
    frame: Frame
    readings: Sequence[Notice]
    quarantined: Mapping[str, Sequence[Unreadable]] = field(default_factory=dict)

    @cached_property
    def lots(self) -> tuple[AwardLot, ...]:
        """The lots of the frame that are in."""
        return self.frame.included()

    def texts(self) -> list[Notice]:
        """Return the notices whose texts are judged for the frame, each once."""
        return [self.notices[x] for x in sorted({lot.text_notice_id for lot in self.lots})]

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


def material(raw: RawStore, period: Period) -> Material:
    """Read all collected notices, link them, and build the frame of a period.

    Raises:
        CorpusError: Nothing was collected.
    """
    names = sorted(path.name for path in (raw.store.corpora / "notices").glob("*/"))
    known = list(chain.from_iterable(collected.notices(x, EVER, store=raw) for x in names))
    if not known:
        raise CorpusError(
            "no notices were collected",
            hint="Run `innovatiemonitor fetch` and `innovatiemonitor collect`.",
        )
    return assembled(
        known,
        period,
        rates=read_rates(raw.store.reference("ecb_rates")),
        quarantined={name: _quarantined(raw, name, period) for name in names},
    )


def assembled(
    known: Iterable[Notice],
    period: Period,
    *,
    rates: Rates,
    quarantined: Mapping[str, Sequence[Unreadable]] | None = None,
) -> Material:
    """Link notices and build the frame of a period.

    Args:
        known: Of every period, doubles included; the last reading of an id holds.
    """
    readings = tuple(known)
    notices = {notice.notice_id: notice for notice in readings}
    linked = procedures(notices.values())
    return Material(
        period=period,
        notices=notices,
        procedures=linked,
        frame=frame(linked, notices, period, rates=rates),
        readings=tuple(x for x in readings if x.published_on and x.published_on in period),
        quarantined=quarantined or {},
    )


def _quarantined(raw: RawStore, source: str, period: Period) -> list[Unreadable]:
    folder = raw.store.corpora / "notices" / source
    return [
        Unreadable(**entry)
        for path in sorted(folder.glob("*/*.quarantine.json"))
        if dt.date.fromisoformat(path.name.partition(".")[0]) in period
        for entry in json.loads(path.read_bytes())
    ]
