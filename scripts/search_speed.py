"""How fast the workplace answers: a search over so many generated notices, every kind of query.

    python scripts/search_speed.py --notices 400000 --folder /tmp/speed

Prints of some repetitions of each search, page and facets included, the median, the slowest, and
the median of processor time, which does not count who else is at work; and what the index costs per
notice. The texts are those of the authored notices, dealt again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import sqlite3
import statistics
import time
from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from pipeline import codebook as codebooks
from pipeline.corpus.lemmas import lemmas_of
from pipeline.demo.made_up import made_up
from pipeline.estimates.frame import read_rates
from pipeline.estimates.material import assembled
from pipeline.notices.outlines import without_texts
from pipeline.notices.period import ALL_TIME
from pipeline.records import Period
from pipeline.settings import Settings
from pipeline.settings import load as load_settings
from pipeline.store import Store
from pipeline.workplace.catalogue import Contents, write_catalogue
from pipeline.workplace.consulting import consulted
from pipeline.workplace.finding import search
from pipeline.workplace.people import Colleague
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


def made(folder: Path, number: int) -> Workplace:
    book = codebooks.load(SOURCE)
    everything = made_up(SOURCE, book, lots={Period.parse("2026Q3"): 2000})
    notices = [x for found in everything.notices.values() for x in found]
    (folder / "corpora" / "state").mkdir(parents=True, exist_ok=True)
    (folder / "corpora" / "codebook.toml").write_bytes(SOURCE.codebook_path.read_bytes())
    work = Workplace(settings=Settings(home=folder), clock=lambda: dt.datetime.now(dt.UTC))
    linked = assembled(
        map(without_texts, notices),
        ALL_TIME,
        rates=read_rates(SOURCE.reference("ecb_rates")),
        readings=[],
        quarantined={},
    )
    started = time.perf_counter()
    write_catalogue(
        work.store.index_path,
        Contents(
            notices=notices,
            linked=linked,
            consultations=consulted(linked, book, everything.scores),
            scores=everything.scores,
            annotations=(),
            codebook=book,
            withheld=frozenset(),
            facts={},
        ),
    )
    each = 1000 * (time.perf_counter() - started) / len(notices)
    print(f"index: {each:.1f} ms per notice")
    multiply(work.store.index_path, number)
    print(f"size: {work.store.index_path.stat().st_size / 1e6:.0f} MB for {number} notices")
    return work


def multiply(path: Path, number: int) -> None:
    """Deal the notices of an index again, under other names and days, until it holds so many."""
    with sqlite3.connect(path) as base:
        base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        base.create_function(
            "said", 1, lambda text: " ".join(lemmas_of(text or "")), deterministic=True
        )
        base.execute(
            "CREATE TEMP TABLE said AS SELECT number, said(title) AS title, said(buyer) AS buyer, "
            "said(text) AS text FROM notices"
        )
        columns = [x[1] for x in base.execute("PRAGMA table_info(notices)")]
        kept = [x for x in columns if x not in {"number", "notice_id", "published_on"}]
        (held,) = base.execute("SELECT count(*) FROM notices").fetchone()
        for start in range(held, number, held):
            most = min(held, number - start)
            base.execute(
                f"INSERT INTO notices (number, notice_id, published_on, {', '.join(kept)}) "
                f"SELECT number + {start}, 'n-' || (number + {start}), "
                f"date('2016-01-01', '+' || ((number * 7919 + {start}) % 3960) || ' days'), "
                f"{', '.join(kept)} FROM notices WHERE number <= {most}"
            )
            base.execute(
                f"INSERT INTO words (rowid, title, buyer, text) "
                f"SELECT number + {start}, title, buyer, text FROM said WHERE number <= {most}"
            )


def timed(
    work: Workplace, query: list[tuple[str, str]], times: int
) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock, and of processor: the latter do not count who else is at work."""
    found, busy = [], []
    somebody = Colleague(name="a", token="", since="")
    for _ in range(times):
        visit = Visit(
            work=work,
            member=somebody,
            token="",
            url="/zoeken",
            query=QueryParams(urlencode(query)),
        )
        started, before = time.perf_counter(), time.process_time()
        search(visit)
        found.append(1000 * (time.perf_counter() - started))
        busy.append(1000 * (time.process_time() - before))
    return found, busy


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
        taken, busy = timed(work, query, given.times)
        lines[name] = {
            "median": round(statistics.median(taken)),
            "slowest": round(max(taken)),
            "processor": round(statistics.median(busy)),
        }
        print(f"{name:<22}" + "".join(f"{x:>8} ms" for x in lines[name].values()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {memory:.0f} MB; processors: {os.cpu_count()}")
    print(json.dumps(lines))


if __name__ == "__main__":
    main()
