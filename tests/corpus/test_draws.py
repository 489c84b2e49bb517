import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from pipeline.corpus.draws import draw, permanent_number, sizes, training_ids
from pipeline.corpus.selection import FLOOR, TAKE_ALL, scaled, select
from pipeline.errors import CorpusError
from pipeline.records import Annotation, AwardLot, Judgement, Period

PERIOD = Period.parse("2026Q1")


def award_lot(number, *, value=1000.0, division="72"):
    return AwardLot(
        lot_key=f"p{number}/LOT-1",
        procedure_key=f"p{number}",
        notice_id=f"ted:{number}",
        text_notice_id=f"ted:{number}",
        dated=dt.date(2026, 2, 1),
        value_eur=value,
        rung="missing" if value is None else "lot",
        flags=(),
        excluded=None,
        title="Opdracht",
        buyer=None,
        buyer_kind="municipality",
        cpv_division=division,
        procedure="open",
        province="NL31",
        defence=False,
        framework=False,
    )


def frame(size=400, seed=1):
    rng = np.random.default_rng(seed)
    lots = [award_lot(i, value=float(v)) for i, v in enumerate(rng.lognormal(11, 2, size))]
    scores = rng.beta(1, 8, size).tolist()
    return lots, {lot.text_notice_id: p for lot, p in zip(lots, scores, strict=True)}


def drawn(lots, scores, *, seed=7, labels=80):
    return draw(
        lots,
        scores,
        labels=labels,
        seed=seed,
        period=PERIOD,
        frame_fingerprint="ab" * 32,
    )


def test_lots_are_drawn_as_often_as_their_probability_says():
    rng = np.random.default_rng(3)
    values, scores = rng.lognormal(11, 2, 150), rng.beta(1, 8, 150)
    times, stated, rounds = np.zeros(150), np.zeros(150), 3000
    for _ in range(rounds):
        got = select(values, scores, numbers=rng.random(150), labels=60)
        assert len(set(got.chosen)) == 60
        times[got.chosen] += 1
        stated[got.chosen] = got.probabilities
    # Five standard errors of a binomial share, so that none of 150 lots fails by chance.
    slack = 5 * np.sqrt(stated * (1 - stated) / rounds)
    assert (np.abs(times / rounds - stated) <= slack + 1e-12).all()


def test_probabilities_add_up_to_the_labels_and_have_a_floor():
    rng = np.random.default_rng(4)
    values, scores = rng.lognormal(11, 2, 5000), rng.beta(1, 8, 5000)
    got = select(values, scores, numbers=rng.random(5000), labels=400)
    assert len(got.chosen) == 400
    assert got.probabilities.min() >= FLOOR * 400 / 5000 - 1e-12
    # Each drawn lot stands for 1/pi lots; the sum estimates the 5,000 of the frame.
    assert (1 / got.probabilities).sum() == pytest.approx(5000, rel=0.3)


def test_strata_weigh_up_to_exactly_the_frame():
    rng = np.random.default_rng(4)
    got = select(
        rng.lognormal(11, 2, 5000), rng.beta(1, 8, 5000), numbers=rng.random(5000), labels=400
    )
    assert (1 / got.probabilities).sum() == pytest.approx(5000)


def test_the_largest_values_are_all_taken():
    values = np.arange(1.0, 401.0)
    got = select(values, np.full(400, 0.1), numbers=np.random.default_rng(1).random(400), labels=80)
    taken = got.chosen[got.strata == TAKE_ALL]
    assert sorted(values[taken]) == list(range(381, 401))
    assert (got.probabilities[got.strata == TAKE_ALL] == 1).all()


def test_more_labels_go_where_the_model_doubts():
    scores = np.where(np.arange(400) % 2 == 0, 0.5, 0.01)
    numbers = np.random.default_rng(1).random(400)
    got = select(np.linspace(1, 2, 400), scores, numbers=numbers, labels=100)
    rest = got.strata != TAKE_ALL
    assert (scores[got.chosen[rest]] == 0.5).mean() > 0.6


def test_scaling_clips_and_keeps_the_total():
    # 2k clipped to 3, k and k: 3 + 2k = 7, so k = 2.
    got = scaled(
        np.array([2.0, 1.0, 1.0]), low=np.zeros(3), high=np.array([3.0, 9.0, 9.0]), total=7
    )
    np.testing.assert_allclose(got, [3, 2, 2])


