"""Every script can be started: what it imports is where it says."""

import subprocess
import sys

import pytest

from pipeline import settings

SCRIPTS = settings.load().home / "scripts"
NAMES = sorted(x.stem for x in SCRIPTS.glob("*.py"))


def test_every_script_finds_what_it_imports():
    # One process for all of them: most of the time goes into importing the libraries.
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-c", code, *NAMES],
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_script_says_what_it_is_for(name):
    assert (SCRIPTS / f"{name}.py").read_text().startswith('"""')
