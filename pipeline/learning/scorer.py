"""A trained judge, ready to be applied: from readings to the probability of every label.

It holds arrays and names and nothing of scikit-learn, so that a command starts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pipeline.features.fitted import FittedFeatures, side_by_side
from pipeline.features.surroundings import ABSENT, PLACES
from pipeline.features.windows import Window
from pipeline.records import Reading

Floats = NDArray[np.float64]

# Openness has two values above `closed`; one question tells them apart.
ASKED = "openness=asked"


@dataclass(frozen=True, eq=False)
class Scorer:
    """All heads of a judge over its features.

    Attributes:
        degrees, aspects, forms, missions: Label ids; degrees by rank, ``none`` first.
        labels: Label ids, the columns of ``predict_proba``.
        features: What the heads look at.
        heads: Questions, sorted.
        coef: Features times these are log-odds; shape (n_features, n_heads).
        intercept: Shape (n_heads,).
    """

    degrees: tuple[str, ...]
    aspects: tuple[str, ...]
    forms: tuple[str, ...]
    missions: tuple[str, ...]
    labels: tuple[str, ...]
    features: FittedFeatures
    heads: tuple[str, ...]
    coef: Floats
    intercept: Floats

    def predict_proba(self, readings: Sequence[Reading]) -> Floats:
        """Return the probability of each label.

        Args:
            readings: Length n_documents.

        Returns:
            Between 0 and 1, shape (n_documents, n_labels), columns as in ``labels``. Degrees
            add up to 1, so do the values of openness; ``none`` equals ``closed``.
        """
        values = self.features.values(readings)
        answers = expit(np.asarray(side_by_side(values) @ self.coef) + self.intercept)
        return self.compose(np.asarray(answers), _own(values["names"]))

    def strongest(self, reading: Reading, label: str) -> Window | None:
        """Return the sentence that speaks most for a label; ``None`` without sentences."""
        return self.features.passages.strongest(reading, label)

    def compose(self, answers: Floats, own: Floats) -> Floats:
        """Turn the heads' conditional answers into label probabilities.

        A form's own name, said of this notice, suffices (codebook, rules 2 and 4): a form is as
        likely as its name is the notice's own, or as its head says, whichever is more.

        Args:
            answers: Shape (n_documents, n_heads), columns as in ``heads``.
            own: Probability that the form's name is said of this notice, 0 where it has none;
                shape (n_documents, n_forms).

        Returns:
            Shape (n_documents, n_labels), columns as in ``labels``.
        """
        column = {name: answers[:, i] for i, name in enumerate(self.heads)}
        reached = np.ones(len(answers))
        parts = []
        for rank in range(len(self.degrees) - 1):
            beyond = column[f"degree>{rank}"]
            parts.append(reached * (1 - beyond))
            reached = reached * beyond
        parts.append(reached)
        innovative = 1 - parts[0]
        parts += [innovative * column[f"aspect={aspect}"] for aspect in self.aspects]
        parts += [innovative * column[ASKED], innovative * (1 - column[ASKED]), parts[0]]
        parts += [
            np.maximum(column[f"form={form}"], own[:, i]) for i, form in enumerate(self.forms)
        ]
        parts += [column[f"mission={mission}"] for mission in self.missions]
        return np.column_stack(parts)


def _own(odds: Floats) -> Floats:
    best = odds.reshape(len(odds), -1, len(PLACES)).max(axis=2)
    return np.where(best > ABSENT, expit(best), 0.0)
