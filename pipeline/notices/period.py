"""All sources of a period together: what came before, what the sources say, how it is linked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import SettingsError
from pipeline.notices import collected
from pipeline.notices.checks import Inspection
from pipeline.notices.indicators import JUDGED, Count, Indicator, count_indicator, trait
from pipeline.notices.outlines import Outline
from pipeline.notices.overview import Overview, Rows
from pipeline.notices.procedures import explain_procedure, procedures
from pipeline.notices.reconcile import DIMENSIONS, NOT_SAID, CountLine, Total, per_day, reconcile
from pipeline.notices.relations import relations
from pipeline.rawstore import RawStore
from pipeline.records import Notice, Period

# Enough to see a season, and few enough to hold in memory.
QUARTERS_BEFORE = 4

# What a source publishes about itself as a whole; its lists count only days.
DATASETS = {"tenderned": "tenderned_dataset"}

ALL_TIME = Period(dt.date.min, dt.date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Our counts of a source beside its own.

    Attributes:
        source: Name of the source.
        against: Where its own counts come from: its list, or the name of its dataset.
    """

    source: str
    against: str
    table: list[CountLine]


def all_outlines(period: Period, *, store: RawStore) -> Iterator[Outline]:
    """Yield the notices of a period without texts, source by source; a copy is a notice too.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    overview = Overview.of(store)
    yield from overview.outlines(overview.within(period))


def totals(period: Period, *, store: RawStore) -> dict[str, dict[dt.date, int]]:
    """Return what each source counted itself, per day; sources that count nothing are left out."""
    found: dict[str, dict[dt.date, int]] = {}
    for source in store.sources():
        for day in store.days(source):
            manifest = store.manifest(source, day) if day in period else None
            if manifest is not None and manifest.count is not None:
                found.setdefault(source, {})[day] = manifest.count
    return found


def quarters_before(period: Period) -> list[Period]:
    """Return the four quarters before the one in which a period begins, the latest last."""
    found = [period]
    for _ in range(QUARTERS_BEFORE):
        found.insert(0, found[0].quarter_before())
    return found[:-1]


def inspection(period: Period, *, store: RawStore, country: Country = NETHERLANDS) -> Inspection:
    """Gather what the checks look at: the one basis on which a period is judged.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    overview = Overview.of(store)

    def notices(when: Period) -> list[Notice]:
        return [x.notice for x in overview.outlines(overview.within(when))]

    return Inspection(
        period=period,
        notices=notices(period),
        previous=list(map(notices, quarters_before(period))),
        totals=totals(period, store=store),
        quarantined=[
            unreadable
            for source in store.sources()
            for unreadable in collected.quarantined(source, period, store=store)
        ],
        country=country,
    )


def reconciled(period: Period, *, store: RawStore) -> list[Reconciliation]:
    """Compare our counts with each source's own: by day with its list, the rest with its dataset.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    overview = Overview.of(store)
    within = overview.within(period)
    ours = {
        source: [x.notice for x in overview.outlines(within & overview.listed_by(source))]
        for source in store.sources()
    }
    tables = []
    for source, counts in totals(period, store=store).items():
        quarantined = list(collected.quarantined(source, period, store=store))
        table = reconcile(ours[source], per_day(counts), quarantined=quarantined)
        tables.append(Reconciliation(source=source, against="its list", table=table))
    for source, dataset in DATASETS.items():
        if source in ours and (theirs := ours.get(dataset)):
            table = reconcile(ours[source], _counted(theirs))
            tables.append(Reconciliation(source=source, against=dataset, table=table))
    return tables


def _counted(theirs: Collection[Notice]) -> list[Total]:
    return [
        Total(by=by, value=value, count=count)
        for by, member in DIMENSIONS.items()
        for value, count in Counter(member(x) or NOT_SAID for x in theirs).items()
    ]


def explanation(notice_id: str, period: Period, *, store: RawStore) -> list[str]:
    """Say which notices of a period are of one tender with a notice, and why, a line each.

    Args:
        notice_id: In any spelling.

    Raises:
        SettingsError: There is no such notice in the period.
        CorpusError: A file is damaged, or was written by another version.
    """
    overview = Overview.of(store)
    within = overview.within(period)
    rows = overview.around(overview.tied(notice_id)) & within
    said = relations(x.notice for x in overview.outlines(rows))
    wanted = said.resolve(notice_id)
    if wanted not in said.notices:
        raise SettingsError(
            f"no notice {notice_id!r} among {within.sum()} collected of {period}",
            hint="Take a longer period, or fetch and collect it first.",
        )
    found = next(x for x in procedures(said) if wanted in x.notice_ids)
    return explain_procedure(found, said.notices)


def counted_indicators(
    indicators: Mapping[str, Indicator],
    *,
    overview: Overview,
    forms_by_notice: Mapping[str, Collection[str]],
) -> dict[str, list[Count]]:
    """Count saved indicators over everything that was collected.

    Only tenders are read of which a notice may fit.

    Args:
        overview: Of all that was collected.
        forms_by_notice: Ids of the codebook's forms per notice, as judged.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    rows = np.zeros(overview.size, dtype=bool)
    for indicator in indicators.values():
        rows |= _may_fit(indicator, overview, forms_by_notice)
    said = relations(x.notice for x in overview.outlines(rows))
    linked = procedures(said)
    return {
        name: count_indicator(indicator, linked, said.notices, forms_by_notice=forms_by_notice)
        for name, indicator in indicators.items()
    }


def _may_fit(
    indicator: Indicator, overview: Overview, forms_by_notice: Mapping[str, Collection[str]]
) -> Rows:
    """All notices of the neighbourhoods of which one may fit, as far as rows tell."""
    fitting = np.ones(overview.size, dtype=bool)
    for name, values in indicator.where.items():
        if name != JUDGED:
            fitting &= overview.having({trait(name, value) for value in values})
    found = overview.around(fitting)
    # The form may be that of a copy, the day that of a notice that was replaced.
    if forms := indicator.where.get(JUDGED):
        judged = {x for x, said in forms_by_notice.items() if not set(said).isdisjoint(forms)}
        found &= overview.around(overview.named(judged))
    if indicator.period:
        found &= overview.around(overview.within(indicator.period))
    return found
