"""Labels over the workers of a cluster, some of which are killed; see docs/scale.md.

    python scripts/cluster_trial.py --count 200000              # two workers, killed twice
    python scripts/cluster_trial.py --count 20000 --scaling     # one worker against two
    python scripts/cluster_trial.py --count 5000 --lose-all     # scheduler and driver killed

A scheduler and workers are started on this machine as anybody would start them. The same table of
short notices is labelled by one process and by the cluster, of which a worker is killed at two
moments drawn at random, or the scheduler and then the driver, after which the run goes on with
--resume. Whatever happened, the lines must be those of one process. Seconds of the clock depend on
what else runs on the machine; those of processor time, of all processes together, do so less.
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
from typing import Any

import pandas as pd
from benchmark import cpu_seconds, make_table

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

    def kill_worker(self) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            # One that was killed before is back first.
            client.wait_for_workers(self._number)
            victim = random.choice(sorted(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        self.kills.append(victim)

    def kill_scheduler(self) -> None:
        self._processes[0].kill()
        self.end()

    def cpu(self) -> float:
        """Seconds of processor time of all its processes, those that ended included."""
        return sum(map(cpu_of, self._all()))

    def memory(self) -> float:
        return sum(map(memory_of, self._all()))

    def _all(self) -> list[int]:
        return [y for x in self._processes for y in (x.pid, *descendants(x.pid))]

    def end(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait()
        self._processes.clear()


def cpu_of(pid: int) -> float:
    """Of a process, and of those of its children that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> Iterator[int]:
    # A nanny starts its worker from a thread of its own, and the system lists it there.
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in map(int, children):
            yield child
            yield from descendants(child)


def memory_of(pid: int) -> float:
    """Proportional memory of a process, in MB; shared pages count once."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(re.search(r"Pss:\s+(\d+)", rollup)[1]) / 1024


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


def timed(material: Path, output: Path, on: Cluster | None = None) -> dict[str, object]:
    where = ("--cluster", on.address) if on else ()
    started, before, ours = time.monotonic(), on.cpu() if on else 0.0, cpu_seconds()
    finished(classify(material, f"{output}" + ("" if output.suffix else "/"), *where))
    cpu = cpu_seconds() - ours + (on.cpu() - before if on else 0.0)
    return {"seconds": round(time.monotonic() - started, 1), "cpu": round(cpu, 1), **digest(output)}


def killed(material: Path, folder: Path, count: int, started: Cluster) -> dict[str, object]:
    """Two workers, of which one is killed at two random moments."""
    moments = sorted(random.sample(range(count * 3 // 4), 2))
    begin = time.monotonic()
    process = classify(material, f"{folder}/", "--cluster", started.address)
    for moment in moments:
        wait_for(folder, moment, process)
        started.kill_worker()
    peak = 0.0
    # Memory is looked at afterwards: what was killed is back by then.
    while process.poll() is None:
        peak = max(peak, started.memory() + memory_of(process.pid))
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


def scaling(material: Path, folder: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for number in (1, 2):
        with cluster(number, folder) as started:
            yield f"workers: {number}", timed(material, folder / f"parts-{number}", started)


def trial(name: str, material: Path, folder: Path, count: int) -> Iterator[tuple[str, Any]]:
    yield "one process", timed(material, folder / "one.parquet")
    if name == "scaling":
        yield from scaling(material, folder)
        return
    with cluster(2, folder) as started:
        work = {"killed": killed, "lose_all": all_lost}[name]
        yield name, work(material, folder / "parts", count, started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--scaling", dest="trial", action="store_const", const="scaling")
    parser.add_argument("--lose-all", dest="trial", action="store_const", const="lose_all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    digests = set()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        material = folder / "short.parquet"
        make_table(folder / "short.csv", given.count)
        table = pd.read_csv(folder / "short.csv", dtype=str)
        table.to_parquet(material, row_group_size=ROWS_PER_GROUP)
        for name, told in trial(given.trial or "killed", material, folder, given.count):
            print(json.dumps({name: told}), flush=True)
            digests.add(told["sha256"])
        if len(digests) != 1:
            shutil.copytree(folder, "out/cluster_trial", dirs_exist_ok=True)
            sys.exit("the lines differ; they are in out/cluster_trial")


if __name__ == "__main__":
    main()
