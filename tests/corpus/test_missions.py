"""Judgements of missions: one line per reader, doubt leaves a mission out, nothing is assumed."""

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest

from pipeline import codebook, settings
from pipeline.corpus import agreement, migration, missions
from pipeline.errors import CorpusError
from pipeline.records import MissionReading, Notice
from pipeline.store import Store

STORE = Store(settings.load().home)


@pytest.fixture(scope="module")
def book():
    return codebook.load(STORE)


def reading(book, *given, number=1, by="a", round_="first", **changes):
    return MissionReading(
        **{
            "notice_id": f"{number}-2026",
            "text_hash": "0123456789abcdef",
            "missions": given,
            "annotator": by,
            "annotated_at": dt.date(2026, 11, 30),
            "codebook_version": book.version,
            "codebook_fingerprint": book.meaning,
            "round": round_,
            **changes,
        }
    )


def written(*readings):
    return list(csv.DictReader(io.StringIO(missions.write(readings))))


def text_of(lines):
    out = io.StringIO()
    table = csv.DictWriter(out, missions.COLUMNS)
    table.writeheader()
    table.writerows(lines)
    return out.getvalue()


def test_what_is_written_is_read_again(book):
    told = (
        reading(book, "energy_climate", "built_environment"),
        reading(book, number=2),
        reading(book, "health_care", number=2, by="b", round_="second"),
    )
    assert missions.read(missions.write(told), book, name="x") == told


def test_no_mission_is_an_answer_and_an_empty_cell_is_none(book):
    (line,) = written(reading(book))
    assert line["missions"] == "no_mission"
    with pytest.raises(CorpusError, match="missions is empty"):
        missions.read(text_of([line | {"missions": ""}]), book, name="x")


def test_the_order_of_the_cell_is_that_of_the_codebook(book):
    (line,) = written(reading(book))
    turned = line | {"missions": "built_environment;energy_climate"}
    (read,) = missions.read(text_of([turned]), book, name="x")
    assert read.missions == ("energy_climate", "built_environment")


def test_all_lines_that_are_wrong_are_named(book):
    (line,) = written(reading(book))
    wrong = [
        line | {"missions": "space"},
        line,
        line | {"annotator": "jan@example.org"},
        line | {"round": "third"},
        line | {"notice_id": "=1+1"},
    ]
    with pytest.raises(CorpusError) as error:
        missions.read(text_of(wrong), book, name="x.csv")
    assert [x.split(":")[0] for x in str(error.value).splitlines()] == [
        f"x.csv, line {n}" for n in (2, 4, 5, 6)
    ]


def test_judgements_by_another_codebook_are_refused(book):
    (line,) = written(reading(book))
    with pytest.raises(CorpusError, match="judged by codebook version 2"):
        missions.read(text_of([line | {"codebook_version": "2"}]), book, name="x")


def test_where_readers_differ_a_mission_needs_both_and_a_decision_settles_it(book):
    first = reading(book, "energy_climate", "built_environment")
    second = reading(book, "energy_climate", by="b", round_="second")
    assert missions.agreed([first, second])["1-2026"].missions == ("energy_climate",)
    decided = reading(book, "built_environment", by="c", round_="adjudicated")
    assert missions.agreed([decided, first, second])["1-2026"].missions == ("built_environment",)


def test_agreement_per_mission_is_krippendorffs_alpha(book):
    """Four notices, energy: both, both, one, none. Observed 1/4, expected 1 - (5*4+3*2)/56."""
    given = [(True, True), (True, True), (True, False), (False, False)]
    readings = [
        reading(book, *(["energy_climate"] if yes else []), number=n, by=by, round_=round_)
        for n, pair in enumerate(given)
        for yes, by, round_ in zip(pair, "ab", ("first", "second"), strict=True)
    ]
    found = {x.question: x for x in agreement.on_missions(readings, book, seed=0, resamples=10)}
    energy = found["energy_climate"]
    assert (energy.notices, energy.same) == (4, 3)
    assert energy.alpha == pytest.approx(1 - (1 / 4) / (2 * 5 * 3 / 56))
    assert found["health_care"].alpha is None


def test_a_reading_of_another_text_is_refused(book):
    notice = Notice(notice_id="1-2026", source="t", format="t", kind="competition", title="Brug")
    with pytest.raises(CorpusError, match="the text has changed"):
        missions.check(reading(book), notice)


def test_readings_follow_the_codebook_to_its_next_version(book):
    older = replace(book, version=book.version - 1)
    told = missions.write([reading(older, "energy_climate")])
    moved = migration.migrate_missions({"x": told}, book, {})
    (read,) = missions.read(moved["x"], book, name="x")
    assert (read.codebook_version, read.missions) == (book.version, ("energy_climate",))
    renamed = told.replace("energy_climate", "energie")
    moved = migration.migrate_missions({"x": renamed}, book, {"energie": "energy_climate"})
    assert moved["x"] == missions.write([read])


def test_most_notices_of_ours_are_read_and_the_second_readings_are_independent(book):
    read = missions.read(STORE.missions("authored"), book, name="authored")
    known = {x["notice_id"] for x in STORE.authored()}
    assert {x.notice_id for x in read} <= known
    assert len(missions.agreed(read)) >= 1200
    twice = missions.pairs(read)
    assert len(twice) >= 400
    assert all(len({x.annotator for x in several}) == len(several) for several in twice)
