"""All that was collected, by small columns: when it counts, and what may be of one tender.

To answer about a quarter, not all notices of all time are linked, but those of *neighbourhoods*
that touch it. Two notices are neighbours when they share the name of a notice or tender, as their
own or as a reference, or when one announces, the other calls, and they are alike as
``procedures`` wants it. Every rule that links looks at neighbours only, so that linking whole
neighbourhoods gives the procedures that linking everything gives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.notices._likeness import ALIKE, buyer_names, likeness, subject
from pipeline.notices.digests import GROUP, SCHEMA, Digest, digest_mark, digests, notice_tie
from pipeline.notices.outlines import Outline
from pipeline.notices.procedures import LONGEST_LEAD
from pipeline.notices.serial import notice_from_json
from pipeline.rawstore import RawStore
from pipeline.records import Notice, Period

Rows = NDArray[np.bool_]
Numbers = NDArray[np.int64]

# Announcements that are compared at once with the calls of their buyer.
AT_ONCE = 500


@dataclass(kw_only=True)
class Overview:
    """Rows, one per notice as it was read, by source and day of listing.

    Attributes:
        digests: That hold them, in that order.
    """

    store: RawStore
    digests: Sequence[Digest]

    @classmethod
    def of(cls, store: RawStore) -> Overview:
        """Look at all that was collected.

        Raises:
            CorpusError: A collected file is damaged, or was written by another version.
        """
        names = store.sources()
        return cls(store=store, digests=[x for name in names for x in digests(name, store=store)])

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(x.size for x in self.digests)

    @cached_property
    def days(self) -> Numbers:
        """When each notice was published, or else listed; days since 1970, shape (N,)."""
        held = self._columns("published_on", "listed")
        return _numbers(pc.coalesce(held["published_on"], held["listed"]))

    @cached_property
    def published(self) -> set[dt.date]:
        """The days on which notices say that they were published."""
        return set(pc.unique(self._columns("published_on")["published_on"]).to_pylist()) - {None}

    @cached_property
    def neighbourhoods(self) -> Numbers:
        """The number of each row's neighbourhood, shape (N,)."""
        return neighbourhoods(self._columns("ties", "announces", "buyers", "subject"), self.days)

    @cached_property
    def fingerprints(self) -> Numbers:
        """Per neighbourhood, a number for all that its notices hold, shape (K,)."""
        contents = self._columns("content")["content"].to_numpy().astype(np.uint64)
        sums = np.zeros(self.neighbourhoods.max(initial=-1) + 1, dtype=np.uint64)
        # In any order, and a notice that is there twice counts twice; overflow is harmless.
        np.add.at(sums, self.neighbourhoods, contents)
        return sums.astype(np.int64)

    def within(self, period: Period) -> Rows:
        """Which notices were published in a period, or else listed."""
        return (self.days >= _number(period.first_day)) & (self.days <= _number(period.last_day))

    def awarded(self, period: Period) -> Rows:
        """Which notices tell of a lot that was awarded in a period."""
        at, days = _flat(self._columns("awarded_on")["awarded_on"])
        found = np.zeros(self.size, dtype=bool)
        found[at[(days >= _number(period.first_day)) & (days <= _number(period.last_day))]] = True
        return found

    def named(self, notice_ids: Collection[str]) -> Rows:
        """Which notices are called so."""
        return np.isin(
            self._columns("notice")["notice"].to_numpy(), [digest_mark(x) for x in notice_ids]
        )

    def listed_by(self, source: str) -> Rows:
        """Which notices a source lists."""
        return np.repeat([x.source == source for x in self.digests], [x.size for x in self.digests])

    def tied(self, notice_id: str) -> Rows:
        """Which notices are called so, in any spelling, or refer to a notice that is."""
        at, ties = _flat(self._columns("ties")["ties"])
        found = np.zeros(self.size, dtype=bool)
        found[at[ties == digest_mark(notice_tie(notice_id))]] = True
        return found

    def having(self, traits: Collection[str]) -> Rows:
        """Which notices have one of some traits (``indicators``)."""
        at, held = _flat(self._columns("traits")["traits"])
        found = np.zeros(self.size, dtype=bool)
        found[at[np.isin(held, [digest_mark(x) for x in traits])]] = True
        return found

    def calls_like(self, notices: Iterable[Notice]) -> Rows:
        """Which calls have a buyer of one of some notices, and a title like that notice's."""
        wanted: dict[int, set[str]] = defaultdict(set)
        for notice in notices:
            for name in buyer_names(notice):
                wanted[digest_mark(name)].add(subject(notice.title))
        held = self._columns("announces", "buyers", "subject")
        at, buyers = _flat(held["buyers"])
        calls = ~pc.fill_null(held["announces"], True).to_numpy()[at]
        found = np.zeros(self.size, dtype=bool)
        for buyer, words in wanted.items():
            rows = at[calls & (buyers == buyer)]
            theirs = held["subject"].take(pa.array(rows)).to_pylist()
            scores = process.cdist(sorted(words), theirs, scorer=fuzz.ratio, score_cutoff=ALIKE)
            found[rows[scores.any(axis=0)]] = True
        return found

    def around(self, rows: Rows) -> Rows:
        """All rows of the neighbourhoods of some."""
        return np.isin(self.neighbourhoods, self.neighbourhoods[rows])

    def touching(self, period: Period) -> Rows:
        """The neighbourhoods in which a lot may count in a period."""
        return self.around(self.within(period) | self.awarded(period))

    def outlines(self, rows: Rows) -> Iterator[Outline]:
        """Read some notices without their texts, in order.

        Raises:
            CorpusError: A collected file is damaged, or was written by another version.
        """
        start = 0
        for digest in self.digests:
            places = np.flatnonzero(rows[start : start + digest.size])
            start += digest.size
            if len(places):
                yield from _outlines(digest, places)

    def _columns(self, *names: str) -> pa.Table:
        nothing = pa.schema([SCHEMA.field(x) for x in names]).empty_table()
        return pa.concat_tables([nothing, *(x.columns(names) for x in self.digests)])


