"""Countries by structured fields: counted once, per buyer, and silent where a field is empty."""

import datetime as dt
import io
from dataclasses import replace

import numpy as np
import pytest
from lxml import etree
from openpyxl import load_workbook
from stage_quarter import ROOT
from typer.testing import CliRunner

from pipeline import cli
from pipeline import codebook as codebooks
from pipeline.estimates._rates_over_buyers import rate
from pipeline.estimates.countries import CountryFigures, Tally, summed, tally
from pipeline.estimates.notice_rows import COLUMNS, SIGNS, reduced, row_of, rows_of_notices
from pipeline.estimates.signs import settled_forms
from pipeline.notices import collect
from pipeline.records import Amount, Lot, Notice, Period, RawNotice, Reference, Unreadable
from pipeline.report import countries as report
from pipeline.report.charts import COLOURS
from pipeline.sources.files import raw_notices
from pipeline.store import Store

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
PLACE = {name: n for n, name in enumerate(COLUMNS)}
RATES = {"DKK": {2025: 7.5}}
BOOK = codebooks.load(Store(ROOT))
FORMS = settled_forms(BOOK)


def notice(**changes):
    return Notice(
        **{
            "notice_id": "1-2025",
            "source": "t",
            "format": "t",
            "kind": "competition",
            "title": "x",
            "country": "NL",
            "buyer": "Gemeente",
            "published_on": dt.date(2025, 5, 27),
            "procedure": "open",
            "subtype": "16",
            **changes,
        }
    )


def counted(row):
    return {name: row[place] for name, place in PLACE.items() if row[place]}


def test_a_call_counts_once_and_its_lots_each():
    lots = (
        Lot(cpv=("73100000",), innovation=("rd-act",), purposes=("inn-pur",)),
        Lot(cpv=("45000000",), variants="allowed"),
        Lot(cpv=("73100000",), innovation=("none",)),
    )
    found = counted(row_of(notice(procedure="innovation", lots=lots), RATES, FORMS))
    assert found == {
        "calls": 1,
        "lots": 3,
        "calls:innovation_partnership": 1,
        "lots:innovation_partnership": 3,
        "calls:research_cpv": 1,
        "lots:research_cpv": 2,
        "calls:pre_commercial": 1,
        "lots:pre_commercial": 1,
        "calls:declared_purpose": 1,
        "lots:declared_purpose": 1,
        "calls:declared_innovation": 1,
        "lots:declared_innovation": 1,
        "calls:variants": 1,
        "lots:variants": 1,
        "filled:procedure": 1,
        "filled:form": 1,
        "filled:cpv": 1,
        "filled:BT-06": 1,
        "filled:BT-776": 1,
        "filled:BT-63": 1,
    }


def test_the_money_of_a_result_is_in_euro_and_shared_by_its_lots():
    lots = (Lot(innovation=("prod-innov",)), Lot(), Lot(), Lot())
    won = notice(kind="result", lots=lots, awarded=Amount(value=750_000.0, currency="DKK"))
    found = counted(row_of(won, RATES, FORMS))
    assert (found["results"], found["valued"], found["euro"]) == (1, 1, 100_000)
    assert found["euro:declared_innovation"] == 25_000
    assert "calls" not in found


@pytest.mark.parametrize(
    "stated",
    [
        None,
        Amount(value=1.0, currency="EUR"),
        Amount(value=9_999_999.0, currency="EUR"),
        Amount(value=2e10, currency="EUR"),
        Amount(value=5e6, currency="XYZ"),
    ],
)
def test_a_sum_that_cannot_be_meant_is_no_value(stated):
    found = counted(row_of(notice(kind="result", awarded=stated), RATES, FORMS))
    assert "valued" not in found
    assert "euro" not in found


