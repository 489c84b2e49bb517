"""What is read of the collected notices for one period is what reading all of them gives."""

import datetime as dt
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stage_quarter import shelve

from pipeline.estimates.extent import FrameFacts
from pipeline.estimates.frame import frame
from pipeline.estimates.material import material
from pipeline.estimates.tally import REASONS
from pipeline.notices import digests, outlines, overview
from pipeline.notices.indicators import count_indicator, read_indicator
from pipeline.notices.overview import Overview
from pipeline.notices.period import ALL_TIME, all_outlines, counted_indicators, explanation
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.rawstore import RawStore
from pipeline.records import Lot, Notice, Period, Reference
from pipeline.store import Store

ROOT = Path(__file__).parents[2]
QUARTERS = [Period.quarter(2025, number) for number in (1, 2, 3, 4)]
FIRST = QUARTERS[0].first_day
TITLES = ("Onderhoud bruggen", "Marktconsultatie onderhoud bruggen", "Aanleg wegen fase 2")


def made(chance, number):
    """Any notice, which refers to any other: tenders of all lengths and across all quarters."""
    day = FIRST + dt.timedelta(days=15 * chance.randrange(24))
    kind = chance.choice(["planning", "competition", "competition", "result", "result", "change"])
    national = chance.random() < 0.4
    target = f"{max(1, number - chance.randrange(1, 12))}"
    kinds = ["ted"] if national else ["changes", "modifies", "previous"]
    refers = [Reference(kind=chance.choice(kinds), target=f"{target}-2025")]
    lots = tuple(
        Lot(
            lot_id=f"{n}",
            outcome=chance.choice(["selec-w", "selec-w", "clos-nw", None]),
            awarded_on=chance.choice([None, day - dt.timedelta(days=chance.randrange(200))]),
            dynamic_purchasing=chance.choice([None, True]),
        )
        for n in range(chance.randrange(3))
    )
    return Notice(
        notice_id=f"{number}" if national else f"{number}-2025",
        source="tenderned" if national else "ted",
        format="tenderned_json" if national else "eforms",
        kind=kind,
        published_on=day,
        title=chance.choice(TITLES),
        buyer=f"Gemeente {chance.randrange(20)}",
        country=chance.choice(["NL", "NL", "NL", "BE"]),
        procedure=chance.choice(["open", "innovation", "comp-dial"]),
        procedure_key=f"{number // 3}" if national and chance.random() < 0.7 else None,
        references=tuple(refers) if chance.random() < 0.5 else (),
        lots=lots,
    )


@pytest.fixture
def store(tmp_path):
    (tmp_path / "corpora" / "reference").mkdir(parents=True)
    (tmp_path / "corpora" / "codebook.toml").write_text("")
    for name in ("ecb_rates", "volume"):
        source = Store(ROOT).corpora / "reference" / f"{name}.toml"
        shutil.copy(source, tmp_path / "corpora" / "reference")
    return RawStore(Store(tmp_path), settings_fingerprint="")


def several(seed, number=200):
    chance = random.Random(seed)
    return [made(chance, n) for n in range(1, number + 1)]


