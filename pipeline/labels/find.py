"""Notices among files: all of them, or the one to explain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import NoticeError, SettingsError
from pipeline.home import Home
from pipeline.labels.batches import MOST_TOLD
from pipeline.notices import collect
from pipeline.records import Notice, Period, Unreadable
from pipeline.sources.files import raw_notices


def notices_of(
    inputs: Sequence[str | Path],
    *,
    home: Home,
    now: dt.datetime,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Notice]:
    """Read all notices of some files, and those collected of some periods, by id.

    Args:
        inputs: Files, folders, archives, and periods such as ``2026Q3``; what exists as a file is
            no period.
        tell: Hears what could not be read, and why, where the rest is of use.

    Raises:
        NoticeError: Nothing can be read; without ``tell``, something cannot.
        SettingsError: Nothing was collected of a period.
    """
    notices: dict[str, Notice] = {}
    paths = []
    for place in inputs:
        if (period := _period(place)) is None:
            paths.append(place)
        else:
            notices |= _collected(period, home)
    unread = []
    for raw in raw_notices(paths, now=now):
        try:
            if isinstance(raw, Unreadable):
                raise NoticeError(f"{raw.source_id}: {raw.reason}")
            notice = collect.read_notice(raw)
            notices[notice.notice_id] = notice
        except NoticeError as error:
            unread.append(str(error))
    if tell is None or not notices:
        _require_none(unread)
    else:
        for reason in unread:
            tell(reason)
    return notices


def _require_none(unread: Sequence[str]) -> None:
    if unread:
        raise NoticeError("\n".join(unread[:MOST_TOLD]))


def _period(place: str | Path) -> Period | None:
    if Path(place).exists():
        return None
    try:
        return Period.parse(str(place))
    except ValueError:
        return None


def _collected(period: Period, home: Home) -> dict[str, Notice]:
    # Imported here: one notice in a file is explained without what reads the store.
    from pipeline.notices.outlines import whole
    from pipeline.notices.period import all_outlines

    found = {x.notice_id: x for x in whole(all_outlines(period, store=home.raw))}
    if not found:
        raise SettingsError(
            f"nothing was collected of {period}",
            hint=f"Run `innovatiemonitor collect {period}{home.country.options}`.",
        )
    return found


def find(wanted: str, inputs: Sequence[str | Path], *, now: dt.datetime) -> Notice:
    """Return the notice with an id, or the only notice of a file.

    Args:
        wanted: A notice id, or the path of a file that holds one notice.
        inputs: Where to look for an id.
        now: Moment of reading, UTC.

    Raises:
        SettingsError: No notice has that id, or the file holds several.
        NoticeError: The file cannot be read.
    """
    if is_file(wanted):
        return _only(wanted, now)
    for raw in raw_notices(inputs, now=now):
        if isinstance(raw, Unreadable):
            continue
        try:
            notice = collect.read_notice(raw)
        except NoticeError:
            # It cannot be the one that is sought: an unreadable notice has no id.
            continue
        if notice.notice_id == wanted:
            return notice
    places = ", ".join(str(place) for place in inputs)
    raise SettingsError(f"no notice {wanted!r} in {places}", hint="Name the place with --input.")


def is_file(wanted: str) -> bool:
    """Whether this names a file; an id may be longer than any name of one."""
    try:
        return Path(wanted).is_file()
    except OSError:
        return False


def _only(path: str, now: dt.datetime) -> Notice:
    raws = list(raw_notices([path], now=now))
    if len(raws) != 1:
        raise SettingsError(f"{path} holds {len(raws)} notices; give an id and --input {path}")
    if isinstance(raws[0], Unreadable):
        raise NoticeError(f"{path}: {raws[0].reason}")
    return collect.read_notice(raws[0])
