"""Fictional histories of tenders, to measure how fast notices are linked.

    .venv/bin/python scripts/histories.py 200000

Every history is a tender with its prior notice, call, changes, awards, modification and copies,
in the proportions of a Dutch year, roughly. All names are made up.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.records import Kind, Notice, Reference

FIRST_DAY = dt.date(2016, 1, 4)
SUBJECTS = ("onderhoud", "levering", "aanleg", "inhuur", "renovatie", "beheer", "vervoer")
THINGS = ("bruggen", "fietspaden", "stoelen", "software", "bomen", "riolering", "gemalen")
PLACES = ("Noordwoud", "Zuiderveen", "Oosterlo", "Westmeer", "Middelwijk", "Bovendijk", "Terhoek")


class Tenders:
    """Makes tenders one after the other.

    Args:
        seed: The same seed gives the same tenders.
        first_day: From which calls are published.
        days: On how many days.
        legacy_before: Year from which notices of TED are eForms.
    """

    def __init__(
        self,
        seed: int,
        *,
        first_day: dt.date = FIRST_DAY,
        days: int = 3600,
        legacy_before: int = 2023,
    ) -> None:
        self._first_day, self._days, self._legacy_before = first_day, days, legacy_before
        self._chance = random.Random(seed)
        self._numbers = count(1)

    def notices(self) -> Iterator[Notice]:
        """Yield notices without end, tender by tender."""
        while True:
            yield from self.tender()

    def tender(self) -> list[Notice]:
        """Return the notices of one tender, in the order in which they were published."""
        chance = self._chance
        day = self._first_day + dt.timedelta(days=chance.randrange(self._days))
        title = " ".join(chance.choice(words) for words in (SUBJECTS, THINGS, PLACES))
        self._common: dict[str, Any] = {
            "title": f"{title} {chance.randrange(10_000)}",
            "buyer": f"Gemeente {chance.choice(PLACES)} {chance.randrange(40)}",
        }
        self._key = str(uuid.UUID(int=chance.getrandbits(128)))
        self._kenmerk = str(next(self._numbers)) if chance.random() < 0.8 else None
        self._legacy = day.year < self._legacy_before
        published = list(self._european(day)) if chance.random() < 0.85 else []
        if not published:
            self._kenmerk = self._kenmerk or str(next(self._numbers))
        return published + list(self._national(published, day))

    def _european(self, day: dt.date) -> Iterator[Notice]:
        chance, previous = self._chance, []
        if chance.random() < 0.15:
            planning = self._ted("planning", day - dt.timedelta(days=120))
            if chance.random() < 0.5:
                previous = [("previous", planning.notice_id)]
            yield planning
        call = latest = self._ted("competition", day, previous)
        yield call
        for number in range(chance.choice((0, 0, 0, 0, 1, 2))):
            kind: Kind = "change" if self._legacy else "competition"
            changed = day + dt.timedelta(days=7 * number + 7)
            latest = self._ted(kind, changed, [("changes", latest.version_id or latest.notice_id)])
            yield latest
        for number in range(chance.choice((0, 1, 1, 1, 2))):
            awarded = day + dt.timedelta(days=100 + number)
            award = self._ted("result", awarded, [("previous", call.notice_id)])
            yield award
            if chance.random() < 0.05:
                modified = awarded + dt.timedelta(days=400)
                yield self._ted("change", modified, [("modifies", award.notice_id)])

    def _ted(
        self, kind: Kind, day: dt.date, references: list[tuple[str, str]] | None = None
    ) -> Notice:
        number = next(self._numbers)
        with_key = not self._legacy and kind != "planning"
        return Notice(
            notice_id=f"{number}-{day.year}",
            source="ted",
            format="ted_export" if self._legacy else "eforms",
            kind=kind,
            published_on=day,
            references=tuple(Reference(kind=k, target=x) for k, x in references or ()),  # type: ignore[arg-type]
            procedure_key=self._key if with_key else None,
            version_id=None if self._legacy else f"{uuid.UUID(int=number)}-01",
            **self._common,
        )

    def _national(self, published: list[Notice], day: dt.date) -> Iterator[Notice]:
        """TenderNed's own notices: originals of those on TED, or a tender of its own."""
        if self._kenmerk is None:
            return
        if not published:
            yield self._tenderned("competition", day)
            yield self._tenderned("result", day + dt.timedelta(days=60))
        for notice in published:
            yield self._tenderned(notice.kind, notice.published_on or day, notice.notice_id)

    def _tenderned(self, kind: Kind, day: dt.date, copy: str | None = None) -> Notice:
        return Notice(
            notice_id=str(next(self._numbers)),
            source="tenderned",
            format="tenderned_json",
            kind=kind,
            published_on=day,
            references=(Reference(kind="ted", target=copy),) if copy else (),
            procedure_key=self._kenmerk,
            **self._common,
        )


def main(size: int) -> None:
    """Link that many notices, shuffled, and say what it took."""
    notices = list(islice(Tenders(seed=1).notices(), size))
    random.Random(2).shuffle(notices)
    start = time.process_time()
    found = procedures(relations(notices))
    seconds = time.process_time() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    inferred = sum(link.inferred for x in found for link in x.links)
    print(
        f"{size} notices, {len(found)} procedures, {inferred} inferred links: "
        f"{seconds:.1f} s, {megabytes:.0f} MB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
