"""Commands for researchers: label notices, explain one, see a demonstration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings
from pipeline.cli._app import AnalyzerName, Inputs, ModelId, SettingsFile, app, now, progress
from pipeline.errors import PipelineError, SettingsError


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
            now=now(),
            columns=_renames(column or []),
            jobs=jobs,
        )
        with progress("classify") as show:
            done = run.go(resume=resume, tell=lambda x: show(x.taken))
    where = "standard output" if output == "-" else output
    typer.echo(
        f"{done.labelled} notices labelled, {done.quarantined} in quarantine: {where}",
        err=True,
    )
    if done.unreadable > given.max_unreadable:
        raise PipelineError(
            f"{done.unreadable:.1%} of {done.taken} notices are unreadable; "
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
    from pipeline.sources.files import require_apart
    from pipeline.store import Store

    given = settings.load(settings_file, analyzer=analyzer)
    classifier = Classifier.load(model, settings=given)
    places = inputs or Store(given.home).demo_notices()
    if html:
        require_apart([html], [*places, *([notice] if Path(notice).exists() else [])])
    found = find(notice, places, now=now())
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
    from pipeline.demo import run
    from pipeline.labels.classify import Classifier

    given = settings.load(settings_file)
    for line in run(Classifier.load(settings=given), output, now=now()):
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
