"""What was published is given again to the last digit, and never replaced."""

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import EstimateError, NoScenario
from pipeline.estimates import published
from pipeline.estimates.counted import Counted
from pipeline.estimates.national import national
from pipeline.estimates.published import Published
from pipeline.estimates.revision import Figures
from pipeline.estimates.series import Quarter
from pipeline.records import Estimate, Period
from pipeline.store import Store

ROOT = Path(__file__).parents[2]
NAMES = [
    f"{quantity} {domain}"
    for quantity in ("innovation_oriented", "solution", "rd")
    for domain in ("all", "without_defence")
]


def made(period="2023Q1", day="2023-05-01", share=0.1, volume=1e9):
    quarter = Period.parse(period)
    estimate = Estimate(
        quantity="innovation_oriented",
        period=period,
        domain="all",
        weighting="value",
        share=share,
        low=share / 3,
        high=share * 2,
        confidence=0.95,
        labelled=400,
        frame_size=3000,
        method="difference",
        flags=("rare",),
    )
    total = Quarter(
        period=quarter,
        volume=volume,
        total=share * volume,
        low=share / 3 * volume,
        high=share * 2 * volume,
        variance=1e-9 / 3,
        degrees=math.inf,
    )
    return Published(
        period=quarter,
        day=dt.date.fromisoformat(day),
        figures=Figures(
            estimates=(estimate,),
            values={"a/1": 1 / 3, "b/1": None},
            truths={"a/1": 0.5},
            model_id="m",
        ),
        totals=dict.fromkeys(NAMES, total),
        draw_id="d",
        inputs={"frame": "0" * 64},
    )


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora" / "reference").mkdir(parents=True)
    for name in ("codebook.toml", "reference/volume.toml"):
        (tmp_path / "corpora" / name).write_bytes((ROOT / "corpora" / name).read_bytes())
    return Store(tmp_path)


def test_what_is_read_back_is_what_was_written(store):
    one = made(share=0.1 + 0.2 / 3)
    published.publish(one, store)
    assert published.publications(store, one.period) == [one]


def test_the_figures_of_a_day_are_those_published_last_by_then(store):
    first, second = made(), made(day="2023-08-01", share=0.2)
    assert published.publish(first, store)
    assert published.publish(second, store)
    assert published.as_of(store, first.period, dt.date(2023, 7, 31)) == first
    assert published.as_of(store, first.period, dt.date(2023, 8, 1)) == second
    with pytest.raises(EstimateError, match="on or before 2023-04-30"):
        published.as_of(store, first.period, dt.date(2023, 4, 30))


def test_the_same_figures_are_published_once(store):
    published.publish(made(), store)
    assert not published.publish(made(day="2023-06-01"), store)
    assert len(published.publications(store, Period.parse("2023Q1"))) == 1


def test_a_second_publication_on_one_day_leaves_the_first(store):
    for number in range(1, 12):
        published.publish(made(share=number / 100), store)
    found = published.publications(store, Period.parse("2023Q1"))
    assert [x.figures.estimates[0].share for x in found] == [n / 100 for n in range(1, 12)]


def test_the_run_up_ends_at_a_gap(store):
    for name in ("2023Q1", "2023Q3", "2023Q4"):
        published.publish(made(name), store)
    found = published.run_up(store, Period.parse("2024Q1"))
    assert [str(x.period) for x in found] == ["2023Q3", "2023Q4"]


def test_a_national_share_is_reckoned_from_the_four_quarters_of_the_year(store):
    for number, share in enumerate((0.1, 0.2, 0.1, 0.2), 1):
        published.publish(made(f"2023Q{number}", share=share, volume=10e9), store)
    year = Period.parse("2023")
    found = national(store, year, assume="half")
    # 15% of 40 bn published, of a total of 116.2 bn (volume.toml).
    shares = {x.assumption: x.share for x in found if (x.quantity, x.defence) == ("solution", True)}
    assert shares["none"] == pytest.approx(6 / 116.2)
    assert shares["half"] == pytest.approx((6 + 0.075 * 76.2) / 116.2)
    assert shares["equal"] == pytest.approx(0.15)
    assert {x.assumption for x in found if x.chosen} == {"half"}
    assert not any(x.chosen for x in national(store, year, assume="all"))


def test_a_year_with_a_quarter_missing_has_no_national_share(store):
    published.publish(made("2023Q1"), store)
    with pytest.raises(EstimateError, match="2023Q2 is not published"):
        national(store, Period.parse("2023"), assume="zero")
    with pytest.raises(NoScenario):
        national(store, Period.parse("2023"), assume=None)


def test_a_revision_says_which_judgement_changed():
    old = made()
    new = replace(old, figures=replace(old.figures, truths={"a/1": 1.0}))
    (line,) = published.revisions(old, new)
    assert (line.subject, line.name, line.old, line.new) == ("judgement", "a/1", 0.5, 1.0)


def test_any_publication_of_a_day_is_given_again_by_its_number(store):
    for number in (1, 2, 3):
        published.publish(made(share=number / 100), store)
    period, day = Period.parse("2023Q1"), dt.date(2023, 5, 1)
    shares = [
        published.as_of(store, period, day, number=x).figures.headline.share
        for x in (1, 2, 3, None)
    ]
    assert shares == [0.01, 0.02, 0.03, 0.03]
    with pytest.raises(EstimateError, match="was published 3 times on 2023-05-01; there is no 4"):
        published.as_of(store, period, day, number=4)


def test_counts_are_kept_with_the_shares(store):
    one = made()
    found = Counted(lots=3, by_number=0.01, by_value=None, low=0.0, high=1.0)
    one = replace(one, figures=replace(one.figures, counted={"variants": found}))
    published.publish(one, store)
    assert published.publications(store, one.period) == [one]
