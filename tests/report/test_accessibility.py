"""EN 301 549 / WCAG 2.1 AA: by axe-core in a headless browser, and by reading the page."""

from itertools import pairwise

import pytest
from lxml import html

from pipeline.report import charts, sections
from pipeline.report.build import page


@pytest.fixture(scope="module", params=["facts", "without_draw"])
def written(request):
    facts = request.getfixturevalue(request.param)
    found = sections.write_sections(facts)
    pictures = {
        x.key: charts.inline(charts.draw_chart(x, fictional=facts.fictional))
        for s in found
        for x in s.blocks
        if x.kind == "chart"
    }
    return page(facts, found, pictures)


def opened(browser, text, width):
    """A page in a window of some width."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_content(text)
    return page


@pytest.mark.parametrize("width", [1200, 400])
def test_axe_finds_nothing(written, width, browser, axe):
    assert axe(opened(browser, written, width)) == []


def test_axe_would_find_faint_text_and_a_nameless_picture(browser, axe):
    faulty = (
        '<!DOCTYPE html><html lang="nl"><head><title>Proef</title></head><body><main><h1>Proef</h1>'
        '<p style="color: #aaa">licht</p><img src="data:image/gif;base64,AA"></main></body></html>'
    )
    found = [x[0] for x in axe(opened(browser, faulty, 1200))]
    assert found == ["color-contrast", "image-alt"]


def test_the_page_says_that_it_is_dutch(written):
    assert html.fromstring(written).get("lang") == "nl"


def test_english_messages_are_marked_as_english(written):
    cells = html.fromstring(written).xpath("//td[@lang='en']/text()")
    assert "41.2% without value; expected 33.0% give or take 5.0%" in cells


def test_headings_go_down_one_level_at_a_time(written):
    levels = [int(x.tag[1]) for x in html.fromstring(written).xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_scoped_headers(written):
    tree = html.fromstring(written)
    assert tree.xpath("//table")
    for table in tree.xpath("//table"):
        assert table.xpath("string(caption)")
        assert set(table.xpath("thead//th/@scope")) == {"col"}
        assert set(table.xpath("tbody//th/@scope")) == {"row"}
        assert not table.xpath(".//th[not(@scope)]")


def test_the_first_link_skips_to_the_content(written):
    tree = html.fromstring(written)
    first = tree.xpath("//a")[0]
    assert first.get("href") == "#inhoud"
    assert tree.xpath("//main/@id") == ["inhoud"]
