"""The index of all notices, as one SQLite file: for searching, and for whoever wants to query it.

Made of the store whenever something in it is newer, never the source of truth. Tables: ``notices``
(a line each, with what model, rules and people say), ``lots`` (values with their rung), ``links``
(why notices are one tender), ``consultations`` (of the market, with the call that followed),
``records`` (all of a notice as JSON), ``facts``, and ``words``, a full-text index of lemmas.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.codebook import Codebook
from pipeline.codec import to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import assemble
from pipeline.corpus.lemmas import lemmas_of
from pipeline.estimates.buyers import kind_of_buyer
from pipeline.notices.provinces import province
from pipeline.notices.serial import notice_to_json
from pipeline.records import Annotation, Notice
from pipeline.shown import masked
from pipeline.spreadsheet import forms_cell, labels_cell, missions_cell
from pipeline.workplace.seen import seen, seen_text
from pipeline.writing import named

if TYPE_CHECKING:
    from pipeline.estimates.material import Material
    from pipeline.labels.scores import Scores
    from pipeline.workplace.consulting import Consulted

SAID = (
    *("degree", "aspect", "openness", "forms", "missions", "abstained", "rules", "differs"),
    "p_innovation",
)

TABLES = """
CREATE TABLE notices (
    number INTEGER PRIMARY KEY, notice_id TEXT NOT NULL UNIQUE, source TEXT, kind TEXT,
    published_on TEXT, title TEXT, buyer TEXT, buyer_kind TEXT, province TEXT, cpv_division TEXT,
    procedure TEXT, procedure_key TEXT, value_eur REAL, declared TEXT, url TEXT, text TEXT,
    degree TEXT, aspect TEXT, openness TEXT, forms TEXT, missions TEXT, abstained TEXT, rules TEXT,
    differs TEXT,
    evidence TEXT, p_innovation REAL, probabilities TEXT, model_id TEXT,
    people INTEGER NOT NULL, people_degree TEXT, people_aspect TEXT, people_openness TEXT,
    people_forms TEXT
);
CREATE TABLE lots (
    lot_key TEXT PRIMARY KEY, procedure_key TEXT, notice_id TEXT, text_notice_id TEXT, dated TEXT,
    title TEXT, value_eur REAL, rung TEXT, flags TEXT, excluded TEXT
);
CREATE TABLE links (notice_id TEXT, other TEXT, rule TEXT, inferred INTEGER);
CREATE TABLE consultations (notice_id TEXT PRIMARY KEY, call_id TEXT, consulted TEXT NOT NULL);
CREATE TABLE records (notice_id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT);
CREATE VIRTUAL TABLE words USING fts5(
    title, buyer, text, content='', detail=full, tokenize='unicode61 remove_diacritics 2'
);
"""
INDEXES = """
CREATE INDEX notices_by_procedure ON notices (procedure_key);
CREATE INDEX lots_by_procedure ON lots (procedure_key);
CREATE INDEX links_by_notice ON links (notice_id);
"""
# What Datasette and other programs search by: the words as they are written.
PLAIN_WORDS = """
CREATE VIRTUAL TABLE notices_fts USING fts5(
    title, buyer, text, content="notices", content_rowid="number",
    tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO notices_fts (notices_fts) VALUES ('rebuild');
"""
AT_ONCE = 500
# Names of files, which say something of whose machine it is.
OWN_FACTS = frozenset({"made_of", "unreadable"})


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into the index.

    Attributes:
        notices: With their texts, each once.
        linked: The same notices as procedures and lots.
        consultations: Of the market, among them; the latest first.
        withheld: Notices of which the model's opinion is not shown: they are being judged.
        facts: About the whole, such as when it was made.
    """

    notices: Iterable[Notice]
    linked: Material
    consultations: Iterable[Consulted]
    scores: Scores | None
    annotations: Sequence[Annotation]
    codebook: Codebook
    withheld: frozenset[str]
    facts: Mapping[str, str]


def write_catalogue(
    path: Path,
    contents: Contents,
    *,
    for_others: bool = False,
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the index; it gets its name when it is whole.

    Args:
        for_others: Whether other programs read it: they get an index of the words as they are
            written, and nothing that only the workplace needs. Texts of notices that it shows
            hold no addresses of persons either way.
        tell: Hears how many notices are in.

    Returns:
        How many notices are in it.
    """
    with named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(temporary)) as base:
                written = _fill(base, contents, tell, for_others=for_others)
                base.executescript(INDEXES)
                if for_others:
                    base.executescript(PLAIN_WORDS)
                base.commit()
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return written


def _fill(
    base: sqlite3.Connection, contents: Contents, tell: Callable[[int], None], *, for_others: bool
) -> int:
    # A file that is not finished is thrown away, so nothing need be safe while it is written.
    base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    base.executescript(TABLES)
    lines, number = _Lines(contents), 0
    for number, notice in enumerate(contents.notices, 1):
        line = lines.of(notice) | {"number": number}
        base.execute(_insert("notices", line), list(line.values()))
        # What is judged has a hash of its text as it is, so the workplace needs that.
        record = notice_to_json(seen(notice) if for_others else notice)
        base.execute("INSERT INTO records VALUES (?, ?)", (line["notice_id"], record))
        texts = (line[name] or "" for name in ("title", "buyer", "text"))
        words = [" ".join(lemmas_of(text)) for text in texts]
        base.execute(
            "INSERT INTO words (rowid, title, buyer, text) VALUES (?, ?, ?, ?)", (number, *words)
        )
        if number % AT_ONCE == 0:
            tell(number)
    base.executemany("INSERT INTO lots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _lots(contents))
    base.executemany("INSERT INTO links VALUES (?, ?, ?, ?)", _links(contents))
    base.executemany("INSERT INTO consultations VALUES (?, ?, ?)", _consultations(contents))
    facts = {**contents.facts, "notices": str(number)}
    if for_others:
        facts = {name: value for name, value in facts.items() if name not in OWN_FACTS}
    base.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
    tell(number)
    return number


def _insert(table: str, line: Mapping[str, object]) -> str:
    # Names of columns, all of them ours.
    return (
        f"INSERT INTO {table} ({', '.join(line)}) "  # noqa: S608
        f"VALUES ({', '.join('?' * len(line))})"
    )


class _Lines:
    """Lines of the table of notices."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._procedures = {
            notice_id: each.procedure_key
            for each in contents.linked.procedures
            for notice_id in each.notice_ids
        }
        self._values: defaultdict[str, float] = defaultdict(float)
        for lot in contents.linked.frame.lots:
            for notice_id in {lot.notice_id, lot.text_notice_id}:
                self._values[notice_id] += lot.value_eur or 0
        self._judged = judging.final(contents.annotations)
        self._readings: defaultdict[str, int] = defaultdict(int)
        for one in contents.annotations:
            self._readings[one.notice_id] += one.round != "adjudicated"

    def of(self, notice: Notice) -> dict[str, Any]:
        """Write a notice as one line."""
        (text, _), country = assemble(notice), self._contents.linked.country
        return {
            "notice_id": _held(notice.notice_id),
            "source": notice.source,
            "kind": notice.kind,
            "published_on": notice.published_on and notice.published_on.isoformat(),
            "title": _held(seen_text(notice.title)),
            "buyer": _held(seen_text(notice.buyer)),
            "buyer_kind": kind_of_buyer([notice], country),
            "province": province(notice.nuts, country),
            "cpv_division": notice.cpv[0][:2] if notice.cpv else None,
            "procedure": notice.procedure,
            "procedure_key": _held(self._procedures.get(notice.notice_id)),
            "value_eur": self._values.get(notice.notice_id) or None,
            "declared": _declared(notice),
            "url": _held(notice.url),
            "text": _held(masked(text)),
            **self._by_model(notice.notice_id),
            **self._by_people(notice.notice_id),
        }

    def _by_model(self, notice_id: str) -> dict[str, Any]:
        scores = self._contents.scores
        place = None if scores is None else scores.places.get(notice_id)
        if scores is None or place is None or notice_id in self._contents.withheld:
            return {}
        said = {name: scores.table[name][place].as_py() for name in SAID}
        evidence = [x.as_dict() for x in scores.evidence(notice_id)]
        cells = {
            **{name: labels_cell(said[name] or ()) for name in ("aspect", "rules", "differs")},
            # Without a text nobody can say that it is conventional.
            "forms": (labels_cell if said["abstained"] else forms_cell)(said["forms"]) or None,
            "missions": None if said["missions"] is None else missions_cell(said["missions"]),
            "evidence": json.dumps(evidence, ensure_ascii=False),
        }
        book = self._contents.codebook
        chances = {
            label.label_id: scores.table[f"p_{label.label_id}"][place].as_py()
            for label in (*book.labels, *book.missions)
        }
        known = {label: p for label, p in chances.items() if p is not None}
        return said | cells | {"model_id": scores.model_id, "probabilities": json.dumps(known)}

    def _by_people(self, notice_id: str) -> dict[str, Any]:
        readings = self._readings.get(notice_id, 0)
        if (one := self._judged.get(notice_id)) is None:
            return {"people": readings}
        judged = one.judgement
        return {
            "people": readings,
            "people_degree": judged.degree,
            "people_aspect": labels_cell(judged.aspect),
            "people_openness": judged.openness,
            "people_forms": forms_cell(judged.forms),
        }


def _declared(notice: Notice) -> str:
    states = {lot.innovation_declared for lot in notice.lots}
    return next((x for x in ("declared", "none") if x in states), "absent")


def _held(text: str | None) -> str | None:
    # Half a character, which JSON may send, is no UTF-8; ``records`` keeps it.
    return text.encode(errors="replace").decode() if text else text


def _lots(contents: Contents) -> Iterator[tuple[object, ...]]:
    for lot in contents.linked.frame.lots:
        yield (
            *map(_held, (lot.lot_key, lot.procedure_key, lot.notice_id, lot.text_notice_id)),
            lot.dated.isoformat(),
            _held(seen_text(lot.title)),
            lot.value_eur,
            lot.rung,
            ";".join(lot.flags),
            lot.excluded,
        )


def _links(contents: Contents) -> Iterator[tuple[object, ...]]:
    for each in contents.linked.procedures:
        for link in each.links:
            yield _held(link.notice_id), _held(link.other), link.rule, int(link.inferred)


def _consultations(contents: Contents) -> Iterator[tuple[object, ...]]:
    for one in contents.consultations:
        yield _held(one.notice_ids[0]), _held(one.call_id), json.dumps(to_plain(one))


def fact(path: Path, name: str) -> str | None:
    """Return a fact of an index; ``None`` where there is no index that can be read."""
    if not path.is_file():
        return None
    try:
        with closing(reading(path)) as base:
            found = base.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    except sqlite3.DatabaseError:
        return None
    return found[0] if found else None


def reading(path: Path) -> sqlite3.Connection:
    """Open an index for reading only."""
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    base.row_factory = sqlite3.Row
    return base


def cell_labels(cell: str | None) -> list[str]:
    """Read a cell that joins label ids with ``;``."""
    return [x for x in (cell or "").split(";") if x]
