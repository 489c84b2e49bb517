"""The frame: which lots count, for how much, and why the others do not."""

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.countries import NETHERLANDS
from pipeline.errors import CorpusError
from pipeline.estimates._money import against_estimate
from pipeline.estimates.decisions import Bounds, Decision
from pipeline.estimates.frame import audit, frame, read_rates, winsorise
from pipeline.notices.formats import eforms, ted_export
from pipeline.notices.provinces import province
from pipeline.records import Amount, Lot, Notice, Period, Procedure, RawNotice

REFERENCE = Path(__file__).parents[2] / "corpora" / "reference" / "ecb_rates.toml"
RATES = read_rates(REFERENCE.read_text(encoding="utf-8"))
QUARTER = Period.quarter(2024, 2)
CALLED, TOLD = dt.date(2024, 1, 10), dt.date(2024, 5, 20)


def eur(value):
    return Amount(value=value, currency="EUR")


def won(lot_id="LOT-0001", value=None, **facts):
    awarded = eur(value) if value is not None else None
    return Lot(lot_id=lot_id, outcome="selec-w", awarded=awarded, **facts)


def told(notice_id, *lots, kind="result", day=TOLD, **facts):
    given_facts = {"source": "files", "format": "eforms", "title": "Fictief", "country": "NL"}
    return Notice(
        notice_id=notice_id, kind=kind, published_on=day, lots=lots, **(given_facts | facts)
    )


def call(notice_id, *lots, day=CALLED, **facts):
    return told(notice_id, *lots, kind="competition", day=day, **facts)


def tender(key, *notices, current=None, copies=None):
    holds = {x.notice_id: x.notice_id for x in notices} | (current or {})
    copies = copies or {}
    stands_in = {original: copy for copy, original in copies.items()}
    standing = {stands_in.get(holds[x.notice_id], holds[x.notice_id]) for x in notices}
    kinds = {x.notice_id: x.kind for x in notices}
    return Procedure(
        procedure_key=key,
        notice_ids=tuple(sorted(kinds)),
        current=holds,
        calls=tuple(x for x in sorted(standing) if kinds[x] == "competition"),
        awards=tuple(x for x in sorted(standing) if kinds[x] == "result"),
        copies=copies,
        links=(),
    )


def frame_of(*notices, period=QUARTER, **facts):
    """The frame of one tender."""
    by_id = {x.notice_id: x for x in notices}
    return frame([tender("t", *notices, **facts)], by_id, period, rates=RATES)


def euros(made):
    return {lot.lot_key: lot.value_eur for lot in made.included()}


def reasons(made):
    return {lot.lot_key: lot.excluded for lot in made.lots if lot.excluded}


def only(made):
    (lot,) = made.included()
    return lot


# ------------------------------------------------------------------ values


def test_a_framework_counts_once_with_three_winners_and_two_notices():
    """Each of three winners gets the whole ceiling of 4 million, in two notices."""
    asked = Lot(lot_id="LOT-0001", framework=True, framework_maximum=eur(4_000_000))
    first = won(value=8_000_000, awarded_on=dt.date(2024, 5, 1), framework=True)
    second = won(value=4_000_000, awarded_on=dt.date(2024, 6, 1), framework=True)
    made = frame_of(
        call("c", asked), told("a1", first), told("a2", second, day=dt.date(2024, 6, 20))
    )
    lot = only(made)
    assert (lot.value_eur, lot.rung) == (4_000_000, "framework")
    assert lot.flags == ("above_maximum", "several_awards")
    assert lot.framework
    assert made.not_taken == {"t/1": ("lot 8000000 EUR",)}


def test_a_ceiling_that_every_lot_repeats_is_one_ceiling():
    lots = [won(f"LOT-000{n}", framework_maximum=eur(9_000_000)) for n in (1, 2, 3)]
    made = frame_of(told("a", *lots))
    assert euros(made) == {"t/1": 3_000_000, "t/2": 3_000_000, "t/3": 3_000_000}
    assert {lot.flags for lot in made.lots} == {("spread",)}


