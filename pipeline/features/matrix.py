"""All features of a recipe side by side, as one sparse matrix."""

from __future__ import annotations

from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler

from pipeline.features.structured import CueCounts, StructuredFields
from pipeline.features.text import LemmaText

FEATURES = ("lemmas", "cues", "fields")


def features(names: tuple[str, ...] = FEATURES, *, mask_names: bool = False) -> FeatureUnion:
    """Build an unfitted union of the named features.

    Args:
        names: Any of ``FEATURES``.
        mask_names: Hide the forms' own names, also as cues.

    Returns:
        A transformer from readings to a sparse matrix, shape (n_documents, n_features).

    Raises:
        ValueError: A name is not known.
    """
    unknown = sorted(set(names) - set(FEATURES))
    if unknown:
        raise ValueError(f"unknown feature {unknown[0]!r}; known: {', '.join(FEATURES)}")
    parts = {
        "lemmas": [("text", LemmaText(mask_names)), ("weights", _words())],
        "cues": [
            ("counts", CueCounts(not mask_names)),
            ("columns", DictVectorizer()),
            ("scale", MaxAbsScaler()),
        ],
        "fields": [("indicators", StructuredFields()), ("columns", DictVectorizer())],
    }
    return FeatureUnion([(name, Pipeline(parts[name])) for name in FEATURES if name in names])


def _words() -> TfidfVectorizer:
    # The text is lemmas already, separated by spaces.
    return TfidfVectorizer(
        lowercase=False,
        token_pattern=r"\S+",  # noqa: S106 - a pattern, no password
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=True,
    )
