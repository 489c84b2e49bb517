"""What the report says, and what it must never say."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fictional import BOOK, estimate

from pipeline.estimates import estimators
from pipeline.estimates.estimators import ESTIMATORS
from pipeline.estimates.extent import FrameFacts, Size
from pipeline.estimates.reference import NO_YARDSTICKS
from pipeline.estimates.shares import Suppressed
from pipeline.estimates.stops import publication_checks
from pipeline.notices.checks import CHECKS
from pipeline.records import BUYER_KINDS, Check, Period
from pipeline.report import names, sections
from pipeline.report.cells import LEGEND
from pipeline.report.facts import DrawFacts, Imprint
from pipeline.report.outline import Cards, Definitions, Intervals, ShownExamples, Table, Text
from pipeline.settings import Settings

FLAGS = {
    *("at_judged_minimum", "entered_after_draw", "frame_grew", "incomplete_draw"),
    *("left_after_draw", "lower_bound_only", "rare", "single_judged", "small_domain"),
    *("upper_bound_only", "within_whole"),
}
TITLES = [
    "Kerncijfers",
    "Aandeel naar waarde en aantal",
    "Innovatiegraad",
    "Inkoopvormen",
    "Onderzoek en ontwikkeling, en oplossingen",
    "Maatschappelijke opgaven",
    "Opdrachtgevers",
    "Sectoren",
    "Regio",
    "Ontwikkeling over kwartalen",
    "Wat kopers zelf aangeven",
    "Voorbeelden",
    "Gegevenskwaliteit",
    "Methode en onzekerheid",
    "Herzieningen",
    "Begrippen",
]


def section(facts, title):
    return next(x for x in sections.write_sections(facts) if x.title == title)


def words(facts, title):
    return "\n".join(x.text for x in section(facts, title).blocks if isinstance(x, Text))


def table(facts, key):
    return next(x for s in sections.write_sections(facts) for x in s.tables if x.key == key)


def line(facts, key, name):
    return next(x for x in table(facts, key).lines if x[0].shown == name)


def shown(cells):
    return [cell.shown for cell in cells]


def test_the_sections_stand_in_the_agreed_order(facts, without_draw):
    assert [x.title for x in sections.write_sections(facts)] == TITLES
    assert [x.title for x in sections.write_sections(without_draw)] == TITLES


def test_table_and_chart_keys_fit_a_worksheet_and_differ(facts):
    keys = [x.key for s in sections.write_sections(facts) for x in s.tables]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 31


def test_the_headline_reads_as_dutch(facts):
    assert (
        "In het derde kwartaal van 2026 was naar schatting 10,4% "
        "(95%-betrouwbaarheidsinterval: 8,9% tot 12,0%) van de gepubliceerde inkoopwaarde "
        "innovatiegericht. Naar aantal was dat 7,1% (95%-betrouwbaarheidsinterval: 5,5% tot 9,0%)."
    ) in words(facts, "Kerncijfers")


def test_the_report_says_what_the_share_is_a_share_of(facts):
    assert (
        "Het gaat om 3.412 gegunde percelen uit 2.104 procedures, samen "
        "€\N{NO-BREAK SPACE}11,5 miljard aan bekende waarde. "
        "Mensen hebben 412 aselect getrokken percelen beoordeeld."
    ) in words(facts, "Kerncijfers")


@pytest.mark.parametrize(
    ("low", "share", "high", "verdict"),
    [
        (0.077, 0.092, 0.107, "Dat is lager dan het doel van 17%: het hele interval ligt eronder"),
        (0.171, 0.180, 0.190, "Dat is hoger dan het doel van 17%: het hele interval ligt erboven"),
        (0.150, 0.180, 0.210, "Het doel van 17% ligt binnen het interval; wel of niet gehaald is"),
    ],
)
def test_a_target_is_met_or_missed_only_when_the_whole_interval_says_so(
    facts, low, share, high, verdict
):
    changed = replace(
        facts,
        estimates=(facts.headline, estimate("solution", share, low, high)),
        extremes={"solution": (low, high)},
    )
    assert verdict in words(changed, "Aandeel naar waarde en aantal")


@pytest.mark.parametrize(
    ("low", "share", "high", "extremes", "short", "sentence"),
    [
        (0.077, 0.092, 0.107, (0.05, 0.169), "lager dan het doel", "Dat is lager dan het doel"),
        (0.077, 0.092, 0.107, (0.05, 0.245), "geen: ontbrekende waarden", "5,0% en 24,5%"),
        (0.171, 0.180, 0.190, (0.16, 0.200), "geen: ontbrekende waarden", "ligt boven het doel"),
    ],
)
def test_a_verdict_holds_at_the_extremes_of_missing_values_or_is_not_given(
    facts, low, share, high, extremes, short, sentence
):
    changed = replace(
        facts,
        estimates=(facts.headline, estimate("solution", share, low, high)),
        extremes={"solution": extremes},
    )
    assert line(changed, "kerncijfers", "Inkoop van innovatieve oplossingen")[-1].shown == short
    assert sentence in words(changed, "Aandeel naar waarde en aantal")


def test_none_found_is_an_upper_bound_and_never_zero(facts):
    cells = line(facts, "inkoopvormen", "SBIR")
    # The upper ends are 0.0089 and 0.0073; rounded up.
    assert shown(cells)[1:5] == [
        *("hoogstens 0,9%", "0,0% tot 0,9%", "hoogstens 0,8%", "0,0% tot 0,8%"),
    ]
    assert cells[1].value is None
    assert cells[2].value == (0.0, 0.0089)


def test_no_published_share_reads_as_zero(facts):
    found = [
        cell.shown
        for s in sections.write_sections(facts)
        for t in s.tables
        for cells in t.lines
        for column, cell in zip(t.columns, cells, strict=True)
        if column.kind == "share"
    ]
    assert "0,0%" not in found
    assert "minder dan 0,1%" in found


def test_what_stands_in_a_field_is_counted_without_an_interval_of_a_draw(facts):
    # 31 of 3,412 lots is 0.9%.
    lines = [shown(x) for x in table(facts, "velden").lines]
    assert lines == [
        ["Concurrentiegerichte dialoog", "31", "0,9%", "3,0%", "2,5% tot 4,4%"],
        ["Innovatiepartnerschap", "–", "–", "–", "0,0% tot 1,1%"],
        ["Innovatie als doel aangegeven (BT-06)", "143", "4,2%", ".", "."],
    ]


def test_a_bound_is_drawn_without_a_point(facts):
    chart = next(x for x in section(facts, "Inkoopvormen").blocks if isinstance(x, Intervals))
    marks = dict(chart.lines)["SBIR"]
    assert [(x.share, x.high) for x in marks] == [(None, 0.0089), (None, 0.0073)]


def test_benchmark_and_targets_are_said_to_be_another_quantity(facts):
    text = words(facts, "Aandeel naar waarde en aantal")
    assert "niet dezelfde grootheid" in text
    assert "alleen over innovatieve oplossingen, zonder defensie" in text
    assert [shown(x)[:2] for x in table(facts, "doelen").lines] == [
        ["Doel inkoop van innovatieve oplossingen", "17%"],
        ["Doel onderzoek en ontwikkeling", "3%"],
        ["Meting 2018, Nederland", "11,6%"],
        ["Meting 2018, Europees gemiddelde", "9,3%"],
    ]


def test_a_target_of_innovation_as_a_whole_has_a_verdict_of_its_own(facts):
    given = facts.target("rd")
    goal = replace(given, quantity="innovation_oriented", share=0.025)
    changed = replace(facts, yardsticks=replace(facts.yardsticks, shares=(goal,)))
    cells = shown(line(changed, "kerncijfers", "Innovatiegericht, deze periode"))
    assert cells[-2:] == ["2,5%", "hoger dan het doel"]
    told = words(changed, "Aandeel naar waarde en aantal")
    assert "Innovatiegericht, naar waarde: 10,4%" in told
    (chart,) = (x for x in section(changed, "Kerncijfers").blocks if isinstance(x, Intervals))
    assert [(x.name, x.line) for x in chart.targets] == [
        ("doel 2,5%", "Innovatiegericht, deze periode")
    ]


def test_without_yardsticks_nothing_is_said_of_goals(facts):
    bare = replace(facts, yardsticks=NO_YARDSTICKS)
    for title in ("Kerncijfers", "Aandeel naar waarde en aantal", "Methode en onzekerheid"):
        told = words(bare, title)
        assert not re.search(r"\bdoel(?:en)?\b|2018", told), title
    assert len(line(bare, "kerncijfers", "Innovatiegericht, deze periode")) == 5


def test_without_a_draw_no_share_is_shown_outside_tables_marked_as_biased(without_draw):
    # Targets are not ours, the part per rung of the value ladder is no innovation share, and what
    # stands in a field is counted over the whole frame.
    allowed = {"doelen", "waardeladder", "velden"}
    for s in sections.write_sections(without_draw):
        assert not any(isinstance(x, Cards | Intervals) for x in s.blocks)
        for t in s.tables:
            if t.key not in allowed and not t.biased:
                assert not {"share", "interval"} & {x.kind for x in t.columns}, t.key


def test_estimates_without_a_draw_are_not_published_by_accident(facts):
    stray = replace(facts, draw=None)
    assert stray.headline is None
    assert not any(isinstance(x, Cards) for x in section(stray, "Kerncijfers").blocks)


def test_without_a_draw_the_command_that_plans_one_is_named(without_draw):
    for title in ("Kerncijfers", "Aandeel naar waarde en aantal"):
        assert "innovatiemonitor plan 2026Q3 --half-width 2" in words(without_draw, title)
    assert "Dit rapport noemt geen aandeel" in words(without_draw, "Kerncijfers")


def test_a_failed_stop_check_makes_the_report_a_draft(facts):
    failed = Check(name="there_are_notices", severity="stop", passed=False, finding="0 notices")
    assert "Concept, niet voor publicatie" in words(replace(facts, checks=(failed,)), "Kerncijfers")
    assert "Concept" not in words(facts, "Kerncijfers")


def test_a_small_domain_shows_its_size_but_no_share(facts):
    assert shown(line(facts, "opdrachtgevers", "Soort opdrachtgever onbekend")) == [
        *("Soort opdrachtgever onbekend", "117", "90,0", "x", "x", "x", "x", "te klein"),
    ]


def test_a_part_that_is_hidden_for_its_width_is_not_called_too_small(facts):
    wide = Suppressed(domain="province=NL34", labelled=40, procedures=33)
    changed = replace(facts, suppressed=(wide,))
    assert line(changed, "regio", "Zeeland")[-1].shown == "te onzeker"
    assert line(facts, "regio", "Zeeland")[-1].shown == "te klein"


def test_domains_stand_by_volume_with_the_unknown_last(facts):
    assert [x[0].shown for x in table(facts, "regio").lines][:2] == [
        "Zuid-Holland",
        "Noord-Holland",
    ]
    assert table(facts, "regio").lines[-1][0].shown == "Geen of meer dan één provincie"


def test_a_step_within_the_detectable_change_is_not_called_a_change(facts):
    # 0.0977 - 0.0994 = -0.0017, within 0.0121.
    assert (
        "Dat is geen aantoonbare verandering: het verschil met de vorige meting is "
        "\N{MINUS SIGN}0,2 procentpunt en wordt pas vanaf 1,2 procentpunt als verandering gezien."
    ) in words(facts, "Ontwikkeling over kwartalen")


def test_a_step_beyond_the_detectable_change_is_called_a_change(facts):
    last = replace(facts.rolling[-1], change=0.02)
    text = words(replace(facts, rolling=(*facts.rolling[:-1], last)), "Ontwikkeling over kwartalen")
    assert "(+2,0 procentpunt) is groter dan toeval verklaart" in text


def test_across_the_break_nothing_is_called_a_change(facts):
    last = replace(facts.rolling[-1], change=0.02, flags=("break",))
    text = words(replace(facts, rolling=(*facts.rolling[:-1], last)), "Ontwikkeling over kwartalen")
    assert "Door de reeksbreuk is dit niet met de vorige meting te vergelijken." in text
    assert "groter dan toeval" not in text


def test_the_break_in_the_series_is_marked(facts):
    chart = next(
        x for x in section(facts, "Ontwikkeling over kwartalen").blocks if x.kind == "chart"
    )
    # Quarters start at 2023Q2: the break stands before 2023Q4. The rolling points of 2024Q1 and
    # 2024Q2 hold quarters of both sides; that of 2024Q3 begins with 2023Q4.
    assert chart.breaks == (2,)
    assert chart.mixed == (3, 4)


def test_counts_stand_beside_the_published_ones_with_their_sum(facts):
    cells = table(facts, "innovatiepartnerschappen").lines
    assert shown(cells[2]) == ["2018", "11", "12", "\N{MINUS SIGN}1", ""]
    assert shown(cells[6]) == ["2022", "5", ".", "", ""]
    # 1+7+11+8+7+4 = 38 and 1+7+12+8+7+3 = 38: the years without a published count stay out.
    assert shown(cells[-1])[1:4] == ["38", "38", "0"]
    # 0+1+2+4+2+7+3+2+2+5+4 = 32, published 55.
    assert shown(table(facts, "sbir").lines[-1])[1:4] == ["32", "55", "\N{MINUS SIGN}23"]


def test_a_year_that_is_only_partly_collected_shows_no_difference(facts):
    partnerships = replace(facts.indicators[0], partial=frozenset({"2018", "2021"}))
    cells = table(replace(facts, indicators=(partnerships,)), "innovatiepartnerschappen").lines
    assert shown(cells[2]) == ["2018", "11", "12", "", "niet het hele jaar verzameld"]
    # Without 2018 and 2021: 1+7+8+7 = 23 on both sides.
    assert shown(cells[-1])[1:4] == ["23", "23", "0"]


def test_made_up_counts_are_attributed_to_nobody(facts):
    made_up = " ".join(table(facts, "sbir").notes)
    assert "RVO" not in made_up
    assert "Verzonnen tellingen" in made_up
    real = " ".join(table(replace(facts, fictional=False), "sbir").notes)
    assert "Bron: RVO" in real


def test_what_buyers_declare_stands_beside_our_label(facts):
    # 143 ticked, 81 of them labelled, so 62 not.
    assert shown(table(facts, "kopers-zelf").lines[0]) == [
        *("BT-06: Innovatie aangegeven", "143", "81", "62"),
    ]
    assert table(facts, "kopers-zelf").biased


def test_only_web_addresses_become_links(facts):
    blocks = section(facts, "Voorbeelden").blocks
    found = next(x for x in blocks if isinstance(x, ShownExamples)).examples
    assert [x.url for x in found] == ["https://example.org/aankondiging/99000104-2025", None]


def test_aspects_have_their_volume_and_are_not_added_up(facts):
    # 0.0921 x 11,530 million = 1,061.9 million.
    assert line(facts, "soorten", "Inkoop van innovatieve oplossingen")[1].shown == "1.061,9"
    assert len(table(facts, "soorten").lines) == 2


def test_agreement_is_judged_by_the_usual_limits(facts):
    def said(alpha):
        draw = DrawFacts(draw_id="a", drawn=9, judged=9, take_all=1, agreement=alpha)
        return words(replace(facts, draw=draw), "Methode en onzekerheid")

    assert "0,78: genoeg voor voorlopige conclusies" in said(0.78)
    assert "0,85: voldoende voor stevige conclusies" in said(0.85)
    assert "0,41: te laag" in said(0.41)
    assert "hun verschil is niet gemeten" in said(None)


def test_the_interval_claims_disagreement_only_where_somebody_judged_twice(facts):
    def said(alpha):
        draw = DrawFacts(draw_id="a", drawn=9, judged=9, take_all=1, agreement=alpha)
        return words(replace(facts, draw=draw), "Methode en onzekerheid")

    assert "en van verschillen tussen beoordelaars" in said(0.78)
    assert "niet die van verschillen tussen beoordelaars" in said(None)


def test_certain_lots_are_not_all_called_large(facts):
    text = words(facts, "Methode en onzekerheid")
    assert "104 met zekerheid: omdat hun waarde groot is, of omdat hun groep klein is" in text


def test_every_flag_of_an_estimate_has_dutch_words():
    # In quotes, in what makes estimates; frame flags and reasons are other codes.
    folder = Path(estimators.__file__).parent
    modules = ("estimators", "intervals", "shares", "parts", "disagreement", "imputation")
    code = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in modules)
    raised = {x for x in FLAGS if f'"{x}"' in code}
    assert raised == FLAGS
    assert set(names.REMARKS) >= FLAGS


def test_signs_have_one_meaning_each_and_a_legend(facts):
    found = {
        cell.shown
        for s in sections.write_sections(facts)
        for t in s.tables
        for cells in t.lines
        for cell in cells
        if len(cell.shown) == 1 and not cell.shown.isdigit()
    }
    assert found <= {sign for sign, _ in LEGEND}
    assert len({sign for sign, _ in LEGEND}) == len(LEGEND)
    assert (LEGEND, True) in [
        (x.terms, x.compact)
        for x in section(facts, "Begrippen").blocks
        if isinstance(x, Definitions)
    ]


def test_one_thing_has_one_name(facts):
    whole = "\n".join(str(x) for x in sections.write_sections(facts))
    assert "O&O" not in whole
    assert "Pre-commerci" not in whole
    assert names.quantity("rd", facts.codebook) == "Onderzoek en ontwikkeling"
    assert names.quantity("pcp", facts.codebook) == "Precommerciële inkoop"


TEN_ANSWERS = (
    "Over vier kwartalen samen was het aandeel 9,8%",
    "95%-betrouwbaarheidsinterval: 8,9% tot 10,7%",
    "geen aantoonbare verandering: het verschil met de vorige meting is \N{MINUS SIGN}0,2",
    "doel 17%",
    "Naar aantal was dat 7,1%",
    "Mensen hebben 412 aselect getrokken percelen beoordeeld",
    "Niet meegeteld is inkoop die niet gepubliceerd wordt",
    "Verantwoordelijk: Voorbeelddienst",
    "Status: voorlopig; definitief vanaf 30 september 2027",
    "Volgende publicatie: 19 februari 2027",
)


@pytest.mark.parametrize("answer", TEN_ANSWERS)
def test_page_one_answers_ten_questions_of_a_first_reader(facts, answer):
    first = sections.write_sections(facts)[0]
    told = [x.text for x in first.blocks if isinstance(x, Text)]
    told += [f"{t}: {m}" for x in first.blocks if isinstance(x, Definitions) for t, m in x.terms]
    told += [t.name for x in first.blocks if isinstance(x, Intervals) for t in x.targets]
    assert answer in "\n".join(told)


@pytest.mark.parametrize(
    ("as_of", "checks", "status"),
    [
        (dt.date(2027, 9, 29), (), "voorlopig; definitief vanaf 30 september 2027"),
        (dt.date(2027, 9, 30), (), "definitief"),
        (
            dt.date(2027, 9, 30),
            (Check(name="there_are_notices", severity="stop", passed=False, finding=""),),
            "concept, niet voor publicatie",
        ),
    ],
)
def test_the_status_follows_the_day_and_the_checks(facts, as_of, checks, status):
    blocks = section(replace(facts, as_of=as_of, checks=checks), "Kerncijfers").blocks
    told = dict(next(x for x in blocks if isinstance(x, Definitions)).terms)
    assert told["Status"] == status


def test_the_next_release_follows_the_settings():
    settings = Settings(publisher="Dienst X", questions="info@example.org", release_days=10)
    imprint = Imprint.of(settings, Period.parse("2026Q3"))
    # The next quarter ends on 31 December 2026; figures are final 365 days after 30 September.
    assert (imprint.responsible, imprint.contact) == ("Dienst X", "info@example.org")
    assert imprint.next_release == dt.date(2027, 1, 10)
    assert imprint.final_from == dt.date(2027, 9, 30)


def test_every_quality_dimension_has_its_heading(facts):
    headings = [
        x.text for x in section(facts, "Methode en onzekerheid").blocks if x.kind == "heading"
    ]
    assert headings == [
        "Relevantie",
        "Nauwkeurigheid",
        "Tijdigheid",
        "Vergelijkbaarheid",
        "Coherentie",
        "Toegankelijkheid",
    ]


def test_every_label_of_the_codebook_is_explained(facts):
    terms = {
        meaning
        for x in section(facts, "Begrippen").blocks
        if x.kind == "definitions"
        for _, meaning in x.terms
    }
    assert {x.definition for x in facts.codebook.labels} <= terms


@pytest.mark.parametrize(
    ("codes", "known"),
    [
        pytest.param(CHECKS, names.CHECKS, id="checks"),
        pytest.param(
            [x.name for x in publication_checks((), (), (), codebook=BOOK, floor=0.5)],
            names.CHECKS,
            id="checks of the draw",
        ),
        pytest.param(ESTIMATORS, names.METHODS, id="estimators"),
        pytest.param(BUYER_KINDS, names.BUYER_KINDS, id="buyer kinds"),
    ],
)
def test_every_code_has_a_dutch_name(codes, known):
    assert set(codes) <= set(known)


def test_an_unknown_code_is_shown_as_it_is(facts):
    frame = replace(facts.frame, flags={"brand_new": 3})
    assert shown(table(replace(facts, frame=frame), "merktekens").lines[0]) == ["brand_new", "3"]


def test_a_frame_is_counted_by_domain_rung_flag_and_reason(award_lot):
    lots = [
        award_lot("P1/1", value_eur=100.0, buyer_kind="care", flags=("spread",)),
        award_lot("P1/2", value_eur=None, rung="missing", defence=True),
        award_lot("P2/1", excluded="cancelled"),
    ]
    frame = FrameFacts.of(lots)
    assert frame.procedures == 1
    assert frame.sizes["all"] == Size(lots=2, volume=100.0)
    assert frame.sizes["without_defence"] == Size(lots=1, volume=100.0)
    assert frame.sizes["buyer_kind=care"] == Size(lots=1, volume=100.0)
    assert frame.sizes["buyer_kind=unknown"] == Size(lots=1, volume=0.0)
    assert frame.rungs == {"lot": Size(lots=1, volume=100.0), "missing": Size(lots=1, volume=0.0)}
    assert frame.flags == {"spread": 1}
    assert frame.excluded == {"cancelled": 1}


@pytest.fixture
def award_lot():
    from pipeline.records import AwardLot

    def make(lot_key, **others):
        known = {
            "lot_key": lot_key,
            "procedure_key": lot_key.partition("/")[0],
            "notice_id": "N",
            "text_notice_id": "N",
            "dated": dt.date(2026, 8, 1),
            "value_eur": 1.0,
            "rung": "lot",
            "flags": (),
            "excluded": None,
            "title": "Titel",
            "buyer": None,
            "buyer_kind": None,
            "cpv_division": None,
            "procedure": None,
            "province": None,
            "defence": False,
            "framework": False,
        }
        return AwardLot(**(known | others))

    return make


def test_tables_have_as_many_cells_as_columns(facts, without_draw):
    for some in (facts, without_draw):
        for s in sections.write_sections(some):
            for t in s.tables:
                assert isinstance(t, Table)
                assert {len(x) for x in t.lines} <= {len(t.columns)}, t.key
