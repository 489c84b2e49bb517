"""Work in several processes: in order, a few at a time, and a killed process is told of."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.parallel import UNDER_WAY, ordered


def late(number: int) -> int:
    """Even ones take longer, so that they are ready after those behind them."""
    time.sleep(0.02 * (1 - number % 2))
    return number * 10


def killed(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_come_in_the_order_of_the_inputs():
    assert list(ordered(late, range(9), jobs=2)) == [x * 10 for x in range(9)]


def test_only_a_few_inputs_are_under_way():
    taken = []

    def inputs():
        for number in range(50):
            taken.append(number)
            yield number

    results = ordered(late, inputs(), jobs=2)
    next(results)
    assert len(taken) == UNDER_WAY * 2 + 1
    results.close()


def test_an_error_travels_back():
    with pytest.raises(ZeroDivisionError):
        list(ordered((1).__floordiv__, [1, 0], jobs=2))


def test_a_killed_process_is_an_error_with_a_way_on():
    with pytest.raises(PipelineError, match="a process was killed") as error:
        list(ordered(killed, range(9), jobs=2))
    assert "--resume" in error.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")
def test_processes_end_with_the_one_that_started_them():
    code = (
        "import os, time\nfrom pipeline.parallel import ordered\n"
        # One write: processes that print to one pipe can come between a line and its end.
        "def hold(n):\n    os.write(1, b'%d\\n' % os.getpid())\n    time.sleep(60 * (n > 1))\n"
        "list(ordered(hold, range(4), jobs=2))"
    )
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pids = {int(started.stdout.readline()) for _ in range(4)}
    started.kill()
    started.wait()
    deadline = time.monotonic() + 10
    while any(map(alive, pids)):
        assert time.monotonic() < deadline, f"{pids} live on"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
