"""From which probability to list a notice: false alarms among published notices, by a fixed rule.

    .venv/bin/python scripts/listing_limit.py --real ../shared/notices [--model m-1a2b3c4d]

The rule, fixed before the figures: the lowest limit, in steps of 0.05 from 0.50, at which at most
ten in a thousand of the notices of degree none are listed whose publication number is even. The odd
ones take no part in it: they are the test.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from pipeline import Classifier
from pipeline.corpus import annotations
from pipeline.corpus.real import real_notices
from pipeline.labels import decide
from pipeline.labels.decide import ChosenLabels
from pipeline.records import INNOVATION, Judgement
from pipeline.store import Store

LIMITS = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80)
MOST_PER_THOUSAND = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, required=True, help="folder of published notices")
    parser.add_argument("--model", help="without it the promoted one")
    given = parser.parse_args()
    classifier = Classifier.load(given.model)
    store, book = Store(classifier.settings.home), classifier.codebook
    judged = annotations.final(annotations.read(store.annotations("real"), book, name="real.csv"))
    notices = real_notices(given.real)
    order = sorted(judged)
    documents = classifier.analyzer.analyze([notices[x] for x in order])
    readings = [classifier.read(x) for x in documents]
    truths = [judged[x].judgement for x in order]
    print("| limit | even: listed of none | per 1,000 | odd: listed of none | per 1,000 |")
    print("|---:|---:|---:|---:|---:|")
    chosen = None
    for limit in LIMITS:
        thresholds = {**classifier.card.thresholds, INNOVATION: limit}
        found = list(decide.choose(classifier.scorer, readings, book, thresholds=thresholds))
        counts = [false_alarms(order, truths, found, even=even) for even in (True, False)]
        cells = [f"{wrong} of {of} | {1000 * wrong / of:.1f}" for wrong, of in counts]
        print(f"| {limit:.2f} | {' | '.join(cells)} |")
        wrong, of = counts[0]
        if chosen is None and 1000 * wrong / of <= MOST_PER_THOUSAND:
            chosen = limit
    print(f"\nBy the rule: {'none of these' if chosen is None else f'{chosen:.2f}'}.")


def false_alarms(
    order: Sequence[str],
    truths: Sequence[Judgement],
    found: Sequence[ChosenLabels],
    *,
    even: bool,
) -> tuple[int, int]:
    """Count the notices of degree none of one half, and those of them that are listed."""
    none = [
        chosen
        for notice_id, truth, chosen in zip(order, truths, found, strict=True)
        if truth.degree == "none" and is_even(notice_id) == even
    ]
    listed = sum(x.judgement is not None and x.judgement.degree != "none" for x in none)
    return listed, len(none)


def is_even(notice_id: str) -> bool:
    """Whether the first number in an id is even; without a number it is not."""
    number = re.search(r"\d+", notice_id)
    return number is not None and int(number[0]) % 2 == 0


if __name__ == "__main__":
    main()
