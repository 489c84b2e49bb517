"""Examples of the report: the largest lots with a label, and the passages that justify it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.estimates.material import Material
from pipeline.labels.scores import Scores
from pipeline.records import Annotation, AwardLot, Evidence, Notice
from pipeline.report.facts import Example, Passage
from pipeline.shown import for_people, masked

MOST_EXAMPLES = 6
MOST_PASSAGES = 3

# Characters around a marked passage: about a line.
AROUND = 90

LABELS_OF_NOTHING = frozenset({"none", "closed", "asked", "room"})


def largest_examples(
    material: Material, scores: Scores, annotations: Sequence[Annotation]
) -> Iterator[Example]:
    """Yield the largest lots with a label and a passage: those judged by people first."""
    judged = {x: one for x, one in judging.final(annotations).items() if not one.unsure}
    lots: dict[str, list[AwardLot]] = {}
    for lot in sorted(material.lots, key=lambda x: (-(x.value_eur or 0), x.lot_key)):
        lots.setdefault(lot.text_notice_id, []).append(lot)
    names = sorted(lots, key=lambda x: x not in judged)
    number = 0
    for notice_id, degree in zip(names, scores.texts("degree", names), strict=True):
        one = judged.get(notice_id)
        oriented = one.judgement.innovation_oriented if one else degree not in {None, "none"}
        if oriented and number < MOST_EXAMPLES:
            example = _example(material.whole[notice_id], lots[notice_id], one, scores)
            if example.passages:
                number += 1
                yield example


def _example(
    notice: Notice, lots: Sequence[AwardLot], one: Annotation | None, scores: Scores
) -> Example:
    values = [lot.value_eur for lot in lots if lot.value_eur is not None]
    by_people = one is not None and any(x.section for x in one.evidence)
    evidence = one.evidence if one and by_people else scores.evidence(notice.notice_id)
    return Example(
        notice_id=notice.notice_id,
        title=for_people(notice.title) or "",
        buyer=for_people(notice.buyer),
        url=notice.url,
        published_on=notice.published_on,
        labels=_labels(one) if one else scores.labels(notice.notice_id),
        value_eur=sum(values) if values else None,
        judged_by="people" if one else "model",
        passages=tuple(_passages(notice, evidence)),
    )


def _labels(one: Annotation) -> tuple[str, ...]:
    judgement = one.judgement
    return (judgement.degree, *judgement.aspect, *judgement.forms)


def _passages(notice: Notice, evidence: Collection[Evidence]) -> Iterator[Passage]:
    text, sections = assemble(notice)
    text = masked(text)
    places = {section.name: section for section in sections}
    marked = [
        x
        for x in evidence
        if x.label not in LABELS_OF_NOTHING
        and x.start is not None
        and x.end is not None
        and x.section in places
    ]
    seen: set[tuple[int, int]] = set()
    for each in marked:
        section = places[each.section or ""]
        start, end = section.start + (each.start or 0), section.start + (each.end or 0)
        if (start, end) in seen or len(seen) == MOST_PASSAGES:
            continue
        seen.add((start, end))
        yield Passage(
            before=_before(text[section.start : start]),
            marked=text[start:end],
            after=_after(text[end : section.end]),
            label=each.label,
        )


def _before(words: str) -> str:
    """The last words before a passage, cut between words."""
    if len(words) <= AROUND:
        return words
    return "… " + words[-AROUND:].partition(" ")[2]


def _after(words: str) -> str:
    if len(words) <= AROUND:
        return words
    return words[:AROUND].rpartition(" ")[0] + " …"
