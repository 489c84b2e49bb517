"""From probabilities to labels: doubt falls to the lower rank, fields settle forms."""

import pytest

from pipeline import codebook, settings
from pipeline.labels import decide, rules
from pipeline.records import CueHit, Document, Evidence, Judgement, Lot, Notice, Reading
from pipeline.store import Store


@pytest.fixture(scope="module")
def book():
    return codebook.load(Store(settings.load().home))


def notice(**changes) -> Notice:
    facts = {
        "notice_id": "1",
        "source": "t",
        "format": "tabular",
        "kind": "competition",
        "title": "Een brug",
    }
    return Notice(**(facts | changes))


def probabilities(none, incremental, disruptive, transformative, **others):
    given = {
        "none": none,
        "incremental": incremental,
        "disruptive": disruptive,
        "transformative": transformative,
        "rd": 0.1,
        "solution": 0.2,
        "asked": 0.3,
        "room": 0.1,
        "closed": none,
    }
    return given | others


@pytest.mark.parametrize(
    ("given", "degree"),
    [
        pytest.param((0.6, 0.4, 0.0, 0.0), "none", id="below the threshold"),
        pytest.param((0.4, 0.3, 0.2, 0.1), "incremental", id="half of what is above none"),
        pytest.param((0.0, 0.49, 0.31, 0.20), "disruptive", id="the median, not the mode"),
        pytest.param((0.0, 0.1, 0.3, 0.6), "transformative", id="most at the top"),
    ],
)
def test_the_degree_is_the_median_above_none(book, given, degree):
    chosen = decide.judgement(probabilities(*given), (), book, threshold=0.5)
    assert chosen.degree == degree


def test_what_is_innovation_oriented_has_an_aspect_even_when_none_is_likely(book):
    chosen = decide.judgement(
        probabilities(0.1, 0.9, 0, 0, rd=0.1, solution=0.2), (), book, threshold=0.5
    )
    assert chosen.aspect == ("solution",)
    both = decide.judgement(
        probabilities(0.1, 0.9, 0, 0, rd=0.5, solution=0.6), (), book, threshold=0.5
    )
    assert both.aspect == ("rd", "solution")


def test_a_partnership_has_both_aspects_and_sbir_has_research(book):
    given = probabilities(0.1, 0.9, 0, 0, rd=0.1, solution=0.8)
    for forms, aspect in (
        ((), ("solution",)),
        (("sbir",), ("rd", "solution")),
        (("innovation_partnership",), ("rd", "solution")),
    ):
        assert decide.judgement(given, forms, book, threshold=0.5).aspect == aspect


def test_a_higher_threshold_keeps_doubtful_notices_out(book):
    doubtful = probabilities(0.2, 0.8, 0, 0)
    assert decide.judgement(doubtful, (), book, threshold=0.9) == Judgement(
        degree="none", aspect=(), openness="closed", forms=()
    )


@pytest.mark.parametrize(
    ("changes", "form", "field", "value"),
    [
        ({"procedure": "innovation"}, "innovation_partnership", "procedure", "innovation"),
        ({"procedure": "comp-dial"}, "competitive_dialogue", "procedure", "comp-dial"),
        ({"subtype": "23"}, "design_contest", "subtype", "23"),
        ({"subtype": "F13"}, "design_contest", "subtype", "F13"),
        ({"kind": "consultation"}, "market_consultation", "kind", "consultation"),
        ({"lots": (Lot(), Lot(variants="required"))}, "variants", "variants", "required"),
    ],
)
def test_a_field_settles_a_form(book, changes, form, field, value):
    expected = {form: Evidence(label=form, field=field, value=value)}
    assert decide.settled(notice(**changes), book) == expected


def test_variants_that_are_not_allowed_settle_nothing(book):
    assert decide.settled(notice(lots=(Lot(variants="not-allowed"),)), book) == {}


def test_rules_take_the_highest_asserted_degree_and_ignore_what_is_negated(book):
    def hit(label, status="asserted"):
        return CueHit(label=label, start=0, end=3, names=False, status=status)

    document = Document(
        notice=notice(), text="Een brug", doc=None, sections=(), language="nl", analyzer="x"
    )
    hits = (hit("incremental"), hit("disruptive"), hit("transformative", "negated"), hit("sbir"))
    assert rules.judge(Reading(document=document, hits=hits), book) == Judgement(
        degree="disruptive", aspect=("solution",), openness="asked", forms=("sbir",)
    )
    nothing = rules.judge(Reading(document=document, hits=(hit("sbir", "history"),)), book)
    assert nothing.labels == ("none", "closed")