def test_ceilings_that_differ_belong_to_their_lots():
    lots = won("LOT-0001", framework_maximum=eur(2e6)), won("LOT-0002", framework_maximum=eur(3e6))
    assert euros(frame_of(told("a", *lots))) == {"t/1": 2e6, "t/2": 3e6}


def test_a_ceiling_is_spread_over_lots_still_to_be_awarded_as_well():
    """So that the first lot keeps its value when the second follows."""
    asked = [Lot(lot_id=f"LOT-000{n}", framework_maximum=eur(6e6)) for n in (1, 2)]
    early = frame_of(call("c", *asked), told("a1", won("LOT-0001")))
    late = frame_of(
        call("c", *asked),
        told("a1", won("LOT-0001")),
        told("a2", won("LOT-0002"), day=dt.date(2024, 8, 1)),
    )
    assert euros(early) == euros(late) == {"t/1": 3e6}


def test_a_total_that_every_winner_repeats_counts_once():
    """As in 660380-2024: three winners of 1.2 million in an award of 1.2 million."""
    lot = only(frame_of(told("a", won(value=3_600_000), awarded=eur(1_200_000))))
    assert (lot.value_eur, lot.rung, lot.flags) == (1_200_000, "total", ("winners_repeated",))


def test_lots_that_agree_with_their_estimates_stand_against_a_total():
    """As in 131568-2021: three lots of 25,000, estimated so, in an award of 25,000."""
    lots = [won(f"LOT-000{n}", 25_000, estimated=eur(25_000)) for n in (1, 2, 3)]
    made = frame_of(told("a", *lots, awarded=eur(25_000)))
    assert sum(euros(made).values()) == 75_000
    assert {lot.flags for lot in made.lots} == {("total_differs",)}


@pytest.mark.parametrize(
    ("lots", "expected"),
    [
        pytest.param([{}, {}, {}], [400_000, 400_000, 400_000], id="evenly"),
        pytest.param(
            [{"estimated": eur(100_000)}, {"estimated": eur(200_000)}, {"estimated": eur(300_000)}],
            [200_000, 400_000, 600_000],
            id="by estimate",
        ),
        pytest.param(
            [{"value": 200_000}, {}, {}], [200_000, 500_000, 500_000], id="after what is known"
        ),
    ],
)
def test_an_award_total_is_spread_over_lots_without_values(lots, expected):
    placed = [won(f"LOT-000{n}", **facts) for n, facts in enumerate(lots, start=1)]
    made = frame_of(told("a", *placed, awarded=eur(1_200_000)))
    assert [lot.value_eur for lot in made.included()] == pytest.approx(expected)


def test_a_cancelled_lot_takes_no_part_of_the_total():
    lots = won("LOT-0001"), Lot(lot_id="LOT-0002", outcome="clos-nw")
    made = frame_of(told("a", *lots, awarded=eur(700_000)))
    assert euros(made) == {"t/1": 700_000}
    assert reasons(made) == {"t/2": "cancelled"}


def test_a_typo_of_a_factor_1000_is_flagged_and_gone_with_the_change_notice():
    asked = Lot(lot_id="LOT-0001", estimated=eur(500_000))
    wrong = told("a1", won(value=480_000_000))
    right = told("a2", won(value=480_000), day=dt.date(2024, 7, 9))
    before = only(frame_of(call("c", asked), wrong))
    after = frame_of(call("c", asked), wrong, right, current={"a1": "a2"})
    assert (before.value_eur, before.flags) == (480_000_000, ("factor_1000",))
    lot = only(after)
    assert (lot.value_eur, lot.flags, lot.notice_id) == (480_000, (), "a2")
    # The change came a quarter later; the award did not.
    assert lot.dated == TOLD
    assert len(after.lots) == 1


