"""Commands for annotators: judgements in and out of tools, agreement, adjudication."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli._app import AsJson, Inputs, ModelId, Round, SettingsFile, app, now, opened, unread
from pipeline.cli._tools import exchange_of, set_up
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.corpus.migration import MigratedFile

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
def agreement(name: Name, as_json: AsJson = False, settings_file: SettingsFile = None) -> None:
    """Show how far independent readers agree: Krippendorff's alpha with bootstrap intervals.

    \b
    Examples:
      innovatiemonitor annotations agreement authored
      innovatiemonitor annotations agreement real --json
    """
    from pipeline.corpus import agreement as agreeing
    from pipeline.corpus import annotations as judging
    from pipeline.store import to_json

    home = opened(settings_file)
    store, codebook = home.store, home.codebook
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


@commands.command("repair")
def repair(
    name: Name,
    withdraw: Annotated[
        list[str] | None,
        typer.Option(help="NOTICE=ANNOTATOR: take out what somebody said of a notice"),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with what is withdrawn")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Mend a file of which `agreement` says that a notice was judged twice by one reader.

    Of several readings by one person the latest holds, in the round of the first. What is
    withdrawn goes to corpora/withdrawn.jsonl with the reason.

    \b
    Examples:
      innovatiemonitor annotations repair mine --dry-run
      innovatiemonitor annotations repair mine --withdraw 1234-2026=a1 --reason "wrong notice"
    """
    from pipeline.corpus import annotations as judging
    from pipeline.corpus import corrections

    if withdraw and not reason:
        raise SettingsError("--withdraw needs a --reason")
    home = opened(settings_file)
    store, codebook, out = home.store, home.codebook, []
    with store.exclusive("annotations"):
        history = judging.read_all(store.annotations(name), codebook, name=f"{name}.csv")
        for notice_id, annotator in _pairs("--withdraw", withdraw).items():
            history, taken = corrections.withdrawn(history, notice_id, annotator)
            out += [{"file": name, "reason": reason, **judging.texts(x)} for x in taken]
        history, changed = corrections.aligned(history)
        if not dry_run:
            store.add_withdrawals(out)
            store.write_annotations(name, judging.write(history))
    typer.echo(f"{changed} judgements changed rounds, {len(out)} withdrawn: {name}.csv", err=True)
    for notice_id in corrections.on_different_texts(history):
        typer.echo(f"{notice_id} was judged on different texts: withdraw the older", err=True)


@commands.command("migrate")
def migrate(
    to: Annotated[int, typer.Option(help="Version of the codebook; it is raised if need be")],
    default: Annotated[
        list[str] | None,
        typer.Option(help="LABEL=no: a new label that no earlier judgement is about"),
    ] = None,
    renamed: Annotated[
        list[str] | None, typer.Option("--map", help="OLD=NEW: a label that has another id now")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Take all judgements over to a changed codebook: all files, or none.

    First change corpora/codebook.toml: a label is one [[label]] block. What was done is kept in
    corpora/migrations.jsonl.

    \b
    Examples:
      innovatiemonitor annotations migrate --to 2 --default open_hardware=no --dry-run
      innovatiemonitor annotations migrate --to 2 --map proeftuin=living_lab
    """
    from pipeline.corpus import annotations as judging
    from pipeline.corpus import migration

    home = opened(settings_file)
    store = home.store
    renames = migration.Renames(absent=_absent(default or []), renamed=_pairs("--map", renamed))
    with store.exclusive("annotations"):
        before = home.codebook
        codebook = migration.of_version(before, to)
        files = migration.migrate(store.annotation_files(), codebook, renames)
        for line in _migrated(files, before.version, to):
            typer.echo(line)
        if dry_run:
            return
        for file in files:
            store.write_annotations(file.name, judging.write(file.annotations))
        if before.version != to:
            store.write_codebook_version(to)
        store.add_migration(
            {
                "on": now().date().isoformat(),
                "to": to,
                "codebook_fingerprint": codebook.fingerprint,
                "default_no": renames.absent,
                "map": renames.renamed,
                "changed": {file.name: file.changed for file in files},
            }
        )


def _migrated(files: Iterable[MigratedFile], before: int, to: int) -> Iterator[str]:
    if before != to:
        yield f"codebook.toml: version {before} becomes {to}"
    for file in files:
        names = "".join(f", {old} {count} times" for old, count in file.renamed.items())
        yield f"{file.name}.csv: {file.changed} of {len(file.annotations)} judgements{names}"


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    for pair in given or []:
        if not all(pair.partition("=")):
            raise SettingsError(f"{option} is {pair!r}; expected OLD=NEW")
    return dict(pair.split("=", 1) for pair in given or [])


def _absent(given: list[str]) -> tuple[str, ...]:
    labels = _pairs("--default", given)
    for label, value in labels.items():
        if value != "no":
            raise SettingsError(f"--default is {label}={value}; only no can be said for everyone")
    return tuple(labels)


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
