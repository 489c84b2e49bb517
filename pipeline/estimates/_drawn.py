"""What comes back of a drawn list, held against the draw as it was stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from pipeline.corpus import annotations as judging
from pipeline.corpus.dutch_excel import decode
from pipeline.corpus.exchange import Sitting, probabilities
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Draw


def places_of(body: bytes, sitting: Sitting | None) -> dict[tuple[str, str, str], str]:
    """Return the line of each judgement in a CSV file."""
    round_ = (sitting and sitting.round) or "first"
    annotator = (sitting and sitting.annotator) or ""
    return {
        (line["notice_id"], line["round"] or round_, line["annotator"] or annotator): (
            f"csv, line {number}"
        )
        for number, line in judging.cells(decode(body), name="csv")
    }


def as_drawn(one: Annotation, drawn: Mapping[str, Draw]) -> Annotation:
    """Refuse a judgement whose facts of the draw are not those that were stored.

    A spreadsheet shortens a probability; what was stored takes its place.

    Raises:
        CorpusError: See there.
    """
    known = ", ".join(drawn) or "none is stored"
    if one.draw_id is None or one.draw_id not in drawn:
        raise CorpusError(f"draw_id is {one.draw_id or 'empty'}; expected one of: {known}")
    chances = probabilities(drawn[one.draw_id])
    if one.notice_id not in chances:
        raise CorpusError(f"{one.notice_id} was not drawn in {one.draw_id}")
    expected = chances[one.notice_id]
    if not math.isclose(one.inclusion_probability or 0, expected, rel_tol=1e-6):
        raise CorpusError(
            f"inclusion_probability is {one.inclusion_probability}; expected {expected}"
        )
    if one.text_hash is None:
        raise CorpusError("text_hash is empty; expected the one that `draw` wrote")
    return replace(one, inclusion_probability=expected)
