"""The raw part of the store: what the sources gave, byte for byte, and what is known per day.

Beside ``store.py`` the only place that opens files under ``corpora/``. Layout and guarantees
stand in ``docs/store.md``; the short of it: a file appears whole or not at all, is never changed
afterwards, and holds whole answers only, so that a process may be killed at any moment.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.codec import from_plain, to_plain
from pipeline.errors import CorpusError
from pipeline.rawstore import disk
from pipeline.rawstore.manifest import FRESH, DayStanding, Manifest, SourceStatus, stretches
from pipeline.rawstore.recalled import Recalled
from pipeline.rawstore.versions import DayWriter, Version, newest_versions, offer, read_versions
from pipeline.records import Period, Provenance, RawNotice
from pipeline.sourcecode import code_fingerprint
from pipeline.stamps import visible
from pipeline.store import Store, sha256, to_json
from pipeline.writing import append_line, write_atomic

__all__ = ["DayWriter", "Manifest", "RawStore", "SourceStatus", "Version", "offer"]

# What works out how a day stands.
STANDING = ("pipeline.rawstore", "pipeline.rawstore.disk", "pipeline.rawstore.manifest")


class RawStore:
    """Raw notices per source and day.

    What a source offers under one id is stored together, and replaced together: when it changed,
    readers see its newest version; the older ones stay in the files.

    Args:
        store: The home they belong to.
        settings_fingerprint: Of the settings in force; goes into the provenance of new files.
    """

    def __init__(self, store: Store, *, settings_fingerprint: str) -> None:
        self.store = store
        self._settings_fingerprint = settings_fingerprint

    def folder(self, source: str) -> Path:
        """The folder of a source."""
        return self.store.corpora / "raw" / source

    def sources(self) -> list[str]:
        """Return the sources of which something is there, sorted."""
        return sorted(path.name for path in (self.store.corpora / "raw").glob("*/"))

    def days(self, source: str) -> list[dt.date]:
        """Return the days of which something is there, the first one first."""
        names = (path.name for path in self.folder(source).glob("[0-9]*/*"))
        return sorted(map(dt.date.fromisoformat, names))

    def lock(self, source: str, *, now: dt.datetime) -> AbstractContextManager[None]:
        """Let one process at a time write raw notices of a source.

        Raises:
            PipelineError: Another process does; it is named, with since when.
        """
        return disk.lock(self.folder(source), now=now)

    @contextmanager
    def writer(
        self, source: str, day: dt.date, *, made_by: str, now: dt.datetime
    ) -> Iterator[DayWriter]:
        """Give a writer of raw notices of a day; what it holds is written also on an error.

        Args:
            made_by: The command, for the provenance.
            now: Names the run; in UTC.
        """
        provenance = self.provenance(made_by, inputs={})
        writer = DayWriter(
            self._day(source, day), run=f"{now:%Y%m%dT%H%M%SZ}", provenance=provenance
        )
        try:
            yield writer
        finally:
            writer.flush()

    def provenance(self, made_by: str, *, inputs: Mapping[str, str]) -> Provenance:
        """Say how a file came to be, with this code and these settings."""
        return Provenance(
            made_by=made_by,
            code_version=__version__,
            settings_fingerprint=self._settings_fingerprint,
            inputs=inputs,
        )

    def fingerprints(self, source: str, day: dt.date) -> dict[str, str]:
        """Return the listing's fingerprint of the newest version per offered id."""
        found = newest_versions(self._files(source, day))
        return {offer: newest.fingerprint for offer, newest in found.items()}

    def raw(self, source: str, period: Period) -> Iterator[RawNotice]:
        """Yield the newest version of each raw notice, by day.

        Holds one row group in memory, and a line per offered id of the period.

        Raises:
            CorpusError: A file is damaged.
        """
        paths = [
            path for day in self.days(source) if day in period for path in self._files(source, day)
        ]
        newest = newest_versions(paths)
        for path in paths:
            for version in read_versions(path):
                if newest[offer(version.raw.source_id)].path == path:
                    yield version.raw

    def damaged(self, source: str) -> list[str]:
        """Read all raw notices of a source, and tell of each file that is not as it was written."""
        faults = []
        for path in (path for day in self.days(source) for path in self._files(source, day)):
            try:
                for _ in read_versions(path):
                    pass
            except CorpusError as error:
                faults.append(str(error))
        return faults

    def content(self, source: str, day: dt.date) -> str:
        """Fingerprint the raw notices of a day, from the provenance of its files."""
        facts = map(disk.table_facts, self._files(source, day))
        return sha256(to_json([each["provenance"]["inputs"] for each in facts]))

    def manifest(self, source: str, day: dt.date) -> Manifest | None:
        """Return what is known of a day; ``None`` when it was never listed to the end."""
        path = self._day(source, day) / "manifest.json"
        return Manifest.read(path) if path.is_file() else None

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace what is known of a day."""
        path = self._day(manifest.source, manifest.day) / "manifest.json"
        write_atomic(path, manifest.to_json())

    def status(self, now: dt.datetime) -> list[SourceStatus]:
        """Tell what is there, per source that was ever fetched, in order of name."""
        return [self.summary(x, self.standing(x), now.date()) for x in self.sources()]

    def fetch_log(self, now: dt.datetime) -> Callable[[Mapping[str, object]], None]:
        """Give what adds a line to the month's log of requests, at once and whole."""
        path = self.store.corpora / "state" / "fetch_log" / f"{now:%Y-%m}.jsonl"
        return lambda entry: append_line(path, json.dumps(entry, default=str))

    def standing(self, source: str) -> dict[dt.date, DayStanding]:
        """Tell what is there per day, the first one first; a day is read once until it changes.

        Raises:
            CorpusError: A file is damaged.
        """
        found = {}
        for year in visible(f"{self.folder(source)}"):
            recalled = self.recalled("raw", source, year.name, made_by=STANDING)
            for folder in visible(year.path):
                day, files = dt.date.fromisoformat(folder.name), visible(folder.path)
                work_out = partial(self._standing, source, day, files)
                kept = recalled.value(folder.name, files, work_out)
                found[day] = from_plain(DayStanding, kept)
            recalled.keep()
        return found

    def recalled(self, what: str, source: str, year: str, *, made_by: Iterable[str]) -> Recalled:
        """Open what is kept of a year of a source, of one kind.

        Args:
            made_by: The modules that work it out.
        """
        path = self.store.corpora / "state" / "recalled" / what / source / f"{year}.json"
        return Recalled(path, made_by=code_fingerprint(made_by))

    def _standing(self, source: str, day: dt.date, files: Iterable[os.DirEntry[str]]) -> Any:
        manifest = self.manifest(source, day)
        return to_plain(
            DayStanding(
                content=self.content(source, day),
                size=sum(file.stat().st_size for file in files),
                listed=manifest is not None,
                stored=manifest.stored if manifest else 0,
                complete=bool(manifest and manifest.complete),
            )
        )

    def summary(
        self, source: str, standing: Mapping[dt.date, DayStanding], today: dt.date
    ) -> SourceStatus:
        """Say in a few words how the days of a source stand.

        Args:
            standing: From :meth:`standing`.
        """
        listed = [day for day, x in standing.items() if x.listed]
        return SourceStatus(
            source=source,
            stretches=stretches(listed),
            stored=sum(x.stored for x in standing.values()),
            incomplete=tuple(day for day, x in standing.items() if not x.complete),
            stale=not listed or today - listed[-1] > FRESH,
            size=sum(x.size for x in standing.values()),
        )

    def _day(self, source: str, day: dt.date) -> Path:
        return self.folder(source) / f"{day.year}" / f"{day}"

    def _files(self, source: str, day: dt.date) -> list[Path]:
        return sorted(self._day(source, day).glob("*.parquet"))
