"""A draw is planned and made on the page, by the commands that do it elsewhere."""

import json
import sys

import pytest
import typer
from typer.testing import CliRunner

from pipeline import cli
from pipeline.workplace.duties import duties

# Says what it was asked; answers as `plan --json` does, from a file.
PLAYED = """
import json, sys, pathlib
log = pathlib.Path({log!r})
log.open("a").write(json.dumps(sys.argv[1:]) + "\\n")
print(pathlib.Path({plan!r}).read_text() if sys.argv[1] == "plan" else "drawn")
"""


@pytest.fixture
def asked(site, tmp_path, monkeypatch):
    """What the commands said of this home, and a log of what the pages ask of them."""
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(site.work.settings.home))
    told = CliRunner().invoke(cli.app, ["plan", "2026Q3", "--half-width", "12.5", "--json"])
    assert told.exit_code == 0, told.output
    plan, log, script = tmp_path / "plan.json", tmp_path / "asked", tmp_path / "played.py"
    plan.write_text(told.stdout)
    script.write_text(PLAYED.format(log=str(log), plan=str(plan)))
    site.work.command = [sys.executable, str(script)]
    return json.loads(told.stdout), log


def test_a_draw_is_planned_and_made_on_the_page(site, asked, browser, axe):
    plan, log = asked
    page = site.opened(browser, "anna")
    page.goto(f"{site.origin}/beoordelen")
    page.get_by_role("link", name="trekking").first.click()
    page.get_by_role("link", name="derde kwartaal van 2026").click()
    page.get_by_label("Hoeveel punten mag het er naast zitten").fill("12.5")
    page.get_by_role("button", name="Reken uit").click()
    page.get_by_text(f"{plan['labels']} percelen").first.wait_for()
    assert axe(page) == []
    # The number that was planned is what is drawn, unless somebody changes it.
    assert page.get_by_label("Hoeveel percelen").input_value() == str(plan["labels"])
    page.get_by_label("Hoeveel percelen").fill("60")
    page.get_by_role("button", name="Trek", exact=True).click()
    page.get_by_role("heading", name="Trekking 2026Q3: klaar").wait_for()
    planned, drawn = map(json.loads, log.read_text().splitlines())
    assert planned == ["plan", "2026Q3", "--half-width", "12.5", "--json"]
    assert drawn == ["draw", "2026Q3", "--labels", "60", "--seed", "1"]
    for one in (planned, drawn):
        # Each is a command as it exists.
        typer.main.get_command(cli.app).commands[one[0]].make_context(one[0], one[1:])


def test_the_table_is_what_the_command_plans(site, asked):
    plan, _ = asked
    site.work.store.keep("state", "job-plan", {"outputs": {"plan": json.dumps(plan)}})
    page = site.client().read("/trekking/2026Q3").text
    first = plan["table"][0]
    widths = {
        (x["quantity"], x["quality"]): x["width"]
        for x in first["widths"]
        if x["weighting"] == "value"
    }
    shown = f"{100 * widths['innovation_oriented', 'useless']:.1f}".replace(".", ",")
    assert f'<th scope="row" class="number">{first["labels"]}</th>' in page
    assert f'<td class="number">{shown}</td>' in page
    # It is of this quarter; of another one nothing was planned.
    assert "Wat een aantal geeft" not in site.client().read("/trekking/2026Q2").text


def test_what_is_drawn_without_a_list_waits_in_the_workplace(site, asked):
    told = CliRunner().invoke(cli.app, ["draw", "2026Q3", "--labels", "100", "--seed", "1"])
    assert told.exit_code == 0, told.output
    (duty,) = duties(site.work.store).values()
    assert duty.draw
    assert duty.name in told.stdout
    page = site.client().read("/trekking/2026Q3").text
    assert f"/beoordelen/{duty.name}" in page
    assert set(duty.notice_ids) <= site.work.withheld("anna")


@pytest.mark.parametrize("form", [{"labels": "0", "seed": "1"}, {"labels": "6; rm", "seed": "1"}])
def test_what_is_no_number_is_drawn_nowhere(site, form):
    answer = site.client().write("/trekking/2026Q3", **form)
    assert answer.status_code == 409
    assert "expected a whole number" in answer.text
    assert site.client().read("/trekking/1999Q1").status_code == 404


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_the_pages_of_draws(shown, browser, axe, width):
    page = shown.opened(browser, width=width)
    for path in ("/trekking", "/trekking/2026Q3", "/mensen", "/beoordelen"):
        page.goto(f"{shown.origin}{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
