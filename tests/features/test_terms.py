"""Hashed terms weigh as scikit-learn's vectorizer does, without its vocabulary."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.features.terms import HashedTerms

TEXTS = [
    "een brug van vlas over de gracht",
    "de brug over de gracht wordt vervangen",
    "levering van bureaustoelen",
    "",
    "brug brug brug",
]


@pytest.mark.parametrize(
    ("analyzer", "least", "most"), [("word", 1, 2), ("word", 1, 3), ("char_wb", 5, 5)]
)
@pytest.mark.parametrize("min_df", [1, 2])
def test_weights_are_those_of_scikit_learn(analyzer, least, most, min_df):
    ours = HashedTerms(analyzer, least, most, min_df=min_df).fit(TEXTS)
    theirs = TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=(least, most),
        token_pattern=r"\S+",
        lowercase=False,
        min_df=min_df,
        sublinear_tf=True,
    )
    expected = theirs.fit_transform(TEXTS)
    found = ours.transform(TEXTS)
    # Columns stand in another order: what two texts have in common does not depend on it.
    ours_common, theirs_common = (found @ found.T).toarray(), (expected @ expected.T).toarray()
    np.testing.assert_allclose(ours_common, theirs_common, atol=1e-6)
    assert found.shape == expected.shape


def test_terms_that_were_not_learned_are_left_out():
    learned = HashedTerms("word").fit(["een brug"])
    assert learned.transform(["een tunnel", "tunnel"]).sum(axis=1).tolist() == [[1.0], [0.0]]


def test_texts_without_a_frequent_term_have_no_columns():
    assert HashedTerms("word", min_df=3).fit(["een brug"]).transform(["een brug"]).shape == (1, 0)