def test_an_award_that_is_told_again_is_taken_from_the_last_notice():
    """As 428435-2023 and 680640-2023: one award date, one winner, another value."""
    day = dt.date(2024, 4, 22)
    made = frame_of(
        told("a1", won(value=643_915, awarded_on=day)),
        told("a2", won(value=706_180, awarded_on=day), day=dt.date(2024, 9, 10)),
    )
    assert euros(made) == {"t/1": 706_180}
    assert only(made).flags == ("several_awards",)


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        pytest.param(0, "placeholder", id="nothing"),
        pytest.param(1, "placeholder", id="one euro"),
        pytest.param(1000, "placeholder", id="a thousand"),
        pytest.param(999_999_999, "repeated_digits", id="nines"),
        pytest.param(111_111, "repeated_digits", id="ones"),
    ],
)
def test_a_placeholder_is_no_value(value, flag):
    made = frame_of(told("a", won(value=value)))
    lot = only(made)
    assert (lot.value_eur, lot.rung, lot.flags) == (None, "missing", (flag,))
    assert made.not_taken == {"t/1": (f"lot {value} EUR",)}
    estimated = only(frame_of(told("a", won(value=value, estimated=eur(80_000)))))
    assert (estimated.value_eur, estimated.rung, estimated.flags) == (80_000, "estimate", (flag,))


@pytest.mark.parametrize("value", [1000.01, 99_999, 555_000, 1_111_112])
def test_an_odd_value_that_can_be_meant_is_a_value(value):
    assert only(frame_of(told("a", won(value=value)))).value_eur == value


@pytest.mark.parametrize(
    ("value", "estimate", "flags"),
    [
        (500_000, 500, ("factor_1000",)),
        (500, 500_000, ("factor_1000",)),
        (950_000, 500, ("factor_1000",)),
        (1_250, 400_000, ("unit_price",)),
        (4_000, 400_000, ()),
        (90_000, 500_000, ()),
        (90_000, None, ()),
        (90_000, 0, ()),
    ],
)
def test_a_value_is_held_against_its_estimate(value, estimate, flags):
    assert against_estimate(value, estimate) == flags


def test_dollars_become_euros_at_the_average_of_the_year():
    """1,082,400 dollars at 1.0824 dollars for a euro in 2024."""
    dollars = Amount(value=1_082_400, currency="USD")
    lot = only(frame_of(told("a", replace(won(), awarded=dollars))))
    assert lot.value_eur == pytest.approx(1_000_000)
    assert lot.flags == ("currency",)


@pytest.mark.parametrize(
    ("currency", "year"), [("AED", 2024), ("USD", 1998)], ids=["currency", "year"]
)
def test_without_a_rate_there_is_no_value(currency, year):
    foreign = replace(won(), awarded=Amount(value=5_000_000, currency=currency))
    made = frame_of(told("a", foreign, day=dt.date(year, 5, 1)), period=Period.parse(str(year)))
    lot = only(made)
    assert (lot.value_eur, lot.rung, lot.flags) == (None, "missing", ("currency", "no_rate"))


def test_the_estimate_of_the_whole_is_spread_over_lots_and_told_apart():
    made = frame_of(
        call("c", Lot(lot_id="LOT-0001"), Lot(lot_id="LOT-0002"), estimated=eur(900_000)),
        told("a", won("LOT-0001"), won("LOT-0002")),
    )
    assert euros(made) == {"t/1": 450_000, "t/2": 450_000}
    assert {lot.rung for lot in made.lots} == {"estimate"}


def test_an_award_of_the_whole_takes_the_estimate_of_the_whole():
    lots = Lot(lot_id="LOT-0001"), Lot(lot_id="LOT-0002")
    made = frame_of(call("c", *lots, estimated=eur(600_000)), told("a", Lot(outcome="selec-w")))
    assert euros(made) == {"t/whole": 600_000}


