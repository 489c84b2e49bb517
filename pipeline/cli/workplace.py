"""Commands for everybody: the workplace in the browser, and its index as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli._app import SettingsFile, app, now, opened, progress, unread

FIRST = "beheerder"


@app.command()
def serve(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Files with notices, beside those that were collected"),
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option(help="Print a new link for this person; may be repeated")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate, PEM")] = None,
    key: Annotated[Path | None, typer.Option(help="TLS key, PEM")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A server in front of it takes care of TLS")
    ] = False,
    public_name: Annotated[
        str | None, typer.Option(help="Name by which browsers reach it, where not this machine")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Open the workplace in the browser: search, judge, decide, train.

    Prints a link per person; who opens it is known by it. Without --person, the first time, one
    link is printed for `beheerder`, who makes those of others in the browser. Who is new here may
    do everything; in the browser a role is given with each link. It listens on this
    machine only; elsewhere it needs TLS. Where nothing was collected, it shows the fictional
    notices of the repository, and says so on every page.

    \b
    Examples:
      innovatiemonitor serve
      innovatiemonitor serve notices/ --person anna --person bram
      innovatiemonitor serve --host 0.0.0.0 --certificate c.pem --key k.pem --public-name a.nl
    """
    from pipeline.workplace.people import invite, people
    from pipeline.workplace.serve import Reached, listening
    from pipeline.workplace.serve import serve as answer
    from pipeline.workplace.stock import refresh, unread_files
    from pipeline.workplace.visit import Workplace

    place = Reached(
        host=host,
        port=port,
        certificate=certificate,
        key=key,
        behind_proxy=behind_proxy,
        public_name=public_name,
    )
    work = Workplace(
        settings=opened(settings_file).settings, clock=now, inputs=tuple(inputs or ())
    ).or_fictional()
    with listening(place) as taken:
        with progress("index") as tell:
            refresh(work, tell=tell)
        _tell_unread(*unread_files(work))
        origin = place.origin(taken.getsockname()[1])
        known = people(work.store)
        for name in person or ([] if known else [FIRST]):
            role = known[name].role if name in known else "keeper"
            secret = invite(work.store, name, role=role, now=now())
            typer.echo(f"{name}: {origin}/toegang/{secret}")
        typer.echo(f"the workplace is at {origin}; end it with Ctrl-C", err=True)
        answer(work, place, taken)


def _tell_unread(number: int, reasons: Sequence[str]) -> None:
    for reason in reasons:
        unread(reason)
    if number > len(reasons):
        typer.echo(f"not read: {number - len(reasons)} more", err=True)


@app.command()
def export(
    sqlite: Annotated[Path, typer.Option(help="File to write")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Files with notices, beside those that were collected"),
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Write all notices, with what model and people say, as one SQLite database.

    It opens as it is in Datasette and in every program for SQLite; docs/workplace.md names its
    tables. What the model says of notices in a draw that is not finished is left out.

    \b
    Examples:
      innovatiemonitor export --sqlite notices.sqlite
    """
    from pipeline.sources.paths import require_apart
    from pipeline.workplace.catalogue import write_catalogue
    from pipeline.workplace.stock import contents
    from pipeline.workplace.visit import Workplace

    require_apart([sqlite], inputs or [])
    work = Workplace(settings=opened(settings_file).settings, clock=now, inputs=tuple(inputs or ()))
    with progress("export") as tell:
        written = write_catalogue(sqlite, contents(work), for_others=True, tell=tell)
    typer.echo(f"{written} notices: {sqlite}", err=True)


@app.command()
def index(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Files with notices, beside those that were collected"),
    ] = None,
    score: Annotated[
        bool, typer.Option("--score", help="First let the model read what it has not read")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes for the model")] = 1,
    settings_file: SettingsFile = None,
) -> None:
    """Make the search index of the workplace anew, where something in it is newer.

    `serve` does so when it starts.

    \b
    Examples:
      innovatiemonitor index
      innovatiemonitor index notices/ --score
    """
    from pipeline.workplace.stock import read_unread, refresh
    from pipeline.workplace.visit import Workplace

    work = Workplace(settings=opened(settings_file).settings, clock=now, inputs=tuple(inputs or ()))
    if score:
        with progress("classify") as tell:
            typer.echo(f"{read_unread(work, jobs=jobs, tell=tell)} notices read", err=True)
    with progress("index") as tell:
        made = refresh(work, tell=tell)
    typer.echo("made anew" if made else "up to date", err=True)
