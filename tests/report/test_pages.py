"""Pages about labels: escaped, marked where the evidence stands, in Dutch."""

import datetime as dt

import pytest

from pipeline import codebook, settings
from pipeline.labels.batches import predictions_of
from pipeline.labels.find import find
from pipeline.records import Evidence, Notice
from pipeline.report.pages import Piece, labels_page, notice_page, pieces, section_name
from pipeline.store import Store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def book():
    return codebook.load(Store(settings.load().home))


def passage(label, start, end):
    return Evidence(label=label, section="title", start=start, end=end, text="")


def test_overlapping_passages_are_cut_where_they_begin_and_end(book):
    found = pieces("0123456789", [passage("sbir", 2, 6), passage("rd", 4, 8)], book)
    assert found == [
        Piece("01", ""),
        Piece("23", "SBIR"),
        Piece("45", "SBIR, onderzoek en ontwikkeling"),
        Piece("67", "onderzoek en ontwikkeling"),
        Piece("89", ""),
    ]


@pytest.mark.parametrize(
    ("name", "dutch"),
    [
        ("title", "Titel"),
        ("lot:LOT-0001:description", "Perceel LOT-0001, omschrijving"),
        ("lot:a:b:title", "Perceel a:b, titel"),
    ],
)
def test_sections_have_dutch_names(name, dutch):
    assert section_name(name) == dutch


def test_the_page_of_a_notice_escapes_its_text_and_marks_its_passages(classifier):
    notice = Notice(
        notice_id="1",
        source="t",
        format="tabular",
        kind="competition",
        title="<script>alert(1)</script> Innovatiepartnerschap",
        description="Voor het verwijderen van medicijnresten bestaat nog geen oplossing op de "
        "markt. Wij ontwikkelen die in drie fasen met ten hoogste vijf partijen.",
        procedure="innovation",
    )
    page = notice_page(*classifier.explain(notice), classifier.codebook)
    assert "<script>" not in page
    assert "<mark" in page
    assert "procedure: innovation" in page
    assert '<html lang="nl">' in page


def test_the_demo_page_names_every_notice_once(classifier, book):
    found = predictions_of(classifier, Store(settings.load().home).demo_notices())
    page = labels_page(found, book, title="Proef", notes=["Verzonnen."])
    assert page.count("<article>") == len(found) == 54
    assert "Dit zijn tellingen van labels, geen schatting van een aandeel." in page
    assert "Verzonnen." in page


def test_a_notice_is_found_by_its_number():
    places = Store(settings.load().home).demo_notices()
    assert find("99000102-2025", places, now=NOW).procedure == "innovation"


@pytest.mark.parametrize(
    ("title", "language", "words"),
    [
        pytest.param("Levering van stoelen", "nl", "te weinig tekst", id="a bare title"),
        pytest.param("Tuolien toimitus kouluille", "fi", "niet Nederlands", id="another language"),
        pytest.param("2026-17", None, "geen tekst", id="no words"),
    ],
)
def test_a_notice_that_is_left_open_says_why_in_dutch(classifier, title, language, words):
    notice = Notice(
        notice_id="1", source="t", format="t", kind="competition", title=title, language=language
    )
    assert words in notice_page(*classifier.explain(notice), classifier.codebook)
