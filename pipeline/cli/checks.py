"""Commands for those who answer for the notices: check, compare, count, explain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli._app import (
    AsJson,
    CountryCode,
    LanguageCode,
    PeriodName,
    SettingsFile,
    app,
    opened,
    period_of,
    show_json,
)
from pipeline.cli._quarter import work_of
from pipeline.errors import ChecksFailed, SettingsError
from pipeline.spreadsheet import forms_of_cell

if TYPE_CHECKING:
    from pipeline.home import Home
    from pipeline.notices.indicators import Count, Indicator


@app.command()
def check(
    period: PeriodName,
    as_json: AsJson = False,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Check whether the collected notices of a period are plausible.

    The exit code is 3 when a check of severity `stop` does not pass: then nothing about the
    period should be published. One of severity `look` asks for a person. The last two say whether a
    quarter drifts from what the model knows, with at most one false alarm in twenty quarters.

    \b
    Examples:
      innovatiemonitor check 2026Q3
      innovatiemonitor check 2026Q3 --json
    """
    work = work_of(period, settings_file, country=country, language=language)
    found = [*work.checks, *work.drift]
    if as_json:
        show_json(found)
    for one in found if not as_json else ():
        typer.echo(f"{'ok  ' if one.passed else one.severity}  {one.name}: {one.finding}")
        if not one.passed and one.notice_ids:
            typer.echo(f"      {', '.join(one.notice_ids)}")
    if failed := [one.name for one in found if one.severity == "stop" and not one.passed]:
        raise ChecksFailed(
            f"{period}: {len(failed)} of {len(found)} checks stop publication: {', '.join(failed)}",
            hint="See `innovatiemonitor status`; fetch and collect again what is missing.",
        )


@app.command()
def reconcile(
    period: PeriodName, as_json: AsJson = False, settings_file: SettingsFile = None
) -> None:
    """Show our counts beside the sources' own, each difference with notices and a rule.

    \b
    Examples:
      innovatiemonitor reconcile 2026Q3
      innovatiemonitor reconcile 2026-09-01..2026-09-30 --json
    """
    from pipeline.notices.period import reconciled
    from pipeline.notices.reconcile import comparison_lines

    found = reconciled(period_of(period), store=opened(settings_file).raw)
    if as_json:
        show_json(found)
        return
    if not found:
        typer.echo(f"No source gave totals for {period}.")
    for one in found:
        typer.echo(f"{one.source}, against {one.against}")
        typer.echo("\n".join(comparison_lines(one.table)))


@app.command()
def indicators(
    name: Annotated[
        str | None, typer.Argument(help="File name without .toml; all without it", metavar="[ID]")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of `classify`, for indicators that count forms")
    ] = None,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Show published counts with ours beside them, over all collected notices.

    They are defined in corpora/indicators, without code.

    \b
    Examples:
      innovatiemonitor indicators
      innovatiemonitor indicators sbir --labels labels.csv
    """
    from pipeline.notices.overview import Overview
    from pipeline.notices.period import counted_indicators

    home = opened(settings_file)
    chosen = _indicators(home, name, labels)
    forms = _forms(labels) if labels else {}
    found = counted_indicators(chosen, overview=Overview.of(home.raw), forms_by_notice=forms)
    if as_json:
        show_json(found)
        return
    if not found:
        typer.echo(f"No published counts of {home.country.alpha_3} are known.")
    for indicator_id, counts in found.items():
        typer.echo("\n".join(_beside(indicator_id, chosen[indicator_id], counts)))


reference = typer.Typer(no_args_is_help=True, help="Figures that others published.")
app.add_typer(reference, name="reference")


@reference.command("check")
def reference_check(as_json: AsJson = False, settings_file: SettingsFile = None) -> None:
    """List each figure of others with its source, its date and the page to compare it with.

    A figure that nobody compared with its page is marked `?`. They stand in corpora/reference
    and corpora/indicators.

    \b
    Examples:
      innovatiemonitor reference check
      innovatiemonitor reference check --json
    """
    from pipeline.estimates.reference import known_figures

    found = list(known_figures(opened(settings_file).store))
    if as_json:
        show_json(found)
        return
    for x in found:
        mark = " " if x.checked else "?"
        typer.echo(f"{mark} {x.table}: {x.name} = {x.value}  ({x.source}, {x.date}) {x.page}")
    typer.echo(f"{len(found)} figures, {sum(not x.checked for x in found)} not compared")


@reference.command("rates")
def reference_rates(
    file: Annotated[Path, typer.Argument(help="eurofxref-hist.csv, as the ECB gives it")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the table")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Make the yearly means of exchange rates from the ECB's file of daily rates.

    They replace corpora/reference/ecb_rates.toml.

    \b
    Examples:
      innovatiemonitor reference rates eurofxref-hist.csv --dry-run
    """
    from pipeline.estimates.rates import write_rates, yearly_means

    try:
        means, until = yearly_means(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    text = write_rates(means, until)
    if dry_run:
        typer.echo(text, nl=False)
        return
    path = opened(settings_file).store.write_reference("ecb_rates", text)
    typer.echo(f"written: {path}, {len(means)} currencies up to {until}")


@app.command()
def procedure(
    notice: Annotated[str, typer.Argument(help="Notice id, with or without leading zeros")],
    period: PeriodName,
    settings_file: SettingsFile = None,
) -> None:
    """Show which collected notices are of one tender with a notice, and why they are.

    \b
    Examples:
      innovatiemonitor procedure 643394-2026 2025-01-01..2026-12-31
    """
    from pipeline.notices.period import explanation

    store = opened(settings_file).raw
    typer.echo("\n".join(explanation(notice, period_of(period), store=store)))


def _indicators(home: Home, name: str | None, labels: Path | None) -> dict[str, Indicator]:
    """The indicators that were asked for, without those that need labels when there are none."""
    from pipeline.notices.indicators import read_indicator

    tables = home.store.indicators(of=home.country.reference)
    known = {x: read_indicator(table, x, home.country) for x, table in tables.items()}
    if name is not None and name not in known:
        raise SettingsError(f"no indicator {name!r}; there are: {', '.join(known)}")
    chosen = {name: known[name]} if name else known
    unjudged = [x for x, one in chosen.items() if "form" in {*one.where, *one.without}]
    if labels is None and name in unjudged:
        raise SettingsError(
            f"{name} counts forms, which are judged, not published",
            hint="Label the notices with `innovatiemonitor classify` and give --labels.",
        )
    if labels is None and unjudged:
        typer.echo(f"Left out, because they need --labels: {', '.join(unjudged)}", err=True)
    return {x: one for x, one in chosen.items() if labels or x not in unjudged}


def _forms(labels: Path) -> dict[str, tuple[str, ...]]:
    from pipeline.corpus.dutch_excel import decode, table

    try:
        lines = table(decode(labels.read_bytes()), ("notice_id", "forms"))
        return {x["notice_id"]: forms_of_cell(x["forms"]) for x in lines}
    except (OSError, KeyError) as error:
        raise SettingsError(f"{labels} is no CSV of `classify`: {error!r}") from None


def _beside(indicator_id: str, indicator: Indicator, counts: Collection[Count]) -> Iterator[str]:
    yield f"{indicator_id}: {indicator.name} ({indicator.source})"
    yield f"  {'':<20}{'ours':>8}{'published':>11}"
    for x in counts:
        yield f"  {x.value:<20}{x.ours:>8}{'-' if x.published is None else x.published:>11}"
