"""A store of many years, and how long commands about it take; see docs/scale.md.

    python scripts/store_at_size.py make FOLDER --years 10 --per-day 2
    python scripts/store_at_size.py time FOLDER

The notices are fictional ones under numbers and days of their own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

from benchmark import HOME, renumbered

from pipeline import settings
from pipeline.home import Home
from pipeline.notices.collected import collect
from pipeline.rawstore.manifest import Manifest
from pipeline.records import Period, RawNotice

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
LAST = dt.date(2026, 9, 30)


def make(folder: Path, years: int, per_day: int) -> None:
    (folder / "corpora").mkdir(parents=True)
    for name in ("codebook.toml", "reference"):
        source = HOME / "corpora" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / "corpora" / name)
    shutil.copytree(HOME / "models", folder / "models")
    home = Home(settings=settings.load(home=folder))
    bodies = cycle(
        x.read_bytes() for x in sorted((HOME / "corpora/demo/tenderned").glob("9*.json"))
    )
    number = 0
    for back in range(365 * years):
        day = LAST - dt.timedelta(days=back)
        with home.raw.writer("tenderned", day, made_by="store_at_size", now=NOW) as writer:
            for _ in range(per_day):
                number += 1
                writer.add([raw(next(bodies), number, day)], fingerprint="1")
        home.raw.write_manifest(manifest(day, per_day))
    started = time.monotonic()
    done = collect("tenderned", Period(dt.date.min, dt.date.max), store=home.raw, now=NOW)
    print(json.dumps({"notices": done.notices, "collect": round(time.monotonic() - started, 1)}))


def raw(body: bytes, number: int, day: dt.date) -> RawNotice:
    given = json.loads(renumbered(body, number))
    given["publicatieDatum"] = str(day)
    return RawNotice(
        source="tenderned",
        source_id=str(given["publicatieId"]),
        url="",
        fetched_at=NOW,
        media_type="application/json",
        body=json.dumps(given).encode(),
    )


def manifest(day: dt.date, count: int) -> Manifest:
    return Manifest(
        source="tenderned", day=day, listed_at=NOW, count=count, offered=count, missing={}
    )


def measure(folder: Path) -> None:
    environment = {**os.environ, "INNOVATIEMONITOR_HOME": str(folder)}
    out = str(folder / "out")
    for command in (
        ["status"],
        ["status"],
        ["check", "2026Q3"],
        ["run", "2026Q3", "--offline", "--output", out],
        ["run", "2026Q3", "--offline", "--output", out],
    ):
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *command],
            check=False,
            env=environment,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - started
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        print(f"{seconds:6.1f} s  exit {done.returncode}  {' '.join(command[:2])}  {last}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "time"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--per-day", type=int, default=110)
    options = parser.parse_args()
    if options.what == "make":
        make(options.folder, options.years, options.per_day)
    else:
        measure(options.folder)


if __name__ == "__main__":
    main()
