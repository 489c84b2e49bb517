"""All that the report of a period may look at, put together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline import __version__
from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.estimates import series
from pipeline.estimates.figured import Figured
from pipeline.estimates.material import Material
from pipeline.estimates.published import HEADLINE, Published, revisions
from pipeline.estimates.reference import Yardstick
from pipeline.estimates.series import Quarter
from pipeline.labels.scores import Scores
from pipeline.notices import indicators
from pipeline.records import (
    Annotation,
    AwardLot,
    Check,
    Declaration,
    Evidence,
    Notice,
    Period,
    Provenance,
)
from pipeline.report.facts import (
    NO_IMPRINT,
    Declared,
    Example,
    Facts,
    FrameFacts,
    Imprint,
    Passage,
    Reconciled,
    Revised,
)
from pipeline.shown import for_people, masked
from pipeline.store import sha256, to_json

MOST_EXAMPLES = 6
MOST_PASSAGES = 3

# Characters around a marked passage: about a line.
AROUND = 90

LABELS_OF_NOTHING = frozenset({"none", "closed", "asked", "room"})
STATES: tuple[Declaration, ...] = ("declared", "none", "absent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a report shows beside the figures of its period.

    Attributes:
        as_of: Day of the report.
        fictional: Whether everything is made up.
        before: Published quarters that run up to this one, in order.
        revised: Publications of this and earlier quarters, with what holds now.
        published_counts: Saved indicators by id.
        imprint: Who answers for the report.
        yardsticks: Targets and earlier measurements.
    """

    codebook: Codebook
    as_of: dt.date
    settings_fingerprint: str
    fictional: bool = False
    before: Sequence[Quarter] = ()
    revised: Sequence[tuple[Published, Published]] = ()
    published_counts: Mapping[str, indicators.Indicator] | None = None
    checks: Sequence[Check] = ()
    imprint: Imprint = NO_IMPRINT
    yardsticks: Sequence[Yardstick] = ()


def assemble_facts(
    material: Material,
    figured: Figured,
    scores: Scores,
    annotations: Sequence[Annotation],
    *,
    background: Background,
) -> Facts:
    """Put everything together.

    Args:
        annotations: Judgements of the draw.
    """
    quarters, rolling = _series(figured, background.before)
    return Facts(
        period=material.period,
        as_of=background.as_of,
        fictional=background.fictional,
        codebook=background.codebook,
        frame=FrameFacts.of(material.frame.lots, calls_only=material.frame.calls_only),
        model_id=scores.model_id,
        provenance=Provenance(
            made_by=f"innovatiemonitor report {material.period}",
            code_version=__version__,
            settings_fingerprint=background.settings_fingerprint,
            inputs=inputs(material, scores, annotations),
        ),
        draw=figured.draw,
        estimates=figured.estimates,
        suppressed=figured.suppressed,
        missing_bounds=figured.missing_bounds,
        extremes=figured.extremes,
        verdicts=figured.verdicts,
        counted=figured.counted,
        skipped=figured.skipped,
        quarters=quarters,
        rolling=rolling,
        indicators=_indicators(material, scores, background.published_counts or {}),
        declared=tuple(_declared(material, scores)),
        examples=tuple(_examples(material, scores, annotations, background.codebook)),
        checks=tuple(background.checks),
        sources=material.sources(),
        revisions=tuple(_revised(old, new) for old, new in background.revised),
        imprint=background.imprint,
        yardsticks=tuple(background.yardsticks),
    )


def inputs(material: Material, scores: Scores, annotations: Iterable[Annotation]) -> dict[str, str]:
    """Return SHA-256 of what the figures of a period rest on."""
    judgements = sha256(judging.write(annotations).encode())
    texts = [lot.text_notice_id for lot in material.lots]
    return {
        "frame": material.frame.fingerprint,
        "scores": sha256(to_json([scores.model_id, texts, scores.texts("fingerprint", texts)])),
        "judgements": judgements,
    }


def _series(
    figured: Figured, before: Sequence[Quarter]
) -> tuple[tuple[series.Point, ...], tuple[series.Point, ...]]:
    if HEADLINE not in figured.totals:
        return (), ()
    quarters = (*before, figured.totals[HEADLINE])
    return series.single(quarters), series.rolling(quarters)


def _indicators(
    material: Material, scores: Scores, known: Mapping[str, indicators.Indicator]
) -> tuple[Reconciled, ...]:
    """Count what others have counted, where notices of that time are here at all."""
    forms = scores.forms()
    days = {x.published_on for x in material.notices.values() if x.published_on}
    years = {str(day.year) for day in days}
    found = []
    for name, indicator in known.items():
        if indicator.period and not any(day in indicator.period for day in days):
            continue
        counted = indicators.count_indicator(
            indicator, material.procedures, material.notices, forms_by_notice=forms
        )
        counts = [x for x in counted if indicator.per != "year" or x.value in years]
        if counts:
            found.append(
                Reconciled(
                    indicator_id=name,
                    indicator=indicator,
                    counts=tuple(counts),
                    partial=frozenset(x.value for x in counts if not _whole(indicator, x, days)),
                )
            )
    return tuple(found)


