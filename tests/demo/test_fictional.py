"""The fictional quarter says that it is, is the same every time, and is right about itself."""

from pathlib import Path

import pytest

from pipeline import codebook as codebooks
from pipeline.demo import made_up
from pipeline.demo.fictional import LOTS, LOTS_BEFORE, PERIOD, QUARTERS, fictional
from pipeline.report import build, sections, tables
from pipeline.store import Store

STORE = Store(Path(__file__).parents[2])


def make():
    return fictional(STORE, codebooks.load(STORE), settings_fingerprint="0" * 64)


@pytest.fixture(scope="module")
def facts():
    return make()


def test_two_runs_give_the_same_bytes(facts):
    again = make()
    first, second = sections.write_sections(facts), sections.write_sections(again)
    assert tables.csv_of(facts, first) == tables.csv_of(again, second)
    assert tables.json_of(facts, first) == tables.json_of(again, second)


def test_every_page_says_that_it_is_fictional(facts):
    written = sections.write_sections(facts)
    blocks = [block for section in written for block in section.blocks]
    page = build.page(facts, written, {x.key: "" for x in blocks if hasattr(x, "key")})
    assert facts.fictional
    assert "Verzonnen gegevens" in page
    assert all(x.notice_id.startswith("fictief-") for x in facts.examples)


def test_the_share_that_was_made_up_lies_within_the_published_interval(facts):
    lots = {quarter: LOTS if quarter == PERIOD else LOTS_BEFORE for quarter in QUARTERS}
    all_of_it = made_up.made_up(STORE, facts.codebook, lots=lots)
    awards = [
        (x.lots[0], all_of_it.written[x.notice_id].judgement.innovation_oriented)
        for x in all_of_it.notices[PERIOD]
        if x.kind == "result" and x.lots[0].outcome == "selec-w"
    ]
    by_number = sum(oriented for _, oriented in awards) / len(awards)
    estimate = facts.share("innovation_oriented", weighting="number")
    assert estimate.frame_size == len(awards)
    assert estimate.low < by_number < estimate.high


def test_no_shown_part_has_an_interval_of_more_than_half_of_everything(facts):
    parts = [x for x in facts.estimates if "=" in x.domain]
    assert parts
    assert all(x.high - x.low <= 0.5 for x in parts)
    assert not {x.domain for x in parts} & {x.domain for x in facts.suppressed}


def test_the_rolling_series_ends_with_the_quarter(facts):
    assert [str(x.period) for x in facts.quarters] == [str(x) for x in QUARTERS]
    assert [str(x.period) for x in facts.rolling] == [
        "2025-07-01..2026-06-30",
        "2025-10-01..2026-09-30",
    ]


def test_nothing_is_counted_beside_years_of_which_nothing_is_here(facts):
    years = {count.value for each in facts.indicators for count in each.counts}
    assert years == {"2025", "2026"}


def test_no_check_stops_the_quarter(facts):
    assert facts.failed == ()
