"""The interval covers as often as it says: a small version of scripts/coverage_study.py."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimates.estimators import ESTIMATORS, PUBLISHED

SCRIPTS = Path(__file__).parents[2] / "scripts"
POPULATIONS = 200
LOTS = 3000
FRAMES = 40
SCENARIOS = ["base", "value", "useless", "shift"]
# The goal is 92 to 98%. One scenario is measured to two standard errors of a binomial share;
# the four together must lie within the goal itself.
SLACK = 2 * (0.92 * 0.08 / POPULATIONS) ** 0.5


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def study():
    module = loaded("populations")
    module.ESTIMATORS = {PUBLISHED: ESTIMATORS[PUBLISHED]}
    yield module
    del sys.modules[module.__name__]


@pytest.fixture(scope="module")
def rare():
    """Every quantity, by value and by number: 40 frames for each of 3 models x 2 sizes."""
    module = loaded("rare_positives")
    yield [
        module.rare_cells(model, labels=labels, repetitions=FRAMES, workers=1)
        for model in module.MODELS
        for labels in (200, 800)
    ]
    del sys.modules[module.__name__]


def quality(study, scenario, design="strata"):
    found = study.study(scenario, populations=POPULATIONS, labels=400, designs=(design,), workers=1)
    return found[design, PUBLISHED, True]


@pytest.fixture(scope="module")
def published(study):
    return {scenario: quality(study, scenario) for scenario in SCENARIOS}


def test_the_systematic_draw_takes_lots_as_often_as_it_says(study):
    rng = np.random.default_rng(3)
    values, times, rounds = rng.lognormal(11, 2, 150), np.zeros(150), 1000
    stated = np.zeros(150)
    for _ in range(rounds):
        got = study.systematic(values, rng.random(150), 60)
        assert len(set(got.chosen)) == 60
        times[got.chosen] += 1
        stated[got.chosen] = got.probabilities
    # Five standard errors of a binomial share, so that none of 150 lots fails by chance.
    slack = 5 * np.sqrt(stated * (1 - stated) / rounds)
    assert (np.abs(times / rounds - stated) <= slack + 1e-12).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_published_estimator_meets_its_goals(published, scenario):
    got = published[scenario]
    assert got.times == POPULATIONS
    assert 0.92 - SLACK < got.coverage < 0.98 + SLACK
    assert got.rmse < 1.5


def test_over_all_scenarios_the_interval_covers_as_often_as_it_should(published):
    assert 0.92 < np.mean([got.coverage for got in published.values()]) < 0.98


@pytest.mark.parametrize("by_value", [True, False])
@pytest.mark.parametrize("quantity", ["innovation", "solution", "rd", "province"])
def test_where_positives_are_rare_the_interval_still_covers(rare, quantity, by_value):
    cells = [each[quantity, by_value] for each in rare]
    assert sum(each.times for each in cells) == 6 * FRAMES
    # The goal is 93%, less two standard errors of a share of 240 frames.
    assert np.mean([each.coverage for each in cells]) > 0.93 - 2 * (0.93 * 0.07 / 240) ** 0.5


def test_where_enough_is_found_the_interval_does_not_cover_too_often(rare):
    many = [each.coverage for cells in rare for each in cells.values() if each.found >= 10]
    assert len(many) == 12
    assert 0.93 < np.mean(many) < 0.985


def test_a_simple_random_draw_would_not_do(study, published):
    simple = quality(study, "base", "srs")
    assert simple.rmse > 2.5
    assert simple.half_width > 4 * published["base"].half_width


def test_populations_are_as_the_specification_says(study):
    rng = np.random.default_rng(1)
    frames = [study.population(rng, "base") for _ in range(20)]
    top = [np.sort(f.values)[-80:].sum() / f.values.sum() for f in frames]
    assert np.mean(top) == pytest.approx(0.36, abs=0.05)
    above = [
        (f.scores[f.truth == 1][:, None] > f.scores[f.truth == 0][:500]).mean() for f in frames
    ]
    assert np.mean(above) == pytest.approx(0.93, abs=0.01)
    missing = study.population(rng, "missing")
    assert missing.missing.mean() == pytest.approx(0.4, abs=0.06)
    assert missing.values[missing.missing].mean() > missing.values[~missing.missing].mean()
