"""Differences are decided by one key, and the readings stay as they were."""

import datetime as dt

import pytest

from pipeline.corpus import annotations as judging
from pipeline.corpus.agreement import agreement
from pipeline.workplace.duties import make_list

PILOT = {"degree": "incremental", "aspect": "solution", "openness": "room", "forms": "living_lab"}
NONE = {"degree": "none", "openness": "closed"}


@pytest.fixture
def read_twice(site):
    """Three notices that anna and bram read: differently, alike, and differently."""
    rows = site.work.rows("SELECT notice_id FROM notices WHERE kind = 'competition' LIMIT 3")
    duty = make_list(
        site.work.store,
        "Dubbel",
        [x["notice_id"] for x in rows],
        length=3,
        order="list",
        by="anna",
        on=dt.date(2026, 11, 30),
    )
    said = {"anna": [PILOT, NONE, NONE], "bram": [NONE, NONE, PILOT]}
    for name, answers in said.items():
        client = site.client(name)
        for notice_id, form in zip(duty.notice_ids, answers, strict=True):
            text_hash = judging.text_hash(site.work.notice(notice_id))
            client.write(f"/beoordelen/dubbel/{notice_id}", text_hash=text_hash, **form)
    return duty


def kept(site):
    return judging.read_all(site.work.store.annotations("dubbel"), site.home.codebook, name="x")


def test_one_key_takes_the_left_or_the_right_reading_over(site, read_twice, browser):
    before = kept(site)
    page = site.opened(browser, "carla")
    page.goto(f"{site.origin}/beslissen")
    page.get_by_role("link", name="Beslis 2 verschillen").click()
    page.get_by_text("nog 2 verschillen").wait_for()
    page.locator(".readers[data-state=ready]").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("nog 1 verschil").wait_for()
    page.locator(".readers[data-state=ready]").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_text("Er is niets te beslissen").wait_for()
    decided = [x for x in kept(site) if x.round == "adjudicated"]
    assert {x.notice_id: x.judgement.degree for x in decided} == {
        read_twice.notice_ids[0]: "none",
        read_twice.notice_ids[2]: "none",
    }
    assert {x.annotator for x in decided} == {"carla"}
    assert [x for x in kept(site) if x.round != "adjudicated"] == list(before)


def test_another_decision_is_made_as_a_judgement_is(site, read_twice, browser):
    page = site.opened(browser, "carla")
    page.goto(f"{site.origin}/beslissen/dubbel")
    page.keyboard.press("a")
    page.wait_for_url("**?anders=1")
    for key in "2oe":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.get_by_text("nog 1 verschil").wait_for()
    (decided,) = [x for x in kept(site) if x.round == "adjudicated"]
    assert decided.judgement.labels == ("disruptive", "rd", "asked")


def test_who_decides_too_late_changes_nothing(site, read_twice):
    path = f"/beslissen/dubbel/{read_twice.notice_ids[0]}"
    site.client("carla").write(path, take="anna")
    again = site.client("dirk").write(path, take="bram")
    assert again.status_code == 303
    (decided,) = [x for x in kept(site) if x.round == "adjudicated"]
    assert (decided.annotator, decided.judgement.degree) == ("carla", "incremental")


def test_a_third_reader_reads_first_and_disagreement_stays_open(site, read_twice):
    carla = site.client("carla")
    notice = read_twice.notice_ids[0]
    page = carla.read(f"/beslissen/dubbel/{notice}").text
    assert f"/beoordelen/dubbel/{notice}" in page
    text_hash = judging.text_hash(site.work.notice(notice))
    carla.write(f"/beoordelen/dubbel/{notice}", text_hash=text_hash, **PILOT)
    page = carla.read(f"/beslissen/dubbel/{notice}").text
    assert page.count("Neem over van") == 3


def test_agreement_on_the_page_is_that_of_the_command_and_follows_each_judgement(site, read_twice):
    client = site.client("carla")
    found = agreement(site.work.annotations("dubbel"), site.home.codebook, seed=0, resamples=300)
    degree = next(x for x in found if x.question == "degree")
    shown = f"{degree.alpha:.2f}".replace(".", ",")
    page = client.read("/beslissen").text
    assert '<th scope="row">innovatiegraad</th><td class="number">3</td>' in page
    assert f'<td class="number">{shown}</td>' in page
    notice = read_twice.notice_ids[2]
    text_hash = judging.text_hash(site.work.notice(notice))
    site.client("anna").write(f"/beoordelen/dubbel/{notice}", text_hash=text_hash, **PILOT)
    assert f'<td class="number">{shown}</td>' not in client.read("/beslissen").text


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_while_deciding(site, read_twice, browser, axe, width):
    page = site.opened(browser, "carla", width=width)
    path = f"/beslissen/dubbel/{read_twice.notice_ids[0]}"
    for address in ("/beslissen", path, f"{path}?anders=1"):
        page.goto(f"{site.origin}{address}")
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
