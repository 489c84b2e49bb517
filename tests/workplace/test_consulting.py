"""The page of market consultations: what is asked for is listed, and nothing of an open draw."""

import csv
import datetime as dt
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from stage_quarter import FICTIONAL, MODEL, ROOT, shelve

from pipeline.labels.scores import schema
from pipeline.learning import promotions
from pipeline.rawstore import disk
from pipeline.records import Notice
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.workplace.stock import freshness, refresh
from pipeline.workplace.visit import Workplace

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example","klik")'
LONG = "x" * 300


def notice(number, kind, day, title, **more):
    return Notice(
        notice_id=number,
        source="tenderned",
        format="tenderned_json",
        kind=kind,
        published_on=dt.date.fromisoformat(day),
        title=title,
        **{"buyer": "Gemeente Noordwoud", "country": "NL", "procedure_key": f"k{number}", **more},
    )


LAMPS = "Slimme lantaarnpalen"
DIKES = "Sensoren in dijken"
NOTICES = [
    # Its call is named; that of the next follows from the title; that of the third is not there.
    notice("1", "consultation", "2025-02-03", LAMPS, procedure_key="k", cpv=("34928500",)),
    notice("2", "competition", "2025-09-01", "Openbare verlichting", procedure_key="k"),
    notice("3", "consultation", "2026-01-12", f"Marktconsultatie {DIKES}", cpv=("73000000",)),
    notice("4", "competition", "2026-05-11", DIKES, cpv=("38000000",)),
    notice("5", "consultation", "2026-03-02", "Warmtenet", buyer="Gemeente Zuidwoud"),
    # Only the model says that it is one.
    notice("6", "planning", "2026-03-03", "Vragen over elektrische bussen", cpv=("34121000",)),
    notice("7", "consultation", "2026-03-04", "Dijken in Vlaanderen", country="BE"),
]
# Notice to the forms that the model reads in it; each serves one of the first missions.
SAID = {"6": ["market_consultation"], "5": []}


@pytest.fixture(scope="module")
def missions(codebook):
    """Two missions of the codebook: an id and its name as people read it."""
    return [(x.label_id, x.name[0].upper() + x.name[1:]) for x in codebook.missions[:2]]


@pytest.fixture(scope="module")
def stock(tmp_path_factory, codebook, missions):
    """A home with seven notices, and a model that read two of them."""
    home = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(ROOT / "corpora" / "reference", home / "corpora" / "reference")
    shutil.copy(ROOT / "corpora" / "codebook.toml", home / "corpora")
    store = Store(home)
    promotions.add(store, FICTIONAL)
    shelve(store, NOTICES)
    nothing = {name: [] for name in ("aspect", "rules", "differs", "evidence")}
    said = [
        nothing | {"notice_id": name, "forms": forms, "missions": [label]}
        for (name, forms), (label, _) in zip(SAID.items(), missions, strict=True)
    ]
    path = store.scores(MODEL, codebook.fingerprint) / "00000.parquet"
    table = pa.Table.from_pylist(said, schema=schema(codebook))
    disk.write_table(path, [table], schema=table.schema, facts=dict)
    return home


@pytest.fixture
def place(stock, tmp_path, at):
    home = Path(shutil.copytree(stock, tmp_path / "home"))
    work = Workplace(settings=Settings(home=home), clock=lambda: dt.datetime.now(dt.UTC))
    refresh(work)
    return at(work)


