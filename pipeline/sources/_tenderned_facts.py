"""What we take for true about TenderNed without proof, in one table, each with a way to find out.

The API is undocumented: all of it was measured by others in 2026 and written down publicly.
This table holds what they disagree on, and what would do harm without being noticed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.sources import Unverified
from pipeline.sources import _tenderned_list as listing

if TYPE_CHECKING:
    from pipeline.sources._http import Http

HOSTS = frozenset({"www.tenderned.nl"})

# Codes whose meaning was seen; of other procedures only the label is known.
PROCEDURES = frozenset({"OPE", "NOP", "MAC", "OZB", "CCD", "APM"})

# The row for BT-06 in a rendering: the Dutch label of the EU's own translations.
STRATEGIC = "Doel van strategische aanbestedingen"


def _weeks_ago(http: Http, weeks: int) -> dict[str, str]:
    """The seven days that ended a number of weeks ago."""
    last = http.today() - dt.timedelta(weeks=weeks)
    return listing.days(last - dt.timedelta(days=6), last)


def _newest(http: Http, filters: Mapping[str, str], *, weeks: int = 0) -> dict[str, Any] | None:
    content = listing.list_page(http, {**_weeks_ago(http, weeks), **filters}, size=1)["content"]
    return content[0] if content else None


def _part(http: Http, element: Mapping[str, Any], part: str) -> Any:
    return http.get(f"{listing.API}/{element['publicatieId']}{part}").json()


def list_answers(http: Http) -> str | None:
    """Whether the list has publications of the last seven days."""
    return None if _newest(http, {}) else "no publications in the last seven days"


def detail_answers(http: Http) -> str | None:
    """Whether the newest publication has a detail with a name."""
    element = _newest(http, {})
    if element is None:
        return "no publication to ask for"
    detail = _part(http, element, "")
    return None if detail.get("aanbestedingNaam") else f"it has {', '.join(sorted(detail))[:200]}"


def related_answers(http: Http) -> str | None:
    """Whether the newest publication has a list of related ones."""
    element = _newest(http, {})
    if element is None:
        return "no publication to ask for"
    found = _part(http, element, "/gerelateerd")
    return None if isinstance(found, list) else f"{type(found).__name__} instead of a list"


def rendering_answers(http: Http) -> str | None:
    """Whether the newest national publication can be had as HTML with labels."""
    element = _newest(http, {"nationaalOfEuropees": "NL"})
    if element is None:
        return "no national publication to ask for"
    found = _part(http, element, "/html")
    if not isinstance(found, dict) or 'class="label"' not in str(found.get("html")):
        return f"the rendering of {element['publicatieId']} has no labels"
    return None


ENDPOINTS = (
    ("list", list_answers),
    ("detail", detail_answers),
    ("related publications", related_answers),
    ("rendering as HTML", rendering_answers),
)


def _days_filter(http: Http) -> str | None:
    counted, everything = listing.total(http, _weeks_ago(http, 0)), listing.everything(http)
    if 0 < counted < everything:
        return None
    return f"{counted} publications in seven days, {everything} without a filter"


def _last_page(http: Http) -> str | None:
    found = len(listing.list_page(http, {}, number=listing.MOST_PAGES - 1)["content"])
    return None if found == listing.SIZE else f"{found} publications on page 99 of size 100"


def _vbe_filter(http: Http) -> str | None:
    counted = listing.total(http, {"publicatieType": "VBE"})
    everything = listing.everything(http)
    return None if counted == everything else f"{counted} of {everything}: the filter was mended"


def _number_on_ted(http: Http) -> str | None:
    element = _newest(http, {"nationaalOfEuropees": "EU"}, weeks=2)
    if element is None:
        return "no European publication to ask for"
    number = _part(http, element, "").get("pbNummerTed")
    if re.fullmatch(r"[0-9]{1,8}-[0-9]{4}", str(number)):
        return None
    return f"{element['publicatieId']} of two weeks ago has pbNummerTed {number!r}"


def _stable_elements(http: Http) -> str | None:
    before, after = (listing.list_page(http, _weeks_ago(http, 1))["content"] for _ in range(2))
    changed = {
        name
        for one, other in zip(before, after, strict=False)
        for name in one.keys() | other.keys()
        if one.get(name) != other.get(name)
    }
    strange = ", ".join(sorted(changed - listing.VOLATILE))
    return f"changed between two answers: {strange}" if strange else None


def _procedure_codes(http: Http) -> str | None:
    content = listing.list_page(http, _weeks_ago(http, 0))["content"]
    procedures = [element.get("procedure") or {} for element in content]
    strange = {
        f"{x.get('code')} ({x.get('omschrijving')})"
        for x in procedures
        if x.get("code") not in {None, *PROCEDURES}
    }
    return f"codes that are not in the table: {', '.join(sorted(strange))}" if strange else None


def _strategic_rows(http: Http) -> str | None:
    element = _newest(http, {"publicatieType": "AAO", "nationaalOfEuropees": "EU"})
    if element is None:
        return "no European call to ask for"
    found = STRATEGIC in str(_part(http, element, "/html").get("html"))
    return None if found else f"no label {STRATEGIC!r} in {element['publicatieId']}; look at others"


def _reaches_back(http: Http) -> str | None:
    first = dt.date(2010, 1, 1)
    counted = listing.total(http, listing.days(first, dt.date(2011, 12, 31)))
    return None if counted else "no publications of 2010 and 2011"


OF_API = (
    Unverified(
        name="days as a filter",
        assumed="publicatieDatumVanaf and publicatieDatumTot select days, both inclusive",
        effect_if_wrong="every day fails with SourceChanged: totals and dates are compared",
        check=_days_filter,
    ),
    Unverified(
        name="10,000 per query",
        assumed="page 99 of size 100 is the last that can be had",
        effect_if_wrong="a day of more publications than that fails with SourceChanged; the "
        "busiest days have some hundreds",
        check=_last_page,
    ),
    Unverified(
        name="publicatieType=VBE",
        assumed="is ignored by the API and returns everything; so kinds are read from the "
        "publications, never asked for",
        effect_if_wrong="none; the kind could be asked for",
        check=_vbe_filter,
    ),
    Unverified(
        name="pbNummerTed",
        assumed="holds the TED publication number a week after publication at the latest",
        effect_if_wrong="European notices fetched once keep no link to TED: they lack values and "
        "are counted twice, here and on TED",
        check=_number_on_ted,
    ),
    Unverified(
        name="stable list elements",
        assumed="only aantalDagenTotSluitingsDatum and score change without a reason",
        effect_if_wrong="each run fetches every publication again; nothing wrong is stored",
        check=_stable_elements,
    ),
    Unverified(
        name="codes of procedures",
        assumed="the label says which procedure it is; the codes of innovatiepartnerschap and "
        "of mededingingsprocedure met onderhandeling are not known",
        effect_if_wrong="a procedure whose label changed as well is kept as it is, with a remark",
        check=_procedure_codes,
    ),
    Unverified(
        name="strategic procurement in the rendering",
        assumed=f"the rendering of a call shows BT-06 under {STRATEGIC!r}",
        effect_if_wrong="national notices count as not having declared a strategic purpose",
        check=_strategic_rows,
    ),
    Unverified(
        name="first day",
        assumed="the list reaches back to 2010, and forgets nothing",
        effect_if_wrong="years that it does not have are found empty, as if nothing had been "
        "published; the counts of the dataset show it",
        check=_reaches_back,
    ),
)
