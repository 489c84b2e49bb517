"""How fast the workplace answers: a search over so many generated notices, every kind of query.

    python scripts/search_speed.py --notices 400000 --folder /tmp/speed

Prints the median and the slowest of some repetitions of each search, page and facets included, and
what making the index costs. The texts are those of the authored notices, dealt out again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import statistics
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from starlette.datastructures import QueryParams

from pipeline import codebook as codebooks
from pipeline.demo.made_up import made_up
from pipeline.estimates.frame import read_rates
from pipeline.estimates.material import assembled
from pipeline.labels.scores import Scores
from pipeline.notices.outlines import without_texts
from pipeline.notices.period import ALL_TIME
from pipeline.records import Notice, Period
from pipeline.settings import Settings
from pipeline.settings import load as load_settings
from pipeline.store import Store
from pipeline.workplace.catalogue import Contents, write_catalogue
from pipeline.workplace.finding import search
from pipeline.workplace.visit import Visit, Workplace

SOURCE = Store(load_settings().home)
SEARCHES = {
    "everything": [],
    "a rare word": [("q", "sleephopperzuiger")],
    "a word": [("q", "innovatieve")],
    "a very common word": [("q", "de")],
    "three common words": [("q", "de gemeente levering")],
    "a phrase": [("q", '"de levering van"')],
    "without": [("q", "onderhoud -gemeente")],
    "a beginning": [("q", "inno*")],
    "facets": [("graad", "disruptive"), ("provincie", "NL31"), ("provincie", "NL33")],
    "words and facets": [("q", "gemeente"), ("graad", "incremental"), ("volgorde", "waarde")],
    "by probability": [("volgorde", "kans")],
    "last page": [("q", "gemeente"), ("pagina", "99999")],
}


def dealt(notices: list[Notice], number: int, rng: np.random.Generator):
    """The same notices under other names and days."""
    first = dt.date(2016, 1, 1)
    for n in range(number):
        one = notices[n % len(notices)]
        day = first + dt.timedelta(days=int(rng.integers(3960)))
        yield replace(one, notice_id=f"n-{n}", published_on=day, procedure_key=f"p-{n // 3}")


def made(folder: Path, number: int) -> Workplace:
    book = codebooks.load(SOURCE)
    everything = made_up(SOURCE, book, lots={Period.parse("2026Q3"): 2000})
    notices = [x for found in everything.notices.values() for x in found]
    scores = everything.scores
    names = [x.notice_id for x in notices]
    places = {f"n-{n}": scores.places.get(names[n % len(names)]) for n in range(number)}
    said = Scores(
        model_id=scores.model_id,
        places={name: place for name, place in places.items() if place is not None},
        table=scores.table,
    )
    (folder / "corpora" / "state").mkdir(parents=True, exist_ok=True)
    (folder / "corpora" / "codebook.toml").write_bytes(SOURCE.codebook_path.read_bytes())
    work = Workplace(settings=Settings(home=folder), clock=lambda: dt.datetime.now(dt.UTC))
    started = time.perf_counter()
    write_catalogue(
        work.store.index_path,
        Contents(
            notices=dealt(notices, number, np.random.default_rng(1)),
            linked=assembled(
                map(without_texts, notices),
                ALL_TIME,
                rates=read_rates(SOURCE.reference("ecb_rates")),
                readings=[],
                quarantined={},
            ),
            scores=said,
            annotations=(),
            codebook=book,
            withheld=frozenset(),
            facts={},
        ),
    )
    size = work.store.index_path.stat().st_size / 1e6
    print(f"index of {number} notices: {time.perf_counter() - started:.0f} s, {size:.0f} MB")
    return work


def timed(work: Workplace, query: list[tuple[str, str]], times: int) -> list[float]:
    found = []
    for _ in range(times):
        visit = Visit(
            work=work, person="a", token="", url="/zoeken", query=QueryParams(urlencode(query))
        )
        started = time.perf_counter()
        search(visit)
        found.append(1000 * (time.perf_counter() - started))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--notices", type=int, default=400_000)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--times", type=int, default=7)
    given = options.parse_args()
    path = given.folder / "corpora" / "state" / "workplace.sqlite"
    if path.is_file():
        work = Workplace(
            settings=Settings(home=given.folder), clock=lambda: dt.datetime.now(dt.UTC)
        )
    else:
        work = made(given.folder, given.notices)
    started = time.perf_counter()
    size = work.finder.size
    print(f"opened: {size} notices, {time.perf_counter() - started:.1f} s")
    lines = {}
    for name, query in SEARCHES.items():
        taken = timed(work, query, given.times)
        lines[name] = {"median": round(statistics.median(taken)), "slowest": round(max(taken))}
        print(f"{name:<22}{lines[name]['median']:>6} ms{lines[name]['slowest']:>6} ms")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {memory:.0f} MB; processors: {os.cpu_count()}")
    print(json.dumps(lines))


if __name__ == "__main__":
    main()