def test_an_award_of_the_whole_takes_the_estimates_of_all_lots():
    lots = [Lot(lot_id=f"LOT-000{n}", estimated=eur(n * 100_000)) for n in (1, 2)]
    made = frame_of(call("c", *lots), told("a", Lot(outcome="selec-w")))
    assert euros(made) == {"t/whole": 300_000}
    assert reasons(made) == dict.fromkeys(("t/1", "t/2"), "awarded_as_whole")


# ------------------------------------------------------------------ which lots


def test_a_dynamic_purchasing_system_counts_each_quarter_of_awards():
    """The estimate of the whole system is of no quarter."""
    asked = Lot(lot_id="LOT-0001", dynamic_purchasing=True, estimated=eur(50_000_000))
    quarters = [
        told(f"a{n}", won(value=n * 1e6), day=dt.date(2024, 3 * n - 1, 20)) for n in (1, 2, 3)
    ]
    unknown = told("a4", won(), day=dt.date(2024, 6, 1))
    notices = call("c", asked), *quarters, unknown
    assert euros(frame_of(*notices, period=Period.quarter(2024, 1))) == {"t/1@a1": 1e6}
    assert euros(frame_of(*notices)) == {"t/1@a2": 2e6, "t/1@a4": None}
    year = frame_of(*notices, period=Period.parse("2024"))
    assert sum(x or 0 for x in euros(year).values()) == 6e6
    assert {x.flags for x in year.included()} == {("dynamic_purchasing",)}


def test_one_innovative_lot_of_twelve_has_its_own_value_and_title():
    asked = [Lot(lot_id=f"LOT-{n:04}", title=f"Perceel {n}") for n in range(1, 13)]
    awarded = [won(f"LOT-{n:04}", n * 100_000) for n in range(1, 13)]
    made = frame_of(call("c", *asked), told("a", *awarded))
    assert len(made.included()) == 12
    (seventh,) = (lot for lot in made.included() if lot.lot_key == "t/7")
    assert (seventh.value_eur, seventh.title) == (700_000, "Fictief: Perceel 7")
    assert seventh.text_notice_id == "c"
    # 100,000 times 1 + 2 + ... + 12.
    assert sum(euros(made).values()) == 7_800_000


def test_an_award_without_a_call_is_judged_by_its_own_text():
    lot = only(frame_of(told("a", won(value=90_000))))
    assert (lot.text_notice_id, lot.notice_id, lot.dated) == ("a", "a", TOLD)


@pytest.mark.parametrize(
    ("outcome", "reason"), [("clos-nw", "cancelled"), ("open-nw", "not_awarded")]
)
def test_a_lot_without_a_winner_leaves(outcome, reason):
    made = frame_of(told("a", won("LOT-0001", 5e4), Lot(lot_id="LOT-0002", outcome=outcome)))
    assert reasons(made) == {"t/2": reason}


def test_a_lot_of_the_notice_without_result_is_not_awarded():
    made = frame_of(told("a", won("LOT-0001", 5e4), Lot(lot_id="LOT-0002")))
    assert reasons(made) == {"t/2": "not_awarded"}


def test_a_result_that_tells_no_outcome_at_all_is_an_award():
    made = frame_of(told("a", Lot(), format="tenderned_json", awarded=eur(60_000)))
    assert euros(made) == {"t/whole": 60_000}


def test_a_lot_cancelled_at_first_and_awarded_later_is_awarded():
    made = frame_of(
        told("a1", Lot(lot_id="LOT-0001", outcome="clos-nw"), day=dt.date(2024, 4, 2)),
        told("a2", won(value=70_000)),
    )
    assert euros(made) == {"t/1": 70_000}


def test_a_copy_and_its_original_are_one():
    """TenderNed has the notice, TED the values."""
    original = told("356212", Lot(), format="tenderned_json", day=dt.date(2024, 5, 18))
    copy = told("100-2024", won(value=300_000))
    made = frame_of(original, copy, copies={"100-2024": "356212"})
    lot = only(made)
    assert (lot.value_eur, lot.notice_id) == (300_000, "100-2024")
    assert lot.dated == dt.date(2024, 5, 18)
    assert len(made.lots) == 1


