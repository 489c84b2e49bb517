"""A notice that is written as JSON comes back as it was."""

import dataclasses
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import CorpusError
from pipeline.notices.serial import notice_from_json, notice_to_json
from pipeline.records import Amount, Lot, Notice, Reference

# Half surrogate pairs included: JSON sources may send them.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
AMOUNT = st.builds(Amount, value=st.floats(min_value=0, allow_nan=False), currency=TEXT)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(Amount, AMOUNT)

NOTICE = Notice(notice_id="1-2026", source="ted", format="eforms", kind="result", title="Brug")


@given(st.from_type(Notice))
def test_every_notice_comes_back(notice):
    assert notice_from_json(notice_to_json(notice)) == notice


@given(st.from_type(Notice))
def test_types_come_back_too(notice):
    # Equality does not tell 1 from 1.0 or a list from a tuple.
    assert repr(notice_from_json(notice_to_json(notice))) == repr(notice)


def test_unknown_and_empty_stay_apart():
    lots = (Lot(purposes=None), Lot(purposes=()), Lot(purposes=("none",)))
    found = notice_from_json(notice_to_json(dataclasses.replace(NOTICE, lots=lots, description="")))
    assert [lot.purposes for lot in found.lots] == [None, (), ("none",)]
    assert found.description == ""


def test_what_is_written_is_plain_json():
    notice = dataclasses.replace(
        NOTICE,
        published_on=dt.date(2026, 7, 1),
        estimated=Amount(value=1.5, currency="EUR"),
        references=(Reference(kind="ted", target="1-2026"),),
    )
    written = json.loads(notice_to_json(notice))
    assert written["published_on"] == "2026-07-01"
    assert written["estimated"] == {"value": 1.5, "currency": "EUR"}
    assert written["references"] == [{"kind": "ted", "target": "1-2026"}]
    assert written.keys() == {field.name for field in dataclasses.fields(Notice)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"a"',
        "{}",
        pytest.param(notice_to_json(NOTICE)[:-1], id="cut off"),
        pytest.param(notice_to_json(NOTICE).replace('"kind"', '"sort"'), id="unknown field"),
        pytest.param(notice_to_json(NOTICE).replace('"lots": []', '"lots": 1'), id="no list"),
        pytest.param(
            notice_to_json(NOTICE).replace('"published_on": null', '"published_on": "July"'),
            id="no date",
        ),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(CorpusError, match="not a notice"):
        notice_from_json(text)
