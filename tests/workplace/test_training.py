"""A model is trained, held against the one in use, promoted and taken back from the page."""

import datetime as dt
import json
import shutil
import sys
from pathlib import Path

import pytest
import typer

from pipeline import cli
from pipeline.corpus import annotations as judging
from pipeline.errors import PipelineError
from pipeline.learning import promotions
from pipeline.records import Promotion
from pipeline.workplace.duties import make_list
from pipeline.workplace.jobs import Jobs, Step

HOME = Path(__file__).parents[2]
PILOT = {"degree": "incremental", "aspect": "solution", "openness": "room", "forms": "living_lab"}

# Plays our commands: says what it was asked, and answers as they do.
PLAYED = """
import json, sys, pathlib
log = pathlib.Path({log!r})
log.open("a").write(json.dumps(sys.argv[1:]) + "\\n")
difference = {{"name": "innovation-oriented F1", "champion": 0.8, "challenger": 0.9,
               "difference": 0.1, "low": 0.05, "high": 0.15}}
worse = difference | {{"name": "forms micro-F1", "low": -0.2, "high": 0.01}}
told = {{"differences": [difference, worse], "only_champion": 1, "only_challenger": 9, "p": 0.02}}
print({{"train": {model!r}, "compare": json.dumps({{"authored": told, "added": told}})}}
      .get(sys.argv[1], ""))
"""


@pytest.fixture
def taught(site, tmp_path, classifier):
    """A home with a list that two people judged, and a new model about to be trained."""
    model, store = classifier.card.model_id, site.work.store
    shutil.copytree(HOME / "models" / model, store.models / model)
    shutil.copy(HOME / "models" / "floors.json", store.models)
    log = tmp_path / "asked"
    script = tmp_path / "played.py"
    script.write_text(PLAYED.format(log=str(log), model=model))
    site.work.command = [sys.executable, str(script)]
    rows = site.work.rows("SELECT notice_id FROM notices WHERE published_on > '2026-04' LIMIT 3")
    duty = make_list(
        store,
        "Vers",
        [x["notice_id"] for x in rows],
        length=3,
        order="list",
        by="anna",
        on=dt.date(2026, 11, 30),
    )
    for name in ("anna", "bram"):
        client = site.client(name)
        for notice_id in duty.notice_ids:
            text_hash = judging.text_hash(site.work.notice(notice_id))
            client.write(f"/beoordelen/vers/{notice_id}", text_hash=text_hash, **PILOT)
    return model, log


def test_from_judgements_to_a_promoted_model_without_a_command(site, taught, browser, axe):
    model, log = taught
    page = site.opened(browser, "anna")
    page.goto(f"{site.origin}/model")
    page.get_by_role("button", name="Train een nieuw model").click()
    page.get_by_role("heading", name="Het nieuwe model naast het huidige").wait_for()
    train, evaluate, compare = map(json.loads, log.read_text().splitlines())
    assert train[:2] == ["train", "--annotations"]
    assert train[2].endswith("annotations/vers.csv")
    assert set(train[4::2]) <= {"2026Q2", "2026Q3"}
    assert evaluate[:3] == ["evaluate", "--model", model]
    assert compare[:2] == ["compare", model]
    for asked in (train, evaluate, compare):
        # Each is a command as it exists.
        typer.main.get_command(cli.app).commands[asked[0]].make_context(asked[0], asked[1:])
    shown = page.locator("main").inner_text()
    assert "beter" in shown
    assert "geen aantoonbaar verschil" in shown
    assert axe(page) == []
    before = promotions.champion(site.work.store).model_id
    page.get_by_label("Reden", exact=True).first.fill("Leerde van onze oordelen")
    page.get_by_role("button", name=f"Neem {model} in gebruik").click()
    page.get_by_text("Leerde van onze oordelen").first.wait_for()
    held = promotions.champion(site.work.store)
    assert (held.model_id, held.by, held.reason) == (model, "anna", "Leerde van onze oordelen")
    # The one before is named, so that one can go back to it.
    assert before in page.locator("section:has(#eerder)").inner_text()
    assert "van de 100 die het model innovatiegericht noemt" in page.locator("main").inner_text()


def test_a_model_that_is_gone_is_not_offered_to_go_back_to(site, taught):
    model, _ = taught
    store, client = site.work.store, site.client()
    for name in (model, "m-00000000", model):
        facts = dict.fromkeys(("card", "metrics", "floors", "reason"), "x")
        one = Promotion(model_id=name, by="anna", on="2026-11-29T09:00:00+00:00", **facts)
        promotions.add(store, one)
    page = client.read("/model").text
    # The model that the stage promoted is made up as well.
    assert page.count("Staat niet meer op de plank") == 2
    assert 'name="model_id" value="m-00000000"' not in page
    assert f'name="model_id" value="{model}"' in page


def test_judgements_of_a_draw_are_never_taught(site, taught):
    from pipeline.workplace.lessons import teaching

    assert [name for name, _ in teaching(site.work)] == ["vers"]
    judged = site.work.annotations("vers")
    site.work.store.keep("draws", "2026Q3-x", {"text_notice_ids": [judged[0].notice_id]})
    assert teaching(site.work) == []


@pytest.fixture
def jobs(home):
    return Jobs(
        store=home.store,
        clock=lambda: dt.datetime(2026, 11, 30, tzinfo=dt.UTC),
        command=[sys.executable, "-c"],
    )


def ended(jobs):
    jobs._thread.join()
    return jobs.latest()


def steps(*programs):
    return [
        Step(name=str(n), title=f"stap {n}", arguments=lambda _, x=x: [x])
        for n, x in enumerate(programs)
    ]


def test_a_step_that_fails_ends_the_job_with_what_it_said(jobs):
    jobs.start("train", "x", steps("print(1)", "import sys; sys.exit('kapot')", "print(3)"), by="a")
    job = ended(jobs)
    assert [x["state"] for x in job["steps"]] == ["done", "failed", "waiting"]
    assert job["said"].strip() == "kapot"
    assert job["outputs"]["0"] == "1\n"


def test_a_job_of_another_kind_does_not_hide_what_the_last_of_a_kind_made(jobs):
    assert jobs.last("train") is None
    jobs.start("train", "x", steps("print(1)"), by="a")
    ended(jobs)
    jobs.start("plan", "x", steps("print(2)"), by="a")
    ended(jobs)
    jobs.start("train", "x", steps("import sys; sys.exit(1)"), by="a")
    assert ended(jobs)["state"] == "failed"
    assert jobs.last("train")["outputs"] == {"0": "1\n"}


def test_one_job_at_a_time(jobs):
    jobs.start("train", "x", steps("import time; time.sleep(1)"), by="a")
    with pytest.raises(PipelineError, match="a job is under way"):
        jobs.start("train", "x", steps("print(1)"), by="b")
    assert ended(jobs)["state"] == "done"


def test_a_job_whose_server_was_killed_is_told_as_such(jobs, home):
    jobs.start("train", "x", steps("print(1)"), by="a")
    job = ended(jobs)
    home.store.keep("state", "job", job | {"state": "running"})
    again = Jobs(store=home.store, clock=jobs.clock)
    assert again.latest()["state"] == "failed"
    assert "gestopt" in again.latest()["said"]


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_page_of_a_model_that_is_missing(shown, browser, axe, width):
    page = shown.opened(browser, width=width)
    page.goto(f"{shown.origin}/model")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
