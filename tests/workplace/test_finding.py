"""Searching finds words in any form, counts what is left, and shows nothing of an open draw."""

import csv
import datetime as dt
import io
import re
import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from openpyxl import load_workbook
from stage_quarter import shelve
from typer.testing import CliRunner

from pipeline import cli
from pipeline.corpus.lemmas import lemmas_of
from pipeline.estimates import drawing
from pipeline.quarter import PeriodWork
from pipeline.records import Period
from pipeline.workplace.finding import _facet, _snippet, _sortings
from pipeline.workplace.search import FACETS, Hits, Wanted, _expression, _masks
from pipeline.workplace.stock import refresh
from pipeline.workplace.visit import Workplace

# A tag that is whole is taken out by cleaning; one that is not is text.
HOSTILE = '<script>alert(1)</script> & "aanhalingstekens" <img src=x onerror=alert(1) <'


def ids(work, words, **chosen):
    """What is found, by id."""
    finder = work.finder
    hits = finder.find(Wanted(words=words, chosen=chosen))
    by_number = {number + 1: name for name, number in finder.numbers.items()}
    return {by_number[x] for x in hits.numbers.tolist()}


def test_words_are_compared_by_lemma_without_capitals_and_diacritics():
    assert lemmas_of("Innovatieve proeftuinen") == lemmas_of("innovatief proeftuin")
    assert lemmas_of("Geïnnoveerd café") == lemmas_of("geinnoveerd cafe")
    assert lemmas_of("innovatie") != lemmas_of("innovatief")


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Innovatieve", '"innovatief"'),
        ("slimme verlichting", '"slim" AND "verlichting"'),
        ('"slimme verlichting"', '"slim verlichting"'),
        ("brug -onderhoud", '("brug") NOT ("onderhoud")'),
        ("innov*", '"innov"*'),
        ("e-mail", '"e mail"'),
        ("", ""),
        ("-onderhoud", ""),
        ('" OR *', '"or"'),
        ("AND NOT ( )", '"and" AND "not"'),
    ],
)
def test_what_is_typed_becomes_a_query_and_never_a_command(typed, query):
    assert _expression(typed) == query


def test_every_form_of_a_word_is_found(shown):
    some = ids(shown.work, "innovatieve")
    assert some == ids(shown.work, "INNOVATIEF")
    rows = shown.work.rows("SELECT notice_id, title || ' ' || text AS said FROM notices")
    plain = {x["notice_id"] for x in rows if re.search(r"\binnovatie(f|ve)\b", x["said"], re.I)}
    assert plain
    assert plain <= some


def test_a_phrase_asks_for_words_beside_each_other(shown):
    together = ids(shown.work, '"gemeente zoekt"')
    assert together < ids(shown.work, "gemeente zoekt")


def test_facets_count_what_a_choice_would_leave(shown):
    finder = shown.work.finder
    everything = finder.find(Wanted())
    assert len(everything.numbers) == finder.size
    for facet in ("degree", "forms", "buyer_kind", "period", "province", "cpv_division", "source"):
        for value, count in everything.counts[facet].items():
            found = finder.find(Wanted(chosen={facet: (value,)}))
            assert len(found.numbers) == count, (facet, value)
            # What could be added to the choice is still counted.
            assert found.counts[facet] == everything.counts[facet]
    oracle = shown.work.rows(
        "SELECT count(*) AS n FROM notices WHERE degree = 'disruptive' AND buyer_kind IS NULL"
    )
    chosen = {"degree": ("disruptive",), "buyer_kind": ("unknown",)}
    assert len(finder.find(Wanted(chosen=chosen)).numbers) == oracle[0]["n"]


@pytest.mark.parametrize(
    ("facet", "cells", "expected"),
    [
        ("period", ["2026-02-01", None], {"2026Q1": [1, 0], "unknown": [0, 1]}),
        ("degree", [None, "none"], {"none": [0, 1]}),
        ("differs", [None, "", "sbir"], {"no": [0, 1, 0], "yes": [0, 0, 1]}),
        ("province", [None, None], {"unknown": [1, 1]}),
        ("forms", ["sbir;pcp", "pcp"], {"pcp": [1, 1], "sbir": [1, 0]}),
        ("period", [], {}),
    ],
)
def test_what_a_notice_does_not_tell_is_no_value_of_a_facet(facet, cells, expected):
    masks = _masks(facet, cells)
    assert {value: mask.astype(int).tolist() for value, mask in masks.items()} == expected


