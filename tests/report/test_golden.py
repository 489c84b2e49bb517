"""The whole report as it was read and approved.

When a text or figure changes on purpose, run this file as a program, and read the difference:

    python tests/report/test_golden.py
"""

from dataclasses import replace
from pathlib import Path

import pytest
from belgian import BELGIAN
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


def made(name):
    """Charts depend on the version of the library; here stands where they come."""
    facts = {"zonder-trekking.html": WITHOUT, "belgie.html": BELGIAN}.get(name, FACTS)
    written = sections.write_sections(facts)
    if name.endswith(".csv"):
        return tables.csv_of(facts, written).decode()
    marks = {x.key: f"[{x.key}]" for s in written for x in s.blocks if x.kind == "chart"}
    whole = page(facts, written, marks)
    return whole[whole.index("<body>") :]


NAMES = ("kwartaalrapport.html", "kwartaalrapport.csv", "zonder-trekking.html", "belgie.html")


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_as_approved(name):
    assert made(name) == (GOLDEN / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for each in NAMES:
        (GOLDEN / each).write_text(made(each), encoding="utf-8")
