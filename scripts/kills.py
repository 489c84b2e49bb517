"""Kill each command's writing before and after every step on disk, and run it again.

A step is a replace, rename, unlink, remove, fsync or truncate. After each kill a second,
undisturbed run must end in what an undisturbed run ends in, with nothing lost or doubled. Usage:

    python scripts/kills.py [--every N]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

# Here, so that no child has to import it again.
import skops.io  # noqa: F401

from pipeline import codebook, settings
from pipeline.cli import annotations as commands
from pipeline.codec import to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import Sitting
from pipeline.estimates import drawing, published
from pipeline.estimates.published import Published
from pipeline.estimates.revision import Figures
from pipeline.evaluation import gate, trial
from pipeline.learning import promotions, shelf
from pipeline.notices import collected, outlines
from pipeline.rawstore import RawStore
from pipeline.records import (
    ROW,
    Annotation,
    Draw,
    Judgement,
    Notice,
    Period,
    Promotion,
    RawNotice,
)
from pipeline.report import build
from pipeline.sources import Listed, Source
from pipeline.sources._http import Http, HttpSettings
from pipeline.sources.fetch import fetch
from pipeline.store import Store, sha256

STEPS = ("replace", "unlink", "fsync", "truncate", "ftruncate", "rename", "remove")
KILLED = 9
HERE = Store(settings.load().home)
BOOK = codebook.load(HERE)
NOW = dt.datetime(2026, 7, 4, 8, tzinfo=dt.UTC)
DAYS = Period(dt.date(2026, 7, 1), dt.date(2026, 7, 2))
NOTICES = {
    x: Notice(notice_id=x, source="t", format="t", kind="competition", title=f"Brug {x}")
    for x in ("1", "2", "3")
}


@dataclass(frozen=True, kw_only=True)
class Writing:
    """One command's writing.

    Attributes:
        prepare: Fills an empty home.
        work: Is killed, and run again.
        content: What must be the same in the end.
    """

    prepare: Callable[[Path], None]
    work: Callable[[Path], object]
    content: Callable[[Path], object]


def killed_at(step: int, when: str, work: Callable[[], object]) -> bool:
    """Do work in a process that dies before or after one of its steps; tell whether it did."""
    child = os.fork()
    if child == 0:
        try:
            _doomed(step, when)
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in {0, KILLED}:
        raise AssertionError(f"the run failed by itself at step {step}, {when}")
    return code == KILLED


def _doomed(step: int, when: str) -> None:
    count = 0

    def counted(done: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            mine = count == step
            if mine and when == "before":
                os._exit(KILLED)
            try:
                return done(*given, **named)
            finally:
                if mine:
                    os._exit(KILLED)

        return instead

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))


def survived(writing: Writing, folder: Path, *, every: int = 1) -> int:
    """Kill a command's writing at its steps; return how often.

    Args:
        folder: Empty; homes are made in it.
        every: Steps from one kill to the next.

    Raises:
        AssertionError: A run after a kill did not end as an undisturbed one.
    """
    start = folder / "start"
    start.mkdir(parents=True)
    writing.prepare(start)
    expected = _done(writing, shutil.copytree(start, folder / "whole"))
    kills = 0
    for when in ("before", "after"):
        step = 1
        while True:
            home = Path(shutil.copytree(start, folder / "home"))
            if not killed_at(step, when, lambda home=home: writing.work(home)):
                shutil.rmtree(home)
                break
            found = _done(writing, home)
            if found != expected:
                raise AssertionError(f"step {step}, {when}: {found!r}; expected {expected!r}")
            shutil.rmtree(home)
            step, kills = step + every, kills + 1
    shutil.rmtree(folder)
    return kills


def _done(writing: Writing, home: Path) -> object:
    writing.work(home)
    return writing.content(home)


def _corpora(home: Path) -> None:
    (home / "corpora" / "annotations").mkdir(parents=True)
    shutil.copy(HERE.codebook_path, home / "corpora")


def _raw(home: Path) -> RawStore:
    return RawStore(Store(home), settings_fingerprint="f" * 64)


def _of(number: int, source_id: str) -> RawNotice:
    body = {"notice_id": source_id, "title": f"Brug {number}"}
    return RawNotice(
        source="gazette",
        source_id=source_id,
        url=f"https://gazette.test/{source_id}",
        fetched_at=NOW,
        media_type=ROW,
        body=json.dumps(body).encode(),
    )


def _listed(_: object, day: dt.date) -> list[Listed]:
    return [
        Listed(source_id=f"{day}-{n}", day=day, fingerprint="f", url="https://gazette.test/x")
        for n in range(3)
    ]


SOURCE = Source(
    name="gazette",
    title="The Gazette",
    in_dutch="Staatscourant",
    terms="https://gazette.test/terms",
    hosts=frozenset({"gazette.test"}),
    list=_listed,
    get=lambda _, listed: [_of(1, listed.source_id)],
    count=lambda *_: 3,
    earliest=lambda _: dt.date(2020, 1, 1),
)


def _fetch(home: Path) -> None:
    manners = HttpSettings(hosts=SOURCE.hosts, pause_seconds=0)
    with Http(manners, now=lambda: NOW) as http:
        fetch(SOURCE, DAYS, store=_raw(home), http=http, now=NOW)


def _fetched(home: Path) -> object:
    store = _raw(home)
    manifests = [store.manifest("gazette", day) for day in DAYS.days()]
    return sorted(x.source_id for x in store.raw("gazette", DAYS)), manifests


def _with_raw(home: Path) -> None:
    _corpora(home)
    _fetch(home)


def _collect(home: Path) -> None:
    collected.collect("gazette", DAYS, store=_raw(home), now=NOW)


def _read(home: Path) -> object:
    found = outlines.whole(outlines.outlines("gazette", DAYS, store=_raw(home)))
    return sorted((x.notice_id, x.title) for x in found)


def judged(notice_id: str, **changes: object) -> Annotation:
    facts: dict[str, Any] = {
        "notice_id": notice_id,
        "text_hash": judging.text_hash(NOTICES[notice_id]),
        "judgement": Judgement(degree="none", aspect=(), openness="closed", forms=()),
        "evidence": (),
        "annotator": "a1",
        "annotated_at": dt.date(2026, 7, 4),
        "codebook_version": BOOK.version,
        "codebook_fingerprint": BOOK.meaning,
        "round": "first",
    }
    return Annotation(**(facts | changes))


DRAW = Draw(
    draw_id="2026Q3-1",
    period="2026Q3",
    frame_fingerprint="f",
    design="strata",
    seed=1,
    lot_keys=("a", "b"),
    text_notice_ids=("1", "2"),
    probabilities=(0.5, 0.5),
    strata=("s", "s"),
    stratum_sizes={"s": 4},
)


def _drawn(home: Path) -> None:
    _corpora(home)
    Store(home).keep("draws", DRAW.draw_id, to_plain(DRAW))
    lines = [judged("1", draw_id=DRAW.draw_id, inclusion_probability=0.5)]
    Store(home).write_annotations("2026Q3", judging.write(lines))


def _take_over(home: Path) -> None:
    lines = [judged(x, draw_id=DRAW.draw_id, inclusion_probability=0.5) for x in ("1", "2")]
    drawing.take_over(
        judging.write(lines).encode(),
        SimpleNamespace(period=Period.parse("2026Q3"), whole=NOTICES),
        BOOK,
        store=Store(home),
        tool="csv",
        sitting=Sitting(annotator=None, annotated_at=NOW.date(), round=None),
    )


def _to_import(home: Path) -> None:
    _corpora(home)
    Store(home).write_annotations("mine", judging.write([judged("1", annotator="a2")]))
    (home / "new.csv").write_text(judging.write([judged("2"), judged("3")]), encoding="utf-8")
    rows = ["notice_id,title,description"]
    rows += [f"{x.notice_id},{x.title}," for x in NOTICES.values()]
    (home / "notices.csv").write_text("\n".join(rows), encoding="utf-8")


def _import(home: Path) -> None:
    here = mock.patch.dict(os.environ, {"INNOVATIEMONITOR_HOME": str(home)})
    with here, contextlib.redirect_stderr(io.StringIO()):
        commands.import_(home / "new.csv", [str(home / "notices.csv")], "mine")


def _model(home: Path) -> None:
    """A shelf with the card of the model in use, so that metrics and floors are real."""
    _corpora(home)
    (home / "models").mkdir()
    shutil.copy(HERE.models / "floors.json", home / "models")


@cache
def _card() -> Any:
    model_id = promotions.champion(HERE).model_id
    return shelf.read_card(model_id, HERE.model_files(model_id))


def _save(home: Path) -> None:
    nothing = SimpleNamespace(
        added=SimpleNamespace(annotations=()), silver=SimpleNamespace(judgements=())
    )
    shelf.save(Store(home), {"weights": [0.5]}, replace(_card(), metrics={}), nothing)


def shelved(home: Path) -> object:
    """The card, and whether the model is the one of the card; skops writes the moment into it."""
    found = Store(home).model_files(_card().model_id)
    card = shelf.read_card(_card().model_id, found)
    whole = card.files["model.skops"] == sha256(found["model.skops"])
    return sorted(found), whole, replace(card, files={})


def _measure(home: Path) -> None:
    evaluation = trial.Evaluation(sets=_card().metrics, suspects=())
    trial.record(Store(home), _card(), evaluation)


def _promote(home: Path) -> None:
    gate.lower(Store(home), "authored.forms.micro_f1", 0.5, reason="why", on="2026-07-04")
    facts = {"card": "c", "metrics": "m", "floors": "f", "by": "a1", "on": NOW.isoformat()}
    promotions.add(Store(home), Promotion(model_id="m-1", reason="better", **facts))


def _report(home: Path) -> None:
    """The writing of a report and of its figures; how it is laid out is not at stake."""
    parts = {"page": lambda *_: "<p>", "pdf": lambda _: b"pdf", "can_lay_out": lambda: True}
    tables = {name: lambda *_: b"table" for name in ("xlsx_of", "csv_of", "json_of")}
    period = Period.parse("2026Q3")
    with (
        mock.patch.multiple(build, **parts),
        mock.patch.multiple(build.tables, **tables),
        mock.patch.object(build.sections, "write_sections", return_value=[]),
    ):
        build.build(SimpleNamespace(period=period), home / "out")
    figures = Figures(estimates=(), values={"a": 1.0}, truths={}, model_id="m-1")
    kept = Published(
        period=period, day=NOW.date(), figures=figures, totals={}, draw_id="d", inputs={}
    )
    published.publish(kept, Store(home))


def files(home: Path) -> object:
    """What is in a home, but for locks and for what a killed run left under a hidden name."""
    found = (x for x in home.rglob("*") if x.is_file() and not x.name.startswith("."))
    return {str(x.relative_to(home)): sha256(x.read_bytes())[:8] for x in found}


WRITINGS = {
    "fetch": Writing(prepare=_corpora, work=_fetch, content=_fetched),
    "collect": Writing(prepare=_with_raw, work=_collect, content=_read),
    "judged": Writing(prepare=_drawn, work=_take_over, content=files),
    "annotations import": Writing(prepare=_to_import, work=_import, content=files),
    "train": Writing(prepare=_model, work=_save, content=shelved),
    "evaluate": Writing(
        prepare=lambda home: (_model(home), _save(home)), work=_measure, content=files
    ),
    "promote": Writing(prepare=_model, work=_promote, content=files),
    "report": Writing(prepare=_corpora, work=_report, content=files),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="steps from one kill to the next")
    every = parser.parse_args().every
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, writing in WRITINGS.items():
            kills = survived(writing, Path(folder) / "kills", every=every)
            total += kills
            sys.stdout.write(f"{name}: {kills} kills, each followed by the undisturbed result\n")
            sys.stdout.flush()
    sys.stdout.write(f"{total} kills\n")


if __name__ == "__main__":
    main()
