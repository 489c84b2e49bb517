"""Real notices, for measuring only: read where somebody has them, never part of the repository."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.errors import CorpusError, SettingsError
from pipeline.notices import collect
from pipeline.records import Notice, Unreadable
from pipeline.sources.files import raw_notices

PUBLICATION_NUMBER = re.compile(r"0*(\d{1,8}-\d{4})")

# Extracts of title and description, in which the same notice may stand as among the XML.
EXTRACT = "descriptions.jsonl"

# When a notice was read is no part of a `Notice`; reading twice gives the same.
UNDATED = dt.datetime.fromtimestamp(0, dt.UTC)


def real_notices(folder: Path) -> dict[str, Notice]:
    """Read a folder of published notices.

    Args:
        folder: Holds folders of XML as published (``eforms``, ``ted_export``, ... by any name)
            and, if need be, ``descriptions.jsonl`` with ``notice_id``, ``title`` and
            ``description`` of notices whose XML is not there. Other files are not read.

    Returns:
        Notices by id; TED publication numbers without leading zeros, other ids as they are.
        Where XML and extract hold the same notice, the XML.

    Raises:
        SettingsError: There is no such folder, or no notice in it.
        CorpusError: A notice cannot be read, or stands there twice.
        NoticeError: A notice is in no format we know.
    """
    published = [*folder.glob("*/*.xml")]
    extract = [path for path in [folder / EXTRACT] if path.exists()]
    if not published and not extract:
        raise SettingsError(f"no notices in {folder}: expected */*.xml or {EXTRACT}")
    return _by_id(extract) | _by_id(sorted(published))


def publication_id(notice_id: str) -> str:
    """Return a TED publication number without leading zeros; any other id as it is."""
    number = PUBLICATION_NUMBER.fullmatch(notice_id)
    return number[1] if number else notice_id


def _by_id(paths: list[Path]) -> dict[str, Notice]:
    notices: dict[str, Notice] = {}
    for notice in _read(paths):
        if notice.notice_id in notices:
            raise CorpusError(f"{notice.notice_id} stands twice among the real notices")
        notices[notice.notice_id] = notice
    return notices


def _read(paths: list[Path]) -> Iterator[Notice]:
    for raw in raw_notices(paths, now=UNDATED):
        if isinstance(raw, Unreadable):
            raise CorpusError(f"{raw.source_id}: {raw.reason}")
        notice = collect.read_notice(raw)
        yield replace(notice, notice_id=publication_id(notice.notice_id))
