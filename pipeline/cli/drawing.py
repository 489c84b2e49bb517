"""Commands around a draw: plan it, draw, take the judgements over, list every lot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pipeline.cli._app import (
    AsJson,
    CountryCode,
    LanguageCode,
    ModelId,
    PeriodName,
    Round,
    SettingsFile,
    app,
    now,
    show_json,
)
from pipeline.cli._quarter import Jobs, work_of
from pipeline.cli._tools import exchange_of, set_up
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.estimates.planner import Plan

Tool = Annotated[str, typer.Option("--format", help="csv, label-studio, doccano or prodigy")]


@app.command()
def plan(
    period: PeriodName,
    half_width: Annotated[
        float, typer.Option(min=0.1, max=49, help="Half of the 95% interval, in points")
    ] = 2.0,
    seed: Annotated[int, typer.Option(help="Of the simulation")] = 1,
    jobs: Jobs = 1,
    model: ModelId = None,
    as_json: AsJson = False,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Say how many lots must be judged for an interval of a certain width.

    Answers for a model that is right, one as bad as was measured on judged draws, and a useless
    one; by value and by number; for what is innovation-oriented and for R&D. The number it
    recommends reaches the width by value even where the model is useless.

    \b
    Examples:
      innovatiemonitor plan 2026Q3 --half-width 2
    """
    from pipeline.estimates import drawing
    from pipeline.estimates.unread import Unread

    work = work_of(
        period, settings_file, country=country, language=language, model=model, jobs=jobs
    )
    answer = drawing.plan_draw(
        work.material,
        work.scores,
        half_width=half_width / 100,
        seed=seed,
        earlier=drawing.judgements(work.store, work.codebook),
    )
    if as_json:
        show_json(_plain(answer, period))
        return
    typer.echo("\n".join(_planned(answer)))
    if (unread := Unread.of(work.material.lots, work.scores)).many:
        typer.echo(
            f"the model does not read the language of {unread.lots} of {unread.frame} lots: they "
            "are taken to be like the others, or where it reads none, half of them innovative"
        )
    typer.echo(
        f"{answer.labels} of {len(work.material.lots)} lots give {half_width:g} points by value, "
        "whatever the model is worth. Draw them:"
    )
    typer.echo(
        f"innovatiemonitor draw {period}{work.country.options} --labels {answer.labels} --seed 1 "
        "--output judge.csv"
    )


@app.command()
def draw(
    period: PeriodName,
    labels: Annotated[int, typer.Option(min=1, help="Lots to judge")],
    seed: Annotated[
        int, typer.Option(help="The same seed in every quarter keeps the overlap of panels")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="List to judge; without it the workplace has it"),
    ] = None,
    tool: Tool = "csv",
    supplement: Annotated[
        bool,
        typer.Option("--supplement", help="Only from the lots that entered since the last draw"),
    ] = False,
    jobs: Jobs = 1,
    model: ModelId = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Draw lots at random, store the draw, and write the list to judge.

    The draw, with its seed and inclusion probabilities, is kept in corpora/draws before anyone
    judges. Judgements come back by `innovatiemonitor judged`. What sets a tool up is written
    beside the list. Lots that enter the frame after the draw had no
    chance in it; above 2% of the value they stop publication until --supplement has drawn from
    them and all of that is judged.

    \b
    Examples:
      innovatiemonitor draw 2026Q3 --supplement --labels 60 --seed 1 --output more.csv
      innovatiemonitor draw 2026Q3 --labels 400 --seed 1 --output judge.csv
      innovatiemonitor draw 2026Q3 --labels 400 --seed 1 --format label-studio -o tasks.json
    """
    from pipeline.estimates import drawing
    from pipeline.writing import write_atomic

    exchange_of(tool)  # before work is done for one that is none
    work = work_of(
        period, settings_file, country=country, language=language, model=model, jobs=jobs
    )
    made = drawing.supplement if supplement else drawing.draw_lots
    drawn, order = made(work.material, work.scores, labels=labels, seed=seed, store=work.store)
    lots, place = len(drawn.lot_keys), output or "in the workplace"
    if output:
        body = drawing.export_draw(drawn, order, work.material, work.codebook, tool=tool)
        write_atomic(output, body)
        set_up(tool, output, work.codebook)
    typer.echo(f"draw {drawn.draw_id}: {lots} lots, {len(order)} texts to judge: {place}")


@app.command()
def judged(
    period: PeriodName,
    file: Annotated[Path, typer.Argument(help="The list of `draw`, judged")],
    tool: Tool = "csv",
    annotator: Annotated[
        str | None, typer.Option(help="Pseudonym, where the list has none")
    ] = None,
    round_: Round = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Take the judgements of a drawn list over; all of them, or none.

    They are held against the collected texts and kept in corpora/annotations/PERIOD.csv.

    \b
    Examples:
      innovatiemonitor judged 2026Q3 judge.csv --annotator a1
      innovatiemonitor judged 2026Q3 export.json --format label-studio
    """
    from pipeline.corpus.exchange import Sitting
    from pipeline.estimates import drawing

    exchange_of(tool)
    work = work_of(period, settings_file, country=country, language=language)
    day = now().date()
    added, joined = drawing.take_over(
        _body(file),
        work.material,
        work.codebook,
        store=work.store,
        tool=tool,
        sitting=Sitting(annotator=annotator, annotated_at=day, round=round_),
    )
    typer.echo(joined.summary)
    everything = drawing.judgements(work.store, work.codebook)
    for each in drawing.stored_draws(work.store, work.period):
        if each.draw_id in {one.draw_id for one in added}:
            texts = len({*each.text_notice_ids})
            left = drawing.left(each, everything)
            typer.echo(f"{left} of {texts} texts of draw {each.draw_id} are left to judge")