@pytest.mark.parametrize(
    ("sorting", "column", "largest_first"),
    [
        ("newest", "published_on", True),
        ("oldest", "published_on", False),
        ("value", "value_eur", True),
        ("probability", "p_innovation", True),
    ],
)
def test_results_are_sorted_and_what_is_unknown_comes_last(shown, sorting, column, largest_first):
    hits = shown.work.finder.find(Wanted(sorting=sorting))
    rows = {x["number"]: x[column] for x in shown.work.rows("SELECT * FROM notices")}
    found = [rows[x] for x in hits.numbers.tolist()]
    known = [x for x in found if x is not None]
    assert found[: len(known)] == known
    assert known == sorted(known, reverse=largest_first)


def found_in(text, words):
    return [piece for piece, found in _snippet(text, words) if found]


def test_what_was_found_is_marked_in_the_text_under_the_title():
    text = "Innovatie in de titel\nEen innovatiepark en een Innovatieve brug."
    assert found_in(text, "innovatief") == ["Innovatieve"]
    assert found_in(text, "innovatie*") == ["innovatiepark", "Innovatieve"]
    assert found_in(text, "*") == found_in(text, "-brug") == found_in(text, '"') == []
    # The title stands above it already.
    assert _snippet("Alleen een titel", "titel") == [("", False), ("", False)]


def test_without_words_there_is_no_relevance_to_sort_by():
    assert [x for _, x, _ in _sortings(Wanted())][:2] == ["Nieuwste eerst", "Oudste eerst"]
    assert [x for _, x, _ in _sortings(Wanted(words="brug"))][:2] == [
        "Relevantie",
        "Nieuwste eerst",
    ]
    chosen = [name for name, _, now in _sortings(Wanted(sorting="newest")) if now]
    assert chosen == ["nieuwste"]


def test_what_is_not_known_comes_last_in_every_facet(shown):
    hits = Hits(
        numbers=np.array([1]),
        counts={facet: {"unknown": 9, "2026Q1": 1} for facet in FACETS},
        sorting="newest",
        hidden=0,
    )
    visit = SimpleNamespace(work=shown.work)
    for facet in ("period", "source"):
        assert _facet(facet, hits, Wanted(), visit)["values"][-1][0] == "unknown"


def test_a_word_in_the_title_weighs_more(shown):
    rows = shown.work.rows("SELECT number, title FROM notices")
    titles = {x["number"]: lemmas_of(x["title"] or "") for x in rows}
    hits = shown.work.finder.find(Wanted(words="innovatieve"))
    said = ["innovatief" in titles[x] for x in hits.numbers.tolist()]
    assert hits.sorting == "relevance"
    assert said == sorted(said, reverse=True)
    assert any(said)


@pytest.mark.parametrize("typed", ["(((", '"', "*", "a" * 5000, "col:x", "NEAR(a b)", "\x00", "😀"])
def test_nothing_that_is_typed_breaks_the_page(shown, typed):
    answer = shown.client().read("/zoeken", params={"q": typed})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query", ["pagina=0", "pagina=99999", "pagina=x", "graad=niets", "volgorde=x"]
)
def test_an_address_that_was_edited_still_shows_a_page(shown, query):
    assert shown.client().read(f"/zoeken?{query}").status_code == 200


def test_the_result_as_a_file_holds_every_notice_that_was_found(shown):
    client, query = shown.client(), "?q=innovatieve&bron=ted"
    text = client.read(f"/zoeken.csv{query}").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {x["notice_id"] for x in lines} == ids(shown.work, "innovatieve", source=("ted",))
    body = client.read(f"/zoeken.xlsx{query}").content
    sheet = load_workbook(io.BytesIO(body), read_only=True).active
    assert [x[0] for x in sheet.iter_rows(min_row=2, values_only=True)] == [
        x["notice_id"] for x in lines
    ]


@pytest.fixture
def hostile(site, everything):
    """A home with a notice that was written to do harm."""
    one = next(iter(everything.notices.values()))[0]
    bad = replace(
        one,
        notice_id="=cmd|'x'/\x01?#<b>",
        title=HOSTILE,
        description=f"{HOSTILE}\n" + "\u202e woord \x00 " * 20,
        buyer="=HYPERLINK()",
        url="javascript:alert(1)",
        published_on=one.published_on.replace(year=2024),
    )
    shelve(site.work.store, [bad])
    refresh(site.work)
    return bad


