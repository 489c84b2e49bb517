"""Rows of tables, whatever the table was."""

import datetime as dt
import json

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
    ("column", "value"),
    [
        ("published_on", "31/01/2026"),
        ("published_on", "2026-13-01"),
        ("published_on", "31-01-26"),
        ("published_on", "1"),
        ("value_eur", "1.250.000,00"),
        ("value_eur", "€ 100"),
        ("value_eur", "-1"),
        ("value_eur", "1_000"),
        ("award_value_eur", "inf"),
        ("award_value_eur", "1e999"),
        ("kind", "gunning"),
        ("buyer_kind", "gemeente"),
        ("title", ["a"]),
        ("description", {"a": 1}),
    ],
)
def test_a_wrong_value_is_refused_with_column_and_value(column, value):
    with pytest.raises(NoticeError) as caught:
        read(**{column: value})
    assert str(caught.value).startswith(f"a.csv#2: {column} is {value!r}; expected ")


@pytest.mark.parametrize("column", ["notice_id", "title"])
def test_a_notice_needs_an_id_and_a_title(column):
    with pytest.raises(NoticeError, match=column):
        read(**{column: " "})


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
    assert notice.lots[0].innovation == ("nieuw",)
    assert notice.lots[0].innovation_declared == "declared"
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