@app.command()
def decide(
    period: PeriodName,
    lot_key: Annotated[str, typer.Argument(help="As in the list of `audit`")],
    decision: Annotated[str, typer.Argument(help="keep, drop, or value")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the audit")],
    by: Annotated[str, typer.Option(help="A pseudonym or a role")],
    value: Annotated[float | None, typer.Option(help="Euro; with `value` only")] = None,
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """Decide on a value that is suspect: it stops publication until somebody does.

    `keep`: it is right. `drop`: it is not, and the right one is unknown; the value counts as
    missing. `value`: the right one is --value. Kept in corpora/decisions/values.csv, where a later
    line about a lot replaces an earlier one; `audit` shows it.

    \b
    Examples:
      innovatiemonitor decide 2026Q3 kenmerk:123/1 drop --reason "typed twice" --by a1
    """
    from pipeline.estimates.decisions import Decision, read_decisions, with_decision

    work = work_of(period, settings_file, country=country, language=language)
    if lot_key not in {lot.lot_key for lot in work.material.frame.lots}:
        raise SettingsError(
            f"no lot {lot_key!r} in {period}; see `innovatiemonitor audit {period}"
            f"{work.country.options}`"
        )
    decided = Decision(
        lot_key=lot_key,
        decision=cast("Any", decision),
        value_eur=value,
        reason=reason,
        who=by,
        on=now().date(),
    )
    with work.store.exclusive("decisions"):
        text = with_decision(work.store.decisions(), decided)
        read_decisions(text)
        work.store.write_decisions(text)
    typer.echo(f"{lot_key}: {decision}, kept in corpora/decisions/values.csv")


@app.command()
def audit(
    period: PeriodName,
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv file")],
    country: CountryCode = None,
    language: LanguageCode = None,
    settings_file: SettingsFile = None,
) -> None:
    """List every lot with its value, in or out of the figures, and why.

    \b
    Examples:
      innovatiemonitor audit 2026Q3 --output lots.csv
    """
    from pipeline.estimates.frame import AUDITED
    from pipeline.estimates.frame import audit as lines_of
    from pipeline.spreadsheet import csv_table
    from pipeline.writing import write_atomic

    lines = list(
        lines_of(
            work_of(
                period, settings_file, country=country, language=language, everything=True
            ).material.frame
        )
    )
    write_atomic(output, csv_table(AUDITED, lines))
    inside = sum(line["status"] == "in" for line in lines)
    typer.echo(f"{len(lines)} lots, {inside} of them in {period}: {output}")


def _plain(answer: Plan, period: str) -> dict[str, Any]:
    rows = [
        {
            "labels": row.labels,
            "widths": [column._asdict() | {"width": x} for column, x in row.widths.items()],
        }
        for row in answer.table
    ]
    return {
        "period": period,
        "half_width": answer.half_width,
        "labels": answer.labels,
        "table": rows,
    }


def _planned(answer: Plan) -> Iterator[str]:
    """Yield a table: half-widths in points, per quantity, weighting and quality of the model."""
    columns = list(answer.table[0].widths)
    yield "half-width of the 95% interval, points"
    for names in zip(*columns, strict=True):
        shown = (name.removesuffix("_oriented") for name in names)
        yield " " * 8 + "".join(f"{name:>12}" for name in shown)
    for row in answer.table:
        widths = "".join(f"{row.widths[column] * 100:>12.1f}" for column in columns)
        yield f"{row.labels:>8}{widths}"
    if not any(column.quality == "measured" for column in columns):
        yield "measured: too few drawn lots are judged to say how good the model is"


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
