"""All commands: each reads options, calls one function, and says what happened.

One module per kind of user. A module that is imported here has its commands on the command line,
in this order.
"""

from pipeline.cli import (
    annotations,
    checks,
    consultations,
    countries,
    drawing,
    figures,
    labels,
    mending,
    models,
    queue,
    sources,
    workplace,
)
from pipeline.cli._app import app, main

__all__ = [
    "annotations",
    "app",
    "checks",
    "consultations",
    "countries",
    "drawing",
    "figures",
    "labels",
    "main",
    "mending",
    "models",
    "queue",
    "sources",
    "workplace",
]
