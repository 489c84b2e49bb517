"""Records come back as they were; what is no such record is refused."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from pipeline.codec import from_plain, to_plain
from pipeline.records import Period


@dataclass(frozen=True, kw_only=True)
class Part:
    size: float | None
    degrees: float = math.inf


@dataclass(frozen=True, kw_only=True)
class Whole:
    period: Period
    day: dt.date | None
    at: dt.datetime
    parts: tuple[Part, ...]
    named: Mapping[str, Part]
    ends: tuple[float, float]


WHOLE = Whole(
    period=Period.parse("2026Q1"),
    day=None,
    at=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
    parts=(Part(size=None), Part(size=0.1 + 0.2, degrees=3.0)),
    named={"a": Part(size=1.0)},
    ends=(0.0, 1.0),
)


def test_a_record_comes_back_through_json():
    again = from_plain(Whole, json.loads(json.dumps(to_plain(WHOLE), allow_nan=False)))
    assert again == WHOLE
    assert repr(again) == repr(WHOLE)


def test_days_and_periods_are_written_as_people_write_them():
    assert to_plain(WHOLE) == {
        "period": "2026Q1",
        "day": None,
        "at": "2026-01-02T03:04:00+00:00",
        "parts": [{"size": None, "degrees": None}, {"size": 0.1 + 0.2, "degrees": 3.0}],
        "named": {"a": {"size": 1.0, "degrees": None}},
        "ends": [0.0, 1.0],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"period": "spring"},
        {"at": "noon"},
        {"parts": 1},
        {"parts": [{"size": 1.0, "colour": "red"}]},
        {"parts": [{}]},
        {"named": []},
        {"added": 1},
    ],
    ids=str,
)
def test_anything_else_is_refused(change):
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        from_plain(Whole, to_plain(WHOLE) | change)
