"""The page of market consultations: who asked the market what, and which call followed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import Response

from pipeline.codebook import Codebook
from pipeline.codec import from_plain
from pipeline.estimates.material import Material
from pipeline.notices.consultations import Consultation, consultations_among
from pipeline.report.consultation_lines import (
    FORM,
    NOT_FOUND,
    ConsultationLine,
    written_consultation,
)
from pipeline.report.consultations import (
    ALIKE,
    NAME,
    consultations_csv,
    consultations_workbook,
    notes_on_consultations,
)
from pipeline.workplace.catalogue import fact
from pipeline.workplace.finding import PER_PAGE, SHOWN_VALUES, XLSX, page_asked, sent_csv, sent_file
from pipeline.workplace.search import UNKNOWN, Wanted
from pipeline.workplace.visit import Visit, Workplace

if TYPE_CHECKING:
    from pipeline.labels.scores import Scores

# The fact of the index that says how many consultations are not in it, because of open draws.
HIDDEN = "consultations_hidden"
# Of thousands of buyers the most frequent can be ticked; the others are found by their name.
MOST_VALUES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """A consultation as the index keeps it.

    Attributes:
        notice_ids: Of the notices that hold now; the first is shown.
        call_id: Of the call that followed; ``None`` where none is known.
        by_text: Whether only the model, or rules where it does not read, say that it is one.
    """

    line: ConsultationLine
    notice_ids: tuple[str, ...]
    call_id: str | None
    by_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a visitor asked for, and what of it may be shown.

    Attributes:
        chosen: Facet to the values, any of which will do.
        hidden: Consultations left out: only the model knows them, and people judge their texts.
    """

    words: str
    chosen: Mapping[str, Sequence[str]]
    lines: Sequence[Consulted]
    hidden: int

    def left(self, besides: str = "") -> list[Consulted]:
        """Return those that every facet but one lets through."""
        wanted = [(x, {*values}) for x, values in self.chosen.items() if x != besides]
        return [x for x in self.lines if all(v & {*values_of(x.line, f)} for f, v in wanted)]


# What can be chosen, by its name in addresses.
CHOICES = {
    "oproep": "Oproep gevolgd",
    "opgave": "Maatschappelijke opgave volgens het model",
    "sector": "Sector (CPV)",
    "inkoper": "Inkoper",
    "jaar": "Jaar",
}
FOLLOWED = {"ja": "Ja", "afgeleid": "Ja, afgeleid", "nee": NOT_FOUND.capitalize()}


def values_of(line: ConsultationLine, choice: str) -> Sequence[str]:
    """Return under which values of a choice a consultation stands."""
    if choice == "oproep":
        return ["nee" if line.call is None else "afgeleid" if line.inferred else "ja"]
    if choice == "opgave":
        return line.missions
    if choice == "sector":
        return [line.cpv[:2] or UNKNOWN]
    if choice == "inkoper":
        return [line.buyer]
    return [str(line.published_on.year) if line.published_on else UNKNOWN]


def consulted(
    linked: Material,
    codebook: Codebook,
    scores: Scores | None,
    *,
    fictional: bool = False,
) -> Iterator[Consulted]:
    """Find the consultations of a country for the index, the latest first.

    Those that only the model knows are among them: who may see them is decided for each visit.

    Args:
        fictional: Whether notices are made up: then they are nowhere on the web.
    """
    forms, missions = (scores.listed(x) if scores else {} for x in ("forms", "missions"))
    by_text = {notice_id for notice_id, labels in forms.items() if FORM in labels}
    by_rules = scores.unread(by_text) if scores else ()
    for one in consultations_among(
        linked.procedures, linked.notices, by_text=by_text, country=linked.country
    ):
        line = written_consultation(one, codebook, missions, by_rules=by_rules, fictional=fictional)
        yield _kept(one, line)


def _kept(one: Consultation, line: ConsultationLine) -> Consulted:
    return Consulted(
        line=line,
        notice_ids=tuple(x.notice_id for x in one.publication.standing),
        call_id=one.call.notice.notice_id if one.call else None,
        by_text=one.shown_by == "text",
    )


