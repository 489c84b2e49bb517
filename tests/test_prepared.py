"""Prepared tables: kept for the user, made anew when anything differs, trusted from nobody else."""

import os

import numpy as np
import pytest

from pipeline.prepared import MOST_KEPT, prepared


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "innovatiemonitor"


class Maker:
    """Counts how often it is asked."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"numbers": np.array([1, 2, self.times])}


def ask(make, *made_from):
    return prepared("kind", made_from, make)["numbers"].tolist()


def test_what_was_made_once_is_read_back(cache):
    make = Maker()
    assert ask(make, "1.0") == ask(make, "1.0") == [1, 2, 1]
    assert cache.stat().st_mode & 0o777 == 0o700


def test_another_version_is_made_anew_and_old_ones_are_forgotten(cache):
    make = Maker()
    assert ask(make, "1.0") != ask(make, "2.0")
    for version in range(10):
        ask(make, str(version))
    assert len(list(cache.iterdir())) == MOST_KEPT


def test_nobody_writes_to_a_table_that_processes_share(cache):
    ask(Maker(), "1.0")
    kept = prepared("kind", ["1.0"], Maker())["numbers"]
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 9


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY\x01\x00", b"cpickle\nsystem"])
def test_a_damaged_table_is_made_anew(cache, damage):
    make = Maker()
    ask(make, "1.0")
    (table,) = cache.rglob("numbers.npy")
    table.write_bytes(damage)
    assert ask(make, "1.0") == ask(make, "1.0") == [1, 2, 2]


def test_a_torn_table_is_made_anew(cache):
    make = Maker()
    ask(make, "1.0")
    (table,) = cache.rglob("numbers.npy")
    table.write_bytes(table.read_bytes()[:-4])
    assert ask(make, "1.0") == [1, 2, 2]


def test_a_folder_that_others_may_write_to_is_not_read(cache):
    make = Maker()
    ask(make, "1.0")
    cache.chmod(0o777)
    assert ask(make, "1.0") == [1, 2, 2]


def test_a_folder_of_another_user_is_not_read(cache, monkeypatch):
    make = Maker()
    ask(make, "1.0")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert ask(make, "1.0") == [1, 2, 2]


def test_a_link_to_a_folder_is_not_followed(cache, tmp_path):
    make = Maker()
    (tmp_path / "theirs").mkdir(mode=0o700)
    cache.symlink_to(tmp_path / "theirs")
    assert [ask(make, "1.0"), ask(make, "1.0")] == [[1, 2, 1], [1, 2, 2]]
    assert not list((tmp_path / "theirs").iterdir())


def test_without_a_place_to_keep_them_tables_are_made_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    make = Maker()
    assert [ask(make, "1.0"), ask(make, "1.0")] == [[1, 2, 1], [1, 2, 2]]
