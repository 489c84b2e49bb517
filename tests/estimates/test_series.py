from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import EstimateError
from pipeline.estimates.counted import Counted
from pipeline.estimates.judged import Interval
from pipeline.estimates.revision import Figures, Revision, revise
from pipeline.estimates.series import (
    Quarter,
    minimal_detectable_change,
    rolling,
    single,
    years,
)
from pipeline.records import Estimate, Period


def quarter(year, number, *, share=0.1, volume=100.0, variance=4.0):
    return Quarter(
        period=Period.quarter(year, number),
        volume=volume,
        total=share * volume,
        low=share * volume - 3.0,
        high=share * volume + 5.0,
        variance=variance,
        degrees=np.inf,
    )


def quarters(count, *, start=2024, **options):
    return [quarter(start + i // 4, i % 4 + 1, **options) for i in range(count)]


def test_a_quarter_carries_totals_not_shares():
    got = Quarter.of(
        Period.quarter(2026, 1),
        Interval(share=0.1, low=0.05, high=0.4, variance=1e-4, degrees=9),
        200.0,
    )
    assert (got.total, got.low, got.high) == pytest.approx((20, 10, 80))
    assert (got.variance, got.degrees) == (pytest.approx(4), 9)


def test_rolling_four_quarters_by_hand():
    four = quarters(4)
    four[0] = quarter(2024, 1, share=0.5, volume=300.0)
    (point,) = rolling(four)
    # 150 + 3 x 10 of 600; four reaches of 3 downwards and of 5 upwards: 6 and 10 of 600.
    assert point.share == pytest.approx(0.3)
    assert (point.low, point.high) == pytest.approx((0.3 - 6 / 600, 0.3 + 10 / 600))
    assert str(point.period) == "2024"
    assert (point.change, point.changed) == (None, False)


def test_a_single_quarter_is_wider_than_four():
    series = quarters(8)
    assert len(single(series)) == 8
    one, four = single(series)[-1], rolling(series)[-1]
    assert one.high - one.low == pytest.approx(2 * (four.high - four.low))


def test_a_single_quarter_has_the_very_interval_it_was_published_with():
    published = Interval(share=0.027, low=0.016, high=0.042, variance=3e-5, degrees=60)
    (point,) = single([Quarter.of(Period.quarter(2026, 1), published, 3e9)])
    assert (point.share, point.low, point.high) == pytest.approx((0.027, 0.016, 0.042), rel=1e-12)


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=4, max_size=4))
def test_four_quarters_are_never_below_what_each_of_them_proves(shares):
    four = [
        Quarter.of(
            Period.quarter(2024, number),
            Interval(**dict(zip(("low", "share", "high"), sorted(three), strict=True))),
            50.0,
        )
        for number, three in enumerate(shares, start=1)
    ]
    (point,) = rolling(four)
    assert sum(q.low for q in four) <= 200 * point.low + 1e-9
    assert 200 * point.high <= sum(q.high for q in four) + 1e-9
    assert point.low <= point.share <= point.high


def test_years_need_all_their_quarters():
    assert [str(point.period) for point in years(quarters(7))] == ["2024"]


def test_a_missing_quarter_stops_the_series():
    series = quarters(6)
    del series[2]
    with pytest.raises(EstimateError, match="2024Q2 is followed by 2024Q4"):
        rolling(series)


def test_shared_quarters_cancel_in_a_change():
    series = quarters(5)
    # Only the first and the last differ: 2 x 4 / 400^2.
    got = minimal_detectable_change(series[:4], series[1:])
    assert got == pytest.approx(1.959964 * (8 / 400**2) ** 0.5, rel=1e-6)
    apart = minimal_detectable_change(quarters(4), quarters(4, start=2025))
    assert apart == pytest.approx(1.959964 * (32 / 400**2) ** 0.5, rel=1e-6)


def test_a_revised_quarter_does_not_cancel():
    old = quarters(4)
    new = [*old[:3], replace(old[3], variance=5.0)]
    assert minimal_detectable_change(old, old) == 0
    assert minimal_detectable_change(old, new) == pytest.approx(
        1.959964 * (9 / 400**2) ** 0.5, rel=1e-6
    )


