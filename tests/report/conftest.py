"""The made-up quarter, with and without a draw."""

from dataclasses import replace

import pytest
from fictional import FACTS

from pipeline.report.build import build


@pytest.fixture(scope="session")
def facts():
    return FACTS


@pytest.fixture(scope="session")
def files(facts, tmp_path_factory):
    """The files of the report of the made-up quarter."""
    return build(facts, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def without_draw():
    """What is left when nothing was drawn: diagnostics, counts and sizes; real, not made up."""
    return replace(
        FACTS,
        draw=None,
        fictional=False,
        estimates=tuple(x for x in FACTS.estimates if "diagnostic" in x.flags),
        suppressed=(),
        missing_bounds=None,
        quarters=(),
        rolling=(),
        revisions=(),
        examples=(),
    )
