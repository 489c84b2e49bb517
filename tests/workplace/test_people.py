"""Who may do what; a name that changes, a link that is withdrawn, a list that is closed."""

import datetime as dt
import re

import pytest

from pipeline.corpus import annotations as judging
from pipeline.errors import SettingsError
from pipeline.workplace.app import READ, WRITE, role_for
from pipeline.workplace.duties import duties, make_list
from pipeline.workplace.people import (
    give_role,
    invite,
    people,
    person_of,
    rename_person,
    withdraw_link,
)

NOW = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
KEPT_APART = {
    "/beslissen": "decider",
    "/beslissen/{file}": "decider",
    "/beslissen/{file}/{notice_id:path}": "decider",
}


@pytest.fixture
def listed(site):
    rows = site.work.rows("SELECT notice_id FROM notices WHERE kind = 'competition' LIMIT 3")
    return make_list(
        site.work.store,
        "Een lijst",
        [x["notice_id"] for x in rows],
        length=3,
        order="list",
        by="anna",
        on=NOW.date(),
    )


def judged(site, client, notice_id):
    text_hash = judging.text_hash(site.work.notice(notice_id))
    form = {"degree": "none", "openness": "closed", "text_hash": text_hash}
    return client.write(f"/beoordelen/een-lijst/{notice_id}", **form)


def test_what_is_read_is_open_but_decisions_and_what_is_sent_is_a_keepers_but_judgements():
    assert {x: role_for(READ[x], writes=False) for x in READ} == dict.fromkeys(
        READ, "annotator"
    ) | KEPT_APART
    assert {x: role_for(WRITE[x], writes=True) for x in WRITE} == dict.fromkeys(WRITE, "keeper") | {
        "/beoordelen/{duty}/{notice_id:path}": "annotator",
        "/beslissen/{file}/{notice_id:path}": "decider",
    }


def test_an_annotator_judges_and_does_nothing_else(site, listed):
    anna = site.client("anna", "annotator")
    assert judged(site, anna, listed.notice_ids[0]).status_code == 303
    for path in ("/mensen", "/model/leren", "/model/kiezen", "/beoordelen", "/rapport/2026Q3"):
        answer = anna.write(path, name="eve", role="keeper")
        assert answer.status_code == 403, path
        assert "Hiervoor moet u beheerder zijn" in answer.text
    answer = anna.read("/beslissen")
    assert (answer.status_code, "u beslisser zijn" in answer.text) == (403, True)
    assert "eve" not in people(site.work.store)
    for path in ("/", "/zoeken", "/beoordelen", "/model", "/mensen"):
        page = anna.read(path).text
        assert "/beslissen" not in page, path
        # Searching is a form too; none that would be refused is offered.
        assert not re.search(r'<form[^>]*method="post"', page), path


def test_a_decider_decides_and_keeps_nothing(site, listed):
    carla = site.client("carla", "decider")
    assert carla.read("/beslissen").status_code == 200
    assert carla.write("/lijsten/een-lijst/sluiten").status_code == 403


def test_a_keeper_gives_roles_names_and_links_on_the_page(site, browser, axe):
    page = site.opened(browser, "anna")
    page.goto(f"{site.origin}/mensen")
    page.get_by_label("Schuilnaam").fill("bram")
    page.get_by_role("button", name="Maak link").click()
    link = page.locator("code.secret", has_text="http").inner_text()
    store = site.work.store
    assert people(store)["bram"].role == "annotator"
    page.get_by_text("Wijzig bram").click()
    page.get_by_label("Rol van bram").select_option("decider")
    page.locator("#bram").get_by_role("button", name="Geef deze rol").click()
    page.get_by_text("bram, beslisser").wait_for()
    page.get_by_text("Wijzig bram").click()
    page.get_by_label("Nieuwe naam voor bram").fill("lezer-2")
    page.locator("#bram").get_by_role("button", name="Hernoem").click()
    page.get_by_text("lezer-2, beslisser").wait_for()
    # Their link is still theirs.
    assert person_of(store, link.rsplit("/", 1)[1]).name == "lezer-2"
    page.get_by_text("Wijzig lezer-2").click()
    assert axe(page) == []
    page.get_by_role("button", name="Trek de link van lezer-2 in").click()
    page.locator("#lezer-2").get_by_text("ingetrokken").wait_for()
    assert person_of(store, link.rsplit("/", 1)[1]) is None


