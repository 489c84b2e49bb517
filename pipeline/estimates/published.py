"""What left the house, kept with what it was made of, so that it can be given again and explained.

``corpora/published/<period>/<day>.json``; nothing in it is ever replaced: a second publication on
one day is ``<day>-2``. Numbers are written so that they are read back to the last digit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.codec import from_plain, to_plain
from pipeline.errors import CorpusError, EstimateError
from pipeline.estimates import revision
from pipeline.estimates.figured import Figured
from pipeline.estimates.revision import Figures, Revision
from pipeline.estimates.series import Quarter
from pipeline.records import INNOVATION, AwardLot, Period
from pipeline.store import Store

HEADLINE = f"{INNOVATION} all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The figures of a period as they were published.

    Attributes:
        day: Of publication.
        totals: As in ``Figured``.
        inputs: SHA-256 of the frame, the scores and the judgements.
    """

    period: Period
    day: dt.date
    figures: Figures
    totals: Mapping[str, Quarter]
    draw_id: str
    inputs: Mapping[str, str]

    @classmethod
    def of(
        cls,
        period: Period,
        figured: Figured,
        lots: Sequence[AwardLot],
        *,
        day: dt.date,
        model_id: str,
        inputs: Mapping[str, str],
    ) -> Published:
        """Take what is to be published from what was estimated with a draw."""
        if figured.draw is None:
            raise ValueError("without a draw nothing is published")
        return cls(
            period=period,
            day=day,
            figures=Figures(
                estimates=figured.estimates,
                values={lot.lot_key: lot.value_eur for lot in lots},
                truths=figured.truths,
                model_id=model_id,
                counted=figured.counted,
            ),
            totals=figured.totals,
            draw_id=figured.draw.draw_id,
            inputs=inputs,
        )

    @classmethod
    def read(cls, table: Any) -> Published:
        """Read what was kept.

        Raises:
            CorpusError: It is something else.
        """
        try:
            return from_plain(cls, table)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorpusError(f"not published figures: {error!r}") from None


def publish(published: Published, store: Store) -> bool:
    """Keep published figures, unless they are those published last.

    Returns:
        Whether they are new.
    """
    before = latest(store, published.period)
    if before is not None and replace(before, day=published.day) == published:
        return False
    same_day = store.kept("published", f"{published.period}/{published.day}*")
    suffix = f"-{len(same_day) + 1}" if same_day else ""
    name = f"{published.period}/{published.day}{suffix}"
    store.keep("published", name, to_plain(published))
    return True


def publications(store: Store, period: Period) -> list[Published]:
    """Return all publications of a period, the first one first."""
    found = store.kept("published", f"{period}/*")
    # "-10" after "-9"; the day itself is the first of its day.
    ordered = sorted(found, key=lambda name: (name[:10], int(name[11:] or 1)))
    return [Published.read(found[name]) for name in ordered]


def latest(store: Store, period: Period, *, as_of: dt.date = dt.date.max) -> Published | None:
    """Return what was published last, on a day or before it; ``None`` where nothing was."""
    return next(
        (x for x in reversed(publications(store, period)) if x.day <= as_of),
        None,
    )


def as_of(store: Store, period: Period, day: dt.date, *, number: int | None = None) -> Published:
    """Return the figures that held on a day, to the last digit.

    Args:
        number: Of several publications on that day, the first is 1; ``None`` for the last one
            on that day or before it.

    Raises:
        EstimateError: Nothing was published by then, or not so often on that day.
    """
    found = latest(store, period, as_of=day)
    if number is not None:
        that_day = [x for x in publications(store, period) if x.day == day]
        if not 1 <= number <= len(that_day):
            raise EstimateError(
                f"{period} was published {len(that_day)} times on {day}; there is no {number}"
            )
        return that_day[number - 1]
    if found is None:
        raise EstimateError(
            f"nothing of {period} was published on or before {day}",
            hint="`innovatiemonitor report` publishes; see corpora/published/.",
        )
    return found


def run_up(store: Store, period: Period) -> list[Quarter]:
    """Return the published quarters that run up to a quarter without a gap, in order."""
    found: list[Quarter] = []
    quarter = period.quarter_before()
    while (before := latest(store, quarter)) and HEADLINE in before.totals:
        found.insert(0, before.totals[HEADLINE])
        quarter = quarter.quarter_before()
    return found


def revised_before(store: Store, quarters: Sequence[Quarter]) -> list[tuple[Published, Published]]:
    """Return the last two publications of each quarter that was published more than once."""
    several = (publications(store, each.period) for each in quarters)
    return [(found[-2], found[-1]) for found in several if len(found) > 1]


def revisions(old: Published, new: Published) -> tuple[Revision, ...]:
    """Say what changed between two publications of a period."""
    return revision.revise(old.figures, new.figures)
