"""A classification run over files: streamed, in several processes, to be continued if broken off.

While a run is under way its lines stand in ``<output>.part``, what could not be read in
``<output>.part.quarantine``, and how far both have come in ``<output>.progress.json``. The
progress is written after the lines, so a run that is killed at any moment continues from the
last progress: what was written beyond it is cut off and made again. When all is read the progress
says so, and from then on only names are given.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from glob import escape
from itertools import islice
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from pipeline.errors import PipelineError
from pipeline.labels import output as out
from pipeline.labels.batches import Outcome, outcomes
from pipeline.labels.classify import Classifier
from pipeline.labels.progress import Progress, cut_back, run_fingerprint
from pipeline.labels.table import columns as table_columns
from pipeline.labels.table import line
from pipeline.sources.files import raw_notices
from pipeline.sources.layout import Layout
from pipeline.sources.paths import require_apart, require_outside
from pipeline.spreadsheet import csv_bytes
from pipeline.writing import write_atomic

# Progress costs two flushes to disk; once per so many batches they do not count.
BATCHES_PER_PROGRESS = 8


@dataclass(slots=True, kw_only=True)
class Run:
    """One run from inputs to an output file.

    Attributes:
        inputs: Files, folders, archives.
        path: Of the output; its extension tells the format.
        classifier: Loaded once here, and once in each further process.
        layout: Of tables.
        now: Moment of reading, UTC.
        jobs: Processes, at least 1.
        notes: What was passed over or found out about files, one line each.
    """

    inputs: Sequence[str | Path]
    path: Path
    classifier: Classifier
    now: dt.datetime
    layout: Layout = field(default_factory=Layout)
    jobs: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def part(self) -> Path:
        """The growing file of lines."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def quarantine_part(self) -> Path:
        """The growing file of what could not be read."""
        return self.path.with_name(f"{self.path.name}.part.quarantine")

    @property
    def progress_path(self) -> Path:
        """How far both have come."""
        return self.path.with_name(f"{self.path.name}.progress.json")

    @property
    def quarantine_path(self) -> Path:
        """What could not be read, and why."""
        return self.path.with_name(f"{self.path.name}.quarantine.csv")

    def go(
        self, *, resume: bool = False, tell: Callable[[Progress], None] = lambda _: None
    ) -> Progress:
        """Classify everything.

        Args:
            resume: Continue a broken-off run of the same inputs, model and settings.
            tell: Called after each batch.

        Raises:
            SettingsError: An input or the output is wrong, or the progress is another run's or
                does not fit its files.
            PipelineError: Another run is writing to this output.
        """
        format_name = out.format_of(self.path)
        self._require_apart()
        names = table_columns(self.classifier.codebook)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            progress = self._start(resume, out.header(format_name, names))
            if not progress.complete:
                self._label(progress, tell)
            self._put_in_place(names)
        return progress

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs from writing to the same output; freed however this process ends."""
        try:
            with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=0):
                for leftover in self.path.parent.glob(f".{escape(self.progress_path.name)}.*.tmp"):
                    leftover.unlink()
                yield
        except Timeout:
            raise PipelineError(
                f"another run is writing to {self.path}", hint="Wait until it is done."
            ) from None

    def _label(self, progress: Progress, tell: Callable[[Progress], None]) -> None:
        format_name = out.format_of(self.path)
        seen = set(self._seen(format_name)) if progress.taken else set()
        with self.part.open("r+b") as lines, self.quarantine_part.open("r+b") as quarantine:
            lines.seek(progress.size)
            quarantine.seek(progress.quarantine_size)
            for number, batch in enumerate(self._outcomes(progress.taken), 1):
                self._write(batch, seen, lines, quarantine, progress)
                if number % BATCHES_PER_PROGRESS == 0:
                    self._save(progress, lines, quarantine)
                tell(progress)
            progress.complete = True
            self._save(progress, lines, quarantine)

    def _put_in_place(self, names: Sequence[str]) -> None:
        """Give complete files their names; killed in between, it goes on where it was."""
        if self.part.exists():
            out.finish(self.part, self.path, names)
        if self.quarantine_part.exists():
            self.quarantine_part.replace(self.quarantine_path)
        self.progress_path.unlink()

    def _require_apart(self) -> None:
        home = self.path.parent.resolve()
        require_outside(self.path, home, self.inputs)
        require_apart(
            [
                *(self.path, self.part, self.quarantine_part),
                *(self.progress_path, self.quarantine_path, out.ready_path(self.path)),
            ],
            self.inputs,
        )

    def _outcomes(self, taken: int) -> Iterator[list[Outcome]]:
        raws = raw_notices(self.inputs, layout=self.layout, now=self.now, tell=self.notes.append)
        return outcomes(self.classifier, islice(raws, taken, None), jobs=self.jobs)

    def _write(
        self,
        batch: Sequence[Outcome],
        seen: set[int],
        lines: IO[bytes],
        quarantine: IO[bytes],
        progress: Progress,
    ) -> None:
        format_name, codebook = out.format_of(self.path), self.classifier.codebook
        for outcome in batch:
            prediction = outcome.prediction
            values = line(prediction, codebook) if prediction else None
            key = out.id_key(format_name, values["notice_id"]) if values else None
            if values and key and key not in seen:
                seen.add(key)
                lines.write(out.encode(format_name, values))
                progress.labelled += 1
            else:
                progress.count(outcome)
                notice_id = prediction.notice.notice_id if prediction else ""
                told = out.quarantine_line(notice_id, outcome.source_id, outcome.reason)
                quarantine.write(csv_bytes([told]))
            progress.taken += 1

    def _start(self, resume: bool, header: bytes) -> Progress:
        run = run_fingerprint(self.inputs, self.layout, self.classifier, self.path.suffix)
        if resume and self.progress_path.exists():
            progress = Progress.read(self.progress_path, run=run)
            done = progress.complete
            cut_back(self.part, progress.size, placed=self.path if done else None)
            cut_back(
                self.quarantine_part,
                progress.quarantine_size,
                placed=self.quarantine_path if done else None,
            )
            return progress
        told = csv_bytes([out.QUARANTINE_COLUMNS])
        self.progress_path.unlink(missing_ok=True)
        self.part.write_bytes(header)
        self.quarantine_part.write_bytes(told)
        return Progress(run=run, size=len(header), quarantine_size=len(told))

    def _save(self, progress: Progress, lines: IO[bytes], quarantine: IO[bytes]) -> None:
        for handle in (lines, quarantine):
            handle.flush()
            os.fsync(handle.fileno())
        progress.size, progress.quarantine_size = lines.tell(), quarantine.tell()
        write_atomic(self.progress_path, json.dumps(asdict(progress)).encode())

    def _seen(self, format_name: str) -> Iterator[int]:
        import csv

        with self.part.open(encoding="utf-8", newline="") as lines:
            if format_name == "csv":
                found = (x["notice_id"] for x in csv.DictReader(lines))
            else:
                found = (json.loads(x)["notice_id"] for x in lines)
            # They stand there as they were written.
            yield from (out.id_key("jsonl", x) for x in found)
