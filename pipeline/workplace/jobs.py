"""Work that takes minutes: our own commands, one after the other, in processes of their own.

One job at a time. What is under way stands in ``corpora/state/job.json``, so that a page can tell
of it, also after a restart; a server that ends leaves the command that runs to finish by itself.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import PipelineError
from pipeline.store import Store

COMMAND = (sys.executable, "-m", "pipeline")
JOB = "job"
RUNNING, DONE, FAILED, WAITING = "running", "done", "failed", "waiting"
# Of what a command said on standard error, the end.
MOST_SAID = 2000

Said = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command.

    Attributes:
        name: By which later steps find what it wrote to standard output.
        title: In Dutch.
        arguments: Given what earlier steps wrote.
        accepts: Exit codes with which it is done.
    """

    name: str
    title: str
    arguments: Callable[[Said], Sequence[str]]
    accepts: tuple[int, ...] = (0,)


@dataclass(kw_only=True)
class Jobs:
    """The job of a home.

    Attributes:
        command: How our own commands are started.
    """

    store: Store
    clock: Callable[[], dt.datetime]
    command: Sequence[str] = COMMAND
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def latest(self) -> dict[str, Any] | None:
        """Return what is known of the last job; one that nobody runs any more has failed."""
        job = self.store.kept("state", JOB).get(JOB)
        if job is not None and job["state"] == RUNNING and not self.running:
            job["state"] = FAILED
            job["said"] = "De server is tussentijds gestopt. Begin opnieuw."
        return job

    def last(self, kind: str) -> dict[str, Any] | None:
        """Return the last job of a kind that was done; ``None`` where none was."""
        return self.store.kept("state", f"{JOB}-{kind}").get(f"{JOB}-{kind}")

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, kind: str, title: str, steps: Sequence[Step], *, by: str) -> None:
        """Begin a job.

        Raises:
            PipelineError: Another one is under way.
        """
        with self._lock:
            if self.running:
                raise PipelineError("a job is under way", hint="Wait until it is done.")
            job = {
                "kind": kind,
                "title": title,
                "by": by,
                "state": RUNNING,
                "started": self._now(),
                "steps": [{"title": x.title, "state": WAITING} for x in steps],
                "outputs": {},
                "said": "",
            }
            self._keep(job)
            self._thread = threading.Thread(target=self._run, args=(job, steps), daemon=True)
            self._thread.start()

    def _run(self, job: dict[str, Any], steps: Sequence[Step]) -> None:
        for step, shown in zip(steps, job["steps"], strict=True):
            shown |= {"state": RUNNING, "started": self._now()}
            self._keep(job)
            try:
                done = subprocess.run(  # noqa: S603 - our own command, no shell
                    [*self.command, *step.arguments(job["outputs"])],
                    capture_output=True,
                    text=True,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    env={**os.environ, "INNOVATIEMONITOR_HOME": str(self.store.home)},
                )
                failed, said = done.returncode not in step.accepts, done.stderr
                job["outputs"][step.name] = done.stdout
            except (OSError, PipelineError) as error:
                failed, said = True, str(error)
            shown |= {"state": FAILED if failed else DONE, "ended": self._now()}
            if failed:
                job |= {"state": FAILED, "said": said[-MOST_SAID:], "ended": self._now()}
                self._keep(job)
                return
        job |= {"state": DONE, "ended": self._now()}
        self.store.keep("state", f"{JOB}-{job['kind']}", job)
        self._keep(job)

    def _now(self) -> str:
        return self.clock().isoformat()

    def _keep(self, job: Mapping[str, Any]) -> None:
        self.store.keep("state", JOB, job)
