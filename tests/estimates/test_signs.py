"""What stands in a field of the notice is counted over the whole frame."""

import datetime as dt

import pytest
from test_figured import BOOK, basis, lot

from pipeline.estimates.figured import diagnostics
from pipeline.estimates.signs import signs
from pipeline.records import Lot, Notice


def told(notice_id, *lots, **facts):
    return Notice(
        notice_id=notice_id,
        source="files",
        format="eforms",
        kind="result",
        title="Fictief",
        published_on=dt.date(2026, 8, 1),
        lots=lots,
        **facts,
    )


NOTICES = {
    x.notice_id: x
    for x in (
        told("dialogue", procedure="comp-dial"),
        told("partnership", procedure="innovation"),
        told("contest", subtype="36"),
        told(
            "two",
            Lot(lot_id="LOT-0001", variants="allowed", purposes=("inn-pur",)),
            Lot(lot_id="LOT-0002", variants="not-allowed", innovation=("proc-innov",)),
        ),
        told("none", Lot(lot_id="1", purposes=("none",), innovation=("none",))),
    )
}


def of(key, notice_id, value, number=1):
    return lot(number, lot_key=key, notice_id=notice_id, text_notice_id=notice_id, value_eur=value)


LOTS = (
    of("a/whole", "dialogue", 10.0),
    of("b/whole", "partnership", 20.0),
    of("c/whole", "contest", 30.0),
    of("d/1", "two", 15.0),
    of("d/2", "two", 5.0),
    of("e/1", "none", 20.0),
)


@pytest.mark.parametrize(
    ("sign", "keys"),
    [
        ("competitive_dialogue", {"a/whole"}),
        ("innovation_partnership", {"b/whole"}),
        ("design_contest", {"c/whole"}),
        ("variants", {"d/1"}),
        ("declared_purpose", {"d/1"}),
        ("declared_innovation", {"d/2"}),
    ],
)
def test_a_sign_is_that_of_the_lot_itself(sign, keys):
    found = signs(LOTS, NOTICES, BOOK)
    assert {x.lot_key for x, has in zip(LOTS, found[sign], strict=True) if has} == keys


def test_the_shares_of_signs_are_counts_and_need_no_draw():
    asked = basis(lots=LOTS, draw=None, annotations=(), signs=signs(LOTS, NOTICES, BOOK))
    found = diagnostics(asked).counted
    assert set(found) == {
        *("competitive_dialogue", "innovation_partnership", "design_contest", "variants"),
        *("declared_purpose", "declared_innovation"),
    }
    one = found["design_contest"]
    assert (one.lots, one.by_number, one.by_value) == (1, pytest.approx(1 / 6), 0.3)
    assert one.low == one.high == 0.3