def test_an_ex_ante_notice_counts_until_a_real_award_follows():
    ex_ante = told("v", won(value=200_000), subtype="25", day=dt.date(2024, 4, 5))
    other = told("v", won("LOT-0002", 1e5), subtype="F15", day=dt.date(2024, 4, 5))
    award = told("a", won(value=210_000))
    assert euros(frame_of(ex_ante)) == {"t/1": 200_000}
    assert euros(frame_of(ex_ante, award)) == {"t/1": 210_000}
    two = call("c", Lot(lot_id="LOT-0001"), Lot(lot_id="LOT-0002"))
    assert reasons(frame_of(two, other, award)) == {"t/2": "ex_ante_superseded"}


def test_a_modification_never_adds():
    award = told("a", won(value=100_000))
    modified = told("m", won(value=900_000), kind="change", day=dt.date(2024, 6, 3))
    assert euros(frame_of(award, modified)) == {"t/1": 100_000}


def test_the_only_lot_is_one_lot_however_it_is_numbered():
    made = frame_of(
        call("c", Lot(lot_id="LOT-0001", estimated=eur(90_000))), told("a", won("LOT-0000"))
    )
    assert euros(made) == {"t/0": 90_000}
    assert len(made.lots) == 1


def test_a_call_without_lots_stands_for_those_of_its_award():
    asked = call("c", Lot(framework=True), format="tenderned_json")
    made = frame_of(asked, told("a", won("LOT-0001", 2e4), won("LOT-0002", 3e4)))
    assert [lot.lot_key for lot in made.lots] == ["t/1", "t/2"]
    assert all(lot.framework and lot.text_notice_id == "c" for lot in made.lots)


def test_lots_that_differ_by_a_letter_are_two():
    made = frame_of(told("a", won("1A", 2e4), won("1B", 3e4)))
    assert euros(made) == {"t/1A": 2e4, "t/1B": 3e4}


@pytest.mark.parametrize(
    ("awarded_on", "dated", "flags"),
    [
        (dt.date(2024, 4, 2), dt.date(2024, 4, 2), ()),
        (None, TOLD, ()),
        (dt.date(2204, 4, 2), TOLD, ("award_date",)),
        (dt.date(1924, 4, 2), TOLD, ("award_date",)),
    ],
    ids=["known", "unknown", "in the future", "a century ago"],
)
def test_a_lot_is_dated_by_its_award(awarded_on, dated, flags):
    lot = only(frame_of(told("a", won(value=9e4, awarded_on=awarded_on))))
    assert (lot.dated, lot.flags) == (dated, flags)


def test_lots_outside_the_period_of_foreign_buyers_and_without_date_are_out():
    for notice, reason in [
        (told("a", won(value=9e4), day=dt.date(2024, 7, 1)), "outside_period"),
        (told("a", won(value=9e4), country="BE"), "foreign_buyer"),
        (told("a", won(value=9e4), day=None), "undated"),
        (told("a", won(value=9e4), buyer_kind="international"), "international_buyer"),
    ]:
        assert reasons(frame_of(notice)) == {"t/1": reason}


def test_a_period_without_awards_falls_back_on_its_calls_and_says_so():
    asked = call("c", Lot(lot_id="LOT-0001", estimated=eur(120_000)), day=dt.date(2024, 4, 3))
    before = frame_of(asked)
    assert before.calls_only
    assert euros(before) == {"t/1": 120_000}
    award = told("a", won(value=5e4))
    notices = {"c": asked, "a": award}
    both = frame([tender("asked", asked), tender("won", award)], notices, QUARTER, rates=RATES)
    assert not both.calls_only
    assert euros(both) == {"won/1": 5e4}
    assert reasons(both) == {"asked/1": "no_award"}


