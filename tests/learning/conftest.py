"""The codebook."""

from pathlib import Path

import pytest

from pipeline.codebook import load
from pipeline.store import Store

HOME = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def codebook():
    return load(Store(HOME))
