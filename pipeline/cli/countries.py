"""The command for the place of the Netherlands in Europe."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli._app import (
    Cluster,
    Inputs,
    PeriodName,
    SettingsFile,
    app,
    now,
    opened,
    period_of,
    progress,
)
from pipeline.errors import PipelineError

# Unreadable notices that are named one by one; all of them stand in the file of quarantine.
NAMED = 10


@app.command("compare-countries")
def compare_countries(
    period: PeriodName,
    inputs: Inputs,
    folder: Annotated[Path, typer.Option(help="Folder for workbook, CSV and chart")] = Path(),
    jobs: Annotated[int, typer.Option(min=1, help="Processes")] = 1,
    cluster: Cluster = None,
    settings_file: SettingsFile = None,
) -> None:
    """Hold countries against each other by what stands in the fields of their notices on TED.

    INPUTS are TED's packages of days or months, with the notices of all countries. Per country
    and year: partnerships, dialogues, design contests, research, declared innovation, variants;
    per 1,000 notices, lots and euros, with intervals over buyers. Texts are not read. Where a
    country leaves a field empty, its figure is left out and the country is named.

    \b
    Examples:
      innovatiemonitor compare-countries 2025 packages/ --folder europe --jobs 2
      innovatiemonitor compare-countries 2025Q3 2025-7.tar.gz 2025-8.tar.gz 2025-9.tar.gz
    """
    from pipeline.estimates.countries import tally
    from pipeline.estimates.frame import read_rates
    from pipeline.report import countries as report
    from pipeline.sources.files import raw_notices
    from pipeline.spreadsheet import csv_bytes
    from pipeline.writing import write_atomic

    home, asked = opened(settings_file, cluster=cluster), period_of(period)
    # Asked first: a home of a country that nobody described is told so before an hour of reading.
    own = home.country.alpha_2
    raws = raw_notices(inputs, now=now())
    with progress("compare-countries") as show:
        found = tally(
            raws,
            asked,
            read_rates(home.store.reference("ecb_rates")),
            codebook=home.codebook,
            jobs=jobs,
            cluster=home.settings.cluster,
            tell=show,
        )
    for source_id, reason in islice(found.unreadable, NAMED):
        typer.echo(f"not read: {source_id}: {reason}", err=True)
    if not found.figures:
        raise PipelineError(
            f"no calls or results of {asked} among {found.passed:,} notices; "
            f"{len(found.unreadable):,} could not be read",
            hint="Name packages of that period: https://ted.europa.eu, bulk downloads.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    name = f"landen-{asked}"
    written = {
        f"{name}.xlsx": report.workbook(found, asked),
        f"{name}.csv": report.country_csv(found.figures),
        f"{name}.svg": report.chart(asked, found.figures, home=own),
    }
    if found.unreadable:
        quarantine = [("file", "reason"), *found.unreadable]
        written[f"{name}.quarantine.csv"] = csv_bytes(quarantine)
    for path, body in written.items():
        write_atomic(folder / path, body)
        typer.echo(f"written: {folder / path}", err=True)
    for line in report.warnings(found.figures):
        typer.echo(line, err=True)
    typer.echo(
        f"{found.counted:,} notices counted; {found.replaced:,} were replaced by a later version, "
        f"{found.again:,} were there twice, {found.passed:,} others passed over",
        err=True,
    )
    if found.unreadable:
        raise PipelineError(
            f"{len(found.unreadable):,} notices or files could not be read",
            hint=f"They stand in {name}.quarantine.csv; the figures are without them.",
        )
