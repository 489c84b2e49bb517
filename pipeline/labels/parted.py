"""A classification run into a folder of parts, over processes here or the workers of a cluster.

One process cuts the inputs, takes the parts in as they come, in order, and is the only one that
writes. A part counts when the manifest names it, with its SHA-256; it is written before the
manifest is, and each of both whole or not at all. So whoever is killed, at whatever moment, loses
nothing that counts, and a run that goes on makes what does not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import __version__, parallel
from pipeline.errors import PipelineError, SettingsError
from pipeline.labels.batches import ClassifierSpec, shared_spec
from pipeline.labels.classify import Classifier
from pipeline.labels.parts import (
    UNREAD,
    DonePart,
    JudgedPart,
    PartsManifest,
    judged_part,
    keys_of,
    without_repeated,
)
from pipeline.labels.progress import AGAIN, Progress, run_fingerprint
from pipeline.sources.layout import Layout
from pipeline.sources.partitions import Partition, partitions
from pipeline.sources.paths import STDIN, require_outside
from pipeline.storage import Place, Remote, place, put

MANIFEST = "_manifest.json"


@dataclass(slots=True, kw_only=True)
class PartedRun:
    """One run from inputs to a folder of Parquet parts.

    Attributes:
        inputs: Files, folders, archives, and addresses of them.
        folder: Where the parts go.
        classifier: Loaded once here, and once in each further process.
        layout: Of tables.
        now: Moment of reading, UTC.
        jobs: Processes, at least 1, where the settings name no cluster.
        notes: What was passed over or found out about files, one line each.
    """

    inputs: Sequence[str | Path]
    folder: Place
    classifier: Classifier
    now: dt.datetime
    layout: Layout = field(default_factory=Layout)
    jobs: int = 1
    notes: list[str] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _broken: set[str] = field(default_factory=set)
    _held: bytes = b""

    @property
    def size(self) -> int:
        """Notices in a part, about; small files and row groups are not cut."""
        return self.classifier.settings.partition_size

    @property
    def quarantine_path(self) -> Place:
        """What could not be read, and why, one file for each part that has something to tell."""
        return self.folder / "_quarantine-*.csv"

    def go(
        self, *, resume: bool = False, tell: Callable[[Progress], None] = lambda _: None
    ) -> Progress:
        """Classify everything that no part holds yet.

        Args:
            resume: Keep the parts of a broken-off run of the same inputs, model and settings.
            tell: Called after each part.

        Raises:
            SettingsError: An input or the folder is wrong, or it holds another run's parts.
            PipelineError: Another run is writing to this folder, or workers are lost.
        """
        self._require_apart()
        spec = shared_spec(self.classifier)
        with self._alone():
            manifest = self._start(resume)
            progress = Progress(run=manifest.run)
            for part in self._parts(spec, manifest):
                part.add_to(progress)
                tell(progress)
            manifest.complete = progress.complete = True
            self._save(manifest)
        return progress

    def _require_apart(self) -> None:
        home = self.folder.resolve()
        require_outside(self.folder, home, self.inputs)
        for found in (place(x).resolve() for x in self.inputs if str(x) != STDIN):
            if f"{found}/".startswith(f"{home}/"):
                raise SettingsError(
                    f"the input {found} lies in {self.folder}, where the labels go",
                    hint="Write them to another folder.",
                )

    def _parts(self, spec: ClassifierSpec, manifest: PartsManifest) -> Iterator[DonePart]:
        """Yield all parts in order: those that are there, and those that are made for it."""
        done = {x.number: x for x in manifest.parts}
        waiting: list[tuple[int, Partition]] = []

        def todo() -> Iterator[Partition]:
            for number, one in enumerate(self._cut()):
                waiting.append((number, one))
                if number not in done:
                    yield one

        work = partial(judged_part, spec, self.layout, self.now)
        cluster = self.classifier.settings.cluster
        made = parallel.ordered(work, todo(), jobs=self.jobs, cluster=cluster)
        for judged in made:
            while waiting[0][0] in done:
                yield self._kept(done[waiting.pop(0)[0]])
            number, one = waiting.pop(0)
            yield self._take_in(number, one, judged, spec, manifest)
        for number, _ in waiting:
            yield self._kept(done[number])

    def _cut(self) -> Iterator[Partition]:
        return partitions(
            self.inputs, size=self.size, layout=self.layout, now=self.now, tell=self.notes.append
        )

    def _take_in(
        self,
        number: int,
        partition: Partition,
        judged: JudgedPart,
        spec: ClassifierSpec,
        manifest: PartsManifest,
    ) -> DonePart:
        self.notes += judged.notes
        unread = partition.spanned in self._broken
        whole = UNREAD if unread else without_repeated(judged, self._seen)
        part = DonePart.of(number, partition.name, whole, spec)
        self._broken |= {part.broken} - {""}
        if part.tells:
            put(self.folder / part.quarantine_file, whole.quarantine)
        if part.rows:
            put(self.folder / part.file, whole.body)
        manifest.parts.append(part)
        manifest.parts.sort(key=lambda x: x.number)
        self._save(manifest)
        return part

    def _kept(self, part: DonePart) -> DonePart:
        self._broken |= {part.broken} - {""}
        if part.rows:
            self._seen.update(keys_of((self.folder / part.file).read_bytes()))
        return part

    def _start(self, resume: bool) -> PartsManifest:
        run = run_fingerprint(self.inputs, self.layout, self.classifier, f"parts of {self.size}")
        manifest = PartsManifest(run=run, program=__version__)
        there = self._there()
        if MANIFEST in there:
            self._held = (self.folder / MANIFEST).read_bytes()
            old = PartsManifest.read(self._held, name=f"{self.folder / MANIFEST}")
            if resume and old.run != run:
                raise SettingsError(
                    f"{self.folder} holds parts of other inputs or settings", hint=AGAIN
                )
            if resume:
                manifest.parts = [x for x in old.parts if self._is_whole(x)]
        elif there:
            raise SettingsError(
                f"{self.folder} holds files that are no parts of a run, such as {min(there)}",
                hint="Name a folder that is empty or not there.",
            )
        self._save(manifest)
        self._clear(there, manifest)
        return manifest

    def _is_whole(self, part: DonePart) -> bool:
        path = self.folder / part.file
        if not part.rows:
            return True
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == part.sha256

    def _there(self) -> set[str]:
        if isinstance(self.folder, Remote):
            return {x.name for x in self.folder.files()} if self.folder.exists() else set()
        return {x.name for x in self.folder.iterdir() if not x.name.startswith(".")}

    def _clear(self, there: set[str], manifest: PartsManifest) -> None:
        """Take away what the manifest does not name: whoever reads the folder reads all of it."""
        named = {x.file for x in manifest.parts if x.rows}
        named |= {x.quarantine_file for x in manifest.parts if x.tells}
        for name in sorted(there - named - {MANIFEST}):
            if name.startswith(("part-", "_quarantine-")):
                (self.folder / name).unlink()

    def _save(self, manifest: PartsManifest) -> None:
        path = self.folder / MANIFEST
        held = path.read_bytes() if path.exists() else b""
        if held != self._held:
            # Storage without locks: whoever comes second sees it here, at the latest.
            raise PipelineError(
                f"another run is writing to {self.folder}", hint="Wait until it is done."
            )
        self._held = manifest.written()
        put(path, self._held)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs of this machine from writing here; freed however this process ends."""
        if isinstance(self.folder, Remote):
            yield
            return
        if self.folder.is_file():
            raise SettingsError(f"{self.folder} is a file; expected a folder")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                for leftover in self.folder.glob(".*.tmp"):
                    leftover.unlink()
                yield
        except Timeout:
            raise PipelineError(
                f"another run is writing to {self.folder}", hint="Wait until it is done."
            ) from None
