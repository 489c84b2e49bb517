"""The command for the list of market consultations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli._app import (
    CountryCode,
    LanguageCode,
    ModelId,
    SettingsFile,
    app,
    opened,
    period_of,
)


@app.command()
def consultations(
    periods: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PERIOD]...", help="When published; without it all of them"),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A page, workbook or CSV: .html, .xlsx, .csv")
    ] = Path("marktconsultaties.html"),
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """List the market consultations that were collected, and whether a call followed.

    One is listed where its form says so, or the model by its text; each line says which. A
    notice that was changed, or that is on TenderNed and TED, is one line. Those of buyers
    elsewhere are left out.

    \b
    Examples:
      innovatiemonitor consultations
      innovatiemonitor consultations 2025 2026Q1 -o consultations.xlsx
    """
    from pipeline.notices.overview import Overview
    from pipeline.report import consultations as report
    from pipeline.report.consultation_lines import consultation_lines

    report.ending_of_list(output)
    home = opened(settings_file, country=country, language=language)
    asked = [period_of(text) for text in periods or ()]
    overview = Overview.of(home.raw)
    lines = consultation_lines(home, overview, model_id=model, periods=asked)
    until = report.until_of(overview)
    report.write_consultations(lines, output, until=until, country=home.country)
    typer.echo(f"written: {output}", err=True)
    typer.echo(f"{len(lines):,} consultations, {sum(x.call is not None for x in lines):,} followed")
