"""Publications of TenderNed's dataset, made up after its columns and its transformer."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NoticeError
from pipeline.notices import collect
from pipeline.records import Amount, RawNotice
from pipeline.sources.tenderned_columns import RELEASES, ROWS

LINE = {
    "ID publicatie": 500123,
    "TenderNed kenmerk": 456789,
    "Publicatiedatum": "2025-03-04T00:00:00",
    "Publicatie soort": "Aankondiging van een gegunde opdracht",
    "Naam Aanbestedende dienst": "Voorbeeldstad",
    "Officiële naam Aanbestedende dienst": "Gemeente Voorbeeldstad",
    "Nationaal identificatienummer": 12345678,
    "Naam aanbesteding": "Beweegbare brug",
    "Korte beschrijving aanbesteding": "Twee percelen.",
    "Type opdracht": "Werken",
    "Aard van de opdracht": "Raamovereenkomst",
    "Procedure": "Innovatiepartnerschap",
    "CPV-codes": "45221119-9 Bouwen van bruggen; 45000000-7",
    "Naam gegunde onderneming": "Bouwer B.V.",
    "Datum gunning": "20-02-2025",
    "URL TenderNed": "https://www.tenderned.nl/aankondigingen/overzicht/500123",
}


def raw(lines, media_type=ROWS):
    return RawNotice(
        source="tenderned_dataset",
        source_id="2025-01-01/500123",
        url="https://www.tenderned.nl/x.xlsx",
        fetched_at=dt.datetime(2026, 7, 13, tzinfo=dt.UTC),
        media_type=media_type,
        body=json.dumps(lines).encode(),
    )


def read(*lines):
    return collect.read_notice(raw([{**LINE, **line} for line in lines]))


def euros(value):
    return Amount(value=value, currency="EUR")


def test_one_line_is_one_notice_with_one_lot():
    notice = read({})
    assert notice.notice_id == "500123"
    assert (notice.source, notice.format) == ("tenderned_dataset", "tenderned_dataset")
    assert (notice.kind, notice.procedure, notice.nature) == ("result", "innovation", "works")
    assert (notice.title, notice.description) == ("Beweegbare brug", "Twee percelen.")
    assert (notice.buyer, notice.buyer_id) == ("Gemeente Voorbeeldstad", "12345678")
    assert notice.buyer_kind == "municipality"
    assert notice.published_on == dt.date(2025, 3, 4)
    assert notice.cpv == ("45221119", "45000000")
    assert notice.procedure_key == "456789"
    assert notice.url == "https://www.tenderned.nl/aankondigingen/overzicht/500123"
    assert notice.remarks == ()
    [lot] = notice.lots
    assert (lot.lot_id, lot.outcome, lot.framework) == (None, "selec-w", True)
    assert lot.awarded_on == dt.date(2025, 2, 20)


def test_columns_of_any_release_are_read():
    old = {
        "id_publicatie": "500123",
        "publicatie_soort": "Marktconsultatie",
        "NAAM AANBESTEDING": "Brug",
        "Omschrijving Aanbesteding": "Vraag aan de markt",
        "hoofd_cpv_definitie": "45221119",
        "hoofd_sub_cpv_1": "45000000",
        "Geraamde waarde": 5000,
    }
    notice = collect.read_notice(raw([old]))
    assert (notice.kind, notice.title) == ("consultation", "Brug")
    assert notice.cpv == ("45221119", "45000000")
    assert notice.estimated == euros(5000)


def test_winners_of_one_lot_do_not_add_up():
    lines = [{"Waarde - bedrag": 100_000, "Naam gegunde onderneming": x} for x in "ABC"]
    notice = read(*lines)
    assert notice.awarded == euros(100_000)
    assert [lot.awarded for lot in notice.lots] == [euros(100_000)]


def test_lines_that_contradict_each_other_leave_a_lot_without_a_value():
    notice = read({"Waarde - bedrag": 100_000}, {"Waarde - bedrag": 25_000.5})
    assert notice.awarded is None
    assert notice.lots[0].awarded is None
    assert "lines contradict each other: awarded=25000.5 EUR, 100000 EUR" in notice.remarks


def test_lots_with_values_of_their_own_keep_them_and_the_total_is_unknown():
    notice = read(
        {"ID perceel": "1", "Naam perceel": "Val", "Definitieve waarde - bedrag": 70_000},
        {"ID perceel": "2", "Naam perceel": "Kade", "Definitieve waarde - bedrag": 30_000},
        {"ID perceel": "1", "Naam perceel": "Val", "Definitieve waarde - bedrag": 70_000},
    )
    assert [(x.lot_id, x.title, x.awarded) for x in notice.lots] == [
        ("1", "Val", euros(70_000)),
        ("2", "Kade", euros(30_000)),
    ]
    assert notice.awarded is None


def test_one_value_on_all_lots_is_the_total():
    lines = [
        {"ID perceel": x, "Oorspronkelijk geraamde waarde - bedrag": 90_000} for x in ("1", "2")
    ]
    notice = read(*lines)
    assert notice.estimated == euros(90_000)
    assert [lot.estimated for lot in notice.lots] == [None, None]
    assert "the same value for all 2 lots, read as the total: estimated" in notice.remarks


@pytest.mark.parametrize(
    ("cell", "value"),
    [(1, 1), (999.99, 999.99), ("1", 1), ("125.000,50", 125_000.5), ("125000,5", 125_000.5),
     ("1.250.000", 1_250_000), (1.234, 1.234)],
)  # fmt: skip
def test_values_are_kept_however_small_and_however_written(cell, value):
    assert read({"Waarde - bedrag": cell}).awarded == euros(value)


@pytest.mark.parametrize("cell", [0, "0", "onbekend", "12 mln", "1.25.0"])
def test_what_is_no_amount_becomes_a_remark(cell):
    notice = read({"Waarde - bedrag": cell})
    assert notice.awarded is None
    assert notice.remarks == (f"no amount: Waarde - bedrag={cell}",)


def test_a_currency_is_kept_and_euro_is_the_rule():
    notice = read({"Waarde - bedrag": 7, "Waarde - valuta": "usd"})
    assert notice.awarded == Amount(value=7, currency="USD")
    assert read({"Waarde - bedrag": 7, "Waarde - valuta": "Euro"}).awarded == euros(7)


def test_a_final_value_of_a_call_is_not_an_award():
    notice = read({"Publicatie soort": "Aankondiging van een opdracht", "Waarde - bedrag": 7})
    assert notice.kind == "competition"
    assert notice.awarded is None
    assert notice.lots[0].awarded is None
    assert notice.lots[0].outcome is None
    assert notice.remarks == ("a final value in a notice of kind competition: not read",)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Aankondiging van een opdracht", "competition"),
        ("Aankondiging opdracht", "competition"),
        ("Vooraankondiging", "planning"),
        ("Marktconsultatie", "consultation"),
        ("Aankondiging gegunde opdracht", "result"),
        ("Rectificatie van een aankondiging", "change"),
        ("Aankondiging van een wijziging", "change"),
        ("Aankondiging in geval van vrijwillige transparantie vooraf", "result"),
    ],
)
def test_the_kind_follows_from_the_sort_of_publication(label, kind):
    assert read({"Publicatie soort": label}).kind == kind


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param({"Publicatie soort": "Iets nieuws"}, "is 'Iets nieuws'", id="kind"),
        pytest.param({"Publicatie soort": None}, "no 'Publicatie soort'", id="no kind"),
        pytest.param({"ID publicatie": None}, "no 'ID publicatie'", id="no id"),
        pytest.param({"Naam aanbesteding": " "}, "no 'Naam aanbesteding'", id="no title"),
        pytest.param({"Publicatiedatum": "gisteren"}, "gisteren", id="no date"),
    ],
)
def test_a_publication_that_lacks_what_matters_is_refused(line, message):
    with pytest.raises(NoticeError, match=message):
        read(line)


def test_unknown_labels_are_kept_and_remarked():
    notice = read({"Procedure": "Iets", "Type opdracht": "Anders", "Aard van de opdracht": "?"})
    assert (notice.procedure, notice.nature, notice.lots[0].framework) == ("Iets", "Anders", None)
    assert set(notice.remarks) == {
        "unknown code: Procedure=Iets",
        "unknown code: Type opdracht=Anders",
        "unknown code: Aard van de opdracht=?",
    }


def test_a_new_column_is_reported():
    assert read({"Innovatief": "Ja", "ON plaats": "Ede"}).remarks == ("unread column: Innovatief",)


def test_a_market_consultation_among_procedures_is_no_procedure():
    notice = read({"Procedure": "Marktconsultatie", "Publicatie soort": "Aankondiging"})
    assert (notice.kind, notice.procedure) == ("consultation", None)


@pytest.mark.parametrize("body", [b"{", b"{}", b"[]", b"[7]", b'"x"'])
def test_what_are_no_lines_is_refused(body):
    for media_type in (ROWS, RELEASES):
        broken = raw([], media_type)
        with pytest.raises(NoticeError, match="2025-01-01/500123"):
            collect.read_notice(
                RawNotice(**{n: getattr(broken, n) for n in broken.__slots__} | {"body": body})
            )


def release(number, *, lots=(), awards=(), **tender):
    return {
        "ocid": "ocds-1l04xe-456789",
        "id": f"500123-{number}",
        "date": "2025-03-04T00:00:00Z",
        "tag": ["tender", "award"] if awards else ["tender"],
        "buyer": {"name": "Gemeente Voorbeeldstad"},
        "tender": {
            "title": "Beweegbare brug",
            "procurementMethod": "open",
            "procurementMethodDetails": "Innovatiepartnerschap",
            "mainProcurementCategory": "works",
            "lots": [{"id": x} for x in lots],
            **tender,
        },
        "awards": list(awards),
    }


def award(value, *lots, name="Bouwer"):
    money = {"amount": value, "currency": "EUR"} if value is not None else None
    return {"id": f"{name}-{lots}", "value": money, "relatedLots": list(lots)}


def read_releases(*releases):
    return collect.read_notice(raw(list(releases), RELEASES))


def test_a_release_is_named_after_its_publication():
    notice = read_releases(release(-8123, value={"amount": 50, "currency": "EUR"}))
    assert notice.notice_id == "500123"
    assert notice.procedure_key == "ocds-1l04xe-456789"
    assert notice.format == "tenderned_dataset"
    # The label, not the method "open" that a transformer made of it.
    assert notice.procedure == "innovation"
    assert notice.estimated == euros(50)


def test_releases_of_lots_and_winners_become_one_notice_with_lots():
    notice = read_releases(
        release(1, lots=["A"], awards=[award(70_000, "A", name="Een")]),
        release(2, lots=["A"], awards=[award(70_000, "A", name="Ander")]),
        release(3, lots=["B"], awards=[award(30_000, "B")]),
    )
    assert notice.kind == "result"
    assert [(x.lot_id, x.awarded) for x in notice.lots] == [
        ("A", euros(70_000)),
        ("B", euros(30_000)),
    ]
    assert notice.awarded is None


def test_releases_without_lots_have_one_award():
    notice = read_releases(release(1, awards=[award(70_000)]), release(2, awards=[award(70_000)]))
    assert notice.awarded == euros(70_000)
    assert [x.awarded for x in notice.lots] == [euros(70_000)]


def test_releases_that_contradict_each_other_have_no_value():
    notice = read_releases(
        release(1, lots=["A"], awards=[award(70_000, "A")]),
        release(2, lots=["A"], awards=[award(1_000, "A")]),
    )
    assert notice.lots[0].awarded is None
    assert "lines contradict each other: A=1000, 70000" in notice.remarks


def test_one_award_value_on_all_lots_is_the_total():
    notice = read_releases(
        release(1, lots=["A"], awards=[award(70_000, "A")]),
        release(2, lots=["B"], awards=[award(70_000, "B")]),
    )
    assert notice.awarded == euros(70_000)
    assert [x.awarded for x in notice.lots] == [None, None]


@pytest.mark.parametrize("wrong", [{"tender": 7}, {"awards": [7]}, {"tag": 7}])
def test_a_release_of_another_shape_is_refused(wrong):
    with pytest.raises(NoticeError):
        read_releases({**release(1), **wrong}, release(2))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted({*LINE, "Waarde - bedrag", "ID perceel"})), ANYTHING)
def test_whatever_a_cell_holds_is_a_notice_or_refused(name, cell):
    try:
        notice = read({name: cell}, {})
    except NoticeError as error:
        assert "2025-01-01/500123" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert notice.title


@given(st.sampled_from(["tender", "awards", "tag", "date", "buyer", "parties"]), ANYTHING, ANYTHING)
def test_whatever_a_release_holds_is_a_notice_or_refused(name, member, lot):
    changed = {**release(1, lots=["A"], awards=[award(5, "A")]), name: member}
    other = release(2)
    other["tender"]["lots"] = [lot]
    for releases in ([changed], [changed, other], [other, changed]):
        try:
            notice = read_releases(*releases)
        except NoticeError as error:
            assert "2025-01-01/500123" in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert notice.title
