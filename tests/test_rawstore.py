"""Raw notices come back as they were received, whatever happened in between."""

import datetime as dt
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import __version__
from pipeline.errors import CorpusError, PipelineError, SourceUnavailable
from pipeline.rawstore import Manifest, RawStore, disk, versions
from pipeline.records import Period, RawNotice
from pipeline.store import Store
from pipeline.writing import whole_file

NOW = dt.datetime(2026, 7, 4, 8, 0, 0, 123456, tzinfo=dt.UTC)
DAY = dt.date(2026, 7, 1)
WEEK = Period(dt.date(2026, 6, 29), dt.date(2026, 7, 5))


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "codebook.toml").touch()
    return RawStore(Store(tmp_path), settings_fingerprint="f" * 64)


def raw(source_id, body=b"<a/>", *, minutes=0):
    return RawNotice(
        source="gazette",
        source_id=source_id,
        url=f"https://gazette.test/{source_id}",
        fetched_at=NOW + dt.timedelta(minutes=minutes),
        media_type="application/xml",
        body=body,
    )


def add(store, *answers, day=DAY, now=NOW):
    """Store answers, each a fingerprint and its raw notices, in one run."""
    with store.writer("gazette", day, made_by="test", now=now) as writer:
        for fingerprint, raws in answers:
            writer.add(raws, fingerprint=fingerprint)


def files(store, day=DAY):
    return sorted((store.folder("gazette") / f"{day.year}" / f"{day}").glob("*.parquet"))


def manifest(**changes):
    facts = {
        "source": "gazette",
        "day": DAY,
        "listed_at": NOW,
        "count": 100,
        "offered": 100,
        "missing": {},
    }
    return Manifest(**facts | changes)


def test_a_raw_notice_comes_back_as_it_was_received(store):
    given = [raw("1", b"\xff\xfe\x00\r\n"), raw("2", b""), raw("3", "é".encode("latin-1"))]
    add(store, *(("f", [each]) for each in given))
    assert list(store.raw("gazette", WEEK)) == given


def test_ids_that_would_be_bad_names_of_files_become_none(store):
    given = [
        raw(x) for x in ("..", "../../x", "/etc/passwd", "CON", "a\0b", "a" * 5_000, "\u202ex")
    ]
    add(store, *(("f", [each]) for each in given))
    assert {x.source_id for x in store.raw("gazette", WEEK)} == {x.source_id for x in given}
    written = [x for x in store.store.home.rglob("*") if x.is_file()]
    assert sorted(x.name for x in written) == ["20260704T080000Z-001.parquet", "codebook.toml"]


def test_days_outside_the_period_are_not_read(store):
    add(store, ("f", [raw("1")]), day=dt.date(2026, 6, 28))
    add(store, ("f", [raw("2")]), day=dt.date(2026, 6, 29))
    assert [x.source_id for x in store.raw("gazette", WEEK)] == ["2"]


def test_a_file_stands_under_source_year_and_day_with_the_run_in_its_name(store):
    add(store, ("f", [raw("1")]))
    add(store, ("f", [raw("2")]))
    folder = store.store.corpora / "raw" / "gazette" / "2026" / "2026-07-01"
    assert [str(x.relative_to(folder)) for x in files(store)] == [
        "20260704T080000Z-001.parquet",
        "20260704T080000Z-002.parquet",
    ]


def test_a_file_is_compressed_with_zstd_and_says_how_it_came_to_be(store):
    add(store, ("f", [raw("1", b"one"), raw("1/html", b"two")]))
    metadata = pq.read_metadata(files(store)[0])
    assert metadata.row_group(0).column(5).compression == "ZSTD"
    assert json.loads(metadata.metadata[b"provenance"]) == {
        "made_by": "test",
        "code_version": __version__,
        "settings_fingerprint": "f" * 64,
        # echo -n one | sha256sum
        "inputs": {
            "1": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
            "1/html": "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3",
        },
    }


def test_a_file_holds_at_most_200_notices(store):
    add(store, *(("f", [raw(f"{number}")]) for number in range(450)))
    assert [pq.read_metadata(x).num_rows for x in files(store)] == [200, 200, 50]


def test_a_file_holds_at_most_20_mb(store, monkeypatch):
    assert versions.MOST_BYTES == 20_000_000
    monkeypatch.setattr(versions, "MOST_BYTES", 10)
    add(store, *(("f", [raw(f"{number}", b"1234")]) for number in range(5)))
    assert [pq.read_metadata(x).num_rows for x in files(store)] == [2, 2, 1]


