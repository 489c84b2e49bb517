"""How long `compare-countries` takes for a year of TED; the figures stand in docs/europe.md.

    python scripts/europe_at_size.py --notices 20000 --jobs 2

A package of a month is made of the demonstration's fictional eForms notices, under numbers, buyers
and countries of their own, two in nineteen of them a change of the one before; it is counted by
the command, a process of its own. Prints notices per second of the clock and of the processor,
peak memory, and hours for 900,000 notices.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from itertools import cycle
from pathlib import Path

from pipeline.codes import COUNTRIES
from pipeline.settings import load

YEAR = 900_000
BUYERS = 3_000
COUNTRY = re.compile(rb'(listName="country">)NLD(<)')


def package(path: Path, notices: int) -> None:
    """Write a package of fictional eForms notices of all countries."""
    home = load().home
    bodies = [x.read_bytes() for x in sorted((home / "corpora/demo/eforms").glob("*.xml"))]
    countries = cycle(COUNTRIES)
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number, body in zip(range(notices), cycle(bodies), strict=False):
            country = next(countries).encode()
            text = re.sub(rb'(ojs-notice-id">)[^<]*(<)', rb"\g<1>%08d-2025\2" % (number + 1), body)
            text = re.sub(rb"(PublicationDate>)[^<]*(<)", rb"\g<1>2025-05-27Z\2", text)
            text = re.sub(rb"(<efbc:ChangedN\w+[^>]*>)[^<]+(<)", rb"\g<1>%d-2025\2" % number, text)
            text = COUNTRY.sub(rb"\g<1>" + country + rb"\2", text)
            buyer = b"Koper %d " % (number % BUYERS)
            text = re.sub(rb"(<cac:PartyName>\s*<cbc:Name[^>]*>)", rb"\1" + buyer, text)
            member = tarfile.TarInfo(f"20250527_101/{number + 1:08d}_2025.xml")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2025-5.tar.gz"
        package(path, given.notices)
        started = time.monotonic()
        command = ["compare-countries", "2025", str(path), "--folder", folder]
        subprocess.run(
            [sys.executable, "-m", "pipeline", *command, "--jobs", str(given.jobs)],
            check=True,
            stderr=subprocess.DEVNULL,
            env=os.environ,
        )
        clock = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    print(
        json.dumps(
            {
                "notices": given.notices,
                "jobs": given.jobs,
                "per_second": round(given.notices / clock),
                "processor_seconds": round(processor, 1),
                "milliseconds_per_notice": round(1000 * processor / given.notices, 2),
                "largest_process_mb": round(used.ru_maxrss / 1024),
                "hours_of_processor_for_a_year": round(processor / given.notices * YEAR / 3600, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
