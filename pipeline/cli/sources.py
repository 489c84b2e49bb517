"""Commands for those who fetch: get notices, read them, see what is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli._app import (
    AsJson,
    Cluster,
    CountryCode,
    LanguageCode,
    PeriodName,
    SettingsFile,
    app,
    now,
    opened,
    period_of,
    progress,
    record_members,
    show_json,
)
from pipeline.errors import ChecksFailed, CorpusError, PipelineError, SettingsError
from pipeline.records import Period
from pipeline.sources import source_names

if TYPE_CHECKING:
    from pipeline.home import Home
    from pipeline.notices.collected import CollectReport
    from pipeline.rawstore import SourceStatus
    from pipeline.settings import Settings
    from pipeline.sources._http import FetchLogEntry, Http
    from pipeline.sources.fetch import FetchReport

SourceName = Annotated[str, typer.Argument(help=", ".join(source_names()), metavar="SOURCE")]
OneSource = Annotated[
    str | None, typer.Option("--source", help="One source; without it all of them")
]


@app.command()
def fetch(
    source: SourceName,
    period: PeriodName,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be fetched, and how long")
    ] = False,
    as_json: AsJson = False,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Fetch the notices that a source published in a period, at one request per second.

    Only what is new or changed is asked for, so a run that was broken off is run again. A
    source that does not answer, or not as we know it, ends the run with exit code 1. Country and
    language are remembered with the first notice that is kept: other commands go by them where
    nothing else is said.

    \b
    Examples:
      innovatiemonitor fetch ted 2026Q3 --dry-run
      innovatiemonitor fetch tenderned 2026-09-01..2026-09-30
      innovatiemonitor fetch tenderned_dataset 2025
    """
    from pipeline import sources
    from pipeline.sources.fetch import fetch as run

    home = opened(settings_file, country=country, language=language)
    given, store = home.settings, home.raw
    chosen = sources.source(source, country=given.country)
    if not dry_run:
        home.settle()
    with (
        _http(given, log=store.fetch_log(now())) as http,
        progress(f"fetch {source}") as show,
    ):
        report = run(
            chosen,
            period_of(period),
            store=store,
            http=http,
            now=now(),
            dry_run=dry_run,
            tell=lambda x: show(x.taken),
        )
    if as_json:
        show_json({**record_members(report), "offered": report.offered, "wanted": report.wanted})
    else:
        typer.echo(_told(report, dry_run=dry_run))
    if not report.offered and (hint := chosen.nothing(report.period)):
        typer.echo(f"Hint: {hint}", err=True)
    report.check()


