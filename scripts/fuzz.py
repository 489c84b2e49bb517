"""Read thousands of damaged files, the same ones every time, and count what becomes of them.

A crash, or a file without an outcome, ends it with the kind and number of the file. Usage:

    python scripts/fuzz.py [--share 0.01]
"""

from __future__ import annotations

import argparse
from collections import Counter

from mutations import damaged, outcome

COUNTS = {"xml": 10_000, "json": 3_000, "table": 2_000, "archive": 50}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the files, 0 to 1")
    share = parser.parse_args().share
    for kind, full in COUNTS.items():
        total: Counter[str] = Counter()
        count = max(1, round(full * share))
        for number, data in enumerate(damaged(kind, count)):
            try:
                total += outcome(data)
            except Exception as error:
                error.add_note(f"{kind} number {number}")
                raise
        told = ", ".join(f"{n:,} {what}" for what, n in sorted(total.items()))
        print(f"{count:,} {kind}: {told}")


if __name__ == "__main__":
    main()
