from pathlib import Path

import pytest

from pipeline.errors import CorpusError, EstimateError, NoScenario
from pipeline.estimates.scenarios import PublishedVolume, scenarios_of, volumes
from pipeline.records import Estimate

TOTALS = Path(__file__).parents[2] / "corpora" / "reference" / "volume.toml"


def published(*, quantity="solution", share=0.1, volume=40e9, defence=True):
    estimate = Estimate(
        quantity=quantity,
        period="2023",
        domain="all",
        weighting="value",
        share=share,
        low=share - 0.01,
        high=share + 0.01,
        confidence=0.95,
        labelled=400,
        frame_size=8000,
        method="difference",
    )
    return PublishedVolume(estimate=estimate, volume=volume, defence=defence)


@pytest.fixture(scope="module")
def totals():
    return volumes(TOTALS.read_text(encoding="utf-8"))


def test_the_totals_are_those_of_the_sources(totals):
    billions = {year: round(volume.total / 1e9, 1) for year, volume in totals.items()}
    assert billions == {2015: 73.3, 2017: 79.3, 2019: 86.6, 2021: 101.1, 2022: 107.4, 2023: 116.2}
    assert all(volume.source.startswith("https://") for volume in totals.values())


def test_three_scenarios_by_hand(totals):
    got = scenarios_of([published()], totals[2023], assumption="half")
    # 10% of 40 of 116.2 bn; of the other 76.2 bn 0, 5% or 10%.
    assert [each.share for each in got] == pytest.approx([4 / 116.2, (4 + 3.81) / 116.2, 0.1])
    assert [(each.assumption, each.chosen) for each in got] == [
        ("none", False),
        ("half", True),
        ("equal", False),
    ]
    assert got[0].low == pytest.approx(0.09 * 40 / 116.2)
    assert got[2].high == pytest.approx(0.11)


@pytest.mark.parametrize("assumption", [None, "quarter"])
def test_without_an_assumption_there_is_no_national_share(totals, assumption):
    with pytest.raises(NoScenario) as error:
        scenarios_of([published()], totals[2023], assumption=assumption)
    assert "--assume zero|half|equal|all" in error.value.hint


def test_without_defence_the_published_defence_leaves_the_total(totals):
    both = [published(), published(volume=38e9, defence=False)]
    got = scenarios_of(both, totals[2023], assumption="none")
    assert got[3].total == pytest.approx(114.2e9)
    assert got[3].share == pytest.approx(0.1 * 38 / 114.2)
    known = scenarios_of(both, totals[2023], assumption="none", defence_unpublished=4.2e9)
    assert known[3].total == pytest.approx(110e9)
    assert known[0].total == pytest.approx(116.2e9)


def test_solutions_and_research_stay_apart(totals):
    got = scenarios_of(
        [published(), published(quantity="rd", share=0.02)], totals[2023], assumption="none"
    )
    assert [each.quantity for each in got] == ["solution"] * 3 + ["rd"] * 3


def test_more_published_than_there_is_stops(totals):
    with pytest.raises(EstimateError, match=r"EUR 120\.0 bn is published") as error:
        scenarios_of([published(volume=120e9)], totals[2023], assumption="equal")
    assert "audit" in error.value.hint


def test_a_share_by_number_has_no_volume():
    by_number = published().estimate
    object.__setattr__(by_number, "weighting", "number")
    with pytest.raises(ValueError, match="by value"):
        PublishedVolume(estimate=by_number, volume=1.0, defence=True)


@pytest.mark.parametrize("text", ["[2023]\ntotal = 1", "[soon]\ntotal = 1", "total"])
def test_a_table_of_totals_without_its_source_is_refused(text):
    with pytest.raises(CorpusError, match=r"volume\.toml"):
        volumes(text)