def _whole(
    indicator: indicators.Indicator, counted: indicators.Count, days: Collection[dt.date]
) -> bool:
    """Whether every month of what is counted has notices: a year, or the indicator's period."""
    if indicator.per == "year" and counted.value.isdigit():
        period = Period.year(int(counted.value))
    elif indicator.period:
        period = indicator.period
    else:
        return False
    months = {(day.year, day.month) for day in period.days()}
    return months <= {(day.year, day.month) for day in days}


def _declared(material: Material, scores: Scores) -> Iterator[Declared]:
    """Count lots by what the buyer filled in, beside the label of the model."""
    asked = [(lot, _lots_of(lot, material.notices)) for lot in material.lots]
    degrees = scores.texts("degree", [lot.text_notice_id for lot, _ in asked])
    labelled = [degree not in {None, "none"} for degree in degrees]

    states = [_state(notices) for _, notices in asked]
    if set(states) <= {"absent"}:
        return
    for state in STATES:
        inside = [yes for each, yes in zip(states, labelled, strict=True) if each == state]
        yield Declared(
            field="BT-06", code=None, state=state, lots=len(inside), labelled=sum(inside)
        )
    for code in sorted({x for _, notices in asked for x in _codes(notices)} - {"none"}):
        inside = [
            yes for (_, told), yes in zip(asked, labelled, strict=True) if code in _codes(told)
        ]
        yield Declared(
            field="BT-776", code=code, state="declared", lots=len(inside), labelled=sum(inside)
        )


def _lots_of(lot: AwardLot, notices: Mapping[str, Notice]) -> tuple[Notice, ...]:
    """The notices that may declare something about a lot: its call and its award."""
    return tuple(notices[x] for x in dict.fromkeys((lot.text_notice_id, lot.notice_id)))


def _state(notices: Sequence[Notice]) -> Declaration:
    states = {lot.innovation_declared for notice in notices for lot in notice.lots}
    return next((x for x in STATES if x in states), "absent")


def _codes(notices: Sequence[Notice]) -> set[str]:
    return {x for notice in notices for lot in notice.lots for x in lot.innovation or ()}


def _examples(
    material: Material,
    scores: Scores,
    annotations: Sequence[Annotation],
    codebook: Codebook,
) -> Iterator[Example]:
    """Yield the largest lots with a label and a passage: those judged by people first."""
    judged = {x: one for x, one in judging.final(annotations).items() if not one.unsure}
    lots: dict[str, list[AwardLot]] = {}
    for lot in sorted(material.lots, key=lambda x: (-(x.value_eur or 0), x.lot_key)):
        lots.setdefault(lot.text_notice_id, []).append(lot)
    names = sorted(lots, key=lambda x: x not in judged)
    shown = 0
    for notice_id, degree in zip(names, scores.texts("degree", names), strict=True):
        one = judged.get(notice_id)
        oriented = one.judgement.innovation_oriented if one else degree not in {None, "none"}
        if oriented and shown < MOST_EXAMPLES:
            example = _example(
                material.whole[notice_id], lots[notice_id], one, scores, codebook=codebook
            )
            if example.passages:
                shown += 1
                yield example


def _example(
    notice: Notice,
    lots: Sequence[AwardLot],
    one: Annotation | None,
    scores: Scores,
    *,
    codebook: Codebook,
) -> Example:
    values = [lot.value_eur for lot in lots if lot.value_eur is not None]
    by_people = one is not None and any(x.section for x in one.evidence)
    evidence = one.evidence if one and by_people else scores.evidence(notice.notice_id, codebook)
    return Example(
        notice_id=notice.notice_id,
        title=for_people(notice.title) or "",
        buyer=for_people(notice.buyer),
        url=notice.url,
        published_on=notice.published_on,
        labels=_labels(one) if one else _model_labels(scores, notice.notice_id),
        value_eur=sum(values) if values else None,
        judged_by="people" if one else "model",
        passages=tuple(_passages(notice, evidence)),
    )


def _labels(one: Annotation) -> tuple[str, ...]:
    judgement = one.judgement
    return (judgement.degree, *judgement.aspect, *judgement.forms)


def _model_labels(scores: Scores, notice_id: str) -> tuple[str, ...]:
    columns = (scores.texts(name, [notice_id])[0] for name in ("degree", "aspect", "forms"))
    found = (label for text in columns for label in (text or "").split(";"))
    return tuple(x for x in found if x not in {"", "conventional"})


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


def _revised(old: Published, new: Published) -> Revised:
    figures = {"share", "count"}
    causes = Counter(line.subject for line in revisions(old, new) if line.subject not in figures)
    return Revised(
        old=old.figures.headline,
        new=new.figures.headline,
        published_on=old.day,
        causes=dict(sorted(causes.items())),
    )
