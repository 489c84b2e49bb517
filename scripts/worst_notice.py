"""What the dearest notice costs: made-up texts that are all cues, all brackets, all anything.

    python scripts/worst_notice.py --characters 300000

Prints the processor time that one notice of each kind takes, in a process that has begun, and below
how far published notices go in what is bounded (where they are at hand).
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from benchmark import HOME, SHARED

from pipeline.features._words import PARTING
from pipeline.labels.classify import Classifier
from pipeline.labels.find import notices_of
from pipeline.records import Lot, Notice
from pipeline.store import Store

# Without it the language of such a text would not be told.
OPENING = (
    "De gemeente zoekt een leverancier van meubilair voor het stadhuis, zoals beschreven. " * 9
)
BUYERS = (None, "Stichting SBIR pilot; Gemeente Innovatie")


def kinds(cues: list[str], words: list[str]) -> Mapping[str, Callable[[], str]]:
    """What a text is made of, by name: each call gives its next piece."""
    chance = random.Random(1)
    cue, word = (lambda: chance.choice(cues)), (lambda: chance.choice(words))
    letters = "abcdefghij"
    return {
        "one sentence": word,
        "cues alone": cue,
        "cues and words": lambda: cue() if chance.random() < 0.3 else word(),
        "one cue": lambda: "SBIR",
        "cues with stops": lambda: cue() + ".",
        "cues on lines": lambda: cue() + "\n",
        "cues in quotes": lambda: f'"{cue()} (',
        "clauses": lambda: f"{cue()}, {word()} dat",
        "unknown words": lambda: "".join(chance.choices(letters, k=9)),
        "unknown long words": lambda: "".join(chance.choices(letters, k=70)),
        "letters": lambda: chance.choice(letters),
        "one word": lambda: "a" * 1_000,
        "hyphens": lambda: "-".join([*cue().split(), ""]) * 20,
        "slashes": lambda: "SBIR/" * 100,
        "stops": lambda: ".",
        "emoji": lambda: "\U0001f600",
        "numbers": lambda: str(chance.random()),
        "addresses": lambda: f"http://a.b/{chance.random()}?x=%20",
        "tags": lambda: "<b>a</b>",
        "open tags": lambda: "<a",
        "entities": lambda: "&amp;amp;lt;",
        "abbreviations": lambda: "bijv. o.a. d.m.v.",
        "brackets": lambda: "SBIR (",
        "combining marks": lambda: "e" + "\u0301" * 50,
        "lines": lambda: "a\n",
        "blanks": lambda: "a\u00a0\u2003b\u200b",
        "initials": lambda: "S B I R Sxx Bxx Ixx Rxx (SBI",
        "negations": lambda: chance.choice(
            ["geen", "niet", "zonder", "SBIR", "pilot", "elders", "dat", "die", ","]
        ),
        "past": lambda: chance.choice(["in 2019", "gehouden", "marktconsultatie", "is", ","]),
        "names": lambda: chance.choice(["aan Proeftuin", "Fieldlab", "Innovatiehuis BV"]),
    }


def filled(piece: Callable[[], str], characters: int) -> str:
    parts, size = [OPENING], len(OPENING)
    while size < characters:
        parts.append(piece())
        size += len(parts[-1]) + 1
    return " ".join(parts)[:characters]


def notice(text: str, buyer: str | None = None, lots: tuple[Lot, ...] = ()) -> Notice:
    return Notice(
        notice_id="1",
        source="made up",
        format="made up",
        kind="competition",
        title="Iets voor ons",
        description=text,
        language="nl",
        buyer=buyer,
        lots=lots,
    )


def measured(classifier: Classifier, one: Notice) -> tuple[float, int]:
    started = time.process_time()
    _, document = classifier.explain(one)
    return time.process_time() - started, len(document.tokens)


def published(classifier: Classifier) -> Iterator[tuple[str, int]]:
    """How far published notices go in what is bounded."""
    found = notices_of(
        [SHARED / "notices"], home=None, now=dt.datetime.now(dt.UTC), tell=lambda _: None
    )
    sentences, parts, given = [0], [0], [0]
    for document in classifier.analyzer.analyze(list(found.values())):
        sentences += np.diff(document.tokens.sentences).tolist()
        parts += [len([y for y in PARTING.split(x) if y]) for x in document.tokens.forms()]
        given += Counter(hit.label for hit in classifier.read(document).hits).values()
    yield "notices", len(found)
    yield "tokens of a sentence", max(sentences)
    yield "parts of a word", max(parts)
    yield "cues of a label", max(given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=300_000)
    options = parser.parse_args()
    classifier = Classifier.load()
    classifier.warm()
    cues = [x.pattern.replace("*", "").split("|")[0] for _, x in classifier.codebook.cues_in("nl")]
    texts = [x["description"] for x in Store(HOME).authored()]
    words = [x for text in texts[:100] for x in text.split() if x.isalpha()]
    print(f"{'text':<20}{'buyer':<7}{'seconds':>8}{'tokens':>9}")
    for name, piece in kinds(cues, words).items():
        text = filled(piece, options.characters)
        for buyer in BUYERS:
            seconds, tokens = measured(classifier, notice(text, buyer))
            print(f"{name:<20}{'named' if buyer else '':<7}{seconds:>8.2f}{tokens:>9}", flush=True)
    lots = tuple(
        Lot(lot_id=str(n), title=cues[n % len(cues)], description=" ".join(words[n : n + 20]))
        for n in range(options.characters // 150)
    )
    seconds, tokens = measured(classifier, notice("a", lots=lots))
    print(f"{f'{len(lots)} lots':<27}{seconds:>8.2f}{tokens:>9}")
    if SHARED.is_dir():
        for what, most in published(classifier):
            print(f"published: {what}: {most}")


if __name__ == "__main__":
    main()