def asked_of(visit: Visit) -> Asked:
    """Read an address, and what is there for it."""
    query = visit.query
    words, chosen = query.get("q", ""), {x: query.getlist(x) for x in CHOICES if query.getlist(x)}
    known = [
        from_plain(Consulted, json.loads(row["consulted"]))
        for row in visit.work.rows("SELECT consulted FROM consultations ORDER BY rowid")
    ]
    withheld = visit.work.withheld(visit.person)
    shown = [x for each in known if (x := without_opinion(each, withheld))]
    left_out = int(fact(visit.work.store.index_path, HIDDEN) or 0)
    named = _named(visit.work, words)
    return Asked(
        words=words,
        chosen=chosen,
        lines=[x for x in shown if not named.isdisjoint(x.notice_ids)],
        # Not those with the words alone: that would tell of which notice the model says so.
        hidden=left_out + len(known) - len(shown),
    )


def without_opinion(one: Consulted, withheld: Collection[str]) -> Consulted | None:
    """Return a consultation without what the model says of notices that are being judged.

    ``None`` where nobody but the model says that it is one.
    """
    if not any(x in withheld for x in one.notice_ids):
        return one
    return None if one.by_text else replace(one, line=replace(one.line, missions=()))


def _named(work: Workplace, words: str) -> Set[str]:
    """Return the notices that have some words; all of them where none are asked for."""
    finder = work.finder
    if not words.strip():
        return finder.numbers.keys()
    numbers = {*(finder.find(Wanted(words=words)).numbers - 1).tolist()}
    return {name for name, number in finder.numbers.items() if number in numbers}


def consulted_page(visit: Visit) -> Response:
    """Show the consultations that were asked for, page by page, with what can be chosen."""
    asked = asked_of(visit)
    found = asked.left()
    page, pages = page_asked(visit.query, len(found))
    return visit.page(
        "consultations.html",
        title=f"Marktconsultaties: {asked.words}" if asked.words else "Marktconsultaties",
        country=visit.work.country.name,
        notes=notes_on_consultations(visit.work.country),
        alike=ALIKE,
        not_found=NOT_FOUND,
        asked=asked,
        query=_query(asked),
        total=len(found),
        followed=sum(x.call_id is not None for x in found),
        lines=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        facets=[_choice(asked, name) for name in CHOICES],
        page=page,
        pages=pages,
        earlier=_query(asked, page - 1) if page > 1 else None,
        later=_query(asked, page + 1) if page < pages else None,
    )


def _query(asked: Asked, page: int = 1) -> str:
    parts = [("q", asked.words)] if asked.words else []
    parts += [(name, value) for name, values in asked.chosen.items() for value in values]
    return urlencode([*parts, ("pagina", str(page))] if page > 1 else parts)


def _choice(asked: Asked, name: str) -> dict[str, Any]:
    """Make what is shown of one facet; counts are as if nothing of it were chosen."""
    chosen = asked.chosen.get(name, ())
    titles = {
        value: _title(name, value, x.line) for x in asked.lines for value in values_of(x.line, name)
    }
    counts = Counter(value for x in asked.left(besides=name) for value in values_of(x.line, name))
    ranked = sorted(counts, key=lambda x: (-counts[x], titles[x]))
    if name == "jaar":
        ranked.sort(reverse=True)
    # What is not known tells least, however often.
    ranked.sort(key=lambda x: x == UNKNOWN)
    first = [*dict.fromkeys([*ranked[:SHOWN_VALUES], *chosen])]
    more = [x for x in ranked[:MOST_VALUES] if x not in first]
    shown, behind = (
        [(x, titles.get(x, x), counts[x], x in chosen) for x in values] for values in (first, more)
    )
    return {
        "name": name,
        "title": CHOICES[name],
        "values": shown,
        "more": behind,
        "open": bool(chosen),
    }


def _title(name: str, value: str, line: ConsultationLine) -> str:
    if value == UNKNOWN:
        return "Niet bekend"
    return {"oproep": FOLLOWED.get(value, value), "sector": line.sector}.get(name, value)


def consulted_csv(visit: Visit) -> Response:
    """Give what was asked for as CSV, in UTF-8 with a mark, so that Excel reads it as such."""
    work = visit.work
    body = consultations_csv(_lines(visit), fictional=work.fictional, country=work.country)
    return sent_csv(body, f"{NAME}.csv")


def consulted_xlsx(visit: Visit) -> Response:
    """Give what was asked for as a workbook."""
    work = visit.work
    (last,) = work.rows("SELECT max(published_on) AS day FROM notices")
    until = dt.date.fromisoformat(last["day"]) if last["day"] else None
    body = consultations_workbook(
        _lines(visit), until=until, fictional=work.fictional, country=work.country
    )
    return sent_file(body, XLSX, f"{NAME}.xlsx")


def _lines(visit: Visit) -> list[ConsultationLine]:
    return [x.line for x in asked_of(visit).left()]
