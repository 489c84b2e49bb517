"""Our counts beside the source's, each difference led back to notices."""

import datetime as dt

import pytest

from pipeline.notices.reconcile import Explanation, Total, comparison_lines, per_day, reconcile
from pipeline.records import Lot, Notice, Reference, Unreadable

DAY = dt.date(2026, 1, 5)


def notice(notice_id, kind="competition", *, refers=(), **more):
    return Notice(
        notice_id=notice_id,
        kind=kind,
        title="Bruggen",
        references=tuple(Reference(kind=k, target=x) for k, x in refers),
        **{"source": "ted", "format": "eforms", "published_on": DAY, **more},
    )


def compared(notices, *totals, **more):
    table = reconcile(notices, [Total(by=b, value=v, count=c) for b, v, c in totals], **more)
    return {(x.by, x.value): x for x in table}


def test_equal_counts_need_no_explanation():
    line = compared([notice("1-2026")], ("kind", "competition", 1))["kind", "competition"]
    assert (line.ours, line.theirs, line.explanations, line.unexplained) == (1, 1, (), 0)


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        pytest.param(
            notice("2-2026", refers=[("changes", "9-2025")]), "change notice", id="changes"
        ),
        pytest.param(
            notice("2-2026", refers=[("modifies", "9-2025")], kind="change"),
            "contract modification",
            id="modification",
        ),
        pytest.param(
            notice("2-2026", "result", subtype="EF25"), "voluntary ex-ante notice", id="EF25"
        ),
        pytest.param(
            notice("2-2026", "result", subtype="F15"), "voluntary ex-ante notice", id="F15"
        ),
        pytest.param(
            notice("2-2026", "result", lots=(Lot(outcome="clos-nw"),)),
            "cancelled or not awarded",
            id="cancelled",
        ),
    ],
)
def test_a_difference_is_explained_by_the_rule_that_fits(extra, rule):
    line = compared([notice("1-2026"), extra], ("day", "2026-01-05", 1))["day", "2026-01-05"]
    assert line.explanations == (Explanation(rule=rule, notice_ids=("2-2026",)),)
    assert line.unexplained == 0


def test_a_ted_copy_explains_a_count_of_tenderned():
    original = notice(
        "100", source="tenderned", format="tenderned_json", refers=[("ted", "1-2026")]
    )
    line = compared([original, notice("1-2026")], ("day", "2026-01-05", 1))["day", "2026-01-05"]
    assert line.explanations[0].rule == "TED copy of a notice of TenderNed"
    assert line.explanations[0].notice_ids == ("1-2026",)


def test_only_rules_that_make_up_the_difference_are_named():
    ex_ante = [notice(f"{n}-2026", "result", subtype="25") for n in (1, 2)]
    closed = [notice(f"{n}-2026", "result", lots=(Lot(outcome="clos-nw"),)) for n in (3, 4, 5)]
    line = compared([*ex_ante, *closed], ("kind", "result", 2))["kind", "result"]
    assert [x.rule for x in line.explanations] == ["cancelled or not awarded"]


def test_what_no_rules_add_up_to_is_unexplained_and_shows_what_applies():
    ex_ante = [notice(f"{n}-2026", "result", subtype="25") for n in (1, 2)]
    line = compared([*ex_ante, notice("3-2026", "result")], ("kind", "result", 2))["kind", "result"]
    assert [x.notice_ids for x in line.explanations] == [("1-2026", "2-2026")]
    assert line.unexplained == 1


@pytest.mark.parametrize(("unreadable", "unexplained"), [(0, -3), (2, -1), (3, 0), (5, 0)])
def test_missing_notices_are_those_in_quarantine_or_unexplained(unreadable, unexplained):
    quarantined = [Unreadable(source_id=f"{n}.xml", reason="?") for n in range(unreadable)]
    table = compared([notice("1-2026")], ("day", "2026-01-05", 4), quarantined=quarantined)
    assert table["day", "2026-01-05"].unexplained == unexplained


def test_a_notice_read_twice_counts_once():
    line = compared([notice("1-2026"), notice("1-2026")], ("kind", "competition", 1))
    assert line["kind", "competition"].ours == 1


def test_what_only_we_or_only_they_have_is_in_the_table():
    table = compared([notice("1-2026")], ("procedure", "innovation", 2))
    assert (table["procedure", "innovation"].ours, table["procedure", "not said"].ours) == (0, 1)
    assert table["procedure", "not said"].theirs is None
    assert ("kind", "competition") not in table


def test_the_table_reads_as_text():
    table = reconcile(
        [notice("1-2026"), notice("2-2026", refers=[("changes", "9-2025")])], per_day({DAY: 1})
    )
    assert list(comparison_lines(table)) == [
        "                                ours  theirs  differ",
        "day 2026-01-05                     2       1      +1",
        "    change notice: 1 (2-2026)",
    ]
