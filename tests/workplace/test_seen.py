"""No page and no export shows an address or telephone number of a person; offsets stay."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from stage_quarter import shelve

from pipeline import settings
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.errors import CorpusError
from pipeline.records import Evidence, Lot
from pipeline.workplace.catalogue import write_catalogue
from pipeline.workplace.duties import make_list
from pipeline.workplace.reading import _link
from pipeline.workplace.seen import seen
from pipeline.workplace.stock import contents, refresh
from pipeline.workplace.visit import Workplace

MAIL, PHONE = "j.jansen@gemeente.example", "06-12345678"
SAYS = f"Vragen aan {MAIL} of bel {PHONE}. Wij zoeken een slimme brug die zichzelf meldt."
INNOVATIVE = {"degree": "incremental", "aspect": "solution", "openness": "asked"}


@pytest.fixture(scope="module")
def personal(everything):
    """A notice that names a person in every text that it has."""
    one = next(iter(everything.notices.values()))[0]
    lot = Lot(title=f"Perceel van {MAIL}", description=SAYS, criteria=(f"Bel {PHONE}",))
    return replace(
        one,
        notice_id="persoon-1",
        title=f"Brug ({MAIL}) \u2066onderhoud",
        buyer=f"Gemeente {PHONE}",
        description=SAYS,
        lots=(lot,),
        remarks=(f"unread field: {MAIL}",),
    )


@pytest.fixture
def place(tmp_path, personal, at):
    """A workplace on that notice alone, and a list of it to judge."""
    root = settings.load().home / "corpora"
    home = tmp_path / "home"
    shutil.copytree(root / "reference", home / "corpora" / "reference")
    shutil.copy(root / "codebook.toml", home / "corpora")
    work = Workplace(settings=settings.Settings(home=home), clock=lambda: datetime.now(UTC))
    shelve(work.store, [personal])
    refresh(work)
    options = {"length": 1, "order": "list", "by": "anna", "on": personal.published_on}
    make_list(work.store, "Een", [personal.notice_id], **options)
    return at(work)


def personal_in(text):
    return [x for x in ("jansen", "gemeente.example", "12345678") if x in text]


def test_no_page_and_no_file_of_the_workplace_names_a_person(place):
    client = place.client()
    for path in ("/zoeken?q=slimme", "/aankondiging/persoon-1", "/beoordelen/een"):
        page = client.read(path).text
        assert "slimme" in page
        assert personal_in(page) == []
        assert "\u2066" not in page.partition("<h1>")[2].partition("</h1>")[0]
    for kind in ("csv", "xlsx"):
        assert client.read(f"/zoeken.{kind}?q=slimme").status_code == 200
    assert personal_in(client.read("/zoeken.csv?q=slimme").content.decode()) == []
    # Nobody finds a person by them either.
    assert "<strong>0</strong>" in client.read(f"/zoeken?q={PHONE}").text


def test_the_exported_database_names_nobody_in_any_table(place, tmp_path):
    file = tmp_path / "export.sqlite"
    write_catalogue(file, contents(place.work), for_others=True)
    with closing(sqlite3.connect(file)) as base:
        everything = "\n".join(base.iterdump())
        (record,) = base.execute(
            "SELECT record FROM records WHERE notice_id = 'persoon-1'"
        ).fetchone()
        facts = {name for (name,) in base.execute("SELECT name FROM facts")}
        base.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words', 'row')")
        terms = " ".join(term for (term,) in base.execute("SELECT term FROM terms"))
    assert "slimme brug" in everything
    assert personal_in(everything) == []
    assert personal_in(terms) == []
    assert json.loads(record)["lots"][0]["title"] == "Perceel van •.••••••@••••••••.•••••••"
    assert not {"unreadable", "made_of"} & facts


def test_what_is_written_for_people_keeps_codes_amounts_and_identifiers(personal):
    shown = seen(personal)
    same = ("notice_id", "cpv", "estimated", "procedure_key", "references", "url", "published_on")
    assert all(getattr(shown, name) == getattr(personal, name) for name in same)
    assert shown.remarks == ("unread field: •.••••••@••••••••.•••••••",)
    assert seen(replace(personal, title="", description=None)).title == ""


def passage(notice, words, quoted=None):
    text, sections = assemble(notice)
    place = next(x for x in sections if x.name == "description")
    start = text[place.start : place.end].index(words)
    return Evidence(
        label="incremental",
        section="description",
        start=start,
        end=start + len(words),
        text=words if quoted is None else quoted,
    )


def judged(notice, evidence, codebook):
    lines = {
        "notice_id": notice.notice_id,
        **{name: INNOVATIVE.get(name, "conventional") for name in codebook.judgements},
    }
    return judging.Annotation(
        notice_id=notice.notice_id,
        text_hash=judging.text_hash(notice),
        judgement=judging.judgement(lines, codebook),
        evidence=(evidence,),
        annotator="anna",
        annotated_at=notice.published_on,
        codebook_version=codebook.version,
        round="first",
    )


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("slimme brug", "slimme brug"),
        (f"bel {PHONE}", "bel ••-••••••••"),
        # Cut out of a number, the digits alone would not be known for one.
        ("bel 06-1234", "bel ••-••••"),
        ("bel 06-1234", "bel 06-1234"),
    ],
)
def test_a_passage_may_be_quoted_as_it_is_or_as_people_see_it(personal, codebook, words, quoted):
    judging.check(judged(personal, passage(personal, words, quoted), codebook), personal)


@pytest.mark.parametrize("quoted", ["slimme bril", "••••••", "slimme brug "])
def test_other_words_than_stand_there_are_refused(personal, codebook, quoted):
    one = judged(personal, passage(personal, "slimme brug", quoted), codebook)
    with pytest.raises(CorpusError, match="not the words"):
        judging.check(one, personal)


def test_words_selected_behind_a_mask_are_kept_at_their_offsets(place, personal, browser):
    page = place.opened(browser)
    page.goto(f"{place.origin}/beoordelen/een")
    page.evaluate(
        """words => {
            const text = document.querySelector("[data-section=description]").firstChild;
            const start = text.data.indexOf(words), range = document.createRange();
            range.setStart(text, start);
            range.setEnd(text, start + words.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        "slimme brug",
    )
    page.keyboard.press("1")
    for label in ("solution", "asked"):
        page.keyboard.press(page.locator(f"input[value={label}]").get_attribute("data-key"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/beoordelen/een")
    (one,) = place.work.annotations("een")
    (found,) = [x for x in one.evidence if x.label == "incremental"]
    text, sections = assemble(personal)
    part = next(x for x in sections if x.name == "description")
    assert text[part.start + found.start : part.start + found.end] == "slimme brug"
    assert one.text_hash == judging.text_hash(personal)


@pytest.mark.parametrize(
    ("written", "notice_id", "url", "expected"),
    [
        ("eforms", "242317-2026", "https://ted.europa.eu/en/notice/242317-2026/xml", "TED"),
        ("ted_export", "255494-2019", None, "TED"),
        ("tenderned_json", "356212", "https://www.tenderned.nl/x/356212", "www.tenderned.nl"),
        ("tabular", "242317-2026", None, None),
        ("tabular", "x", "javascript:alert(1)", None),
        ("eforms", "١٢-2026", None, None),
    ],
)
def test_a_notice_leads_to_the_page_that_people_read(personal, written, notice_id, url, expected):
    one = replace(personal, format=written, notice_id=notice_id, url=url)
    link = _link(one, fictional=False)
    assert (link and link[1]) == expected
    if expected == "TED":
        assert link[0] == f"https://ted.europa.eu/nl/notice/-/detail/{notice_id}"
    assert _link(one, fictional=True) is None