def test_a_missing_notice_and_a_key_used_twice_are_refused():
    award = told("a", won(value=5e4))
    with pytest.raises(CorpusError, match="t: notices are not here: \\['a'\\]"):
        frame([tender("t", award)], {}, QUARTER, rates=RATES)
    with pytest.raises(CorpusError, match="two lots are called t/1"):
        frame([tender("t", award), tender("t", award)], {"a": award}, QUARTER, rates=RATES)


# ------------------------------------------------------------------ what is said of a lot


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["NL310"], "NL31"),
        (["NL350"], "NL31"),
        (["NL36"], "NL33"),
        (["NL366", "NL33C"], "NL33"),
        (["NL", "NL3", "NL328"], "NL32"),
        (["NL328", "BE211"], "NL32"),
        (["NL328", "NL310"], None),
        (["NL1", "NL2", "NL332"], None),
        (["NL3"], None),
        (["BE2"], None),
        ([], None),
    ],
)
def test_a_place_has_one_province_or_none(codes, expected):
    assert province(codes) == expected


def test_there_are_twelve_provinces():
    assert len(NETHERLANDS.regions) == 12


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"buyer": "Ministerie van Defensie"}, True),
        ({"subtype": "CONTRACT_AWARD_DEFENCE"}, True),
        ({"subtype": "31"}, True),
        ({"cpv": ("35420000",)}, True),
        ({"cpv": ("73420000",)}, True),
        ({"cpv": ("35110000",)}, False),
        ({"cpv": ("72000000", "35420000")}, False),
        ({"buyer": "Gemeente Zutphen"}, False),
    ],
)
def test_defence_is_seen_by_buyer_form_or_main_cpv(facts, expected):
    assert only(frame_of(told("a", won(value=9e4), **facts))).defence is expected


def test_facts_come_from_the_award_and_else_from_the_call():
    asked = call(
        "c",
        Lot(lot_id="LOT-0001", cpv=("45000000",), nuts=("NL421",)),
        buyer="Waterschap Vechtstromen",
        buyer_kind="water_board",
        procedure="open",
    )
    lot = only(frame_of(asked, told("a", won(value=9e4), procedure="restricted")))
    assert (lot.buyer, lot.buyer_kind) == ("Waterschap Vechtstromen", "water_board")
    assert (lot.cpv_division, lot.province, lot.procedure) == ("45", "NL42", "restricted")


def test_the_places_of_a_lot_go_before_those_of_the_notice():
    """A lot in two provinces is not in the one that the notice names."""
    lots = won("LOT-0001", 9e4, nuts=("NL421", "NL411")), won("LOT-0002", 9e4)
    made = frame_of(told("a", *lots, nuts=("NL421",)))
    assert [lot.province for lot in made.lots] == [None, "NL42"]


def test_the_fingerprint_knows_what_is_in_and_nothing_else():
    inside, outside = told("a", won(value=9e4)), told("b", won(value=5e4), country="BE")
    notices = {"a": inside, "b": outside}
    alone = frame([tender("t", inside)], notices, QUARTER, rates=RATES)
    both = frame([tender("u", outside), tender("t", inside)], notices, QUARTER, rates=RATES)
    dearer = frame_of(told("a", won(value=9e4 + 1)))
    assert alone.fingerprint == both.fingerprint != dearer.fingerprint


def test_the_audit_says_of_each_lot_what_was_done_with_it():
    lots = won("LOT-0001", 1), Lot(lot_id="LOT-0002", outcome="clos-nw")
    first, second = audit(frame_of(told("a", *lots, buyer="Gemeente Zutphen")))
    assert first == {
        "lot_key": "t/1",
        "notice_id": "a",
        "text_notice_id": "a",
        "dated": "2024-05-20",
        "title": "Fictief",
        "buyer": "Gemeente Zutphen",
        "value_eur": None,
        "rung": "missing",
        "flags": "placeholder",
        "not_taken": "lot 1 EUR",
        "status": "in",
        "reason": "",
        "decided": "",
    }
    assert (second["status"], second["reason"]) == ("out", "cancelled")