def test_a_hostile_notice_is_text_in_every_page_and_file(hostile, site):
    client = site.client()
    for path in ("/zoeken?q=aanhalingstekens", "/aankondiging/%3Dcmd%7C%27x%27%2F%01%3F%23%3Cb%3E"):
        page = client.read(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "javascript:" not in page.text
        assert "<img" not in page.text
        assert "&lt;img src=x onerror=alert(1) &lt;" in page.text
    text = client.read("/zoeken.csv?q=aanhalingstekens").text
    assert ",'=HYPERLINK()," in text
    body = client.read("/zoeken.xlsx?q=aanhalingstekens").content
    cells = list(load_workbook(io.BytesIO(body)).active.values)[1]
    assert "'=HYPERLINK()" in cells


def test_the_index_is_made_again_only_when_something_is_newer(site, everything):
    refresh(site.work)
    assert not refresh(site.work)
    one = next(iter(everything.notices.values()))[0]
    later = replace(one, notice_id="nieuw-1", published_on=one.published_on.replace(year=2023))
    shelve(site.home.store, [later])
    assert refresh(site.work)
    assert "nieuw-1" in site.work.finder.numbers
    site.work.store.index_path.write_bytes(b"torn")
    assert refresh(site.work)


def drawn(home, labels=100):
    work = PeriodWork(period=Period.parse("2026Q3"), settings=home.settings)
    return drawing.draw_lots(work.material, work.scores, labels=labels, seed=1, store=home.store)


def test_of_an_open_draw_nobody_sees_or_searches_by_what_the_model_says(site):
    _, order = drawn(site.home)
    client = site.client()
    hidden = set(order)
    columns = ["degree", "p_innovation", "rules", "people_degree"]
    for query in ("", "graad=none", "graad=disruptive", "volgorde=kans", "verschil=no"):
        text = client.read(f"/zoeken.csv?{query}").content.decode("utf-8-sig")
        lines = {x["notice_id"]: x for x in csv.DictReader(io.StringIO(text))}
        if query:
            assert not hidden & set(lines), query
        else:
            assert hidden <= set(lines)
            assert all(not lines[x][name] for x in hidden for name in columns)
    page = client.read(f"/aankondiging/{order[0]}").text
    assert "in een trekking" in page
    assert "Kans</th>" not in page
    total = site.work.finder.find(Wanted(), withheld=hidden).counts["degree"]
    assert sum(total.values()) == site.work.finder.size - len(hidden)


def test_the_export_opens_in_datasette_and_says_nothing_of_an_open_draw(
    home, tmp_path, monkeypatch
):
    import asyncio
    import json
    from concurrent.futures import ThreadPoolExecutor

    datasette = pytest.importorskip("datasette.app")
    _, order = drawn(home)
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(home.settings.home))
    file = tmp_path / "monitor.sqlite"
    result = CliRunner().invoke(cli.app, ["export", "--sqlite", str(file)])
    assert result.exit_code == 0, result.output
    with sqlite3.connect(file) as base:
        (size,) = base.execute("SELECT count(*) FROM notices").fetchone()
        marks = ", ".join("?" * len(order))
        query = f"SELECT count(degree) + count(model_id) FROM notices WHERE notice_id IN ({marks})"
        assert base.execute(query, order).fetchone() == (0,)

    async def asked(path):
        answer = await datasette.Datasette([str(file)]).client.get(path)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text)

    def apart(asking):
        # A browser of another test may have its loop in this thread.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, asking).result()

    tables = apart(asked("/monitor.json"))["tables"]
    names = {x["name"] for x in tables}
    assert {"notices", "lots", "links", "records", "facts"} <= names
    # Datasette finds the full-text index by itself.
    assert next(x for x in tables if x["name"] == "notices")["fts_table"] == "notices_fts"
    found = apart(asked("/monitor/notices.json?_search=gemeente&_shape=array&_size=max"))
    assert 0 < len(found) < size


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_in_a_search_or_a_notice(shown, browser, axe, width):
    page = shown.opened(browser, width=width)
    one = shown.work.rows("SELECT notice_id FROM notices WHERE degree = 'disruptive' LIMIT 1")
    for path in ("/zoeken?q=innovatieve", f"/aankondiging/{one[0]['notice_id']}", "/zoeken?q=qqq"):
        page.goto(f"{shown.origin}{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_choice_in_the_browser_makes_an_address_that_holds(shown, browser):
    page = shown.opened(browser)
    page.goto(f"{shown.origin}/zoeken")
    page.get_by_role("searchbox").fill("innovatieve")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zoeken?q=innovatieve")
    page.get_by_label("geen", exact=True).check()
    page.wait_for_url("**/zoeken?q=innovatieve&graad=none")
    held = page.locator("[role=status]").inner_text()
    page.goto(page.url)
    assert page.locator("[role=status]").inner_text() == held
    assert page.get_by_label("geen", exact=True).is_checked()


def test_a_belgian_workplace_speaks_of_belgium(flanders, at):
    work = Workplace(settings=flanders.settings, clock=lambda: dt.datetime.now(dt.UTC))
    refresh(work)
    anna = at(work).client()
    page = anna.read("/zoeken").text
    assert "Federale overheid, gemeenschappen en gewesten" in page
    assert ">Provincie<" in page
    for dutch in ("Rijk", "Waterschappen", "TenderNed", "Noord-Holland"):
        assert dutch not in page
    fetching = anna.read("/rapport/2025Q1").text
    assert "innovatiemonitor fetch ted 2025Q1" in fetching
    assert "tenderned" not in fetching
