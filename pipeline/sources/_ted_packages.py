"""TED's packages of days and months, read as they come in, and the calendar of issues."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, cast

from pipeline.errors import NoticeError, SourceChanged, SourceUnavailable
from pipeline.records import Unreadable
from pipeline.sources._archives import gunzip, untar
from pipeline.sources._http import Download, Http
from pipeline.sources._streams import FAULTS, Content, content, content_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One notice of a package.

    Attributes:
        day: Of publication.
        number: Publication number without leading zeros.
        body: The XML as published.
    """

    day: dt.date
    number: str
    body: bytes


def daily_name(year: int, issue: int) -> str:
    """What TED calls the package of an issue: ``202600136``."""
    return f"{year}{issue:05d}"


def daily_url(name: str) -> str:
    """The address of a day's package."""
    return f"https://ted.europa.eu/packages/daily/{name}"


def monthly_url(year: int, month: int) -> str:
    """The address of a month's package; the month without a leading zero."""
    return f"https://ted.europa.eu/packages/monthly/{year}-{month}"


@lru_cache(maxsize=2)
def calendar(http: Http, year: int) -> Mapping[dt.date, int]:
    """Return the number of the issue of each day of a year that has one.

    Raises:
        SourceUnavailable: No answer.
        SourceChanged: It is no table of issue numbers and days.
    """
    answer = http.get(f"https://ted.europa.eu/en/release-calendar/-/download/file/CSV/{year}")
    lines = answer.body.decode("utf-8-sig", errors="replace").splitlines()
    if not lines or [x.strip() for x in lines[0].split(",")] != ["OJS", "Publication date"]:
        raise SourceChanged(
            f"{answer.url}: starts with {lines[:1]}; expected the columns OJS,Publication date"
        )
    issues: dict[dt.date, int] = {}
    for cells in csv.reader(filter(str.strip, lines[1:])):
        try:
            issue, written = cells
            day, in_month, in_year = (int(x) for x in written.split("/"))
            issues[dt.date(in_year, in_month, day)] = int(issue)
        except ValueError:
            raise SourceChanged(
                f"{answer.url}: a line {','.join(cells)[:80]!r}; expected 136,17/07/2026"
            ) from None
    return issues


def package_members(download: Download, name: str) -> Iterator[Member]:
    """Yield the notices of a package, whether or not they lie in archives in the archive.

    Raises:
        SourceUnavailable: It is cut off or damaged.
        SourceChanged: Something else than notices is in it, or it is made to do harm.
    """
    try:
        for file in _files(content(cast("BinaryIO", download), name, url=download.url)):
            yield _member(file)
        while download.read(65_536):
            pass  # so that a cut-off end is noticed
    except (tarfile.TarError, *FAULTS) as error:
        raise SourceUnavailable(f"{download.url} is cut off or damaged: {error}") from None
    except NoticeError as error:
        raise SourceChanged(f"{download.url}: {error}") from None


def _files(outer: Content) -> Iterator[Content]:
    if (found := content_kind(outer.head)) != "gzip":
        raise NoticeError(f"{found} where an archive was expected: {outer.head[:80]!r}")
    unpacked = gunzip(outer)
    for member in untar(unpacked, in_gzip=True):
        if isinstance(member, Unreadable):
            raise NoticeError(f"{member.source_id}: {member.reason}")
        member.gauge.reset()
        if content_kind(member.head) == "gzip":
            yield from _files(member)
        else:
            yield member
    unpacked.gauge.reset(None)
    while unpacked.stream.read(65_536):
        pass  # so that the checksum at the end is compared


def _member(file: Content) -> Member:
    place = re.search(r"(\d{8})_\d+/0*(\d+)_(\d{4})\.xml$", file.source_id)
    day = _day(place[1]) if place else None
    if not place or not day or content_kind(file.head) != "xml":
        raise NoticeError(
            f"a member {file.source_id[-80:]!r} that begins with {file.head[:20]!r}; "
            "expected XML under a name like 20260717_136/00497150_2026.xml"
        )
    return Member(day=day, number=f"{place[2]}-{place[3]}", body=file.stream.read())


def _day(written: str) -> dt.date | None:
    try:
        return dt.date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return None
