"""Whatever is killed while it writes can be run again; `scripts/kills.py` kills at every step."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from kills import WRITINGS, survived


@pytest.mark.parametrize("name", WRITINGS)
def test_what_was_killed_ends_in_the_undisturbed_result_when_it_is_run_again(name, tmp_path):
    # 11 has no factor in common with the steps of a file, so that it meets each kind of step.
    assert survived(WRITINGS[name], tmp_path / "kills", every=11) >= 2
