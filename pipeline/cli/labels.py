"""All commands: each reads options, calls one function, and says what happened.

Results go to standard output or files, messages to standard error. Exit codes: 0 done,
1 a foreseen problem, 2 wrong options or settings.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import __version__, settings
from pipeline.errors import PipelineError, SettingsError

if TYPE_CHECKING:
    from pipeline.labels.run import Progress

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
    typer.Option("--analyzer", help="auto, embedded, or a spaCy pipeline's name or path"),
]
ModelId = Annotated[
    str | None, typer.Option("--model", help="Model id; the promoted one without it")
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings")]


def main() -> None:
    """Run the command line; a foreseen problem is shown in two lines, without a traceback."""
    try:
        app()
    except PipelineError as error:
        typer.echo(f"Error: {error}", err=True)
        if error.hint:
            typer.echo(f"Hint: {error.hint}", err=True)
        sys.exit(error.exit_code)


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


@app.command()
def classify(
    inputs: Inputs,
    output: Annotated[
        str, typer.Option("--output", "-o", help=".csv, .jsonl, .parquet or .xlsx; - for stdout")
    ],
    jobs: Annotated[int, typer.Option(min=1, help="Processes")] = 1,
    resume: Annotated[bool, typer.Option(help="Continue a run that was broken off")] = False,
    column: Annotated[
        list[str] | None, typer.Option(help="Column rename for tables, such as title=Naam")
    ] = None,
    max_unreadable: Annotated[
        float | None, typer.Option(help="Largest share of unreadable notices, 0 to 1")
    ] = None,
    model: ModelId = None,
    analyzer: AnalyzerName = None,
    settings_file: SettingsFile = None,
) -> None:
    """Label notices by innovation degree, aspect, openness and procurement form.

    One line per notice, in input order. What cannot be read goes to <output>.quarantine.csv;
    the exit code is 1 when that is more than --max-unreadable.

    \b
    Examples:
      innovatiemonitor classify notices/ -o labels.csv --jobs 2
      innovatiemonitor classify table.xlsx -o labels.parquet --column title=Naam
      cat notice.xml | innovatiemonitor classify - -o -
    """
    from pipeline.labels.classify import Classifier
    from pipeline.labels.run import Run

    given = settings.load(settings_file, analyzer=analyzer, max_unreadable=max_unreadable)
    with _output(output) as path:
        run = Run(
            inputs=inputs,
            path=path,
            classifier=Classifier.load(model, settings=given),
            now=dt.datetime.now(dt.UTC),
            columns=_renames(column or []),
            jobs=jobs,
        )
        with _progress(f"classify, {jobs} processes") as tell:
            progress = run.go(resume=resume, tell=tell)
    where = "standard output" if output == "-" else output
    typer.echo(
        f"{progress.labelled} notices labelled, {progress.quarantined} in quarantine: {where}",
        err=True,
    )
    if progress.unreadable > given.max_unreadable:
        raise PipelineError(
            f"{progress.unreadable:.1%} of {progress.taken} notices are unreadable; "
            f"at most {given.max_unreadable:.1%} may be",
            hint=f"See {run.quarantine_path.name}, or raise --max-unreadable.",
        )


@app.command()
def explain(
    notice: Annotated[str, typer.Argument(help="Notice id, or a file that holds one notice")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="Where to look for the notice id")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with the passages marked")] = None,
    model: ModelId = None,
    analyzer: AnalyzerName = None,
    settings_file: SettingsFile = None,
) -> None:
    """Show one notice with its labels, and the passages that justify them.

    Without --input the bundled fictional notices are searched.

    \b
    Examples:
      innovatiemonitor explain notice.xml
      innovatiemonitor explain 255494-2019 --input notices.zip --html notice.html
    """
    from pipeline.labels.classify import Classifier
    from pipeline.labels.find import find
    from pipeline.store import Store

    given = settings.load(settings_file, analyzer=analyzer)
    classifier = Classifier.load(model, settings=given)
    places = inputs or Store(given.home).demo_notices()
    found = find(notice, places, now=dt.datetime.now(dt.UTC))
    prediction, document = classifier.explain(found)
    if html:
        from pipeline.report.pages import notice_page

        html.write_text(notice_page(prediction, document, classifier.codebook), encoding="utf-8")
        typer.echo(f"written: {html}", err=True)
        return
    from rich.console import Console

    from pipeline.labels.show import show

    Console().print(show(prediction, document, classifier.codebook))


@app.command()
def train(
    analyzer: AnalyzerName = None,
    settings_file: SettingsFile = None,
) -> None:
    """Train a model on the judged notices in the repository and put it on the shelf.

    The new model is used only after `promote`.

    \b
    Examples:
      innovatiemonitor train
      innovatiemonitor train --analyzer nl_core_news_md
    """
    from pipeline import codebook as codebooks
    from pipeline.corpus.analyzer import Analyzer
    from pipeline.learning import shelf
    from pipeline.learning import train as training
    from pipeline.store import Store

    given = settings.load(settings_file, analyzer=analyzer)
    store = Store(given.home)
    codebook = codebooks.load(store)
    maker = Analyzer(given.analyzer)
    learned = training.authored(store, codebook, maker)
    recipe = training.Recipe()
    judge = training.train(learned, recipe, codebook)
    card = training.card(learned, recipe, codebook, analyzer=maker.name, created=_today())
    shelf.save(store, judge, card)
    typer.echo(card.model_id)


@app.command()
def promote(
    to: Annotated[str, typer.Option("--to", help="Model id")],
    settings_file: SettingsFile = None,
) -> None:
    """Make a model the one that `classify` uses.

    \b
    Examples:
      innovatiemonitor promote --to 20261121-1a2b3c4d
    """
    from pipeline.learning import shelf
    from pipeline.store import Store

    store = Store(settings.load(settings_file).home)
    _, card = shelf.load(store, to)
    store.write_champion({"model_id": card.model_id})
    typer.echo(f"promoted: {card.model_id}")


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the results")] = Path("out/demo"),
    settings_file: SettingsFile = None,
) -> None:
    """Label the bundled fictional notices and write tables and a page.

    \b
    Examples:
      innovatiemonitor demo
      innovatiemonitor demo --output /tmp/demo
    """
    from pipeline.labels.classify import Classifier
    from pipeline.report.demo import run

    given = settings.load(settings_file)
    for line in run(Classifier.load(settings=given), output, now=dt.datetime.now(dt.UTC)):
        typer.echo(line)


def _renames(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise SettingsError(f"--column is {pair!r}; expected ours=theirs, as in title=Naam")
    return dict(pair.split("=", 1) for pair in pairs)


@contextmanager
def _output(name: str) -> Iterator[Path]:
    """Give the path to write to; for ``-`` a temporary CSV that goes to standard output."""
    if name != "-":
        yield Path(name)
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        yield path
        with path.open(encoding="utf-8") as lines:
            shutil.copyfileobj(lines, sys.stdout)


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """Show a progress bar on a terminal; elsewhere say nothing."""
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

        def tell(progress: Any) -> None:
            bar.update(task, completed=progress.taken)

        yield tell


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
