"""From 200 fresh notices to a promoted model, by two annotators, in browsers and nothing else.

    python scripts/from_notices_to_model.py --folder /tmp/goal
    python scripts/from_notices_to_model.py --folder /tmp/goal --corpus 500   # learns from fewer

Makes a home in which 200 authored notices are taken out of the corpus and lie beside it as fresh
ones (fictional, and marked so), starts `serve`, and from there on only clicks and presses keys, as
three people in windows of their own: a keeper, who invites two annotators, makes a list, decides on
differences, trains, reads the comparison, promotes and goes back; and the annotators, who judge all
of it, the second now and then otherwise than the first. Prints each step with its time, what the
Model page said, and pictures of the pages to FOLDER/pictures.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.records import Judgement
from pipeline.settings import load
from pipeline.store import Store
from pipeline.workplace.answers import label_keys

SOURCE = load().home
FRESH = 200
# How often the second annotator takes another degree than the first.
DIFFERS = 0.08
ENOUGH = 15
HOUR = 3_600_000
ASIDE = ("codebook.toml", "boilerplate.jsonl", "reference", "passages", "annotations")


def home(folder: Path, corpus: int | None) -> dict[str, Judgement]:
    """Make the home, and return what is right of the fresh notices."""
    store = Store(SOURCE)
    book = codebooks.load(store)
    read = judging.read_all(store.annotations("authored"), book, name="authored")
    final = {x: one for x, one in judging.final(read).items() if not one.unsure}
    able = sorted(x["notice_id"] for x in store.authored() if x["notice_id"] in final)
    random.Random(1).shuffle(able)
    fresh, rest = able[:FRESH], able[FRESH:]
    # Of each form enough to learn it, then whatever comes.
    having = [[x for x in rest if final[x].judgement.has(form)][:ENOUGH] for form in book.forms]
    left = set(list(dict.fromkeys([x for some in having for x in some] + rest))[:corpus])
    for name in ASIDE:
        place = SOURCE / "corpora" / name
        (shutil.copytree if place.is_dir() else _copy)(place, folder / "corpora" / name)
    shutil.copytree(SOURCE / "models", folder / "models")
    _copy(SOURCE / "tests" / "traps.jsonl", folder / "tests" / "traps.jsonl")
    if corpus is not None:
        shutil.rmtree(folder / "corpora" / "passages")
        (folder / "corpora" / "annotations" / "passages.csv").unlink()
    (folder / "corpora" / "authored").mkdir()
    kept = [x for x in store.authored() if x["notice_id"] in left]
    lines = "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in kept)
    (folder / "corpora" / "authored" / "kept.jsonl").write_text(lines, encoding="utf-8")
    Store(folder).write_annotations(
        "authored", judging.write(x for x in read if x.notice_id in left)
    )
    return _table(folder, [x for x in store.authored() if x["notice_id"] in set(fresh)], final)


def _copy(one: Path, other: Path) -> None:
    other.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(one, other)


def _table(folder: Path, notices: list[dict], final: dict) -> dict[str, Judgement]:
    right = {}
    with (folder / "notices.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["notice_id", "title", "description", "buyer", "published_on"])
        for n, one in enumerate(notices):
            title, day = f"{one['title']} (verzonnen)", f"2026-11-{n % 28 + 1:02d}"
            buyer = one.get("buyer") or ""
            writer.writerow([f"vers-{n:03d}", title, one["description"], buyer, day])
            right[f"vers-{n:03d}"] = final[one["notice_id"]].judgement
    return right


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Start the workplace, and yield the link that it prints."""
    command = [sys.executable, "-m", "pipeline", "serve", str(folder / "notices.csv")]
    with subprocess.Popen(
        [*command, "--port", "0"],
        env={**os.environ, "INNOVATIEMONITOR_HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield re.search(r"http\S+", server.stdout.readline())[0]
        finally:
            server.terminate()


class Told:
    """Says what was done, and how long it took."""

    def __init__(self, folder: Path) -> None:
        self._pictures = folder / "pictures"
        self._pictures.mkdir()
        self._since = time.perf_counter()
        self._number = 0

    def done(self, what: str, page: Page | None = None) -> None:
        now = time.perf_counter()
        print(f"{now - self._since:7.1f} s  {what}", flush=True)
        self._number += 1
        if page:
            page.screenshot(path=self._pictures / f"{self._number:02d}.png", full_page=True)
        self._since = time.perf_counter()


def window(browser: Browser, link: str) -> Page:
    """A window of somebody who opens their link."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    page.goto(link)
    return page


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Werkplek").get_by_role("link", name=name).click()
    page.get_by_role("heading", level=1, name=name).wait_for()


def invited(page: Page, name: str) -> str:
    """Make a link for somebody, and read it from the page."""
    page.locator(".who a").click()
    page.get_by_label("Schuilnaam").fill(name)
    page.get_by_role("button", name="Maak link").click()
    return page.locator("code.secret", has_text="http").inner_text()


def listed(page: Page) -> None:
    """Make a list of all that there is."""
    menu(page, "Zoeken")
    page.get_by_text("Maak van dit resultaat een lijst om te beoordelen").click()
    page.get_by_label("Naam van de lijst").fill("Verse aankondigingen")
    page.get_by_label("Hoeveel hoogstens").fill(str(FRESH))
    page.get_by_role("button", name="Maak lijst").click()
    page.locator("#judgement").wait_for()


def keys_of(one: Judgement, book: Codebook) -> list[str]:
    """Which keys say it: the degree, forms, then what does not follow from these."""
    implied = {x for form in one.forms for x in book.label(form).implies}
    rest = [x for x in (*one.aspect, one.openness) if x not in implied]
    labels = [one.degree, *one.forms, *(rest if one.degree != "none" else ())]
    return [label_keys(book)[x] for x in labels]


class Annotator:
    """Somebody who judges a list by keys, in a window of their own."""

    def __init__(self, page: Page, right: dict[str, Judgement], book: Codebook, seed: int) -> None:
        self.page, self._right, self._book = page, right, book
        self._random = random.Random(seed)
        self.pressed: list[int] = []

    def begin(self) -> None:
        menu(self.page, "Beoordelen")
        self.page.locator(".duties").get_by_role("link", name="Begin").click()

    def judge(self, differs: float = 0.0) -> None:
        """Judge what is before them; sometimes as somebody would who sees no innovation in it."""
        self.page.locator("#judgement[data-state=ready]").wait_for()
        here = self.page.url
        keys = keys_of(self._right[here.rsplit("/", 1)[1]], self._book)
        if keys[0] != "0" and self._random.random() < differs:
            keys = ["0"]
        for key in [*keys, "Enter"]:
            self.page.keyboard.press(key)
        self.page.wait_for_url(lambda url: url != here)
        self.pressed.append(len(keys) + 1)


def decided(page: Page) -> int:
    """Decide on every difference by one key: the reading that sees innovation."""
    menu(page, "Beslissen")
    page.get_by_role("link", name=re.compile(r"Beslis \d+ verschil")).click()
    number = 0
    while True:
        ready = page.locator(".readers[data-state=ready]")
        ready.or_(page.get_by_text("Er is niets te beslissen")).first.wait_for()
        if not ready.count():
            return number
        here = page.url
        left = page.locator(".readers section").first.inner_text()
        page.keyboard.press("ArrowRight" if "geen" in left.split("graad")[1][:12] else "ArrowLeft")
        page.wait_for_url(lambda url, here=here: url != here)
        number += 1


def trained(page: Page) -> list[str]:
    """Train, wait, and read what the page says of before and after."""
    menu(page, "Model")
    page.get_by_role("button", name="Train een nieuw model").click()
    page.locator("#job[data-state=running]").wait_for()
    page.locator("#job:not([data-state=running])").wait_for(timeout=HOUR)
    job = page.locator("#job").inner_text()
    if "klaar" not in job.splitlines()[0]:
        raise RuntimeError(job)
    section = page.locator("section[aria-labelledby=nieuw]")
    return [*job.splitlines(), *section.inner_text().splitlines()]


def promoted(page: Page) -> str:
    """Take the new model into use, with a reason."""
    button = page.get_by_role("button", name=re.compile(r"Neem m-\w+ in gebruik"))
    model_id = button.inner_text().split()[1]
    page.get_by_label("Reden", exact=True).first.fill("Leerde van de verse aankondigingen")
    button.click()
    page.locator("section[aria-labelledby=nu] strong", has_text=model_id).wait_for()
    return model_id


def taken_back(page: Page) -> str:
    """Go back to the model of before."""
    page.get_by_text("Ga terug naar dit model").first.click()
    form = page.locator("#eerder ~ ol form").first
    form.get_by_label("Reden").fill("Een proef: terug naar het vorige")
    before = page.locator("section[aria-labelledby=nu] strong").inner_text()
    form.get_by_role("button").click()
    place = page.locator("section[aria-labelledby=nu] strong")
    place.filter(has_not_text=before).wait_for()
    return place.inner_text()


def walked(browser: Browser, link: str, right: dict[str, Judgement], told: Told) -> None:
    book = codebooks.load(Store(SOURCE))
    keeper = window(browser, link)
    told.done("the keeper opened the link that `serve` printed", keeper)
    links = [invited(keeper, name) for name in ("anna", "bram")]
    told.done("two annotators were invited", keeper)
    listed(keeper)
    told.done(f"a list of {FRESH} notices was made of a search")
    people = [Annotator(window(browser, x), right, book, n) for n, x in enumerate(links)]
    for one in people:
        one.begin()
    people[0].page.locator("#judgement[data-state=ready]").wait_for()
    told.done("both opened their link and the list", people[0].page)
    for _ in range(FRESH):
        for one, differs in zip(people, (0.0, DIFFERS), strict=True):
            one.judge(differs)
    pressed = sorted(people[0].pressed)
    told.done(
        f"both judged all {FRESH}; keys per judgement: median {pressed[FRESH // 2]}, "
        f"at most {pressed[-1]}, {sum(x <= 6 for x in pressed)} with six or fewer",
        people[0].page,
    )
    told.done(f"{decided(keeper)} differences were decided", keeper)
    lines = trained(keeper)
    told.done("a model was trained, measured and compared", keeper)
    print(*(f"           | {line}" for line in lines if line.strip()), sep="\n")
    told.done(f"{promoted(keeper)} was promoted with a reason", keeper)
    told.done(f"{taken_back(keeper)} is in use again", keeper)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, required=True, help="New")
    options.add_argument("--corpus", type=int, help="Authored notices to learn from; all without")
    given = options.parse_args()
    given.folder.mkdir(parents=True)
    right = home(given.folder, given.corpus)
    told = Told(given.folder)
    with served(given.folder) as link, sync_playwright() as running:
        told.done("`serve` was started: the last command")
        browser = running.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        walked(browser, link, right, told)
        browser.close()


if __name__ == "__main__":
    main()
