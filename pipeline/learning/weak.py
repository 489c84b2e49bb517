"""Silver judgements: what structured fields and cues suggest, each with its source.

They are kept apart from what people judged: another record, another folder, other columns.
Training may use them with a low weight; evaluation refuses them. The strategic fields have
three states, and absence is no negative (learning from positive and unlabelled notices): most
buyers leave them empty and several notice types may not carry them.

Strength: A nearly defines the label, B is good evidence, C is grey and never trained on.

Source: eForms SDK 1.15.1 (BT-06, BT-105, BT-136, BT-776; where they are forbidden); Directive
2014/24/EU, articles 14, 31 and 90.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.records import INNOVATION, Annotation, Lot, Notice, Reading

Strength = Literal["A", "B", "C"]

COLUMNS = ("notice_id", "label", "value", "source", "strength", "share")

# A tick of a buyer counts for half of what a reader judged, good evidence for a quarter.
WEIGHTS = {"A": 0.5, "B": 0.25, "C": 0.0}

# Subtypes in which BT-06 and BT-776 are forbidden: a value there is a mistake.
WITHOUT_PURPOSE = frozenset({*"123456", "CEI", "E1", "E2", "T01", "T02"})

# BT-776: aspect and strength per code. The retired codes are adoption by one buyer or a way of
# specifying, not innovation.
KINDS_OF_INNOVATION: dict[str, tuple[str, Strength]] = {
    "mar-nov": ("solution", "A"),
    "prod-innov": ("solution", "A"),
    "proc-innov": ("solution", "A"),
    "rd-act": ("rd", "B"),
    "buy-eff": ("", "C"),
    "fp-requ": ("", "C"),
    "org-nov": ("", "C"),
    "other": ("", "C"),
}

# The directive had to be in national law by then; no earlier notice can be a partnership.
FIRST_PARTNERSHIP = dt.date(2016, 4, 18)
PROCEDURE_KINDS = frozenset({"competition", "result"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SilverJudgement:
    """One label that fields or cues suggest for a notice.

    Attributes:
        label: Label id, or ``innovation_oriented``.
        value: Whether the label is thought to hold.
        source: Field and value, or cue: ``BT-06=inn-pur``, ``cue=sbir:name``.
        strength: See the module.
        share: Part of the lots that say so, above 0, at most 1; 1 for the notice as a whole.
    """

    notice_id: str
    label: str
    value: bool
    source: str
    strength: Strength
    share: float = 1.0


def silver(reading: Reading, codebook: Codebook) -> tuple[SilverJudgement, ...]:
    """Return all that fields and cues suggest about a notice, contradictions included."""
    notice = reading.document.notice
    asserted = {hit.label for hit in reading.hits if hit.status == "asserted"}
    found = [
        *_purposes(notice),
        *_declared_none(notice, without_cues=not asserted),
        *_procedure(notice, asserted, codebook),
        *_variants(notice, asserted),
        *_research(notice),
        *_names(reading, codebook),
    ]
    return tuple(sorted(set(found), key=lambda x: (x.label, x.strength, x.source)))


def strongest(found: Iterable[SilverJudgement]) -> tuple[SilverJudgement, ...]:
    """Keep the strongest per notice and label; opposites of equal strength fall away."""
    kept: dict[tuple[str, str], list[SilverJudgement]] = {}
    for one in found:
        rivals = kept.setdefault((one.notice_id, one.label), [])
        if rivals and one.strength < rivals[0].strength:
            rivals.clear()
        if not rivals or one.strength == rivals[0].strength:
            rivals.append(one)
    agreed = (rivals for rivals in kept.values() if len({x.value for x in rivals}) == 1)
    return tuple(max(rivals, key=lambda x: x.share) for rivals in agreed)


def suggestions(found: Iterable[SilverJudgement]) -> dict[str, tuple[float, float]]:
    """Return what is suggested of one notice: label to 1 or 0, and to its weight above 0."""
    return {
        one.label: (float(one.value), WEIGHTS[one.strength] * one.share)
        for one in strongest(found)
        if WEIGHTS[one.strength]
    }


def require_gold(judged: Iterable[object]) -> None:
    """Refuse to measure against anything but judgements by people.

    Raises:
        CorpusError: One is silver.
    """
    for one in judged:
        if not isinstance(one, Annotation):
            raise CorpusError(
                f"{getattr(one, 'notice_id', one)!r} is a {type(one).__name__}; a model is "
                "measured only against annotations by people"
            )


def write(found: Iterable[SilverJudgement]) -> str:
    """Write silver judgements as CSV, ordered by notice, label and source."""
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    lines.writeheader()
    for one in sorted(found, key=lambda x: (x.notice_id, x.label, x.source)):
        lines.writerow(asdict(one) | {"value": str(one.value).lower(), "share": repr(one.share)})
    return out.getvalue()


def read(text: str, codebook: Codebook, *, name: str) -> tuple[SilverJudgement, ...]:
    """Read silver judgements from CSV; either all of them or none.

    Raises:
        CorpusError: A column, value or label is wrong; the message names the line.
    """
    lines = csv.DictReader(io.StringIO(text))
    if tuple(lines.fieldnames or ()) != COLUMNS:
        raise CorpusError(f"{name}: columns are {lines.fieldnames}; expected {list(COLUMNS)}")
    found = []
    for values in lines:
        try:
            found.append(_judgement(values, codebook))
        except (KeyError, ValueError, TypeError, CorpusError) as error:
            raise CorpusError(f"{name}, line {lines.line_num}: {error}") from None
    return tuple(found)


def _judgement(values: dict[str, str], codebook: Codebook) -> SilverJudgement:
    if values["label"] != INNOVATION:
        codebook.label(values["label"])
    strength, share = values["strength"], float(values["share"])
    if strength not in WEIGHTS or not 0 < share <= 1:
        raise ValueError(
            f"strength {strength!r}, share {share}; expected A, B or C, and above 0 to 1"
        )
    return SilverJudgement(
        notice_id=values["notice_id"],
        label=values["label"],
        value={"true": True, "false": False}[values["value"]],
        source=values["source"],
        strength=strength,  # type: ignore[arg-type]
        share=share,
    )


def _purposes(notice: Notice) -> Iterator[SilverJudgement]:
    """BT-06 and BT-776: either alone is enough, no rule of the SDK links them."""
    if notice.subtype in WITHOUT_PURPOSE:
        return
    if share := _share(notice, lambda lot: "inn-pur" in (lot.purposes or ())):
        yield _one(notice, INNOVATION, "BT-06=inn-pur", "A", share=share)
    for code, (aspect, strength) in KINDS_OF_INNOVATION.items():
        if share := _share(notice, partial(_of_kind, code)):
            yield _one(notice, INNOVATION, f"BT-776={code}", strength, share=share)
            if aspect:
                yield _one(notice, aspect, f"BT-776={code}", strength, share=share)


def _declared_none(notice: Notice, *, without_cues: bool) -> Iterator[SilverJudgement]:
    """Declared none in every lot, and nothing in the text that speaks for innovation."""
    none = ("none",)
    if notice.subtype in WITHOUT_PURPOSE or not without_cues:
        return
    silent = [lot.purposes == none and lot.innovation in (None, none) for lot in notice.lots]
    if silent and all(silent):
        yield _one(notice, INNOVATION, "BT-06=none", "B", value=False)


def _procedure(notice: Notice, asserted: set[str], codebook: Codebook) -> Iterator[SilverJudgement]:
    """BT-105: a procedure is one and no other, so a declared other one is a negative."""
    if notice.procedure is None or notice.kind not in PROCEDURE_KINDS:
        return
    source = f"BT-105={notice.procedure}"
    for form in codebook.forms:
        procedures = codebook.label(form).fields.get("procedure", ())
        if notice.procedure in procedures and _possible(notice):
            yield _one(notice, form, source, "A")
        elif procedures and notice.procedure not in procedures and form not in asserted:
            yield _one(notice, form, source, "B", value=False)
    if notice.procedure == "innovation" and _possible(notice):
        yield _one(notice, INNOVATION, source, "A")
    if notice.procedure == "comp-dial" and asserted & set(codebook.degrees):
        yield _one(notice, INNOVATION, f"{source} with a cue", "C")


def _possible(notice: Notice) -> bool:
    early = notice.published_on is not None and notice.published_on < FIRST_PARTNERSHIP
    return notice.procedure != "innovation" or not early


def _variants(notice: Notice, asserted: set[str]) -> Iterator[SilverJudgement]:
    if share := _share(notice, lambda lot: lot.variants in {"allowed", "required"}):
        yield _one(notice, "variants", "BT-63=allowed", "A", share=share)
    refused = [lot.variants == "not-allowed" for lot in notice.lots]
    if refused and all(refused) and "variants" not in asserted:
        yield _one(notice, "variants", "BT-63=not-allowed", "B", value=False)


def _research(notice: Notice) -> Iterator[SilverJudgement]:
    """Grey: laboratory equipment from one supplier and policy studies carry these too."""
    for code in sorted({"resd", "rd"} & set(notice.direct_award)):
        yield _one(notice, INNOVATION, f"BT-136={code}", "C")
    if notice.cpv and notice.cpv[0].startswith("731"):
        yield _one(notice, INNOVATION, "CPV=731", "C")


def _names(reading: Reading, codebook: Codebook) -> Iterator[SilverJudgement]:
    """Cues: a form's own name is good evidence for the form, a description grey."""
    forms = set(codebook.forms)
    grey = set(codebook.degrees) - {"none"}
    for hit in reading.hits:
        if hit.status != "asserted" or hit.label not in forms | grey:
            continue
        label = hit.label if hit.label in forms else INNOVATION
        kind = "name" if hit.names else "description"
        yield _one(
            reading.document.notice, label, f"cue={hit.label}:{kind}", "B" if hit.names else "C"
        )


def _of_kind(code: str, lot: Lot) -> bool:
    return code in (lot.innovation or ())


def _share(notice: Notice, says: Callable[[Lot], bool]) -> float:
    return sum(map(says, notice.lots)) / max(len(notice.lots), 1)


def _one(
    notice: Notice,
    label: str,
    source: str,
    strength: Strength,
    *,
    value: bool = True,
    share: float = 1.0,
) -> SilverJudgement:
    return SilverJudgement(
        notice_id=notice.notice_id,
        label=label,
        value=value,
        source=source,
        strength=strength,
        share=share,
    )
