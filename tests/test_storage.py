"""Files in shared storage: by address, against S3 on this machine and in memory."""

import datetime as dt
import json
import sys
import zipfile
from dataclasses import replace

import fsspec
import pandas as pd
import pytest

from pipeline import storage
from pipeline.errors import PipelineError, SettingsError
from pipeline.labels.parted import PartedRun
from pipeline.labels.run import Run
from pipeline.sources.files import raw_notices
from pipeline.storage import Remote, place

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def s3_server():
    """A server on this machine that speaks S3."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """An empty bucket."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    system = fsspec.filesystem("s3", use_listings_cache=False)
    if system.exists("ted"):
        system.rm("ted", recursive=True)
    system.mkdir("ted")
    return Remote("s3://ted")


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield Remote("memory://ted")
    system.store.clear()


@pytest.fixture(params=["s3", "memory"])
def shared_place(request):
    return request.getfixturevalue(request.param)


def rows(*numbers):
    return [
        {
            "notice_id": str(n),
            "title": f"Levering {n}",
            "description": f"De gemeente zoekt een pilot met {n} bruggen.",
        }
        for n in numbers
    ]


@pytest.fixture
def inputs(tmp_path):
    """A folder of this machine with what is read in different ways."""
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    pd.DataFrame(rows(*range(6))).to_parquet(folder / "a.parquet", row_group_size=2)
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for n in (6, 7, 2):
            archive.writestr(f"{n}.json", json.dumps(rows(n)[0]))
    (folder / "c.csv").write_text(
        "notice_id,title,description\n8,Levering," + "lange tekst " * 6_000 + "\n9,Levering,tekst"
    )
    (folder / "deeper" / "d.json").write_text(json.dumps(rows(10)[0]))
    (folder / "noise.bin").write_bytes(bytes(range(256)))
    (folder / ".hidden").write_text("not for the reader")
    return folder


def moved(folder, target):
    """Copy a folder to shared storage."""
    for path in sorted(x for x in folder.rglob("*") if x.is_file()):
        storage.put(target / path.relative_to(folder).as_posix(), path.read_bytes())
    return target


def small(classifier):
    other = object.__new__(type(classifier))
    other.__dict__.update(classifier.__dict__)
    other.settings = replace(classifier.settings, partition_size=2)
    return other


def frame(remote):
    bodies = [x.open() for x in remote.files() if x.name.endswith(".parquet")]
    return pd.concat([pd.read_parquet(x) for x in bodies]).to_csv(index=False)


def test_inputs_and_parts_in_shared_storage_are_those_of_this_machine(
    classifier, shared_place, inputs, tmp_path
):
    source, target = moved(inputs, shared_place / "in"), shared_place / "labels"
    one = Run(inputs=[inputs], path=tmp_path / "one.parquet", classifier=classifier, now=NOW)
    one.go()
    run = PartedRun(inputs=[f"{source}/"], folder=target, classifier=small(classifier), now=NOW)
    done = run.go()
    assert (done.labelled, done.quarantined, done.duplicates) == (11, 1, 1)
    assert frame(target) == pd.read_parquet(one.path).to_csv(index=False)
    told = json.loads((target / "_manifest.json").read_bytes())
    assert told["parts"][0]["input"] == f"{source}/a.parquet[0:1]"
    assert SECRET not in json.dumps(told)


def test_a_broken_off_run_in_shared_storage_goes_on(classifier, shared_place, inputs):
    source, target = moved(inputs, shared_place / "in"), shared_place / "labels"

    def run():
        return PartedRun(inputs=[f"{source}"], folder=target, classifier=small(classifier), now=NOW)

    run().go()
    whole = {x.address: x.read_bytes() for x in target.files()}
    # Another run is not disturbed by listings that were kept.
    for file in target.files():
        file.unlink()

    def stop(progress):
        if progress.taken >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run().go(tell=stop)
    left = {x.address: x.read_bytes() for x in target.files()}
    assert 2 < len(left) < len(whole)
    run().go(resume=True)
    assert {x.address: x.read_bytes() for x in target.files()} == whole
    storage.put(source / "c.csv", b"notice_id,title,description\n1,a,b\n")
    with pytest.raises(SettingsError, match="holds parts of other inputs"):
        run().go(resume=True)


def test_the_same_raw_notices_are_read_from_shared_storage(shared_place, inputs):
    moved(inputs, shared_place / "in")

    def told(given):
        return [
            (x.source_id.partition("/in/")[2], getattr(x, "body", None) or x.reason)
            for x in raw_notices([given], now=NOW)
        ]

    found = told(f"{shared_place}/in")
    assert found == told(inputs)
    assert len(found) == 13


def test_file_addresses_are_paths():
    assert place("file:///data/in.csv") == place("/data/in.csv")


@pytest.mark.parametrize(
    "address",
    [
        f"s3://AKIAEXAMPLE:{SECRET}@ted/in",
        f"https://ted.s3.amazonaws.com/in?X-Amz-Signature={SECRET}",
        f"simplecache::s3://key:{SECRET}@ted/in",
    ],
)
def test_an_address_with_credentials_is_refused_and_not_repeated(address):
    with pytest.raises(SettingsError) as error:
        list(raw_notices([address], now=NOW))
    assert SECRET not in f"{error.value} {error.value.hint}"


def test_what_a_library_quotes_of_a_request_is_not_repeated(s3, monkeypatch):
    storage.put(s3 / "in.csv", b"notice_id,title,description\n1,a,b\n")
    system = type(fsspec.filesystem("s3"))

    def fails(*_, **__):
        raise OSError(f"SignatureDoesNotMatch: AWS {SECRET}")

    monkeypatch.setattr(system, "_open", fails)
    with pytest.raises(PipelineError, match=r"s3://ted/in.csv cannot be reached: OSError") as error:
        list(raw_notices(["s3://ted/in.csv"], now=NOW))
    assert SECRET not in f"{error.value} {error.value.hint}"
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_storage_that_fails_halfway_ends_the_run_and_is_no_damage_of_the_file(memory, monkeypatch):
    body = b"notice_id,title,description\n" + b"".join(
        b"%d,Levering,%s\n" % (n, b"x" * 500) for n in range(9_000)
    )
    storage.put(memory / "in.csv", body)
    reads = []

    class Torn:
        def __init__(self, inner):
            self.inner = inner

        def read(self, size):
            reads.append(size)
            if len(reads) > 2:
                raise ConnectionResetError("reset by peer")
            return self.inner.read(size)

        def seek(self, *where):
            return self.inner.seek(*where)

        def tell(self):
            return self.inner.tell()

        def close(self):
            self.inner.close()

    system = type(fsspec.filesystem("memory"))
    whole = system.open
    monkeypatch.setattr(system, "open", lambda self, *a, **k: Torn(whole(self, *a, **k)))
    with pytest.raises(PipelineError, match="cannot be reached: ConnectionResetError"):
        list(raw_notices(["memory://ted/in.csv"], now=NOW))
    assert len(reads) == 3


def test_what_is_not_there_is_named(shared_place):
    storage.put(shared_place / "other", b"1")
    with pytest.raises(SettingsError, match=f"no file or folder at {shared_place}/in"):
        list(raw_notices([f"{shared_place}/in"], now=NOW))


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(SettingsError, match="needs a library that is not installed") as error:
        place("s3://ted/in").exists()
    assert error.value.hint == "Install it: pip install 'innovatiemonitor[storage]'."


def test_a_path_needs_no_library(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    (tmp_path / "in.csv").write_text("notice_id,title,description\n1,a,b\n")
    assert len(list(raw_notices([tmp_path / "in.csv"], now=NOW))) == 1
