"""What was worked out of files is recalled only while all of them are as they were."""

import os
import shutil

import pytest

from pipeline.rawstore.recalled import Recalled


class Desk:
    """Counts characters of two files, and how often that was really done."""

    def __init__(self, folder):
        self.kept = folder / "state" / "2026.json"
        self.files = [folder / "one.txt", folder / "two.txt"]
        self.files[0].write_text("abc")
        self.files[1].write_text("defg")
        self.worked = 0

    def count(self):
        self.worked += 1
        return {"characters": sum(len(x.read_text()) for x in self.files)}

    def ask(self, *, made_by="1"):
        recalled = Recalled(self.kept, made_by=made_by)
        value = recalled.value("day", self.files, self.count)
        recalled.keep()
        return value["characters"]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_it_is_worked_out_once(desk):
    assert [desk.ask() for _ in range(3)] == [7, 7, 7]
    assert desk.worked == 1


def replace_within_one_tick(path):
    """Another file in its place, of the same size, with the times set back."""
    before = path.stat()
    other = path.with_name("other")
    other.write_text("xyz")
    other.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def copy_back(path):
    """What a backup with its times puts back: as old as before, and other words."""
    before = path.stat()
    shutil.copy2(path, path.with_name("backup"))
    # Clocks of file systems tick: until the next tick nothing but the words would differ.
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        path.write_text("xyz")
        shutil.copystat(path.with_name("backup"), path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.write_text("abcd"), id="longer"),
        pytest.param(replace_within_one_tick, id="another file of that size and time"),
        pytest.param(copy_back, id="written in place, its time set back"),
        pytest.param(lambda path: os.utime(path, ns=(1, 1)), id="a clock that went back"),
    ],
)
def test_a_file_that_was_written_anew_is_read_anew(desk, change):
    desk.ask()
    change(desk.files[0])
    assert desk.ask() == sum(len(x.read_text()) for x in desk.files)
    assert desk.worked == 2


def test_a_file_that_is_added_is_read(desk):
    desk.ask()
    desk.files.append(desk.kept.parent / "three.txt")
    desk.files[-1].write_text("hij")
    assert desk.ask() == 10


@pytest.mark.parametrize(
    "tear",
    [
        pytest.param(lambda body: body[: len(body) // 2], id="half of it"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda body: body.replace(b'"characters":7', b'"characters":8'), id="edited"),
        pytest.param(lambda body: body.split(b"\n")[1], id="without its checksum"),
        pytest.param(lambda _: b"\xff\xfe\x00", id="no text"),
    ],
)
def test_what_is_torn_is_made_again(desk, tear):
    desk.ask()
    whole = desk.kept.read_bytes()
    desk.kept.write_bytes(tear(whole))
    assert desk.ask() == 7
    assert desk.worked == 2
    assert desk.kept.read_bytes() == whole


def test_what_other_code_worked_out_is_not_believed(desk):
    desk.ask(made_by="1")
    desk.ask(made_by="2")
    assert desk.worked == 2


def test_what_is_not_asked_for_is_forgotten(desk):
    desk.ask()
    recalled = Recalled(desk.kept, made_by="1")
    recalled.value("another day", desk.files[:1], desk.count)
    recalled.keep()
    assert b'"day"' not in desk.kept.read_bytes()


def test_who_may_not_write_works_it_out_each_time(desk, tmp_path):
    (tmp_path / "state").write_text("a file where the folder would be")
    assert [desk.ask(), desk.ask()] == [7, 7]
    assert desk.worked == 2


def test_of_two_that_keep_at_once_either_is_right(desk):
    first, second = (Recalled(desk.kept, made_by="1") for _ in range(2))
    first.value("day", desk.files, desk.count)
    desk.files[0].write_text("longer")
    second.value("day", desk.files, desk.count)
    second.keep()
    # The slower one keeps what it saw before the change: its stamp says so.
    first.keep()
    assert desk.ask() == 10
