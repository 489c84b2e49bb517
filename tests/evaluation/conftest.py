"""The codebook, and cases made by hand."""

from pathlib import Path

import pytest
from stage_cases import make

from pipeline.codebook import load
from pipeline.store import Store

HOME = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def codebook():
    return load(Store(HOME))


@pytest.fixture(scope="session")
def case(codebook):
    return lambda *args, **facts: make(codebook, *args, **facts)
