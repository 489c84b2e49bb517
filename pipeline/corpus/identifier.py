"""The language identifier of ``py3langid``, with its tables mapped from disk."""

from __future__ import annotations

from functools import cache
from importlib import metadata

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

from pipeline.prepared import Arrays, prepared


@cache
def identifier() -> LanguageIdentifier:
    """Return the identifier of all languages it knows; its verdicts have probabilities."""
    versions = [metadata.version(name) for name in ("py3langid", "numpy")]
    tables = prepared("languages", [*versions, "float32"], _arrays)
    return LanguageIdentifier(
        tables["ptc"],
        tables["pc"],
        tables["classes"].tolist(),
        # One look-up per byte of text: this gives plain numbers, an array does not.
        tables["nextmove"].data,
        tables["output"].tolist(),
        norm_probs=True,
        tk_row=tables["row"].tolist(),
    )


def _arrays() -> Arrays:
    ptc, pc, classes, nextmove, row, output = load_model(MODEL_DIR / MODEL_FILE)
    return {
        # Numbers of half the size would be turned into these for each text anew.
        "ptc": np.asarray(ptc, dtype=np.float32),
        "pc": np.asarray(pc),
        "classes": np.array(classes),
        "nextmove": np.array(nextmove),
        "row": np.array(row),
        "output": np.array(output),
    }
