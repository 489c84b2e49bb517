"""Nobody comes in without a link, nothing is sent from elsewhere, nothing large comes in."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import requests
from typer.testing import CliRunner

from pipeline import cli, settings
from pipeline.errors import SettingsError
from pipeline.workplace.app import READ, WRITE, page_named
from pipeline.workplace.guard import MOST_BYTES
from pipeline.workplace.people import invite, people, person_of
from pipeline.workplace.serve import Reached
from pipeline.workplace.stock import refresh, unread_files
from pipeline.workplace.visit import Workplace


def filled(path):
    return re.sub(r"\{[a-z:]+\}", "x", path)


@pytest.mark.parametrize("path", [*READ, "/toegang/{secret}"])
def test_a_page_is_closed_to_whoever_has_no_link(shown, path):
    answer = requests.get(f"{shown.origin}{filled(path)}", timeout=30)
    assert answer.status_code == 401
    assert "persoonlijke link" in answer.text


@pytest.mark.parametrize("path", WRITE)
def test_a_form_without_its_token_changes_nothing(shown, path):
    client = shown.client()
    for token in ("", "0" * 64):
        assert client.write(filled(path), token=token, name="x").status_code == 403
    assert requests.post(f"{shown.origin}{filled(path)}", timeout=30).status_code == 401


def test_every_address_has_its_page():
    assert all(callable(page_named(name)) for name in (READ | WRITE).values())


def test_the_server_and_the_pages_for_judging_come_up_without_what_trains_and_searches():
    asked = (
        "import sys; from pipeline.workplace import judging, serve, stock;"
        "print(*sorted({'spacy', 'sklearn', 'scipy', 'pandas', 'openpyxl'} & {*sys.modules}))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "", "localhost:80:80"])
def test_another_host_name_is_refused(shown, host):
    answer = shown.client().read("/", headers={"Host": host})
    assert answer.status_code in {400, 421}
    assert "Welkom" not in answer.text


def test_a_large_body_is_refused_whether_it_tells_its_length_or_not(shown):
    client = shown.client()
    body = b"name=" + b"x" * MOST_BYTES
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for sent in (body, iter([body[:1000], body[1000:]])):
        answer = client.post(f"{shown.origin}/mensen", data=sent, headers=kind, timeout=30)
        assert answer.status_code == 413


def test_every_answer_forbids_scripts_and_styles_from_elsewhere(shown):
    for path in ("/", "/mensen", "/niets", "/vast/workplace.css"):
        headers = shown.client().read(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


def test_a_link_is_kept_as_a_hash_and_a_new_one_replaces_it(site):
    store = site.work.store
    old = site.invited("anna")
    assert person_of(store, old).name == "anna"
    kept = (store.corpora / "state" / "people.json").read_text()
    assert old not in kept
    new = site.client("bram").write("/mensen", name="anna").text
    (secret,) = re.findall(r"/toegang/([\w-]{43})", new)[:1]
    assert person_of(store, old) is None
    assert person_of(store, secret).name == "anna"
    assert set(people(store)) == {"anna", "beheer", "bram"}


@pytest.mark.parametrize("name", ["", "Anna", "a@b.nl", "=1+1", "x" * 31, "../x", "a b"])
def test_a_name_is_a_pseudonym(home, name):
    with pytest.raises(SettingsError, match="is not a name for the workplace"):
        invite(home.store, name, role="keeper", now=None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"host": "0.0.0.0"}, "over the network as they are"),
        ({"host": "192.168.1.4", "public_name": "a.nl"}, "over the network as they are"),
        ({"host": "0.0.0.0", "behind_proxy": True}, "no name by which browsers reach"),
        ({"behind_proxy": True}, "no name by which browsers reach"),
        ({"certificate": "pyproject.toml"}, "both --certificate and --key"),
    ],
)
def test_it_listens_to_others_only_where_the_way_is_closed(options, told):
    from pathlib import Path

    paths = {name: Path(x) if name == "certificate" else x for name, x in options.items()}
    with pytest.raises(SettingsError, match=told):
        Reached(**paths)


def test_behind_a_proxy_it_answers_to_its_public_name_by_tls():
    place = Reached(host="0.0.0.0", behind_proxy=True, public_name="Monitor.nl")
    assert place.secure
    assert "monitor.nl" in place.hosts
    assert place.origin(8000) == "https://Monitor.nl"


def test_a_port_that_is_taken_is_an_error_with_a_way_out(monkeypatch, home):
    import socket

    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(home.settings.home))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = CliRunner().invoke(cli.app, ["serve", "--port", port])
    assert isinstance(result.exception, SettingsError)
    assert "cannot be taken" in str(result.exception)


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("path", ["/", "/mensen"])
def test_axe_finds_nothing(shown, browser, axe, path, width):
    page = shown.opened(browser, width=width)
    page.goto(f"{shown.origin}{path}")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_that_is_opened_shows_the_workplace_and_one_that_is_made_is_whole(shown, browser):
    page = shown.opened(browser, "carla")
    assert page.get_by_role("heading", level=1).inner_text() == "Welkom, carla"
    page.get_by_role("link", name="carla").click()
    page.get_by_label("Schuilnaam").fill("dirk")
    page.get_by_role("button", name="Maak link").click()
    link = page.locator("code.secret", has_text="http").inner_text()
    assert link.startswith(f"{shown.origin}/toegang/")
    page.goto(link)
    assert "dirk" in page.locator(".who").inner_text()


def test_without_notices_the_fictional_ones_are_shown_and_said_to_be(tmp_path, indexed):
    empty = tmp_path / "empty"
    for name in ("corpora/codebook.toml", "corpora/demo/tabel.csv", "corpora/demo/LEESMIJ.md"):
        (empty / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.load().home / name, empty / name)

    def work(home, *inputs):
        given = settings.Settings(home=home)
        return Workplace(settings=given, clock=datetime.now, inputs=inputs).or_fictional()

    alone, given, collected = work(empty), work(empty, "mine.csv"), work(indexed)
    assert (alone.fictional, alone.inputs) == (
        True,
        (str(empty / "corpora" / "demo" / "tabel.csv"),),
    )
    assert (given.fictional, given.inputs, collected.fictional) == (False, ("mine.csv",), False)


def test_a_first_start_shows_the_fictional_notices_and_one_bad_file_stops_nothing(
    tmp_path, at, browser, axe
):
    root, empty = settings.load().home, tmp_path / "empty"
    (empty / "corpora").mkdir(parents=True)
    for name in ("codebook.toml", "demo", "reference"):
        place = root / "corpora" / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, empty / "corpora" / name)
    (empty / "corpora" / "demo" / "kladblok.xml").write_text("geen aankondiging")
    given = settings.Settings(home=empty)
    work = Workplace(settings=given, clock=lambda: datetime.now(UTC)).or_fictional()
    assert refresh(work)
    number, reasons = unread_files(work)
    assert number == 1
    assert "kladblok.xml" in reasons[0]
    site = at(work)
    page = site.client().read("/").text
    assert "Verzonnen gegevens" in page
    assert "1 bestand kon niet worden gelezen" in page
    window = site.opened(browser)
    for path in ("/", "/zoeken", "/aankondiging/99000101-2025"):
        window.goto(f"{site.origin}{path}")
        assert axe(window) == [], path
