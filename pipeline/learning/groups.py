"""Which notices must stay together when a model is tested: procedure, buyer, near-duplicates.

An award repeats its call, a buyer repeats its phrases. A model that has seen one side of such
a pair in training knows the other side by heart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.records import Document

# Two authored notices on the same subject stay below 0.6; a call and its award lie above 0.8.
NEAR_DUPLICATE = 0.7


def groups(documents: Sequence[Document]) -> NDArray[np.int64]:
    """Number the groups of documents that belong together.

    Args:
        documents: Length n_documents.

    Returns:
        Group numbers from 0; shape (n_documents,). Documents that share a procedure or a
        buyer, or whose words have a cosine above ``NEAR_DUPLICATE``, share a number, also
        through a third document.
    """
    count = len(documents)
    pairs = np.array([*_same_key(documents), *_near_duplicates(documents)], dtype=np.int64)
    first, second = pairs.reshape(-1, 2).T
    links = csr_matrix((np.ones(len(first)), (first, second)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _same_key(documents: Sequence[Document]) -> Iterator[tuple[int, int]]:
    seen: dict[tuple[str, str], int] = {}
    for number, document in enumerate(documents):
        notice = document.notice
        for key in (("procedure", notice.procedure_key), ("buyer", notice.buyer)):
            if key[1]:
                yield seen.setdefault((key[0], key[1].casefold()), number), number


def _near_duplicates(documents: Sequence[Document]) -> Iterable[tuple[int, int]]:
    words = TfidfVectorizer(sublinear_tf=True).fit_transform(x.text for x in documents)
    close = (words @ words.T).tocoo()
    near = (close.data > NEAR_DUPLICATE) & (close.row < close.col)
    return zip(close.row[near].tolist(), close.col[near].tolist(), strict=True)
