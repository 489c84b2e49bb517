"""The list of consultations, written for people and for spreadsheets."""

import csv
import datetime as dt
import io
from itertools import pairwise

import openpyxl
import pytest
from lxml import html

from pipeline.countries import country_of
from pipeline.errors import SettingsError
from pipeline.notices.consultations import Consultation, Publication
from pipeline.records import Notice, Procedure
from pipeline.report.consultation_lines import written_consultation
from pipeline.report.consultations import (
    FICTIONAL_LIST,
    consultations_csv,
    consultations_page,
    consultations_workbook,
    write_consultations,
)

DAY = dt.date(2026, 3, 2)
FORMULA = '=HYPERLINK("https://evil.example","klik")'
SCRIPT = "<script>alert(1)</script>"
PERSON = "Vragen: jan@noordwoud.nl of 06-12345678"


def notice(notice_id="1-2026", **more):
    form = {"source": "ted", "format": "eforms", "kind": "consultation", "published_on": DAY}
    told = {"title": "Slimme dijken", "buyer": "Waterschap Noordwoud"}
    return Notice(notice_id=notice_id, **(form | told | more))


def on_tenderned(notice_id, **more):
    return notice(notice_id, source="tenderned", format="tenderned_json", **more)


def publication(standing, day):
    ids = tuple(x.notice_id for x in standing)
    alone = Procedure(
        procedure_key="k",
        notice_ids=ids,
        current={x: x for x in ids},
        calls=(),
        awards=(),
        copies={},
        links=(),
    )
    return Publication(name=ids[0], standing=standing, first_day=day, tender=alone)


@pytest.fixture(scope="module")
def line(codebook):
    def written(*publications, calls=(), inferred=False, day=DAY, missions=None):
        one = Consultation(
            publication=publication(publications or (notice(),), day),
            shown_by="form",
            call=publication(calls, dt.date(2026, 9, 1)) if calls else None,
            inferred=inferred,
        )
        return written_consultation(one, codebook, missions or {})

    return written


def page(*lines, **more):
    return html.fromstring(consultations_page(lines, until=DAY, **more))


def cells(*lines, **more):
    """The lines of the CSV by column."""
    return list(csv.DictReader(io.StringIO(consultations_csv(lines, **more).decode())))


def sheet(*lines, **more):
    body = consultations_workbook(lines, until=DAY, **more)
    return openpyxl.load_workbook(io.BytesIO(body))


def test_a_title_is_no_formula_in_any_cell(line):
    hostile = line(
        notice(title=FORMULA, buyer="@SUM(A1)"), calls=(notice("2-2026", title=FORMULA),)
    )
    (found,) = cells(hostile)
    assert found["onderwerp"] == found["titel oproep"] == f"'{FORMULA}"
    assert found["inkoper"] == "'@SUM(A1)"
    lines = list(sheet(hostile)["Marktconsultaties"].iter_rows())
    assert [x.value for x in lines[1]][1:3] == [FORMULA, "@SUM(A1)"]
    assert all(x.data_type != "f" for row in lines for x in row)


def test_a_title_is_no_part_of_the_page(line):
    hostile = line(notice(title=SCRIPT, buyer=SCRIPT), calls=(notice("2-2026", title=SCRIPT),))
    written = page(hostile)
    assert written.xpath("//script") == []
    assert written.xpath("string(//tbody/tr/th/text())") == SCRIPT


def test_addresses_and_numbers_of_people_are_masked(line):
    private = line(notice(title=PERSON, buyer=PERSON), calls=(notice("2-2026", title=PERSON),))
    book = sheet(private)["Marktconsultaties"]
    in_book = " ".join(str(x.value) for row in book.iter_rows() for x in row)
    on_page = consultations_page([private], until=DAY)
    for text in (consultations_csv([private]).decode(), on_page, in_book):
        assert "noordwoud.nl" not in text
        assert "12345678" not in text
        assert "Vragen: •••@•••••••••.•• of ••-••••••••" in text


@pytest.mark.parametrize("title", ["half \ud83d teken", "regel\x00\x0b1\r\n2", "\u202edraait", " "])
def test_what_no_file_can_hold_stops_no_list(line, title, tmp_path):
    hostile = line(notice(title=title, buyer=None))
    for ending in (".html", ".xlsx", ".csv"):
        path = tmp_path / f"lijst{ending}"
        write_consultations([hostile], path, until=None)
        assert path.stat().st_size > 100
    assert "\n" not in hostile.title
    assert "\u202e" not in hostile.title
    assert hostile.title
    assert hostile.buyer == "onbekend"


def test_links_lead_to_tenderned_and_ted_only(line):
    one = line(
        on_tenderned("356212", url="file:///home/jan/356212.json"),
        notice("99-2026", url="javascript:alert(1)"),
        calls=(notice("n-1", url="https://evil.example/?www.tenderned.nl", format="ocds"),),
    )
    assert one.addresses == {
        "TenderNed": "https://www.tenderned.nl/aankondigingen/overzicht/356212",
        "TED": "https://ted.europa.eu/nl/notice/-/detail/99-2026",
    }
    assert one.call_addresses == {}
    its_own = "https://www.tenderned.nl/aankondigingen/overzicht/7"
    assert line(notice("ocds-7", url=its_own, format="ocds")).addresses == {"TenderNed": its_own}
    for url in ("https://jan@www.tenderned.nl/", "http://www.tenderned.nl/", "https://[", None):
        assert line(notice("ocds-7", url=url, format="ocds")).addresses == {}
    on_page = page(one).xpath("//tbody//a/@href")
    assert on_page == list(one.addresses.values())