def test_an_answer_is_never_split_over_files(store, monkeypatch):
    monkeypatch.setattr(versions, "MOST_NOTICES", 4)
    package = [raw(f"9/{number}") for number in range(10)]
    add(store, ("f", [raw("1")]), ("f", package), ("f", [raw("2")]))
    sizes = [pq.read_metadata(x) for x in files(store)]
    # The package has a file of its own, in row groups of 4, 4 and 2; the others share one.
    assert [x.num_rows for x in sizes] == [10, 2]
    assert sizes[0].num_row_groups == 3


@pytest.mark.parametrize("length", [1, 9], ids=["that fits a file", "larger than a file"])
def test_an_answer_that_breaks_off_leaves_nothing(store, monkeypatch, length):
    monkeypatch.setattr(versions, "MOST_NOTICES", 4)

    def broken():
        yield from (raw(f"2/{number}") for number in range(length))
        raise SourceUnavailable("cut off")

    with pytest.raises(SourceUnavailable, match="cut off"):
        add(store, ("f", [raw("1")]), ("f", broken()))
    assert [x.source_id for x in store.raw("gazette", WEEK)] == ["1"]
    assert not list(store.folder("gazette").rglob(".*.tmp"))


def history(store, source_id):
    """All versions of a raw notice, the oldest first."""
    paths = sorted(store.folder("gazette").rglob("*.parquet"))
    found = [x for path in paths for x in versions.read_versions(path)]
    return sorted(
        (x for x in found if x.raw.source_id == source_id), key=lambda x: x.raw.fetched_at
    )


def test_readers_see_the_newest_version_and_history_is_kept(store):
    add(store, ("f1", [raw("1", b"old")]), ("g1", [raw("2", b"same")]))
    add(store, ("f2", [raw("1", b"new", minutes=5)]))
    assert [(x.source_id, x.body) for x in store.raw("gazette", WEEK)] == [
        ("2", b"same"),
        ("1", b"new"),
    ]
    assert store.fingerprints("gazette", DAY) == {"1": "f2", "2": "g1"}
    assert [(x.fingerprint, x.raw.body) for x in history(store, "1")] == [
        ("f1", b"old"),
        ("f2", b"new"),
    ]


def test_a_part_that_the_newest_version_lacks_is_history(store):
    add(store, ("f1", [raw("1"), raw("1/html")]))
    add(store, ("f2", [raw("1", minutes=5)]))
    assert [x.source_id for x in store.raw("gazette", WEEK)] == ["1"]
    assert len(history(store, "1/html")) == 1


def test_a_return_to_an_earlier_fingerprint_is_a_new_version(store):
    for minutes, fingerprint in enumerate(["a", "b", "a"]):
        add(store, (fingerprint, [raw("1", minutes=minutes)]))
    assert store.fingerprints("gazette", DAY) == {"1": "a"}
    assert [x.fingerprint for x in history(store, "1")] == ["a", "b", "a"]


def test_the_fingerprint_of_a_day_follows_its_bytes(store):
    seen = [store.content("gazette", DAY)]
    add(store, ("f", [raw("1", b"a")]))
    seen.append(store.content("gazette", DAY))
    assert store.content("gazette", DAY) == seen[-1]
    add(store, ("f", [raw("1", b"b")]))
    seen.append(store.content("gazette", DAY))
    assert len(set(seen)) == 3


@pytest.mark.parametrize("where", [0.1, 0.5, 0.99], ids=["body", "column", "footer"])
def test_a_damaged_file_is_named(store, where):
    add(store, ("f", [raw("1", bytes(range(256)) * 40)]))
    path = files(store)[0]
    body = bytearray(path.read_bytes())
    body[int(where * len(body))] ^= 0xFF
    path.write_bytes(body)
    with pytest.raises(CorpusError, match=r"20260704T080000Z-001\.parquet cannot be read"):
        list(store.raw("gazette", WEEK))


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(TypeError, match="bytes"), whole_file(path) as handle:
        handle.write("no bytes")
    assert [x.name for x in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_bytes() == b"old"


def test_a_manifest_comes_back_as_it_was_written(store):
    given = manifest(count=None, missing={"7": "HTTP 404"})
    store.write_manifest(given)
    assert store.manifest("gazette", DAY) == given
    assert store.manifest("gazette", DAY + dt.timedelta(days=1)) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"source": "gazette", "day": "yesterday"}'])
def test_a_damaged_manifest_is_named(store, text):
    store.write_manifest(manifest())
    path = files_folder(store) / "manifest.json"
    path.write_text(text)
    with pytest.raises(CorpusError, match=r"manifest\.json is not a manifest"):
        store.manifest("gazette", DAY)


def files_folder(store):
    return store.folder("gazette") / "2026" / "2026-07-01"


