"""The command line itself: options that several commands share, errors, and progress.

Results go to standard output or files, messages to standard error. Exit codes: 0 done,
1 a foreseen problem, 2 wrong options or settings, 3 done but a check did not pass.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import PipelineError, SettingsError
from pipeline.records import Period

if TYPE_CHECKING:
    from pipeline.home import Home

app = typer.Typer(
    name="innovatiemonitor",
    help="Which part of Dutch public procurement buys innovation?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Inputs = Annotated[
    list[str], typer.Argument(help="Files, folders, .zip, .tar.gz, .gz, or - for standard input")
]
AnalyzerName = Annotated[
    str | None,
    typer.Option("--analyzer", help="auto, embedded, or a spaCy pipeline (name or path)"),
]
ModelId = Annotated[
    str | None, typer.Option("--model", help="Model id; without it the promoted one")
]
Cluster = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://10.0.0.1:8786")
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings")]
PeriodName = Annotated[str, typer.Argument(help="2026Q1, 2026, or 2025-07-01..2026-06-30")]
Round = Annotated[
    str | None,
    typer.Option("--round", help="first, second or adjudicated, where the tool does not tell"),
]
CountryCode = Annotated[
    str | None, typer.Option("--country", help="Whose buyers, such as NL or BE; see the settings")
]
LanguageCode = Annotated[
    str | None, typer.Option("--language", help="Only notices in this language count, such as nl")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for programs")]


def main() -> None:
    """Run the command line; a foreseen problem is shown in two lines, without a traceback."""
    try:
        app()
    except PipelineError as error:
        typer.echo(f"Error: {error}", err=True)
        if error.hint:
            typer.echo(f"Hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        # A disk that is full, or a place where nothing may be read or written.
        typer.echo(f"Error: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        sys.exit(130)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version")
    ] = False,
) -> None:
    """Which part of Dutch public procurement buys innovation?"""


def now() -> dt.datetime:
    """Read the clock, UTC; commands are the only ones that do."""
    return dt.datetime.now(dt.UTC)


def period_of(text: str) -> Period:
    """Read a period.

    Raises:
        SettingsError: It is not written as one.
    """
    try:
        return Period.parse(text)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def opened(settings_file: Path | None, **overrides: Any) -> Home:
    """Open the home that the settings in force point at.

    Args:
        overrides: Settings by name that options gave; ``None`` means not given.
    """
    from pipeline import settings
    from pipeline.home import Home, remembered
    from pipeline.store import Store

    held = remembered(Store(settings.load(settings_file, **overrides).home))
    return Home(settings=settings.load(settings_file, held=held, **overrides))


def unread(reason: str) -> None:
    """Say what could not be read, where the rest goes on without it."""
    typer.echo(f"not read: {reason}", err=True)


def show_json(value: object) -> None:
    """Write records, and anything made of them, as JSON to standard output."""
    typer.echo(json.dumps(value, default=record_members, ensure_ascii=False, indent=2))


def record_members(value: Any) -> Any:
    """Return a record as its members, and periods and days as people write them."""
    if isinstance(value, Period) or not is_dataclass(value):
        return dict(value) if isinstance(value, Mapping) else str(value)
    return {x.name: getattr(value, x.name) for x in fields(value)}


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """Show how many are done, on a terminal; elsewhere say nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        "{task.description}",
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done: bar.update(task, completed=done)