# ------------------------------------------------------------------ helpers


def test_winsorising_caps_the_outlier_at_the_largest_ordinary_value():
    """Of 1 to 1,000 the largest is a typo; half a percent of 1,000 is five values."""
    values = np.append(np.arange(1.0, 1000.0), 1e9)
    capped = winsorise(values)
    assert capped.max() == 995
    np.testing.assert_array_equal(capped[:995], values[:995])


def test_winsorising_leaves_missing_values_missing():
    assert math.isnan(winsorise([math.nan, 5.0])[0])
    assert winsorise([math.nan]).tolist() == pytest.approx([math.nan], nan_ok=True)


def test_the_rates_are_complete_for_the_years_that_are_there():
    often = {"USD", "GBP", "SEK", "DKK", "NOK", "CHF", "PLN", "CZK", "HUF"}
    assert set(RATES) >= often
    assert all(set(RATES[currency]) >= set(range(2014, 2027)) for currency in often)


@pytest.mark.parametrize("body", ["[USD]\n2024 = 0", "[USD]\nlast = 1.1", "USD = 1.1", "[USD"])
def test_rates_that_are_none_are_refused(body):
    with pytest.raises(CorpusError, match="exchange rates"):
        read_rates(body)


# ------------------------------------------------------------------ any history


@st.composite
def histories(draw):
    """A tender with lots of known values and its award notices, with the sum by hand.

    Values have at most six digits and are not all alike, so that none is a placeholder.
    """
    key = draw(st.uuids()).hex
    values = draw(st.lists(st.integers(1001, 10**5), min_size=1, max_size=6))
    outcomes = draw(st.lists(st.sampled_from(["selec-w", "clos-nw"]), min_size=6, max_size=6))
    ids = [f"LOT-{n:04}" for n in range(1, len(values) + 1)]
    notices, current, copies = [], {}, {}
    if draw(st.booleans()):
        notices.append(call(f"{key}-c", *(Lot(lot_id=x) for x in ids)))
    lots = [
        replace(won(x, value), outcome=outcome)
        for x, value, outcome in zip(ids, values, outcomes, strict=False)
    ]
    cut = draw(st.integers(1, len(lots)))
    for number, part in enumerate((lots[:cut], lots[cut:])):
        if part:
            notices.append(told(f"{key}-a{number}", *part))
    if draw(st.booleans()):
        wrong = told(f"{key}-old", *(replace(x, awarded=eur(10**8)) for x in lots[:cut]))
        notices.append(wrong)
        current[wrong.notice_id] = f"{key}-a0"
    if draw(st.booleans()):
        notices.append(told(f"{key}-tn", Lot(), format="tenderned_json"))
        copies[f"{key}-a0"] = f"{key}-tn"
    if draw(st.booleans()):
        notices.append(told(f"{key}-m", won(value=10**7), kind="change"))
    order = draw(st.permutations(notices))
    total = sum(v for v, o in zip(values, outcomes, strict=False) if o == "selec-w")
    keys = {f"{key}/{n}" for n in range(1, len(values) + 1)}
    return tender(key, *order, current=current, copies=copies), order, keys, total


@settings(max_examples=60, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=4, unique_by=lambda x: x[0].procedure_key))
def test_every_lot_is_audited_once_and_what_is_in_adds_up(made):
    notices = {x.notice_id: x for _, order, _, _ in made for x in order}
    found = frame([x[0] for x in made], notices, QUARTER, rates=RATES)
    assert not found.calls_only
    lines = list(audit(found))
    assert sorted(str(x["lot_key"]) for x in lines) == sorted(k for x in made for k in x[2])
    inside = sum(x["value_eur"] for x in lines if x["status"] == "in")
    assert inside == pytest.approx(sum(x[3] for x in made))


