"""The quarterly report as files: page, PDF, workbook, CSV, JSON and the charts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from pipeline.report import charts, dutch, names, sections, tables
from pipeline.report.cells import LEGEND
from pipeline.report.facts import Facts
from pipeline.report.outline import Bars, Course, Intervals, ReportSection
from pipeline.report.pages import TEMPLATES
from pipeline.report.sections_first import STATUS
from pipeline.writing import write_atomic

log = logging.getLogger(__name__)


def build(facts: Facts, folder: Path) -> list[Path]:
    """Write the report of a period.

    Args:
        folder: Made where it is not there; files of the same name are replaced.

    Returns:
        The files, the page first: ``kwartaalrapport-<period>`` with ``.html``, ``.pdf``,
        ``.xlsx``, ``.csv`` and ``.json``, and per chart ``-<chart>.svg`` and ``.png``. Without
        the system library Pango there is no PDF, and a warning says so.
    """
    written = sections.write_sections(facts)
    drawn = [
        (block, charts.draw_chart(block, fictional=facts.fictional))
        for section in written
        for block in section.blocks
        if isinstance(block, Intervals | Course | Bars)
    ]
    name = f"kwartaalrapport-{facts.period}"
    files = {
        ".html": page(facts, written, {x.key: charts.inline(each) for x, each in drawn}).encode(),
        ".pdf": b"",
        ".xlsx": tables.xlsx_of(facts, written),
        ".csv": tables.csv_of(facts, written),
        ".json": tables.json_of(facts, written),
    }
    if can_lay_out():
        pictures = {x.key: charts.image(x, each) for x, each in drawn}
        files[".pdf"] = pdf(page(facts, written, pictures))
    else:
        log.warning("no PDF is written: WeasyPrint finds no Pango; see the README")
        del files[".pdf"]
    for block, chart in drawn:
        files[f"-{block.key}.svg"] = chart.svg.encode()
        files[f"-{block.key}.png"] = chart.png
    folder.mkdir(parents=True, exist_ok=True)
    for ending, body in files.items():
        write_atomic(folder / f"{name}{ending}", body)
    return [folder / f"{name}{ending}" for ending in files]


def page(facts: Facts, written: Sequence[ReportSection], pictures: Mapping[str, str]) -> str:
    """Write the page; it needs no other file and runs no scripts.

    Args:
        pictures: Per chart its element, made and escaped by :mod:`pipeline.report.charts`.
    """
    return TEMPLATES.get_template("report.html").render(
        title=f"Innovatiegericht inkopen, {dutch.period(facts.period)}",
        as_of=dutch.date(facts.as_of),
        as_of_iso=facts.as_of.isoformat(),
        place=names.frame_place(facts.country),
        banner=tables.FICTIONAL if facts.fictional else "",
        biased=tables.BIASED,
        status=f"{STATUS[facts.status].capitalize()}.",
        legend=LEGEND,
        sections=written,
        appendix=[table for section in written for table in section.appendix],
        pictures={key: Markup(element) for key, element in pictures.items()},  # noqa: S704
    )


def can_lay_out() -> bool:
    """Whether WeasyPrint finds the system libraries it needs (Pango)."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def pdf(page: str) -> bytes:
    """Lay the page out as a tagged PDF (PDF/UA-1); nothing is fetched."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    within = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    body: bytes = HTML(string=page, url_fetcher=within).write_pdf(pdf_variant="pdf/ua-1")
    return body
