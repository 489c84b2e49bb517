"""TenderNed's open dataset: one file of OCDS releases per year, and workbooks of several years.

It reaches back further than the API lets on and has lots and values, but comes out a few times
a year only. Each year is taken from one file; a new release of that file replaces it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.errors import SourceChanged
from pipeline.records import Period, RawNotice
from pipeline.sources import Listed, Source, Unverified
from pipeline.sources import _tenderned_files as page
from pipeline.sources import _tenderned_lines as dataset
from pipeline.sources.tenderned_columns import RELEASES, ROWS

if TYPE_CHECKING:
    from pipeline.sources._http import Http

NAME = "tenderned_dataset"


def listed(http: Http, day: dt.date) -> Iterator[Listed]:
    """Yield the file that tells of a year, on the first day it tells of.

    Files begin on the first of a month; on other days nothing is asked.

    Raises:
        SourceUnavailable: The page did not answer.
        SourceChanged: There are no files, or their names do not say of when they are.
    """
    if day.day != 1:
        return
    for part in page.parts_of_year(_files(http), day.year):
        if part.first == day:
            yield Listed(
                source_id=day.isoformat(),
                day=day,
                fingerprint=_fingerprint(part),
                url=part.file.url,
                facts={"part": part},
            )


def _files(http: Http) -> list[page.File]:
    return page.files(http.get(page.PAGE).body)


def _fingerprint(part: page.Part) -> str:
    # Each release has an address of its own, and often its size or date in the link.
    named = f"{part.file.url} {part.file.caption} {part.first} {part.last}"
    return hashlib.sha256(named.encode()).hexdigest()


def raw_notices(http: Http, thing: Listed) -> Iterator[RawNotice]:
    """Yield all lines of each publication, as ``day/publication``.

    Nothing is yielded before the file has come in whole.

    Raises:
        SourceUnavailable: The file is cut off.
        SourceChanged: It is not shaped as we know it, or holds nothing.
    """
    part: page.Part = thing.facts["part"]
    read = dataset.of_releases if part.file.is_json else dataset.lines_of_workbook
    empty = True
    with dataset.kept_lines() as lines:
        with http.stream(thing.url) as download:
            read(download, lines, part.holds)
        for publication, body in lines.publications():
            empty = False
            yield RawNotice(
                source=NAME,
                source_id=f"{thing.source_id}/{publication}",
                url=thing.url,
                fetched_at=download.received_at,
                media_type=RELEASES if part.file.is_json else ROWS,
                body=body,
            )
    if empty:
        raise SourceChanged(f"{thing.url}: no publication of {part.first} to {part.last}")


def page_answers(http: Http) -> str | None:
    """Whether the page links to files of the dataset."""
    return None if _files(http) else "no files"


def _names_say_when(http: Http) -> str | None:
    urls = [url for url, _ in page.links(http.get(page.PAGE).body) if not page.days_held(url)]
    return f"files that are left out: {', '.join(map(page.file_name, urls))}" if urls else None


def _years_are_covered(http: Http) -> str | None:
    found, last = _files(http), http.today().year - 1
    missing = [
        year for year in range(EARLIEST.year, last + 1) if not page.parts_of_year(found, year)
    ]
    return f"no file tells of {', '.join(map(str, missing))}" if missing else None


def _releases_are_known(http: Http) -> str | None:
    newest = max((x for x in _files(http) if x.is_json), key=lambda x: x.last, default=None)
    if newest is None:
        return "no JSON file"
    with http.stream(newest.url) as download:
        head = download.read(65_536)
    names = (b'"releases"', b'"ocid"', b'"procurementMethodDetails"')
    missing = [name.decode() for name in names if name not in head]
    return f"{page.file_name(newest.url)} begins without {', '.join(missing)}" if missing else None


def _nothing(period: Period) -> str:
    year = period.last_day.year
    return f"A year comes as a whole, under its first day: fetch {NAME} {year}."


EARLIEST = dt.date(2016, 1, 1)

SOURCE = Source(
    name=NAME,
    of="NLD",
    title="TenderNed, open dataset",
    in_dutch="TenderNed, jaarbestanden",
    terms="https://data.open-contracting.org/en/publication/133",
    hosts=frozenset({"www.tenderned.nl"}),
    list=listed,
    get=raw_notices,
    count=lambda *_: None,
    earliest=lambda _: EARLIEST,
    unverified=(
        Unverified(
            name="names of the files",
            assumed="say of which days they are, from the first of a month",
            effect_if_wrong="a file without a period is left out; one that begins in the middle "
            "of a month stops the listing with SourceChanged",
            check=_names_say_when,
        ),
        Unverified(
            name="years of the dataset",
            assumed="the page has files for each year from 2016",
            effect_if_wrong="fetching a year that is not there finds nothing",
            check=_years_are_covered,
        ),
        Unverified(
            name="shape of the releases",
            assumed="a release package with ocid and procurementMethodDetails",
            effect_if_wrong="the file is refused, or its notices lack a procedure",
            check=_releases_are_known,
        ),
    ),
    endpoints=(("page of the dataset", page_answers),),
    nothing=_nothing,
)
