"""Human judgements as CSV: read, checked against codebook and text, and written.

One line per judgement. ``aspect`` and ``forms`` join label ids with ``;``; ``evidence`` is a
JSON list of passages (section, start, end) or fields. Texts are not part of it: a judgement
knows its text by ``text_hash``. Files may come from anywhere, so every value is checked.

Nothing is overwritten. A line with the same notice, round and annotator as one above it
supersedes that one, which stays in the file: ``read`` gives what is in force, ``read_all`` the
whole history, for whoever writes it back.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from pipeline.codebook import Codebook
from pipeline.corpus import dutch_excel
from pipeline.corpus.analyzer import assemble
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Evidence, Judgement, Notice
from pipeline.shown import masked
from pipeline.spreadsheet import (
    forms_cell,
    forms_of_cell,
    is_formula,
    labels_cell,
    labels_of_cell,
)
from pipeline.store import short_hash

COLUMNS = (
    *("notice_id", "text_hash", "degree", "aspect", "openness", "forms", "evidence"),
    *("annotator", "annotated_at", "codebook_version", "codebook_fingerprint", "round"),
    *("draw_id", "inclusion_probability", "unsure"),
)
ADDRESS = re.compile(r"[^\s@]@[^\s@]")
ROUNDS = ("first", "second", "adjudicated")

# What goes wrong when values are not of their kind; RecursionError by nested JSON.
FAULTS = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def text_hash(notice: Notice) -> str:
    """Return the fingerprint of a notice's cleaned text, 16 hexadecimal characters."""
    return short_hash(assemble(notice)[0])


def read(text: str, codebook: Codebook, *, name: str) -> tuple[Annotation, ...]:
    """Read the judgements in force from CSV; see :func:`read_all` and :func:`in_force`."""
    return in_force(read_all(text, codebook, name=name))


