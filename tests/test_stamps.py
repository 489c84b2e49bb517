"""A stamp changes when a file is touched, added or taken away, and with nothing else."""

import os

import pytest

from pipeline.stamps import stamp


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "one.txt").write_text("1")
    (tmp_path / "a" / "deep" / "two.txt").write_text("2")
    return tmp_path / "a"


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda x: (x / "three.txt").write_text(""), id="a new file"),
        pytest.param(lambda x: (x / "deep" / "two.txt").unlink(), id="one less"),
        pytest.param(lambda x: (x / "one.txt").write_text("10"), id="another size"),
        pytest.param(lambda x: os.utime(x / "one.txt", ns=(1, 1)), id="another moment"),
        pytest.param(lambda x: (x / "one.txt").rename(x / "uno.txt"), id="another name"),
    ],
)
def test_what_is_touched_is_seen(folder, touch):
    before = stamp([folder])
    assert stamp([folder]) == before
    touch(folder)
    assert stamp([folder]) != before


def test_hidden_files_and_folders_apart_do_not_count(folder):
    before = stamp([folder], apart=[folder / "deep"])
    (folder / "deep" / "two.txt").write_text("changed")
    (folder / ".lock").write_text("")
    assert stamp([folder], apart=[folder / "deep"]) == before
