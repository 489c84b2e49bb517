"""The files of TenderNed's open dataset: what the page links to, and which file tells of when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from pipeline.errors import SourceChanged

PAGE = "https://www.tenderned.nl/cms/nl/aanbesteden-in-cijfers/datasets-aanbestedingen"

ENDINGS = (".json", ".xlsx")

DAY = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the dataset.

    Attributes:
        first, last: Days of publication it holds, both inclusive.
        caption: Text of the link.
    """

    url: str
    first: dt.date
    last: dt.date
    caption: str

    @property
    def is_json(self) -> bool:
        """Whether it holds OCDS releases; a workbook otherwise."""
        return file_name(self.url).lower().endswith(".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a file that tells of some days of one year.

    Attributes:
        first, last: Days of publication, both inclusive.
    """

    file: File
    first: dt.date
    last: dt.date

    def holds(self, day: dt.date | None) -> bool:
        """Whether a publication of the file belongs to this part.

        What is dated outside the file, or not at all, belongs to its first or last day, so that
        no publication falls between two parts.
        """
        nearest = min(max(day or self.file.first, self.file.first), self.file.last)
        return self.first <= nearest <= self.last


def file_name(url: str) -> str:
    """The name of a file, as a person reads it."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


def links(page: bytes) -> Iterator[tuple[str, str]]:
    """Yield address and text of each link to a file.

    Raises:
        SourceChanged: It is no page.
    """
    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    try:
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise SourceChanged(f"{PAGE}: no page: {error}") from None
    for link in root.iter("a"):
        url = urljoin(PAGE, link.get("href", "").strip())
        if file_name(url).lower().endswith(ENDINGS):
            yield url, " ".join("".join(map(str, link.itertext())).split())


def files(page: bytes) -> list[File]:
    """Return the files whose names say of which days they are.

    Raises:
        SourceChanged: There is none, or one begins in the middle of a month.
    """
    found = [
        File(url=url, first=days[0], last=days[1], caption=text)
        for url, text in dict(links(page)).items()
        if (days := days_held(url))
    ]
    if not found:
        raise SourceChanged(f"{PAGE}: no link to a JSON or XLSX file of a stated period")
    for file in found:
        # The page is only looked at for the first day of each month.
        if file.first.day != 1:
            raise SourceChanged(
                f"{PAGE}: {file_name(file.url)} begins on {file.first}; expected a first"
            )
    return found


def days_held(url: str) -> tuple[dt.date, dt.date] | None:
    """Read the days a file holds from its name; ``None`` when it does not say.

    Names seen: ``Dataset_Tenderned-2025-01-01-2025-12-31.json``, ``2017.json``,
    ``Dataset_TenderNed_2016_2024_herzien.xlsx``.
    """
    name = file_name(url)
    try:
        days = [dt.date(*map(int, numbers)) for numbers in DAY.findall(name)]
    except ValueError:
        return None
    if not days and (years := [int(year) for year in YEAR.findall(name)]):
        days = [dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)]
    return (days[0], days[-1]) if len(days) == 2 and days[0] <= days[1] else None


def parts_of_year(found: Iterable[File], year: int) -> list[Part]:
    """Divide a year over the files, so that each day comes from one: the newest, JSON first."""
    pool, chosen = list(found), list[Part]()
    start, until = dt.date(year, 1, 1), dt.date(year, 12, 31)
    while fitting := [x for x in pool if max(x.first, start) <= min(x.last, until)]:
        best = max(
            fitting, key=lambda x: (min(x.last, until), x.is_json, x.last, -x.first.toordinal())
        )
        part = Part(file=best, first=max(best.first, start), last=min(best.last, until))
        chosen.append(part)
        until = part.first - dt.timedelta(days=1)
    return chosen[::-1]
