"""The judge: from readings to the probability of every label of the codebook.

The four judgements hang together, and the model says so by construction. Degree is a
continuation ratio: P(rank > k | rank >= k) for each k, so that the ordered probabilities add
up to one. Aspect and openness exist only above degree ``none``; their probabilities are
conditional ones times P(degree > none). Forms are independent questions, and so are missions,
which any notice may serve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from pipeline.codebook import MISSION, Codebook
from pipeline.features.matrix import column_weights, columns_about, features, fitted
from pipeline.features.targets import Target
from pipeline.learning.heads import BinaryTask, Floats, Heads
from pipeline.learning.scorer import ASKED, Scorer
from pipeline.records import INNOVATION, Judgement, Reading

Weights = Mapping[str, Mapping[str, float]]

# How much each feature counts, and how freely the heads may fit; chosen by grouped
# cross-validation, see docs/model_choice.md. Fields count little for the degree, since the text
# decides it, and much for the forms, of which some are procedures.
TEXT = {"lemmas": 0.7, "chars": 0.7, "phrases": 0.5, "cues": 0.2}
FORMS = TEXT | {"fields": 0.2}
# A title mostly names what is bought.
MISSIONS = {
    "lemmas": 0.5,
    "chars": 0.5,
    "fields": 0.3,
    "subjects": 2.0,
    "titles": 0.5,
    "title_chars": 0.5,
    "codes": 0.3,
}
WEIGHTS: Weights = {
    **dict.fromkeys(("degree", "aspect", "openness"), TEXT),
    "forms": FORMS,
    "mission": MISSIONS,
}
STRENGTHS = {"degree": 2.0, "aspect": 1.0, "openness": 1.0, "forms": 0.3, "mission": 0.5}

# They speak for every question, and enter at calibration. How long a text is does not: boilerplate
# makes it long, and a model that was told took the longest for transformative.
ALWAYS = ("passages", "names")
DIRECT = (*ALWAYS, "cues")

# What is learned of a codebook; openness follows from its two values above `closed`.
JUDGED = ("degree", "aspect", "forms", MISSION)

# The answer to a question that does not apply, and its weight.
NONE = (float("nan"), 0.0)


class Judge(BaseEstimator):  # type: ignore[misc]
    """All judgements of a codebook, learned together.

    Args:
        labels: Judgement (``degree``, ``aspect``, ``forms``, ``mission``) to label ids; degrees by
            rank, ``none`` first. Missions are learned where anybody was asked for them.
        subjects: Mission id to its words, its words for titles, and its CPV codes; see
            ``SubjectWords``.
        weights: Judgement, and ``openness``, to feature to how much it counts; features that none
            names are left out.
        strengths: Judgement to C, see ``BinaryTask``.
        direct: Features that enter at calibration, see ``BinaryTask``; any of ``DIRECT``.
        mask_names: Hide the forms' own names.
        heads: An unfitted ``Heads``; its default where not given.

    Attributes:
        missions_: Mission ids that were learned.
        labels_: Label ids, the columns of ``predict_proba``; shape (n_labels,).
        features_: The fitted features.
        heads_: The fitted heads.

    Source:
        Continuation ratio: Agresti, Categorical Data Analysis (2013), section 8.3.
    """

    def __init__(
        self,
        labels: Mapping[str, tuple[str, ...]] | None = None,
        subjects: Sequence[Mapping[str, tuple[str, ...]]] = ({}, {}, {}),
        weights: Weights | None = None,
        strengths: Mapping[str, float] | None = None,
        direct: tuple[str, ...] = DIRECT,
        mask_names: bool = False,
        heads: Heads | None = None,
    ) -> None:
        self.labels = labels
        self.subjects = subjects
        self.weights = weights
        self.strengths = strengths
        self.direct = direct
        self.mask_names = mask_names
        self.heads = heads

    @classmethod
    def for_codebook(cls, codebook: Codebook, **options: object) -> Self:
        """Make an unfitted judge of all labels of a codebook."""
        labels = {kind: codebook.of(kind) for kind in JUDGED}
        subjects = tuple(
            {mission.label_id: getattr(mission, name) for mission in codebook.missions}
            for name in ("words", "title_words", "cpv")
        )
        return cls(labels, subjects, **options)  # type: ignore[arg-type]

    def fit(
        self,
        readings: Sequence[Reading],
        targets: Sequence[Target],
    ) -> Self:
        """Learn from judged documents.

        Args:
            readings: Length n_documents.
            targets: Length n_documents.

        Raises:
            CorpusError: A question has too few examples.
        """
        openness, forms = ("asked", "room"), self._of("forms")
        degrees, aspects = self._of("degree"), self._of("aspect")
        asked = any(target.missions is not None for target in targets)
        self.missions_ = self._of(MISSION) if asked else ()
        self.labels_ = np.array([*degrees, *aspects, *openness, "closed", *forms, *self.missions_])
        self.features_ = features(
            tuple({*ALWAYS, *(name for parts in self._weights.values() for name in parts)}),
            labels=(*degrees[1:], *aspects, *openness, *forms),
            forms=forms,
            evidence=self._evidence((*aspects, *openness)),
            subjects=self.subjects,
            mask_names=self.mask_names,
        )
        matrix = self.features_.fit_transform(readings, targets).tocsr()
        self.heads_ = clone(self.heads or Heads()).fit(
            matrix, self._questions(targets), np.array([target.group for target in targets])
        )
        return self

    def predict_proba(self, readings: Sequence[Reading]) -> Floats:
        """Return the probability of each label.

        Args:
            readings: Length n_documents.

        Returns:
            Between 0 and 1, shape (n_documents, n_labels), columns as in ``labels_``. Degrees
            add up to 1, so do the values of openness; ``none`` equals ``closed``.
        """
        return self.scorer().predict_proba(readings)

    def scorer(self) -> Scorer:
        """Return what was learned, to judge with."""
        check_is_fitted(self, "heads_")
        return Scorer(
            degrees=self._of("degree"),
            aspects=self._of("aspect"),
            forms=self._of("forms"),
            missions=self.missions_,
            labels=tuple(self.labels_.tolist()),
            features=fitted(self.features_),
            heads=tuple(self.heads_.names_.tolist()),
            coef=np.ascontiguousarray(self.heads_.coef_.T, dtype=np.float64),
            intercept=self.heads_.intercept_,
        )

    def _evidence(self, shown: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return per degree whose passages speak for it: its own, and those above it.

        For the lowest also those that show an aspect or openness, which only innovation has.
        """
        ranks = {degree: self._of("degree")[n:] for n, degree in enumerate(self._of("degree")) if n}
        return ranks | {self._of("degree")[1]: (*self._of("degree")[1:], *shown)}

    def _of(self, judgement: str) -> tuple[str, ...]:
        return tuple((self.labels or {}).get(judgement, ()))

    @property
    def _weights(self) -> Weights:
        return self.weights or WEIGHTS

    def _questions(self, targets: Sequence[Target]) -> dict[str, BinaryTask]:
        strengths = self.strengths or STRENGTHS
        questions = {}
        for kind, names in self._names().items():
            columns = column_weights(self.features_, self._weights[kind])
            for name in names:
                told = np.array([self._answer(name, target) for target in targets])
                questions[name] = BinaryTask(
                    answers=told[:, 0],
                    weights=told[:, 1],
                    columns=columns,
                    direct=columns_about(self.features_, self._about(name), self.direct),
                    strength=strengths[kind],
                )
        return questions

    def _names(self) -> dict[str, list[str]]:
        return {
            "degree": [f"degree>{rank}" for rank in range(len(self._of("degree")) - 1)],
            "aspect": [f"aspect={aspect}" for aspect in self._of("aspect")],
            "openness": [ASKED],
            "forms": [f"form={form}" for form in self._of("forms")],
            "mission": [f"{MISSION}={mission}" for mission in self.missions_],
        }

    def _answer(self, question: str, target: Target) -> tuple[float, float]:
        """Return answer and weight; NaN where the question does not apply."""
        kind, _, label = question.partition("=")
        if target.passage:
            return NONE
        if kind == MISSION:
            return NONE if target.missions is None else (float(label in target.missions), 1.0)
        if target.judgement is None:
            return target.silver.get(INNOVATION if kind == "degree>0" else label, NONE)
        return self._judged(kind, label, target.judgement)

    def _judged(self, kind: str, label: str, judgement: Judgement) -> tuple[float, float]:
        if kind == "form":
            return float(label in judgement.forms), 1.0
        rank = self._of("degree").index(judgement.degree)
        if kind.startswith("degree>"):
            least = int(kind.removeprefix("degree>"))
            return (float(rank > least), 1.0) if rank >= least else NONE
        if not rank:
            return NONE
        return float(label in (*judgement.aspect, judgement.openness)), 1.0

    def _about(self, question: str) -> tuple[str, ...]:
        """Return the labels whose passages, names and cues speak of a question.

        Forms speak for and against each other and for the degree; a degree, aspect or openness
        says little of a form. A mission is the subject of the whole text.
        """
        if question.startswith(MISSION):
            return ()
        if question.startswith("form="):
            return self._of("forms")
        return (*self._of("degree")[1:], *self._of("aspect"), "asked", "room", *self._of("forms"))
