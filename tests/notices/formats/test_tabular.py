"""Rows of tables, whatever the table was."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import tabular
from pipeline.records import ROW, Amount, Lot, Notice, RawNotice

LEAST = {"notice_id": "a-1", "title": "Brug", "kind": "competition"}


def read(**cells) -> Notice:
    return tabular.read(
        RawNotice(
            source="files",
            source_id="a.csv#2",
            url="a.csv",
            fetched_at=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
            media_type=ROW,
            body=json.dumps(LEAST | cells).encode(),
        )
    )


def test_a_row_with_every_column_is_read_whole():
    lot = Lot(
        cpv=("73000000", "72000000"),
        nature="services",
        estimated=Amount(value=125000.5, currency="EUR"),
        awarded=Amount(value=90000, currency="EUR"),
        variants="allowed",
        purposes=("inn-pur", "env-imp"),
        innovation=("rd-act",),
    )
    assert read(
        description="Een brug",
        procedure="Innovatiepartnerschap",
        cpv="73000000-2; 72000000,73000000",
        buyer="Gemeente Voorbeeldstad",
        published_on="31-01-2026",
        value_eur="125000.50",
        award_value_eur=90000,
        language="NL",
        kind="result",
        nature="Diensten",
        country="nl",
        url="https://example.org/1",
        subtype="29",
        buyer_kind="central",
        procedure_key="p-1",
        variants="allowed",
        innovation="rd-act",
        purposes="inn-pur;env-imp",
        something="else",
    ) == Notice(
        notice_id="a-1",
        source="files",
        format="tabular",
        subtype="29",
        kind="result",
        published_on=dt.date(2026, 1, 31),
        language="nl",
        country="NL",
        buyer="Gemeente Voorbeeldstad",
        buyer_kind="central",
        title="Brug",
        description="Een brug",
        procedure="innovation",
        cpv=("73000000", "72000000"),
        nature="services",
        estimated=Amount(value=125000.5, currency="EUR"),
        awarded=Amount(value=90000, currency="EUR"),
        lots=(lot,),
        procedure_key="p-1",
        url="https://example.org/1",
    )


def test_blank_cells_are_unknown():
    blanks = dict.fromkeys(("description", "cpv", "value_eur", "innovation", "buyer", "url"), " ")
    assert read(**blanks) == read() == read(**dict.fromkeys(blanks))
    assert read().lots == (Lot(),)


def test_a_number_of_zero_is_unknown():
    assert read(value_eur="0").estimated is None


@pytest.mark.parametrize(
    "written",
    ["2026-01-31", "31-01-2026", "2026-01-31T00:00:00", "2026-01-31 00:00:00", "2026-01-31T00:00Z"],
)
def test_dates_are_iso_or_dutch(written):
    assert read(published_on=written).published_on == dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("published_on", "gisteren", "a date like 2026-01-31 or 31-01-2026"),
        ("published_on", "2026-13-01", "a date like 2026-01-31 or 31-01-2026"),
        ("published_on", "31-01-26", "a date like 2026-01-31 or 31-01-2026"),
        ("published_on", "1", "a date like 2026-01-31 or 31-01-2026"),
        ("published_on", ["a"], "a date like 2026-01-31 or 31-01-2026"),
        ("value_eur", "n.v.t.", "a number of at least 0"),
        ("value_eur", "-1", "a number of at least 0"),
        ("value_eur", -1, "a number of at least 0"),
        ("value_eur", True, "text or a number"),
        ("value_eur", "1_000", "a number of at least 0"),
        ("value_eur", "$ 100", "a number of at least 0"),
        ("award_value_eur", "inf", "a number of at least 0"),
        ("award_value_eur", "1e999", "a number of at least 0"),
        ("value_eur", "1.234", "a number that is the same in Dutch and in English"),
        ("value_eur", "€ 1,234", "a number that is the same in Dutch and in English"),
        ("buyer", {"a": 1}, "text or a number"),
        ("cpv", {"a": 1}, "codes"),
    ],
)
def test_what_is_badly_written_becomes_a_remark_and_stays_unknown(column, value, expected):
    assert read(**{column: value}) == replace(
        read(), remarks=(f"not read: {column} is {value!r}; expected {expected}",)
    )


@pytest.mark.parametrize(
    ("value", "euros"),
    [
        ("1.234.567,89", 1234567.89),
        ("1,234,567.89", 1234567.89),
        ("€ 1.000.000", 1_000_000),
        ("EUR 1.000.000,-", 1_000_000),
        ("1 250 000", 1_250_000),
        ("1\xa0250\xa0000,50", 1_250_000.5),
        ("125000,5", 125_000.5),
        ("125000.50", 125_000.5),
        ("1,25E+06", 1_250_000),
        ("12,345678", 12.345678),
        ("€ 100", 100),
        (1.234, 1.234),
        (125000, 125_000),
    ],
)
def test_numbers_are_read_as_dutch_and_english_people_write_them(value, euros):
    notice = read(value_eur=value)
    assert (notice.estimated.value, notice.remarks) == (euros, ())


DAYS_OF_2024 = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)]
DUTCH_MONTHS = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda day: f"{day.day}-{day.month}-{day.year}", id="Dutch Excel"),
        pytest.param(lambda day: f"{day:%d-%m-%Y %H:%M}", id="with a time"),
        pytest.param(lambda day: f"{day:%d/%m/%Y}", id="slashes"),
        pytest.param(lambda day: f"{day.day}.{day.month}.{day.year}", id="dots"),
        pytest.param(lambda day: f"{day.day} {DUTCH_MONTHS[day.month - 1]} {day.year}", id="words"),
        pytest.param(lambda day: f"{day:%d-%b-%Y}", id="English Excel"),
        pytest.param(lambda day: f"{day:%B} {day.day}, {day.year}", id="English"),
        pytest.param(lambda day: f"{day:%Y%m%d}", id="compact"),
        pytest.param(lambda day: 45292 + (day - DAYS_OF_2024[0]).days, id="serial"),
        pytest.param(lambda day: f"{45292 + (day - DAYS_OF_2024[0]).days}.5", id="serial and time"),
    ],
)
def test_every_day_of_a_year_is_read_as_people_and_excel_write_it(written):
    assert [read(published_on=written(day)).published_on for day in DAYS_OF_2024] == DAYS_OF_2024


def test_a_slash_with_the_month_first_is_read_where_it_can_be_nothing_else():
    assert read(published_on="12/31/2024").published_on == dt.date(2024, 12, 31)
    assert read(published_on="12-31-2024").published_on is None


@pytest.mark.parametrize("column", ["title", "description"])
def test_a_text_that_is_no_text_is_refused_with_column_and_value(column):
    with pytest.raises(NoticeError, match=rf"^a.csv#2: {column} is \['a'\]; expected text"):
        read(**{column: ["a"]})


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    with pytest.raises(NoticeError) as caught:
        read(notice_id=" ", title=True, description=["a"])
    assert str(caught.value) == (
        "a.csv#2: title is True; expected text; a.csv#2: description is ['a']; expected text; "
        "a.csv#2: notice_id is ' '; expected a text"
    )


def test_a_notice_needs_an_id_and_a_title_or_a_text():
    with pytest.raises(NoticeError, match="notice_id is ' '; expected a text"):
        read(notice_id=" ")
    with pytest.raises(NoticeError, match="title is ' '; expected a text, or one in description"):
        read(title=" ")
    notice = read(title=None, description="Een brug")
    assert (notice.title, notice.description, notice.remarks) == ("", "Een brug", ("no title",))


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "mijn soort"), ("buyer_kind", "Klasse A"), ("variants", "ja"), ("innovation", "ja")],
)
def test_a_column_of_ones_own_with_a_name_of_ours_says_nothing(column, value):
    notice = read(**{column: value})
    assert notice.kind == "competition"
    assert (notice.buyer_kind, notice.lots) == (None, (Lot(),))
    assert f"unknown code: {column}={value}" in notice.remarks


def test_kinds_may_be_dutch():
    assert read(kind="Rectificatie").kind == "change"
    assert read(buyer_kind="Waterschap").buyer_kind == "water_board"


def test_numbers_that_are_names_lose_the_point_of_a_spreadsheet():
    assert read(notice_id=356212.0).notice_id == "356212"


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("procedure", "Iets nieuws", "Iets nieuws"),
        ("nature", "mengsel", "mengsel"),
        ("language", "Nederlands", None),
        ("country", "NLD", None),
    ],
)
def test_an_unknown_code_becomes_a_remark(column, value, kept):
    notice = read(**{column: value})
    assert getattr(notice, column) == kept
    assert notice.remarks == (f"unknown code: {column}={value}",)


def test_unknown_codes_of_a_lot_become_remarks():
    notice = read(cpv="73;72000000", variants="ja", innovation="nieuw", purposes="none")
    assert notice.cpv == ("72000000",)
    assert notice.lots[0].innovation is None
    assert notice.lots[0].innovation_declared == "none"
    assert notice.remarks == (
        "unknown code: cpv=73",
        "unknown code: variants=ja",
        "unknown code: innovation=nieuw",
    )


def test_codes_may_be_a_list_as_in_parquet():
    assert read(cpv=["73000000-2", None, 72000000]).cpv == ("73000000", "72000000")


def test_three_states_of_a_declaration():
    assert read(purposes="none").lots[0].innovation_declared == "none"
    assert read(purposes="inn-pur").lots[0].innovation_declared == "declared"
    assert read().lots[0].innovation_declared == "absent"


@pytest.mark.parametrize("code", ["open", "neg-wo-call", "comp-dial", "innovation"])
def test_a_procedure_may_be_an_eforms_code(code):
    assert read(procedure=code).procedure == code


def test_without_a_kind_it_is_a_competition_or_a_consultation():
    plain, consultation = read(kind=None), read(kind=None, procedure="Marktconsultatie")
    assert (plain.kind, plain.remarks) == ("competition", ("kind not given: read as competition",))
    assert (consultation.kind, consultation.procedure) == ("consultation", None)


def test_an_address_that_is_no_web_address_is_left_out():
    notice = read(url="javascript:alert(1)")
    assert (notice.url, notice.remarks) == (None, ("no web address: url",))


def test_the_buyer_is_known_by_its_name():
    assert read(buyer="Gemeente Voorbeeldstad").buyer_kind == "municipality"


def test_entities_and_unseen_characters_are_cleaned():
    title = "R&amp;D&not \ud800\u200b\x07&#8364;"
    assert read(title=title).title == "R&D&not €"
