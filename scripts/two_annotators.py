"""Two annotators in two browsers, and a server that is killed again and again: is anything lost?

    python scripts/two_annotators.py --judgements 500 --kills 20 --folder /tmp/two

Each person judges so many notices with keys, in a browser window of their own; meanwhile the server
is killed (SIGKILL) at random moments and started again. Afterwards every key sequence that ended
with Enter must stand in the file, once, as it was pressed. Prints what was sent, kept, lost and
doubled, and how long a judgement took.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from pipeline import codebook as codebooks
from pipeline.corpus import annotations as judging
from pipeline.settings import Settings, load
from pipeline.store import Store
from pipeline.workplace.duties import make_list
from pipeline.workplace.visit import Workplace

SOURCE = load().home
PRESSED = {
    "0": ("none", "closed"),
    "1ir": ("incremental", "solution", "room"),
    "2oef": ("disruptive", "rd", "asked", "living_lab"),
    "3ie": ("transformative", "solution", "asked"),
}
PEOPLE = ("anna", "bram")
# The page says itself when it listens; until then its form is pale.
READY = "#judgement[data-state=ready]"
LONGEST_SECONDS = 180


def home(folder: Path, number: int) -> tuple[Path, Path]:
    """A home with a table of notices beside it."""
    (folder / "corpora" / "reference").mkdir(parents=True)
    for name in ("codebook.toml", "reference/ecb_rates.toml"):
        (folder / "corpora" / name).write_bytes((SOURCE / "corpora" / name).read_bytes())
    table = folder / "notices.csv"
    texts = [json.loads(x) for x in (SOURCE / "corpora/authored/a.jsonl").open(encoding="utf-8")]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["notice_id", "title", "description", "published_on"])
        for n in range(number):
            one = texts[n % len(texts)]
            writer.writerow([f"n-{n}", one["title"], f"{one['description']} ({n})", "2026-11-01"])
    return folder, table


class Server:
    """A server that can be killed and comes back at the same place."""

    def __init__(self, folder: Path, table: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder, self._table = folder, table
        self._process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> str:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pipeline", "serve", str(self._table), *options),
                *("--port", str(self.port)),
            ],
            env={**os.environ, "INNOVATIEMONITOR_HOME": str(self._folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        told = "".join(self._process.stdout.readline() for _ in options[::2]) if options else ""
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return told
            time.sleep(0.1)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


class Annotator(threading.Thread):
    """Somebody who presses keys until so many notices are judged."""

    def __init__(self, name: str, link: str, number: int, seed: int) -> None:
        super().__init__(name=name)
        self._link, self.asked, self._random = link, number, random.Random(seed)
        self.pressed: dict[str, str] = {}
        self.seconds: list[float] = []

    def run(self) -> None:
        with sync_playwright() as running:
            browser = running.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            while self._link.split("/toegang")[0] not in page.url or "/toegang" in page.url:
                self._enter(page)
            self._go(page, f"{self._link.split('/toegang')[0]}/beoordelen/lijst")
            while len(self.pressed) < self.asked:
                self._judge(page)
            browser.close()

    def _enter(self, page) -> None:
        try:
            page.goto(self._link)
        except Error:
            time.sleep(0.5)

    def _go(self, page, address: str) -> None:
        while True:
            try:
                page.goto(address)
                page.wait_for_selector(READY, timeout=3000)
                return
            except Error:
                time.sleep(0.5)

    def _judge(self, page) -> None:
        here, started = page.url, time.perf_counter()
        notice_id = here.rsplit("/", 1)[1]
        keys = self._random.choice(list(PRESSED))
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        # Until the server is back the page itself sends it again.
        while page.url == here:
            page.wait_for_timeout(10)
            if time.perf_counter() - started > LONGEST_SECONDS:
                told = page.locator("#judgement").get_attribute("data-state")
                raise RuntimeError(f"{self.name} is stuck at {here}: {told}")
        self.pressed[notice_id] = keys
        self.seconds.append(time.perf_counter() - started)
        try:
            page.wait_for_selector(READY, timeout=3000)
        except Error:
            if len(self.pressed) < self.asked:
                self._go(page, f"{self._link.split('/toegang')[0]}/beoordelen/lijst")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--judgements", type=int, default=500)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--folder", type=Path, required=True)
    given = options.parse_args()
    folder, table = home(given.folder, given.judgements)
    server = Server(folder, table)
    told = server.start("--person", PEOPLE[0], "--person", PEOPLE[1])
    links = dict(re.findall(r"^(\w+): (\S+)$", told, re.M))
    work = Workplace(settings=Settings(home=folder), clock=lambda: dt.datetime.now(dt.UTC))
    make_list(
        work.store,
        "Lijst",
        [f"n-{n}" for n in range(given.judgements)],
        length=given.judgements,
        order="list",
        by="anna",
        on=work.clock().date(),
    )
    people = [Annotator(name, links[name], given.judgements, n) for n, name in enumerate(PEOPLE)]
    started = time.perf_counter()
    for one in people:
        one.start()
    kills, chance = 0, random.Random(3)
    while any(one.is_alive() for one in people):
        time.sleep(chance.uniform(0.5, 6))
        done = sum(len(one.pressed) for one in people)
        if kills < given.kills and done >= (kills + 1) * 2 * given.judgements / (given.kills + 1):
            server.kill()
            kills += 1
            server.start()
    took = time.perf_counter() - started
    server.kill()
    report(folder, people, kills, took)


def report(folder: Path, people: list[Annotator], kills: int, took: float) -> None:
    store = Store(folder)
    text = store.annotations("lijst")
    kept = judging.read_all(text, codebooks.load(store), name="lijst")
    found = {(x.annotator, x.notice_id): x.judgement.labels for x in kept}
    sent = {(one.name, x): PRESSED[keys] for one in people for x, keys in one.pressed.items()}
    lost = [x for x in sent if x not in found]
    other = [x for x in sent if x in found and set(found[x]) != set(sent[x])]
    print(f"{kills} kills, {took:.0f} s")
    print(f"sent {len(sent)}, lines {len(kept)}, lost {len(lost)}, other than pressed {len(other)}")
    print(f"judged twice or by nobody who pressed: {len(kept) - len(sent)}")
    seconds = sorted(x for one in people for x in one.seconds)
    print(f"a judgement, keys and answer: median {statistics.median(seconds):.2f} s")
    done = all(len(one.pressed) == one.asked for one in people)
    if lost or other or len(kept) != len(sent) or not done:
        sys.exit(1)


if __name__ == "__main__":
    main()