def test_without_spread_between_buyers_the_interval_is_wilsons():
    """60 buyers of one notice, 6 with the sign: size 60 * 59/60, p 0.1."""
    found = rate(np.array([1.0] * 6 + [0.0] * 54), np.ones(60))
    size, z = 59.0, 1.959964
    centre = (0.1 + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * np.sqrt(0.09 / size + z * z / (4 * size * size))
    assert found == pytest.approx((0.1, centre - half, centre + half))


def test_one_buyer_with_all_the_signs_tells_little_of_a_country():
    spread = rate(np.tile([1.0, 0, 0, 0], 25), np.ones(100))
    single = rate(np.array([25.0] + [0.0] * 75), np.array([25.0] + [1.0] * 75))
    assert spread.value == single.value == 0.25
    assert single.high - single.low > 2 * (spread.high - spread.low)


@pytest.mark.parametrize("carrying", [0.0, 1.0])
def test_where_none_or_all_carry_a_sign_the_buyers_count_and_not_their_notices(carrying):
    few = rate(np.full(10, carrying * 100), np.full(10, 100.0))
    many = rate(np.full(1000, carrying), np.ones(1000))
    assert few.high - few.low == pytest.approx(3.84146 / (10 + 3.84146), abs=1e-4)
    assert many.high - many.low < 0.005


def test_intervals_over_buyers_cover_when_buyers_differ_in_size_and_habit():
    """Buyers buy 1 to some hundreds of notices, and half of them never innovate."""
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        whole = np.ceil(rng.lognormal(1.0, 1.2, 400))
        habit = np.where(rng.random(400) < 0.5, 0.0, rng.beta(0.5, 9.5, 400))
        found = rate(rng.binomial(whole.astype(int), habit).astype(float), whole)
        inside += found.low <= 0.025 <= found.high
    assert inside / 400 >= 0.92


def counted_of(*batches):
    return summed([rows_of_notices(batch, RATES, FORMS) for batch in batches])


def several(*numbers, buyer="Gemeente"):
    return [notice(notice_id=f"{x}-2025", buyer=buyer) for x in numbers]


def test_a_notice_in_two_packages_counts_once():
    found = counted_of(several(1, 2) + several(3, buyer="Provincie"), several(2, 4))
    (figures,) = found.figures
    assert (found.counted, found.again, figures.total("calls")) == (4, 1, 4)
    assert len(figures.sums) == 2


def changing(number, *targets, day=0, **more):
    """A notice that takes the place of others."""
    return notice(
        notice_id=f"{number}-2025",
        published_on=dt.date(2025, 5, 27) + dt.timedelta(days=day),
        references=tuple(Reference(kind="changes", target=x) for x in targets),
        **more,
    )


UUID = "d5d2835b-dce6-4e36-a5fb-913f474b3c71"


@pytest.mark.parametrize(
    "target", ["0001-2025", "1-2025", f"{UUID}-01", UUID.upper()], ids=["0", "number", "id", "UUID"]
)
def test_a_call_that_was_changed_counts_as_it_reads_now(target):
    first = changing(1, procedure="comp-dial", version_id=f"{UUID}-01")
    last = changing(9, target, day=3, procedure="innovation")
    for batches in ([[first], [last]], [[last, first]], [[last], [first], [last]]):
        found = counted_of(*batches)
        (figures,) = found.figures
        assert (found.counted, found.replaced) == (1, 1)
        assert figures.total("calls:innovation_partnership") == 1
        assert figures.total("calls:competitive_dialogue") == 0


def test_of_several_changes_the_last_one_holds_also_where_the_first_notice_is_elsewhere():
    chain = [changing(1), changing(2, "1-2025", day=1), changing(3, "2-2025", day=2)]
    assert (counted_of(chain).counted, counted_of(chain[::-1]).replaced) == (1, 2)
    fork = [changing(2, "1-2025", day=1), changing(3, "1-2025", day=2, procedure="innovation")]
    for some in (fork, fork[::-1]):
        found = counted_of(some)
        assert (found.counted, found.replaced) == (1, 1)
        assert found.figures[0].total("calls:innovation_partnership") == 1
    circle = [changing(1, "2-2025"), changing(2, "1-2025", day=1)]
    assert counted_of(circle).counted == 1
    itself = [changing(1, "1-2025")]
    assert counted_of(itself).counted == 1


def test_a_notice_takes_the_place_of_its_own_kind_only():
    result = changing(2, "1-2025", day=1, kind="result")
    found = counted_of([changing(1), result])
    assert (found.counted, found.replaced) == (2, 0)
    absent = [changing(3, "7-2025"), changing(4, "7-2025", day=1, kind="result")]
    assert counted_of(absent).counted == 2
    # A later notice that only names an earlier one is another.
    named = notice(notice_id="5-2025", references=(Reference(kind="previous", target="1-2025"),))
    assert counted_of([changing(1), named]).counted == 2


def test_every_form_that_a_field_settles_is_a_sign_under_its_own_name():
    assert {x.label_id for x in FORMS} < set(SIGNS)
    for label in FORMS:
        for name, values in label.fields.items():
            for value in values:
                lots = (Lot(variants=value),) if name == "variants" else (Lot(),)
                told = {} if name == "variants" else {name: value}
                found = counted(row_of(notice(lots=lots, **told), RATES, FORMS))
                assert found[f"calls:{label.label_id}"] == 1, value


def test_a_form_of_a_home_of_ones_own_is_no_sign_and_no_fault():
    own = replace(FORMS[0], label_id="own_form", fields={"procedure": ("open",)})
    found = counted(row_of(notice(), RATES, [own]))
    assert found["calls"] == 1
    assert not [x for x in found if "own_form" in x]


def test_a_country_that_leaves_a_field_empty_is_named_and_gets_no_figure():
    values = np.array([row_of(notice(), RATES, FORMS)] * 40)
    silent = CountryFigures(country="IE", year=2025, sums=values)
    assert silent.tells("innovation_partnership")
    assert not silent.tells("declared_purpose")
    (warning,) = report.warnings([silent])
    assert warning.startswith("Ierland 2025: veld niet ingevuld: Onderzoek en ontwikkeling")
    line = report.tables([silent])["Aankondigingen"][1]
    at = report.tables([silent])["Aankondigingen"][0].index(
        "Innovatie als doel aangevinkt (BT-06), per 1.000 aankondigingen van een opdracht"
    )
    assert line[at : at + 4] == (None, None, None, "veld niet ingevuld")


def raws(shared):
    return raw_notices([shared / "notices" / "other_languages"], now=NOW)


def test_processes_and_order_change_nothing(shared):
    every = Period.parse("2010-01-01..2026-12-31")
    one = tally(raws(shared), every, {}, codebook=BOOK)
    two = tally(reversed([*raws(shared)]), every, {}, codebook=BOOK, jobs=2)
    assert one.counted > 30
    assert [(x.country, x.year) for x in one.figures] == [(x.country, x.year) for x in two.figures]
    for first, second in zip(one.figures, two.figures, strict=True):
        assert first.rate("innovation_partnership") == pytest.approx(
            second.rate("innovation_partnership"), nan_ok=True
        )


def test_what_stands_in_real_notices_is_what_is_counted(shared):
    """Each published call against its own XML: the procedure codes as they stand in the file."""
    for raw in raws(shared):
        read = collect.read_notice(raw)
        row = counted(row_of(read, {}, FORMS))
        body = raw.body.decode(errors="replace")
        partnership = '"procurement-procedure-type">innovation<' in body
        partnership |= "<PT_INNOVATION_PARTNERSHIP" in body
        if read.kind == "competition":
            assert ("calls:innovation_partnership" in row) == partnership, read.notice_id


def test_what_cannot_be_read_is_named_and_what_is_of_another_year_is_passed():
    broken = Unreadable(source_id="a.xml", reason="no notice")
    body = RawNotice(
        source="files",
        source_id="b.xml",
        url="",
        fetched_at=NOW,
        media_type="application/xml",
        body=b"<x/>",
    )
    found = reduced(Period.year(2025), {}, FORMS, [broken, body])
    assert [x[0] for x in found.unreadable] == ["a.xml", "b.xml"]
    assert len(found.notices) == 0


@pytest.fixture
def written(tmp_path):
    result = CliRunner().invoke(
        cli.app,
        ["compare-countries", "2024", "corpora/demo/eforms", "--folder", str(tmp_path)],
    )
    assert result.exit_code == 0, result.output
    return tmp_path, result


def test_workbook_csv_and_chart_are_written_and_agree(written):
    folder, result = written
    assert sorted(x.name for x in folder.iterdir()) == [
        "landen-2024.csv",
        "landen-2024.svg",
        "landen-2024.xlsx",
    ]
    book = load_workbook(io.BytesIO((folder / "landen-2024.xlsx").read_bytes()))
    assert book.sheetnames == ["Lees mij", "Aankondigingen", "Percelen", "Waarde", "Velden"]
    head, line = list(book["Aankondigingen"].values)[:2]
    shown = dict(zip(head, line, strict=True))
    csv = (folder / "landen-2024.csv").read_text(encoding="utf-8").splitlines()
    first = dict(zip(csv[0].split(","), csv[1].split(","), strict=True))
    title = "Innovatiepartnerschap, per 1.000 aankondigingen van een opdracht"
    assert shown["land"] == "België"
    assert shown[title] == pytest.approx(float(first["per_1000"]), abs=0.01)
    assert (folder / "landen-2024.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert "written:" in result.output


def test_packages_of_another_period_are_said_to_be_so(tmp_path):
    result = CliRunner().invoke(
        cli.app,
        ["compare-countries", "1999", "corpora/demo/eforms", "--folder", str(tmp_path)],
    )
    assert result.exit_code == 1
    assert "no calls or results of 1999" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_a_country_without_a_dutch_name_keeps_its_code():
    assert report.country_name("XK") == "XK"
    values = np.array([row_of(notice(), RATES, FORMS)])
    odd = CountryFigures(country="XK", year=2025, sums=values)
    assert report.chart(Period.year(2025), [odd], home="NL").startswith(b"<?xml")


def test_the_chart_is_the_same_bytes_from_the_same_figures():
    many = np.array([row_of(replace(notice(), procedure="innovation"), RATES, FORMS)] * 60)
    figures = [CountryFigures(country=x, year=2025, sums=many) for x in ("NL", "BE")]
    assert report.chart(Period.year(2025), figures, home="NL") == report.chart(
        Period.year(2025), figures, home="NL"
    )


def test_a_country_that_is_a_formula_is_text_in_the_workbook():
    values = np.array([row_of(notice(), RATES, FORMS)])
    hostile = CountryFigures(country='=HYPERLINK("x")', year=2025, sums=values)
    book = load_workbook(io.BytesIO(report.workbook(Tally(figures=[hostile]), Period.year(2025))))
    cell = book["Velden"]["A2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def many(country, year, number=60, **changes):
    lines = [row_of(notice(**changes), RATES, FORMS)] * number
    return CountryFigures(country=country, year=year, sums=np.array(lines))


def drawn(figures, home="NL"):
    """The texts of a chart, and how many squares mark a country."""
    svg = report.chart(Period.year(2025), figures, home=home)
    texts = etree.fromstring(svg).iter("{*}text")
    return ["".join(x.itertext()) for x in texts], svg.decode().count(COLOURS[1].lower())


def test_the_chart_draws_the_last_year_with_enough_calls_and_says_so_where_none_has():
    lone = many("FR", 2026, 49)
    texts, _ = drawn([many("NL", 2025), many("BE", 2025), lone])
    assert {"Nederland", "België"} <= {*texts}
    assert "Frankrijk" not in texts
    assert any("op TED, 2025;" in x and "50 aankondigingen of meer" in x for x in texts)
    # These notices leave five of the fields empty.
    assert texts.count("veld niet ingevuld") == 5
    texts, _ = drawn([lone])
    assert texts.count("nergens 50 aankondigingen") == 8


def test_the_country_of_the_home_is_marked():
    figures = [many("NL", 2025), many("BE", 2025)]
    assert drawn(figures, "FR")[1] == 0
    assert drawn(figures, "NL")[1] == drawn(figures, "BE")[1] > 0


def test_a_field_that_did_not_exist_yet_is_not_said_to_be_empty():
    before, since = many("NL", 2021), many("NL", 2022)
    first, second = report.warnings([before, since])
    assert "BT-06" not in first
    assert "BT-776" in second
    lines = report.tables([before, since])["Aankondigingen"]
    at = next(n for n, x in enumerate(lines[0]) if str(x).startswith("Innovatie als doel")) + 3
    assert [x[at] for x in lines[1:]] == ["veld bestond nog niet", "veld niet ingevuld"]
