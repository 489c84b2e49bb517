"""Invariance: what must not change a judgement is changed, and the judgements are counted.

Boilerplate around a notice, the buyer's name, capitals, line breaks and the order of lots say
nothing of what is bought. The paragraphs that are put in are those kept apart for this
(``reserved`` in corpora/boilerplate.jsonl): no model has learned from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.codebook import Codebook
from pipeline.evaluation import metrics
from pipeline.labels.decide import choose
from pipeline.learning.judge import Judge
from pipeline.records import Lot, Notice, Reading
from pipeline.store import canonical, short_hash

# Reads notices as the model was taught to read them.
Read = Callable[[Sequence[Notice]], Sequence[Reading]]
Change = Callable[[Notice], Notice]

# So many innovation-oriented notices get each reserved paragraph in turn.
HITS = 60


def invariance(
    judge: Judge,
    notices: Sequence[Notice],
    paragraphs: Iterable[Mapping[str, Any]],
    codebook: Codebook,
    *,
    read: Read,
    thresholds: Mapping[str, float],
) -> dict[str, Any]:
    """Count the judgements that change where nothing of substance does.

    Args:
        judge: Has not learned from these notices.
        notices: What to change.
        paragraphs: Of boilerplate; the ``reserved`` ones are used.

    Returns:
        ``changed``: per change the share of notices of which a label changes, with its Wilson
        interval, and ``any_label`` over all changes; ``paragraphs``: of ``hits`` innovation-
        oriented notices, how many the ``worst`` paragraph loses (``lost``), and the mean.
    """
    scorer = judge.scorer()
    reserved = [x["text"] for x in paragraphs if x["reserved"]]

    def labels(some: Sequence[Notice]) -> list[set[str]]:
        chosen = choose(scorer, read(some), codebook, thresholds=thresholds)
        return [{x.judgement.degree if x.judgement else "none", *x.forms} for x in chosen]

    before = labels(notices)
    changed = {
        name: _differing(before, labels([change(x) for x in notices]))
        for name, change in {**CHANGES, **_around(reserved)}.items()
    }
    lotted = [_in_lots(x, reserved[0]) for x in notices]
    swapped = [replace(x, lots=x.lots[::-1]) for x in lotted]
    changed["lots_reversed"] = _differing(labels(lotted), labels(swapped))
    total = metrics.wilson(sum(changed.values()), len(notices) * len(changed))
    hits = [x for x, found in zip(notices, before, strict=True) if "none" not in found][:HITS]
    lost = [
        sum("none" in found for found in labels([_after(x, text) for x in hits]))
        for text in reserved
    ]
    return {
        "fingerprint": short_hash(canonical([sorted(x.notice_id for x in notices), reserved])),
        "notices": len(notices),
        "changed": {"any_label": total}
        | {name: metrics.wilson(number, len(notices)) for name, number in changed.items()},
        "paragraphs": {
            "hits": len(hits),
            "paragraphs": len(reserved),
            "lost": max(lost, default=0),
            "mean_lost": sum(lost) / max(len(lost), 1),
            "worst": reserved[lost.index(max(lost))][:80] if lost else "",
        },
    }


def _differing(before: Sequence[set[str]], after: Sequence[set[str]]) -> int:
    return sum(x != y for x, y in zip(before, after, strict=True))


def _capitals(notice: Notice) -> Notice:
    return replace(notice, title=notice.title.upper())


def _line_breaks(notice: Notice) -> Notice:
    return replace(notice, description=(notice.description or "").replace(". ", ".\n") or None)


def _other_buyer(notice: Notice) -> Notice:
    name = "Gemeente Nergenshuizen"
    described = notice.description or ""
    if notice.buyer:
        described = described.replace(notice.buyer, name)
    return replace(notice, buyer=name, description=described or None)


CHANGES: Mapping[str, Change] = {
    "capitals": _capitals,
    "line_breaks": _line_breaks,
    "buyer": _other_buyer,
}


def _around(paragraphs: Sequence[str]) -> dict[str, Change]:
    """Put three reserved paragraphs before and behind a text."""
    first, last = " ".join(paragraphs[:3]), " ".join(paragraphs[-3:])

    def change(notice: Notice) -> Notice:
        parts = [first, notice.description or "", last]
        return replace(notice, description="\n\n".join(filter(None, parts)))

    return {"boilerplate": change}


def _after(notice: Notice, paragraph: str) -> Notice:
    return replace(notice, description=f"{notice.description or ''}\n\n{paragraph}".strip())


def _in_lots(notice: Notice, other: str) -> Notice:
    lots = (
        Lot(lot_id="1", description=notice.description),
        Lot(lot_id="2", description=other),
    )
    return replace(notice, description=None, lots=lots)
