"""Judgements from and to the tools in which people judge.

A tool is one module with ``export(tasks, codebook)`` and ``import_(body, codebook, *, notices,
sitting)``. What is exported carries the facts that the tool does not know (who, when, which
round, which draw, which fields); what comes back is held against codebook and texts, and taken
over whole or not at all.

    tasks = exchange.tasks(notices, judged)
    body = exchange.EXCHANGES["doccano"].export(tasks, codebook)
    annotations = exchange.EXCHANGES["doccano"].import_(body, codebook, notices=by_id)
"""

from pipeline.corpus.exchange import csv_table, doccano, label_studio, prodigy
from pipeline.corpus.exchange._answers import Sitting, known
from pipeline.corpus.exchange._tasks import Exchange, Task, probabilities, tasks

EXCHANGES = {
    "csv": Exchange(export=csv_table.export, import_=csv_table.import_),
    "label-studio": Exchange(
        export=label_studio.export,
        import_=label_studio.import_,
        beside=lambda codebook: {".xml": label_studio.interface(codebook)},
        steps=label_studio.STEPS,
    ),
    "doccano": Exchange(
        export=doccano.export,
        import_=doccano.import_,
        beside=doccano.label_files,
        steps=doccano.STEPS,
        lost=doccano.lost,
    ),
    "prodigy": Exchange(export=prodigy.export, import_=prodigy.import_),
}

__all__ = ["EXCHANGES", "Exchange", "Sitting", "Task", "known", "probabilities", "tasks"]
