"""Commands for those who publish: estimate, report, revise, and all of it at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import sources
from pipeline.cli._app import (
    AsJson,
    Cluster,
    CountryCode,
    LanguageCode,
    ModelId,
    PeriodName,
    SettingsFile,
    app,
    now,
    opened,
    show_json,
)
from pipeline.cli._quarter import Jobs, work_of
from pipeline.errors import ChecksFailed, SettingsError

if TYPE_CHECKING:
    from pipeline.estimates.revision import Revision
    from pipeline.quarter import PeriodWork
    from pipeline.records import Check, Estimate

# Changes of one kind that are shown; all of them stand in the files of corpora/published.
SHOWN = 10

Folder = Annotated[Path, typer.Option(help="Folder for the report")]


@app.command()
def estimate(
    period: PeriodName,
    as_of: Annotated[
        str | None,
        typer.Option(help="A day, or the second publication on it: 2026-08-20, 2026-08-20-2"),
    ] = None,
    as_json: AsJson = False,
    jobs: Jobs = 1,
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Estimate the shares of a period from the judgements of its draw.

    Without a judged draw there is no share: the command says how to plan one and ends with exit
    code 1. With --as-of, figures come from the store, to the last digit as they were published.

    \b
    Examples:
      innovatiemonitor estimate 2026Q3
      innovatiemonitor estimate 2026Q2 --as-of 2026-08-20 --json
    """
    from pipeline.estimates import published

    work = work_of(
        period, settings_file, country=country, language=language, model=model, jobs=jobs
    )
    if as_of:
        day, number = _day(as_of)
        found = published.as_of(work.store, work.period, day, number=number)
        estimates = found.figures.estimates
    else:
        estimates = work.figured.estimates
    if as_json:
        show_json(estimates)
        return
    typer.echo("\n".join(_lines(estimates)))


