"""What commands share that write for a labelling tool, or learn from judgements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.cli._app import now, unread
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.codebook import Codebook
    from pipeline.corpus.analyzer import Analyzer
    from pipeline.corpus.exchange import Exchange
    from pipeline.home import Home
    from pipeline.learning.sets import TrainingSet


def exchange_of(tool: str) -> Exchange:
    """Look a tool up.

    Raises:
        SettingsError: It is unknown.
    """
    from pipeline.corpus.exchange import EXCHANGES

    if tool not in EXCHANGES:
        raise SettingsError(f"--format is {tool!r}; expected one of {', '.join(EXCHANGES)}")
    return EXCHANGES[tool]


def set_up(tool: str, output: Path, codebook: Codebook) -> None:
    """Write what sets the tool up beside the list, and say what to do in it."""
    from pipeline.writing import write_atomic

    exchange = exchange_of(tool)
    for ending, body in exchange.beside(codebook).items():
        write_atomic(output.with_suffix(ending), body)
        typer.echo(f"written: {output.with_suffix(ending)}", err=True)
    for number, step in enumerate(exchange.steps, 1):
        typer.echo(f"{number}. {step}", err=True)


def learned_examples(
    home: Home, codebook: Codebook, analyzer: Analyzer, files: list[Path], inputs: list[str]
) -> TrainingSet:
    """Read what is learned from: the authored notices, and judgements of others beside them."""
    from pipeline.labels.find import notices_of
    from pipeline.learning.examples import authored

    store = home.store
    if not files:
        return authored(store, codebook, analyzer)
    texts = {path.name: file_text(path) for path in files}
    return authored(
        store,
        codebook,
        analyzer,
        added=texts,
        notices=notices_of(inputs, home=home, now=now(), tell=unread),
    )


def file_text(path: Path) -> str:
    """Read a file that somebody edited, in whichever encoding it is.

    Raises:
        SettingsError: It cannot be read.
    """
    from pipeline.corpus.dutch_excel import decode

    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
