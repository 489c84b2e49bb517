"""What changed between two publications of one period, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.estimates.counted import Counted
from pipeline.estimates.estimators import PUBLISHED
from pipeline.records import INNOVATION, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was published, with what it was made of.

    Attributes:
        estimates: As published.
        values: Euro per lot of the frame; ``None`` where missing.
        truths: Judgement per judged lot.
        model_id: Whose scores were used.
        counted: Per sign that stands in a field of the notice, how much of the frame has it.
    """

    estimates: tuple[Estimate, ...]
    values: Mapping[str, float | None]
    truths: Mapping[str, float]
    model_id: str
    counted: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def headline(self) -> Estimate:
        """The published share of the whole frame: by value, or by number where none is known."""
        return next(
            x
            for weighting in ("value", "number")
            for x in self.estimates
            if (x.quantity, x.domain, x.weighting) == (INNOVATION, "all", weighting)
            and x.method == PUBLISHED
            and "winsorised" not in x.flags
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One line that explains a difference.

    Attributes:
        subject: ``share``, ``count``, ``model``, ``lot entered``, ``lot left``, ``value``
            or ``judgement``.
        name: Which share or lot.
        old, new: Before and after; ``None`` where there is none.
    """

    subject: str
    name: str
    old: float | str | None
    new: float | str | None


def revise(old: Figures, new: Figures) -> tuple[Revision, ...]:
    """Say what changed between two publications of the same period.

    The headline first, then the other shares and the counts by the size of their change, then
    causes; lots by the size of the change in value, the largest first.
    """
    headlines = {name_of(old.headline), name_of(new.headline)}
    lines = sorted(
        _changed("share", _shares(old), _shares(new)),
        key=lambda line: (line.name not in headlines, -change(line)),
    )
    lines += sorted(_changed("count", _counts(old), _counts(new)), key=lambda line: -change(line))
    lines += _changed("model", {"model_id": old.model_id}, {"model_id": new.model_id})
    lots = [
        Revision(subject=_subject(key, old, new), name=key, old=before, new=after)
        for key in sorted(old.values.keys() | new.values.keys())
        if (before := old.values.get(key)) != (after := new.values.get(key))
        or (key in old.values) != (key in new.values)
    ]
    lines += sorted(lots, key=lambda line: -change(line))
    return tuple(lines + _changed("judgement", old.truths, new.truths))


def change(line: Revision) -> float:
    """Return the size of a change of a number; what was not there counts as 0."""
    return abs(float(line.new or 0) - float(line.old or 0))


def _counts(figures: Figures) -> dict[str, float]:
    return {f"{name} by number": each.by_number for name, each in figures.counted.items()} | {
        f"{name} by value": each.by_value
        for name, each in figures.counted.items()
        if each.by_value is not None
    }


def _subject(key: str, old: Figures, new: Figures) -> str:
    if key not in old.values:
        return "lot entered"
    return "value" if key in new.values else "lot left"


def _shares(figures: Figures) -> dict[str, float]:
    return {name_of(each): each.share for each in figures.estimates}


def name_of(each: Estimate) -> str:
    """Winsorised shares have a name of their own: the headline is held against the headline."""
    capped = ", winsorised" * ("winsorised" in each.flags)
    where = f"{each.quantity} {each.period} {each.domain} by {each.weighting}"
    return f"{where} ({each.method}{capped})"


def _changed(
    subject: str, old: Mapping[str, float | str], new: Mapping[str, float | str]
) -> list[Revision]:
    return [
        Revision(subject=subject, name=name, old=old.get(name), new=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