@app.command()
def national(
    year: Annotated[str, typer.Argument(help="A year, such as 2023")],
    assume: Annotated[
        str | None,
        typer.Option(help="Share of what is not published: zero, half, equal; or all of them"),
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Go from the published volume to the nation, under a named assumption on the rest.

    Prints the three assumptions side by side, with and without defence. Nobody has judged what
    is not published, so without --assume the command refuses.

    \b
    Examples:
      innovatiemonitor national 2023 --assume half
      innovatiemonitor national 2023 --assume all
    """
    from pipeline.estimates.national import national as run

    work = work_of(year, settings_file)
    for x in run(work.store, work.period, assume=assume, country=work.country):
        defence = "with defence" if x.defence else "without defence"
        typer.echo(
            f"{x.quantity:<20} {defence:<16} rest {NAMED[x.assumption]:<6}"
            f"{x.share:>8.1%}  ({x.low:.1%} to {x.high:.1%}){'  <' if x.chosen else ''}"
        )


@app.command()
def report(
    period: PeriodName,
    output: Folder = Path("out"),
    jobs: Jobs = 1,
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Write the quarterly report, and keep its figures as published.

    Without a judged draw the report holds diagnostics only. Where a check of severity `stop`
    does not pass, it says that it is a draft, nothing is kept as published, and the exit code
    is 3.

    \b
    Examples:
      innovatiemonitor report 2026Q3
      innovatiemonitor report 2026Q3 --output reports/
    """
    _report(
        work_of(period, settings_file, country=country, language=language, model=model, jobs=jobs),
        output,
    )


@app.command()
def revise(
    period: PeriodName,
    jobs: Jobs = 1,
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Show what would change in the published figures of a period, and why.

    `report` then publishes the new figures; the old ones remain.

    \b
    Examples:
      innovatiemonitor revise 2026Q2
    """
    from pipeline.estimates import published, revision

    work = work_of(
        period, settings_file, country=country, language=language, model=model, jobs=jobs
    )
    day = now().date()
    old = published.as_of(work.store, work.period, day)
    changes = published.revisions(old, work.to_publish(day))
    if not changes:
        typer.echo(f"{period}: as published on {old.day}, nothing changed")
        return
    typer.echo(f"{period}: what changed since {old.day}")
    if changes[0].name != revision.name_of(old.figures.headline):
        typer.echo(f"headline: unchanged, {old.figures.headline.share:.2%}")
    typer.echo("\n".join(_changes(changes)))


@app.command()
def run(
    period: PeriodName,
    output: Folder = Path("out"),
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    jobs: Jobs = 1,
    cluster: Cluster = None,
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Do everything for a period: fetch, collect, check, classify, estimate, report.

    The list of market consultations, of all time, is written beside the report.

    A step whose inputs and settings are unchanged is passed over, so the command may run every
    night. The exit code is 3 when a check of severity `stop` does not pass: then nothing is
    classified or reported.

    \b
    Examples:
      innovatiemonitor run 2026Q3
      innovatiemonitor run 2026Q3 --offline --output reports/
      innovatiemonitor run 2026Q3 --dry-run
      innovatiemonitor run 2026Q3 --country BE --language nl
    """
    given: dict[str, Any] = {
        "country": country,
        "language": language,
        "settings_file": settings_file,
    }
    for source in () if offline else opened(settings_file, country=country).country.sources:
        sources.fetch(source, period, dry_run=dry_run, **given)
    if not dry_run:
        sources.collect(period, cluster=cluster, **given)
    work = work_of(period, model=model, jobs=jobs, cluster=cluster, **given)
    if not dry_run and work.is_untouched(output):
        typer.echo(f"report of {period}: up to date in {output}")
        return
    if failed := [x for x in work.checks if x.severity == "stop" and not x.passed]:
        raise _stopped(work, failed)
    if dry_run:
        typer.echo("\n".join(_todo(work, output)))
    elif work.is_reported(output):
        # The list is of all time: what is new in it need not be of this period.
        work.list_consultations(output)
        typer.echo(f"report of {period}: up to date in {output}")
    else:
        _report(work, output)


NAMED = {"none": "zero", "half": "half", "equal": "equal"}


def _report(work: PeriodWork, output: Path) -> None:
    done = work.report(output, day=now().date())
    if done.facts.draw is None:
        typer.echo(f"no share is published: {work.missing}", err=True)
        typer.echo(
            f"innovatiemonitor plan {work.period}{work.country.options} --half-width 2", err=True
        )
    elif done.published:
        typer.echo(f"published: {work.period}, {done.facts.as_of}")
    for path in done.paths:
        typer.echo(f"written: {path}")
    if done.facts.failed:
        raise _stopped(work, done.facts.failed)


def _stopped(work: PeriodWork, failed: Sequence[Check]) -> ChecksFailed:
    names = ", ".join(x.name for x in failed)
    return ChecksFailed(
        f"{work.period}: {len(failed)} checks stop publication: {names}; {failed[0].finding}",
        hint=f"See `innovatiemonitor check {work.period}{work.country.options}`.",
    )


def _todo(work: PeriodWork, output: Path) -> Iterator[str]:
    yield f"classify: {len(work.unscored)} of {len(work.material.texts())} texts are new"
    if work.unscored:
        yield "report: would be written"
    else:
        state = "up to date" if work.is_reported(output) else "would be written"
        yield f"report: {state}"


def _lines(estimates: Sequence[Estimate]) -> Iterator[str]:
    yield f"{'quantity':<26}{'domain':<24}{'by':<8}{'share':>8}{'95% interval':>20}  method, flags"
    for x in estimates:
        interval = f"{x.low:.2%} to {x.high:.2%}"
        yield (
            f"{x.quantity:<26}{x.domain:<24}{x.weighting:<8}{x.share:>8.2%}{interval:>20}  "
            f"{' '.join((x.method, *x.flags))}"
        )


def _changes(changes: Sequence[Revision]) -> Iterator[str]:
    from pipeline.estimates.revision import change

    for subject in dict.fromkeys(x.subject for x in changes):
        found = [x for x in changes if x.subject == subject]
        yield f"{subject}: {len(found)}"
        yield from (f"  {x.name}: {x.old} -> {x.new}" for x in found[:SHOWN])
        if left := found[SHOWN:]:
            smaller = subject in {"share", "count"}
            size = f", none changed by more than {change(left[0]):.2%}" if smaller else ""
            yield f"  and {len(left)} more{size}"


def _day(text: str) -> tuple[dt.date, int | None]:
    """Read a day, and which of the publications on it is meant; the last one where not said."""
    day, number = text[:10], text[10:]
    try:
        return dt.date.fromisoformat(day), int(number.removeprefix("-")) if number else None
    except ValueError:
        raise SettingsError(
            f"--as-of is {text!r}; expected a day, such as 2026-08-20, or 2026-08-20-2 for the "
            "second publication on it"
        ) from None
