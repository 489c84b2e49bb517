"""TED, the European journal of public tenders: each day's listing, then each notice's XML.

The index reaches back ten years and forgets a day each day; what is older comes from
``ted_bulk``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import partial

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.records import RawNotice
from pipeline.sources import Listed, Source
from pipeline.sources import _ted_facts as facts
from pipeline.sources import _ted_search as search
from pipeline.sources._http import Http, HttpAnswer
from pipeline.sources._ted_country import checked

NAME = "ted"


def source(country: str = "NLD") -> Source:
    """Return TED as the source of the notices of one country's buyers.

    Args:
        country: ISO 3166 alpha-3, one of those that publish on TED.

    Raises:
        SettingsError: It is not.
    """
    return Source(
        name=NAME,
        title="TED, Tenders Electronic Daily",
        in_dutch="TED (Publicatieblad van de EU)",
        terms="https://ted.europa.eu/en/legal-notice",
        hosts=search.HOSTS,
        list=partial(listed, country=checked(country)),
        get=raw_notices,
        count=partial(count, country=country),
        earliest=earliest,
        unverified=facts.OF_SEARCH,
        endpoints=(("Search API", facts.search_answers), ("notice XML", facts.xml_answers)),
    )


def listed(http: Http, day: dt.date, *, country: str) -> Iterator[Listed]:
    """Yield the notices of a day.

    Raises:
        SourceUnavailable: The listing is not whole.
        SourceChanged: An entry is not shaped as we know it, or is of another day.
    """
    for entry in search.entries(http, day, country=country):
        number = str(entry["publication-number"])
        published = str(entry.get("publication-date"))[:10]
        if published != day.isoformat():
            raise SourceChanged(
                f"{NAME}: {number} in the listing of {day} is of {published}; "
                "the query no longer selects a day"
            )
        sequence, year = number.split("-")
        source_id = f"{int(sequence)}-{year}"
        # A published notice never changes; its place in a chain of changes may become known.
        version = entry.get("change-notice-version-identifier")
        yield Listed(
            source_id=source_id,
            day=day,
            fingerprint=f"{source_id} {version}" if version else source_id,
            url=search.notice_url(source_id),
            facts=entry,
        )


def raw_notices(http: Http, thing: Listed) -> Iterator[RawNotice]:
    """Yield the XML of one notice, as published.

    Raises:
        SourceUnavailable: It is absent, cut off, or behind the firewall.
        SourceChanged: The answer is something else.
    """
    answer = http.get(thing.url)
    _check_whole(answer)
    yield RawNotice(
        source=NAME,
        source_id=thing.source_id,
        url=thing.url,
        fetched_at=answer.received_at,
        media_type="application/xml",
        body=answer.body,
    )


def count(http: Http, day: dt.date, *, country: str) -> int:
    """Return how many notices the index has for a day."""
    return search.count_found(http, day, day, country=country)


def earliest(today: dt.date) -> dt.date:
    """The floor of the index: ten years ago, and tomorrow one day later."""
    try:
        return today.replace(year=today.year - 10)
    except ValueError:  # 29 February
        return dt.date(today.year - 10, 3, 1)


def _check_whole(answer: HttpAnswer) -> None:
    """See that a notice begins and ends; what is in between is for the readers of formats."""
    body = answer.body.strip()
    if not body:
        raise SourceUnavailable(f"{answer.url}: HTTP {answer.status} without a body")
    root = re.search(rb"<([A-Za-z_][\w.:-]*)", body[:10_000])
    if not body.lstrip(b"\xef\xbb\xbf").startswith(b"<") or not root or root[1].lower() == b"html":
        raise SourceChanged(f"{answer.url}: expected XML, found {body[:80]!r}")
    if b"</" + root[1] not in body[-1_000:]:
        raise SourceUnavailable(f"{answer.url}: ends before </{root[1].decode()}>")


SOURCE = source()
