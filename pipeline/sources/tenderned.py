"""TenderNed, the Dutch platform for public tenders: its public, undocumented JSON API.

Each publication is a detail in JSON and the list of publications of the same tender. What the
detail leaves out (values, lots) stands in the XML: on TED for European notices, which the detail
points to, and at TenderNed itself for users with credentials. For the others, the notice as HTML
is taken along.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.records import RawNotice
from pipeline.sources import Listed, Source
from pipeline.sources import _tenderned_facts as facts
from pipeline.sources import _tenderned_list as listing

if TYPE_CHECKING:
    from pipeline.sources._http import Http, HttpAnswer

NAME = "tenderned"

# What the body of a raw notice holds. The detail is the notice itself.
DETAIL = "application/json"
RELATED = "application/vnd.innovatiemonitor.tenderned-related+json"
HTML = "application/vnd.innovatiemonitor.tenderned-html+json"
XML = "application/xml"

# TED publishes within days after TenderNed, and only then can pbNummerTed be filled.
DAYS_UNTIL_ON_TED = 7


def listed(http: Http, day: dt.date) -> Iterator[Listed]:
    """Yield the publications of a day.

    Raises:
        SourceUnavailable: The list is not whole.
        SourceChanged: The list is not of that day, or not shaped as we know it.
    """
    for publication, element in listing.of_day(http, day).items():
        yield Listed(
            source_id=publication,
            day=day,
            fingerprint=listing_fingerprint(element, age=http.today() - day),
            url=f"{listing.API}/{publication}",
            facts=element,
        )


def listing_fingerprint(element: Mapping[str, Any], *, age: dt.timedelta) -> str:
    """Return what changes when a publication may have changed.

    A European publication changes once without its list element showing it: when its number
    on TED becomes known. So it counts as changed when it is older than ``DAYS_UNTIL_ON_TED``.
    """
    stable = {name: value for name, value in element.items() if name not in listing.VOLATILE}
    digest = hashlib.sha256(json.dumps(stable, sort_keys=True).encode()).hexdigest()
    settled = element.get("europees") is True and age.days > DAYS_UNTIL_ON_TED
    return f"{digest} settled" if settled else digest


def raw_notices(http: Http, thing: Listed) -> Iterator[RawNotice]:
    """Yield the detail, then ``id/gerelateerd``, ``id/html`` and ``id/public-xml``.

    HTML only where the detail names no notice on TED; XML only with credentials in the
    environment (``TENDERNED_USER``, ``TENDERNED_PASSWORD``).

    Raises:
        SourceUnavailable: The detail is absent, or the credentials are refused.
        SourceChanged: An answer is something else than expected.
    """
    answer = http.get(thing.url)
    detail = answer.json()
    if not isinstance(detail, dict) or str(detail.get("publicatieId")) != thing.source_id:
        raise SourceChanged(f"{thing.url}: no detail of publication {thing.source_id}")
    yield _raw(thing, "", answer, media_type=DETAIL)
    yield from _related(http, thing)
    if not detail.get("pbNummerTed"):
        yield from _html(http, thing)
    yield from _xml(http, thing)


def _related(http: Http, thing: Listed) -> Iterator[RawNotice]:
    if answer := _part(http, thing, "/gerelateerd"):
        if not isinstance(answer.json(), list):
            raise SourceChanged(f"{answer.url}: expected a list of publications")
        yield _raw(thing, "/gerelateerd", answer, media_type=RELATED)


def _html(http: Http, thing: Listed) -> Iterator[RawNotice]:
    if answer := _part(http, thing, "/html"):
        found = answer.json()
        if not isinstance(found, dict) or not isinstance(found.get("html"), str):
            raise SourceChanged(f"{answer.url}: expected an object with a text `html`")
        yield _raw(thing, "/html", answer, media_type=HTML)


def _xml(http: Http, thing: Listed) -> Iterator[RawNotice]:
    user, password = os.environ.get("TENDERNED_USER"), os.environ.get("TENDERNED_PASSWORD")
    if not (user and password):
        return
    url = f"{thing.url}/public-xml"
    answer = http.get(url, auth=(user, password), expect=(200, 401, 403, 404))
    if answer.status in {401, 403}:
        raise SourceUnavailable(
            f"{url}: HTTP {answer.status} with the credentials of the environment",
            hint="Mend TENDERNED_USER and TENDERNED_PASSWORD, or unset them to do without XML.",
        )
    if answer.status == 404:
        return
    if not re.match(rb"(?:\xef\xbb\xbf)?\s*<(?!!DOCTYPE html|html)", answer.body, re.I):
        raise SourceChanged(f"{url}: expected XML, found {answer.body[:80]!r}")
    yield _raw(thing, "/public-xml", answer, media_type=XML)


def _part(http: Http, thing: Listed, name: str) -> HttpAnswer | None:
    """What TenderNed has besides the detail; ``None`` where it has none."""
    answer = http.get(thing.url + name, expect=(200, 404))
    return answer if answer.status == 200 else None


def _raw(thing: Listed, part: str, answer: HttpAnswer, *, media_type: str) -> RawNotice:
    return RawNotice(
        source=NAME,
        source_id=thing.source_id + part,
        url=thing.url + part,
        fetched_at=answer.received_at,
        media_type=media_type,
        body=answer.body,
    )


def count(http: Http, day: dt.date) -> int:
    """Return how many publications TenderNed counts on a day."""
    return listing.total(http, listing.days(day, day))


def earliest(_: dt.date) -> dt.date:
    """The year TenderNed began; its list is not known to forget."""
    return dt.date(2010, 1, 1)


SOURCE = Source(
    name=NAME,
    of="NLD",
    title="TenderNed",
    in_dutch="TenderNed",
    terms="https://data.overheid.nl/dataset/aankondigingen-van-overheidsopdrachten---tenderned",
    hosts=facts.HOSTS,
    list=listed,
    get=raw_notices,
    count=count,
    earliest=earliest,
    unverified=facts.OF_API,
    endpoints=facts.ENDPOINTS,
)
