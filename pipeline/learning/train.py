"""Training: a recipe, and the judge that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.codebook import MISSION, Codebook
from pipeline.learning.heads import Heads
from pipeline.learning.judge import DIRECT, STRENGTHS, WEIGHTS, Judge, Weights
from pipeline.learning.sets import TrainingSet
from pipeline.records import INNOVATION

# The lowest limit at which at most ten in a thousand published notices of degree none are listed;
# docs/model_choice.md has the rule. Shares are sums of probabilities, without it.
THRESHOLDS = {INNOVATION: 0.65}
FORM_THRESHOLD = 0.35
MISSION_THRESHOLD = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is made; what is compared in model selection.

    Attributes:
        weights, strengths, direct: See ``Judge``.
        mask_names: Hide the forms' own names.
        classifier: See ``Heads``.
        thresholds: ``innovation_oriented``, a form or a mission to the probability from which it
            is listed; ``FORM_THRESHOLD`` and ``MISSION_THRESHOLD`` for those that are not named.
        seed: Of every random choice.
    """

    weights: Weights = field(default_factory=lambda: WEIGHTS)
    strengths: Mapping[str, float] = field(default_factory=lambda: STRENGTHS)
    direct: tuple[str, ...] = DIRECT
    mask_names: bool = False
    classifier: str = "svm"
    thresholds: Mapping[str, float] = field(default_factory=lambda: THRESHOLDS)
    seed: int = 0

    def judge(self, codebook: Codebook) -> Judge:
        """Make the unfitted judge of this recipe."""
        return Judge.for_codebook(
            codebook,
            weights=self.weights,
            strengths=self.strengths,
            direct=tuple(self.direct),
            mask_names=self.mask_names,
            heads=Heads(self.classifier, seed=self.seed),
        )

    def thresholds_of(self, codebook: Codebook) -> dict[str, float]:
        """Return the threshold of every form and mission and of ``innovation_oriented``."""
        listed = dict.fromkeys(codebook.forms, FORM_THRESHOLD)
        listed |= dict.fromkeys(codebook.of(MISSION), MISSION_THRESHOLD)
        return listed | dict(self.thresholds)


def train(learned: TrainingSet, recipe: Recipe, codebook: Codebook) -> Judge:
    """Fit a judge on judged notices, and on what stands beside them.

    Raises:
        CorpusError: A label has too few examples.
    """
    readings = [*learned.readings, *(reading for reading, _ in learned.beside)]
    targets = [*learned.targets, *(target for _, target in learned.beside)]
    return recipe.judge(codebook).fit(readings, targets)