def in_force(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """Leave out what was superseded: of lines with one key the last one holds."""
    return tuple({key(one): one for one in annotations}.values())


def read_all(text: str, codebook: Codebook, *, name: str) -> tuple[Annotation, ...]:
    """Read judgements from CSV, superseded ones too, in order; either all of them or none.

    Args:
        text: The whole file.
        codebook: Unknown labels and other versions are refused.
        name: Of the file, for messages.

    Raises:
        CorpusError: Columns, values or labels are wrong; the message names all their lines.
    """
    annotations, faults = [], []
    for number, values in cells(text, name=name):
        try:
            with numbered(f"{name}, line {number}"):
                annotations.append(annotation(values, codebook))
        except CorpusError as error:
            faults.append(error)
    dutch_excel.require_none(faults)
    return tuple(annotations)


def cells(
    text: str, *, name: str, optional: Collection[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a CSV file with ``COLUMNS``: line number, and cell by column.

    Args:
        optional: Columns that may be missing.

    Raises:
        CorpusError: A column is missing, a line has too few or too many cells, or it is no CSV.
    """
    lines = dutch_excel.table(text, COLUMNS)
    try:
        missing = {*COLUMNS} - {*optional} - {*(lines.fieldnames or ())}
        if missing:
            raise CorpusError(
                f"{name}: no column {', '.join(sorted(missing))}; has {lines.fieldnames}"
            )
        for values in lines:
            if None in values or None in values.values():
                raise CorpusError(
                    f"{name}, line {lines.line_num}: expected {len(lines.fieldnames or ())} cells"
                )
            yield lines.line_num, values
    except csv.Error as error:
        raise CorpusError(f"{name}, line {lines.reader.line_num}: {error}") from None


@contextmanager
def numbered(place: str) -> Iterator[None]:
    """Say in which entry of which file something is wrong."""
    try:
        yield
    except CorpusError as error:
        raise CorpusError(f"{place}: {error}", hint=error.hint) from None
    except FAULTS as error:
        raise CorpusError(f"{place}: {error}") from None


def annotation(values: Mapping[str, str], codebook: Codebook) -> Annotation:
    """Make one annotation of the text values of ``COLUMNS``.

    Raises:
        CorpusError: A label or the codebook's version is not known.
        ValueError: A value is not of its kind, or the judgements contradict each other.
    """
    codebook.require_same_meaning(int(values["codebook_version"]), values["codebook_fingerprint"])
    values = dutch_excel.as_ours(values, codebook)
    if values["round"] not in ROUNDS:
        raise CorpusError(f"unknown round {values['round']!r}; known: {', '.join(ROUNDS)}")
    for column in ("notice_id", "annotator"):
        if not values[column]:
            raise CorpusError(f"no {column}")
    for column in ("notice_id", "text_hash", "annotator", "draw_id"):
        refuse_formula(column, values[column])
    require_pseudonym(values["annotator"])
    return Annotation(
        notice_id=values["notice_id"],
        text_hash=values["text_hash"] or None,
        judgement=judgement(values, codebook),
        evidence=tuple(evidence(x, codebook) for x in listed(values["evidence"])),
        annotator=values["annotator"],
        annotated_at=_judged_at(values["annotated_at"]),
        codebook_version=codebook.version,
        codebook_fingerprint=codebook.meaning,
        round=values["round"],
        draw_id=values["draw_id"] or None,
        inclusion_probability=_probability(values["inclusion_probability"]),
        unsure=values["unsure"] == "true",
    )


def evidence(members: object, codebook: Codebook) -> Evidence:
    """Make evidence of the members of a JSON object.

    Raises:
        CorpusError: Its label is not known.
        TypeError, ValueError: A member is unknown, missing, or not of its kind.
    """
    if not isinstance(members, Mapping):
        raise TypeError(f"evidence is {members!r}; expected an object")
    one = Evidence(**members)
    codebook.label(one.label)
    for name in ("section", "text", "field", "value"):
        if not isinstance(getattr(one, name), str | None):
            raise TypeError(f"evidence for {one.label}: {name} is {getattr(one, name)!r}")
    if one.section is not None:
        start, end = one.start, one.end
        # A bool is an int to Python, but no offset.
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            raise ValueError(f"evidence for {one.label}: not a passage: {start!r} to {end!r}")
    elif (one.start, one.end, one.text) != (None, None, None):
        raise ValueError(f"evidence for {one.label}: a field has no passage")
    return one


def judgement(values: Mapping[str, str], codebook: Codebook) -> Judgement:
    """Make a judgement of the columns degree, aspect, openness and forms.

    Raises:
        CorpusError: A label is not one of its judgement.
        ValueError: The judgements contradict each other.
    """
    chosen = {
        "degree": (values["degree"],),
        "openness": (values["openness"],),
        "aspect": labels_of_cell(values["aspect"]),
        "forms": forms_of_cell(values["forms"]),
    }
    for name, labels in chosen.items():
        unknown = sorted(set(labels) - set(codebook.of(name)))
        if unknown:
            known = ", ".join(codebook.of(name))
            raise CorpusError(f"{name} {unknown[0]!r} is not in the codebook; known: {known}")
    return Judgement(
        degree=values["degree"],
        aspect=tuple(sorted(chosen["aspect"])),
        openness=values["openness"],
        forms=tuple(sorted(chosen["forms"])),
    )


def write(annotations: Iterable[Annotation]) -> str:
    """Write judgements as CSV, ordered by notice, round and annotator; of equals as they come."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerows(texts(annotation) for annotation in sorted(annotations, key=key))
    return out.getvalue()


def check(one: Annotation, notice: Notice) -> None:
    """Hold a judgement against the text it is about.

    Raises:
        CorpusError: It is about another text, or a passage of its evidence is not in there.
    """
    text, sections = assemble(notice)
    if one.text_hash not in {None, now := short_hash(text)}:
        raise CorpusError(
            f"{one.notice_id}: the text has changed since it was judged: {one.text_hash}, now {now}"
        )
    places = {section.name: section for section in sections}
    for each in one.evidence:
        if each.section is None or each.start is None or each.end is None:
            continue
        if each.section not in places:
            raise CorpusError(f"{one.notice_id}: no section {each.section!r}; has {[*places]}")
        section = places[each.section]
        if each.end > section.end - section.start:
            raise CorpusError(
                f"{one.notice_id}: a passage of {each.section} ends at character {each.end}; "
                f"it has {section.end - section.start}"
            )
        said = text[section.start : section.end]
        if each.text is not None and not _quotes(each.text, said, each.start, each.end):
            raise CorpusError(
                f"{one.notice_id}: characters {each.start} to {each.end} of {each.section} are "
                f"not the words that were quoted"
            )


def _quotes(quoted: str, said: str, start: int, end: int) -> bool:
    """Whether words stand there, as they are or as people see them: under a mask."""
    words = said[start:end]
    return quoted in {words, masked(words)} or quoted == masked(said)[start:end]


def key(one: Annotation) -> tuple[str, str, str]:
    """Return what makes a judgement one: notice, round and annotator."""
    return one.notice_id, one.round, one.annotator


def final(annotations: Sequence[Annotation]) -> dict[str, Annotation]:
    """Choose one judgement per notice: the adjudicated one where there is one.

    Where readings agree the first one stands. Where they differ and nobody decided, there is no
    judgement to choose: those notices are left out, see :func:`undecided`.
    """
    order = {"adjudicated": 0, "first": 1, "second": 2}
    left_out = undecided(annotations)
    chosen: dict[str, Annotation] = {}
    for one in sorted(annotations, key=lambda x: (order[x.round], x.annotator)):
        if one.notice_id not in left_out:
            chosen.setdefault(one.notice_id, one)
    return chosen


def undecided(annotations: Iterable[Annotation]) -> frozenset[str]:
    """Return the notices that people judged differently and that nobody decided on.

    Two decisions that differ decide nothing.
    """
    said: defaultdict[str, set[Judgement]] = defaultdict(set)
    decided: defaultdict[str, set[Judgement]] = defaultdict(set)
    for one in annotations:
        (decided if one.round == "adjudicated" else said)[one.notice_id].add(one.judgement)
    notices = {*said, *decided}
    return frozenset(x for x in notices if len(decided[x] or said[x]) > 1)


def require_pseudonym(annotator: str) -> None:
    """Refuse an address: judgements are published, and addresses are of persons.

    Raises:
        CorpusError: It is an e-mail address.
    """
    if ADDRESS.search(annotator):
        name, _, host = annotator.partition("@")
        raise CorpusError(
            f"annotator {name[:1]}…@{host[:1]}… is an e-mail address; expected a pseudonym",
            hint="Rename the user in the tool, or say who judged with --annotator.",
        )


def refuse_formula(column: str, value: str) -> None:
    """Refuse what a spreadsheet would run; annotation files are opened in spreadsheets.

    Raises:
        CorpusError: The value begins as a formula does.
    """
    if is_formula(value):
        raise CorpusError(f"{column} {value!r} would be a formula in a spreadsheet")


def listed(text: str) -> list[object]:
    """Read the cell ``evidence``: a JSON list, empty where there is none.

    Raises:
        TypeError, ValueError: It is something else.
    """
    found = json.loads(text or "[]")
    if not isinstance(found, list):
        raise TypeError(f"evidence is {text[:80]!r}; expected a list")
    return found


def joined(evidence: Sequence[object]) -> str:
    """Write the cell ``evidence``; the reverse of :func:`listed`."""
    return json.dumps(evidence, ensure_ascii=False) if evidence else ""


def _judged_at(text: str) -> dt.date:
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


def _probability(text: str) -> float | None:
    if not text:
        return None
    if not 0 < (value := float(text)) <= 1:
        raise ValueError(f"inclusion_probability is {text}; expected more than 0, at most 1")
    return value


def texts(one: Annotation) -> dict[str, str]:
    """Write an annotation as text by column; the reverse of :func:`annotation`."""
    return {
        "notice_id": one.notice_id,
        "text_hash": one.text_hash or "",
        "degree": one.judgement.degree,
        "aspect": labels_cell(one.judgement.aspect),
        "openness": one.judgement.openness,
        "forms": forms_cell(one.judgement.forms),
        "evidence": joined([x.as_dict() for x in one.evidence]),
        "annotator": one.annotator,
        "annotated_at": one.annotated_at.isoformat(),
        "codebook_version": str(one.codebook_version),
        "codebook_fingerprint": one.codebook_fingerprint or "",
        "round": one.round,
        "draw_id": one.draw_id or "",
        "inclusion_probability": ""
        if one.inclusion_probability is None
        else repr(one.inclusion_probability),
        "unsure": str(one.unsure).lower(),
    }