def test_the_whole_frame_can_be_drawn():
    got = select(np.arange(1.0, 51.0), np.full(50, 0.2), numbers=np.linspace(0, 0.9, 50), labels=50)
    assert sorted(got.chosen) == list(range(50))
    assert (got.probabilities == 1).all()


@pytest.mark.parametrize("labels", [10, 401])
def test_a_number_of_labels_that_does_not_fit_is_refused(labels):
    with pytest.raises(CorpusError, match=f"{labels} labels asked"):
        drawn(*frame(), labels=labels)


def test_a_draw_is_repeated_to_the_last_lot():
    lots, scores = frame()
    first, listed = drawn(lots, scores)
    assert drawn(lots, scores) == (first, listed)
    assert sorted(lot.lot_key for lot in listed) == sorted(first.lot_keys)
    assert sum(first.stratum_sizes.values()) == 400
    assert drawn(lots, scores, seed=8)[0].lot_keys != first.lot_keys


def test_draws_from_overlapping_frames_share_lots():
    lots, scores = frame(600)
    old, _ = drawn(lots[:400], scores)
    new, _ = drawn(lots[100:500], scores)
    other, _ = drawn(lots[100:500], scores, seed=99)
    again, anew = ({*old.lot_keys} & {*x.lot_keys} for x in (new, other))
    assert len(again) > 40 > len(anew)


def test_a_permanent_number_depends_on_lot_and_seed_alone():
    assert permanent_number("p1/LOT-1", 7) == permanent_number("p1/LOT-1", 7)
    assert permanent_number("p1/LOT-1", 7) != permanent_number("p1/LOT-1", 8)
    numbers = [permanent_number(f"p{i}", 7) for i in range(10_000)]
    assert abs(np.mean(numbers) - 0.5) < 3 * (1 / 12) ** 0.5 / 100
    assert 0 <= min(numbers) < max(numbers) < 1


def test_the_list_to_judge_does_not_give_the_stratum_away():
    lots, scores = frame()
    stored, listed = drawn(lots, scores)
    stratum = dict(zip(stored.lot_keys, stored.strata, strict=True))
    order = [stratum[lot.lot_key] == "take_all" for lot in listed]
    # 20 of 80 are taken whole; in a random order about half of those stand in the first half.
    assert sum(order) == 20
    assert 4 <= sum(order[:40]) <= 16


def test_a_lot_without_value_counts_for_the_mean_of_its_kind():
    known = [award_lot(i, value=v) for i, v in enumerate([10.0, 20.0, 30.0, 40.0, 50.0])]
    other = award_lot(8, value=1000.0, division="45")
    missing = [award_lot(9, value=None), award_lot(10, value=None, division="45")]
    # Division 72 has five known values, mean 30; division 45 one, so the mean of all six.
    assert sizes([*known, other, *missing])[-2:].tolist() == [30.0, pytest.approx(1150 / 6)]


def test_lots_on_which_the_model_abstained_are_drawn_too():
    lots, scores = frame()
    stored, _ = drawn(lots, {key: scores[key] for key in list(scores)[:200]})
    assert any(int(key[1:].split("/")[0]) >= 200 for key in stored.lot_keys)


def test_excluded_and_doubled_lots_are_refused():
    lots, scores = frame()
    with pytest.raises(CorpusError, match="p3/LOT-1"):
        drawn([replace(lots[3], excluded="cancelled"), *lots[4:]], scores)
    with pytest.raises(CorpusError, match="p5/LOT-1"):
        drawn([*lots, lots[5]], scores)


def annotation(notice_id, *, draw_id=None):
    return Annotation(
        notice_id=notice_id,
        text_hash=None,
        judgement=Judgement(degree="none", aspect=(), openness="closed", forms=()),
        evidence=(),
        annotator="a",
        annotated_at=dt.date(2026, 4, 1),
        codebook_version=1,
        round="first",
        draw_id=draw_id,
        inclusion_probability=None if draw_id is None else 0.5,
    )


def test_drawn_notices_never_train_a_model():
    judged = [
        annotation("chosen"),
        annotation("drawn", draw_id="2026Q1"),
        annotation("both"),
        annotation("both", draw_id="2026Q1"),
        annotation("asked"),
    ]
    assert training_ids(judged) == {"chosen", "asked"}
    assert training_ids(judged, drawn=["asked"]) == {"chosen"}
