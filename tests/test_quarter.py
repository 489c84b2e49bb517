"""The way from collected notices to facts, on made-up quarters in a home of their own."""

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import Sitting
from pipeline.estimates import drawing, published
from pipeline.quarter import Work
from pipeline.records import Period

pytest_plugins = ["stage_quarter"]

DAY = dt.date(2026, 11, 2)
SITTING = Sitting(annotator="lezer-1", annotated_at=dt.date(2026, 10, 20))


def judged(home, tmp_path, period, *, labels=105):
    """A draw of a quarter, judged as intended."""
    work = Work(period=Period.parse(period), settings=home.settings)
    drawn, order = drawing.draw(work.material, work.scores, labels=labels, seed=1, store=home.store)
    listed = tmp_path / f"{period}.csv"
    listed.write_bytes(drawing.export(drawn, order, work.material, home.codebook, tool="csv"))
    home.fill(listed)
    drawing.take_over(
        listed.read_bytes(),
        work.material,
        home.codebook,
        store=home.store,
        tool="csv",
        sitting=SITTING,
    )
    return Work(period=Period.parse(period), settings=home.settings)


def test_published_quarters_run_up_to_the_next_one(home, tmp_path):
    second = judged(home, tmp_path, "2026Q2")
    published.publish(second.to_publish(DAY), home.store)
    facts = judged(home, tmp_path, "2026Q3").facts(DAY)
    assert [str(x.period) for x in facts.quarters] == ["2026Q2", "2026Q3"]
    assert facts.quarters[0].share == pytest.approx(second.figured.estimates[0].share)
    assert facts.revisions == ()
    assert not facts.fictional


def test_a_quarter_that_was_published_again_is_listed_in_the_next_report(home, tmp_path):
    second = judged(home, tmp_path, "2026Q2")
    first_time = second.to_publish(dt.date(2026, 8, 1))
    published.publish(first_time, home.store)
    once = first_time.figures.estimates[0]
    changed = replace(once, share=once.low)
    figures = replace(first_time.figures, estimates=(changed, *first_time.figures.estimates[1:]))
    published.publish(replace(first_time, day=DAY, figures=figures), home.store)
    (line,) = judged(home, tmp_path, "2026Q3").facts(DAY).revisions
    assert (line.old, line.new, line.published_on) == (once, changed, dt.date(2026, 8, 1))


def test_a_judgement_of_another_text_stops_the_figures(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    text = home.store.annotations("2026Q3")
    one, *rest = judging.read(text, home.codebook, name="2026Q3.csv")
    other = replace(one, text_hash="0" * 16)
    home.store.write_annotations("2026Q3", judging.write([other, *rest]))
    with pytest.raises(Exception, match="the text has changed since it was judged"):
        _ = work.figured


def test_drawing_again_gives_the_same_draw_and_other_scores_are_noticed(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    again, _ = drawing.draw(work.material, work.scores, labels=105, seed=1, store=home.store)
    assert drawing.stored_draws(home.store, work.period) == [again]
    assert drawing.stored_draws(home.store, Period.parse("2026")) == []


def test_what_people_judged_and_the_largest_contracts_are_the_examples(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    facts = work.facts(DAY)
    assert facts.draw.judged == facts.draw.drawn == 105
    assert {x.indicator_id for x in facts.indicators} <= {"innovatiepartnerschappen", "sbir"}
    declared = {(x.field, x.state): x.lots for x in facts.declared if x.code is None}
    assert sum(declared.values()) == len(work.material.lots)
    assert facts.frame.sizes["all"].lots == len(work.material.lots)
