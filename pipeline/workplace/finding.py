"""The pages that search: the result, and the same as a file."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from openpyxl import Workbook
from starlette.datastructures import QueryParams
from starlette.responses import Response

from pipeline.corpus.lemmas import folded, lemma_places, lemmas_of
from pipeline.report import dutch
from pipeline.spreadsheet import csv_table, defused
from pipeline.workplace.catalogue import cell_labels, reading
from pipeline.workplace.search import FACETS, OPINIONS, TERM, UNKNOWN, Finder, Hits, Wanted
from pipeline.workplace.visit import Visit
from pipeline.workplace.words import FACET_NAMES, KINDS, ORDERS, SORTINGS, label_name, value_name

PER_PAGE = 20
# Of a facet with many values the most frequent, and what is chosen.
SHOWN_VALUES = 8
SNIPPET = 260
# Excel holds no more than 1,048,576 lines; this many still opens quickly.
MOST_EXPORTED = 100_000
OPINION_COLUMNS = (
    *("degree", "aspect", "openness", "forms", "missions", "p_innovation", "rules", "differs"),
)
EXPORTED = (
    *("notice_id", "source", "kind", "published_on", "title", "buyer", "buyer_kind", "province"),
    *("cpv_division", "procedure", "value_eur", "declared", "url", *OPINION_COLUMNS, "model_id"),
    *("people", "people_degree", "people_aspect", "people_openness", "people_forms"),
)
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def wanted_of(asked: QueryParams) -> Wanted:
    """Read an address."""
    chosen = {
        facet: tuple(asked.getlist(name))
        for facet, (name, _) in FACET_NAMES.items()
        if asked.getlist(name)
    }
    by_name = {name: sorting for sorting, (name, _) in SORTINGS.items()}
    sorting = by_name.get(asked.get("volgorde", ""), "relevance")
    return Wanted(words=asked.get("q", ""), chosen=chosen, sorting=sorting)  # type: ignore[arg-type]


def query_of(wanted: Wanted, *, page: int = 1) -> str:
    """Write an address; the same search always has the same one."""
    parts = [("q", wanted.words)] if wanted.words else []
    for facet, values in wanted.chosen.items():
        parts += [(FACET_NAMES[facet][0], value) for value in values]
    if wanted.sorting != "relevance":
        parts.append(("volgorde", SORTINGS[wanted.sorting][0]))
    if page > 1:
        parts.append(("pagina", str(page)))
    return urlencode(parts)


def search(visit: Visit) -> Response:
    """Show what was found, page by page, with the facets beside it."""
    wanted, finder = wanted_of(visit.query), visit.work.finder
    withheld = visit.work.withheld(visit.person)
    hits = finder.find(wanted, withheld=withheld)
    total = len(hits.numbers)
    page, pages = page_asked(visit.query, total)
    shown = hits.numbers[(page - 1) * PER_PAGE : page * PER_PAGE].tolist()
    return visit.page(
        "search.html",
        title=f"Zoeken: {wanted.words}" if wanted.words else "Zoeken",
        wanted=wanted,
        query=query_of(wanted),
        total=total,
        hits=hits,
        lines=[_line(x, wanted, withheld, visit) for x in rows_of(finder, shown)],
        facets=[_facet(facet, hits, wanted, visit) for facet in FACETS],
        sortings=_sortings(wanted),
        changed_sorting=wanted.words and wanted.sorting == "relevance" != hits.sorting,
        page=page,
        pages=pages,
        earlier=query_of(wanted, page=page - 1) if page > 1 else None,
        later=query_of(wanted, page=page + 1) if page < pages else None,
        most_exported=MOST_EXPORTED,
        kinds=KINDS,
        orders=ORDERS,
    )


def _sortings(wanted: Wanted) -> list[tuple[str, str, bool]]:
    """Return the orders to choose from; without words relevance is the newest first."""
    titles = {key: (name, title) for key, (name, title) in SORTINGS.items()}
    if not wanted.words and wanted.sorting != "newest":
        titles["relevance"] = (SORTINGS["relevance"][0], titles.pop("newest")[1])
    return [(name, title, key == wanted.sorting) for key, (name, title) in titles.items()]


def page_asked(asked: QueryParams, total: int) -> tuple[int, int]:
    """Return which page of a result is asked for, one that there is, and how many there are."""
    text, pages = asked.get("pagina", ""), max(1, -(-total // PER_PAGE))
    number = int(text) if re.fullmatch("[0-9]{1,9}", text) else 1
    return min(max(1, number), pages), pages


def rows_of(finder: Finder, numbers: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """Yield lines of the index in the order of their numbers."""
    with closing(reading(finder.path)) as base:
        for start in range(0, len(numbers), 500):
            part = numbers[start : start + 500]
            marks = ", ".join("?" * len(part))
            query = f"SELECT * FROM notices WHERE number IN ({marks})"  # noqa: S608 - marks only
            held = {row["number"]: row for row in base.execute(query, part)}
            yield from (dict(held[number]) for number in part)


def _line(
    row: Mapping[str, Any], wanted: Wanted, withheld: frozenset[str], visit: Visit
) -> dict[str, Any]:
    """Make what is shown of one notice."""
    book = visit.work.codebook
    hidden = row["notice_id"] in withheld
    said = [] if hidden else [x for x in (row["degree"],) if x] + cell_labels(row["forms"])
    return {
        **row,
        "hidden": hidden,
        "day": row["published_on"] and dutch.date(dt.date.fromisoformat(row["published_on"])),
        "tags": [(label_name(x, book), x == "none") for x in said if x != "conventional"],
        "snippet": _snippet(row["text"] or "", wanted.words),
    }


def _snippet(text: str, words: str) -> list[tuple[str, bool]]:
    """Return the text around the first word that was found, in pieces, found or not."""
    terms = [found[2] or found[3] or "" for found in TERM.finditer(words) if not found[1]]
    sought = {x for term in terms if not term.startswith("-") for x in lemmas_of(term)}
    begins = tuple(folded(term[:-1]) for term in terms if term.endswith("*") and len(term) > 1)
    # The title stands above it; a notice may have nothing else.
    body = text.partition("\n")[2]
    places = [
        (start, end)
        for each, start, end in lemma_places(body)
        if each in sought or each.startswith(begins)
    ]
    first = places[0][0] if places else 0
    left = max(0, first - SNIPPET // 3)
    left = body.rfind(" ", 0, left) + 1 if left else 0
    right = left + SNIPPET
    right = body.find(" ", right) if 0 <= body.find(" ", right) < right + 40 else right
    pieces, at = [("… " if left else "", False)], left
    for start, end in places:
        if at <= start and end <= right:
            pieces += [(body[at:start], False), (body[start:end], True)]
            at = end
    return [*pieces, (body[at:right] + (" …" if right < len(body) else ""), False)]


def _facet(facet: str, hits: Hits, wanted: Wanted, visit: Visit) -> dict[str, Any]:
    work = visit.work
    name, title = FACET_NAMES[facet]
    chosen = wanted.chosen.get(facet, ())
    counts = {**dict.fromkeys(chosen, 0), **hits.counts[facet]}
    values = [
        (
            value,
            value_name(facet, value, work.codebook, country=work.country),
            count,
            value in chosen,
        )
        for value, count in counts.items()
    ]
    if facet not in {"period", "degree"}:
        values.sort(key=lambda x: -x[2])
    elif facet == "degree":
        order = work.codebook.degrees
        values.sort(key=lambda x: order.index(x[0]) if x[0] in order else len(order))
    # What is not known tells least, however often.
    values.sort(key=lambda x: x[0] == UNKNOWN)
    return {
        "name": name,
        "title": title.format(region=work.country.region.capitalize()),
        "values": values[:SHOWN_VALUES],
        "more": values[SHOWN_VALUES:],
        "open": bool(chosen),
        "model": facet in OPINIONS,
    }


def _exported(visit: Visit) -> Iterator[dict[str, Any]]:
    finder, withheld = visit.work.finder, visit.work.withheld(visit.person)
    hits = finder.find(wanted_of(visit.query), withheld=withheld)
    for row in rows_of(finder, hits.numbers[:MOST_EXPORTED].tolist()):
        line = {name: row[name] for name in EXPORTED}
        if row["notice_id"] in withheld:
            line |= dict.fromkeys((x for x in EXPORTED if x.startswith("people")), None)
            line |= dict.fromkeys((*OPINION_COLUMNS, "model_id"), None)
        yield line


def search_csv(visit: Visit) -> Response:
    """Give the result as CSV, in UTF-8 with a mark, so that Excel reads it as such."""
    return sent_csv(csv_table(EXPORTED, _exported(visit)), "zoekresultaat.csv")


def search_xlsx(visit: Visit) -> Response:
    """Give the result as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Aankondigingen")
    sheet.append(EXPORTED)
    for line in _exported(visit):
        sheet.append([_cell(x) for x in line.values()])
    out = BytesIO()
    book.save(out)
    return sent_file(out.getvalue(), XLSX, "zoekresultaat.xlsx")


def _cell(value: object) -> object:
    safe = defused(value)
    # Signs that XML does not know would damage the whole workbook.
    return "".join(x for x in safe if x >= " " or x in "\t\n") if isinstance(safe, str) else safe


def sent_csv(body: bytes, name: str) -> Response:
    """Give a CSV in UTF-8 to keep, with the mark by which Excel knows its letters."""
    return sent_file(codecs.BOM_UTF8 + body, CSV, name)


def sent_file(body: bytes, kind: str, name: str) -> Response:
    """Give a file to keep."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
