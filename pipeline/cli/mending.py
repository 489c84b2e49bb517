"""Commands that change files of judgements as a whole: repair, migrate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli._app import SettingsFile, now, opened
from pipeline.cli.annotations import Name, commands
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.corpus.migration import MigratedFile


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
        missions = migration.migrate_missions(store.mission_files(), codebook, renames.renamed)
        for line in _migrated(files, before.version, to):
            typer.echo(line)
        if dry_run:
            return
        for file in files:
            store.write_annotations(file.name, judging.write(file.annotations))
        for name, text in missions.items():
            store.write_missions(name, text)
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
