"""Damaged files, the same ones every time: what becomes of each notice in them.

Used by fuzz.py and, in a small version, by the tests.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import random
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import NoticeError, SettingsError
from pipeline.notices import collect
from pipeline.records import Unreadable
from pipeline.sources.files import raw_notices

DEMO = Path(__file__).parent.parent / "corpora" / "demo"
NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
# When archives say they were made: the clock must not change them.
STAMP = (2026, 1, 1, 0, 0, 0)
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:]+Z")
SEED = 20261129
# What the file that is asked for names is the user's to mend: an outcome, not a crash.
FORESEEN = (NoticeError, SettingsError)

CELLS = (
    *("", " ", "n.v.t.", "€ 1.000.000", "1.234", "-1", "31/12/2024", "45657", "WAAR", "#N/B"),
    *("=1+1", "\u202eabc", "\x00", "é" * 300, '"', "a\nb", "73000000-2;x", "1e999", "NaN"),
)
# Texts of elements and values of attributes; and whole elements without others inside.
VALUES = re.compile(rb'(?:(?<=>)|(?<=="))(?P<value>[^<>"]*[^<>"\s][^<>"]*)(?=[<"])')
LEAVES = re.compile(rb"(?P<value><([\w:]+)(?: [^<>]*)?>[^<>]*</\2>)")

HEADER = ("notice_id", "title", "description", "value_eur", "published_on", "cpv", "kind")


def outcome(data: bytes) -> Counter[str]:
    """Count what becomes of the notices in a file; only what was foreseen may come out."""
    found: Counter[str] = Counter()
    try:
        for raw in raw_notices(["-"], now=NOW, stdin=io.BytesIO(data)):
            if isinstance(raw, Unreadable):
                found["rest" if raw.rest else "unreadable"] += 1
                continue
            try:
                notice = collect.read_notice(raw)
            except NoticeError:
                found["quarantined"] += 1
            else:
                found["read with remarks" if notice.remarks else "read"] += 1
    except FORESEEN:
        found["refused"] += 1
    if not found:
        raise AssertionError("a file without an outcome")
    return found


def mutated(whole: bytes, rng: random.Random) -> bytes:
    """Change bytes, cut, double or swap stretches of a file: one to four times."""
    data = bytearray(whole)
    for _ in range(rng.randint(1, 4)):
        at, to = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        to = min(to, at + rng.choice((1, 4, 64, 4_096)))
        match rng.randrange(5):
            case 0:
                data[at:to] = rng.randbytes(to - at)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to]
            case 3:
                data[at:to] = rng.choice((b"<", b">", b'"', b"&", b"\x00", b"\xff", b"]]>", b"{"))
            case _:
                data = data[: max(at, 1)]
        data = data or bytearray(b"\x00")
    return bytes(data)


def xml(rng: random.Random) -> bytes:
    """One of the demonstration's notices in XML: bytes damaged, or well-formed with odd values."""
    whole = rng.choice(_files("*.xml"))
    return mutated(whole, rng) if rng.random() < 0.5 else _odd_values(whole, rng)


def _odd_values(whole: bytes, rng: random.Random) -> bytes:
    """Give some elements and attributes odd values, or leave some elements out."""
    for _ in range(rng.randint(1, 6)):
        places = list(VALUES.finditer(whole))
        place = rng.choice(places)
        value = escape(rng.choice(CELLS).replace("\x00", ""), {'"': "&quot;"}).encode()
        if rng.random() < 0.2:
            leaves = list(LEAVES.finditer(whole))
            place, value = rng.choice(leaves), b""
        whole = whole[: place.start("value")] + value + whole[place.end("value") :]
    return whole


def json_file(rng: random.Random) -> bytes:
    """One of the demonstration's notices in JSON, alone or in a list or package, damaged."""
    values = [json.loads(x) for x in rng.sample(_files("*.json"), 2)]
    shape = rng.choice(("alone", "list", "content", "releases", "lines"))
    if shape == "lines":
        whole = "\n".join(map(json.dumps, values))
    else:
        shapes = {"alone": values[0], "list": values}
        whole = json.dumps(shapes.get(shape, {shape: values}))
    return mutated(whole.encode(), rng)


def table(rng: random.Random) -> bytes:
    """A table of odd cells, as CSV in some encoding, XLSX or Parquet; half of them damaged."""
    rows = [
        [str(n), f"Titel {n}", "Wij vragen een oplossing."]
        + [rng.choice(CELLS) for _ in HEADER[3:]]
        for n in range(rng.randint(1, 8))
    ]
    for row in rows:
        if rng.random() < 0.5:
            row[rng.randrange(len(row))] = rng.choice(CELLS)
    whole = rng.choice((_csv, _xlsx, _parquet))(rows, rng)
    return mutated(whole, rng) if rng.random() < 0.5 else whole


def archive(rng: random.Random) -> bytes:
    """An archive of XML, JSON and tables, some of them damaged; half of them damaged itself."""
    members = {f"map/{n}": rng.choice((xml, json_file, table))(rng) for n in range(5)}
    file = io.BytesIO()
    if rng.random() < 0.5:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members.items():
                packed.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    else:
        with (
            gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w") as packed_tar,
        ):
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                packed_tar.addfile(info, io.BytesIO(data))
    whole = file.getvalue()
    return mutated(whole, rng) if rng.random() < 0.5 else whole


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "xml": xml,
    "json": json_file,
    "table": table,
    "archive": archive,
}


def damaged(kind: str, count: int) -> Iterator[bytes]:
    """Yield files of a kind, the same every time: each has a seed of its own."""
    for number in range(count):
        yield KINDS[kind](random.Random(f"{SEED}-{kind}-{number}"))


def _files(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(DEMO.rglob(pattern))]


def _csv(rows: list[list[str]], rng: random.Random) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=rng.choice(",;\t"))
    writer.writerows([HEADER, *rows])
    encoding = rng.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16"))
    data = file.getvalue().encode(encoding, errors="replace")
    return gzip.compress(data, mtime=0) if rng.random() < 0.2 else data


def _xlsx(rows: list[list[str]], rng: random.Random) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for name in ("Toelichting", "Blad2")[: rng.randint(0, 2)]:
        book.create_sheet(name)
    for row in (list(HEADER), *rows):
        book.active.append([x.replace("\x00", "") for x in row])
    book.save(file)
    return _stamped(file.getvalue())


def _stamped(archive: bytes) -> bytes:
    """Give the members of a zip file one time, whenever it was made."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as made, zipfile.ZipFile(file, "w") as kept:
        for name in made.namelist():
            data = MOMENT.sub(b"2026-01-01T00:00:00Z", made.read(name))
            kept.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _parquet(rows: list[list[str]], rng: random.Random) -> bytes:
    file = io.BytesIO()
    columns = dict(zip(HEADER, map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), file, row_group_size=rng.randint(1, 8))
    return file.getvalue()
