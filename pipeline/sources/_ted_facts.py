"""What we take for true about TED without proof, in one table, each with a way to find out.

"Measured" means: by others, written down publicly, July to October 2026.
"""

from __future__ import annotations

import datetime as dt

from pipeline.errors import PipelineError
from pipeline.sources import Unverified
from pipeline.sources import _ted_packages as packages
from pipeline.sources import _ted_search as search
from pipeline.sources._http import Http
from pipeline.sources._ted_search import notice_url


def last_days(http: Http) -> tuple[dt.date, dt.date]:
    """Two weeks that surely have notices."""
    today = http.today()
    return today - dt.timedelta(days=14), today


def search_answers(http: Http) -> str | None:
    """Whether the Search API finds Dutch notices of the last two weeks."""
    found = search.count_found(http, *last_days(http), country="NLD")
    return None if found else "no Dutch notices in the last two weeks; expected some hundreds"


def xml_answers(http: Http) -> str | None:
    """Whether the newest Dutch notice can be had as XML."""
    page = search.newest(http, *last_days(http), country="NLD")
    if not page["notices"]:
        return "no notice to ask for"
    answer = http.get(notice_url(page["notices"][0]["publication-number"]))
    return None if answer.body.lstrip()[:1] == b"<" else f"no XML: {answer.body[:80]!r}"


def calendar_answers(http: Http) -> str | None:
    """Whether there is a release calendar for this year, with a day in it."""
    return None if packages.calendar(http, http.today().year) else "an empty calendar"


def _floor_moves(http: Http) -> str | None:
    before = http.today() - dt.timedelta(days=round(10 * 365.25) + 31)
    found = search.count_found(http, before - dt.timedelta(days=30), before, country=None)
    return f"{found} notices of more than ten years ago; expected none" if found else None


def _token_holds(http: Http) -> str | None:
    first, last = last_days(http)
    request = {
        "query": search.query(first, last, country="NLD"),
        "fields": ["publication-number"],
        "limit": 1,
        "scope": "ALL",
        "paginationMode": "ITERATION",
        "onlyLatestVersions": False,
    }
    page = search.ask(http, request)
    if not (token := page.get("iterationNextToken")):
        return "no token on the first of many pages"
    following = search.ask(http, {**request, "iterationNextToken": token})
    if following["notices"] == page["notices"]:
        return "the page after the first is the first again"
    return None


def _accepts(http: Http, condition: str) -> str | None:
    request = {
        "query": f"buyer-country=NLD AND {condition}",
        "fields": ["publication-number"],
        "limit": 1,
        "scope": "ALL",
        "paginationMode": "PAGE_NUMBER",
        "page": 1,
        "onlyLatestVersions": False,
        "checkQuerySyntax": True,
    }
    try:
        search.ask(http, request)
    except PipelineError as error:
        return str(error)
    return None


def package_answers(http: Http) -> str | None:
    """Whether the newest final package begins with a notice; the rest is not asked for."""
    today = http.today()
    # Today's package may still be replaced; the first issue of a year is some days old at most.
    days = [day for day in packages.calendar(http, today.year) if day < today]
    if not days:
        return "no issue yet this year: look again in some days"
    issue = packages.calendar(http, today.year)[max(days)]
    name = packages.daily_name(today.year, issue)
    with http.stream(packages.daily_url(name)) as package:
        first = next(packages.package_members(package, name))
    if first.day != max(days):
        return f"{name} holds a notice of {first.day}; the calendar says {max(days)}"
    return None


def _monthly_answers(http: Http) -> str | None:
    # A month's package is there on the fifth working day of the next.
    before = http.today() - dt.timedelta(days=45)
    name = f"{before.year}-{before.month}"
    with http.stream(packages.monthly_url(before.year, before.month)) as package:
        first = next(packages.package_members(package, name))
    if (first.day.year, first.day.month) != (before.year, before.month):
        return f"the package of {name} holds a notice of {first.day}"
    return None


def _final_day_counts(http: Http) -> str | None:
    today = http.today()
    days = [day for day in packages.calendar(http, today.year) if day < today]
    if days and not search.count_found(http, max(days), max(days), country=None):
        return f"the Search API has no notice of {max(days)}, which had an issue"
    return None


OF_SEARCH = (
    Unverified(
        name="the firewall lets honest robots through",
        assumed="ted.europa.eu answers a User-Agent of the form Mozilla/5.0 (compatible; name/"
        "version; +contact); measured by one party, with a page as contact",
        effect_if_wrong="every XML and package fails with SourceUnavailable naming the firewall; "
        "nothing wrong is stored",
        check=xml_answers,
    ),
    Unverified(
        name="life of a paging token",
        assumed="longer than the pause between two pages",
        effect_if_wrong="each day with more than one page is restarted once and then fails with "
        "SourceUnavailable",
        check=_token_holds,
    ),
    Unverified(
        name="floor of the index",
        assumed="ten years ago, moving a day per day; measured",
        effect_if_wrong="older days are refused that could be had, or young ones come back empty, "
        "which the count of the day cannot show",
        check=_floor_moves,
    ),
    Unverified(
        name="strategic-procurement-lot as a condition",
        assumed="strategic-procurement-lot=inn-pur is accepted in a query",
        effect_if_wrong="declared innovation cannot be counted by TED itself; notices and figures "
        "stay the same",
        check=lambda http: _accepts(http, "strategic-procurement-lot=inn-pur"),
    ),
    Unverified(
        name="innovative-acquisition-lot as a condition",
        assumed="innovative-acquisition-lot=prod-innov is accepted in a query",
        effect_if_wrong="as above",
        check=lambda http: _accepts(http, "innovative-acquisition-lot=prod-innov"),
    ),
)

OF_PACKAGES = (
    Unverified(
        name="names in a package",
        assumed="20260717_136/00497150_2026.xml: day of publication, issue, publication number",
        effect_if_wrong="every package fails with SourceChanged naming the first member",
        check=package_answers,
    ),
    Unverified(
        name="a month's package",
        assumed="holds XML files, or the archives of days with XML files; both are read; measured",
        effect_if_wrong="months fail with SourceChanged; days can still be had",
        check=_monthly_answers,
    ),
    Unverified(
        name="a package and the Search API agree",
        assumed="a day's package has as many files as the API has notices of that day; measured",
        effect_if_wrong="packages are read to the end and then fail with SourceUnavailable naming "
        "both numbers. Too large for a check: what is checked is that the API counts a final day",
        check=_final_day_counts,
    ),
    Unverified(
        name="columns of the release calendar",
        assumed="OJS,Publication date with days written 17/07/2026; seen in public code",
        effect_if_wrong="no package is found: SourceChanged naming the first line",
        check=calendar_answers,
    ),
)
