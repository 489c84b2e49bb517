"""The files of a report."""

import re
import shutil
import subprocess
import zlib

import pytest
from lxml import etree, html

from pipeline.report import charts, sections
from pipeline.report.build import build, can_lay_out

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page(files):
    return files[0].read_text(encoding="utf-8")


def charts_of(facts):
    return [x for s in sections.write_sections(facts) for x in s.blocks if x.kind == "chart"]


def opened(pdf):
    """The streams of a PDF, in which it keeps its objects and metadata."""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def tool(name):
    if not (found := shutil.which(name)):
        pytest.skip(f"{name} (poppler) is not installed")
    if not can_lay_out():
        pytest.skip("there is no PDF: WeasyPrint finds no Pango")
    return found


def test_the_files_have_the_agreed_names(files, facts):
    name = "kwartaalrapport-2026Q3"
    kinds = (
        ("html", "pdf", "xlsx", "csv", "json") if can_lay_out() else ("html", "xlsx", "csv", "json")
    )
    expected = [f"{name}.{x}" for x in kinds]
    for chart in charts_of(facts):
        expected += [f"{name}-{chart.key}.svg", f"{name}-{chart.key}.png"]
    assert [x.name for x in files] == expected
    assert all(x.stat().st_size > 0 for x in files)


def test_the_page_needs_no_other_file_and_runs_no_scripts(page):
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //link | //iframe | //*[@src]")
    assert not [x for x in tree.xpath("//@*") if re.match(r"\s*javascript:", x, re.I)]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_ids_are_unique_across_page_and_charts(page):
    ids = html.fromstring(page).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_links_within_the_page_arrive(page, facts):
    tree = html.fromstring(page)
    targets = {x.removeprefix("#") for x in tree.xpath("//a/@href") if x.startswith("#")}
    assert targets <= set(tree.xpath("//@id"))
    # 16 sections, the appendix and its tables, and the link that skips.
    assert {
        f"bijlage-{x.key}" for s in sections.write_sections(facts) for x in s.appendix
    } <= targets
    assert len([x for x in targets if not x.startswith("bijlage-")]) == 18


def test_a_fictional_page_says_so_at_the_top_and_in_print(page):
    tree = html.fromstring(page)
    assert "Geen enkel cijfer hierin is echt" in tree.xpath("string(//aside)")
    assert "(verzonnen gegevens)" in tree.xpath("string(//title)")
    assert '@page { @top-center { content: "Verzonnen gegevens' in page


def test_a_real_page_does_not_claim_to_be_fictional(without_draw, tmp_path):
    real = build(without_draw, tmp_path)[0].read_text(encoding="utf-8")
    assert "erzonnen" not in real
    assert "Vertekend, niet voor publicatie" in real


def test_every_chart_has_a_text_alternative_and_a_table(facts, files):
    drawn = {x.stem.removeprefix("kwartaalrapport-2026Q3-"): x for x in files if x.suffix == ".svg"}
    for section in sections.write_sections(facts):
        for position, block in enumerate(section.blocks):
            if block.kind == "chart":
                assert section.blocks[position + 1].kind == "table", block.key
                root = etree.parse(drawn[block.key]).getroot()
                title = root.find(f"{SVG}title")
                assert root.get("role") == "img"
                assert root.get("aria-labelledby") == title.get("id")
                assert title.text == block.alternative


def test_a_chart_is_the_same_in_two_runs(facts):
    one_of_each = {type(x): x for x in charts_of(facts)}.values()
    assert len(one_of_each) == 3
    for chart in one_of_each:
        first, second = (charts.draw_chart(chart, fictional=False) for _ in range(2))
        assert first == second


def test_a_fictional_chart_says_so_in_the_picture(facts):
    chart = charts_of(facts)[0]
    assert charts.MADE_UP in charts.draw_chart(chart, fictional=True).svg
    assert charts.MADE_UP not in charts.draw_chart(chart, fictional=False).svg


def test_targets_are_drawn_with_their_label(facts):
    chart = next(x for x in charts_of(facts) if x.key == "aandeel")
    svg = charts.draw_chart(chart, fictional=False).svg
    assert "doel 17%" in svg
    assert "doel 3%" in svg


def test_the_pdf_is_tagged_and_in_dutch(files):
    told = subprocess.run([tool("pdfinfo"), files[1]], capture_output=True, text=True, check=True)
    assert re.search(r"^Tagged:\s+yes$", told.stdout, re.M)
    assert "Innovatiegericht inkopen, derde kwartaal van 2026" in told.stdout
    body = b"\n".join(opened(files[1].read_bytes()))
    assert b"pdfuaid:part" in body
    assert re.search(rb"/Lang\s*\(nl\)", body)


def test_every_page_of_a_fictional_pdf_says_so(files):
    told = subprocess.run([tool("pdftotext"), files[1], "-"], capture_output=True, check=True)
    pages = told.stdout.decode().rstrip("\f").split("\f")
    assert len(pages) > 10
    assert all("Verzonnen gegevens: dit rapport is alleen een voorbeeld" in x for x in pages)


@pytest.mark.skipif(not can_lay_out(), reason="there is no PDF: WeasyPrint finds no Pango")
def test_charts_and_headers_are_tagged_in_the_pdf(files, facts):
    body = b"\n".join(opened(files[1].read_bytes()))
    assert len(re.findall(rb"/S /Figure", body)) == len(charts_of(facts))
    assert len(re.findall(rb"/Alt ", body)) == len(charts_of(facts))
    assert len(re.findall(rb"/S /TH\b", body)) > 100
