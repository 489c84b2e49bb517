"""What commands that write for a labelling tool share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.codebook import Codebook
    from pipeline.corpus.exchange import Exchange


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
