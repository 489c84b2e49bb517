"""Figures of others: where they come from, and the means of daily rates."""

from pathlib import Path

import pytest

from pipeline.errors import CorpusError
from pipeline.estimates import reference
from pipeline.estimates.frame import read_rates
from pipeline.estimates.rates import write_rates, yearly_means
from pipeline.store import Store

STORE = Store(Path(__file__).parents[2])
DAILY = """\
Date,USD,BGN,ISK,
2026-10-30,1.2,1.9558,N/A,
2026-10-29,1.1,1.9558,,
2025-12-31,1.05,1.9558,150.5,
2010-12-31,1.3,1.9558,N/A,
"""


def test_every_figure_has_a_source_and_a_date():
    known = list(reference.known_figures(STORE))
    assert len(known) > 500
    assert all(x.source and x.date for x in known)
    assert {x.table for x in known} >= {"yardsticks", "volume", "ecb_rates", "sbir"}


def test_what_nobody_compared_is_marked():
    marks = {(x.table, x.name): x.checked for x in reference.known_figures(STORE)}
    assert [marks["sbir", year] for year in ("2018", "2019", "2020")] == [False, True, False]
    assert [marks["innovatiepartnerschappen", x] for x in ("2016", "2017", "2018", "2022")] == [
        *(True, False, True, False),
    ]
    assert not marks["yardsticks", "Doel onderzoek en ontwikkeling"]


def test_a_target_that_is_no_share_is_refused():
    text = STORE.reference("yardsticks").replace("share = 0.17", "share = 1.7")
    with pytest.raises(CorpusError, match="between 0 and 1"):
        reference.yardsticks(text)


def test_yearly_means_leave_days_without_a_rate_out():
    means, until = yearly_means(DAILY)
    # 2026: (1.2 + 1.1) / 2; the years before 2011 are left out.
    assert means["USD"] == {2025: 1.05, 2026: pytest.approx(1.15)}
    assert means["ISK"] == {2025: 150.5}
    assert until == "2026-10-30"


def test_what_is_written_is_read_again_with_five_digits():
    means, until = yearly_means(DAILY)
    rates = read_rates(write_rates(means, until))
    assert rates == {
        "BGN": {2025: 1.9558, 2026: 1.9558},
        "ISK": {2025: 150.5},
        "USD": {2025: 1.05, 2026: 1.15},
    }


def test_another_file_is_refused():
    with pytest.raises(CorpusError, match="the columns Date and USD were expected"):
        yearly_means("a,b\n1,2\n")
    with pytest.raises(CorpusError, match="USD of 2026-10-30 is '-1'"):
        yearly_means("Date,USD\n2026-10-30,-1\n")


def test_recent_years_and_the_lev_are_known():
    rates = read_rates(STORE.reference("ecb_rates"))
    assert rates["BGN"][2025] == 1.9558
    assert rates["USD"][2026] == pytest.approx(1.1568)
