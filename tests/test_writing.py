"""What the disk refuses is an error that names the file, and leaves the old one."""

import os
import subprocess
import sys

import pytest

from pipeline.errors import PipelineError
from pipeline.store import Store
from pipeline.writing import append_line, locked, write_atomic

LIMITED = """
import resource, sys
from pathlib import Path
from pipeline.writing import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
write_atomic(Path(sys.argv[1]), b"x" * 2_000)
"""


def refuse(*_):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    write_atomic(path, b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(PipelineError, match=r"x\.csv cannot be written: No space left"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [x.name for x in tmp_path.iterdir()] == ["x.csv"]


def test_a_limit_on_sizes_is_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False
    )
    assert "PipelineError" in ended.stderr
    assert "cannot be written: File too large" in ended.stderr
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("write", [lambda x: write_atomic(x, b""), lambda x: append_line(x, "")])
def test_a_place_that_is_no_folder_is_named(tmp_path, write):
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError, match="cannot be written"):
        write(tmp_path / "file" / "x")


def test_a_lock_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError, match="cannot be written"), locked(tmp_path / "file" / "x"):
        pass


def test_a_codebook_that_is_not_utf_8_is_named(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").write_bytes(b"version = 1 # \xe9")
    with pytest.raises(PipelineError, match=r"codebook\.toml cannot be read"):
        Store(tmp_path).codebook()
