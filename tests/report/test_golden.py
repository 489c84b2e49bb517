"""The whole report as it was read and approved.

When a text or figure changes on purpose, run this file as a program, and read the difference:

    python tests/report/test_golden.py
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from belgian import BELGIAN, BELGIAN_WITHOUT
from fictional import FACTS

from pipeline.report import sections, tables
from pipeline.report.build import page

GOLDEN = Path(__file__).parent / "golden"
WITHOUT = replace(
    FACTS,
    draw=None,
    estimates=tuple(x for x in FACTS.estimates if "diagnostic" in x.flags),
    quarters=(),
    rolling=(),
)


GIVEN = {
    "kwartaalrapport.html": FACTS,
    "kwartaalrapport.csv": FACTS,
    "zonder-trekking.html": WITHOUT,
    "belgie.html": BELGIAN,
    "belgie-zonder-trekking.html": BELGIAN_WITHOUT,
}


def made(name):
    """Charts depend on the version of the library; here stands where they come."""
    facts = GIVEN[name]
    written = sections.write_sections(facts)
    if name.endswith(".csv"):
        return tables.csv_of(facts, written).decode()
    marks = {x.key: f"[{x.key}]" for s in written for x in s.blocks if x.kind == "chart"}
    whole = page(facts, written, marks)
    return whole[whole.index("<body>") :]


@pytest.mark.parametrize("name", GIVEN)
def test_the_report_is_as_approved(name):
    assert made(name) == (GOLDEN / name).read_text(encoding="utf-8")


# Words and figures of the Netherlands; the codebook, shared by all, does name `waterschappen`.
DUTCH = re.compile(
    r"TenderNed|PIANOo|Aanbestedingswet|\bCBS\b|\bRVO\b|Waterschappen|\bRijk\b|\bNederland\b"
    r"|Noord-Holland|\b17%|\b11,6%|Oordeel \(naar waarde\)"
)


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_dutch_stands_in_a_dutch_report_only(name):
    assert bool(DUTCH.search(made(name))) == (not name.startswith("belgie"))


if __name__ == "__main__":
    for each in GIVEN:
        (GOLDEN / each).write_text(made(each), encoding="utf-8")
