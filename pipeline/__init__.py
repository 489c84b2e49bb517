"""innovatiemonitor: which part of Dutch public procurement buys innovation.

``from pipeline import Classifier`` is the way in from a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.labels.classify import Classifier as Classifier

__version__ = "0.1.0"
__all__ = ["Classifier", "__version__"]


def __getattr__(name: str) -> object:
    # Imported on demand: the command line must show its help without loading scikit-learn.
    if name == "Classifier":
        from pipeline.labels.classify import Classifier

        return Classifier
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
