"""Labels over the workers of a cluster, some of which are killed; see docs/scale.md.

    python scripts/cluster_trial.py --count 200000

A scheduler and workers are started on this machine as anybody would start them. The same table of
short notices is labelled by one process, by one worker, and by two workers of which one is killed
at two moments drawn at random. With --lose-all the scheduler and then the driver are killed too,
and the run goes on with --resume. Whatever happened, the lines must be those of one process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from benchmark import make_table, tree_memory

ROWS_PER_GROUP = 1_000


class Cluster:
    """A scheduler and its workers on this machine, each with a nanny that starts it again."""

    def __init__(self, workers: int, folder: Path) -> None:
        self._folder, self._log = folder, (folder / f"dask-{workers}.log").open("ab")
        self._number, self.address, self.kills = workers, "", []
        self._processes: list[subprocess.Popen[bytes]] = []
        self.begin()

    def begin(self) -> None:
        file = self._folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self._start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
        while not file.exists() or not file.read_text().strip():
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]
        self._start(
            "worker",
            self.address,
            "--nthreads",
            "1",
            "--nworkers",
            str(self._number),
            "--no-dashboard",
            "--local-directory",
            str(self._folder),
        )
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(self._number)

    def _start(self, *command: str) -> None:
        self._processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                stdout=self._log,
                stderr=self._log,
            )
        )

    def workers(self) -> list[int]:
        """The processes that work, as the system tells: children of the nannies."""
        return [x for x in descendants(self._processes[1].pid) if is_worker(x)]

    def kill_worker(self) -> None:
        victim = random.choice(self.workers())
        os.kill(victim, signal.SIGKILL)
        self.kills.append(victim)

    def kill_scheduler(self) -> None:
        self._processes[0].kill()
        self.end()

    def memory(self) -> float:
        return sum(tree_memory(x.pid) for x in self._processes)

    def end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait()
        self._processes.clear()


def descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return
    for child in map(int, children):
        yield child
        yield from descendants(child)


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[Cluster]:
    started = Cluster(workers, folder)
    try:
        yield started
    finally:
        started.end()


def classify(material: Path, output: str, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", "classify", str(material), "-o", output, *more]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes], expected: int = 0) -> str:
    _, errors = process.communicate()
    if process.returncode != expected:
        sys.exit(f"ended with {process.returncode}; expected {expected}:\n{errors.decode()}")
    return errors.decode()


def done_in(folder: Path) -> int:
    path = folder / "_manifest.json"
    return sum(map(int, re.findall(r'"taken": (\d+)', path.read_text()))) if path.exists() else 0


def wait_for(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    while done_in(folder) < count:
        if process.poll() is not None:
            finished(process, expected=-1)
        time.sleep(0.05)


def digest(place: Path) -> dict[str, object]:
    """Rows, different ids, and the SHA-256 of the lines as CSV."""
    table = pd.read_parquet(place)
    lines = hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()
    return {"rows": len(table), "ids": table.notice_id.nunique(), "sha256": lines}


def timed(material: Path, output: Path, *more: str) -> dict[str, object]:
    started = time.monotonic()
    finished(classify(material, f"{output}" + ("" if output.suffix else "/"), *more))
    return {"seconds": round(time.monotonic() - started, 1), **digest(output)}


def killed(material: Path, folder: Path, count: int, started: Cluster) -> dict[str, object]:
    """Two workers, of which one is killed at two random moments."""
    moments = sorted(random.sample(range(count * 3 // 4), 2))
    begin = time.monotonic()
    process = classify(material, f"{folder}/", "--cluster", started.address)
    for moment in moments:
        wait_for(folder, moment, process)
        started.kill_worker()
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, started.memory() + tree_memory(process.pid))
        time.sleep(1)
    finished(process)
    seconds = round(time.monotonic() - begin, 1)
    told = {"killed_at": moments, "kills": len(started.kills), "peak_mb": round(peak)}
    return {"seconds": seconds, **told, **digest(folder)}


def all_lost(material: Path, folder: Path, count: int, started: Cluster) -> dict[str, object]:
    """The scheduler is killed, then the driver; each time the run goes on."""
    process = classify(material, f"{folder}/", "--cluster", started.address)
    wait_for(folder, count // 4, process)
    started.kill_scheduler()
    said = finished(process, expected=1)
    first = done_in(folder)
    started.begin()
    process = classify(material, f"{folder}/", "--cluster", started.address, "--resume")
    wait_for(folder, count // 2, process)
    process.kill()
    process.wait()
    second = done_in(folder)
    finished(classify(material, f"{folder}/", "--cluster", started.address, "--resume"))
    return {"said": said.strip(), "kept": [first, second], **digest(folder)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--lose-all", action="store_true", help="only the scheduler and driver")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        material = folder / "short.parquet"
        make_table(folder / "short.csv", given.count)
        table = pd.read_csv(folder / "short.csv", dtype=str)
        table.to_parquet(material, row_group_size=ROWS_PER_GROUP)
        found = {"notices": given.count, "one process": timed(material, folder / "one.parquet")}
        print(json.dumps(found), flush=True)
        runs = {"lost": (all_lost, 2)} if given.lose_all else {"two, killed": (killed, 2)}
        if not given.lose_all:
            for workers in (1, 2):
                with cluster(workers, folder) as started:
                    where = ("--cluster", started.address)
                    found[f"workers: {workers}"] = timed(material, folder / f"w{workers}", *where)
                    print(json.dumps(found), flush=True)
        for name, (work, workers) in runs.items():
            with cluster(workers, folder) as started:
                found[name] = work(material, folder / work.__name__, given.count, started)
        print(json.dumps(found, indent=1))
        digests = {x["sha256"] for x in found.values() if isinstance(x, dict)}
        if len(digests) != 1:
            shutil.copytree(folder, "out/cluster_trial", dirs_exist_ok=True)
            sys.exit("the lines differ; they are in out/cluster_trial")


if __name__ == "__main__":
    main()
