"""TED's packages: all notices of a day or a month in one archive; for history.

A package is read as it comes in, member by member, and never stands on disk. Whether it is
whole is judged by the Search API's count of each day, as far back as that reaches.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import partial

from pipeline.errors import SourceUnavailable
from pipeline.records import RawNotice
from pipeline.sources import Listed, Source, ted
from pipeline.sources import _ted_facts as facts
from pipeline.sources import _ted_packages as packages
from pipeline.sources import _ted_search as search
from pipeline.sources._http import Http
from pipeline.sources._ted_country import checked, is_of

NAME = "ted_bulk"

# Older packages hold text, not XML.
FIRST_DAY = dt.date(2011, 1, 1)


def source(country: str = "NLD") -> Source:
    """Return TED's packages as the source of the notices of one country's buyers.

    Args:
        country: ISO 3166 alpha-3, one of those that publish on TED.

    Raises:
        SettingsError: It is not.
    """
    return Source(
        name=NAME,
        title="TED, packages of whole days and months",
        in_dutch="TED, dagpakketten",
        terms="https://ted.europa.eu/en/legal-notice",
        hosts=search.HOSTS,
        list=listed,
        get=partial(raw_notices, country=checked(country)),
        count=lambda *_: None,
        earliest=lambda _: FIRST_DAY,
        unverified=facts.OF_PACKAGES,
        endpoints=(
            ("release calendar", facts.calendar_answers),
            ("daily package", facts.package_answers),
        ),
    )


def listed(http: Http, day: dt.date) -> Iterator[Listed]:
    """Yield the package of a day; none on days without an issue.

    Raises:
        SourceUnavailable, SourceChanged: There is no release calendar that can be read.
    """
    if issue := packages.calendar(http, day.year).get(day):
        package = packages.daily_name(day.year, issue)
        yield Listed(
            source_id=package,
            day=day,
            fingerprint=package,
            url=packages.daily_url(package),
            facts={"days": (day,)},
        )


def month(http: Http, year: int, number: int) -> Listed:
    """Return the package of a month, for ``Source.get``; dated on its last issue.

    Raises:
        SourceUnavailable, SourceChanged: The month has no issues in the release calendar.
    """
    days = tuple(day for day in sorted(packages.calendar(http, year)) if day.month == number)
    if not days:
        raise SourceUnavailable(f"{NAME}: no issue in {year}-{number:02d} in the release calendar")
    package = f"{year}-{number}"
    return Listed(
        source_id=package,
        day=days[-1],
        fingerprint=package,
        url=packages.monthly_url(year, number),
        facts={"days": days},
    )


def raw_notices(http: Http, thing: Listed, *, country: str) -> Iterator[RawNotice]:
    """Yield the XML of a country's notices out of a package, as published.

    Raises:
        SourceUnavailable: The package is cut off or damaged, or lacks notices that the Search
            API has; found out at the end, when most was yielded.
        SourceChanged: Something else than notices is in it.
    """
    found: Counter[dt.date] = Counter()
    with http.stream(thing.url) as download:
        for member in packages.package_members(download, thing.source_id):
            found[member.day] += 1
            if is_of(member.body, country):
                yield RawNotice(
                    source=NAME,
                    source_id=f"{thing.source_id}/{member.number}",
                    url=search.notice_url(member.number),
                    fetched_at=download.received_at,
                    media_type="application/xml",
                    body=member.body,
                )
    for day in sorted({*thing.facts["days"], *found}):
        _check_whole(http, day, found[day], package=thing.source_id)


def _check_whole(http: Http, day: dt.date, found: int, *, package: str) -> None:
    if day < ted.earliest(http.today()):
        return
    announced = search.count_found(http, day, day, country=None)
    if found != announced:
        raise SourceUnavailable(
            f"{NAME}: {package} has {found} notices of {day}; the Search API has {announced}",
            hint="A package is final by 09:30 on its day. Run again later.",
        )


SOURCE = source()