@app.command()
def collect(
    period: PeriodName,
    source: OneSource = None,
    cluster: Cluster = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Read the fetched notices of a period, again where they or their reader changed.

    \b
    Examples:
      innovatiemonitor collect 2026Q3
      innovatiemonitor collect 2026 --source tenderned
      innovatiemonitor collect 2016-01-01..2026-12-31 --cluster tcp://10.0.0.1:8786
    """
    home = opened(settings_file, cluster=cluster, country=country, language=language)
    asked, faults = period_of(period), []
    for name in _fetched(home, source, asked):
        try:
            report = _collected(name, asked, home=home)
            typer.echo(
                f"{name}: {report.notices} notices, {report.quarantined} in quarantine; "
                f"{report.read} days read, {report.skipped} up to date"
            )
            _require_readable(name, report, home.settings)
        except PipelineError as error:
            faults.append((name, error))
    _raise_all(faults)


@app.command()
def status(
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every raw notice and compare its SHA-256")
    ] = False,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Show what is there of each source, until when, how complete, and what is stale.

    With --verify the exit code is 1 when a file is not as it was written.

    \b
    Examples:
      innovatiemonitor status
      innovatiemonitor status --verify
      innovatiemonitor status --json
    """
    from pipeline.notices.standing import outdated

    store = opened(settings_file).raw
    if verify:
        _raise_all(
            [(name, CorpusError(x)) for name in store.sources() for x in store.damaged(name)]
        )
    standing = {name: store.standing(name) for name in store.sources()}
    found = [
        (store.summary(name, days, now().date()), outdated(name, days, store=store))
        for name, days in standing.items()
    ]
    if as_json:
        show_json([{**record_members(x), "to_collect": days} for x, days in found])
        return
    if not found:
        typer.echo("Nothing was fetched yet.")
    for one, days in found:
        typer.echo("\n".join(_standing(one, days)))


@app.command()
def doctor(
    source: OneSource = None, as_json: AsJson = False, settings_file: SettingsFile = None
) -> None:
    """Ask each source a few cheap questions: does it answer, and as we assume? Stores nothing.

    Run it before the first fetch, and when a fetch says that a source has changed. The exit
    code is 3 when something is not as expected.

    \b
    Examples:
      innovatiemonitor doctor
      innovatiemonitor doctor --source tenderned
    """
    from pipeline import sources
    from pipeline.sources.doctor import doctor as run

    given = opened(settings_file).settings
    names = [source] if source else sources.sources_of(given.country)
    among = [sources.source(name, country=given.country) for name in names]
    with _http(given) as http, progress("sources examined") as show:
        found = []
        for number, one in enumerate(among, start=1):
            found += run(http, among=[one])
            show(number)
    if as_json:
        show_json(found)
    else:
        typer.echo("\n".join(map(str, found)))
    if bad := sum(not verdict.good for verdict in found):
        raise ChecksFailed(f"{bad} of {len(found)} are not as expected")


@contextmanager
def _http(given: Settings, log: Any = lambda _: None) -> Iterator[Http]:
    from pipeline.sources import hosts
    from pipeline.sources._http import Http, HttpSettings

    def add(entry: FetchLogEntry) -> None:
        log(asdict(entry))

    manners = HttpSettings(
        hosts=hosts(),
        contact=given.contact,
        pause_seconds=given.pause_seconds,
        stand_ins=given.stand_ins,
    )
    with Http(manners, log=add, now=now) as http:
        yield http


def _fetched(home: Home, source: str | None, period: Period) -> list[str]:
    names = home.raw.sources()
    if not names:
        first = source or home.country.sources[-1]
        raise SettingsError(
            f"nothing was fetched into {home.store.corpora / 'raw'}",
            hint=f"First: `innovatiemonitor fetch {first} {period}{home.country.options}`.",
        )
    if source is not None and source not in names:
        raise SettingsError(f"nothing of {source!r} is there; there are: {', '.join(names)}")
    return [source] if source else names


def _require_readable(name: str, report: CollectReport, given: Settings) -> None:
    if report.unreadable > given.max_unreadable:
        raise PipelineError(
            f"{report.unreadable:.1%} is unreadable; at most {given.max_unreadable:.1%} may be",
            hint=f"The reasons stand in {given.home}/corpora/notices/{name}.",
        )


def _raise_all(faults: Sequence[tuple[str, PipelineError]]) -> None:
    """Raise what went wrong, a line each with its source, when all that could be done was done."""
    if faults:
        head = [f"{len(faults)} faults:"] if len(faults) > 1 else []
        raise PipelineError(
            "\n".join([*head, *(f"{name}: {error}" for name, error in faults)]),
            hint=" ".join(dict.fromkeys(x.hint for _, x in faults if x.hint)),
        )


def _told(report: FetchReport, *, dry_run: bool) -> str:
    found = f"{report.source} {report.period}: {report.offered} listed, {report.wanted} new"
    if dry_run:
        least = dt.timedelta(seconds=round(report.seconds))
        return f"{found}; fetching them takes at least {least} (h:mm:ss)"
    missing = report.missing
    lines = [f"  {source_id}: {why}" for source_id, why in list(missing.items())[:20]]
    return "\n".join([f"{found} or changed, {len(missing)} not to be had", *lines])


def _collected(source: str, period: Period, *, home: Home) -> CollectReport:
    from pipeline.notices.collected import collect as run

    days = count(1)
    with progress(f"collect {source}, days") as show:
        return run(
            source,
            period,
            store=home.raw,
            now=now(),
            cluster=home.settings.cluster,
            tell=lambda _: show(next(days)),
        )


def _standing(one: SourceStatus, outdated: Collection[dt.date]) -> Iterator[str]:
    stale = ", STALE: nothing of the last days" if one.stale else ""
    yield f"{one.source}: {one.stored} stored, {one.size / 1e6:.1f} MB{stale}"
    yield f"  days: {', '.join(map(str, one.stretches)) or 'none to the end'}"
    for what, days in (("incomplete", one.incomplete), ("to be collected", outdated)):
        if days:
            shown = ", ".join(map(str, list(days)[:5]))
            yield f"  {what}: {len(days)} days ({shown}{', ...' if len(days) > 5 else ''})"
