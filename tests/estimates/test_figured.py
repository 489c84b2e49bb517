"""Estimates of small frames whose shares can be reckoned by hand."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import codebook as codebooks
from pipeline.errors import NoDraw
from pipeline.estimates import arrays, drawing
from pipeline.estimates.arrays import Basis, both
from pipeline.estimates.disagreement import first_answers
from pipeline.estimates.figured import diagnostics, estimated, headline_total
from pipeline.labels.scores import Scores, schema
from pipeline.records import Annotation, AwardLot, Draw, Judgement, MissionReading, Period
from pipeline.store import Store

BOOK = codebooks.load(Store(Path(__file__).parents[2]))
PERIOD = Period.quarter(2026, 3)
NONE = Judgement(degree="none", aspect=(), openness="closed", forms=())
NEW = Judgement(degree="disruptive", aspect=("solution",), openness="asked", forms=("sbir",))


def lot(number, **others):
    return AwardLot(
        **{
            "lot_key": f"lot-{number:03d}",
            "procedure_key": f"procedure-{number:03d}",
            "notice_id": f"award-{number:03d}",
            "text_notice_id": f"call-{number:03d}",
            "dated": dt.date(2026, 8, 1),
            "value_eur": 10_000.0,
            "rung": "lot",
            "flags": (),
            "excluded": None,
            "title": "Titel",
            "buyer": "Gemeente Voorbeelddam",
            "buyer_kind": "municipality",
            "cpv_division": "72",
            "procedure": "open",
            "province": "NL31",
            "defence": False,
            "framework": False,
            **others,
        }
    )


# Ten of 120 lots are new; they are worth 10 x 90,000 of 10 x 90,000 + 110 x 10,000 = 2,000,000.
LOTS = tuple(lot(n, value_eur=90_000.0 if n < 10 else 10_000.0) for n in range(120))
DRAW = Draw(
    draw_id="everything",
    period="2026Q3",
    frame_fingerprint="0" * 64,
    design="strata",
    seed=1,
    lot_keys=tuple(x.lot_key for x in LOTS),
    text_notice_ids=tuple(x.text_notice_id for x in LOTS),
    probabilities=(1.0,) * 120,
    strata=("take_all",) * 120,
    stratum_sizes={"take_all": 120},
)


def annotation(number, judgement, **others):
    return Annotation(
        **{
            "notice_id": f"call-{number:03d}",
            "text_hash": None,
            "judgement": judgement,
            "evidence": (),
            "annotator": "a",
            "annotated_at": dt.date(2026, 10, 1),
            "codebook_version": BOOK.version,
            "round": "first",
            "draw_id": "everything",
            "inclusion_probability": 1.0,
            **others,
        }
    )


ANNOTATIONS = tuple(annotation(n, NEW if n < 10 else NONE) for n in range(120))


def said(probability=0.5, others=lambda _: {}):
    columns = schema(BOOK)
    chances = {name: probability for name in columns.names if name.startswith("p_")}
    lines = [
        {"notice_id": x.text_notice_id, "degree": "none"} | chances | others(number)
        for number, x in enumerate(LOTS)
    ]
    return Scores.of("m", pa.Table.from_pylist(lines, schema=columns))


def basis(**others):
    given = {"draw": DRAW, "annotations": ANNOTATIONS, "lots": LOTS, "scores": said(), **others}
    return Basis(period=PERIOD, codebook=BOOK, **given)


def share(figured, quantity="innovation_oriented", weighting="value", domain="all"):
    (found,) = [
        x
        for x in figured.estimates
        if (x.quantity, x.weighting, x.domain, x.method)
        == (quantity, weighting, domain, "difference")
        and "winsorised" not in x.flags
    ]
    return found


@pytest.fixture(scope="module")
def whole():
    return estimated(basis())


def test_when_everything_is_judged_the_share_is_that_of_the_judgements(whole):
    assert share(whole).share == pytest.approx(900_000 / 2_000_000)
    assert share(whole, weighting="number").share == pytest.approx(10 / 120)
    assert share(whole, "sbir").share == pytest.approx(0.45)
    assert share(whole, "incremental").share == 0
    assert share(whole, "none").share == pytest.approx(0.55)


def test_when_everything_is_judged_nothing_is_uncertain(whole):
    assert share(whole).low == pytest.approx(share(whole).high)


def test_a_useless_model_is_reported_as_a_biased_diagnostic(whole):
    (found,) = [
        x for x in whole.estimates if (x.method, x.weighting) == ("probability_sum", "value")
    ]
    assert found.share == pytest.approx(0.5)
    assert "diagnostic" in found.flags


def test_the_total_of_a_quarter_is_share_times_volume():
    total = headline_total(basis())
    assert total.volume == pytest.approx(2_000_000)
    assert total.total == pytest.approx(900_000)


def test_two_first_judgements_that_differ_count_half_until_somebody_decides():
    differs = (*ANNOTATIONS, annotation(0, NONE, round="second", annotator="b"))
    assert share(estimated(basis(annotations=differs))).share == pytest.approx(0.4275)
    decided = (*differs, annotation(0, NONE, round="adjudicated", annotator="c"))
    assert share(estimated(basis(annotations=decided))).share == pytest.approx(0.405)


def test_missing_values_give_bounds_around_the_share():
    lots = (*LOTS[:119], lot(119, value_eur=None, rung="missing"))
    low, high = estimated(basis(lots=lots)).missing_bounds
    assert low < 0.45 < high


def test_a_part_of_few_lots_is_named_and_not_shown():
    lots = tuple(replace(x, province="NL34") if n < 9 else x for n, x in enumerate(LOTS))
    found = estimated(basis(lots=lots))
    assert ("province=NL34", "few") in {(x.domain, x.reason) for x in found.suppressed}
    assert "province=NL34" not in {x.domain for x in found.estimates}


def test_a_part_of_which_the_interval_says_nothing_is_named_as_too_wide(monkeypatch):
    monkeypatch.setattr(arrays, "WIDEST", -1.0)
    found = estimated(basis())
    assert {"province=NL31": "wide"}.items() <= {
        x.domain: x.reason for x in found.suppressed
    }.items()


def test_without_a_draw_only_diagnostics_are_left():
    found = diagnostics(basis(draw=None, annotations=()))
    assert {x.method for x in found.estimates} == {"classify_and_count", "probability_sum"}
    assert all("diagnostic" in x.flags for x in found.estimates)
    with pytest.raises(NoDraw, match="no draw of 2026Q3"):
        estimated(basis(draw=None, annotations=()))


def test_a_period_without_lots_has_no_figures():
    assert diagnostics(basis(lots=(), draw=None, annotations=())).estimates == ()


def test_the_draw_with_the_most_judgements_speaks_and_chosen_notices_do_not():
    other = replace(DRAW, draw_id="zz-later")
    drawn = (annotation(1, NEW), annotation(2, NEW))
    one_of_other = annotation(3, NEW, draw_id="zz-later")
    chosen = annotation(4, NEW, draw_id=None, inclusion_probability=None)
    found, ours = drawing.judged_draw([DRAW, other], (*drawn, one_of_other, chosen))
    assert found == (DRAW,)
    assert ours == drawn
    assert drawing.judged_draw([], drawn) == ((), ())


def test_a_supplement_speaks_with_its_draw_once_all_of_it_is_judged():
    more = replace(
        DRAW,
        draw_id="more",
        supplement_to="everything",
        lot_keys=("lot-200", "lot-201"),
        text_notice_ids=("call-200", "call-201"),
    )
    first = tuple(annotation(n, NONE, draw_id="more") for n in (200,))
    both = (*first, annotation(201, NEW, draw_id="more"))
    assert drawing.judged_draw([DRAW, more], (*ANNOTATIONS, *first)) == ((DRAW,), ANNOTATIONS)
    assert drawing.judged_draw([DRAW, more], (*ANNOTATIONS, *both)) == (
        (DRAW, more),
        (*ANNOTATIONS, *both),
    )


def listing(draw, lots):
    return replace(draw, frame_lots="".join(sorted(Draw.fingerprint_of(x.lot_key) for x in lots)))


def test_lots_of_a_supplement_count_as_judged_and_late_lots_are_told():
    late = tuple(lot(n, value_eur=100_000.0) for n in (200, 201))
    more = replace(
        listing(DRAW, late),
        draw_id="more",
        supplement_to="everything",
        lot_keys=tuple(x.lot_key for x in late),
        text_notice_ids=tuple(x.text_notice_id for x in late),
        probabilities=(1.0, 1.0),
        strata=("take_all",) * 2,
        stratum_sizes={"take_all": 2},
    )
    asked = {"lots": (*LOTS, *late), "draw": listing(DRAW, LOTS)}
    without = estimated(basis(**asked))
    assert without.draw.entered_part == pytest.approx(200_000 / 2_200_000)
    judged = (*ANNOTATIONS, *(annotation(n, NEW, draw_id="more") for n in (200, 201)))
    whole = estimated(basis(**asked, supplements=(more,), annotations=judged))
    assert share(whole).share == share(whole).high == pytest.approx(1_100_000 / 2_200_000)
    assert (whole.draw.entered_part, whole.draw.supplements) == (0.0, ("more",))
    assert (whole.draw.drawn, whole.draw.large) == (122, 122)


def by_chance(n):
    """A draw of the small lots by chance: 20 of the 110 are judged, with those that are large."""
    keys = LOTS[:n]
    return replace(
        DRAW,
        lot_keys=tuple(x.lot_key for x in keys),
        text_notice_ids=tuple(x.text_notice_id for x in keys),
        probabilities=(1.0,) * 10 + (0.9,) * (n - 10),
        strata=("take_all",) * 10 + ("stratum-01",) * (n - 10),
        stratum_sizes={"take_all": 10, "stratum-01": 110},
    )


RD = Judgement(degree="incremental", aspect=("rd", "solution"), openness="room", forms=("sbir",))
DIALOGUE = Judgement(degree="none", aspect=(), openness="closed", forms=("competitive_dialogue",))


def test_a_part_lies_inside_the_whole_of_its_domain():
    # One judged lot is research, and the model says so of it and of all that are not judged.
    some = tuple(annotation(n, RD if n == 20 else NONE) for n in range(100))
    parts = ("p_rd", "p_solution", "p_incremental", "p_sbir")

    def sure(number):
        return dict.fromkeys(parts, 0.95 if number == 20 or number >= 100 else 0.01)

    found = estimated(basis(draw=by_chance(100), annotations=some, scores=said(0.01, sure)))
    for weighting in ("value", "number"):
        for domain in ("all", "without_defence"):
            whole = share(found, weighting=weighting, domain=domain)
            for part in ("rd", "solution"):
                assert share(found, part, weighting, domain).high <= whole.high
        whole = share(found, weighting=weighting)
        for part in ("incremental", "disruptive", "sbir"):
            assert share(found, part, weighting).high <= whole.high
    total = {name: found.totals[f"{name} all"] for name in ("rd", "innovation_oriented")}
    assert total["rd"].high <= total["innovation_oriented"].high
    assert total["rd"].high == pytest.approx(share(found, "rd").high * total["rd"].volume)


def test_a_form_that_is_bought_without_innovation_is_no_part():
    some = tuple(annotation(n, DIALOGUE if n < 60 else NONE) for n in range(120))
    found = estimated(basis(annotations=some))
    assert share(found, "competitive_dialogue", "number").share == pytest.approx(0.5)
    assert share(found, weighting="number").share == 0


def test_where_no_value_is_known_the_share_by_number_is_given_and_the_others_are_named():
    lots = tuple(replace(x, value_eur=None, rung="missing") for x in LOTS)
    found = estimated(basis(lots=lots))
    assert {x.weighting for x in found.estimates} == {"number"}
    assert share(found, weighting="number").share == pytest.approx(10 / 120)
    assert found.skipped == ("innovation_oriented by value", "solution by value", "rd by value")
    assert (found.totals, found.missing_bounds) == ({}, None)


def test_the_extremes_hold_sampling_and_missing_values_together():
    lots = (*LOTS[:119], lot(119, value_eur=None, rung="missing"))
    some = tuple(annotation(n, NEW if n < 10 else NONE) for n in range(110))
    found = estimated(basis(lots=lots, draw=by_chance(110), annotations=some))
    low, high = found.extremes["innovation_oriented"]
    assert low <= min(found.missing_bounds[0], share(found).low)
    assert high >= max(found.missing_bounds[1], share(found).high)
    assert high > share(found).high


def mission(number, *served, **others):
    return MissionReading(
        **{
            "notice_id": f"call-{number:03d}",
            "text_hash": "0" * 16,
            "missions": served,
            "annotator": "a",
            "annotated_at": dt.date(2026, 10, 1),
            "codebook_version": BOOK.version,
            "codebook_fingerprint": BOOK.meaning,
            "round": "first",
            **others,
        }
    )


def test_a_mission_and_what_is_new_within_it_are_shares_of_the_whole_frame():
    """Lots 5 to 64 serve energy: 5 new ones of 90,000 and 55 of 10,000, of 2,000,000 in all."""
    told = tuple(mission(n, *(["energy_climate"] if 5 <= n < 65 else [])) for n in range(120))
    found = estimated(basis(missions=told))
    shares = {
        (x.quantity, x.weighting): x.share
        for x in found.estimates
        if "energy_climate" in x.quantity and x.domain == "all"
    }
    assert shares["energy_climate", "value"] == pytest.approx(1_000_000 / 2_000_000)
    assert shares["energy_climate", "number"] == pytest.approx(60 / 120)
    new = both("innovation_oriented", "energy_climate")
    assert shares[new, "value"] == pytest.approx(450_000 / 2_000_000)
    assert shares[new, "number"] == pytest.approx(5 / 120)


def test_nothing_is_said_of_missions_that_nobody_judged():
    found = estimated(basis())
    assert not [x for x in found.estimates if x.quantity in BOOK.of("mission")]


def test_a_decision_on_missions_goes_before_the_readings():
    readings = [
        mission(1, "health_care"),
        mission(1, annotator="b", round="second"),
        mission(2, "health_care"),
        mission(2, annotator="c", round="adjudicated"),
    ]
    assert first_answers(readings, lambda x: x.missions) == {
        "call-001": (False, (("health_care",), ())),
        "call-002": (True, ((),)),
    }


def test_two_decisions_that_differ_decide_nothing():
    readings = [
        mission(1, "energy_climate"),
        mission(1, "health_care", annotator="c", round="adjudicated"),
        mission(1, annotator="d", round="adjudicated"),
    ]
    found = first_answers(readings, lambda x: x.missions)
    assert found == {"call-001": (False, (("health_care",), ()))}
