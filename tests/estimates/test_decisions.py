"""Values that are too large to be believed unseen, and what people decided about them."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.errors import CorpusError
from pipeline.estimates._values import Valued
from pipeline.estimates.decisions import (
    Bounds,
    Decision,
    largest_value,
    read_decisions,
    with_decision,
)
from pipeline.estimates.scenarios import volumes

VOLUMES = volumes(
    (Path(__file__).parents[2] / "corpora" / "reference" / "volume.toml").read_text("utf-8")
)
HEAD = "lot_key,decision,value_eur,reason,who,on\n"
HUGE = Valued(euro=123_456_789_012.0, rung="lot", flags=("spread",), not_taken=())


def decided(decision="keep", **others):
    facts = {"lot_key": "t/1", "reason": "nagebeld", "who": "a1", "on": dt.date(2026, 11, 2)}
    return Decision(**facts | {"decision": decision} | others)


def test_the_limit_is_a_part_of_what_is_bought_in_the_last_known_year():
    # 116.2 bn in 2023, 73.3 bn in 2015 (volume.toml).
    assert largest_value(VOLUMES, 2026, fraction=0.01) == pytest.approx(1.162e9)
    assert largest_value(VOLUMES, 2014, fraction=0.01) == pytest.approx(0.733e9)


def test_a_value_above_the_limit_is_suspect_and_one_at_the_limit_is_not():
    bounds = Bounds(largest=1e9)
    assert bounds.applied("t/1", HUGE).flags == ("spread", "suspect")
    assert bounds.applied("t/1", HUGE).euro == HUGE.euro
    at_limit = Valued(euro=1e9, rung="lot", flags=(), not_taken=())
    assert bounds.applied("t/1", at_limit) == at_limit


@pytest.mark.parametrize(
    ("one", "euro", "rung", "flags"),
    [
        (decided("keep"), HUGE.euro, "lot", ("spread", "value_kept")),
        (decided("drop"), None, "missing", ("spread", "value_dropped")),
        (decided("value", value_eur=123_456.0), 123_456.0, "lot", ("spread", "value_decided")),
    ],
    ids=["keep", "drop", "value"],
)
def test_a_decision_takes_the_suspicion_away(one, euro, rung, flags):
    got = Bounds(largest=1e9, decisions={"t/1": one}).applied("t/1", HUGE)
    assert (got.euro, got.rung, got.flags) == (euro, rung, flags)
    assert Bounds(largest=1e9, decisions={"t/1": one}).applied("t/2", HUGE).flags[-1] == "suspect"


def test_a_decision_is_read_back_and_the_last_one_holds():
    text = with_decision("", decided("drop"))
    assert text.startswith(HEAD)
    assert read_decisions(text) == {"t/1": decided("drop")}
    again = with_decision(text, decided("value", value_eur=5e6))
    assert again.startswith(text)
    assert read_decisions(again) == {"t/1": decided("value", value_eur=5e6)}
    assert read_decisions("") == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("t/1,maybe,,reden,a1,2026-11-02", "line 2: decision is 'maybe'; expected one of keep"),
        ("t/1,keep,,,a1,2026-11-02", "line 2: reason is empty"),
        ("t/1,value,,reden,a1,2026-11-02", "line 2: decision 'value' with value_eur None"),
        ("t/1,keep,5,reden,a1,2026-11-02", "line 2: decision 'keep' with value_eur 5.0"),
        ("t/1,value,-5,reden,a1,2026-11-02", "line 2: value_eur is -5.0; expected euro above 0"),
        ("t/1,keep,,reden,a1,gisteren", "line 2: Invalid isoformat"),
        ("t/1,keep", "line 2: "),
    ],
)
def test_a_line_that_decides_nothing_is_refused(line, message):
    with pytest.raises(CorpusError, match=message):
        read_decisions(HEAD + line + "\n")
    with pytest.raises(CorpusError, match="columns"):
        read_decisions("lot,decision\n")
