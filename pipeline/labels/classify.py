"""Classification: from notices to predictions, in batches, and from a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pipeline import codebook as codebooks
from pipeline import settings as settings_module
from pipeline.codebook import Codebook
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.languages import languages
from pipeline.features.cues import CueFinder
from pipeline.labels import rules
from pipeline.labels.batches import outcomes_of, require_all
from pipeline.labels.decide import ChosenLabels, choose
from pipeline.labels.explain import evidence
from pipeline.labels.table import columns, line
from pipeline.learning import shelf
from pipeline.learning.scorer import Scorer
from pipeline.records import Document, ModelCard, Notice, Prediction, Reading
from pipeline.settings import Settings
from pipeline.store import Store

if TYPE_CHECKING:
    import pandas as pd


class Classifier:
    """A promoted model with all that it needs to judge notices.

    Example:
        >>> from pipeline import Classifier                            # doctest: +SKIP
        >>> labels = Classifier.load().predict("notices.zip")          # doctest: +SKIP
        >>> labels[labels.innovation_oriented == True].degree.value_counts()  # doctest: +SKIP

    Attributes:
        scorer: What the model says of documents.
        card: What the model is.
        codebook: The labels it knows.
        analyzer: The analyzer whose documents it understands.
    """

    def __init__(
        self, scorer: Scorer, card: ModelCard, *, settings: Settings, codebook: Codebook
    ) -> None:
        analyzer = Analyzer(settings.analyzer)
        shelf.require_fit(card, analyzer=analyzer.name, codebook=codebook)
        self.scorer = scorer
        self.card = card
        self.settings = settings
        self.codebook = codebook
        self.analyzer = analyzer
        self._finders: dict[str, CueFinder] = {}

    @classmethod
    def load(cls, model_id: str | None = None, *, settings: Settings | None = None) -> Self:
        """Load a model.

        Args:
            model_id: On the shelf; without one, the promoted model.
            settings: Where the shelf is and which analyzer to use; the defaults without it.

        Raises:
            ModelNotFound: There is no such model, or none was promoted.
            ModelMismatch: It was made for another analyzer or codebook.
            UntrustedModel: Its files or its card were changed.
        """
        settings = settings or settings_module.load()
        store = Store(settings.home)
        scorer, card = shelf.load_scorer(store, model_id)
        return cls(scorer, card, settings=settings, codebook=codebooks.load(store))

    def predict(
        self,
        inputs: pd.DataFrame | str | Path | Sequence[str | Path],
        *,
        jobs: int = 1,
        errors: Literal["raise", "quarantine"] = "raise",
    ) -> pd.DataFrame:
        """Classify a table or files.

        Args:
            inputs: A frame with columns ``notice_id``, ``title``, ``description`` and
                optionally the others of ``pipeline.notices.formats.tabular``; or one or more
                paths of files, folders or archives in any known format.
            jobs: Processes.
            errors: ``quarantine`` leaves out what cannot be read and lists it in
                ``result.attrs["quarantine"]``, with ``index``, ``file`` and ``reason``.

        Returns:
            One line per notice, in input order and under the index of the frame, with the
            columns of ``pipeline.labels.table.columns``: identification,
            ``innovation_oriented`` (True, False, or missing when abstained), degree, aspect,
            openness and forms with their probabilities (float, 0 to 1, missing when
            abstained), and ``evidence`` (JSON).

        Raises:
            SettingsError: A path does not exist, or a column is missing.
            NoticeError: Notices cannot be read, and ``errors`` is ``raise``.
        """
        import numpy as np
        import pandas as pd

        found = outcomes_of(self, inputs, jobs=jobs)
        if errors == "raise":
            require_all(found)
        index = inputs.index if isinstance(inputs, pd.DataFrame) else pd.RangeIndex(len(found))
        lines = [line(x.prediction, self.codebook) for x in found if x.prediction]
        names = columns(self.codebook)
        able = np.flatnonzero([x.prediction is not None for x in found])
        table = pd.DataFrame(lines, columns=list(names), index=index.take(able))
        table.attrs["quarantine"] = [
            {"index": at, "file": x.source_id, "reason": x.reason}
            for at, x in zip(index, found, strict=True)
            if x.prediction is None
        ]
        kinds = {"innovation_oriented": "boolean", "degree_rank": "Int64"}
        return table.astype(kinds | {x: "float64" for x in names if x.startswith("p_")})

    def explain(self, notice: Notice) -> tuple[Prediction, Document]:
        """Judge one notice and return its document too, for showing passages in place."""
        (document,) = self.analyzer.analyze([notice])
        return self._judged([document])[0], document

    def warm(self) -> None:
        """Load what is else loaded with the first notice: who forks this process then shares it."""
        title = "Levering van bureaustoelen"
        notice = Notice(notice_id="", source="", format="", kind="competition", title=title)
        self.judge_notices([notice])

    def judge_notices(self, notices: Sequence[Notice]) -> list[Prediction]:
        """Judge a batch of notices, in order."""
        return self._judged(self.analyzer.analyze(notices))

    def _judged(self, documents: Iterable[Document]) -> list[Prediction]:
        readings = [self.read(document) for document in documents]
        chosen = choose(self.scorer, readings, self.codebook, thresholds=self.card.thresholds)
        return list(map(self._prediction, readings, chosen))

    def read(self, document: Document) -> Reading:
        """Find the cues of a document; there are none in a language that nobody described."""
        language = languages().get(document.language or "")
        if language is None:
            return Reading(document=document, hits=())
        if language.code not in self._finders:
            self._finders[language.code] = CueFinder(self.codebook, self.analyzer, language)
        return Reading(document=document, hits=self._finders[language.code].find(document))

    def _prediction(self, reading: Reading, chosen: ChosenLabels) -> Prediction:
        labels = chosen.judgement.labels if chosen.judgement else chosen.forms
        by_rules = self._by_rules(reading, chosen)
        return Prediction(
            notice=reading.document.notice,
            language=reading.document.language,
            probabilities=_shown(chosen),
            judgement=chosen.judgement,
            forms=chosen.forms,
            rules=by_rules,
            differs=tuple(sorted(set(labels) ^ set(by_rules))) if chosen.judgement else (),
            evidence=evidence(reading, labels, settled=chosen.settled, scorer=self.scorer),
            abstained=chosen.abstained,
            model_id=self.card.model_id,
        )

    def _by_rules(self, reading: Reading, chosen: ChosenLabels) -> tuple[str, ...]:
        # Where no model judges, the rules did, and they leave the degree open.
        if reading.document.language in self.codebook.translated:
            return chosen.forms
        return rules.judge(reading, self.codebook, settled=chosen.settled).labels


def _shown(chosen: ChosenLabels) -> dict[str, float]:
    """What a field settles is certain; without a judgement only the forms have a probability.

    What rules find in another language has none, so that no estimate counts it.
    """
    certain, given = dict.fromkeys(chosen.settled, 1.0), chosen.probabilities
    if chosen.judgement is None:
        return {x: given[x] for x in chosen.forms if x in given} | certain
    return {**given, **certain}
