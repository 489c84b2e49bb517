"""Decisions settle disagreements and leave the judgements they decide between as they were."""

import datetime as dt
import shutil
from dataclasses import replace

import pytest

from pipeline import codebook as codebooks
from pipeline import settings
from pipeline.corpus.adjudication import adjudicate, merged, open_disagreements, supersede
from pipeline.corpus.annotations import final, in_force, read, read_all, write
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Judgement
from pipeline.store import Store

NONE = Judgement(degree="none", aspect=(), openness="closed", forms=())
PILOT = Judgement(
    degree="incremental", aspect=("solution",), openness="room", forms=("living_lab",)
)


def judged(notice_id, judgement, *, by="first", **changes) -> Annotation:
    facts = {
        "notice_id": notice_id,
        "text_hash": "0123456789abcdef",
        "judgement": judgement,
        "evidence": (),
        "annotator": f"reader-{by}",
        "annotated_at": dt.date(2026, 11, 21),
        "codebook_version": 1,
        "round": by,
    }
    return Annotation(**(facts | changes))


AGREED = (judged("1", NONE), judged("1", NONE, by="second"))
OPEN = (judged("2", PILOT), judged("2", NONE, by="second"))
DECISION = judged("2", PILOT, by="adjudicated")


def test_a_notice_judged_differently_is_an_open_disagreement():
    (one,) = open_disagreements(AGREED + OPEN[::-1])
    assert (one.notice_id, one.annotations) == ("2", OPEN)
    assert one.differs == ("degree", "aspect", "openness", "forms")


def test_it_says_in_which_judgements_the_readings_differ():
    other = replace(PILOT, forms=())
    (one,) = open_disagreements([judged("2", PILOT), judged("2", other, by="second")])
    assert one.differs == ("forms",)


def test_a_decision_closes_the_disagreement_and_keeps_the_first_judgements():
    decided = adjudicate(AGREED + OPEN, [DECISION])
    assert decided == (*AGREED, *OPEN, DECISION)
    assert open_disagreements(decided) == ()
    assert final(decided)["2"] == DECISION


def test_a_decision_may_be_what_neither_reading_said():
    third = replace(DECISION, judgement=replace(PILOT, openness="asked"))
    assert final(adjudicate(OPEN, [third]))["2"].judgement.openness == "asked"


def test_a_decision_takes_the_draw_over_from_the_readings():
    drawn = [replace(x, draw_id="d1", inclusion_probability=0.25) for x in OPEN]
    decision = adjudicate(drawn, [DECISION])[-1]
    assert (decision.draw_id, decision.inclusion_probability) == ("d1", 0.25)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (judged("1", PILOT, by="adjudicated"), "1: no open disagreement to decide on"),
        (judged("9", PILOT, by="adjudicated"), "9: no open disagreement to decide on"),
        (judged("2", PILOT), "2: a decision is of round adjudicated, not first"),
        (
            replace(DECISION, text_hash="f" * 16),
            "2: decided on text f{16}, judged on 0123456789abcdef",
        ),
    ],
    ids=["agreed", "unknown", "another round", "another text"],
)
def test_a_decision_that_settles_nothing_is_refused(decision, message):
    with pytest.raises(CorpusError, match=message):
        adjudicate(AGREED + OPEN, [decision])


def test_a_notice_is_decided_on_once():
    decided = adjudicate(AGREED + OPEN, [DECISION])
    with pytest.raises(CorpusError, match="no open disagreement"):
        adjudicate(decided, [replace(DECISION, judgement=NONE)])
    with pytest.raises(CorpusError, match="already judged it in round adjudicated"):
        adjudicate(OPEN, [DECISION, replace(DECISION, judgement=NONE)])


def test_judgements_that_are_already_there_are_taken_once():
    assert merged(AGREED, [*AGREED, *OPEN]) == AGREED + OPEN


def test_a_judgement_is_never_overwritten():
    with pytest.raises(CorpusError, match="2: reader-first already judged it in round first"):
        merged(OPEN, [judged("2", NONE)])


def test_a_changed_judgement_supersedes_and_the_earlier_one_stays(tmp_path):
    (tmp_path / "corpora").mkdir()
    shutil.copy(settings.load().home / "corpora" / "codebook.toml", tmp_path / "corpora")
    store = Store(tmp_path)
    book = codebooks.load(store)
    valid = {"codebook_version": book.version, "codebook_fingerprint": book.meaning}
    moment = dt.datetime(2026, 11, 21, 9, 30, 12, tzinfo=dt.UTC)
    first = judged("1", PILOT, annotated_at=moment, **valid)
    other = judged("1", NONE, by="second", **valid)
    changed = replace(first, judgement=NONE, annotated_at=moment.replace(hour=10))
    for one in (first, other, changed):
        supersede(store, "x", [one], book)
    text = store.annotations("x")
    assert read(text, book, name="x") == (changed, other)
    assert read_all(text, book, name="x") == (first, changed, other)
    # Who adds to the file writes the history back.
    again = write(merged(read_all(text, book, name="x"), [replace(other, notice_id="2")]))
    assert read_all(again, book, name="x")[:3] == (first, changed, other)
    assert open_disagreements(read(text, book, name="x")) == ()


def test_a_decision_is_about_the_readings_in_force():
    agreed_now = (*OPEN, replace(OPEN[1], judgement=PILOT))
    assert in_force(agreed_now)[1].judgement == PILOT
    with pytest.raises(CorpusError, match="no open disagreement"):
        adjudicate(agreed_now, [DECISION])
