"""TenderNed's rendering of a notice as (section, label, value) triples.

Two layouts exist. eForms: table rows of a label and a value, under headers of three levels.
Older standard forms: headings "Afdeling I" to "VI", lines of "label: value", and lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from pipeline.errors import NoticeError
from pipeline.notices.formats._json import without_markup

HEADER = re.compile(r"\bheader([123])\b")
NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?\s+(.*)", re.S)
DIVISION = re.compile(r"Afdeling\s+([IVX]+)\b", re.I)
CLAUSE = re.compile(r"([IVX]+(?:\.[0-9]+)+)\)\s*(.*)", re.S)
LOT = re.compile(r"\b(?:LOT|PAR|GLO)-[0-9]{4}\b")

# Elements that begin a new line in the older layout.
BLOCKS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "dd", "li", "br", "tr", "div"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple:
    """One statement of a notice.

    Attributes:
        section: Number of the innermost header: ``5.1.7``, or ``V.2.4`` in older forms.
        lot: Of the header around it, ``LOT-0001``.
        label: Without the colon; empty for a header.
        value: Empty for a label that stands alone.
        header: Whether it is itself a header; its text is the value.
    """

    section: str
    label: str
    value: str
    lot: str | None = None
    header: bool = False


def triples(rendering: str, *, place: str) -> list[Triple]:
    """Read a rendering.

    Raises:
        NoticeError: It has neither of the two layouts.
    """
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(rendering, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise NoticeError(f"{place}: no HTML: {error}") from None
    found = list(_of_rows(root)) or list(_of_lines(root))
    if not any(triple.header for triple in found):
        raise NoticeError(f"{place}: a rendering without headers: {rendering[:80]!r}")
    return found


def is_older(found: list[Triple]) -> bool:
    """Whether it is the layout of the standard forms from before eForms."""
    return not found[0].section[:1].isdecimal()


def _text(element: etree._Element) -> str:
    return " ".join((without_markup("".join(map(str, element.itertext()))) or "").split())


def _of_rows(root: etree._Element) -> Iterator[Triple]:
    section, lot = "", None
    for row in root.iter("tr"):
        cells = [_text(cell) for cell in row if cell.tag in {"td", "th"}]
        if level := HEADER.search(row.get("class", "")):
            text = " ".join(cells)
            numbered = NUMBERED.fullmatch(text)
            section, named = numbered[1] if numbered else text, LOT.search(text)
            # Within a header of level 2 (a lot, a result) those of level 3 divide it.
            if level[1] != "3":
                lot = named[0] if named else None
            yield Triple(section=section, lot=lot, label="", value=text, header=True)
        elif cells and cells[0]:
            label, value = cells[0].rstrip(" :"), " ".join(cells[1:]).strip()
            yield Triple(section=section, lot=lot, label=label, value=value)


def _of_lines(root: etree._Element) -> Iterator[Triple]:
    section, label = "", ""
    for line in _lines(root):
        if division := DIVISION.match(line):
            section, label = division[1].upper(), ""
            yield Triple(section=section, label="", value=line, header=True)
            continue
        clause = CLAUSE.match(line)
        section, statement = (clause[1].upper(), clause[2]) if clause else (section, line)
        before, colon, after = statement.partition(":")
        if colon and not after.strip():
            label = before.strip()  # its value is the next line
        elif statement:
            told = (before, after) if colon else (label, statement)
            yield Triple(section=section, label=told[0].strip(), value=told[1].strip())
            label = ""


def _lines(root: etree._Element) -> Iterator[str]:
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in BLOCKS:
            pieces.append("\n")
        pieces.append((element.text if event == "start" else element.tail) or "")
    for line in "".join(pieces).split("\n"):
        if text := " ".join((without_markup(line) or "").split()):
            yield text
