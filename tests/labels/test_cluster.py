"""A cluster writes what one machine writes, also when workers are killed."""

import concurrent.futures
import datetime as dt
import json
import os
import re
import signal
from dataclasses import replace

import pandas as pd
import pytest

from pipeline import parallel
from pipeline.errors import ModelMismatch, PipelineError, SettingsError
from pipeline.labels.parted import PartedRun
from pipeline.labels.run import Run
from pipeline.notices.collected import collect
from pipeline.rawstore import RawStore
from pipeline.records import ROW, Period, RawNotice
from pipeline.sources.files import require_inputs
from pipeline.store import Store

distributed = pytest.importorskip("distributed")

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as started:
        yield started


def on(classifier, address):
    """The same classifier, whose batches go to a cluster."""
    other = object.__new__(type(classifier))
    other.__dict__.update(classifier.__dict__)
    other.settings = replace(classifier.settings, batch_size=8, partition_size=8, cluster=address)
    return other


def table(path, count):
    lines = [
        f'{n},Levering {n},"De gemeente zoekt een pilot met {n} bruggen."' for n in range(count)
    ]
    path.write_text("\n".join(["notice_id,title,description", *lines]), encoding="utf-8")
    return path


def test_a_cluster_writes_the_bytes_of_one_machine_though_its_workers_are_killed(
    classifier, cluster, tmp_path
):
    source = table(tmp_path / "in.csv", 160)
    one, many = tmp_path / "one.csv", tmp_path / "many.csv"
    Run(inputs=[source], path=one, classifier=classifier, now=NOW).go()
    victims = [x["pid"] for x in _workers(cluster)]

    def kill(progress):
        if progress.taken in {24, 72} and victims:
            os.kill(victims.pop(), signal.SIGKILL)

    given = on(classifier, cluster.scheduler_address)
    Run(inputs=[source], path=many, classifier=given, now=NOW).go(tell=kill)
    assert not victims
    assert many.read_bytes() == one.read_bytes()


def test_a_cluster_makes_the_parts_of_one_machine_though_its_workers_are_killed(
    classifier, cluster, tmp_path
):
    source = tmp_path / "in.parquet"
    pd.read_csv(table(tmp_path / "in.csv", 160)).to_parquet(source, row_group_size=8)
    one, folder = tmp_path / "one.parquet", tmp_path / "parts"
    Run(inputs=[source], path=one, classifier=classifier, now=NOW).go()
    victims = [x["pid"] for x in _workers(cluster)]

    def kill(progress):
        if progress.taken in {24, 72} and victims:
            os.kill(victims.pop(), signal.SIGKILL)

    given = on(classifier, cluster.scheduler_address)
    PartedRun(inputs=[source], folder=folder, classifier=given, now=NOW).go(tell=kill)
    assert not victims
    assert pd.read_parquet(folder).to_csv() == pd.read_parquet(one).to_csv()
    assert len(list(folder.glob("*.parquet"))) == 20


def test_a_worker_with_other_code_or_libraries_refuses_by_name(classifier, cluster, monkeypatch):
    expected = {**parallel.program(), "innovatiemonitor": "9.9.9 f00d", "numpy": "1.0"}
    monkeypatch.setattr(parallel, "program", lambda: expected)
    with pytest.raises(ModelMismatch) as error:
        list(parallel.ordered(str, [1], cluster=cluster.scheduler_address))
    assert re.fullmatch(
        r"worker tcp://127.0.0.1:\d+ has innovatiemonitor \S+ \w{12}, expected 9.9.9 f00d; "
        r"numpy [\d.]+, expected 1.0",
        str(error.value),
    )


def test_a_worker_that_cannot_do_it_is_named(cluster):
    with pytest.raises(SettingsError, match=r"worker tcp://\S+: no file or folder at /nowhere"):
        list(parallel.ordered(require_inputs, [["/nowhere"]], cluster=cluster.scheduler_address))


def raw_store(home, days):
    (home / "corpora").mkdir(parents=True)
    (home / "corpora" / "codebook.toml").touch()
    store = RawStore(Store(home), settings_fingerprint="f" * 64)
    for day in days:
        with store.writer("gazette", day, made_by="test", now=NOW) as writer:
            for n in range(3):
                body = b"noise" if n == 2 else b'{"notice_id": "%d", "title": "Brug"}' % n
                source_id = f"{day}-{n}"
                raw = RawNotice(
                    source="gazette",
                    source_id=source_id,
                    url="",
                    fetched_at=NOW,
                    media_type=ROW,
                    body=body,
                )
                writer.add([raw], fingerprint="f")
    return store


def test_workers_read_days_and_one_process_writes_what_it_would_have_read(
    cluster, tmp_path, monkeypatch
):
    days = [dt.date(2026, 7, n) for n in (1, 2, 3)]
    period = Period(days[0], days[-1])
    alone, shared = (raw_store(tmp_path / x, days) for x in ("alone", "shared"))
    expected = collect("gazette", period, store=alone, now=NOW)
    address = cluster.scheduler_address
    assert collect("gazette", period, store=shared, now=NOW, cluster=address) == expected
    assert (expected.read, expected.notices, expected.quarantined) == (3, 6, 3)
    files = [
        {x.name: x.read_bytes() for x in (y.store.corpora / "notices").rglob("2026-*")}
        for y in (alone, shared)
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 6
    again = collect("gazette", period, store=shared, now=NOW, cluster=address)
    assert (again.read, again.skipped, again.notices) == (0, 3, 6)
    # As on a worker that sees another disk.
    with monkeypatch.context() as changed:
        changed.setattr(RawStore, "content", lambda *_: "another")
        with pytest.raises(PipelineError, match=r"worker tcp://\S+: the raw notices of gazette"):
            collect("gazette", period, store=shared, now=NOW, cluster=address)


def _workers(cluster):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        return [{"pid": x} for x in client.run(os.getpid).values()]


class Lost:
    """A client as it is when its scheduler ends after twelve batches."""

    def __init__(self, *_, **__):
        self.done = 0

    def nthreads(self):
        return {"worker": 1}

    def submit(self, function, one, *, pure):
        self.done += 1
        future = concurrent.futures.Future()
        if self.done > 12:
            future.set_exception(distributed.CancelledError("lost"))
        else:
            future.set_result(function(one))
        return future

    def close(self):
        pass


def test_a_run_that_lost_its_scheduler_goes_on_to_the_same_bytes(classifier, tmp_path, monkeypatch):
    source = table(tmp_path / "in.csv", 200)
    one, many = tmp_path / "one.csv", tmp_path / "many.csv"
    Run(inputs=[source], path=one, classifier=classifier, now=NOW).go()
    monkeypatch.setattr(distributed, "Client", Lost)
    run = Run(inputs=[source], path=many, classifier=on(classifier, "tcp://lost"), now=NOW)
    with pytest.raises(PipelineError, match="was lost") as error:
        run.go()
    assert "--resume" in error.value.hint
    assert json.loads((tmp_path / "many.csv.progress.json").read_bytes())["taken"] == 64
    run.classifier = on(classifier, "")
    run.go(resume=True)
    assert many.read_bytes() == one.read_bytes()


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(parallel, "CLUSTER_PATIENCE", 0.2)
    with pytest.raises(PipelineError, match="no cluster answers at tcp:"):
        list(parallel.ordered(str, [1], cluster="tcp://127.0.0.1:9"))
