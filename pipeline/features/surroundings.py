"""What stands around the own name of a form, and how surely it is the notice's own.

"SBIR" in a notice may be this notice's, another buyer's, last year's, dropped, merely possible,
or the subject of an evaluation (codebook, rules 1, 2 and 4). Rules on negation and history
(``CueHit.status``) see part of it; the words around a name, learned from judged notices, see more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.features.counts import CountColumns
from pipeline.features.worded import Worded
from pipeline.records import CueHit, Reading

Floats = NDArray[np.float64]

TOKEN = re.compile(r"\w+|[^\w\s]")
REACH_CHARACTERS, REACH_TOKENS = 160, 14
# Near a name the place of a word counts, further off only that it is there.
NEAR = 4

# Log-odds of a form whose name does not occur, and the ends between which the others lie.
ABSENT, SUREST = -4.0, 4.0
PLACES = ("title", "body")


@dataclass(frozen=True, eq=False)
class NameOdds:
    """What was learned of the words around names.

    Attributes:
        forms: Form ids.
        mask_names: Take no notice of names at all.
        columns: Of what stands around a name.
        coef: Shape (n_columns,).
    """

    forms: tuple[str, ...]
    mask_names: bool
    columns: CountColumns
    coef: Floats
    intercept: float

    def values(self, worded: Worded) -> Floats:
        """Return the log-odds of the surest name per form and place.

        Returns:
            Between ``ABSENT`` and ``SUREST``; shape (n_documents, n_forms * 2), the title and
            the body of the first form, then those of the next.
        """
        readings = worded.readings
        named = [names_in(reading, self.forms, self.mask_names) for reading in readings]
        pairs = zip(readings, named, strict=True)
        around = [surroundings(reading, hit) for reading, hits in pairs for hit in hits]
        odds = np.zeros(0)
        if around:
            odds = log_odds(self.columns.matrix(around, np.float64), self.coef, self.intercept)
        return surest(readings, named, odds, self.forms)


def names_in(reading: Reading, forms: Collection[str], mask_names: bool) -> list[CueHit]:
    """Return where a text has the own names of forms."""
    return [] if mask_names else [x for x in reading.hits if x.names and x.label in forms]


def log_odds(matrix: Any, coef: Floats, intercept: float) -> Floats:
    """Return how surely each name is the notice's own, between ``ABSENT`` and ``SUREST``."""
    return np.clip(np.asarray(matrix @ coef) + intercept, ABSENT, SUREST)


def surest(
    readings: Sequence[Reading],
    named: Sequence[Sequence[CueHit]],
    odds: Floats,
    forms: Sequence[str],
) -> Floats:
    """Return the highest odds per form and place; see ``NameOdds.values``.

    Args:
        odds: Of all names, in order.
    """
    best = np.full((len(readings), len(forms) * len(PLACES)), ABSENT)
    given = iter(odds.tolist())
    for row, (reading, hits) in enumerate(zip(readings, named, strict=True)):
        for hit in hits:
            column = forms.index(hit.label) * len(PLACES) + (not _in_title(reading, hit))
            best[row, column] = max(best[row, column], next(given))
    return best


def _in_title(reading: Reading, hit: CueHit) -> bool:
    return reading.document.section_at(hit.start).name.endswith("title")


def surroundings(reading: Reading, hit: CueHit) -> dict[str, float]:
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
