"""TED's Search API v3: expert queries, read page by page to the last one or not at all.

Facts: docs.ted.europa.eu/reuse/search-api.html, and what others measured.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.errors import SourceChanged, SourceUnavailable
from pipeline.sources._body import excerpt
from pipeline.sources._http import Http, HttpAnswer

HOSTS = frozenset({"api.ted.europa.eu", "ted.europa.eu"})
API = "https://api.ted.europa.eu/v3/notices/search"

FIELDS = (
    "publication-number",
    "publication-date",
    "notice-identifier",
    "notice-type",
    "procedure-identifier",
    "change-notice-version-identifier",
)

# The API refuses more than 250 notices a page, and more than 10,000 fields times notices.
LIMIT = min(250, 10_000 // len(FIELDS))

Entry = Mapping[str, Any]


class _TokenExpired(SourceUnavailable):
    """The answer to a token that is too old; the API calls it an internal error."""


def notice_url(number: str) -> str:
    """The direct address of a notice's XML; the number without leading zeros."""
    return f"https://ted.europa.eu/en/notice/{number}/xml"


def query(first: dt.date, last: dt.date, *, country: str | None) -> str:
    """Write the expert query for what was published in a stretch of days; both ends belong.

    Args:
        country: Of a buyer, ISO 3166 alpha-3; ``None`` for all.
    """
    days = f"publication-date>={first:%Y%m%d} AND publication-date<={last:%Y%m%d}"
    return f"buyer-country={country} AND {days}" if country else days


def entries(http: Http, day: dt.date, *, country: str | None) -> list[Entry]:
    """Return every notice of a day as the index has it; its ``FIELDS``, absent ones left out.

    Raises:
        SourceUnavailable: No whole answer, or fewer notices than the API announced.
        SourceChanged: A page is not shaped as we know it, or a field is refused.
    """
    request = {
        "query": query(day, day, country=country),
        "fields": list(FIELDS),
        "limit": LIMIT,
        "scope": "ALL",
        "paginationMode": "ITERATION",
        "onlyLatestVersions": False,
    }
    try:
        return _walk(http, request, expect=(200, 400, 500))
    except _TokenExpired:
        return _walk(http, request, expect=(200, 400))


def count_found(http: Http, first: dt.date, last: dt.date, *, country: str | None) -> int:
    """Return how many notices the API has for a stretch of days; errors as :func:`entries`."""
    return int(newest(http, first, last, country=country)["totalNoticeCount"])


def newest(http: Http, first: dt.date, last: dt.date, *, country: str | None) -> Entry:
    """Return a page with the last notice of a stretch of days, if any, and their number."""
    request = {
        "query": f"{query(first, last, country=country)} SORT BY publication-date DESC",
        "fields": list(FIELDS),
        "limit": 1,
        "scope": "ALL",
        "paginationMode": "PAGE_NUMBER",
        "page": 1,
        "onlyLatestVersions": False,
    }
    page = ask(http, request)
    _total(page)
    return page


def ask(http: Http, request: Mapping[str, Any], *, expect: Collection[int] = (200, 400)) -> Entry:
    """Send one request and return its page; parts of an answer (``timedOut``) are asked again.

    Raises:
        SourceUnavailable: No whole answer in time.
        SourceChanged: The request is refused, or the page is not shaped as we know it.
    """
    token = "iterationNextToken" in request
    answer = http.post_json(API, request, expect=expect if token else (200, 400), again=_cut_short)
    if answer.status == 400:
        raise SourceChanged(_refusal(answer, request))
    if answer.status == 500:
        raise _TokenExpired(f"{answer.url}: HTTP 500 on a token: {excerpt(answer.body)!r}")
    return _page(answer)


def _walk(http: Http, request: Mapping[str, Any], *, expect: Collection[int]) -> list[Entry]:
    page = ask(http, request)
    total = _total(page)
    found: dict[str, Entry] = {}
    tokens: set[str] = set()
    # The page after the last one is empty but may still carry a token.
    while page["notices"]:
        before = len(found)
        found |= {_number(entry): entry for entry in page["notices"]}
        if len(found) == before:
            raise SourceChanged(f"{API}: a page without new notices, so the pages never end")
        if (token := page.get("iterationNextToken")) is None or len(found) > total:
            break
        if token in tokens:
            raise SourceChanged(f"{API}: the same token on two pages, so the pages never end")
        tokens.add(token)
        page = ask(http, {**request, "iterationNextToken": token}, expect=expect)
    if len(found) != total:
        raise SourceUnavailable(
            f"{API}: {len(found)} notices on all pages; {total} were announced",
            hint="The index may just be growing. Run again later.",
        )
    return list(found.values())


def _cut_short(answer: HttpAnswer) -> str | None:
    if answer.status == 200 and _page(answer).get("timedOut"):
        return "the search timed out and gave a part of the notices"
    return None


def _page(answer: HttpAnswer) -> Entry:
    page = answer.json()
    found = page.get("notices") if isinstance(page, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SourceChanged(
            f"{answer.url}: no list of notices in the answer: {excerpt(answer.body)!r}"
        )
    return dict(page)


def _total(page: Entry) -> int:
    total = page.get("totalNoticeCount")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise SourceChanged(f"{API}: totalNoticeCount is {total!r}; expected a number from 0")
    return total


def _number(entry: Entry) -> str:
    number = entry.get("publication-number")
    if not isinstance(number, str) or not re.fullmatch(r"\d+-\d{4}", number):
        raise SourceChanged(f"{API}: publication-number is {number!r}; expected 123456-2026")
    return number


def _refusal(answer: HttpAnswer, request: Mapping[str, Any]) -> str:
    """Name the field that is refused: the first of ours that the answer speaks of."""
    text = answer.body.decode("utf-8", errors="replace")
    ours = {*request["fields"], *re.findall(r"[a-z]+(?:-[a-z]+)+", request["query"])}
    places = {
        name: place.start()
        for name in ours
        if (place := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))
    }
    about = f" about {min(places, key=lambda name: places[name])}" if places else ""
    return f"{answer.url}: HTTP 400{about}: {excerpt(answer.body)!r}"
