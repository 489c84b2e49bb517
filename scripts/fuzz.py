"""Read thousands of damaged files, the same ones every time, and count what becomes of them.

A crash, or a file without an outcome, ends it with the kind and number of the file. Usage:

    python scripts/fuzz.py [--share 0.01] [--only xml] [--part 1/3]
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import islice

from mutations import damaged, outcome

COUNTS = {"xml": 10_000, "json": 3_000, "table": 2_000, "archive": 50}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the files, 0 to 1")
    parser.add_argument("--only", choices=COUNTS, help="one kind of files")
    parser.add_argument("--part", default="1/1", help="which part of how many, to be added up")
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    for kind in [given.only] if given.only else COUNTS:
        total: Counter[str] = Counter()
        count = max(1, round(COUNTS[kind] * given.share))
        files = enumerate(damaged(kind, count))
        for number, data in islice(files, count * (part - 1) // parts, count * part // parts):
            try:
                total += outcome(data)
            except Exception as error:
                error.add_note(f"{kind} number {number}")
                raise
        told = ", ".join(f"{n:,} {what}" for what, n in sorted(total.items()))
        print(f"{count:,} {kind}, part {given.part}: {told}")


if __name__ == "__main__":
    main()