def test_a_line_says_what_is_known_and_how(line):
    one = line(
        notice(cpv=("73100000", "45000000")),
        calls=(notice("2-2026", title="Bouw van slimme dijken"),),
        inferred=True,
        missions={"1-2026": ("market_consultation",)},
    )
    (found,) = cells(one)
    assert found == {
        "datum": "2026-03-02",
        "onderwerp": "Slimme dijken",
        "inkoper": "Waterschap Noordwoud",
        "maatschappelijke opgaven": "Marktconsultatie",
        "sector": "Onderzoek en ontwikkeling, en aanverwante adviezen",
        "cpv": "73100000",
        "herkend aan": "het formulier",
        "oproep gevolgd": "ja",
        "datum oproep": "2026-09-01",
        "titel oproep": "Bouw van slimme dijken",
        "koppeling": "afgeleid uit inkoper en titel",
        "tenderned": "",
        "ted": "https://ted.europa.eu/nl/notice/-/detail/1-2026",
        "oproep tenderned": "",
        "oproep ted": "https://ted.europa.eu/nl/notice/-/detail/2-2026",
        "verzonnen": "false",
    }
    (bare,) = cells(line(notice(cpv=()), day=None))
    assert (bare["datum"], bare["sector"]) == ("", "Sector onbekend")
    assert (bare["oproep gevolgd"], bare["koppeling"]) == ("niet gevonden", "")


def test_the_page_has_a_column_for_missions_only_where_a_model_gave_them(line):
    heads = "//table[1]//th[@scope='col']/text()"
    assert "Maatschappelijke opgaven" not in page(line()).xpath(heads)
    served = line(missions={"1-2026": ("market_consultation",)})
    assert "Maatschappelijke opgaven" in page(served).xpath(heads)


def test_made_up_notices_are_called_so_in_every_file(line):
    assert FICTIONAL_LIST in page(line(), fictional=True).xpath("string(//aside)")
    assert not page(line()).xpath("//aside")
    assert sheet(line(), fictional=True)["Lees mij"]["A2"].value == FICTIONAL_LIST
    assert cells(line(), fictional=True)[0]["verzonnen"] == "true"


def test_the_page_can_be_read_by_everybody(line, browser, axe):
    lines = [
        line(notice(title="Een heel lang onderwerp " * 12), calls=(notice("2-2026"),)),
        line(on_tenderned("1"), day=dt.date(2025, 1, 1)),
        line(day=None),
    ]
    written = consultations_page(lines, until=DAY, fictional=True)
    tree = html.fromstring(written)
    assert tree.get("lang") == "nl"
    assert tree.xpath("//h2/text()") == ["2026", "2025", "Datum onbekend"]
    levels = [int(x.tag[1]) for x in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in tree.xpath("//table"):
        assert table.xpath("string(caption)")
        assert not table.xpath(".//th[not(@scope)]")
    # Nothing is fetched to show it.
    assert not tree.xpath("//script | //link | //img | //@src")
    for width in (1200, 400):
        window = browser.new_page(viewport={"width": width, "height": 900})
        window.set_content(written)
        assert axe(window) == []


def test_the_same_lines_give_the_same_page_and_csv(line):
    lines = [line(), line(on_tenderned("1"))]
    for write in (consultations_csv, lambda x: consultations_page(x, until=DAY)):
        assert write(lines) == write(lines)


def test_only_sites_of_the_country_are_spoken_of(line):
    flemish = country_of("BE", language="nl")
    found = line(notice(), calls=(notice("2-2026"),))
    (row,) = cells(found, country=flemish)
    assert row["oproep ted"] == "https://ted.europa.eu/nl/notice/-/detail/2-2026"
    header = [x.value for x in next(sheet(found, country=flemish)["Marktconsultaties"].iter_rows())]
    assert header == list(row)
    assert "oproep tenderned" in cells(found)[0]
    told = consultations_page([found], until=DAY, country=flemish) + "".join(row)
    assert "tenderned" not in told.lower()
    assert "gewijzigde aankondiging is er één regel" in told
    assert "op TenderNed én TED staat, is er" in consultations_page([found], until=DAY)


def test_no_consultations_are_a_page_that_says_so():
    assert "geen marktconsultaties gevonden" in consultations_page([], until=None)
    assert [x.value for x in sheet()["Marktconsultaties"][1]][:2] == ["datum", "onderwerp"]


def test_a_date_before_spreadsheets_began_stops_no_workbook(line):
    assert sheet(line(day=dt.date(1, 1, 1))).sheetnames == ["Lees mij", "Marktconsultaties"]


def test_a_list_has_one_of_three_endings(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot write 'lijst.pdf'"):
        write_consultations([], tmp_path / "lijst.pdf", until=None)
