"""The scorer says what the judge says, to the last digit, and so does one that was kept."""

import datetime as dt

import numpy as np
import pytest

from pipeline import settings
from pipeline.features.fitted import side_by_side
from pipeline.features.matrix import _FITTED, FEATURES, fitted
from pipeline.learning import shelf
from pipeline.learning.packing import packed, unpacked
from pipeline.notices import collect
from pipeline.sources.files import raw_notices
from pipeline.store import Store

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
HOME = settings.load().home


@pytest.fixture(scope="module")
def readings(classifier):
    raws = raw_notices([HOME / "corpora" / "demo" / "eforms"], now=NOW)
    notices = [collect.read_notice(raw) for raw in raws][:40]
    return [classifier.read(x) for x in classifier.analyzer.analyze(notices)]


@pytest.fixture(scope="module")
def judge():
    return shelf.load(Store(HOME))[0]


def test_a_kept_scorer_says_what_the_judge_says(classifier, judge, readings):
    assert (classifier.scorer.predict_proba(readings) == judge.predict_proba(readings)).all()
    again = unpacked(packed(judge.scorer()))
    assert (again.predict_proba(readings) == judge.predict_proba(readings)).all()


def test_it_sees_the_features_as_scikit_learn_joins_them(classifier, judge, readings):
    joined = judge.features_.transform(readings).tocsr()
    ours = side_by_side(classifier.scorer.features.values(readings))
    assert (joined != ours).nnz == 0
    heads = judge.heads_
    assert (classifier.scorer.coef == heads.coef_.T).all()
    assert list(classifier.scorer.heads) == heads.names_.tolist()


def test_what_a_notice_gets_does_not_depend_on_its_batch(classifier, readings):
    together = classifier.scorer.predict_proba(readings)
    alone = np.vstack([classifier.scorer.predict_proba([x]) for x in readings])
    assert (together == alone).all()


def test_every_feature_of_the_model_can_be_applied_without_scikit_learn(judge):
    assert set(_FITTED) == set(FEATURES)
    assert list(fitted(judge.features_).parts) == [x for x, _ in judge.features_.transformer_list]


def test_the_strongest_passage_is_the_same_alone_and_among_others(classifier, judge, readings):
    classifier.scorer.predict_proba(readings)
    together = [classifier.scorer.strongest(x, "disruptive") for x in readings]
    # Another scorer has kept nothing with these documents.
    alone = judge.scorer()
    assert [alone.strongest(x, "disruptive") for x in readings] == together
