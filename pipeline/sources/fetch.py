"""Fetching: ask a source what it published, get what is not there yet, keep it.

Each day is listed anew, so that what was changed or added later is noticed; only that is fetched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.errors import SettingsError, SourceChanged, SourceError, SourceUnavailable
from pipeline.rawstore import DayWriter, Manifest, RawStore, offer
from pipeline.records import Period, RawNotice
from pipeline.sources import Listed, Source
from pipeline.sources._http import Http

# A source that fails this often in a row is down; asking for the rest of the day would only cost
# hours of retries.
MOST_FAILURES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How far a run is.

    Attributes:
        day: Being fetched.
        taken: Notices (or packages of them) asked for until now, over all days; by a dry run,
            those that would be.
    """

    day: dt.date
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """What a run found and did for one day; counts are of notices, or of packages of them.

    Attributes:
        offered: Listed by the source.
        wanted: New or changed since they were stored.
        missing: Wanted, but not to be had: source id to reason.
        complete: Whether at most 5% of the day is missing from the store; a dry run does not
            judge that.
    """

    day: dt.date
    offered: int
    wanted: int
    missing: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What a run found and did.

    Attributes:
        period: The days that were asked for, without those to come.
        seconds: The least that fetching what is wanted takes: one request for each, at the
            polite pace.
    """

    source: str
    period: Period
    days: tuple[DayReport, ...]
    seconds: float

    @property
    def offered(self) -> int:
        """How many the source listed."""
        return sum(day.offered for day in self.days)

    @property
    def wanted(self) -> int:
        """How many were new or changed."""
        return sum(day.wanted for day in self.days)

    @property
    def missing(self) -> dict[str, str]:
        """What was not to be had, with the reason."""
        return {source_id: why for day in self.days for source_id, why in day.missing.items()}

    def check(self) -> None:
        """Insist that the days are complete.

        Raises:
            SourceUnavailable: More than 5% of a day is missing.
        """
        incomplete = [day for day in self.days if not day.complete]
        if not incomplete:
            return
        first = incomplete[0]
        why = next(iter(first.missing.values()), "the source counts more than it lists")
        raise SourceUnavailable(
            f"{self.source}: {len(incomplete)} of {len(self.days)} days are incomplete, "
            f"the first is {first.day}: {why}",
            hint="Run the same command again later; only what is missing is fetched.",
        )


def fetch(
    source: Source,
    period: Period,
    *,
    store: RawStore,
    http: Http,
    now: dt.datetime,
    dry_run: bool = False,
    tell: Callable[[FetchProgress], None] = lambda _: None,
) -> FetchReport:
    """Bring the raw notices of a period up to date.

    May be broken off at any moment and run again: nothing is lost or stored twice.

    Args:
        period: Days to come are left out.
        now: In UTC.
        dry_run: Only list; fetch and store nothing.
        tell: Hears of each notice (or package) that is asked for; of a dry run, each day.

    Raises:
        SettingsError: The source has nothing of a part of the period.
        PipelineError: Another process is fetching from this source.
        SourceUnavailable: A day could not be listed. What was fetched is stored.
        SourceChanged: A listing is not as we know it.
    """
    period = _available(source, period, today=now.date())
    run = _Run(source, store=store, http=http, now=now, tell=tell)
    if dry_run:
        days = tuple(map(run.plan, period.days()))
    else:
        with store.lock(source.name, now=now):
            days = tuple(map(run.fetch, period.days()))
    return FetchReport(
        source=source.name,
        period=period,
        days=days,
        seconds=sum(day.wanted for day in days) * http.settings.pause_seconds,
    )


def _available(source: Source, period: Period, *, today: dt.date) -> Period:
    if period.first_day > today:
        raise SettingsError(f"{period} has not begun; today is {today}")
    earliest = source.earliest(today)
    if period.first_day < earliest:
        raise SettingsError(
            f"{source.title} has nothing before {earliest}, and {period} begins on "
            f"{period.first_day}",
            hint=f"Ask for {earliest}..{max(earliest, period.last_day)}.",
        )
    return Period(period.first_day, min(period.last_day, today))


class _Run:
    """One run over the days of a period."""

    def __init__(
        self,
        source: Source,
        *,
        store: RawStore,
        http: Http,
        now: dt.datetime,
        tell: Callable[[FetchProgress], None],
    ) -> None:
        self._source, self._store, self._http = source, store, http
        self._now, self._tell = now, tell
        self._taken = 0
        self._failures_in_a_row = 0

    def plan(self, day: dt.date) -> DayReport:
        listed = self._list(day)
        wanted = self._wanted(day, listed)
        self._taken += len(wanted)
        self._tell(FetchProgress(day=day, taken=self._taken))
        return DayReport(day=day, offered=len(listed), wanted=len(wanted))

    def fetch(self, day: dt.date) -> DayReport:
        listed = self._list(day)
        count = self._source.count(self._http, day)
        wanted = self._wanted(day, listed)
        manifest = Manifest(
            source=self._source.name,
            day=day,
            listed_at=self._now,
            count=count,
            offered=len(listed),
            missing=self._get_all(day, wanted),
        )
        self._store.write_manifest(manifest)
        return DayReport(
            day=day,
            offered=len(listed),
            wanted=len(wanted),
            missing=manifest.missing,
            complete=manifest.complete,
        )

    def _list(self, day: dt.date) -> dict[str, Listed]:
        # Pages may shift while they are read, and show one notice twice.
        listed = {each.source_id: each for each in self._source.list(self._http, day)}
        for source_id, each in listed.items():
            if each.day != day or offer(source_id) != source_id:
                raise SourceChanged(
                    f"{self._source.name}: {source_id!r} of {each.day} is listed for {day}; "
                    "expected that day, and no slash in the id"
                )
        return listed

    def _wanted(self, day: dt.date, listed: dict[str, Listed]) -> list[Listed]:
        stored = self._store.fingerprints(self._source.name, day)
        return [each for each in listed.values() if stored.get(each.source_id) != each.fingerprint]

    def _get_all(self, day: dt.date, wanted: list[Listed]) -> dict[str, str]:
        missing: dict[str, str] = {}
        # After a day that was given up, the next one still gets one attempt.
        self._failures_in_a_row = min(self._failures_in_a_row, MOST_FAILURES - 1)
        made_by = f"fetch {self._source.name} {day}"
        with self._store.writer(self._source.name, day, made_by=made_by, now=self._now) as writer:
            for listed in wanted:
                if self._failures_in_a_row >= MOST_FAILURES:
                    missing[listed.source_id] = f"not asked for after {MOST_FAILURES} failures"
                    continue
                if reason := self._get(listed, writer):
                    missing[listed.source_id] = reason
                self._taken += 1
                self._tell(FetchProgress(day=day, taken=self._taken))
        return missing

    def _get(self, listed: Listed, writer: DayWriter) -> str | None:
        """Get one listed thing, or return why it is not to be had."""
        try:
            writer.add(self._answer(listed), fingerprint=listed.fingerprint)
        except SourceError as error:
            self._failures_in_a_row += 1
            return str(error)
        self._failures_in_a_row = 0
        return None

    def _answer(self, listed: Listed) -> Iterator[RawNotice]:
        empty = True
        for raw in self._source.get(self._http, listed):
            if offer(raw.source_id) != listed.source_id:
                raise SourceChanged(f"asked for {listed.source_id!r}, got {raw.source_id!r}")
            empty = False
            yield raw
        if empty:
            raise SourceChanged(f"{listed.source_id}: an answer without a notice")
