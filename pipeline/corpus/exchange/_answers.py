"""What comes back from a tool: checked entry by entry, taken over whole or not at all.

Files from tools are untrusted: they are bounded in size, and each value is checked.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.corpus.dutch_excel import require_none
from pipeline.corpus.exchange._tasks import UNSHOWN, UNSURE
from pipeline.corpus.exchange._untrusted import Members, several
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Notice, Section
from pipeline.spreadsheet import CONVENTIONAL
from pipeline.store import short_hash

# The members of evidence that say which passage it is.
PLACE = ("label", "section", "start", "end")

# The same of a passage that was marked.
Place = tuple[str, str, int, int]

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Who judged, when and in which round, where the tool does not tell.

    Attributes:
        annotator: A pseudonym, never a name; ``None`` where the tool is to tell.
        annotated_at: Of the tool's date there is more certainty: it goes before.
        round: ``first``, ``second`` or ``adjudicated``; ``None`` where the tool is to tell, and
            ``first`` where it does not.
    """

    annotator: str | None
    annotated_at: dt.date
    round: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One entry of a tool's file, in the same shape whatever the tool.

    Attributes:
        text: As the tool showed it.
        chosen: What was ticked: label ids, ``conventional``, ``unsure``.
        spans: Start, end and label of marked passages, counted in the text.
        facts: What the export sent along.
        told: What the tool itself knows: ``annotator``, ``annotated_at``, ``round``.
    """

    notice_id: str
    text: str
    chosen: Sequence[str]
    spans: Sequence[tuple[int, int, str]]
    facts: Members
    told: Mapping[str, str]


def taken_over(
    entries: Iterable[tuple[str, Entry]],
    read: Callable[[Entry], Iterable[Answer]],
    codebook: Codebook,
    *,
    notices: Mapping[str, Notice],
    sitting: Sitting | None,
) -> tuple[Annotation, ...]:
    """Make annotations of all answers, ordered by notice, round and annotator.

    Args:
        entries: Each with its place, as whoever uses the tool would name it.
        read: Gives the answers of an entry.

    Raises:
        CorpusError: A label, notice or value is not known, a text has changed, or a judgement
            stands there twice; the message names all such entries.
    """
    taken: dict[tuple[str, str, str], Annotation] = {}
    faults = []
    for place, entry in entries:
        try:
            with judging.numbered(place):
                for answer in read(entry):
                    values = _values(answer, codebook, notices, sitting)
                    keep(judging.annotation(values, codebook), taken, notices)
        except CorpusError as error:
            faults.append(error)
    require_none(faults)
    return tuple(taken[key] for key in sorted(taken))


def keep(
    one: Annotation,
    taken: dict[tuple[str, str, str], Annotation],
    notices: Mapping[str, Notice],
) -> None:
    """Add a judgement to those that were taken over before it.

    Raises:
        CorpusError: It is about another text, or the annotator judged the notice before.
    """
    judging.check(one, known(one.notice_id, notices))
    if judging.key(one) in taken:
        raise CorpusError(f"{one.notice_id}: a second judgement by {one.annotator} in {one.round}")
    taken[judging.key(one)] = one


def known(notice_id: str, notices: Mapping[str, Notice]) -> Notice:
    """Look a notice up.

    Raises:
        CorpusError: There is no such notice.
    """
    if notice_id not in notices:
        raise CorpusError(f"unknown notice {notice_id!r}; {len(notices)} notices are known")
    return notices[notice_id]


def _values(
    answer: Answer, codebook: Codebook, notices: Mapping[str, Notice], sitting: Sitting | None
) -> dict[str, str]:
    text, sections = assemble(known(answer.notice_id, notices))
    if answer.text != text:
        raise CorpusError(
            f"{answer.notice_id}: the text has changed since it was exported: "
            f"{short_hash(answer.text)}, now {short_hash(text)}"
        )
    facts = answer.facts
    marked = [x for span in answer.spans for x in _passages(span, sections)]
    return {
        "notice_id": answer.notice_id,
        "text_hash": _text(facts, "text_hash"),
        **_judged(answer, codebook),
        "evidence": json.dumps(_evidence(answer, marked)),
        **_signed(answer, sitting, changed=_changed(answer, marked)),
        "codebook_version": str(facts.get("codebook_version", codebook.version)),
        "codebook_fingerprint": str(facts.get("codebook_fingerprint", codebook.meaning)),
        "draw_id": _text(facts, "draw_id"),
        "inclusion_probability": _text(facts, "inclusion_probability"),
    }


def _judged(answer: Answer, codebook: Codebook) -> dict[str, str]:
    ticked = set(answer.chosen)
    by_judgement = {
        name: [x for x in codebook.of(name) if x in ticked] for name in codebook.judgements
    }
    for label in sorted(ticked - {UNSURE, CONVENTIONAL}):
        codebook.label(label)
    for name in ("degree", "openness"):
        if len(by_judgement[name]) != 1:
            raise CorpusError(
                f"{answer.notice_id}: {name} is {by_judgement[name]}; expected one of "
                f"{', '.join(codebook.of(name))}"
            )
    if CONVENTIONAL in ticked and by_judgement["forms"]:
        raise CorpusError(f"{answer.notice_id}: conventional and {by_judgement['forms']}")
    joined = {name: ";".join(labels) for name, labels in by_judgement.items()}
    return joined | {"unsure": str(UNSURE in ticked).lower()}


def _changed(answer: Answer, marked: Sequence[Place]) -> bool:
    """Whether a judgement that was exported came back with other labels or passages."""
    exported = several(answer.facts, "evidence", dict)
    before = {_place(x) for x in exported if x.get("section") is not None} - _unshown(answer)
    judged = several(answer.facts, "judged", str)
    return "judged" in answer.facts and (set(judged) != set(answer.chosen) or before != set(marked))


def _unshown(answer: Answer) -> set[tuple[object, ...]]:
    """Passages that the tool could not show, so that nobody has unmarked them."""
    return {tuple(x) for x in several(answer.facts, UNSHOWN, list)}


def _signed(answer: Answer, sitting: Sitting | None, *, changed: bool) -> dict[str, str]:
    """Who, when and in which round: as exported, else as said at import, else as the tool says.

    Of what was changed in the tool the exported signature no longer holds, unless whoever made
    the judgement corrected it.
    """
    said: dict[str, str] = {}
    if sitting is not None:
        day = answer.told.get("annotated_at") or sitting.annotated_at.isoformat()
        given = {"annotator": sitting.annotator, "annotated_at": day, "round": sitting.round}
        said = {name: value for name, value in given.items() if value}
    known = {**answer.told, **said}
    facts = answer.facts
    if changed and known.get("annotator") == facts.get("annotator"):
        known["round"] = _text(facts, "round")
    if changed:
        # Who changes a judgement of another has read it: a decision, no independent reading.
        known.setdefault("round", "adjudicated")
        facts = {}
    known.setdefault("round", "first")
    signed = {}
    for name in ("annotator", "annotated_at", "round"):
        signed[name] = _text(facts, name) or known.get(name, "")
        if not signed[name]:
            raise CorpusError(
                f"{answer.notice_id}: the file does not say {name}",
                hint="Say at import who judged, when and in which round.",
            )
    return signed


def _evidence(answer: Answer, marked: Sequence[Place]) -> Sequence[Members]:
    """Passages as marked now, fields as exported; what came back unchanged keeps its place."""
    exported = several(answer.facts, "evidence", dict)
    unshown = _unshown(answer)
    unticked = {*several(answer.facts, "judged", str)} - {*answer.chosen}
    kept = [
        x
        for x in exported
        if _place(x) in marked
        or ("field" in x and x.get("label") in answer.chosen)
        or (_place(x) in unshown and x.get("label") not in unticked)
    ]
    before = [_place(x) for x in kept]
    return kept + [dict(zip(PLACE, x, strict=True)) for x in marked if x not in before]


def _place(evidence: Members) -> tuple[object, ...]:
    return tuple(evidence.get(name) for name in PLACE)


def _passages(
    span: tuple[int, int, str], sections: Sequence[Section]
) -> Iterator[tuple[str, str, int, int]]:
    """Cut a span at the borders of sections, because a passage lies in one."""
    start, end, label = span
    if not 0 <= start < end <= (sections[-1].end if sections else 0):
        raise CorpusError(f"{label}: no passage from character {start} to {end} in this text")
    for section in sections:
        left, right = max(start, section.start), min(end, section.end)
        if left < right:
            yield label, section.name, left - section.start, right - section.start


def _text(facts: Members, name: str) -> str:
    """A fact as a cell of the table; floats with all their digits."""
    value = facts.get(name)
    if not isinstance(value, str | int | float | None) or isinstance(value, bool):
        raise CorpusError(f"{name} is {str(value)[:80]!r}")
    return "" if value is None else str(value)
