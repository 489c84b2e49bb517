"""Champion and challenger on the same notices."""

import pytest
from scipy.stats import binom

from pipeline.errors import CorpusError
from pipeline.evaluation.compare import compare, mcnemar, table


@pytest.fixture(scope="module")
def models(case):
    """Twelve innovative notices: the champion finds four, the challenger these and six more."""
    champion = [
        case(i, "incremental", "incremental" if i < 4 else "none", forms=["sbir"])
        for i in range(12)
    ]
    challenger = [
        case(i, "incremental", "incremental" if i < 10 else "none", forms=["sbir"])
        for i in range(12)
    ]
    return champion, challenger


def test_mcnemar_is_the_exact_binomial_test():
    # One of nine: 2 * (1 + 9)/2^9.
    assert mcnemar(1, 8) == mcnemar(8, 1) == pytest.approx(20 / 512)
    assert mcnemar(3, 3) == 1.0
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(2, 10) == pytest.approx(2 * binom.cdf(2, 12, 0.5))


def test_a_better_challenger_is_better_by_as_much_as_it_is(models, codebook):
    found = compare(*models, codebook)
    assert (found.only_champion, found.only_challenger) == (0, 6)
    assert found.p == pytest.approx(2 / 2**6)
    first = found.differences[0]
    # F1 of 4 of 12 found is 8/16, of 10 of 12 found 20/22.
    assert first.champion == pytest.approx(0.5)
    assert first.challenger == pytest.approx(20 / 22, abs=1e-6)
    assert first.difference == pytest.approx(20 / 22 - 0.5, abs=1e-6)
    assert 0 < first.low < first.difference < first.high


def test_the_other_way_round_the_sign_turns(models, codebook):
    champion, challenger = models
    there = compare(champion, challenger, codebook).differences
    back = compare(challenger, champion, codebook).differences
    for one, other in zip(there, back, strict=True):
        if one.difference is not None:
            assert other.difference == -one.difference


def test_a_model_against_itself_differs_by_exactly_nothing(models, codebook):
    champion, _ = models
    found = compare(champion, champion, codebook)
    assert found.p == 1.0
    forms = {x.name: x for x in found.differences}["forms micro-F1"]
    assert (forms.difference, forms.low, forms.high) == (0.0, 0.0, 0.0)


def test_the_interval_is_of_groups_that_both_models_share(models, case, codebook):
    champion, _ = models
    # In every draw the challenger is right on exactly the notices the champion is right on.
    same = [
        case(i, x.truth.degree, x.chosen.degree, forms=["sbir"]) for i, x in enumerate(champion)
    ]
    first = compare(champion, same, codebook).differences[0]
    assert first.low == first.high == 0.0


def test_models_that_judged_different_notices_are_not_compared(models, codebook):
    champion, challenger = models
    with pytest.raises(CorpusError, match="did not judge the same notices"):
        compare(champion, challenger[1:], codebook)


def test_the_table_shows_both_and_what_is_undefined(models, codebook):
    text = table(compare(*models, codebook))
    assert "| innovation-oriented F1 | 0.500 | 0.909 | +0.409 |" in text
    assert "only the champion is right on 0 notices, only the challenger on 6" in text
    assert "p = 0.031" in text
    assert "undefined" not in text.split("\n")[2]
