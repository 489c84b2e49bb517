"""Lots of tenders that do not touch a period: how many there are, by why they are out.

They are counted per neighbourhood of notices (``pipeline.notices.overview``), and what was counted
is kept under a fingerprint of what the notices hold. So only tenders that changed are read again,
and no count outlives what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import CorpusError, PipelineError
from pipeline.estimates.frame import barred
from pipeline.notices.overview import Numbers, Overview, Rows
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.rawstore import disk
from pipeline.sourcecode import code_fingerprint, modules_behind
from pipeline.store import sha256

# Neighbourhoods that are linked at once: few enough for memory.
AT_ONCE = 10_000

REASONS = (
    *("international_buyer", "foreign_buyer", "other_language", "cancelled", "not_awarded"),
    "no_award",
    *("awarded_as_whole", "ex_ante_superseded", "undated", "outside_period"),
)
SCHEMA = pa.schema({"neighbourhood": pa.int64()} | dict.fromkeys(REASONS, pa.int64()))

# Where the code lies that decides which lots there are, and why they are out.
MADE_BY = (
    *("pipeline.estimates", "pipeline.notices", "pipeline.records", "pipeline.codes"),
    "pipeline.countries",
)


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Whole neighbourhoods, of which no lot is in the frame.

    Attributes:
        rows: Of the overview, shape (N,).
        country: Whose frame.
    """

    overview: Overview
    rows: Rows
    country: Country = NETHERLANDS

    def lots(self, *, tell: Callable[[int], None] = lambda _: None) -> dict[str, int]:
        """Count the lots by why they are out of the frame.

        Args:
            tell: Hears how many neighbourhoods were counted anew.

        Raises:
            CorpusError: A collected file is damaged.
        """
        known = _read(self._path, self._made_by)
        prints = self.overview.fingerprints
        wanted = np.unique(self.overview.neighbourhoods[self.rows])
        missing = wanted[~np.isin(prints[wanted], known[:, 0])]
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            known = np.vstack([known, np.column_stack([prints[part], self._counted(part)])])
            tell(start + len(part))
        if len(missing):
            _write(self._path, known[np.isin(known[:, 0], prints)], self._made_by)
        by_print = np.argsort(known[:, 0])
        places = np.searchsorted(known[:, 0], prints[wanted], sorter=by_print)
        totals = known[by_print[places], 1:].sum(axis=0).tolist()
        return {reason: lots for reason, lots in zip(REASONS, totals, strict=True) if lots}

    @property
    def _path(self) -> Path:
        return self.overview.store.store.corpora / "state" / "tallies.parquet"

    @property
    def _made_by(self) -> str:
        """What a count holds under: the code, and the country with all that its file says."""
        return sha256(f"{_code()} {self.country}".encode())

    def _counted(self, part: Numbers) -> Numbers:
        """Link some neighbourhoods, and count the lots of each by reason."""
        rows = np.isin(self.overview.neighbourhoods, part)
        notices = [x.notice for x in self.overview.outlines(rows)]
        places = np.searchsorted(part, self.overview.neighbourhoods[rows]).tolist()
        place_of = dict(zip((x.notice_id for x in notices), places, strict=True))
        said = relations(notices)
        counts = np.zeros((len(part), len(REASONS)), dtype=np.int64)
        for procedure in procedures(said):
            for reason, lots in barred([procedure], said.notices, self.country).items():
                counts[place_of[procedure.notice_ids[0]], REASONS.index(reason)] += lots
        return counts


def _read(path: Path, made_by: str) -> Numbers:
    """What was counted, a line per neighbourhood; nothing of it where it no longer holds."""
    try:
        if path.is_file() and disk.table_facts(path)["made_by"] == made_by:
            held = disk.read_columns(path, SCHEMA.names)
            return np.column_stack([column.to_numpy() for column in held.columns])
    except CorpusError:
        pass
    return np.zeros((0, len(SCHEMA)), dtype=np.int64)


def _write(path: Path, known: Numbers, made_by: str) -> None:
    table = pa.Table.from_arrays(list(np.ascontiguousarray(known.T)), schema=SCHEMA)
    # Who may only read counts each time.
    with suppress(PipelineError):
        disk.write_table(path, [table], schema=SCHEMA, facts=lambda: {"made_by": made_by})


@cache
def _code() -> str:
    return code_fingerprint(modules_behind(__name__, within=MADE_BY))
