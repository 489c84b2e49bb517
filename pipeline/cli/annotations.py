"""Commands for annotators: judgements in and out of tools, agreement, adjudication."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli._app import AsJson, Inputs, ModelId, Round, SettingsFile, app, now, opened, unread
from pipeline.cli._tools import exchange_of, set_up
from pipeline.errors import SettingsError

# Training and `demo` read these together with notices of the same name.
OURS = frozenset({"authored", "demo"})

commands = typer.Typer(no_args_is_help=True, help="Judgements by people: import, export, compare")
app.add_typer(commands, name="annotations")

Name = Annotated[str, typer.Argument(help="File in corpora/annotations, without .csv")]
Tool = Annotated[str, typer.Option("--format", help="csv, label-studio, doccano or prodigy")]


@commands.command("export")
def export(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write")],
    tool: Tool = "csv",
    name: Annotated[
        str | None, typer.Option("--annotations", help="Add the judgements of this file")
    ] = None,
    queue: Annotated[
        Path | None, typer.Option(help="Only the notices of this list of `queue`, in its order")
    ] = None,
    predictions: Annotated[
        bool, typer.Option("--predictions", help="Also what the model thinks, except of a draw")
    ] = False,
    model: ModelId = None,
    settings_file: SettingsFile = None,
) -> None:
    """Write notices to judge, with what is judged already, for a labelling tool.

    What sets the tool up is written beside it, and the steps to take are said. The model's opinion
    of a notice that was ever drawn is never written: it would steer what measures the model.

    \b
    Examples:
      innovatiemonitor annotations export notices/ -o tasks.json --format label-studio
      innovatiemonitor annotations export authored.jsonl -o again.csv --annotations authored
    """
    from pipeline.corpus import annotations as judging
    from pipeline.corpus.draws import drawn_ids
    from pipeline.corpus.exchange import known, tasks
    from pipeline.labels.classify import Classifier
    from pipeline.labels.find import notices_of
    from pipeline.labels.queue import queued_ids
    from pipeline.writing import write_atomic

    home = opened(settings_file)
    store, codebook, exchange = home.store, home.codebook, exchange_of(tool)
    notices = notices_of(inputs, home=home, now=now(), tell=unread)
    if queue:
        notices = {x: known(x, notices) for x in queued_ids(_body(queue))}
    judged = judging.read(store.annotations(name), codebook, name=f"{name}.csv") if name else ()
    ours = [one for one in judged if one.notice_id in notices]
    said = []
    if predictions:
        drawn = drawn_ids(store)
        free = [x for x in notices.values() if x.notice_id not in drawn]
        said = Classifier.load(model, settings=home.settings).judge_notices(free)
        typer.echo(f"{len(said)} predictions, none of {len(notices) - len(free)} drawn", err=True)
    to_write = list(tasks(notices.values(), [*ours, *said]))
    write_atomic(output, exchange.export(to_write, codebook))
    typer.echo(f"{len(notices)} notices, {len(ours)} judgements: {output}", err=True)
    if lost := exchange.lost(to_write):
        typer.echo(
            f"{lost} passages overlap others, which {tool} cannot show; they are left out there "
            "and come back with their label",
            err=True,
        )
    set_up(tool, output, codebook)


@commands.command("import")
def import_(
    judged: Annotated[Path, typer.Argument(help="What the tool exported")],
    inputs: Annotated[list[str], typer.Option("--input", help="The notices that were judged")],
    into: Annotated[str, typer.Option("--into", help="File in corpora/annotations, without .csv")],
    tool: Tool = "csv",
    annotator: Annotated[
        str | None, typer.Option(help="Pseudonym, where the tool has none")
    ] = None,
    round_: Round = None,
    settings_file: SettingsFile = None,
) -> None:
    """Take judgements over from a labelling tool; all of them, or none.

    Who and when are the tool's own facts where it has them. A judgement that differs from an
    earlier one of the same reader supersedes it; the earlier one stays in the file.

    \b
    Examples:
      innovatiemonitor annotations import x.json --format label-studio --input in/ --into real
      innovatiemonitor annotations import x.csv --input in.zip --into real --annotator a2
    """
    from pipeline.corpus import annotations as judging
    from pipeline.corpus.corrections import corrected
    from pipeline.corpus.exchange import Sitting
    from pipeline.labels.find import notices_of

    if into in OURS:
        raise SettingsError(
            f"--into {into}: these judgements belong to notices of the repository",
            hint="Take another name; `train --annotations FILE --input NOTICES` adds it.",
        )
    home = opened(settings_file)
    store, codebook = home.store, home.codebook
    store.has_annotations(into)  # before work is done for a name that is none
    day = now().date()
    added = exchange_of(tool).import_(
        _body(judged),
        codebook,
        notices=notices_of(inputs, home=home, now=now(), tell=unread),
        sitting=Sitting(annotator=annotator, annotated_at=day, round=round_),
    )
    with store.exclusive("annotations"):
        known = store.has_annotations(into)
        old = judging.read_all(store.annotations(into), codebook, name=into) if known else ()
        joined = corrected(old, added)
        store.write_annotations(into, judging.write(joined.annotations))
    typer.echo(f"{joined.summary}: {into}.csv", err=True)
    for one in joined.missing:
        typer.echo(
            f"{one.notice_id} by {one.annotator} did not come back; it stays. If it was deleted on "
            f"purpose: annotations repair {into} --withdraw {one.notice_id}={one.annotator}",
            err=True,
        )


@commands.command("agreement")
def agreement(
    name: Name,
    of_missions: Annotated[
        bool, typer.Option("--missions", help="Of the file of that name in corpora/missions")
    ] = False,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Show how far independent readers agree: Krippendorff's alpha with bootstrap intervals.

    \b
    Examples:
      innovatiemonitor annotations agreement authored
      innovatiemonitor annotations agreement real --json
      innovatiemonitor annotations agreement real --missions
    """
    from pipeline.corpus import agreement as agreeing
    from pipeline.corpus import annotations as judging
    from pipeline.corpus import missions
    from pipeline.store import to_json

    home = opened(settings_file)
    store, codebook = home.store, home.codebook
    if of_missions:
        read = missions.read(store.missions(name), codebook, name=f"{name}.csv")
        alphas = agreeing.on_missions(read, codebook, seed=0)
    else:
        judged = judging.read(store.annotations(name), codebook, name=f"{name}.csv")
        alphas = agreeing.agreement(judged, codebook, seed=0)
    told = to_json([asdict(x) for x in alphas]).decode() if as_json else agreeing.table(alphas)
    typer.echo(told)


@commands.command("adjudicate")
def adjudicate(
    name: Name,
    decisions: Annotated[
        Path | None, typer.Option(help="Our CSV with round adjudicated; without it, the open ones")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """List the open disagreements of a file, or add the decisions on them.

    Both first judgements are kept.

    \b
    Examples:
      innovatiemonitor annotations adjudicate authored
      innovatiemonitor annotations adjudicate authored --decisions decided.csv
    """
    from pipeline.corpus import adjudication
    from pipeline.corpus import annotations as judging
    from pipeline.corpus.dutch_excel import decode

    home = opened(settings_file)
    store, codebook = home.store, home.codebook
    if decisions is None:
        judged = judging.read(store.annotations(name), codebook, name=f"{name}.csv")
        for one in adjudication.open_disagreements(judged):
            typer.echo(f"{one.notice_id}: {', '.join(one.differs)}")
        return
    decided = judging.read(decode(_body(decisions)), codebook, name=decisions.name)
    with store.exclusive("annotations"):
        judged = judging.read_all(store.annotations(name), codebook, name=f"{name}.csv")
        store.write_annotations(name, judging.write(adjudication.adjudicate(judged, decided)))
    typer.echo(f"{len(decided)} decisions added to {name}.csv", err=True)


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
