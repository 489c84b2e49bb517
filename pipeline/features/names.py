"""Whose form is it? The own names of forms in a text, judged by what stands around them.

"SBIR" in a notice may be this notice's, another buyer's, last year's, dropped, merely possible,
or the subject of an evaluation (codebook, rules 1, 2 and 4). Rules on negation and history
(``CueHit.status``) see part of it; the words around a name, learned from judged notices, see more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted

from pipeline.features.targets import Target
from pipeline.records import CueHit, Reading

Floats = NDArray[np.float64]

TOKEN = re.compile(r"\w+|[^\w\s]")
REACH_CHARACTERS, REACH_TOKENS = 160, 14
# Near a name the place of a word counts, further off only that it is there.
NEAR = 4

# Log-odds of a form whose name does not occur, and the ends between which the others lie.
ABSENT, SUREST = -4.0, 4.0
PLACES = ("title", "body")


class NameScope(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How surely the name of each form is said of the notice itself, in its title and body.

    For training documents the values are out of fold.

    Args:
        forms: Form ids.
        mask_names: Take no notice of names at all.
        strength: Inverse regularisation C, above 0.
        folds: At least 2; documents of a group stay together.

    Attributes:
        coef_: Shape (n_columns,).
        intercept_: A number.
    """

    def __init__(
        self,
        forms: tuple[str, ...] = (),
        mask_names: bool = False,
        strength: float = 0.3,
        folds: int = 5,
    ) -> None:
        self.forms = forms
        self.mask_names = mask_names
        self.strength = strength
        self.folds = folds

    def fit(self, readings: Sequence[Reading], y: Sequence[Target]) -> Self:
        """Learn from judged documents; those that nobody judged are passed over.

        Args:
            readings: Length n_documents.
            y: Length n_documents.
        """
        self.fit_transform(readings, y)
        return self

    def fit_transform(self, readings: Sequence[Reading], y: Sequence[Target], **_: Any) -> Floats:
        """Learn, and return out-of-fold values; see ``transform``."""
        named = [self._names(reading) for reading in readings]
        owners = np.repeat(np.arange(len(readings)), [len(x) for x in named])
        self.columns_ = DictVectorizer(dtype=np.float64)
        pairs = zip(readings, named, strict=True)
        around = [_around(reading, hit) for reading, hits in pairs for hit in hits]
        # Without a single name there is nothing to learn, and no column either.
        matrix = self.columns_.fit_transform(around or [{"title": 0.0}])[: len(around)]
        truth = np.array(
            [
                np.nan if (told := y[i].judgement) is None else float(hit.label in told.forms)
                for i, hits in enumerate(named)
                for hit in hits
            ]
        )
        groups = np.array([target.group for target in y])[owners]
        odds = np.zeros(len(owners))
        folds = GroupKFold(self.folds).split(matrix, groups=groups) if around else ()
        for seen, unseen in folds:
            self._learn(matrix[seen], truth[seen])
            odds[unseen] = self._odds(matrix[unseen])
        self._learn(matrix, truth)
        return self._best(readings, named, odds)

    def transform(self, readings: Sequence[Reading]) -> Floats:
        """Return the log-odds of the surest name per form and place.

        Args:
            readings: Length n_documents.

        Returns:
            Between ``ABSENT`` and ``SUREST``; shape (n_documents, n_forms * 2), the title and
            the body of the first form, then those of the next.
        """
        check_is_fitted(self, "coef_")
        named = [self._names(reading) for reading in readings]
        around = [_around(r, h) for r, hits in zip(readings, named, strict=True) for h in hits]
        odds = self._odds(self.columns_.transform(around)) if around else np.zeros(0)
        return self._best(readings, named, odds)

    def _names(self, reading: Reading) -> list[CueHit]:
        if self.mask_names:
            return []
        return [hit for hit in reading.hits if hit.names and hit.label in self.forms]

    def _learn(self, matrix: Any, truth: Floats) -> None:
        known = np.flatnonzero(~np.isnan(truth))
        if len(np.unique(truth[known])) < 2:
            # Nothing to tell apart: the names count as little as where none stands.
            self.coef_, self.intercept_ = np.zeros(matrix.shape[1]), ABSENT
            return
        model = LogisticRegression(C=self.strength, solver="liblinear", random_state=0)
        model.fit(matrix[known], truth[known])
        self.coef_, self.intercept_ = model.coef_[0], float(model.intercept_[0])

    def _odds(self, matrix: Any) -> Floats:
        return np.clip(np.asarray(matrix @ self.coef_) + self.intercept_, ABSENT, SUREST)

    def _best(
        self, readings: Sequence[Reading], named: Sequence[Sequence[CueHit]], odds: Floats
    ) -> Floats:
        best = np.full((len(readings), len(self.forms) * len(PLACES)), ABSENT)
        given = iter(odds.tolist())
        for row, (reading, hits) in enumerate(zip(readings, named, strict=True)):
            for hit in hits:
                column = self.forms.index(hit.label) * len(PLACES) + (not _in_title(reading, hit))
                best[row, column] = max(best[row, column], next(given))
        return best


def _in_title(reading: Reading, hit: CueHit) -> bool:
    return reading.document.section_at(hit.start).name.endswith("title")


def _around(reading: Reading, hit: CueHit) -> dict[str, float]:
    """Name what stands around a name: words, pairs, sentence ends, and what rules say of it."""
    document = reading.document
    section = document.section_at(hit.start)
    before = document.text[max(section.start, hit.start - REACH_CHARACTERS) : hit.start]
    after = document.text[hit.end : min(section.end, hit.end + REACH_CHARACTERS)]
    place = "title" if _in_title(reading, hit) else "body"
    facts = {
        f"status={hit.status}": 2.0,
        place: 1.0,
        f"{place}:{hit.status}": 1.0,
        f"label={hit.label}": 1.0,
        f"kind={document.notice.kind}": 1.0,
    }
    for side, words in (("<", _tokens(before)[::-1]), (">", _tokens(after))):
        facts |= dict.fromkeys(_beside(side, words[:REACH_TOKENS]), 1.0)
    return facts


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(text.lower())


def _beside(side: str, words: Sequence[str]) -> Iterator[str]:
    """Yield features of one side; ``words`` count from the name outwards."""
    far = ""
    for distance, word in enumerate(words):
        if word in ".!?":
            far = "~"
            yield f"{side}end{min(distance, NEAR + 1)}"
            continue
        yield f"{side}{far}{word}"
        if distance < NEAR and not far:
            yield f"{side}{distance}={word}"
        yield from (f"{side}{far}{word}_{x}" for x in words[distance + 1 : distance + 2])
