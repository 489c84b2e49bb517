"""What the commands about a period share: its work, and the options that go with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli._app import opened, period_of, progress

if TYPE_CHECKING:
    from pipeline.quarter import PeriodWork

Jobs = Annotated[int, typer.Option(min=1, help="Processes for the model")]


def work_of(
    period: str,
    settings_file: Path | None,
    *,
    model: str | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    everything: bool = False,
    country: str | None = None,
    language: str | None = None,
) -> PeriodWork:
    """Return the work on a period, by the settings in force.

    Args:
        everything: Whether also the tenders are read that do not touch the period.
        country, language: Of the frame; ``None`` for those of the settings.
    """
    from pipeline.quarter import PeriodWork

    return PeriodWork(
        period=period_of(period),
        settings=opened(
            settings_file, cluster=cluster, country=country, language=language
        ).settings,
        model_id=model,
        jobs=jobs,
        everything=everything,
        show=progress,
    )