def test_a_change_is_called_so_only_beyond_the_detectable_one():
    series = [*quarters(4), quarter(2025, 1, share=0.12), quarter(2025, 2, share=0.9)]
    _, small, large = rolling(series)
    # 0.02 x 100 / 400 = 0.005 is within 0.0139; 0.8 x 100 / 400 = 0.2 is not.
    assert small.change == pytest.approx(0.005)
    assert not small.changed
    assert large.change == pytest.approx(0.2)
    assert large.changed


def test_the_change_of_forms_is_marked_as_a_break():
    series = quarters(12, start=2022)  # 2022Q1 to 2024Q4; the break is 2023Q4
    assert [str(p.period) for p in single(series) if p.flags] == ["2023Q4"]
    marked = [str(p.quarters[-1].period) for p in rolling(series) if p.flags]
    assert marked == ["2023Q4", "2024Q1", "2024Q2"]


def figures(share=0.1, **changes):
    estimate = Estimate(
        quantity="innovation_oriented",
        period="2026Q1",
        domain="all",
        weighting="value",
        share=share,
        low=0,
        high=1,
        confidence=0.95,
        labelled=400,
        frame_size=8000,
        method="difference",
    )
    standard = {
        "estimates": (estimate,),
        "values": {"a": 100.0, "b": 5.0, "c": None},
        "truths": {"a": 1.0, "b": 0.0},
        "model_id": "m1",
    }
    return Figures(**(standard | changes))


def test_a_revision_explains_every_difference():
    new = figures(
        0.12,
        values={"a": 0.1, "b": 5.0, "d": 7.0},
        truths={"a": 1.0, "b": 1.0},
        model_id="m2",
    )
    assert revise(figures(0.1), new) == (
        Revision(
            subject="share",
            name="innovation_oriented 2026Q1 all by value (difference)",
            old=0.1,
            new=0.12,
        ),
        Revision(subject="model", name="model_id", old="m1", new="m2"),
        Revision(subject="value", name="a", old=100.0, new=0.1),
        Revision(subject="lot entered", name="d", old=None, new=7.0),
        Revision(subject="lot left", name="c", old=None, new=None),
        Revision(subject="judgement", name="b", old=0.0, new=1.0),
    )


def test_nothing_changed_gives_no_lines():
    assert revise(figures(0.1), figures(0.1)) == ()


def test_the_headline_is_held_against_the_headline_not_the_winsorised_share():
    old, new = figures(0.1), figures(0.12)
    capped = replace(old.estimates[0], share=0.05, flags=("winsorised",))
    before, after = (replace(x, estimates=(*x.estimates, capped)) for x in (old, new))
    (line,) = revise(before, after)
    assert (line.name, line.old, line.new) == (
        "innovation_oriented 2026Q1 all by value (difference)",
        0.1,
        0.12,
    )


def shares_of(**by_domain):
    standard = Estimate(
        quantity="innovation_oriented",
        period="2026Q1",
        domain="all",
        weighting="value",
        share=0.1,
        low=0.0,
        high=1.0,
        confidence=0.95,
        labelled=400,
        frame_size=3000,
        method="difference",
    )
    return tuple(
        replace(standard, domain=domain.replace("__", "="), share=share)
        for domain, share in by_domain.items()
    )


def test_the_headline_comes_first_and_then_the_largest_change():
    old = figures(estimates=shares_of(a__1=0.1, all=0.10, b__2=0.1, c__3=0.1))
    new = figures(estimates=shares_of(a__1=0.1001, all=0.11, b__2=0.5, c__3=0.3))
    named = [line.name.split()[2] for line in revise(old, new)]
    assert named == ["all", "b=2", "c=3", "a=1"]


def test_counts_are_revised_beside_the_shares():
    before = Counted(lots=3, by_number=0.01, by_value=0.02, low=0.02, high=0.02)
    after = replace(before, lots=6, by_number=0.02, by_value=0.05)
    old, new = (figures(counted={"innovation_partnership": x}) for x in (before, after))
    assert revise(old, new) == (
        Revision(subject="count", name="innovation_partnership by value", old=0.02, new=0.05),
        Revision(subject="count", name="innovation_partnership by number", old=0.01, new=0.02),
    )
