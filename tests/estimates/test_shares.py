import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from pipeline.corpus.draws import draw
from pipeline.errors import CorpusError, NoDraw, TooFewLabels
from pipeline.estimates.imputation import impute
from pipeline.estimates.parts import inside_whole
from pipeline.estimates.shares import (
    Question,
    by_domain,
    estimate,
    judged_lots,
)
from pipeline.records import AwardLot, Period

SIZE = 600
VALUES = np.random.default_rng(1).lognormal(11, 1.5, SIZE)
TRUTH = np.random.default_rng(2).random(SIZE) < 0.2
SCORES = np.clip(0.1 + 0.5 * TRUTH, 0, 1)
QUESTION = Question(quantity="innovation_oriented", period="2026Q1", weighting="value")


def lots(size=SIZE):
    return [
        AwardLot(
            lot_key=f"p{number}/LOT-1",
            procedure_key=f"p{number}",
            notice_id=f"ted:{number}",
            text_notice_id=f"ted:{number}",
            dated=dt.date(2026, 2, 1),
            value_eur=float(VALUES[number % SIZE]),
            rung="lot",
            flags=(),
            excluded=None,
            title="Opdracht",
            buyer=None,
            buyer_kind=None,
            cpv_division="72",
            procedure="open",
            province=None,
            defence=False,
            framework=False,
        )
        for number in range(size)
    ]


def drawn(labels=300):
    stored, _ = draw(
        lots(),
        {f"ted:{number}": float(score) for number, score in enumerate(SCORES)},
        labels=labels,
        seed=3,
        period=Period.parse("2026Q1"),
        frame_fingerprint="cd" * 32,
    )
    return stored


def truths(stored):
    return {key: float(TRUTH[int(key[1:].split("/")[0])]) for key in stored.lot_keys}


def judged(stored=None, answers=None, **changes):
    stored = stored or drawn()
    given = truths(stored) if answers is None else answers
    return judged_lots(lots(), stored, given, **({"values": VALUES, "scores": SCORES} | changes))


def test_an_estimate_speaks_about_the_whole_frame():
    frame, flags = judged()
    got = estimate(frame, QUESTION)
    true = VALUES @ TRUTH / VALUES.sum()
    assert flags == ()
    assert got.low < true < got.high
    assert (got.labelled, got.frame_size, got.method) == (300, SIZE, "difference")
    assert (got.domain, got.weighting, got.flags) == ("all", "value", ())


def test_the_share_by_number_counts_lots():
    frame, _ = judged()
    got = estimate(frame, replace(QUESTION, weighting="number"))
    assert got.low < TRUTH.mean() < got.high


def test_judged_lots_stand_for_those_of_their_stratum_that_are_not_yet_judged():
    stored = drawn()
    half = dict(list(truths(stored).items())[::2])
    frame, flags = judged(stored, half)
    assert flags == ("incomplete_draw",)
    # The weights still add up to the frame.
    assert (1 / frame.probabilities).sum() == pytest.approx(SIZE)


def judged_more(more, stored, *supplements, answers=None):
    """The same draw, of a frame that has grown."""
    return judged_lots(
        lots(SIZE + more),
        stored,
        answers or truths(stored),
        values=np.r_[VALUES, np.full(more, 1e5)],
        scores=np.r_[SCORES, np.full(more, 0.1)],
        supplements=supplements,
    )


def test_lots_that_entered_after_the_draw_may_be_anything():
    stored = drawn()
    before = estimate(judged(stored)[0], QUESTION)
    frame, flags = judged_more(30, stored)
    assert flags == ()
    assert frame.entered_part == pytest.approx(30e5 / (VALUES.sum() + 30e5))
    after = estimate(frame, QUESTION)
    assert after.share == pytest.approx(before.share)
    assert after.low == pytest.approx(before.low * (1 - frame.entered_part))
    assert after.high == pytest.approx(before.high * (1 - frame.entered_part) + frame.entered_part)
    assert "entered_after_draw" in after.flags
    by_number = estimate(frame, replace(QUESTION, weighting="number"))
    assert by_number.high > 30 / 630
    only_new = np.arange(SIZE + 30) >= SIZE
    with pytest.raises(TooFewLabels, match="entered after the draw"):
        estimate(frame, QUESTION, domain="new", within=only_new)


def test_a_supplementary_draw_takes_the_doubt_away():
    stored, new = drawn(), lots(SIZE + 60)[SIZE:]
    extra, _ = draw(
        new,
        {},
        labels=60,
        seed=3,
        period=Period.parse("2026Q1"),
        frame_fingerprint="ef" * 32,
    )
    answers = truths(stored) | dict.fromkeys(extra.lot_keys, 1.0)
    frame, flags = judged_more(60, stored, extra, answers=answers)
    assert (flags, frame.entered_part) == ((), 0)
    got = estimate(frame, replace(QUESTION, weighting="number"))
    assert "entered_after_draw" not in got.flags
    assert got.low < (TRUTH.sum() + 60) / (SIZE + 60) < got.high
    # Strata of both draws stay apart, though both have a take_all.
    assert len(set(frame.strata)) == len(set(stored.strata)) + len(set(extra.strata))
    with pytest.raises(CorpusError, match="60 lots of an earlier draw"):
        judged_more(60, stored, extra, extra, answers=answers)


