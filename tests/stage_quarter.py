"""Fixtures: a home with made-up notices, a made-up model's scores, and no draw yet."""

import csv
import shutil
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.countries import country_of
from pipeline.demo.made_up import MODEL, MadeUp, made_up
from pipeline.learning import promotions
from pipeline.learning.sets import hash_of
from pipeline.notices import days
from pipeline.rawstore import disk
from pipeline.records import Notice, Period, Promotion
from pipeline.report import build, charts
from pipeline.report.charts import Drawn
from pipeline.settings import Settings
from pipeline.store import Store

ROOT = Path(__file__).parents[1]
FICTIONAL = Promotion(
    model_id=MODEL,
    card="c",
    metrics="m",
    floors="f",
    by="nobody",
    on="2026-10-01",
    reason="made up",
)
LOTS = {Period.parse("2026Q2"): 130, Period.parse("2026Q3"): 220}


@dataclass
class Home:
    settings: Settings
    store: Store
    codebook: Codebook
    made_up: MadeUp

    def fill(self, listed: Path) -> None:
        """Fill in the list of a draw as intended."""
        lines = list(csv.DictReader(listed.open(encoding="utf-8", newline="")))
        for line in lines:
            intended = self.made_up.written[line["notice_id"]].judgement
            line |= {
                "degree": intended.degree,
                "aspect": ";".join(intended.aspect),
                "openness": intended.openness,
                "forms": ";".join(intended.forms) or "conventional",
                "unsure": "false",
            }
        with listed.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)


@pytest.fixture(scope="session")
def codebook():
    return codebooks.load(Store(ROOT))


@pytest.fixture(scope="session")
def everything(codebook):
    return made_up(Store(ROOT), codebook, lots=LOTS)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory, everything, codebook):
    """A home that is written once."""
    notices = [x for found in everything.notices.values() for x in found]
    return stock(tmp_path_factory.mktemp("quarter") / "home", codebook, everything, notices)


@pytest.fixture
def home(tmp_path, stocked, codebook, everything, undrawn):
    """A copy of it for one test."""
    folder = Path(shutil.copytree(stocked, tmp_path / "home"))
    return Home(Settings(home=folder), Store(folder), codebook, everything)


@pytest.fixture
def flanders(tmp_path, codebook, everything, undrawn):
    """A home with the same tenders in Belgium, as after a fetch that was asked for Flanders."""
    notices = list(moved(chain.from_iterable(everything.notices.values())))
    folder = stock(tmp_path / "flanders", codebook, everything, notices)
    Store(folder).keep("state", "country", {"country": "BEL", "language": "nl"})
    settings = Settings(home=folder, country="BEL", language="nl")
    return Home(settings, Store(folder), codebook, everything)


@pytest.fixture
def undrawn(monkeypatch):
    """Reports are neither drawn nor laid out, which takes seconds.

    The charts and the PDF of a report are held to their claims in ``tests/report``.
    """
    monkeypatch.setattr(charts, "draw_chart", lambda chart, fictional: Drawn("<svg/>", b""))
    monkeypatch.setattr(build, "pdf", lambda page: b"")


def moved(notices):
    """The made-up notices as those of Belgian buyers on TED, every fifth tender in French."""
    places = list(country_of("BE").regions)
    for notice in notices:
        number = int(notice.notice_id.split("-")[2])
        lots = tuple(replace(x, nuts=(places[number % len(places)],)) for x in notice.lots)
        language = "fr" if number % 5 == 0 else "nl"
        yield replace(notice, source="ted", country="BE", language=language, lots=lots)


def stock(folder: Path, codebook: Codebook, everything: MadeUp, notices: list[Notice]) -> Path:
    """Write a home with notices, and what the made-up model says of them."""
    corpora = folder / "corpora"
    corpora.mkdir(parents=True)
    shutil.copy(ROOT / "corpora" / "codebook.toml", corpora)
    for name in ("indicators", "reference"):
        shutil.copytree(ROOT / "corpora" / name, corpora / name)
    store = Store(folder)
    promotions.add(store, FICTIONAL)
    shelve(store, notices)
    table = everything.scores.table
    prints = {x.notice_id: hash_of(x) for x in notices}
    names = table.column("notice_id").to_pylist()
    place = table.schema.get_field_index("fingerprint")
    table = table.set_column(place, "fingerprint", pa.array([prints[x] for x in names]))
    path = store.scores(MODEL, codebook.fingerprint) / "00000.parquet"
    disk.write_table(path, [table], schema=table.schema, facts=dict)
    return folder


def shelve(store: Store, notices: list[Notice]) -> None:
    """Write notices as `collect` would have."""

    def place(notice):
        return notice.source, notice.published_on

    for (source, day), found in groupby(sorted(notices, key=place), key=place):
        (store.corpora / "raw" / source).mkdir(parents=True, exist_ok=True)
        path = store.corpora / "notices" / source / f"{day.year}" / f"{day}.parquet"
        table = days.notice_table([(x.notice_id, x) for x in found])
        facts = {"first_day": f"{day}", "last_day": f"{day}", "notices": table.num_rows}
        disk.write_table(path, [table], schema=days.SCHEMA, facts=lambda facts=facts: facts)
