"""From probabilities to labels: doubt falls to the lower rank, fields settle forms."""

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from pipeline import codebook, settings
from pipeline.corpus.analyzer import NO_TOKENS
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


TEXT = "De gemeente zoekt een brug die in geen enkele winkel van het hele land te koop is."


def reading(*hits, text=TEXT, language="nl", **changes) -> Reading:
    document = Document(
        notice=notice(**changes),
        text=text,
        tokens=NO_TOKENS,
        sections=(),
        language=language,
        analyzer="x",
    )
    return Reading(document=document, hits=hits)


def hit(label, status="asserted", *, names=True):
    return CueHit(label=label, start=0, end=3, names=names, status=status)


def decided(book, given, *hits, threshold=0.5, forms=(), **changes):
    thresholds = dict.fromkeys(book.forms, 0.5) | {"innovation_oriented": threshold}
    likely = {form: 0.9 if form in forms else 0.1 for form in book.forms}
    return decide.decide(reading(*hits, **changes), likely | given, book, thresholds=thresholds)


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
    assert decided(book, probabilities(*given)).judgement.degree == degree


def test_what_is_innovation_oriented_has_an_aspect_even_when_none_is_likely(book):
    one = decided(book, probabilities(0.1, 0.9, 0, 0, rd=0.1, solution=0.2))
    assert one.judgement.aspect == ("solution",)
    both = decided(book, probabilities(0.1, 0.9, 0, 0, rd=0.5, solution=0.6))
    assert both.judgement.aspect == ("rd", "solution")


def test_a_partnership_has_both_aspects_and_sbir_has_research(book):
    given = probabilities(0.1, 0.9, 0, 0, rd=0.1, solution=0.8)
    for forms, aspect in (
        ((), ("solution",)),
        (("sbir",), ("rd", "solution")),
        (("innovation_partnership",), ("rd", "solution")),
    ):
        assert decided(book, given, forms=forms).judgement.aspect == aspect


def test_a_higher_threshold_keeps_doubtful_notices_out(book):
    doubtful = decided(book, probabilities(0.2, 0.8, 0, 0), threshold=0.9)
    assert doubtful.judgement == Judgement(degree="none", aspect=(), openness="closed", forms=())


@pytest.mark.parametrize(
    "form",
    ["sbir", "pcp", "innovation_partnership", "launching_customer", "challenge", "hackathon"],
)
def test_what_is_new_by_definition_is_at_least_incremental(book, form):
    found = decided(book, probabilities(0.95, 0.05, 0, 0), forms=(form,)).judgement
    assert (found.degree, found.forms) == ("incremental", (form,))


def test_a_plain_dialogue_may_be_of_degree_none(book):
    found = decided(book, probabilities(0.95, 0.05, 0, 0), forms=("competitive_dialogue",))
    assert found.judgement.degree == "none"


def test_of_sbir_and_pcp_the_likelier_stays(book):
    given = probabilities(0.1, 0.9, 0, 0)
    found = decided(book, given | {"pcp": 0.8, "sbir": 0.7}, forms=())
    assert found.forms == ("pcp",)


def test_a_bare_title_is_left_open_but_keeps_the_form_it_names(book):
    given = probabilities(0.1, 0.9, 0, 0)
    bare = decided(book, given, text="Levering van een slimme brug")
    assert (bare.judgement, bare.forms, bare.abstained) == (None, (), decide.TOO_LITTLE)
    named = decided(
        book,
        given,
        hit("market_consultation"),
        forms=("market_consultation", "variants"),
        text="Marktconsultatie brug",
    )
    assert (named.judgement, named.forms) == (None, ("market_consultation",))


def test_a_bare_title_with_a_form_that_is_new_by_definition_has_a_degree(book):
    found = decided(
        book, probabilities(0.9, 0.1, 0, 0), hit("sbir"), forms=("sbir",), text="SBIR oproep brug"
    )
    assert (found.judgement.degree, found.abstained) == ("incremental", None)


def test_a_text_in_another_language_keeps_what_its_fields_settle(book):
    found = decided(book, {}, language="fi", procedure="innovation")
    assert (found.judgement, found.forms) == (None, ("innovation_partnership",))
    assert found.abstained == "text is not Dutch: fi"


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
    assert decide.settled(reading(**changes), book) == expected


def test_a_contest_form_on_an_open_procedure_needs_a_contest_in_the_text(book):
    insurance = {"subtype": "F13", "procedure": "open"}
    assert decide.settled(reading(**insurance), book) == {}
    jury = hit("design_contest", names=False)
    assert set(decide.settled(reading(jury, **insurance), book)) == {"design_contest"}


def test_a_text_that_denies_its_procedure_is_believed(book):
    denied = reading(hit("innovation_partnership", "negated"), procedure="innovation")
    assert decide.settled(denied, book) == {}


def test_variants_that_are_not_allowed_settle_nothing(book):
    assert decide.settled(reading(lots=(Lot(variants="not-allowed"),)), book) == {}


def test_rules_take_the_highest_asserted_degree_and_ignore_what_is_negated(book):
    hits = (
        hit("incremental", names=False),
        hit("disruptive", names=False),
        hit("transformative", "negated", names=False),
        hit("sbir", names=False),
    )
    assert rules.judge(reading(*hits), book, settled=()) == Judgement(
        degree="disruptive", aspect=("solution",), openness="asked", forms=("sbir",)
    )
    nothing = rules.judge(reading(hit("sbir", "history")), book, settled=())
    assert nothing.labels == ("none", "closed")


# No contradictory rows

CHANCES = st.floats(0, 1)


@st.composite
def answers(draw, book):
    """Any probabilities a model can give: degrees add up to 1, none is closed."""
    weights = [draw(CHANCES) + 1e-9 for _ in book.degrees]
    given = {x: w / sum(weights) for x, w in zip(book.degrees, weights, strict=True)}
    others = [*book.of("aspect"), "asked", "room", *book.forms]
    return given | {x: draw(CHANCES) for x in others} | {"closed": given["none"]}


@each(data=st.data())
def test_no_output_contradicts_the_codebook_whatever_a_model_says(book, data):
    given = data.draw(answers(book))
    named = data.draw(st.lists(st.sampled_from(book.forms), max_size=3))
    status = data.draw(st.sampled_from(["asserted", "negated", "history"]))
    text = data.draw(st.sampled_from([TEXT, "Een brug", "", "12 34"]))
    language = data.draw(st.sampled_from(["nl", "fr", None]))
    procedure = data.draw(st.sampled_from([None, "open", "comp-dial", "innovation"]))
    thresholds = {x: data.draw(CHANCES) for x in (*book.forms, "innovation_oriented")}
    read = reading(
        *(hit(x, status) for x in named), text=text, language=language, procedure=procedure
    )
    chosen = decide.decide(read, given, book, thresholds=thresholds)
    assert (chosen.judgement is None) == (chosen.abstained is not None)
    assert not {"sbir", "pcp"} <= set(chosen.forms)
    assert set(chosen.forms) <= set(book.forms)
    if chosen.judgement is None:
        return
    one = chosen.judgement
    assert one.forms == chosen.forms
    assert (one.degree == "none") == (one.openness == "closed") == (not one.aspect)
    ranks = [book.label(x).least_degree for x in one.forms]
    least = max((book.degrees.index(x) for x in ranks if x), default=0)
    assert book.degrees.index(one.degree) >= least
    for form in one.forms:
        assert set(book.label(form).implies) <= set(one.aspect) or one.degree == "none"
