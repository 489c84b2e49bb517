"""Searching the index: words by SQLite's full-text index, facets by columns held in memory.

Counting a facet over hundreds of thousands of notices takes SQLite seconds; one bit per notice and
value takes milliseconds, and some tens of megabytes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.corpus.lemmas import lemmas_of
from pipeline.records import Period
from pipeline.workplace.catalogue import cell_labels, reading

Mask = NDArray[np.bool_]
Sorting = Literal["relevance", "newest", "oldest", "value", "probability"]

# Facets by column of ``notices``; of those with several values a cell joins them with ``;``.
FACETS = {
    "period": "published_on",
    "degree": "degree",
    "forms": "forms",
    "aspect": "aspect",
    "missions": "missions",
    "buyer_kind": "buyer_kind",
    "province": "province",
    "cpv_division": "cpv_division",
    "source": "source",
    "declared": "declared",
    "differs": "differs",
    "judged": "people",
}
# What the model says: of notices that are being judged in a draw it is not shown, nor searched by.
OPINIONS = frozenset({"degree", "forms", "aspect", "missions", "differs"})
UNKNOWN = "unknown"
YES, NO = "yes", "no"

# Among so many hits for a word as common as that, relevance tells nothing; the newest come first.
MOST_RANKED = 20_000
TERM = re.compile(r'(-?)"([^"]*)"?|(\S+)')


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for.

    Attributes:
        words: As typed: words, "a phrase", -without, begin*.
        chosen: Facet to the values, any of which will do.
    """

    words: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sorting: Sorting = "relevance"


@dataclass(frozen=True, kw_only=True)
class Hits:
    """What was found.

    Attributes:
        numbers: Of the notices, in order.
        counts: Per facet, per value, how many there would be; those of the facet itself count
            as if nothing of it were chosen.
        sorting: How they are sorted, which may differ from what was asked.
        hidden: Notices left out because people are judging them in a draw.
    """

    numbers: NDArray[np.int64]
    counts: Mapping[str, Mapping[str, int]]
    sorting: Sorting
    hidden: int


