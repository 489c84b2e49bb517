"""Evidence: the passage or the field that justifies a label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.learning.scorer import Scorer
from pipeline.records import Document, Evidence, Reading

# A passage is read by people: a sentence, or what of it stands around the cue.
LONGEST_PASSAGE = 300
MOST_PASSAGES = 3

# Labels that say that there is nothing need no evidence.
NO_EVIDENCE = {"none", "closed"}


def evidence(
    reading: Reading, labels: Iterable[str], *, settled: Mapping[str, Evidence], scorer: Scorer
) -> tuple[Evidence, ...]:
    """Justify each label by its field, its cues, or else the sentence that speaks most for it.

    Args:
        labels: The chosen labels; ``none`` and ``closed`` need no evidence.
        settled: Forms that a field settles.

    Returns:
        In order of ``labels``; at least one for each that needs it, unless the document has no
        sentence.
    """
    return tuple(
        one
        for label in labels
        if label not in NO_EVIDENCE
        for one in _for_label(reading, label, settled=settled, scorer=scorer)
    )


def _for_label(
    reading: Reading, label: str, *, settled: Mapping[str, Evidence], scorer: Scorer
) -> Iterator[Evidence]:
    passages = list(_cued(reading, label))
    if label in settled:
        yield settled[label]
    elif not passages:
        passages = [x for x in [_heaviest(reading, label, scorer)] if x is not None]
    yield from passages[:MOST_PASSAGES]


def _cued(reading: Reading, label: str) -> Iterator[Evidence]:
    seen = set()
    for hit in reading.hits:
        if hit.label != label or hit.status != "asserted":
            continue
        start, end = _window(reading.document, hit.start, hit.end)
        if start not in seen:
            seen.add(start)
            yield passage(reading.document, label, start, end)


def _heaviest(reading: Reading, label: str, scorer: Scorer) -> Evidence | None:
    """Find the sentence that speaks most for the label."""
    best = scorer.strongest(reading, label)
    if best is None:
        return None
    text = reading.document.text[best.start : best.end]
    start = best.start + len(text) - len(text.lstrip())
    end = start + len(text.strip())
    return passage(reading.document, label, start, min(end, start + LONGEST_PASSAGE))


def _window(document: Document, start: int, end: int) -> tuple[int, int]:
    """Widen a cue to its sentence, within its section and ``LONGEST_PASSAGE``."""
    section = document.section_at(start)
    tokens = document.tokens
    first, last = tokens.sentence(tokens.at(start))
    left = max(int(tokens.starts[first]), section.start)
    right = min(max(int(tokens.ends[last - 1]), end), section.end)
    if right - left > LONGEST_PASSAGE:
        left = max(left, (start + end - LONGEST_PASSAGE) // 2)
        right = min(right, max(left + LONGEST_PASSAGE, end))
    text = document.text[left:right]
    return left + len(text) - len(text.lstrip()), right - len(text) + len(text.rstrip())


def passage(document: Document, label: str, start: int, end: int) -> Evidence:
    """Make evidence of characters ``start`` to ``end`` of a document's text.

    Offsets in the evidence count from the first character of its section. A passage ends with
    its section.
    """
    section = document.section_at(start)
    end = min(end, section.end)
    return Evidence(
        label=label,
        section=section.name,
        start=start - section.start,
        end=end - section.start,
        text=document.text[start:end],
    )
