"""Commands for model keepers: train, promote."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline import settings
from pipeline.cli._app import AnalyzerName, SettingsFile, app, now


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
    card = training.card(
        learned, recipe, codebook, analyzer=maker.name, created=now().date().isoformat()
    )
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