def test_a_lot_that_left_the_frame_is_left_out_and_said_so():
    stored = drawn()
    gone = [lot for lot in lots() if lot.lot_key != stored.lot_keys[0]]
    fewer, flags = judged_lots(
        gone,
        stored,
        truths(stored),
        values=np.ones(SIZE - 1),
        scores=np.full(SIZE - 1, 0.1),
    )
    assert (len(fewer.drawn), flags) == (299, ("left_after_draw",))


def test_a_draw_that_did_not_record_its_frame_can_only_say_that_it_grew():
    frame, flags = judged_more(5, replace(drawn(), frame_lots=""))
    assert flags == ("frame_grew",)
    assert frame.entered is None


def test_without_any_value_the_share_by_number_still_stands():
    filled = impute(np.full(SIZE, np.nan), [("72",)] * SIZE, rng=np.random.default_rng(1))
    frame, _ = judged(values=filled.mean(axis=0))
    by_number = replace(QUESTION, weighting="number", imputed=filled)
    got = estimate(frame, by_number)
    assert got.low < TRUTH.mean() < got.high
    by_value = replace(QUESTION, imputed=filled)
    assert (by_number.answerable, by_value.answerable) == (True, False)
    with pytest.raises(TooFewLabels, match="too few values"):
        estimate(frame, by_value)


def share_of(quantity, share, low, high):
    return replace(
        estimate(judged()[0], QUESTION), quantity=quantity, share=share, low=low, high=high
    )


def test_a_part_lies_inside_its_whole():
    whole = share_of("innovation_oriented", 0.085, 0.066, 0.104)
    got = inside_whole(share_of("rd", 0.028, 0.0, 0.293), whole)
    assert (got.share, got.low, got.high) == (0.028, 0.0, 0.104)
    assert got.flags == ("within_whole",)
    small = share_of("rd", 0.028, 0.01, 0.05)
    assert inside_whole(small, whole) is small
    more = inside_whole(share_of("solution", 0.09, 0.087, 0.2), whole)
    assert (more.share, more.low, more.high) == (0.085, 0.085, 0.104)
    with pytest.raises(ValueError, match="same lots"):
        inside_whole(replace(small, weighting="number"), whole)


def test_without_a_draw_only_diagnostics_speak():
    frame, _ = judged_lots(lots(), None, {}, values=VALUES, scores=SCORES)
    with pytest.raises(NoDraw):
        estimate(frame, QUESTION)
    with pytest.raises(NoDraw):
        by_domain(frame, QUESTION, {"all": np.ones(SIZE, dtype=bool)})
    got = estimate(frame, QUESTION, method="probability_sum")
    assert got.flags == ("diagnostic", "no_interval")


def test_small_domains_are_suppressed_or_flagged():
    frame, _ = judged()
    order = np.zeros(SIZE, dtype=int)
    order[frame.drawn] = np.arange(1, 301)
    domains = {
        "tiny": (order > 0) & (order <= 9),
        "small": (order > 100) & (order <= 140),
        "large": (order > 0) & (order <= 250),
    }
    shown, hidden = by_domain(frame, QUESTION, domains)
    assert [(each.domain, each.labelled) for each in hidden] == [("tiny", 9)]
    assert [each.domain for each in shown] == ["small", "large"]
    assert "small_domain" in shown[0].flags
    assert shown[0].labelled == 40


def test_a_domain_of_few_procedures_is_suppressed():
    frame, _ = judged()
    same = replace(frame, clusters=np.zeros(300, dtype=int))
    _, hidden = by_domain(same, QUESTION, {"one tender": np.ones(SIZE, dtype=bool)})
    assert [(each.labelled, each.procedures) for each in hidden] == [(300, 1)]


def test_imputed_values_and_disagreement_widen_the_published_interval():
    frame, _ = judged()
    plain = estimate(frame, QUESTION)
    gone = np.where(np.arange(SIZE) % 5 == 0, np.nan, VALUES)
    rng = np.random.default_rng(4)
    imputed = impute(gone, [("72",)] * SIZE, rng=rng)
    wider = estimate(frame, replace(QUESTION, imputed=imputed, flags=("imputed",)))
    assert wider.high - wider.low > plain.high - plain.low
    assert wider.flags == ("imputed",)
    noisy = [(answer, answer) for answer in frame.truth[:-60]] + [(1.0, 0.0)] * 60
    doubted = estimate(frame, replace(QUESTION, judgements=noisy))
    assert doubted.high - doubted.low > plain.high - plain.low
    assert doubted == estimate(frame, replace(QUESTION, judgements=noisy))


def test_a_count_estimator_is_refused_for_values():
    frame, _ = judged()
    with pytest.raises(ValueError, match="counts lots"):
        estimate(frame, QUESTION, method="pacc")
