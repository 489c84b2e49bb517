"""Saved indicators: counts that somebody has published, and ours beside them.

An indicator is a file in ``corpora/indicators/``; no code is needed for another one. Its format
stands in ``docs/procedures.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from pipeline.countries import NETHERLANDS, Country
from pipeline.errors import SettingsError
from pipeline.notices.versions import order
from pipeline.records import Notice, Period, Procedure

Counted = Literal["procedures", "notices"]
Per = Literal["year", "province"]
Value = str | bool

UNKNOWN = "unknown"

# What may be asked of a notice; a notice without the field answers nothing, and so never fits.
FIELDS: Mapping[str, Callable[[Notice, Collection[str]], Iterable[Value | None]]] = {
    "procedure": lambda notice, _: [notice.procedure],
    "kind": lambda notice, _: [notice.kind],
    "subtype": lambda notice, _: [notice.subtype],
    "country": lambda notice, _: [notice.country],
    "buyer_kind": lambda notice, _: [notice.buyer_kind],
    "nature": lambda notice, _: [notice.nature],
    "source": lambda notice, _: [notice.source],
    "direct_award": lambda notice, _: notice.direct_award,
    "dynamic_purchasing": lambda notice, _: [lot.dynamic_purchasing for lot in notice.lots],
    "framework": lambda notice, _: [lot.framework for lot in notice.lots],
    "innovation_declared": lambda notice, _: [lot.innovation_declared for lot in notice.lots],
    "form": lambda _, forms: forms,
}
JUDGED = "form"
MEMBERS = (
    *("name", "description", "source", "date", "page", "remark"),
    *("count", "per", "period"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A count that somebody published.

    Attributes:
        name, description: In Dutch, for the reader of the report.
        source, date, page: Of the published figures; the page is empty where there is none.
        remark: What to know before they are compared, in Dutch; may be empty.
        count: What is counted.
        per: What it is counted per.
        period: Of the first notice; ``None`` is all time.
        where: Per field the values of which a notice has one.
        without: Per field the values of which a notice has none.
        published: Known counts, per year or province.
        unchecked: Years or provinces of which nobody compared the count with the source.
        country: Whose provinces.
    """

    name: str
    description: str
    source: str
    date: str = ""
    page: str = ""
    remark: str = ""
    count: Counted
    per: Per
    period: Period | None = None
    where: Mapping[str, Collection[Value]] = field(default_factory=dict)
    without: Mapping[str, Collection[Value]] = field(default_factory=dict)
    published: Mapping[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()
    country: Country = NETHERLANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Our count of one year or province beside the published one.

    Attributes:
        published: ``None`` where nothing is published.
        notice_ids: Of the notices that were counted; for a procedure its first that fits.
    """

    value: str
    ours: int
    published: int | None
    notice_ids: tuple[str, ...]


def read_indicator(
    table: Mapping[str, Any], file: str, country: Country = NETHERLANDS
) -> Indicator:
    """Read an indicator from the table of its file.

    Raises:
        SettingsError: Something is missing, unknown or of another type; it names the file.
    """
    file = f"{country.reference}/{file}" if country.reference else file
    known = {*MEMBERS, "where", "without", "published", "unchecked", "origin"}
    if unknown := sorted(set(table) - known):
        names = ", ".join(sorted(known))
        raise SettingsError(f"indicator {file}: unknown {', '.join(unknown)}; known: {names}")
    texts = {name: _text(table, name, file) for name in MEMBERS if name in table}
    if missing := sorted({"name", "description", "source", "count", "per"} - set(texts)):
        raise SettingsError(f"indicator {file}: {', '.join(missing)} missing")
    for name, choices in (("count", get_args(Counted)), ("per", get_args(Per))):
        if texts[name] not in choices:
            raise _wrong(file, name, texts[name], " or ".join(choices))
    return Indicator(
        name=texts["name"],
        description=texts["description"],
        source=texts["source"],
        date=texts.get("date", ""),
        page=texts.get("page", ""),
        remark=texts.get("remark", ""),
        count=cast("Counted", texts["count"]),
        per=cast("Per", texts["per"]),
        period=_period(texts.get("period"), file),
        where=_conditions(table, "where", file),
        without=_conditions(table, "without", file),
        published=_published(table, cast("Per", texts["per"]), file, country),
        unchecked=_unchecked(table, file),
        country=country,
    )


def count_indicator(
    indicator: Indicator,
    procedures: Iterable[Procedure],
    notices: Mapping[str, Notice],
    *,
    forms_by_notice: Mapping[str, Collection[str]],
) -> list[Count]:
    """Count as the indicator says, beside what is published; years and provinces in order.

    A procedure fits when one of its notices that hold now fits, counted once in the year in
    which the first of that kind was published. Replaced notices are never counted, and of a
    notice and its copy neither is counted twice.

    Args:
        procedures: From ``pipeline.notices.procedures``.
        notices: By ``notice_id``; all those of the procedures.
        forms_by_notice: Ids of the codebook's forms per notice; of others no form is known.
    """
    counted: dict[str, list[str]] = {}
    for procedure in procedures:
        fitting = [
            notices[x]
            for x in sorted(_standing(procedure), key=lambda x: order(notices[x]))
            if _fits(notices[x], _forms(x, procedure, forms_by_notice), indicator)
        ]
        if indicator.count == "procedures":
            fitting = fitting[:1]
        for notice in fitting:
            day = _day(notice, procedure, notices, indicator)
            if indicator.period is None or (day and day in indicator.period):
                counted.setdefault(_value(notice, day, indicator), []).append(notice.notice_id)
    return [
        Count(
            value=value,
            ours=len(counted.get(value, ())),
            published=indicator.published.get(value),
            notice_ids=tuple(sorted(counted.get(value, ()))),
        )
        for value in sorted(counted.keys() | indicator.published.keys())
    ]


def traits(notice: Notice) -> set[str]:
    """Return what may be asked of a notice, but for what is judged, each in one word."""
    return {
        trait(name, value)
        for name, values in FIELDS.items()
        if name != JUDGED
        for value in values(notice, ())
        if value is not None
    }


def trait(name: str, value: Value) -> str:
    """Return the word for a value of a field: one that an indicator asks for."""
    return f"{name}={value!r}"


def _standing(procedure: Procedure) -> Iterator[str]:
    """The notices that hold now; of a notice and its copy the copy, which tells more."""
    copied = set(procedure.copies.values())
    for notice_id, holds in procedure.current.items():
        if notice_id == holds and notice_id not in copied:
            yield notice_id


def _forms(
    notice_id: str, procedure: Procedure, forms_by_notice: Mapping[str, Collection[str]]
) -> set[str]:
    """Of a copy also the forms of its original: either may have been judged."""
    names = (notice_id, procedure.copies.get(notice_id, notice_id))
    return {form for name in names for form in forms_by_notice.get(name, ())}


def _fits(notice: Notice, forms: Collection[str], indicator: Indicator) -> bool:
    def has(name: str, values: Collection[Value]) -> bool:
        return any(value in values for value in FIELDS[name](notice, forms) if value is not None)

    return all(has(*condition) for condition in indicator.where.items()) and not any(
        has(*condition) for condition in indicator.without.items()
    )


def _day(
    notice: Notice, procedure: Procedure, notices: Mapping[str, Notice], indicator: Indicator
) -> dt.date | None:
    """When it began: a changed call counts in the year of the call."""
    if indicator.count == "notices":
        return notice.published_on
    kinds = indicator.where.get("kind", ())
    members = (notices[x] for x in procedure.notice_ids)
    days = (x.published_on for x in members if not kinds or x.kind in kinds)
    return min(filter(None, days), default=None)


def _value(notice: Notice, day: dt.date | None, indicator: Indicator) -> str:
    if indicator.per == "year":
        return str(day.year) if day else UNKNOWN
    places = (*notice.nuts, *(code for lot in notice.lots for code in lot.nuts))
    regions, renumbered = indicator.country.regions, indicator.country.renumbered
    areas = (renumbered.get(x[:4], x[:4]) for x in places)
    return next((regions[x] for x in areas if x in regions), UNKNOWN)


def _wrong(file: str, name: str, seen: object, expected: str) -> SettingsError:
    return SettingsError(f"indicator {file}: {name} is {seen!r}; expected {expected}")


def _text(table: Mapping[str, Any], name: str, file: str) -> str:
    if not isinstance(table[name], str) or not table[name].strip():
        raise _wrong(file, name, table[name], "a text")
    return cast("str", table[name])


def _period(written: str | None, file: str) -> Period | None:
    try:
        return Period.parse(written) if written is not None else None
    except ValueError as error:
        raise SettingsError(f"indicator {file}: {error}") from None


def _conditions(table: Mapping[str, Any], name: str, file: str) -> dict[str, tuple[Value, ...]]:
    conditions = table.get(name, {})
    if not isinstance(conditions, Mapping):
        raise _wrong(file, name, conditions, "a table")
    for key, values in conditions.items():
        if key not in FIELDS:
            raise _wrong(file, name, key, f"one of {', '.join(FIELDS)}")
        if not isinstance(values, list) or not all(isinstance(x, str | bool) for x in values):
            raise _wrong(file, f"{name}.{key}", values, 'a list like ["innovation"] or [true]')
    return {key: tuple(values) for key, values in conditions.items()}


def _unchecked(table: Mapping[str, Any], file: str) -> tuple[str, ...]:
    names = table.get("unchecked", [])
    known = table.get("published", {})
    if not isinstance(names, list) or not all(x in known for x in names):
        raise _wrong(file, "unchecked", names, "a list of years or provinces that are published")
    return tuple(names)


def _published(table: Mapping[str, Any], per: Per, file: str, country: Country) -> dict[str, int]:
    counts = table.get("published", {})
    if not isinstance(counts, Mapping):
        raise _wrong(file, "published", counts, "a table")
    for value, number in counts.items():
        if per == "province" and value not in country.regions.values():
            raise _wrong(file, "published", value, "a province as we spell it")
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise _wrong(file, f"published.{value}", number, "a count")
    return dict(counts)
