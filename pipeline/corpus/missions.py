"""Judgements of missions as CSV: read, checked against the codebook, and written.

One line per notice, annotator and round, in ``corpora/missions``. They stand apart from the
judgements of innovation: other people may have made them, on another day, of other notices.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.codebook import MISSION, Codebook
from pipeline.corpus.annotations import (
    ROUNDS,
    numbered,
    refuse_formula,
    require_pseudonym,
    text_hash,
)
from pipeline.corpus.dutch_excel import require_none, table
from pipeline.errors import CorpusError
from pipeline.records import MissionReading, Notice
from pipeline.spreadsheet import missions_cell, missions_of_cell

COLUMNS = (
    *("notice_id", "text_hash", "missions", "annotator", "annotated_at"),
    *("codebook_version", "codebook_fingerprint", "round"),
)


def read(text: str, codebook: Codebook, *, name: str) -> tuple[MissionReading, ...]:
    """Read judgements of missions; of lines with one notice, round and annotator the last holds.

    Args:
        text: The whole file.
        name: Of the file, for messages.

    Raises:
        CorpusError: A column is missing, a mission is unknown, or another codebook was used; the
            message names all such lines.
    """
    lines = table(text, COLUMNS)
    if missing := set(COLUMNS) - set(lines.fieldnames or ()):
        raise CorpusError(f"{name}: no column {', '.join(sorted(missing))}; has {lines.fieldnames}")
    found: dict[tuple[str, str, str], MissionReading] = {}
    faults = []
    for values in lines:
        try:
            with numbered(f"{name}, line {lines.line_num}"):
                one = _reading(values, codebook)
                found[key_of(one)] = one
        except CorpusError as error:
            faults.append(error)
    require_none(faults)
    return tuple(found.values())


def key_of(one: MissionReading) -> tuple[str, str, str]:
    """Return what makes a reading one: notice, round and annotator."""
    return one.notice_id, one.round, one.annotator


def write(readings: Iterable[MissionReading]) -> str:
    """Write judgements of missions as CSV, ordered by notice, round and annotator."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    lines.writeheader()
    for one in sorted(readings, key=lambda x: (x.notice_id, ROUNDS.index(x.round), x.annotator)):
        lines.writerow(
            {name: str(getattr(one, name)) for name in COLUMNS}
            | {"missions": missions_cell(one.missions)}
        )
    return out.getvalue()


def check(one: MissionReading, notice: Notice) -> None:
    """Hold a reading against the text it is about.

    Raises:
        CorpusError: It is about another text.
    """
    if (now := text_hash(notice)) != one.text_hash:
        raise CorpusError(
            f"{one.notice_id}: the text has changed since its missions were judged: "
            f"{one.text_hash}, now {now}",
            hint="Judge its missions again.",
        )


def agreed(readings: Iterable[MissionReading]) -> dict[str, MissionReading]:
    """Choose one reading per notice: the decision where there is one, else the first.

    Where readings differ and nobody decided, a mission counts only if all readers gave it: when
    in doubt whether a mission counts, it does not (codebook).
    """
    by_notice: defaultdict[str, list[MissionReading]] = defaultdict(list)
    for one in sorted(readings, key=lambda x: ROUNDS.index(x.round)):
        by_notice[one.notice_id].append(one)
    return {notice_id: _agreed(several) for notice_id, several in by_notice.items()}


def pairs(readings: Iterable[MissionReading]) -> list[list[MissionReading]]:
    """Return the independent readings of every notice that at least two people read."""
    by_notice: defaultdict[str, list[MissionReading]] = defaultdict(list)
    for one in readings:
        if one.round != "adjudicated":
            by_notice[one.notice_id].append(one)
    return [several for several in by_notice.values() if len(several) > 1]


def _agreed(several: list[MissionReading]) -> MissionReading:
    if several[-1].round == "adjudicated":
        return several[-1]
    shared = [x for x in several[0].missions if all(x in one.missions for one in several)]
    return replace(several[0], missions=tuple(shared))


def _reading(values: Mapping[str, str], codebook: Codebook) -> MissionReading:
    codebook.require_same_meaning(int(values["codebook_version"]), values["codebook_fingerprint"])
    if values["round"] not in ROUNDS:
        raise CorpusError(f"unknown round {values['round']!r}; known: {', '.join(ROUNDS)}")
    for column in ("notice_id", "text_hash", "annotator"):
        if not values[column]:
            raise CorpusError(f"no {column}")
        refuse_formula(column, values[column])
    require_pseudonym(values["annotator"])
    return MissionReading(
        notice_id=values["notice_id"],
        text_hash=values["text_hash"],
        missions=missions_in(values["missions"], codebook),
        annotator=values["annotator"],
        annotated_at=dt.date.fromisoformat(values["annotated_at"]),
        codebook_version=codebook.version,
        codebook_fingerprint=codebook.meaning,
        round=values["round"],
    )


def missions_in(cell: str, codebook: Codebook) -> tuple[str, ...]:
    """Read the missions of a cell, in the codebook's order.

    Raises:
        CorpusError: One is not known, or the cell is empty: ``no_mission`` says that it serves
            none.
    """
    given, known = missions_of_cell(cell), codebook.of(MISSION)
    if not cell.strip():
        raise CorpusError("missions is empty; expected mission ids, or no_mission")
    if unknown := [x for x in given if x not in known]:
        raise CorpusError(
            f"mission {unknown[0]!r} is not in the codebook; known: {', '.join(known)}"
        )
    return tuple(x for x in known if x in given)
