"""The measures by which drift is seen, counted month by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from pipeline.evaluation.drift import Quarter
from pipeline.labels.scores import WORDS, Scores
from pipeline.notices.checks import has_text, has_value
from pipeline.records import Notice, Period

HALF = 0.5
DOUBT = (0.2, 0.8)


def months_of(period: Period, notices: Iterable[Notice], scores: Scores) -> Quarter:
    """Count the measures of a quarter, month by month.

    Args:
        notices: Published in it, texts may be left out.
        scores: Of those that the model was asked of; the others count for the fields only.
    """
    parts: dict[int, list[Notice]] = {n: [] for n in months_in(period)}
    for one in notices:
        if one.published_on is not None and one.published_on in period:
            parts[one.published_on.month].append(one)
    return [_of_fields(several) | _of_model(several, scores) for several in parts.values()]


def months_in(period: Period) -> range:
    """Return the months of a quarter, by number."""
    return range(period.first_day.month, period.last_day.month + 1)


def _of_fields(notices: Sequence[Notice]) -> dict[str, tuple[int, int]]:
    told = [x for x in notices if x.kind in {"competition", "result"}]
    calls = [x for x in notices if x.kind == "competition"]
    return {
        "no_text": _count(not has_text(x) for x in notices),
        "no_value": _count(not has_value(x) for x in told),
        "no_cpv": _count(not x.cpv for x in notices),
        "no_procedure": _count(not x.procedure for x in calls),
    }


def _of_model(notices: Sequence[Notice], scores: Scores) -> dict[str, tuple[int, int]]:
    known = [scores.places[x.notice_id] for x in notices if x.notice_id in scores.places]
    places = pa.array(known, type=pa.int64())
    lines = scores.table.select(["p_innovation", "abstained", *WORDS]).take(places).to_pylist()
    judged = [x["p_innovation"] for x in lines if x["p_innovation"] is not None]
    counted = [x for x in lines if x["words"] is not None]
    words, unknown = (sum(x[name] for x in counted) for name in WORDS)
    return {
        "innovative": _count(p >= HALF for p in judged),
        "doubtful": _count(DOUBT[0] <= p < DOUBT[1] for p in judged),
        "abstained": _count(bool(x["abstained"]) for x in lines),
        "unknown": (unknown, words) if len(counted) == len(lines) else (0, 0),
    }


def _count(found: Iterable[bool]) -> tuple[int, int]:
    several = list(found)
    return sum(several), len(several)
