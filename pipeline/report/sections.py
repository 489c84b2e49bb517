"""The sections of the quarterly report, in order.

A section is one ``@section("Titel")`` function in one of the modules below; the order of the
modules here and of the functions in them is the order of the report.
"""

from __future__ import annotations

from itertools import chain

from pipeline.report import (
    sections_first,
    sections_kinds,
    sections_method,
    sections_missions,
    sections_notices,
    sections_parts,
    sections_shares,
)
from pipeline.report.facts import Facts
from pipeline.report.outline import ReportSection

CHAPTERS = (
    sections_first.CHAPTER,
    sections_shares.CHAPTER,
    sections_kinds.CHAPTER,
    sections_missions.CHAPTER,
    sections_parts.CHAPTER,
    sections_notices.CHAPTER,
    sections_method.CHAPTER,
)


def write_sections(facts: Facts) -> tuple[ReportSection, ...]:
    """Write all sections of a period."""
    return tuple(chain.from_iterable(chapter.write(facts) for chapter in CHAPTERS))