@pytest.mark.parametrize(
    ("offered", "count", "missing", "complete"),
    [
        pytest.param(100, None, 5, True, id="5% missing"),
        pytest.param(100, None, 6, False, id="6% missing"),
        pytest.param(95, 100, 0, True, id="the source counts 5% more than it lists"),
        pytest.param(94, 100, 0, False, id="the source counts 6% more than it lists"),
        pytest.param(97, 100, 3, False, id="both together"),
        pytest.param(100, 90, 0, True, id="the source counts less"),
        pytest.param(0, 0, 0, True, id="nothing on a Sunday"),
        pytest.param(1, 1, 1, False, id="the only one"),
    ],
)
def test_a_day_is_complete_with_at_most_5_percent_missing(offered, count, missing, complete):
    reasons = {f"{number}": "HTTP 404" for number in range(missing)}
    assert manifest(offered=offered, count=count, missing=reasons).complete is complete


def test_status_tells_what_is_there(store):
    for number in (1, 2, 4):
        add(store, ("f", [raw("1")]), day=dt.date(2026, 6, number))
        store.write_manifest(manifest(day=dt.date(2026, 6, number)))
    store.write_manifest(
        manifest(day=dt.date(2026, 6, 4), missing=dict.fromkeys("abcdef", "HTTP 404"))
    )
    # Broken off before the day was done.
    add(store, ("f", [raw("1")]), day=dt.date(2026, 6, 5))
    (found,) = store.status(dt.datetime(2026, 6, 7, 23, 0, tzinfo=dt.UTC))
    assert found.source == "gazette"
    assert found.stretches == (
        Period(dt.date(2026, 6, 1), dt.date(2026, 6, 2)),
        Period(dt.date(2026, 6, 4), dt.date(2026, 6, 4)),
    )
    assert found.stored == 100 + 100 + 94
    assert found.incomplete == (dt.date(2026, 6, 4), dt.date(2026, 6, 5))
    assert found.size == sum(x.stat().st_size for x in store.folder("gazette").rglob("*.*"))
    assert not found.stale


@pytest.mark.parametrize(("today", "stale"), [(4, False), (5, True)])
def test_a_source_is_stale_after_three_days(store, today, stale):
    store.write_manifest(manifest(day=dt.date(2026, 7, 1)))
    (found,) = store.status(dt.datetime(2026, 7, today, tzinfo=dt.UTC))
    assert found.stale is stale


def test_status_of_an_empty_store_is_empty(store):
    assert store.status(NOW) == []


HOLDER = """
import datetime as dt, sys
from pathlib import Path
from pipeline.rawstore import disk
with disk.lock(Path(sys.argv[1]), now=dt.datetime(2026, 7, 1, 9, 30, tzinfo=dt.UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(store):
    """Another process that holds the lock of a source."""
    command = [sys.executable, "-c", HOLDER, str(store.folder("gazette"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_writer_hears_who_is_writing_and_since_when(store, holder):
    expected = f"process {holder.pid}, since 2026-07-01T09:30:00"
    with pytest.raises(PipelineError, match=expected), store.lock("gazette", now=NOW):
        pytest.fail("two writers")
    with store.lock("another", now=NOW):
        assert (store.folder("another") / ".lock.json").exists()


def test_the_lock_of_a_killed_process_is_taken_over_and_its_leftovers_cleared(store, holder):
    holder.kill()
    holder.wait()
    leftover = store.folder("gazette") / "2026" / "2026-07-01" / ".x.parquet.1.tmp"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"PAR1")
    with store.lock("gazette", now=NOW):
        assert not leftover.exists()
    with store.lock("gazette", now=NOW):
        assert (store.folder("gazette") / ".lock").exists()


def test_a_lock_that_was_only_just_taken_is_told(tmp_path):
    with disk.lock(tmp_path, now=NOW):
        (tmp_path / ".lock.json").unlink()
        with pytest.raises(PipelineError, match="just begun"), disk.lock(tmp_path, now=NOW):
            pytest.fail("two writers")


def test_a_body_that_is_not_what_was_fetched_is_noticed(store):
    add(store, ("f1", [raw("1", b"<a>innovatie</a>"), raw("2")]))
    (path,) = files(store)
    assert store.damaged("gazette") == []
    facts = disk.table_facts(path)
    (batch,) = disk.read_table(path)
    flipped = batch.to_pylist()
    flipped[0]["body"] = b"<a>innovatif</a>"
    table = pa.Table.from_pylist(flipped, schema=versions.SCHEMA)
    # Written anew, so that no checksum of a page tells.
    disk.write_table(path, [table], schema=versions.SCHEMA, facts=lambda: facts)
    with pytest.raises(CorpusError, match="1 is not what was fetched"):
        list(store.raw("gazette", WEEK))
    assert len(store.damaged("gazette")) == 1
