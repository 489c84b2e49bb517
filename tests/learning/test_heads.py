"""Heads: linear, calibrated out of fold, and honest about too few examples."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.special import expit

from pipeline.errors import CorpusError
from pipeline.learning.heads import CLASSIFIERS, BinaryTask, Heads

RNG = np.random.default_rng(5)
NO_DIRECT = np.array([], dtype=np.int64)


def material(count=400, noise=1.0):
    """Two features; the first decides, the second is noise."""
    x = RNG.normal(size=(count, 2))
    y = (x[:, 0] + noise * RNG.normal(size=count) > 0).astype(float)
    return csr_matrix(x), y


def question(answers, columns=(1.0, 1.0), direct=NO_DIRECT):
    return BinaryTask(
        answers=answers,
        weights=np.ones(len(answers)),
        columns=np.array(columns),
        direct=np.asarray(direct),
        strength=1.0,
    )


def fitted(x, questions, **options):
    count = x.shape[0]
    return Heads(**options).fit(x, questions, np.arange(count))


@pytest.mark.parametrize("classifier", ["logistic", "svm"])
def test_probabilities_are_calibrated_on_unseen_documents(classifier):
    x, y = material()
    heads = fitted(x, {"q": question(y)}, classifier=classifier)
    unseen, truth = material(4000)
    p = heads.predict_proba(unseen)[:, 0]
    for low in (0.0, 0.25, 0.5, 0.75):
        inside = (p >= low) & (p < low + 0.25)
        # 1,000 documents per quarter: three standard errors are 0.05, the fit's own error as much.
        assert truth[inside].mean() == pytest.approx(p[inside].mean(), abs=0.1)


def test_a_prediction_is_one_multiplication():
    x, y = material()
    heads = fitted(x, {"q": question(y)})
    by_hand = expit(x.toarray() @ heads.coef_[0] + heads.intercept_[0])
    np.testing.assert_allclose(heads.predict_proba(x)[:, 0], by_hand, rtol=1e-6)


def test_a_feature_that_counts_nothing_gets_no_weight():
    x, y = material()
    heads = fitted(x, {"q": question(y, columns=(0.0, 1.0))})
    assert heads.coef_[0, 0] == 0
    assert heads.coef_[0, 1] != 0


def test_a_direct_feature_enters_at_calibration_although_it_counts_nothing_before():
    x, y = material(noise=0.3)
    blind = fitted(x, {"q": question(y, columns=(0.0, 1.0))})
    direct = fitted(x, {"q": question(y, columns=(0.0, 1.0), direct=[0])})
    accuracy = [((h.predict_proba(x)[:, 0] > 0.5) == y).mean() for h in (blind, direct)]
    assert accuracy[0] < 0.65
    assert accuracy[1] > 0.85


def test_a_head_learns_only_from_documents_its_question_applies_to():
    x, y = material()
    partial = np.where(np.arange(len(y)) % 2 == 0, y, np.nan)
    heads = fitted(x, {"q": question(partial)})
    other = fitted(x[::2], {"q": question(y[::2])})
    np.testing.assert_allclose(heads.coef_, other.coef_, rtol=1e-4)
    assert np.isnan(heads.scores_[1::2, 0]).all()
    assert not np.isnan(heads.scores_[::2, 0]).any()


def test_two_fits_agree_to_the_digit():
    x, y = material()
    one, two = (fitted(x, {"q": question(y)}) for _ in range(2))
    assert (one.coef_ == two.coef_).all()
    assert (one.intercept_ == two.intercept_).all()


def test_too_few_examples_are_refused_by_name():
    x, _ = material(100)
    rare = np.zeros(100)
    rare[:9] = 1
    with pytest.raises(CorpusError, match="form=sbir: 9 examples of the rarer answer; 10 are"):
        fitted(x, {"form=sbir": question(rare)})


def test_naive_bayes_is_linear_too():
    x = csr_matrix(RNG.random((60, 5)))
    y = (np.arange(60) % 2).astype(int)
    coef, intercept = CLASSIFIERS["bayes"](x, y, np.ones(60), 1.0)
    assert coef.shape == (5,)
    assert intercept == 0.0
