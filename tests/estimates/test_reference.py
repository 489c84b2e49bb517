"""Figures of others: where they come from, and the means of daily rates."""

from pathlib import Path

import pytest

from pipeline.countries import country_of
from pipeline.errors import CorpusError, SettingsError
from pipeline.estimates import reference
from pipeline.estimates.frame import read_rates
from pipeline.estimates.rates import write_rates, yearly_means
from pipeline.estimates.scenarios import volumes
from pipeline.notices.indicators import read_indicator
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
    assert {x.table for x in known} >= {"yardsticks", "be/yardsticks", "volume", "sbir"}


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


def test_a_country_without_a_table_has_no_yardsticks_and_no_words_for_them():
    assert reference.yardsticks("") == reference.NO_YARDSTICKS
    words = STORE.reference("yardsticks").partition("[[yardstick]]")[0]
    with pytest.raises(CorpusError, match="yardstick"):
        reference.yardsticks(words)
    with pytest.raises(CorpusError, match="compared"):
        reference.yardsticks(STORE.reference("yardsticks", of="be").replace("[compared]", "[x]"))


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        pytest.param(
            "caption =", "captoin =", r"\[compared\] has .*'captoin'.*expected caption", id="name"
        ),
        pytest.param(
            'heading = "',
            "heading = 3 # ",
            r"\[compared\]: heading is 3; expected a str",
            id="text",
        ),
        pytest.param("[compared]", "[[compared]]", r"\[compared\] has \[\{", id="several"),
        pytest.param("[compared]", "[compared", "is not TOML", id="TOML"),
        pytest.param("[[yardstick]]", "[[meting]]", r"no \[\[yardstick\]\]", id="none"),
        pytest.param("share = 0.03\n", 'share = "3%"\n', "share is '3%'; expected a", id="share"),
        pytest.param(
            "checked = true", "checked = 1", "checked is 1; expected a bool", id="checked"
        ),
        pytest.param('"benchmark"', '"bench"', "kind is 'bench'.*target or benchmark", id="kind"),
    ],
)
def test_wrong_yardsticks_are_refused_with_the_country_they_are_of(right, wrong, expected):
    text = STORE.reference("yardsticks", of="be").replace(right, wrong)
    with pytest.raises(CorpusError, match=rf"^be/yardsticks\.toml.*{expected}"):
        reference.yardsticks(text, of="be")


def test_a_wrong_total_or_count_is_refused_with_the_country_it_is_of():
    with pytest.raises(CorpusError, match=r"^be/volume\.toml"):
        volumes("[2023]\ntotal = 1", of="be")
    with pytest.raises(SettingsError, match=r"^indicator be/sbir: "):
        read_indicator({}, "sbir", country_of("BE"))


def test_nothing_of_the_netherlands_is_a_yardstick_of_belgium():
    belgian = reference.yardsticks(STORE.reference("yardsticks", of="be"))
    assert belgian.of("target") == ()
    assert [(x.name[-16:], x.share) for x in belgian.shares] == [
        ("Vlaamse overheid", 0.03),
        ("Vlaamse overheid", 0.0033),
        ("Vlaamse overheid", 0.0338),
        ("opees gemiddelde", 0.093),
    ]
    # 18 of 5,500 and 129 of 3,800 million euro, as the page has it, rounded.
    assert pytest.approx(0.0033, abs=1e-4) == 18 / 5500
    assert pytest.approx(0.0338, abs=2e-4) == 129 / 3800


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
