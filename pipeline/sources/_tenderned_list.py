"""The list of publications of TenderNed's JSON API, day by day.

The API ignores parameters that it does not know and then returns everything, so nothing it
answers is taken for the day that was asked until the dates and the totals say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pipeline.errors import SourceChanged, SourceUnavailable

if TYPE_CHECKING:
    from pipeline.sources._http import Http

API = "https://www.tenderned.nl/papi/tenderned-rs-tns/v2/publicaties"

# Larger sizes and higher pages are answered with 400.
SIZE = 100
MOST_PAGES = 100

# Fields of an element that change although the publication does not: one counts down to the
# deadline, the other ranks within the answer.
VOLATILE = frozenset({"aantalDagenTotSluitingsDatum", "score"})

# Once per client, because it costs a request: the total without any filter.
_everything: WeakKeyDictionary[Http, int] = WeakKeyDictionary()


def days(first: dt.date, last: dt.date) -> dict[str, str]:
    """The parameters that select days of publication, both inclusive."""
    return {"publicatieDatumVanaf": first.isoformat(), "publicatieDatumTot": last.isoformat()}


def list_page(
    http: Http, filters: Mapping[str, str], *, number: int = 0, size: int = SIZE
) -> dict[str, Any]:
    """Return one page of the list, with a ``content`` of elements that have an id.

    Raises:
        SourceUnavailable: No answer.
        SourceChanged: The answer is no page.
    """
    found = http.get(API, {"page": number, "size": size, **filters}).json()
    if not isinstance(found, dict) or not isinstance(found.get("content"), list):
        raise SourceChanged(f"{API}: page {number} has no list `content`")
    total = found.get("totalElements")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise SourceChanged(f"{API}: totalElements is {total!r}; expected a number from 0")
    for element in found["content"]:
        if not isinstance(element, dict) or not str(element.get("publicatieId", "")).isdecimal():
            raise SourceChanged(
                f"{API}: page {number} has an element without a numeric publicatieId; "
                f"it has {sorted(element) if isinstance(element, dict) else element!r}"
            )
    return found


def total(http: Http, filters: Mapping[str, str]) -> int:
    """Return how many publications TenderNed counts; raises as :func:`page`."""
    return int(list_page(http, filters, size=1)["totalElements"])


def everything(http: Http) -> int:
    """Return the total without filter, asked once per client; raises as :func:`page`."""
    if http not in _everything:
        _everything[http] = total(http, {})
    return _everything[http]


def of_day(http: Http, day: dt.date) -> dict[str, dict[str, Any]]:
    """Return the elements of a day by publicatieId.

    Raises:
        SourceUnavailable: No answer, or the list kept changing while it was read.
        SourceChanged: The filter does not work, or a page is not shaped as we know it.
    """
    # New publications push older ones to the next page, so an element may be seen twice; one
    # that is withdrawn makes another slip through, which only the total shows.
    for _ in range(2):
        found, counted = _read(http, day)
        if len(found) >= counted:
            return found
    raise SourceUnavailable(
        f"{API}: {day} has {counted} publications, of which {len(found)} were listed",
        hint="The list changed while it was read; run again later.",
    )


def _read(http: Http, day: dt.date) -> tuple[dict[str, dict[str, Any]], int]:
    found: dict[str, dict[str, Any]] = {}
    counted = 0
    for number in range(MOST_PAGES):
        answer = list_page(http, days(day, day), number=number)
        # The largest: a total that shrinks in between says that something slipped through.
        counted = max(counted, int(answer["totalElements"]))
        if number == 0:
            _check_total(http, day, counted)
        for element in answer["content"]:
            _check_day(element, day)
            found[str(element["publicatieId"])] = element
        if answer.get("last", not answer["content"]) or not answer["content"]:
            return found, counted
    raise SourceChanged(f"{API}: {day} has no last page within {MOST_PAGES} pages")


def _check_total(http: Http, day: dt.date, counted: int) -> None:
    if counted and counted >= everything(http):
        raise SourceChanged(
            f"{API}: {counted} publications on {day}, as many as without a filter; "
            "the parameters for days no longer work"
        )
    if counted > SIZE * MOST_PAGES:
        raise SourceChanged(
            f"{API}: {counted} publications on {day}; more than {SIZE * MOST_PAGES} cannot be read"
        )


def _check_day(element: Mapping[str, Any], day: dt.date) -> None:
    published = str(element.get("publicatieDatum"))
    if published[:10] != day.isoformat():
        raise SourceChanged(
            f"{API}: {element['publicatieId']} in the list of {day} has publicatieDatum "
            f"{published}; the parameters for days no longer work, or the field changed"
        )
