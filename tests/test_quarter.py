"""The way from collected notices to facts, on made-up quarters in a home of their own."""

import datetime as dt
import json
from dataclasses import replace

import pyarrow.compute as pc
import pytest
from stage_quarter import shelve
from typer.testing import CliRunner

from pipeline import cli
from pipeline.codec import to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import Sitting
from pipeline.errors import CorpusError
from pipeline.estimates import drawing, material, published
from pipeline.estimates.extent import FrameFacts
from pipeline.estimates.frame import frame, read_rates
from pipeline.labels.scores import Scores
from pipeline.notices.outlines import without_texts
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.quarter import PeriodWork
from pipeline.records import Evidence, Period

DAY = dt.date(2026, 11, 2)
SITTING = Sitting(annotator="lezer-1", annotated_at=dt.date(2026, 10, 20))


def judged(home, tmp_path, period, *, labels=105):
    """A draw of a quarter, judged as intended."""
    work = PeriodWork(period=Period.parse(period), settings=home.settings)
    drawn, order = drawing.draw_lots(
        work.material, work.scores, labels=labels, seed=1, store=home.store
    )
    listed = tmp_path / f"{period}.csv"
    listed.write_bytes(drawing.export_draw(drawn, order, work.material, home.codebook, tool="csv"))
    home.fill(listed)
    drawing.take_over(
        listed.read_bytes(),
        work.material,
        home.codebook,
        store=home.store,
        tool="csv",
        sitting=SITTING,
    )
    return PeriodWork(period=Period.parse(period), settings=home.settings)


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
    with pytest.raises(CorpusError, match="the text has changed since it was judged"):
        _ = work.figured


