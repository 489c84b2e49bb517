"""EN 301 549 / WCAG 2.1 AA: by axe-core in a headless browser, and by reading the page."""

import html as escape
import importlib.util
import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from pipeline.report import charts, sections
from pipeline.report.build import page

RUN = """
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
  .then(found => {
    const told = document.createElement("pre");
    told.id = "axe-found";
    told.textContent = JSON.stringify({passes: found.passes.length, violations: found.violations
      .map(x => [x.id, x.nodes.length, x.nodes[0].html, x.nodes[0].failureSummary])});
    document.body.append(told);
  });
"""


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


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no browser is installed: chromium or google-chrome")


def axe():
    found = importlib.util.find_spec("axe_core_python")
    if found is None:
        pytest.skip("axe-core-python is not installed: pip install -e '.[dev]'")
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def judged(page, width, folder):
    """What axe-core finds on a page in a window of some width."""
    file = folder / "page.html"
    scripts = f"<script>{axe()}</script><script>{RUN}</script></body>"
    file.write_text(page.replace("</body>", scripts), encoding="utf-8")
    told = subprocess.run(
        [
            browser(),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            *(f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900"),
            *("--virtual-time-budget=60000", "--dump-dom", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = re.search(r'<pre id="axe-found">(.*?)</pre>', told.stdout, re.S)
    assert found, f"axe did not finish: {told.stderr[-500:]}"
    return json.loads(escape.unescape(found[1]))


@pytest.mark.parametrize("width", [1200, 400])
def test_axe_finds_nothing(written, width, tmp_path):
    result = judged(written, width, tmp_path)
    assert result["violations"] == []
    assert result["passes"] > 20


def test_axe_would_find_faint_text_and_a_nameless_picture(tmp_path):
    faulty = (
        '<!DOCTYPE html><html lang="nl"><head><title>Proef</title></head><body><main><h1>Proef</h1>'
        '<p style="color: #aaa">licht</p><img src="data:image/gif;base64,AA"></main></body></html>'
    )
    found = [x[0] for x in judged(faulty, 1200, tmp_path)["violations"]]
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
