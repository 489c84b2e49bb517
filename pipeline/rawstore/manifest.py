"""What is known of a day, and of a source as a whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.codec import from_plain, to_plain
from pipeline.errors import CorpusError
from pipeline.records import Period
from pipeline.store import to_json

# Share of a day that may be missing before figures about that day are not to be trusted.
MOST_MISSING = 0.05

# Between a Friday's publications and Monday lie three days.
FRESH = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is known about one day of a source.

    Attributes:
        listed_at: When the source was last asked what it published that day, in UTC.
        count: The source's own total; ``None`` where it gives none.
        offered: Notices (or packages of them) it listed.
        missing: Listed, but not to be had: source id to reason; asked again by the next run.
    """

    source: str
    day: dt.date
    listed_at: dt.datetime
    count: int | None
    offered: int
    missing: Mapping[str, str]

    @property
    def stored(self) -> int:
        """How many of those listed are there."""
        return self.offered - len(self.missing)

    @property
    def complete(self) -> bool:
        """Whether at most 5% is missing of what was listed, or counted by the source."""
        expected = max(self.offered, self.count or 0)
        return expected - self.stored <= MOST_MISSING * expected

    def to_json(self) -> bytes:
        """Write it for people, who see at once whether it is complete, and for :meth:`read`."""
        return to_json(to_plain(self) | {"stored": self.stored, "complete": self.complete})

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            CorpusError: It is not one of ours.
        """
        try:
            kept = json.loads(path.read_bytes())
            return from_plain(cls, {x.name: kept[x.name] for x in fields(cls)})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CorpusError(
                f"{path} is not a manifest: {error!r}",
                hint="Remove it and fetch that day again; no raw notices are lost.",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStanding:
    """How a day of a source stands.

    Attributes:
        content: Fingerprint of its raw notices.
        size: Of its files, in bytes.
        listed: Whether it was listed to the end.
        stored: Notices (or packages of them) that were listed and are there.
        complete: Whether at most 5% is missing.
    """

    content: str
    size: int
    listed: bool
    stored: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """What is there of one source.

    Attributes:
        stretches: Unbroken stretches of days that were listed, in order.
        stored: Notices (or packages of them) that are there.
        incomplete: Days of which more than 5% is missing, or that were broken off; sorted.
        stale: Whether the newest listed day is more than 3 days ago.
        size: Of all files, in bytes.
    """

    source: str
    stretches: tuple[Period, ...]
    stored: int
    incomplete: tuple[dt.date, ...]
    stale: bool
    size: int


def stretches(days: Iterable[dt.date]) -> tuple[Period, ...]:
    """Join days, given in order, into unbroken stretches."""
    found: list[Period] = []
    for day in days:
        if found and day - found[-1].last_day == dt.timedelta(days=1):
            found[-1] = Period(found[-1].first_day, day)
        else:
            found.append(Period(day, day))
    return tuple(found)
