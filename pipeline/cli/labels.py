"""Commands for researchers: label notices, explain one, see a demonstration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli._app import (
    AnalyzerName,
    Cluster,
    Inputs,
    ModelId,
    SettingsFile,
    app,
    now,
    opened,
    progress,
)
from pipeline.errors import PipelineError, SettingsError

if TYPE_CHECKING:
    from pipeline.labels.parted import PartedRun
    from pipeline.labels.progress import Progress
    from pipeline.labels.run import Run


@app.command()
def classify(
    inputs: Inputs,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help=".csv, .jsonl, .parquet or .xlsx; a folder/ of Parquet parts; - for stdout",
        ),
    ],
    jobs: Annotated[int, typer.Option(min=1, help="Processes")] = 1,
    resume: Annotated[bool, typer.Option(help="Continue a run that was broken off")] = False,
    column: Annotated[
        list[str] | None, typer.Option(help="Column rename for tables, such as title=Naam")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of CSV, such as cp1252; without it, it is found out")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="The one sheet of workbooks to read; without it, all")
    ] = None,
    header_row: Annotated[
        int, typer.Option(min=1, help="The row of tables with the names of columns")
    ] = 1,
    max_unreadable: Annotated[
        float | None, typer.Option(help="Largest share of unreadable notices, 0 to 1")
    ] = None,
    cluster: Cluster = None,
    model: ModelId = None,
    analyzer: AnalyzerName = None,
    settings_file: SettingsFile = None,
) -> None:
    """Label notices by innovation degree, aspect, openness and procurement form.

    One line per notice, in input order. What cannot be read goes to <output>.quarantine.csv;
    the exit code is 1 when that is more than --max-unreadable, or when a file breaks off.
    A folder gets Parquet parts and a manifest of them, and may lie in shared storage.

    \b
    Examples:
      innovatiemonitor classify notices/ -o labels.csv --jobs 2
      innovatiemonitor classify s3://ted/2026/ -o s3://ted/labels/ --cluster tcp://10.0.0.1:8786
      innovatiemonitor classify table.xlsx -o labels.parquet --column title=Naam --sheet 2024
      cat notice.xml | innovatiemonitor classify - -o -
    """
    from pipeline.labels.classify import Classifier
    from pipeline.sources.layout import Layout

    given = opened(
        settings_file, analyzer=analyzer, max_unreadable=max_unreadable, cluster=cluster
    ).settings
    with _output(output) as path:
        run = _run_to(
            path,
            inputs=inputs,
            classifier=Classifier.load(model, settings=given),
            now=now(),
            layout=Layout(
                columns=_renames(column or []),
                encoding=encoding,
                sheet=sheet,
                header_row=header_row,
            ),
            jobs=jobs,
        )
        with progress("classify") as show:
            done = run.go(resume=resume, tell=lambda x: show(x.taken))
    for note in run.notes:
        typer.echo(note, err=True)
    where = "standard output" if output == "-" else output
    again = f", {done.duplicates} read before" if done.duplicates else ""
    typer.echo(
        f"{done.labelled} notices labelled, {done.quarantined} in quarantine{again}: {where}",
        err=True,
    )
    _require_read(done, most=given.max_unreadable, quarantine=run.quarantine_path.name)


def _require_read(done: Progress, *, most: float, quarantine: str) -> None:
    if done.rests:
        raise PipelineError(
            f"{done.rests} files were not read to their end, the first of which is "
            f"{done.first_rest}",
            hint="What was read is labelled. Mend the files, or save them anew, and run again.",
        )
    if done.unreadable > most:
        raise PipelineError(
            f"{done.unreadable:.1%} of {done.taken} notices are unreadable; "
            f"at most {most:.1%} may be",
            hint=f"See {quarantine}, or raise --max-unreadable.",
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
    from pipeline.labels.find import find, is_file
    from pipeline.sources.paths import require_apart

    home = opened(settings_file, analyzer=analyzer)
    classifier = Classifier.load(model, settings=home.settings)
    places = inputs or home.store.demo_notices()
    if html:
        require_apart([html], [*places, *([notice] if is_file(notice) else [])])
    found = find(notice, places, now=now())
    prediction, document = classifier.explain(found)
    if html:
        from pipeline.report.pages import notice_page
        from pipeline.writing import write_atomic

        page = notice_page(prediction, document, classifier.codebook)
        write_atomic(html, page.encode())
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
    from pipeline.demo import run_demo
    from pipeline.labels.classify import Classifier

    given = opened(settings_file).settings
    for line in run_demo(Classifier.load(settings=given), output, now=now()):
        typer.echo(line)


def _renames(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise SettingsError(f"--column is {pair!r}; expected ours=theirs, as in title=Naam")
    return dict(pair.split("=", 1) for pair in pairs)


def _run_to(target: str, **given: Any) -> Run | PartedRun:
    """A folder gets parts, a file all lines."""
    from pipeline.labels.parted import PartedRun
    from pipeline.labels.run import Run
    from pipeline.storage import Remote, place

    found = place(target)
    if target.endswith("/") or (isinstance(found, Path) and found.is_dir()):
        return PartedRun(folder=found, **given)
    if isinstance(found, Remote):
        raise SettingsError(
            f"cannot write one file at {found}; expected a folder of parts",
            hint=f"End the address with a slash: {found}/",
        )
    return Run(path=found, **given)


@contextmanager
def _output(name: str) -> Iterator[str]:
    """Give the path to write to; for ``-`` a temporary CSV that goes to standard output."""
    if name != "-":
        yield name
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        yield str(path)
        with path.open(encoding="utf-8") as lines:
            shutil.copyfileobj(lines, sys.stdout)