def everything(store):
    """All outlines, read file by file."""
    return [x for name in store.sources() for x in outlines.outlines(name, ALL_TIME, store=store)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_quarter_counts_what_it_counts_when_everything_is_linked(store, seed):
    shelve(store.store, several(seed))
    said = relations(x.notice for x in everything(store))
    linked = procedures(said)
    read = []
    for quarter in QUARTERS:
        near = material(Overview.of(store), quarter, suspect_fraction=0.5)
        full = frame(linked, said.notices, quarter, rates={})
        assert near.frame.fingerprint == full.fingerprint
        told = FrameFacts.of(near.frame.lots, elsewhere=near.rest.lots())
        assert told == FrameFacts.of(full.lots)
        assert set(near.notices) >= {
            x.notice.notice_id for x in everything(store) if x.day in quarter
        }
        read.append(len(near.notices))
    # Not everything is read each time.
    assert min(read) < 0.8 * len(said.notices)


def test_what_was_counted_elsewhere_is_counted_again_only_where_it_changed(store):
    notices = several(4)
    shelve(store.store, notices)
    counted = []
    material(Overview.of(store), QUARTERS[0], suspect_fraction=0.5).rest.lots(tell=counted.append)
    assert counted
    counted.clear()
    again = material(Overview.of(store), QUARTERS[0], suspect_fraction=0.5)
    again.rest.lots(tell=counted.append)
    assert counted == []
    late = replace(notices[-1], notice_id="9999-2025", references=(), procedure_key="laat")
    shelve(store.store, [late, *(x for x in notices if same_file(x, late))])
    now = material(Overview.of(store), Period.quarter(2024, 1), suspect_fraction=0.5)
    told = now.rest.lots(tell=counted.append)
    said = relations(x.notice for x in everything(store))
    full = frame(procedures(said), said.notices, Period.quarter(2024, 1), rates={})
    assert told == FrameFacts.of(full.lots).excluded
    assert counted[-1] < 100


def same_file(one, other):
    return (one.source, one.published_on) == (other.source, other.published_on)


def test_a_torn_count_of_elsewhere_is_made_again(store):
    shelve(store.store, several(5))
    rest = material(Overview.of(store), QUARTERS[3], suspect_fraction=0.5).rest
    told = rest.lots()
    assert sum(told.values())
    assert set(told) <= set(REASONS)
    path = store.store.corpora / "state" / "tallies.parquet"
    for tear in (lambda x: x[: len(x) // 2], lambda _: b"", flipped):
        path.write_bytes(tear(path.read_bytes()))
        assert rest.lots() == told


def flipped(body, place=2000):
    """One bit in the middle of the data is another one."""
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def read(store):
    return list(Overview.of(store).outlines(np.ones(Overview.of(store).size, dtype=bool)))


def digest_files(store):
    return sorted((store.store.corpora / "state" / "outlines").rglob("*.parquet"))


def test_digests_hold_what_the_days_hold(store):
    shelve(store.store, several(6))
    assert read(store) == everything(store)
    for period in (*QUARTERS, Period.parse("2025-02-03..2025-08-09"), Period.year(2024)):
        expected = [x for x in everything(store) if x.day in period]
        assert list(all_outlines(period, store=store)) == expected
    assert read(store) == everything(store)
    assert len(digest_files(store)) == 8


def a_day(store):
    return sorted((store.store.corpora / "notices" / "ted" / "2025").glob("*.parquet"))[5]


def longer(store):
    (one, *_) = several(7, 1)
    day = dt.date.fromisoformat(a_day(store).stem)
    shelve(
        store.store,
        [replace(one, notice_id=f"{n}-1999", source="ted", published_on=day) for n in range(5)],
    )


def with_the_time_of_before(store):
    before = a_day(store).stat()
    longer(store)
    os.utime(a_day(store), ns=(before.st_atime_ns, before.st_mtime_ns))


def an_older_one(store):
    """A clock that went back, or a backup that was put back."""
    longer(store)
    os.utime(a_day(store), ns=(1, 1))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(longer, id="a day was collected again"),
        pytest.param(with_the_time_of_before, id="within one tick of the clock"),
        pytest.param(an_older_one, id="a clock that went back"),
        pytest.param(lambda store: a_day(store).unlink(), id="a day is gone"),
        pytest.param(lambda store: shutil.rmtree(a_day(store).parent), id="a year is gone"),
        pytest.param(lambda store: shelve(store.store, several(8, 400)[300:]), id="new days"),
    ],
)
def test_a_digest_follows_its_days(store, change):
    shelve(store.store, several(7))
    before = read(store)
    change(store)
    assert read(store) == everything(store) != before


def test_of_a_quarter_only_the_days_that_changed_are_read(store, monkeypatch):
    shelve(store.store, several(7))
    read(store)
    longer(store)
    days = []

    def seen(path):
        days.append(path)
        return outlines.day_columns(path)

    monkeypatch.setattr(digests, "day_columns", seen)
    assert read(store) == everything(store)
    assert days == [a_day(store)]


@pytest.mark.parametrize(
    "tear",
    [
        pytest.param(lambda body: body[: len(body) // 2], id="half of it"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(flipped, id="one bit of the columns"),
        pytest.param(lambda body: flipped(body, 3 * len(body) // 5), id="one bit of the outlines"),
    ],
)
def test_a_torn_digest_is_made_again(store, tear):
    shelve(store.store, several(9))
    whole = read(store)
    for path in digest_files(store):
        path.write_bytes(tear(path.read_bytes()))
    assert read(store) == whole == everything(store)


def test_a_digest_that_other_code_made_is_made_again(store, monkeypatch):
    shelve(store.store, several(9, 20))
    read(store)
    monkeypatch.setattr(digests, "_made_by", lambda: "other code")
    before = [path.stat().st_ino for path in digest_files(store)]
    assert read(store) == everything(store)
    assert all(path.stat().st_ino != x for path, x in zip(digest_files(store), before, strict=True))


def test_indicators_count_what_they_count_when_everything_is_linked(store):
    shelve(store.store, several(10))
    said = relations(x.notice for x in everything(store))
    forms = dict.fromkeys(list(said.notices)[::9], ("sbir",))
    told = {"name": "n", "description": "d", "source": "s", "per": "year"}
    tables = {
        "one": {"count": "procedures", "where": {"procedure": ["innovation"], "country": ["NL"]}},
        "two": {
            "count": "procedures",
            "period": "2025-03-01..2025-05-31",
            "where": {"kind": ["competition"], "procedure": ["innovation", "comp-dial"]},
            "without": {"dynamic_purchasing": [True]},
        },
        "three": {"count": "notices", "where": {"form": ["sbir"], "country": ["NL"]}},
        "four": {"count": "notices"},
    }
    known = {name: read_indicator(told | table, name) for name, table in tables.items()}
    for name, indicator in known.items():
        expected = count_indicator(indicator, procedures(said), said.notices, forms_by_notice=forms)
        found = counted_indicators(
            {name: indicator}, overview=Overview.of(store), forms_by_notice=forms
        )
        assert found == {name: expected}
        assert sum(x.ours for x in expected)


def test_how_a_notice_hangs_together_is_told_as_when_the_whole_period_is_linked(store):
    shelve(store.store, several(11))
    period = Period.parse("2025-02-01..2025-09-30")
    said = relations(x.notice for x in everything(store) if x.day in period)
    for name in list(said.notices)[::17]:
        assert explanation(name, period, store=store)[0].endswith("notices")


def test_an_empty_store_has_no_rows(store):
    assert Overview.of(store).size == 0
    assert read(store) == []
    assert not overview.neighbourhoods(
        Overview.of(store)._columns("ties", "announces", "buyers", "subject"), np.zeros(0)
    ).size
