"""Hashed terms weigh as scikit-learn's vectorizer does, without its vocabulary."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.murmurhash import murmurhash3_bytes_s32

from pipeline.features.hashing import murmur
from pipeline.features.sequences import BUCKETS, Sequences
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


@pytest.mark.parametrize(
    ("analyzer", "least", "most"), [("word", 1, 2), ("word", 1, 3), ("char_wb", 5, 5)]
)
def test_counting_terms_once_per_word_is_exactly_what_scikit_learn_counts(analyzer, least, most):
    ours = HashedTerms(analyzer, least, most).fit(TEXTS)
    theirs = HashingVectorizer(
        analyzer=analyzer,
        ngram_range=(least, most),
        token_pattern=r"\S+",
        lowercase=False,
        n_features=BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    # Words of one character to many, some never learned; the second batch is met with all seen.
    texts = [*TEXTS, "een é brug van zinkgevuld staal", "x y", "gracht"]
    for _ in range(2):
        expected = theirs.transform(texts)[:, ours.kept_]
        expected.data = (1 + np.log(expected.data)) * ours.idf_[expected.indices]
        expected = normalize(expected)
        found = ours.transform(texts)
        assert (found != expected).nnz == 0
        assert found.dtype == expected.dtype == np.float32


def test_many_stretches_are_hashed_as_each_by_itself():
    text = "een é brug van vlas, 中文 \U0001f309 en zinkgevuldstaal".encode()
    data = np.frombuffer(text, dtype=np.uint8)
    pairs = [(a, b) for a in range(len(text) + 1) for b in range(a, len(text) + 1)]
    starts, ends = np.array(pairs).T
    expected = [murmurhash3_bytes_s32(text[a:b], 0) for a, b in pairs]
    assert murmur(data, starts, ends - starts).tolist() == expected


def test_a_stretch_of_words_weighs_as_a_text_of_them():
    terms = HashedTerms("word", 1, 3).fit(TEXTS)
    laid = Sequences([TEXTS[0].split(), TEXTS[1].split()])
    starts, ends = np.array([1, 8, 12]), np.array([4, 8, 13])
    both = [*TEXTS[0].split(), *TEXTS[1].split()]
    texts = [" ".join(both[a:b]) for a, b in zip(starts, ends, strict=True)]
    assert (terms.weights().weigh(laid, starts, ends) != terms.transform(texts)).nnz == 0


def test_terms_that_were_not_learned_are_left_out():
    learned = HashedTerms("word").fit(["een brug"])
    assert learned.transform(["een tunnel", "tunnel"]).sum(axis=1).tolist() == [[1.0], [0.0]]


def test_texts_without_a_frequent_term_have_no_columns():
    assert HashedTerms("word", min_df=3).fit(["een brug"]).transform(["een brug"]).shape == (1, 0)
