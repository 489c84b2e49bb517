"""All that the report of a period may look at, put together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline import __version__
from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.estimates import series
from pipeline.estimates.extent import FrameFacts
from pipeline.estimates.figured import Figured
from pipeline.estimates.material import Material
from pipeline.estimates.published import HEADLINE, Published, revisions
from pipeline.estimates.reference import NO_YARDSTICKS, Yardsticks
from pipeline.estimates.series import Quarter
from pipeline.labels.scores import Scores
from pipeline.notices import indicators
from pipeline.records import (
    Annotation,
    AwardLot,
    Check,
    Declaration,
    Notice,
    Period,
    Provenance,
)
from pipeline.report.examples import largest_examples
from pipeline.report.facts import NO_IMPRINT, Declared, Facts, Imprint, Reconciled, Revised
from pipeline.store import sha256, to_json

STATES: tuple[Declaration, ...] = ("declared", "none", "absent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a report shows beside the figures of its period.

    Attributes:
        as_of: Day of the report.
        fictional: Whether everything is made up.
        before: Published quarters that run up to this one, in order.
        revised: Publications of this and earlier quarters, with what holds now.
        elsewhere: Lots of tenders that do not touch the period, by why they are out.
        indicators: Counts that others published, with ours (:func:`beside_published`).
        imprint: Who answers for the report.
        yardsticks: Targets and earlier measurements.
    """

    codebook: Codebook
    as_of: dt.date
    settings_fingerprint: str
    fictional: bool = False
    before: Sequence[Quarter] = ()
    revised: Sequence[tuple[Published, Published]] = ()
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    indicators: Sequence[Reconciled] = ()
    checks: Sequence[Check] = ()
    imprint: Imprint = NO_IMPRINT
    yardsticks: Yardsticks = NO_YARDSTICKS


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
        frame=FrameFacts.of(
            material.frame.lots,
            calls_only=material.frame.calls_only,
            elsewhere=background.elsewhere,
        ),
        model_id=scores.model_id,
        provenance=Provenance(
            made_by=f"innovatiemonitor report {material.period}{material.country.options}",
            code_version=__version__,
            settings_fingerprint=background.settings_fingerprint,
            inputs=inputs(material, scores, annotations),
        ),
        draw=figured.draw,
        estimates=figured.estimates,
        suppressed=figured.suppressed,
        missing_bounds=figured.missing_bounds,
        extremes=figured.extremes,
        counted=figured.counted,
        skipped=figured.skipped,
        quarters=quarters,
        rolling=rolling,
        indicators=tuple(background.indicators),
        declared=tuple(_declared(material, scores)),
        examples=tuple(largest_examples(material, scores, annotations)),
        checks=tuple(background.checks),
        sources=material.sources(),
        revisions=tuple(_revised(old, new) for old, new in background.revised),
        imprint=background.imprint,
        yardsticks=background.yardsticks,
        country=material.country,
        unread=figured.unread,
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


def beside_published(
    known: Mapping[str, indicators.Indicator],
    counts: Mapping[str, Sequence[indicators.Count]],
    days: Collection[dt.date],
) -> Iterator[Reconciled]:
    """Yield what others have counted with our counts, where notices of that time are here at all.

    Args:
        counts: Per indicator.
        days: On which notices were published.
    """
    years = {str(day.year) for day in days}
    for name, indicator in known.items():
        if indicator.period and not any(day in indicator.period for day in days):
            continue
        compared = [x for x in counts[name] if indicator.per != "year" or x.value in years]
        if compared:
            yield Reconciled(
                indicator_id=name,
                indicator=indicator,
                counts=tuple(compared),
                partial=frozenset(x.value for x in compared if not _whole(indicator, x, days)),
            )


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
    states = [_state(notices) for _, notices in asked]
    if set(states) <= {"absent"}:
        return
    for state in STATES:
        inside = [x for each, x in zip(states, degrees, strict=True) if each == state]
        yield _labelled(inside, "BT-06", None, state)
    for code in sorted({x for _, notices in asked for x in _codes(notices)} - {"none"}):
        inside = [x for (_, told), x in zip(asked, degrees, strict=True) if code in _codes(told)]
        yield _labelled(inside, "BT-776", code, "declared")


def _labelled(
    degrees: Sequence[str | None],
    field: Literal["BT-06", "BT-776"],
    code: str | None,
    state: Declaration,
) -> Declared:
    """Count lots by their degree; one of which the model says nothing has no label."""
    unlabelled = degrees.count(None)
    return Declared(
        field=field,
        code=code,
        state=state,
        lots=len(degrees),
        labelled=len(degrees) - unlabelled - degrees.count("none"),
        unlabelled=unlabelled,
    )


def _lots_of(lot: AwardLot, notices: Mapping[str, Notice]) -> tuple[Notice, ...]:
    """The notices that may declare something about a lot: its call and its award."""
    return tuple(notices[x] for x in dict.fromkeys((lot.text_notice_id, lot.notice_id)))


def _state(notices: Sequence[Notice]) -> Declaration:
    states = {lot.innovation_declared for notice in notices for lot in notice.lots}
    return next((x for x in STATES if x in states), "absent")


def _codes(notices: Sequence[Notice]) -> set[str]:
    return {x for notice in notices for lot in notice.lots for x in lot.innovation or ()}


def _revised(old: Published, new: Published) -> Revised:
    figures = {"share", "count"}
    causes = Counter(line.subject for line in revisions(old, new) if line.subject not in figures)
    return Revised(
        old=old.figures.headline,
        new=new.figures.headline,
        published_on=old.day,
        causes=dict(sorted(causes.items())),
    )
