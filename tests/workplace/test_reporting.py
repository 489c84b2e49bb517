"""What there is to do and what stops publication stands on the page, with the way to mend it."""

import datetime as dt
import math
import shutil

import pytest

from pipeline import cli, settings
from pipeline.corpus.annotations import text_hash
from pipeline.estimates import drawing, published
from pipeline.estimates.stops import publication_checks
from pipeline.notices.checks import CHECKS, Inspection
from pipeline.quarter import PeriodWork
from pipeline.records import Check, Period
from pipeline.workplace import reporting
from pipeline.workplace.duties import duties, make_list
from pipeline.workplace.stock import refresh
from pipeline.workplace.visit import Workplace
from pipeline.workplace.words import MEND, PAGES

EMPTY = Inspection(period=Period.parse("2026Q3"), notices=[])

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
    assert "Status: gepubliceerd op 30 november 2026" in page
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


def test_every_stop_has_a_way_to_mend_it_whose_commands_exist():
    stops = {name for name, check in CHECKS.items() if check(EMPTY).severity == "stop"}
    stops |= {x.name for x in publication_checks([], [], [], codebook=None, floor=0.6)}
    assert stops == set(MEND)
    known = {x.name or x.callback.__name__ for x in cli.app.registered_commands}
    for _, page, commands in MEND.values():
        assert page or commands
        assert page in {"", *PAGES}
        assert {x.split()[0] for x in commands} <= known


def test_a_stop_stands_on_the_page_with_how_to_mend_it(site, drawn, monkeypatch):
    stopped = Check(
        name="large_values_are_decided",
        severity="stop",
        passed=False,
        finding="1 suspect value",
        notice_ids=(drawn.notice_ids[0],),
    )
    monkeypatch.setattr(reporting, "_checks", lambda *_: [stopped])
    page = site.client().read("/rapport/2026Q3").text
    assert "Dit houdt publicatie tegen" in page
    assert "Over opvallend grote waarden is beslist</strong>: niet in orde" in page
    assert "innovatiemonitor audit 2026Q3 --output percelen.csv" in page
    assert f'href="/aankondiging/{drawn.notice_ids[0]}"' in page


def test_files_that_were_given_are_no_quarter_and_the_page_says_what_is_needed(tmp_path, at):
    root = settings.load().home / "corpora"
    for name in ("reference", "demo"):
        shutil.copytree(root / name, tmp_path / "corpora" / name)
    shutil.copy(root / "codebook.toml", tmp_path / "corpora")
    given = settings.Settings(home=tmp_path)
    work = Workplace(settings=given, clock=lambda: dt.datetime.now(dt.UTC)).or_fictional()
    refresh(work)
    client = at(work).client()
    assert "niet opgehaald" in client.read("/rapport").text
    page = client.read("/rapport/2025Q3").text
    assert "van dit kwartaal is niets opgehaald" in page
    assert "innovatiemonitor fetch tenderned 2025Q3" in page
    assert "Maak het rapport" not in page
    assert 'lang="en"' not in page


def test_a_period_that_is_none_is_not_there(shown):
    assert shown.client().read("/rapport/volgend-jaar").status_code == 404


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_pages_of_figures(shown, browser, axe, width):
    page = shown.opened(browser, width=width)
    for path in ("/", "/rapport", "/rapport/2026Q3"):
        page.goto(f"{shown.origin}{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