def test_drawing_again_gives_the_same_draw_and_other_scores_are_noticed(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    again, _ = drawing.draw_lots(work.material, work.scores, labels=105, seed=1, store=home.store)
    assert drawing.stored_draws(home.store, work.period) == [again]
    assert drawing.stored_draws(home.store, Period.parse("2026")) == []
    turned = pc.subtract(1.0, work.scores.table["p_innovation"])
    place = work.scores.table.schema.get_field_index("p_innovation")
    other = Scores.of("other", work.scores.table.set_column(place, "p_innovation", turned))
    with pytest.raises(CorpusError, match="is stored with other lots: the scores have changed"):
        drawing.draw_lots(work.material, other, labels=105, seed=1, store=home.store)
    assert drawing.stored_draws(home.store, work.period) == [again]


def test_facts_speak_of_the_draw_and_of_all_lots_of_the_frame(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    facts = work.facts(DAY)
    assert facts.draw.judged == facts.draw.drawn == 105
    assert {x.indicator_id for x in facts.indicators} <= {"innovatiepartnerschappen", "sbir"}
    declared = {(x.field, x.state): x.lots for x in facts.declared if x.code is None}
    assert sum(declared.values()) == len(work.material.lots)
    assert facts.frame.sizes["all"].lots == len(work.material.lots)


def test_what_people_judged_comes_first_among_the_examples_and_then_the_largest(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    _, judgements = work.judged_draw
    worth = dict.fromkeys((x.text_notice_id for x in work.material.lots), 0.0)
    for lot in work.material.lots:
        worth[lot.text_notice_id] += lot.value_eur or 0.0
    # Only a marked passage can be shown: people mark one in the smallest and three larger ones.
    oriented = [x for x in judgements if x.judgement.innovation_oriented]
    ranked = sorted(oriented, key=lambda x: worth[x.notice_id])
    marked = {x.notice_id for x in (ranked[0], *ranked[-3:])}
    home.store.write_annotations(
        "2026Q3",
        judging.write(
            replace(x, evidence=passage(work, x.notice_id)) if x.notice_id in marked else x
            for x in judgements
        ),
    )
    shown = PeriodWork(period=work.period, settings=home.settings).facts(DAY).examples
    assert [x.notice_id for x in shown] == sorted(marked, key=lambda x: -worth[x])
    assert {x.judged_by for x in shown} == {"people"}
    # The smallest may have no value at all.
    assert [x.value_eur or 0.0 for x in shown] == pytest.approx([worth[x.notice_id] for x in shown])


def passage(work, notice_id):
    title = work.material.whole[notice_id].title
    return (Evidence(label="solution", section="title", start=0, end=5, text=title[:5]),)


def test_check_and_report_judge_a_period_by_the_same_notices(home, monkeypatch):
    """Doubles without a text, in one quarter only: dropped in neither, or in both."""
    doubled = [
        replace(x, source="ted_bulk", description=None)
        for x in home.made_up.notices[Period.parse("2026Q2")]
        if x.published_on in Period.parse("2026Q2")
    ]
    shelve(home.store, doubled)
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(home.store.home))
    told = CliRunner().invoke(cli.app, ["check", "2026Q3", "--json"])
    reported = PeriodWork(period=Period.parse("2026Q3"), settings=home.settings).facts(DAY).checks
    # Drift from what the model knows is for who keeps it, not for who reads the report.
    *checked, _, _ = json.loads(told.output)
    assert checked == json.loads(json.dumps([to_plain(x) for x in reported]))
    filled = next(x for x in reported if x.name == "texts_are_filled")
    # Half of the readings of one of two earlier quarters lack a text; of this quarter none do.
    assert filled.finding.startswith("0.0% without text; expected ")
    assert "expected 0.0%" not in filled.finding


def test_only_texts_that_are_looked_at_are_read(home, tmp_path):
    work = judged(home, tmp_path, "2026Q3")
    looked_at = {x.text_notice_id for x in work.material.lots}
    assert looked_at == work.material.whole.keys()
    assert {x.notice_id: x for x in work.material.texts()} == work.material.whole
    every = {x.notice_id: x for found in home.made_up.notices.values() for x in found}
    assert work.material.whole == {x: every[x] for x in looked_at}
    assert {x.description for x in work.material.notices.values()} == {"…"}


def test_a_frame_without_texts_is_that_of_the_whole_notices(home):
    work = PeriodWork(period=Period.parse("2026Q3"), settings=home.settings)
    every = [x for found in home.made_up.notices.values() for x in found]
    said = relations(every)
    rates = read_rates(home.store.reference("ecb_rates"))
    expected = frame(procedures(said), said.notices, work.period, rates=rates)
    assert work.material.frame.fingerprint == expected.fingerprint
    assert work.material.frame.included() == expected.included()
    told = FrameFacts.of(work.material.frame.lots, elsewhere=work.elsewhere)
    assert told == FrameFacts.of(expected.lots)
    work = PeriodWork(period=work.period, settings=home.settings, everything=True)
    assert work.material.frame.lots == expected.lots
    assert list(work.material.procedures) == procedures(said)
    assert work.elsewhere == {}


def test_of_several_readings_the_same_one_is_taken_with_and_without_texts(home):
    twice = home.made_up.notices[Period.parse("2026Q3")][:40]
    shelve(home.store, [replace(x, source="ted_bulk", description=f"{x.title} z.") for x in twice])
    work = PeriodWork(period=Period.parse("2026Q3"), settings=home.settings)
    for name, notice in work.material.whole.items():
        assert without_texts(notice) == work.material.notices[name]


def test_a_lot_whose_notices_lie_in_several_periods_is_counted_once(home):
    call = next(x for x in home.made_up.notices[Period.parse("2026Q3")] if x.kind == "competition")
    award = replace(
        call,
        notice_id="fictief-laat",
        kind="result",
        published_on=dt.date(2026, 11, 9),
        procedure_key="kenmerk:laat",
        lots=tuple(
            replace(x, outcome="selec-w", awarded_on=dt.date(2026, 9, 1)) for x in call.lots
        ),
    )
    first = replace(
        call,
        notice_id="fictief-vroeg",
        published_on=dt.date(2026, 5, 4),
        procedure_key="kenmerk:laat",
    )
    shelve(home.store, [first, award])
    counted = {
        quarter: [
            lot.text_notice_id
            for lot in PeriodWork(
                period=Period.parse(quarter), settings=home.settings
            ).material.lots
            if lot.procedure_key == "kenmerk:kenmerk:laat" or "laat" in lot.procedure_key
        ]
        for quarter in ("2026Q2", "2026Q3", "2026Q4")
    }
    assert counted == {"2026Q2": [], "2026Q3": ["fictief-vroeg"], "2026Q4": []}


def test_notices_are_linked_once_per_report(home, tmp_path, monkeypatch):
    work = judged(home, tmp_path, "2026Q3")
    calls = []
    monkeypatch.setattr(material, "relations", lambda x: calls.append(1) or relations(x))
    fresh = PeriodWork(period=work.period, settings=home.settings)
    fresh.facts(DAY)
    assert calls == [1]
