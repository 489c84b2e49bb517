"""What there is to do and what stops publication stands on the page, with the way to mend it."""

import datetime as dt
import math

import pytest

from pipeline.corpus.annotations import text_hash
from pipeline.estimates import drawing, published
from pipeline.quarter import PeriodWork
from pipeline.records import Period
from pipeline.workplace.duties import duties, make_list

NONE = {"degree": "none", "openness": "closed"}


@pytest.fixture
def drawn(site):
    work = PeriodWork(period=Period.parse("2026Q3"), settings=site.work.settings)
    found, _ = drawing.draw_lots(
        work.material, work.scores, labels=105, seed=1, store=site.work.store
    )
    return duties(site.work.store)[found.draw_id]


def test_the_first_page_says_what_waits_for_whom(site, drawn):
    rows = site.work.rows("SELECT notice_id FROM notices WHERE published_on < '2026-07' LIMIT 2")
    make_list(
        site.work.store,
        "Klein",
        [x["notice_id"] for x in rows],
        length=2,
        order="list",
        by="anna",
        on=dt.date(2026, 11, 30),
    )
    anna = site.client("anna")
    for row in rows:
        form = NONE | {"text_hash": text_hash(site.work.notice(row["notice_id"]))}
        anna.write(f"/beoordelen/klein/{row['notice_id']}", **form)
    hers, his = anna.read("/").text, site.client("bram").read("/").text
    assert f"nog {len(drawn.notice_ids)} te beoordelen" in hers
    assert "Klein</a>" not in hers
    assert "Klein</a>: nog 2 te beoordelen" in his
    assert "nog niets gepubliceerd" in hers


def test_a_quarter_says_what_stops_it_and_shows_its_published_share(site, drawn):
    client = site.client()
    page = client.read("/rapport/2026Q3").text
    assert f"nog {len(drawn.notice_ids)} teksten door niemand beoordeeld" in page
    for notice_id in drawn.notice_ids:
        form = NONE | {"text_hash": text_hash(site.work.notice(notice_id))}
        client.write(f"/beoordelen/{drawn.name}/{notice_id}", **form)
    work = PeriodWork(period=Period.parse("2026Q3"), settings=site.work.settings)
    published.publish(work.to_publish(dt.date(2026, 11, 30)), site.work.store)
    share = work.figured.estimates[0]
    page = client.read("/rapport/2026Q3").text
    assert "alles is beoordeeld" in page
    assert "Gepubliceerd op 30 november 2026" in page
    # None was found: the report gives an upper bound, rounded up, and so do the pages.
    assert "upper_bound_only" in share.flags
    shown = f"hoogstens {math.ceil(1000 * share.high) / 10:.1f}%".replace(".", ",")
    assert f"{shown} is innovatiegericht, naar waarde" in page
    first = client.read("/").text
    assert f"<strong>{shown}</strong>" in first
    assert f'<td class="number">{shown}</td>' in first


@pytest.mark.parametrize("name", ["..%2F..%2Fcodebook.toml", "people.json", "x.html"])
def test_only_files_of_the_report_are_given(site, tmp_path, name):
    report = tmp_path / "kwartaalrapport.html"
    report.write_text("<script>1</script>")
    site.work.store.keep("state", "report-2026Q3", {"paths": [str(report)], "made_of": ""})
    client = site.client()
    answer = client.read("/rapport/2026Q3/bestand/kwartaalrapport.html")
    assert answer.text == "<script>1</script>"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert client.read(f"/rapport/2026Q3/bestand/{name}").status_code == 404


def test_a_period_that_is_none_is_not_there(shown):
    assert shown.client().read("/rapport/volgend-jaar").status_code == 404


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_pages_of_figures(shown, browser, axe, width):
    page = shown.opened(browser, width=width)
    for path in ("/", "/rapport", "/rapport/2026Q3"):
        page.goto(f"{shown.origin}{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
