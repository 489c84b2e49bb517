"""The leaf of a chain of changes holds."""

import datetime as dt

import pytest

from pipeline.notices.versions import Groups, current, order, plain_identifier, resolver
from pipeline.records import Notice, Reference

UUID = "745eec99-0448-4f1d-a215-f765f4542d72"


def notice(notice_id, *, changes=(), day=1, kind="competition", form="eforms", **more):
    return Notice(
        notice_id=notice_id,
        source="ted",
        format=form,
        kind=kind,
        title="Onderhoud bruggen",
        published_on=dt.date(2025, 1, day),
        references=tuple(Reference(kind="changes", target=x) for x in changes),
        **more,
    )


def holds(*notices, copies=None):
    by_id = {x.notice_id: x for x in notices}
    return current(by_id, copies or {}, resolver(by_id))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("00079191-2026", "79191-2026", id="padded"),
        pytest.param("79191-2026", "79191-2026", id="not padded"),
        pytest.param(f"{UUID.upper()}-02", UUID, id="version of a draft"),
        pytest.param(" 356212 ", "356212", id="TenderNed"),
    ],
)
def test_an_identifier_has_one_spelling(written, expected):
    assert plain_identifier(written) == expected


def test_numbers_are_ordered_as_numbers():
    ids = ["10000-2025", "9999-2025", "1-2026"]
    assert sorted(ids, key=lambda x: order(notice(x))) == ["9999-2025", "10000-2025", "1-2026"]


def test_an_unchanged_notice_is_its_own():
    assert holds(notice("1-2025")) == {"1-2025": "1-2025"}


def test_a_chain_ends_in_its_leaf():
    chain = holds(
        notice("3-2025", changes=["2-2025"], day=3),
        notice("1-2025"),
        notice("2-2025", changes=["1-2025"], day=2),
    )
    assert chain == dict.fromkeys(["1-2025", "2-2025", "3-2025"], "3-2025")


def test_a_chain_ends_in_its_leaf_whatever_the_dates_say():
    found = holds(
        notice("1-2025"),
        notice("9-2025", changes=["1-2025"], day=9),
        notice("5-2025", changes=["9-2025"], day=5),
    )
    assert set(found.values()) == {"5-2025"}


@pytest.mark.parametrize("target", ["0001-2025", f"{UUID}-01", f"{UUID}-02", UUID.upper() + "-01"])
def test_a_target_is_found_by_number_and_by_identifier(target):
    found = holds(notice("1-2025", version_id=f"{UUID}-01"), notice("2-2025", changes=[target]))
    assert found["1-2025"] == "2-2025"


def test_of_two_changes_of_one_target_the_later_holds():
    found = holds(
        notice("1-2025"),
        notice("3-2025", changes=["1-2025"], day=2),
        notice("2-2025", changes=["1-2025"], day=3),
    )
    assert set(found.values()) == {"2-2025"}


def test_of_two_changes_on_one_day_the_higher_number_holds():
    found = holds(
        notice("1-2025"),
        notice("10-2025", changes=["1-2025"], day=2),
        notice("9-2025", changes=["1-2025"], day=2),
    )
    assert set(found.values()) == {"10-2025"}


def test_two_changes_of_an_absent_notice_replace_each_other():
    found = holds(notice("2-2025", changes=["1-2025"]), notice("3-2025", changes=["1-2025"]))
    assert found == {"2-2025": "3-2025", "3-2025": "3-2025"}


def test_a_corrigendum_does_not_replace_the_call():
    found = holds(
        notice("1-2025", form="ted_export"),
        notice("2-2025", changes=["1-2025"], kind="change", form="ted_export"),
    )
    assert found == {"1-2025": "1-2025", "2-2025": "2-2025"}


def test_a_corrigendum_does_not_replace_a_corrigendum():
    found = holds(
        notice("1-2025", kind="change", form="ted_export"),
        notice("2-2025", changes=["1-2025"], kind="change", form="ted_export"),
    )
    assert found["1-2025"] == "1-2025"


def test_an_award_that_says_it_changes_the_call_does_not_replace_it():
    found = holds(notice("1-2025"), notice("2-2025", changes=["1-2025"], kind="result"))
    assert found["1-2025"] == "1-2025"


def test_notices_that_change_each_other_leave_the_latest():
    found = holds(
        notice("1-2025", changes=["2-2025"], day=2), notice("2-2025", changes=["1-2025"], day=1)
    )
    assert set(found.values()) == {"1-2025"}


def test_an_original_is_replaced_when_its_copy_is_changed():
    found = holds(
        notice("100", form="tenderned_json"),
        notice("1-2025", form="ted_export"),
        notice("101", form="tenderned_json", kind="change", day=2),
        notice("2-2025", changes=["1-2025"], day=2, form="ted_export"),
        copies={"1-2025": "100", "2-2025": "101"},
    )
    assert found == {"100": "2-2025", "1-2025": "2-2025", "101": "101", "2-2025": "2-2025"}


def test_groups_join_in_any_order():
    groups = Groups()
    for one, other in [(1, 2), (3, 4), (5, 6), (4, 5), (2, 6)]:
        groups.join(one, other)
    assert len({groups.find(x) for x in range(1, 7)}) == 1
    assert groups.find(7) == 7
