"""Notices without their texts: what must be known of other periods.

Which notices are one tender, and in which period a lot counts, rests on identifiers, references,
dates and values. So those of all time are read, and texts only where a text is looked at.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.notices.serial import notice_from_json, notice_to_json
from pipeline.rawstore import RawStore, disk
from pipeline.records import Lot, Notice, Period

# Stands for a text that was left out: whether there is one remains known.
TEXT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A collected notice without its texts.

    Attributes:
        day: Of publication; of a notice that does not tell, the day on which it was listed.
        path: Of the file that holds all of it.
    """

    notice: Notice
    day: dt.date
    path: Path


def without_texts(notice: Notice) -> Notice:
    """Return a notice with ``TEXT`` for its texts; titles are kept, and so is what is absent."""
    return replace(
        notice,
        description=_instead(notice.description),
        criteria=notice.criteria and (TEXT,),
        lots=tuple(map(_lot, notice.lots)),
    )


def _lot(lot: Lot) -> Lot:
    return replace(
        lot,
        description=_instead(lot.description),
        criteria=lot.criteria and (TEXT,),
        purpose_text=_instead(lot.purpose_text),
    )


def _instead(text: str | None) -> str | None:
    return text and TEXT


def outlines(source: str, period: Period, *, store: RawStore) -> Iterator[Outline]:
    """Yield the notices that were published in a period, without texts, by the day of listing.

    A notice that does not tell its date counts as published on the day it was listed.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    for path in collected_files(source, store=store):
        facts = disk.table_facts(path)
        if (
            f"{period.first_day}" <= facts["last_day"]
            and facts["first_day"] <= f"{period.last_day}"
        ):
            yield from _outlines(path, period)


def whole(found: Iterable[Outline]) -> Iterator[Notice]:
    """Yield notices with their texts; each file is read once.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    wanted: dict[Path, set[str]] = defaultdict(set)
    for outline in found:
        wanted[outline.path].add(outline.notice.notice_id)
    for path, names in wanted.items():
        stored = {storable(name) for name in names}
        for batch in disk.read_table(path, ["notice_id", "notice"]):
            for name, text in zip(*batch.to_pydict().values(), strict=True):
                if name in stored and (notice := notice_from_json(text)).notice_id in names:
                    yield notice


def every_notice(source: str, *, store: RawStore) -> Iterator[Notice]:
    """Yield all notices that were collected of a source, with their texts, by day of listing.

    Raises:
        CorpusError: A file is damaged, or was written by another version.
    """
    for path in collected_files(source, store=store):
        for batch in disk.read_table(path, ["notice"]):
            yield from map(notice_from_json, batch["notice"].to_pylist())


def collected_files(source: str, *, store: RawStore) -> list[Path]:
    """Return the files of what was collected of a source, by day."""
    return sorted(notices_folder(source, store).glob("*/*.parquet"))


def _outlines(path: Path, period: Period) -> Iterator[Outline]:
    listed = dt.date.fromisoformat(path.stem)
    for columns in day_columns(path):
        for published_on, text in zip(columns["published_on"], columns["outline"], strict=True):
            if (day := published_on or listed) in period:
                yield Outline(notice=notice_from_json(text), day=day, path=path)


def day_columns(path: Path) -> Iterator[dict[str, list[Any]]]:
    """Yield ``published_on`` and ``outline`` of a collected file, in batches.

    Files of earlier versions hold whole notices only.

    Raises:
        CorpusError: It is damaged, or was written by another version.
    """
    for batch in disk.read_table(path, ["published_on", "outline"]):
        if "outline" in batch.schema.names:
            yield batch.to_pydict()
            continue
        for older in disk.read_table(path, ["published_on", "notice"]):
            notices = map(notice_from_json, older["notice"].to_pylist())
            outlines = [notice_to_json(without_texts(notice)) for notice in notices]
            yield {"published_on": older["published_on"].to_pylist(), "outline": outlines}
        return


def notices_folder(source: str, store: RawStore) -> Path:
    """The folder of what was collected of a source."""
    return store.store.corpora / "notices" / source


def storable(value: object) -> object:
    """Return a text as Parquet can hold it."""
    # Half a surrogate pair is no UTF-8; the last column keeps it.
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