def _outlines(digest: Digest, places: Numbers) -> Iterator[Outline]:
    groups = np.unique(places // GROUP)
    held = digest.columns(["listed", "published_on", "outline"], groups.tolist())
    # Where each group that was read begins in what was read; all but the last one are full.
    wanted = np.searchsorted(groups, places // GROUP) * GROUP + places % GROUP
    for row in held.take(pa.array(wanted)).to_pylist():
        yield Outline(
            notice=notice_from_json(row["outline"]),
            day=row["published_on"] or row["listed"],
            path=digest.days[row["listed"]],
        )


def neighbourhoods(held: pa.Table, days: Numbers) -> Numbers:
    """Number the neighbourhoods, in order of their first rows.

    Args:
        held: Columns ``ties``, ``announces``, ``buyers`` and ``subject``, N rows.
        days: Of publication, shape (N,).

    Returns:
        Of each row the number of its neighbourhood, shape (N,).
    """
    at, ties = _flat(held["ties"])
    names, tied = np.unique(ties, return_inverse=True)
    one, other = _likenesses(held, days)
    ends = np.concatenate([at, one]), np.concatenate([len(held) + tied, other])
    number = len(held) + len(names)
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(number, number))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels[: len(held)], dtype=np.int64)


def _likenesses(held: pa.Table, days: Numbers) -> tuple[Numbers, Numbers]:
    """Return the pairs of rows that likeness may join: an announcement and a call each."""
    at, buyers = _flat(held["buyers"])
    by_day = np.lexsort((days[at], buyers))
    at, buyers = at[by_day], buyers[by_day]
    announces = pc.fill_null(held["announces"], False).to_numpy()
    subjects = held["subject"].to_pylist()
    pairs = [
        pair
        for rows in np.split(at, np.flatnonzero(np.diff(buyers)) + 1)
        for pair in _alike(rows[announces[rows]], rows[~announces[rows]], subjects, days)
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _alike(
    announcements: Numbers, calls: Numbers, subjects: Sequence[str], days: Numbers
) -> Iterator[tuple[int, int]]:
    """Compare those of one buyer, each by day, with the calls within the longest lead."""
    for start in range(0, len(announcements), AT_ONCE) if len(calls) else ():
        ours = announcements[start : start + AT_ONCE]
        first, last = days[ours[0]], days[ours[-1]] + LONGEST_LEAD.days
        low, high = np.searchsorted(days[calls], [first, last + 1])
        theirs = calls[low:high]
        words = [[subjects[row] for row in rows] for rows in (ours, theirs)]
        scores = process.cdist(*words, scorer=fuzz.ratio, score_cutoff=ALIKE)
        for one, other in np.argwhere(scores):
            lead = days[theirs[other]] - days[ours[one]]
            if 0 <= lead <= LONGEST_LEAD.days and likeness(words[0][one], words[1][other]):
                yield int(ours[one]), int(theirs[other])


def _flat(column: pa.ChunkedArray) -> tuple[Numbers, Numbers]:
    """Return the row of each value in a column of lists, and the values."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    return np.repeat(np.arange(len(column)), lengths), _numbers(pc.list_flatten(column))


def _numbers(column: pa.ChunkedArray) -> Numbers:
    """Return whole numbers; dates as days since 1970."""
    kind = pa.int32() if column.type == pa.date32() else pa.int64()
    return np.asarray(column.cast(kind).to_numpy(), dtype=np.int64)


def _number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days
