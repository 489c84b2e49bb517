"""The report of a frame whose language the model does not read: no label and no sum of chances."""

from dataclasses import replace

import pyarrow as pa
import pytest
from belgian import BASIS, BOOK, COUNTRY, NOTICES, QUARTER, report_of

from pipeline.estimates.figured import diagnostics, estimated
from pipeline.estimates.material import assembled
from pipeline.estimates.signs import signs
from pipeline.labels.decide import ONLY_FORMS
from pipeline.labels.scores import Scores, schema
from pipeline.report import sections
from pipeline.report.build import page

SAID = {
    "Kansen van het model opgeteld": "sum of probabilities",
    "Oordelen van het model geteld": "count of labels",
}


def told(notice, number):
    """Every fifth notice is of an innovation partnership, every fourth declares innovation."""
    lots = tuple(
        replace(x, purposes=("inn-pur" if number % 4 == 0 else "none",)) for x in notice.lots
    )
    return replace(notice, procedure="innovation" if number % 5 == 0 else "open", lots=lots)


TOLD = [told(x, number) for number, x in enumerate(NOTICES)]
MATERIAL = assembled(TOLD, QUARTER, rates={}, readings=TOLD, quarantined={}, country=COUNTRY)


def unread(part):
    """A basis of which the model reads so much, 0 to 1: all else is in French."""
    columns = schema(BOOK)
    chances = dict.fromkeys(x for x in columns.names if x.startswith("p_"))
    lines = BASIS.scores.table.to_pylist()
    known = round(part * len(lines))
    left_open = {"degree": None, "abstained": f"{ONLY_FORMS}: fr", **chances}
    lines = [x if at < known else x | left_open for at, x in enumerate(lines)]
    scores = Scores.of("verzonnen-model", pa.Table.from_pylist(lines, schema=columns))
    found = signs(MATERIAL.lots, MATERIAL.notices, BOOK)
    return replace(BASIS, lots=MATERIAL.lots, scores=scores, signs=found)


def report(part, *, drawn):
    basis = unread(part)
    if not drawn:
        basis = replace(basis, draw=None, annotations=())
    facts = report_of(basis, estimated(basis) if drawn else diagnostics(basis), MATERIAL)
    written = sections.write_sections(facts)
    marks = {x.key: "" for s in written for x in s.blocks if x.kind == "chart"}
    tables = {x.key: x for s in written for x in s.blocks if x.kind == "table"}
    return page(facts, written, marks), tables


@pytest.mark.parametrize("drawn", [True, False])
def test_where_the_model_reads_nothing_none_of_its_figures_is_shown(drawn):
    whole, tables = report(0, drawn=drawn)
    lots = len(MATERIAL.lots)
    assert f"Van {lots} van de {lots} percelen is de tekst in een andere taal (Frans: {lots})" in (
        whole
    )
    assert "niet opgeteld: het leest de taal" in whole
    assert [x for x in SAID if x in whole] == []
    assert "leest elke aankondiging in het Nederlands en" in whole
    # Nobody gave these lots a label, the negative one included.
    shown = [[x.value for x in line[1:]] for line in tables["kopers-zelf"].lines]
    assert {(yes, no) for _, yes, no, _ in shown} == {(0, 0)}
    assert all(number == without for number, _, _, without in shown)
    assert sum(number for number, *_ in shown) == lots


@pytest.mark.parametrize("drawn", [True, False])
def test_what_stands_in_fields_is_counted_whatever_the_language(drawn):
    _, tables = report(0, drawn=drawn)
    _, read = report(1, drawn=drawn)
    assert tables["velden"].lines == read["velden"].lines
    partnerships = sum(x.procedure == "innovation" for x in MATERIAL.lots)
    assert partnerships > 0
    assert partnerships in {line[1].value for line in tables["velden"].lines}


def test_a_judged_draw_has_its_shares_and_says_where_they_come_from():
    whole, tables = report(0, drawn=True)
    assert "De aandelen komen uit de trekking die mensen hebben beoordeeld." in whole
    assert tables["kerncijfers"].lines[0][1].value is not None
    # The control is of judgements as well.
    assert [x[0].value for x in tables["andere-rekenwijzen"].lines] == [
        "Alleen de beoordeelde percelen (controle)"
    ] * 2


def test_of_a_frame_that_is_read_nothing_of_this_is_said():
    whole, tables = report(1, drawn=False)
    assert set(SAID) == {x for x in SAID if x in whole}
    assert "percelen is de tekst in een andere taal" not in whole
    assert "leest elke aankondiging en geeft" in whole
    assert len(tables["kopers-zelf"].columns) == 4


def test_a_few_unread_lots_have_no_label_and_leave_the_sums():
    whole, tables = report(0.95, drawn=False)
    assert set(SAID) == {x for x in SAID if x in whole}
    assert "percelen is de tekst in een andere taal" not in whole
    for line in tables["kopers-zelf"].lines:
        _, number, yes, no, without = (x.value for x in line)
        assert number == yes + no + without
    assert sum(line[4].value for line in tables["kopers-zelf"].lines) > 0
