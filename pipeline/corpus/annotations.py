"""Human judgements as CSV: read, checked against codebook and text, and written.

One line per judgement. ``aspect`` and ``forms`` join label ids with ``;``; ``evidence`` is a
JSON list of passages (section, start, end) or fields. Texts are not part of it: a judgement
knows its text by ``text_hash``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from pipeline.codebook import Codebook
from pipeline.corpus.analyzer import assemble
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Evidence, Judgement, Notice
from pipeline.store import sha256

COLUMNS = (
    "notice_id",
    "text_hash",
    "degree",
    "aspect",
    "openness",
    "forms",
    "evidence",
    "annotator",
    "annotated_at",
    "codebook_version",
    "round",
    "draw_id",
    "inclusion_probability",
    "unsure",
)
ROUNDS = ("first", "second", "adjudicated")


def text_hash(notice: Notice) -> str:
    """Return the fingerprint of a notice's cleaned text, 16 hexadecimal characters."""
    return sha256(assemble(notice)[0].encode())[:16]


def read(text: str, codebook: Codebook, *, name: str) -> tuple[Annotation, ...]:
    """Read judgements from CSV; either all of them or none.

    Args:
        text: The whole file.
        codebook: Unknown labels and other versions are refused.
        name: Of the file, for messages.

    Raises:
        CorpusError: A column, value or label is wrong; the message names the line.
    """
    lines = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (lines.fieldnames or ())]
    if missing:
        raise CorpusError(f"{name}: no column {', '.join(missing)}; has {lines.fieldnames}")
    annotations = []
    for values in lines:
        try:
            annotations.append(annotation(values, codebook))
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"{name}, line {lines.line_num}: {error}") from None
        except CorpusError as error:
            raise CorpusError(f"{name}, line {lines.line_num}: {error}", hint=error.hint) from None
    return tuple(annotations)


def annotation(values: Mapping[str, str], codebook: Codebook) -> Annotation:
    """Make one annotation of the text values of ``COLUMNS``.

    Raises:
        CorpusError: A label or the codebook's version is not known.
        ValueError: A value is not of its kind, or the judgements contradict each other.
    """
    if int(values["codebook_version"]) != codebook.version:
        raise CorpusError(
            f"judged by codebook version {values['codebook_version']}; expected {codebook.version}"
        )
    if values["round"] not in ROUNDS:
        raise CorpusError(f"unknown round {values['round']!r}; known: {', '.join(ROUNDS)}")
    return Annotation(
        notice_id=values["notice_id"],
        text_hash=values["text_hash"] or None,
        judgement=judgement(values, codebook),
        evidence=tuple(Evidence(**evidence) for evidence in json.loads(values["evidence"] or "[]")),
        annotator=values["annotator"],
        annotated_at=dt.date.fromisoformat(values["annotated_at"]),
        codebook_version=codebook.version,
        round=values["round"],
        draw_id=values["draw_id"] or None,
        inclusion_probability=float(values["inclusion_probability"])
        if values["inclusion_probability"]
        else None,
        unsure={"true": True, "false": False}[values["unsure"]],
    )


def judgement(values: Mapping[str, str], codebook: Codebook) -> Judgement:
    """Make a judgement of the columns degree, aspect, openness and forms.

    Raises:
        CorpusError: A label is not one of its judgement.
        ValueError: The judgements contradict each other.
    """
    chosen = {
        "degree": (values["degree"],),
        "openness": (values["openness"],),
        "aspect": tuple(filter(None, values["aspect"].split(";"))),
        "forms": tuple(filter(None, values["forms"].split(";"))),
    }
    if chosen["forms"] == ("conventional",):
        chosen["forms"] = ()
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
    """Write judgements as CSV, ordered by notice, round and annotator."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    lines.writeheader()
    order = sorted(annotations, key=lambda x: (x.notice_id, x.round, x.annotator))
    lines.writerows(_values(annotation) for annotation in order)
    return out.getvalue()


def final(annotations: Sequence[Annotation]) -> dict[str, Annotation]:
    """Choose one judgement per notice: the adjudicated one where there is one.

    Without adjudication the first judgement stands; second readings measure agreement.
    """
    order = {"adjudicated": 0, "first": 1, "second": 2}
    chosen: dict[str, Annotation] = {}
    for one in sorted(annotations, key=lambda x: (order[x.round], x.annotator)):
        chosen.setdefault(one.notice_id, one)
    return chosen


def _values(one: Annotation) -> dict[str, object]:
    return {
        "notice_id": one.notice_id,
        "text_hash": one.text_hash or "",
        "degree": one.judgement.degree,
        "aspect": ";".join(one.judgement.aspect),
        "openness": one.judgement.openness,
        "forms": ";".join(one.judgement.forms) or "conventional",
        "evidence": json.dumps([x.as_dict() for x in one.evidence], ensure_ascii=False)
        if one.evidence
        else "",
        "annotator": one.annotator,
        "annotated_at": one.annotated_at.isoformat(),
        "codebook_version": one.codebook_version,
        "round": one.round,
        "draw_id": one.draw_id or "",
        "inclusion_probability": ""
        if one.inclusion_probability is None
        else repr(one.inclusion_probability),
        "unsure": str(one.unsure).lower(),
    }