def rows(place, query=""):
    text = place.client().read(f"/consultaties.csv?{query}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def titles(place, query=""):
    return [x["onderwerp"] for x in rows(place, query)]


WARM, BUSES, DIKE, LAMP = (
    *("Warmtenet", "Vragen over elektrische bussen"),
    *(f"Marktconsultatie {DIKES}", LAMPS),
)


def test_every_consultation_of_the_country_is_listed_with_the_call_that_followed(place):
    found = {x["onderwerp"]: (x["titel oproep"], x["koppeling"]) for x in rows(place)}
    assert found == {
        BUSES: ("", ""),
        WARM: ("", ""),
        DIKE: (DIKES, "afgeleid uit inkoper en titel"),
        LAMP: ("Openbare verlichting", "vermeld"),
    }
    assert titles(place) == [BUSES, WARM, DIKE, LAMP]


def test_the_page_leads_to_the_consultation_and_to_its_call(place):
    client = place.client()
    page = client.read("/consultaties").text
    assert "<strong>4</strong> marktconsultaties, bij 2 is een oproep gevonden" in page
    assert "Oproep op 11 mei 2026" in page
    links = re.findall(r'href="(/aankondiging/[^"]+)"', page)
    assert links == [f"/aankondiging/{x}" for x in ("6", "5", "3", "4", "1", "2")]
    assert all(client.read(link).status_code == 200 for link in links)
    assert '<a href="/consultaties" aria-current="page">Consultaties</a>' in page
    assert '<a href="/consultaties">Consultaties</a>' in client.read("/").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("oproep=ja", [LAMP]),
        ("oproep=afgeleid", [DIKE]),
        ("oproep=ja&oproep=afgeleid", [DIKE, LAMP]),
        ("oproep=nee", [BUSES, WARM]),
        ("sector=34", [BUSES, LAMP]),
        ("sector=unknown", [WARM]),
        ("sector=34&oproep=nee", [BUSES]),
        ("inkoper=Gemeente+Zuidwoud", [WARM]),
        ("jaar=2025", [LAMP]),
        # What the model thinks of it, and what the call is about, are no words of it.
        ("q=lantaarnpaal", [LAMP]),
        ("q=verlichting", []),
        ("q=zuidwoud", [WARM]),
        ("q=dijken", [DIKE]),
        ("q=dijken&oproep=nee", []),
        ("sector=99", []),
        ("oproep=onzin&pagina=9&onzin=1", []),
    ],
)
def test_what_is_asked_for_is_what_is_left(place, query, expected):
    assert titles(place, query) == expected
    page = place.client().read(f"/consultaties?{query}").text
    assert f"<strong>{len(expected)}</strong>" in page


def test_a_mission_is_chosen_by_what_the_model_says(place, missions):
    (_, first), (_, second) = missions
    assert [titles(place, f"opgave={x}") for x in (first, second)] == [[BUSES], [WARM]]


def counts(place, query=""):
    """The boxes on the page: name and value to their count."""
    page = place.client().read(f"/consultaties?{query}").text
    box = r'name="(\w+)" value="([^"]*)"[^>]*> <span>[^<]*</span></label> <span class="count">(\d+)'
    return {(name, value): int(count) for name, value, count in re.findall(box, page)}


def test_a_box_counts_what_it_would_leave(place):
    found = counts(place)
    for (name, value), count in found.items():
        assert len(titles(place, f"{name}={value}")) == count, (name, value)
    chosen = counts(place, "sector=34")
    # Another value of what was chosen can be added; other boxes count within it.
    assert chosen["sector", "73"] == 1
    assert chosen["oproep", "nee"] == 1
    assert ("jaar", "2024") not in chosen
    assert counts(place, "sector=34&q=bussen")["sector", "34"] == 1


def test_the_workbook_holds_what_the_page_shows(place):
    body = place.client().read("/consultaties.xlsx?oproep=nee").content
    lines = list(openpyxl.load_workbook(io.BytesIO(body))["Marktconsultaties"].values)
    assert [x[1] for x in lines[1:]] == [BUSES, WARM]


def test_nothing_of_what_the_model_says_is_shown_of_an_open_draw(place, monkeypatch, missions):
    drawn = frozenset({"5", "6"})
    monkeypatch.setattr(Workplace, "withheld", lambda *_: drawn)
    # That the form of one says it is a consultation is no opinion.
    assert titles(place) == [WARM, DIKE, LAMP]
    page = place.client().read("/consultaties").text
    assert "1 aankondiging is weggelaten" in page
    assert not any(name in page for _, name in missions)
    assert titles(place, f"opgave={missions[1][1]}") == []


