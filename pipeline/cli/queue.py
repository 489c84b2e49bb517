"""The commands that say what to judge next, and whether more judgements are worth it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli._app import (
    AsJson,
    Inputs,
    ModelId,
    SettingsFile,
    app,
    now,
    opened,
    progress,
    show_json,
    unread,
)
from pipeline.cli._tools import learned_examples
from pipeline.cli.models import NewlyJudged, TheirNotices
from pipeline.errors import SettingsError


@app.command()
def queue(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv file")],
    length: Annotated[int, typer.Option(min=1, help="Notices to judge, at most")] = 50,
    mix: Annotated[
        list[str] | None,
        typer.Option(
            help="REASON=SHARE: uncertain, novel, disagreement, suspect; without it, the setting"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides between equals")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes")] = 1,
    model: ModelId = None,
    settings_file: SettingsFile = None,
) -> None:
    """List the notices of which a judgement teaches the model most, and why.

    Inputs are files, folders, archives, or periods that were collected. Left out is what is
    judged, except what looks wrong, and whatever was drawn. What is queued was chosen: it trains
    the model and never enters an estimate; for that, `draw`.

    \b
    Examples:
      innovatiemonitor queue 2026Q3 -o queue.csv
      innovatiemonitor queue notices/ -o queue.csv --length 200 --mix uncertain=2 --mix novel=1
      innovatiemonitor annotations export 2026Q3 --queue queue.csv -o tasks.json
    """
    from pipeline.evaluation.suspects import kept_suspects
    from pipeline.evaluation.turns import turns
    from pipeline.labels.classify import Classifier
    from pipeline.labels.find import notices_of
    from pipeline.labels.queue import write_queue
    from pipeline.writing import write_atomic

    home = opened(settings_file)
    classifier = Classifier.load(model, settings=home.settings)
    with progress("classify") as show:
        found = turns(
            classifier,
            notices_of(inputs, home=home, now=now(), tell=unread),
            store=home.store,
            mix=dict(map(_share, mix)) if mix else None,
            length=length,
            seed=seed,
            jobs=jobs,
            tell=show,
        )
    write_atomic(output, write_queue(found))
    if kept_suspects(home.store, classifier.card.model_id, {}) is None:
        typer.echo(
            "no suspects among what the model learned: it was never evaluated here", err=True
        )
    reasons = ", ".join(f"{n} {x}" for x, n in Counter(x.reason for x in found).items())
    typer.echo(f"{len(found)} notices to judge ({reasons or 'none'}): {output}", err=True)


def _share(pair: str) -> tuple[str, float]:
    reason, _, share = pair.partition("=")
    try:
        return reason, float(share)
    except ValueError:
        raise SettingsError(f"--mix is {pair!r}; expected REASON=SHARE") from None


@app.command("learning-curve")
def learning_curve(
    annotations: NewlyJudged = None,
    inputs: TheirNotices = None,
    more: Annotated[int, typer.Option(min=1, help="Judgements to expect the gain of")] = 40,
    model: ModelId = None,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Measure how much the model learns from ever more judgements, and keep the curve.

    Learns from a quarter, half and all of the judgements in --annotations, beside the authored
    notices, and measures each out of fold. With fewer than 40 of them the authored notices
    themselves are taken away. Takes as long as training fifteen to twenty times.

    \b
    Examples:
      innovatiemonitor learning-curve
      innovatiemonitor learning-curve --annotations new.csv --input notices/
    """
    from pipeline.evaluation.halving import measured_curve
    from pipeline.evaluation.learning_curve import curve_table, keep_curve
    from pipeline.evaluation.trial import authored_facts
    from pipeline.labels.classify import Classifier

    home = opened(settings_file)
    classifier = Classifier.load(model, settings=home.settings)
    learned = learned_examples(
        home, classifier.codebook, classifier.analyzer, annotations or [], inputs or []
    )
    facts = authored_facts(home.store.authored())
    with progress("models") as tell:
        curve = measured_curve(classifier, learned, facts=facts, day=now().date(), tell=tell)
    keep_curve(home.store, curve)
    if as_json:
        show_json(curve)
    else:
        typer.echo(curve_table(curve, more=more))