# ------------------------------------------------------------------ real notices


def read_real(path):
    raw = RawNotice(
        source="files",
        source_id=path.name,
        url=path.name,
        fetched_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        media_type="application/xml",
        body=path.read_bytes(),
    )
    return (eforms if eforms.matches(raw) else ted_export).read(raw)


@pytest.fixture(scope="module")
def real(shared):
    """The frame over all awards, each notice a tender of its own."""
    paths = [x for name in ("eforms", "ted_export") for x in (shared / "notices" / name).iterdir()]
    notices = {x.notice_id: x for x in map(read_real, sorted(paths))}
    awards = [x for x in notices.values() if x.kind == "result"]
    period = Period.parse("2010-01-01..2026-12-31")
    return frame([tender(x.notice_id, x) for x in awards], notices, period, rates=RATES)


@pytest.mark.parametrize(
    ("notice_id", "lots", "total", "rungs"),
    [
        # Two lots, PayableAmount 2,200,000 and 2,800,000.
        pytest.param("2169-2024", 2, 5_000_000, {"lot"}, id="two lots"),
        # Three LotTenders of 1,400,000 and MaximumValueAmount 1,400,000.
        pytest.param("49652-2024", 1, 1_400_000, {"framework"}, id="framework of three winners"),
        # Three LotTenders of 1,200,000; NoticeResult/TotalAmount 1,200,000.
        pytest.param("660380-2024", 1, 1_200_000, {"total"}, id="value repeated per winner"),
        # No PayableAmount; NoticeResult/TotalAmount 322,850.
        pytest.param("659192-2024", 1, 322_850, {"total"}, id="total alone"),
        # LOT-0001 1,115,672.05; LOT-0002 clos-nw.
        pytest.param("199902-2025", 1, 1_115_672.05, {"lot"}, id="one lot not awarded"),
        # PayableAmount and TotalAmount 700; EstimatedOverallContractAmount 750,000.
        pytest.param("104336-2024", 1, 750_000, {"estimate"}, id="700 for 750,000"),
        # VAL_TOTAL 28,921,986.
        pytest.param("671810-2021", 1, 28_921_986, {"lot"}, id="TED_EXPORT"),
        # VAL_TOTAL 1 in each of three lots.
        pytest.param("161094-2021", 3, 0, {"missing"}, id="one euro"),
    ],
)
def test_totals_of_real_awards_are_those_of_the_xml(real, notice_id, lots, total, rungs):
    found = [lot for lot in real.included() if lot.notice_id == notice_id]
    assert len(found) == lots
    assert sum(lot.value_eur or 0 for lot in found) == pytest.approx(total)
    assert {lot.rung for lot in found} == rungs


def test_the_audit_of_real_awards_tells_of_every_lot(real):
    lines = list(audit(real))
    assert len({x["lot_key"] for x in lines}) == len(lines)
    assert {x["reason"] for x in lines} == {
        "",
        "cancelled",
        "foreign_buyer",
        "international_buyer",
    }


def test_a_suspect_value_is_flagged_in_the_frame_and_a_decision_shows_in_the_audit():
    award = told("a", won(value=123_456_789_012.0, awarded_on=TOLD))
    asked = [tender("t", award)], {"a": award}, QUARTER
    (lot,) = frame(*asked, rates=RATES, bounds=Bounds(largest=1e9)).included()
    assert "suspect" in lot.flags
    decided = Decision(
        lot_key=lot.lot_key, decision="drop", reason="typefout", who="a1", on=dt.date(2026, 11, 2)
    )
    found = frame(*asked, rates=RATES, bounds=Bounds(largest=1e9, decisions={lot.lot_key: decided}))
    (line,) = audit(found)
    assert line["value_eur"] is None
    assert line["decided"] == "drop by a1 on 2026-11-02: typefout"
    assert line["not_taken"] == "lot 123456789012.0 EUR"