def test_the_index_of_an_open_draw_says_nothing_either(place, monkeypatch):
    monkeypatch.setattr("pipeline.workplace.stock.unshown", lambda *_: frozenset({"5", "6"}))
    place.work.store.index_path.unlink()
    refresh(place.work)
    kept = place.work.rows("SELECT notice_id, consulted FROM consultations")
    assert [x["notice_id"] for x in kept] == ["5", "3", "1"]
    assert '"missions": []' in kept[0]["consulted"]
    # What is not in the index is told of all the same.
    monkeypatch.setattr(Workplace, "withheld", lambda *_: frozenset({"5", "6"}))
    assert "1 aankondiging is weggelaten" in place.client().read("/consultaties").text


def test_the_index_is_made_anew_when_a_draw_opens_or_closes_or_the_frame_changes(
    place, monkeypatch
):
    assert not refresh(place.work)
    monkeypatch.setattr("pipeline.workplace.stock.unshown", lambda *_: frozenset({"5", "6"}))
    assert refresh(place.work)
    assert not refresh(place.work)
    monkeypatch.undo()
    assert refresh(place.work)
    assert titles(place) == [BUSES, WARM, DIKE, LAMP]
    settings = replace(place.work.settings, language="fr")
    assert freshness(replace(place.work, settings=settings)) != freshness(place.work)


def test_the_file_has_the_mark_by_which_excel_knows_its_letters(place):
    assert place.client().read("/consultaties.csv").content.startswith(b"\xef\xbb\xbf")


def test_a_hostile_consultation_is_text_on_the_page_and_in_the_file(place, browser):
    hostile = (("8", SCRIPT), ("9", FORMULA), ("10", LONG), ("a/../b?#", "Vreemd nummer"))
    shelve(
        place.work.store,
        [notice(number, "consultation", "2024-01-01", title) for number, title in hostile],
    )
    refresh(place.work)
    page = place.client().read("/consultaties?jaar=2024").text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert f"'{FORMULA}" in titles(place, "jaar=2024")
    assert place.client().read("/aankondiging/a%2F..%2Fb%3F%23").status_code == 200
    assert 'href="/aankondiging/a%2F..%2Fb%3F%23"' in page
    window = place.opened(browser, width=400)
    window.goto(f"{place.origin}/consultaties?jaar=2024")
    assert window.evaluate("document.documentElement.scrollWidth") <= 400


def test_made_up_notices_are_nowhere_on_the_web(stock, tmp_path, at):
    home = Path(shutil.copytree(stock, tmp_path / "home"))
    shutil.rmtree(home / "corpora" / "notices")
    shutil.rmtree(home / "corpora" / "raw")
    shutil.copytree(ROOT / "corpora" / "demo", home / "corpora" / "demo")
    work = Workplace(settings=Settings(home=home), clock=lambda: dt.datetime.now(dt.UTC))
    work = work.or_fictional()
    refresh(work)
    found = rows(at(work))
    assert found
    assert {x["verzonnen"] for x in found} == {"true"}
    columns = ("tenderned", "ted", "oproep tenderned", "oproep ted")
    assert not any(x[name] for x in found for name in columns)


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_page(place, browser, axe, width):
    window = place.opened(browser, width=width)
    for path in ("/consultaties", "/consultaties?q=qqq", "/consultaties?sector=34&oproep=ja"):
        window.goto(f"{place.origin}{path}")
        assert axe(window) == [], path
        assert window.evaluate("document.documentElement.scrollWidth") <= width, path


def test_in_the_browser_words_and_boxes_make_an_address_that_holds(place, browser):
    window = place.opened(browser)
    window.get_by_role("link", name="Consultaties").click()
    window.wait_for_url("**/consultaties")
    window.get_by_label("Niet gevonden").check()
    window.wait_for_url("**/consultaties?oproep=nee")
    window.get_by_role("searchbox").fill("bussen")
    window.keyboard.press("Enter")
    window.wait_for_url("**/consultaties?q=bussen&oproep=nee")
    assert window.locator("[role=status]").inner_text().startswith("1 marktconsultatie,")
    window.get_by_role("link", name=BUSES).click()
    window.wait_for_url("**/aankondiging/6")
