"""A language that the model does not read becomes no figure; what people judged does."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from test_figured import ANNOTATIONS, BOOK, DRAW, LOTS, basis, said, share

from pipeline.countries import country_of
from pipeline.errors import NoDraw, TooFewLabels
from pipeline.estimates.estimators import ESTIMATORS
from pipeline.estimates.figured import diagnostics, estimated
from pipeline.estimates.unread import Unread
from pipeline.labels.decide import unreadable
from pipeline.labels.scores import schema

FLEMISH = country_of("BE", language="nl")
CHANCES = [name for name in schema(BOOK).names if name.startswith("p_")]


def reason(language):
    """What the model says of a text in a language, as it is kept with the scores."""
    return unreadable(SimpleNamespace(text="Un revêtement", language=language), BOOK)


def in_french(lots, language="fr"):
    """Scores with so many lots that the model could not read."""
    left_open = {"degree": None, "abstained": reason(language), **dict.fromkeys(CHANCES)}
    return said(others=lambda number: left_open if number < lots else {})


def methods(figured):
    return {ESTIMATORS[x.method].role for x in figured.estimates}


@pytest.mark.parametrize("language", ["fr", "lb", None])
def test_lots_are_counted_by_the_language_that_was_not_read(language):
    found = Unread.of(LOTS, in_french(40, language))
    assert (found.frame, found.lots) == (120, 40)
    assert found.languages == {language or "unknown": 40}


def test_what_is_left_open_for_another_reason_is_in_a_language_that_is_read():
    scores = said(others=lambda _: {"degree": None, "abstained": "too little text"})
    assert Unread.of(LOTS, scores).lots == 0


@pytest.mark.parametrize(("lots", "many"), [(0, False), (12, False), (13, True), (120, True)])
def test_nothing_that_the_model_says_is_added_up_where_it_reads_too_little(lots, many):
    # A tenth of 120 lots is 12.
    undrawn = diagnostics(basis(draw=None, annotations=(), scores=in_french(lots)))
    assert methods(undrawn) == (set() if many else {"diagnostic"})
    assert undrawn.unread.many is many
    drawn = estimated(basis(scores=in_french(lots)))
    assert ("diagnostic" in methods(drawn)) is not many
    assert methods(drawn) >= {"published", "control"}


def test_a_judged_draw_gives_shares_also_where_the_model_reads_nothing():
    figured = estimated(basis(scores=in_french(120)))
    assert share(figured).share == pytest.approx(900_000 / 2_000_000)
    assert share(figured, weighting="number").share == pytest.approx(10 / 120)


def part(lots, judged):
    """A draw of the first lots, of which some are judged."""
    columns = ("lot_keys", "text_notice_ids", "probabilities", "strata")
    drawn = {name: getattr(DRAW, name)[:lots] for name in columns}
    return {
        "draw": replace(DRAW, **drawn, stratum_sizes={"take_all": lots}),
        "annotations": ANNOTATIONS[:judged],
        "country": FLEMISH,
    }


@pytest.mark.parametrize(
    ("lots", "judged", "frame", "expected"),
    [
        pytest.param(120, 60, 120, r"rest of the draw.*`.* judged .*FILE`", id="half of it"),
        pytest.param(60, 60, 120, r"has 60 lots .*`.* draw .*--labels 100", id="all of too few"),
        pytest.param(60, 30, 120, r"has 60 lots .*`.* draw .*--labels 100", id="some of too few"),
        pytest.param(120, 60, 90, r"has 90 lots\. Take a longer period", id="frame"),
    ],
)
def test_too_few_judgements_are_refused_with_what_would_be_enough(lots, judged, frame, expected):
    with pytest.raises(TooFewLabels, match=f"^{judged} lots .* at least 100 are needed") as error:
        estimated(basis(lots=LOTS[:frame], **part(lots, judged)))
    assert re.search(expected, error.value.hint)
    assert ("--country BE --language nl" in error.value.hint) is (frame == 120)


@pytest.mark.parametrize("draw", [None, DRAW])
def test_without_judgements_the_hint_is_of_the_country(draw):
    with pytest.raises(NoDraw) as error:
        estimated(basis(draw=draw, annotations=(), country=FLEMISH))
    assert "--country BE --language nl" in error.value.hint