class Finder:
    """The index of one moment, held ready.

    Args:
        path: Of the index.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(reading(path)) as base:
            columns = [*dict.fromkeys(FACETS.values()), "value_eur", "p_innovation", "notice_id"]
            # Names of columns, all of them ours.
            query = f"SELECT {', '.join(columns)} FROM notices ORDER BY number"  # noqa: S608
            rows = base.execute(query).fetchall()
        cells = dict(zip(columns, zip(*map(tuple, rows), strict=True), strict=True)) if rows else {}
        self.size = len(rows)
        self.numbers = {name: n for n, name in enumerate(cells.get("notice_id", ()))}
        self._values = np.array(cells.get("value_eur", ()), dtype=np.float64)
        self._chances = np.array(cells.get("p_innovation", ()), dtype=np.float64)
        days = [int((x or "0000-00-00").replace("-", "")) for x in cells.get("published_on", ())]
        self._days = np.array(days, dtype=np.int64)
        self._orders = self._sorted_once()
        self._masks = {
            facet: _masks(facet, cells.get(column, ())) for facet, column in FACETS.items()
        }

    def _sorted_once(self) -> dict[Sorting, NDArray[np.int64]]:
        """Return all places by each sorting; of equals the newest first, then as collected."""
        keys = {
            "newest": -self._days,
            "oldest": np.where(self._days == 0, 10**9, self._days),
            "value": -np.nan_to_num(self._values, nan=-1.0),
            "probability": -np.nan_to_num(self._chances, nan=-1.0),
        }
        return {name: np.lexsort((-self._days, key)) for name, key in keys.items()}  # type: ignore[misc]

    def judged(self, notice_ids: Collection[str]) -> None:
        """Take over which notices people have judged by now."""
        mask = self.mask_of(notice_ids)
        self._masks["judged"] = {YES: mask, NO: ~mask}

    def mask_of(self, notice_ids: Collection[str]) -> Mask:
        """Return which notices are among some; shape (size,)."""
        mask = np.zeros(self.size, dtype=bool)
        places = [self.numbers[x] for x in notice_ids if x in self.numbers]
        mask[places] = True
        return mask

    def find(self, wanted: Wanted, *, withheld: Collection[str] = ()) -> Hits:
        """Search.

        Args:
            withheld: Notices of which the model's opinion is neither shown nor searched by.
        """
        query = _expression(wanted.words)
        ranks = self._ranks(query) if query else None
        found = np.ones(self.size, dtype=bool)
        if ranks is not None:
            found = np.zeros(self.size, dtype=bool)
            found[ranks[0]] = True
        apart = self.mask_of(withheld)
        sides = {
            facet: self._any(facet, values, apart)
            for facet, values in wanted.chosen.items()
            if values and facet in self._masks
        }
        chosen = _all([found, *sides.values()])
        hidden = 0
        if apart.any() and (OPINIONS & set(sides) or wanted.sorting == "probability"):
            hidden = int((found & apart).sum())
            chosen &= ~apart
        counts = {
            facet: self._counted(
                facet, _all([found, *(x for y, x in sides.items() if y != facet)]), apart
            )
            for facet in FACETS
        }
        order, sorting = self._sorted(chosen, wanted.sorting, ranks)
        return Hits(numbers=order + 1, counts=counts, sorting=sorting, hidden=hidden)

    def _any(self, facet: str, values: Sequence[str], apart: Mask) -> Mask:
        masks = self._masks[facet]
        mask = np.zeros(self.size, dtype=bool)
        for value in values:
            if value in masks:
                mask |= masks[value]
        return mask & ~apart if facet in OPINIONS else mask

    def _counted(self, facet: str, mask: Mask, apart: Mask) -> dict[str, int]:
        if facet in OPINIONS and apart.any():
            mask = mask & ~apart
        counted = {
            value: int(np.count_nonzero(mask & each)) for value, each in self._masks[facet].items()
        }
        return {value: count for value, count in counted.items() if count}

    def _ranks(self, query: str) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
        """Return the places of what has the words, and how well each fits where that tells."""
        with closing(reading(self.path)) as base:
            try:
                # As one text: hundreds of thousands of lines would take longer than the search.
                (found,) = base.execute(
                    "SELECT group_concat(rowid) FROM words WHERE words MATCH ?", [query]
                ).fetchone()
                places = np.fromstring(found or "", dtype=np.int64, sep=",") - 1
                if len(places) > MOST_RANKED:
                    return places, None
                weighed = base.execute(
                    "SELECT rowid, bm25(words, 5.0, 2.0, 1.0) FROM words WHERE words MATCH ?",
                    [query],
                ).fetchall()
            except sqlite3.OperationalError:
                # Nothing that was typed is a query that SQLite cannot read, but for its limits.
                return np.zeros(0, dtype=np.int64), None
        ranks = np.zeros(self.size)
        for number, rank in weighed:
            ranks[number - 1] = rank
        return places, ranks

    def _sorted(
        self,
        mask: Mask,
        sorting: Sorting,
        ranks: tuple[NDArray[np.int64], NDArray[np.float64] | None] | None,
    ) -> tuple[NDArray[np.int64], Sorting]:
        if sorting == "relevance" and (ranks is None or ranks[1] is None):
            sorting = "newest"
        if sorting == "relevance" and ranks is not None and ranks[1] is not None:
            places = np.flatnonzero(mask)
            return places[np.lexsort((-self._days[places], ranks[1][places]))], sorting
        order = self._orders[sorting]
        return order[mask[order]], sorting


def _all(masks: Sequence[Mask]) -> Mask:
    whole = masks[0].copy()
    for mask in masks[1:]:
        whole &= mask
    return whole


def _masks(facet: str, cells: Sequence[object]) -> dict[str, Mask]:
    """Return per value of a facet which notices have it, values in order."""
    import pandas as pd

    codes, known = pd.factorize(np.array([*cells, None], dtype=object)[:-1], use_na_sentinel=False)
    holders: dict[str, list[int]] = {}
    for code, cell in enumerate(known):
        # pandas writes what is not there as a number that is none.
        for value in _values_of(facet, None if pd.isna(cell) else cell):
            holders.setdefault(value, []).append(code)
    masks = {}
    for value in sorted(holders, key=lambda x: (x == UNKNOWN, x), reverse=facet == "period"):
        has = np.zeros(len(known), dtype=bool)
        has[holders[value]] = True
        masks[value] = has[codes]
    return masks


def _values_of(facet: str, cell: object) -> Sequence[str]:
    if facet == "judged":
        return [YES if cell else NO]
    if facet == "period":
        return [f"{str(cell)[:4]}Q{(int(str(cell)[5:7]) + 2) // 3}" if cell else UNKNOWN]
    if facet == "differs":
        return [] if cell is None else [YES if cell else NO]
    if facet in OPINIONS:
        return cell_labels(str(cell)) if cell else []
    return [str(cell) if cell else UNKNOWN]


def quarter_of(value: str) -> Period | None:
    """Return the quarter that a value of the facet ``period`` stands for."""
    return None if value == UNKNOWN else Period.parse(value)


def _expression(words: str) -> str:
    """Write what was typed as a query for FTS5; empty where there is no word in it."""
    wanted: list[str] = []
    without: list[str] = []
    for sign, term in _terms(words):
        (without if sign else wanted).append(term)
    if not wanted:
        return ""
    query = " AND ".join(wanted)
    return f"({query}) NOT ({' OR '.join(without)})" if without else query


def _terms(words: str) -> Iterator[tuple[str, str]]:
    for found in TERM.finditer(words[:500]):
        sign, phrase, word = found.groups()
        if word is not None:
            sign, phrase = ("-", word[1:]) if word.startswith("-") and len(word) > 1 else ("", word)
        beginning = word is not None and phrase.endswith("*")
        # Of words with a hyphen the parts stand beside each other, as in the texts.
        if parts := ([phrase.rstrip("*").lower()] if beginning else lemmas_of(phrase)):
            text = " ".join(parts).replace('"', "")
            yield sign or "", f'"{text}"{"*" if beginning else ""}'
