"""Labels in parts: one Parquet file per part of the inputs, made by whoever is free.

A part is judged where there is room and comes back as the bytes of a file, with what could not be
read. Whether a notice was read before in another part is known only where all parts come together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import compress
from typing import Any, Self

from pipeline.errors import SettingsError
from pipeline.labels import output as out
from pipeline.labels.batches import ClassifierSpec, judged_in_batches, shared_classifier
from pipeline.labels.progress import AGAIN, Progress
from pipeline.labels.table import columns, line
from pipeline.sources.layout import Layout
from pipeline.sources.partitions import Partition, raw_notices_in
from pipeline.spreadsheet import csv_bytes

# Parquet is the format of ids here, whoever reads them.
FORMAT = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a line came from.

    Attributes:
        at: Its number among what was read for its part, from 0.
        key: Of its id, as :func:`pipeline.labels.output.id_key` gives it.
        source_id: Where it was read.
    """

    at: int
    key: int
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """What became of a part of the inputs.

    Attributes:
        body: A Parquet file of its lines.
        seats: One per line.
        refused: What has no line: number among what was read, and its line of the quarantine.
        progress: What was read and could not be read.
        broken: The file that broke off in it, of which no further part counts; mostly empty.
        notes: What was passed over or found out about files, one line each.
    """

    body: bytes
    seats: tuple[Seat, ...]
    refused: tuple[tuple[int, list[str | None]], ...]
    progress: Progress
    broken: str = ""
    notes: tuple[str, ...] = ()

    @property
    def quarantine(self) -> bytes:
        """A CSV file of what has no line, in the order in which it was read."""
        rows = [told for _, told in sorted(self.refused, key=lambda x: x[0])]
        return csv_bytes([out.QUARANTINE_COLUMNS, *rows])


# Of a file that broke off before: one reader stops at the damage, and so do many.
UNREAD = JudgedPart(body=b"", seats=(), refused=(), progress=Progress(run=""))


def judged_part(
    spec: ClassifierSpec, layout: Layout, now: dt.datetime, partition: Partition
) -> JudgedPart:
    """Read a part of the inputs and judge its notices, in this process."""
    progress, notes, broken = Progress(run=""), list[str](), ""
    lines, seats, refused = [], [], []
    with shared_classifier(spec) as classifier:
        raws = raw_notices_in(partition, layout=layout, now=now, tell=notes.append)
        for outcome in judged_in_batches(classifier, raws, size=spec.batch_size):
            if outcome.prediction:
                values = line(outcome.prediction, classifier.codebook)
                key = out.id_key(FORMAT, values["notice_id"])
                lines.append(values)
                seats.append(Seat(at=progress.taken, key=key, source_id=outcome.source_id))
            else:
                progress.count(outcome)
                told = out.quarantine_line("", outcome.source_id, outcome.reason)
                refused.append((progress.taken, told))
                if outcome.source_id == partition.spanned:
                    broken = partition.spanned
            progress.taken += 1
        body = out.parquet_body(lines, columns(classifier.codebook))
    progress.labelled = len(lines)
    return JudgedPart(
        body=body,
        seats=tuple(seats),
        refused=tuple(refused),
        progress=progress,
        broken=broken,
        notes=tuple(notes),
    )


def without_repeated(part: JudgedPart, seen: set[int]) -> JudgedPart:
    """Leave out notices that were read before; the others are seen from now on."""
    is_new = []
    for seat in part.seats:
        is_new.append(seat.key not in seen)
        seen.add(seat.key)
    if all(is_new):
        return part
    table = _table(part.body)
    ids = table["notice_id"].to_pylist()
    told = [
        (seat.at, out.quarantine_line(notice_id or "", seat.source_id, ""))
        for seat, notice_id, new in zip(part.seats, ids, is_new, strict=True)
        if not new
    ]
    return replace(
        part,
        body=out.parquet_of(table.filter(is_new)),
        seats=tuple(compress(part.seats, is_new)),
        refused=(*part.refused, *told),
        progress=replace(part.progress, labelled=sum(is_new), duplicates=len(told)),
    )


def keys_of(body: bytes) -> Iterator[int]:
    """Return the keys of the ids of a part that was written."""
    return (out.id_key(FORMAT, x) for x in _table(body, ["notice_id"])["notice_id"].to_pylist())


def _table(body: bytes, names: list[str] | None = None) -> Any:
    from pyarrow import parquet

    return parquet.read_table(io.BytesIO(body), columns=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class DonePart:
    """A part that is done, as the manifest tells of it.

    Attributes:
        number: From 0, in the order of the inputs.
        input: Which part of the inputs.
        state: ``written``, or ``empty``: nothing in it has a line, and there is no file.
        file: Its name.
        rows: Lines in it.
        sha256: Of the file.
        broken: As in :class:`JudgedPart`.
        taken, quarantined, duplicates, rests, first_rest: As in :class:`Progress`.
        model: Its id.
        codebook: Its fingerprint, with the cues of all languages.
    """

    number: int
    input: str
    state: str
    file: str
    rows: int
    sha256: str
    taken: int
    quarantined: int
    duplicates: int
    rests: int
    first_rest: str
    broken: str
    model: str
    codebook: str

    @classmethod
    def of(cls, number: int, name: str, part: JudgedPart, spec: ClassifierSpec) -> Self:
        """Describe a part before it is written."""
        counts = part.progress
        return cls(
            number=number,
            input=name,
            state="written" if counts.labelled else "empty",
            file=f"part-{number:05d}.parquet",
            rows=counts.labelled,
            sha256=hashlib.sha256(part.body).hexdigest(),
            taken=counts.taken,
            quarantined=counts.quarantined,
            duplicates=counts.duplicates,
            rests=counts.rests,
            first_rest=counts.first_rest,
            broken=part.broken,
            model=spec.model_id,
            codebook=spec.codebook,
        )

    @property
    def quarantine_file(self) -> str:
        """The name of the file of what has no line; it is there when there is something to tell."""
        return f"_quarantine-{self.number:05d}.csv"

    @property
    def tells(self) -> bool:
        """Whether something has no line."""
        return bool(self.quarantined or self.duplicates)

    def add_to(self, progress: Progress) -> None:
        """Count it."""
        progress.taken += self.taken
        progress.labelled += self.rows
        progress.quarantined += self.quarantined
        progress.duplicates += self.duplicates
        progress.rests += self.rests
        progress.first_rest = progress.first_rest or self.first_rest


@dataclass(slots=True, kw_only=True)
class PartsManifest:
    """Which parts of a run are done.

    Attributes:
        run: Fingerprint of inputs, model and settings.
        program: Version of it.
        complete: Whether these are all parts.
        parts: In order.
    """

    run: str
    program: str
    complete: bool = False
    parts: list[DonePart] = field(default_factory=list)

    @classmethod
    def read(cls, body: bytes, *, name: str) -> Self:
        """Read a manifest.

        Raises:
            SettingsError: It is damaged.
        """
        try:
            given = json.loads(body)
            parts = [DonePart(**x) for x in given.pop("parts")]
            return cls(**given, parts=parts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SettingsError(f"{name} is damaged: {error}", hint=AGAIN) from None

    def written(self) -> bytes:
        """Return it as JSON, one part a line."""
        facts = {k: x for k, x in asdict(self).items() if k != "parts"}
        parts = ",\n".join(f"  {json.dumps(asdict(x), ensure_ascii=False)}" for x in self.parts)
        return f'{json.dumps(facts)[:-1]},\n "parts": [\n{parts}\n]}}\n'.encode()