def test_a_new_name_stands_in_every_judgement_the_superseded_ones_too(site, listed):
    anna = site.client("anna")
    notice = listed.notice_ids[0]
    judged(site, anna, notice)
    text_hash = judging.text_hash(site.work.notice(notice))
    again = {"degree": "incremental", "aspect": "solution", "openness": "room"}
    anna.write(f"/beoordelen/een-lijst/{notice}", text_hash=text_hash, **again)
    judged(site, site.client("bram"), notice)
    rename_person(site.work.store, "anna", "lezer-1", site.home.codebook)
    lines = judging.read_all(
        site.work.store.annotations("een-lijst"), site.home.codebook, name="een-lijst"
    )
    assert [x.annotator for x in lines] == ["lezer-1", "lezer-1", "bram"]
    assert "lezer-1" in anna.read("/").text
    assert notice not in duties(site.work.store)["een-lijst"].turns("lezer-1", {notice: lines})
    for name in ("bram", "a@b.nl", ""):
        with pytest.raises(SettingsError):
            rename_person(site.work.store, "lezer-1", name, site.home.codebook)
    with pytest.raises(SettingsError, match="nobody is called 'anna'"):
        rename_person(site.work.store, "anna", "eve", site.home.codebook)


def test_a_renaming_that_was_broken_off_goes_on_where_it_was(site, listed, monkeypatch):
    store, book = site.work.store, site.home.codebook
    judged(site, site.client("anna"), listed.notice_ids[0])
    store.write_annotations("ander", store.annotations("een-lijst"))
    written = []

    def torn(name, text):
        if written:
            raise OSError("killed")
        written.append(name)
        write(name, text)

    write = store.write_annotations
    monkeypatch.setattr(store, "write_annotations", torn)
    with pytest.raises(OSError, match="killed"):
        rename_person(store, "anna", "lezer-1", book)
    assert people(store)["anna"].becomes == "lezer-1"
    monkeypatch.undo()
    rename_person(store, "anna", "lezer-1", book)
    for name in ("ander", "een-lijst"):
        (one,) = judging.read_all(store.annotations(name), book, name=name)
        assert one.annotator == "lezer-1"
    assert "anna" not in people(store)


def test_somebody_always_keeps_the_workplace(home):
    store = home.store
    invite(store, "anna", role="keeper", now=NOW)
    for change in (
        lambda: withdraw_link(store, "anna"),
        lambda: give_role(store, "anna", "decider"),
        lambda: invite(store, "anna", role="annotator", now=NOW),
    ):
        with pytest.raises(SettingsError, match="nobody would be left"):
            change()
    invite(store, "bram", role="keeper", now=NOW)
    withdraw_link(store, "anna")
    with pytest.raises(SettingsError, match="nobody would be left"):
        withdraw_link(store, "bram")
    with pytest.raises(SettingsError, match="'boss' is no role"):
        give_role(store, "anna", "boss")


def test_a_link_of_before_there_were_roles_may_do_everything(home):
    home.store.keep("state", "people", {"anna": {"token": "x", "since": NOW.isoformat()}})
    assert people(home.store)["anna"].may("keeper")


def test_a_closed_list_asks_nothing_of_anybody_until_it_is_opened_again(site, listed, browser, axe):
    anna = site.client("anna")
    judged(site, anna, listed.notice_ids[0])
    page = site.opened(browser, "carla")
    page.goto(f"{site.origin}/beoordelen")
    page.get_by_role("button", name="Sluit Een lijst").click()
    page.get_by_text("Gesloten: 1").click()
    assert axe(page) == []
    assert "Een lijst" not in anna.read("/").text
    assert "Dit is gesloten" in anna.read("/beoordelen/een-lijst").text
    assert judged(site, anna, listed.notice_ids[1]).status_code == 409
    assert len(site.work.annotations("een-lijst")) == 1
    page.get_by_role("button", name="Heropen Een lijst").click()
    page.get_by_role("button", name="Sluit Een lijst").wait_for()
    assert judged(site, anna, listed.notice_ids[1]).status_code == 303
    # Own judgements are found again, by what they are about.
    own = anna.read("/beoordelen/een-lijst?eigen=1").text
    assert f"/beoordelen/een-lijst/{listed.notice_ids[0]}" in own
    assert "1 aankondiging" in " ".join(own.split())
