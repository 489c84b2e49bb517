"""A store of ten years of the Netherlands, and what commands about one quarter of it cost.

    python scripts/store_at_size.py make FOLDER --notices 400000   # raw notices; 4 minutes
    python scripts/store_at_size.py collect FOLDER --year 2025     # per year
    python scripts/store_at_size.py deal FOLDER --year 2016 --as 2025
    python scripts/store_at_size.py time FOLDER                    # the table of the documents

The tenders are those of ``scripts/histories.py``, written as notices of TenderNed (JSON) and TED
(eForms) in the words of the fictional ones; numbers, days, buyers and references are their own.
Reading 40,000 of them takes a minute or two: what was collected of one year is dealt again, under
other numbers, as that of another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pyarrow as pa
from benchmark import HOME
from histories import Tenders

from pipeline import settings
from pipeline.home import Home
from pipeline.notices.collected import collect, collected_file
from pipeline.notices.days import SCHEMA
from pipeline.rawstore import disk
from pipeline.rawstore.manifest import Manifest
from pipeline.records import Notice, Period, RawNotice

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2016, 10, 1), dt.date(2026, 9, 30)
DEMO = HOME / "corpora" / "demo"

# Of each kind some fictional notices, whose words are dealt out; rare procedures come rarely.
EFORMS = {
    "planning": ["99000108-2024"],
    "competition": [
        *(["99000101-2025", "99000103-2025", "99000106-2024"] * 10),
        *("99000107-2024", "99000102-2025"),
    ],
    "result": ["99000114-2025", "99000115-2026", "99000116-2024"],
    "change": ["99000117-2025"],
}
TENDERNED = {"competition": "99000301", "result": "99000304", "planning": "99000305"}
UUID = "f1c71000-0000-4000-%s-%012d"
DATE = re.compile(r"(<(?:efbc:PublicationDate|cbc:IssueDate|efbc:TransmissionDate)>)[\d-]+")
PLACES = ("NL310", "NL329", "NL366", "NL221", "NL411", "NL111", "NL423")
AWARDED = re.compile(r"(<cbc:AwardDate>)20[12][1-9][\d-]{6}")
DAY = re.compile(r'"(20\d\d-\d\d-\d\d)')
OF_TED = re.compile(r'"(\d+)-(20\d\d)"')
OF_TENDERNED = re.compile(r'("(?:notice_id|procedure_key)": ")(\d+)(?=")')
OF_EFORMS = re.compile(r'"[0-9a-f]{4}([0-9a-f]{4}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')
REFERENCES = re.compile(
    r"\s*<efac:Changes>.*?</efac:Changes>|<efbc:ChangedNoticeIdentifier[^<]*<[^>]*>",
    re.S,
)


def make(folder: Path, number: int) -> None:
    (folder / "corpora").mkdir(parents=True)
    for name in ("codebook.toml", "reference", "indicators", "authored"):
        source = HOME / "corpora" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / "corpora" / name)
    shutil.copytree(HOME / "models", folder / "models")
    raw = Home(settings=settings.load(home=folder)).raw
    days: dict[tuple[str, dt.date], list[Notice]] = defaultdict(list)
    for notice in islice(published(), number):
        days[notice.source, notice.published_on or FIRST].append(notice)
    for (source, day), notices in sorted(days.items()):
        with raw.writer(source, day, made_by="store_at_size", now=NOW) as writer:
            for notice in notices:
                writer.add([received(notice)], fingerprint="1")
        raw.write_manifest(
            Manifest(
                source=source,
                day=day,
                listed_at=NOW,
                count=len(notices),
                offered=len(notices),
                missing={},
            )
        )


def published() -> Iterator[Notice]:
    """Yield what was published within the ten years, without end."""
    tenders = Tenders(
        seed=1, first_day=FIRST - dt.timedelta(days=100), days=3700, legacy_before=2000
    )
    return (x for x in tenders.notices() if FIRST <= (x.published_on or LAST) <= LAST)


def received(notice: Notice) -> RawNotice:
    body, kind = (
        (tenderned(notice), "json") if notice.source == "tenderned" else (ted(notice), "xml")
    )
    return RawNotice(
        source=notice.source,
        source_id=notice.notice_id,
        url=f"https://www.example.org/{notice.notice_id}",
        fetched_at=NOW,
        media_type=f"application/{kind}",
        body=body.encode(),
    )


def tenderned(notice: Notice) -> str:
    body = _json(TENDERNED.get(notice.kind, TENDERNED["competition"]))
    copy = next((x.target for x in notice.references), None)
    return json.dumps(
        body
        | {
            "publicatieId": int(notice.notice_id),
            "kenmerk": int(notice.procedure_key or 0),
            "aanbestedingNaam": notice.title,
            "opdrachtgeverNaam": notice.buyer,
            "publicatieDatum": f"{notice.published_on}T08:00:00",
            "pbNummerTed": copy,
        }
    )


def ted(notice: Notice) -> str:
    day, number = notice.published_on or FIRST, int(notice.notice_id.partition("-")[0])
    among = EFORMS[notice.kind]
    text = _xml(among[number % len(among)])
    text = DATE.sub(rf"\g<1>{day}", text)
    text = AWARDED.sub(rf"\g<1>{day - dt.timedelta(days=number % 40)}", text)
    text = re.sub(r"(NoticePublicationID[^>]*>)[^<]+", rf"\g<1>{notice.notice_id}", text)
    own = (notice.version_id or "")[:-3]
    text = re.sub(r'("notice-id">)[^<]+', rf"\g<1>{own}", text)
    text = re.sub(r"(<cbc:ContractFolderID>)[^<]+", rf"\g<1>{notice.procedure_key}", text)
    text = re.sub(r"(<cbc:CompanyID>)[^<]+", r"\g<1>0", text)
    text = text.replace("<cbc:CompanyID>0</cbc:CompanyID>", "")
    text = re.sub(
        r"(<cac:PartyName>\s*<cbc:Name[^>]*>)[^<]+", rf"\g<1>{notice.buyer}", text, count=1
    )
    text = re.sub(
        r"(<cac:ProcurementProject>.*?<cbc:Name[^>]*>)[^<]+",
        rf"\g<1>{notice.title}",
        text,
        count=1,
        flags=re.S,
    )
    text = text.replace("NLZZZ", PLACES[number % len(PLACES)])
    return _with_references(text, notice)


def _with_references(text: str, notice: Notice) -> str:
    text = REFERENCES.sub("", text)
    for reference in notice.references:
        told = f"<efbc:ChangedNoticeIdentifier>{reference.target}</efbc:ChangedNoticeIdentifier>"
        if reference.kind == "previous":
            told = (
                "<cac:NoticeDocumentReference><cbc:ID>"
                f"{reference.target}</cbc:ID></cac:NoticeDocumentReference>"
            )
            text = text.replace("</cac:TenderingProcess>", f"{told}</cac:TenderingProcess>", 1)
        elif reference.kind == "modifies":
            text = text.replace("<efac:ContractModification>", f"<efac:ContractModification>{told}")
        else:
            told = f"<efac:Changes>{told}</efac:Changes>"
            text = text.replace("<efac:Publication>", f"{told}<efac:Publication>", 1)
    return text


@cache
def _xml(name: str) -> str:
    return (DEMO / "eforms" / f"{name}.xml").read_text(encoding="utf-8")


@cache
def _json(name: str) -> dict[str, object]:
    return dict(json.loads((DEMO / "tenderned" / f"{name}.json").read_bytes()))


def read(folder: Path, year: int) -> None:
    raw = Home(settings=settings.load(home=folder)).raw
    started = time.process_time()
    for source in raw.sources():
        done = collect(source, Period.year(year), store=raw, now=NOW)
        seconds = time.process_time() - started
        print(f"{source} {year}: {done}, {seconds:.1f} s of processor time so far")


def deal(folder: Path, year: int, like: int) -> None:
    """Take what was collected of one year, under other numbers and days, for another year."""
    raw = Home(settings=settings.load(home=folder)).raw
    for source in raw.sources():
        for day in (x for x in raw.days(source) if x.year == year):
            path = collected_file(source, _moved(day, like - year), store=raw)
            if path.is_file():
                _dealt(
                    path,
                    collected_file(source, day, store=raw),
                    raw.content(source, day),
                    year - like,
                )


def _dealt(path: Path, to: Path, content: str, years: int) -> None:
    rows = disk.read_columns(path, SCHEMA.names).to_pylist()
    for row in rows:
        row["outline"], row["notice"] = (_renamed(row[x], years) for x in ("outline", "notice"))
        told = json.loads(row["outline"])
        row |= {x: told[x] for x in ("notice_id", "procedure_key")}
        row["published_on"] = dt.date.fromisoformat(told["published_on"])
    facts = disk.table_facts(path) | {"raw": content}
    for name in ("first_day", "last_day"):
        facts[name] = f"{_moved(dt.date.fromisoformat(facts[name]), years)}"
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    disk.write_table(to, [table], schema=SCHEMA, facts=lambda: facts)


def _renamed(text: str, years: int) -> str:
    """Another number for each notice, tender and day in it; the same for the same."""
    text = DAY.sub(lambda x: f'"{_moved(dt.date.fromisoformat(x[1]), years)}', text)
    text = OF_TED.sub(lambda x: f'"{x[1]}-{int(x[2]) + years}"', text)
    text = OF_TENDERNED.sub(lambda x: f"{x[1]}{-years}{int(x[2]):07}", text)
    return OF_EFORMS.sub(lambda x: f'"{-years:04x}{x[1]}', text)


def _moved(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28 if day.month == 2 else 31))


def measure(folder: Path) -> None:
    environment = {**os.environ, "INNOVATIEMONITOR_HOME": str(folder)}
    out = str(folder / "out")
    quarter = "2026Q3"
    print(f"{'command':<34}{'clock':>8}{'processor':>11}{'memory':>9}  exit, last line")
    for command in (
        ["status"],
        ["status"],
        ["check", quarter],
        ["procedure", "1-2016", "2016-10-01..2017-12-31"],
        ["plan", quarter, "--half-width", "2"],
        ["run", quarter, "--offline", "--output", out],
        ["run", quarter, "--offline", "--output", out],
        ["report", quarter, "--output", out],
    ):
        line = _timed(command, environment)
        print(f"{' '.join(command[:2]):<34}{line}", flush=True)


def _timed(command: list[str], environment: dict[str, str]) -> str:
    """Clock, processor time and peak memory of one command, with how it ended."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    last = said.strip().splitlines()[-1:]
    return (
        f"{time.monotonic() - started:>6.1f} s{used.ru_utime + used.ru_stime:>9.1f} s"
        f"{used.ru_maxrss / 1024:>6.0f} MB  {os.waitstatus_to_exitcode(status)} {last}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "collect", "deal", "time"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notices", type=int, default=400_000)
    parser.add_argument("--year", type=int, default=2026)
    parser.add_argument("--as", type=int, default=2025, dest="like")
    options = parser.parse_args()
    if options.what == "make":
        make(options.folder, options.notices)
    elif options.what == "collect":
        read(options.folder, options.year)
    elif options.what == "deal":
        deal(options.folder, options.year, options.like)
    else:
        measure(options.folder)


if __name__ == "__main__":
    main()
