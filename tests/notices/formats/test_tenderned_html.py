"""TenderNed's renderings, made up in the layouts that were seen."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NoticeError
from pipeline.notices import collect
from pipeline.notices.formats import tenderned_html
from pipeline.notices.formats._tenderned_triples import Triple, triples
from pipeline.notices.formats._tenderned_values import stated_amount, stated_day
from pipeline.notices.formats._xml import Remarks
from pipeline.records import Amount, Lot, Notice, RawNotice
from pipeline.sources.tenderned import HTML


def header(level, number, name, value=""):
    colon = f'<span class="text">: </span><span class="value">{value}</span>' if value else ""
    return (
        f'<tr class="header{level}"><th colspan="2">{number} <span class="label">{name}</span>'
        f"{colon}</th></tr>"
    )


def row(label, value, unit=""):
    unit = f'<span class="text"> </span><span class="dynamic-label">{unit}</span>' if unit else ""
    return (
        f'<tr>\n<td><span class="label">{label}</span><span class="text">: </span></td>\n'
        f'<td><span class="value">{value}</span>{unit}</td>\n</tr>'
    )


def alone(label):
    return f'<tr><td colspan="2"><span class="label">{label}</span><span>:</span></td></tr>'


def table(*rows):
    return "<table><tbody>" + "".join(rows) + "</tbody></table>"


AWARD = table(
    header(1, "1.", "Koper"),
    header(2, "1.1", "Koper"),
    row("Offici&euml;le naam", "Gemeente Voorbeeldstad"),
    row("E-mail", "a.persoon@example.org"),
    header(1, "2.", "Procedure"),
    header(2, "2.1", "Procedure"),
    row("Titel", "Beweegbare brug &amp; kade"),
    row("Beschrijving", "Twee percelen."),
    row("Type procedure", "Innovatiepartnerschap"),
    header(3, "2.1.1", "Doel"),
    row("Belangrijkste classificatie (cpv)", "45221119 Bouwen van bruggen"),
    row("Aanvullende classificatie (cpv)", "45000000 Bouwwerkzaamheden"),
    header(3, "2.1.3", "Waarde"),
    row("Geraamde waarde exclusief btw", "800\u2009000", "Euro"),
    header(1, "5.", "Perceel"),
    header(2, "5.1", "Technische ID van het kavel", "LOT-0001"),
    row("Titel", "Val"),
    row("Beschrijving", "De val van de brug."),
    header(3, "5.1.5", "Waarde"),
    row("Geraamde waarde exclusief btw", "500\u202f000,50", "Euro"),
    header(3, "5.1.7", "Strategische aanbesteding"),
    row("Doel van strategische aanbestedingen", "Innovatieve aankoop"),
    row("Beschrijving", "Een val van bamboe."),
    header(3, "5.1.10", "Gunningscriteria"),
    row("Naam", "Kwaliteit"),
    row("Beschrijving", "Plan van aanpak"),
    row("Gewicht", "60"),
    header(2, "5.1", "Technische ID van het kavel", "LOT-0002"),
    row("Titel", "Kade"),
    row("Belangrijkste classificatie (cpv)", "45241000 Havenwerken"),
    header(1, "6.", "Resultaten"),
    row("Waarde van alle contracten toegekend in deze kennisgeving", "790 000", "Euro"),
    header(2, "6.1", "ID resultaat perceel", "LOT-0001"),
    alone("Er is ten minste één winnaar gekozen."),
    row("Maximumwaarde van de raamovereenkomst", "900 000", "Euro"),
    alone("Winnaar"),
    row("Offici&euml;le naam", "Bouwer B.V."),
    row("Waarde van de aanbesteding", "400 000", "Euro"),
    row("Datum van sluiting van het contract", "01/06/2026"),
    row("Datum waarop de winnaar is gekozen", "15/05/2026"),
    alone("Winnaar"),
    row("Offici&euml;le naam", "Jansen"),
    row("Waarde van het resultaat", "90 000", "Euro"),
    header(2, "6.1", "ID resultaat perceel", "LOT-0002"),
    header(1, "8.", "Organisaties"),
    row("Telefoon", "0301234567"),
)


def raw(html, source_id="470012/html", media_type=HTML):
    return RawNotice(
        source="tenderned",
        source_id=source_id,
        url="https://www.tenderned.nl/x",
        fetched_at=dt.datetime(2026, 6, 13, tzinfo=dt.UTC),
        media_type=media_type,
        body=json.dumps({"html": html}).encode(),
    )


def read(html):
    return tenderned_html.read(raw(html))


def test_a_rendering_becomes_triples_of_section_label_and_value():
    assert triples(AWARD, place="x")[5:8] == [
        Triple(section="2.1", lot=None, label="", value="2.1 Procedure", header=True),
        Triple(section="2.1", lot=None, label="Titel", value="Beweegbare brug & kade"),
        Triple(section="2.1", lot=None, label="Beschrijving", value="Twee percelen."),
    ]


def test_a_result_is_read_with_its_lots_and_values():
    notice = read(AWARD)
    assert notice.notice_id == "470012"
    assert (notice.format, notice.kind, notice.language) == ("tenderned_html", "result", "nl")
    assert notice.title == "Beweegbare brug & kade"
    assert notice.description == "Twee percelen."
    assert notice.buyer == "Gemeente Voorbeeldstad"
    assert notice.procedure == "innovation"
    assert notice.cpv == ("45221119", "45000000")
    assert notice.estimated == Amount(value=800_000, currency="EUR")
    assert notice.awarded == Amount(value=790_000, currency="EUR")
    assert notice.lots == (
        Lot(
            lot_id="LOT-0001",
            title="Val",
            description="De val van de brug.",
            estimated=Amount(value=500_000.5, currency="EUR"),
            # 400 000 + 90 000: two winning tenders of one lot
            awarded=Amount(value=490_000, currency="EUR"),
            framework_maximum=Amount(value=900_000, currency="EUR"),
            criteria=("Kwaliteit", "Plan van aanpak"),
            outcome="selec-w",
            awarded_on=dt.date(2026, 5, 15),
            purposes=("inn-pur",),
        ),
        Lot(lot_id="LOT-0002", title="Kade", cpv=("45241000",)),
    )


def test_labels_that_nobody_reads_become_remarks_but_their_values_and_people_do_not():
    remarks = read(AWARD).remarks
    assert "unread label: 5.1.10 Gewicht" in remarks
    told = " ".join(remarks)
    assert "60" not in told
    assert "persoon" not in told
    assert "Telefoon" not in told


def test_the_older_wording_is_read():
    older = table(
        header(1, "1.", "Koper"),
        row("Officiële naam", "[ Gemeente Voorbeeldstad ] ---"),
        header(1, "2.", "Procedure"),
        row("Titel", "Brug"),
        header(1, "6.", "Resultaten"),
        row("Waarde van alle in het kader van deze procedure gegunde opdrachten", "3 583 200 EUR"),
        header(2, "6.1", "Resultaat Lot Identifier", "LOT-0000"),
        row("Waarde van het resultaat", "3 583 200 EUR"),
        row("Datum van sluiting van het contract", "2023-06-26+02:00"),
    )
    notice = read(older)
    assert notice.buyer == "Gemeente Voorbeeldstad"
    assert notice.awarded == Amount(value=3_583_200, currency="EUR")
    [lot] = notice.lots
    assert lot.awarded == notice.awarded
    assert lot.awarded_on == dt.date(2023, 6, 26)


def test_a_rendering_in_english_is_read():
    english = table(
        header(1, "1.", "Buyer"),
        header(1, "2.", "Procedure"),
        row("Title", "Bridge"),
        row("Estimated value excluding VAT", "3 100 000", "Euro"),
        header(1, "6.", "Results"),
        row("Maximum value of the framework agreements in this notice", "9 000 000", "Euro"),
        header(2, "6.1", "Result lot ldentifier", "LOT-0000"),
        alone("At least one winner was chosen."),
        row("Value of the lowest admissible tender", "1 000", "Euro"),
        row("Value of the tender", "3 000 000", "Euro"),
    )
    notice = read(english)
    assert (notice.language, notice.kind) == ("en", "result")
    assert notice.estimated == Amount(value=3_100_000, currency="EUR")
    # The ceiling of frameworks is no award.
    assert notice.awarded is None
    assert notice.lots[0].awarded == Amount(value=3_000_000, currency="EUR")


def test_a_language_that_is_not_read_is_said():
    german = table(header(1, "1.", "Käufer"), header(1, "2.", "Verfahren"), row("Titel", "Brücke"))
    notice = read(german)
    assert notice.language is None
    assert "labels in a language that is not read: käufer, verfahren" in notice.remarks


@pytest.mark.parametrize(
    ("text", "purposes", "remarks"),
    [
        ("Innovatieve aankoop", ("inn-pur",), 0),
        ("Geen strategische aanbesteding", ("none",), 0),
        ("Innovatieve aankoop, Vermindering van milieueffecten", ("inn-pur", "env-imp"), 0),
        ("Iets anders", ("Iets anders",), 1),
        ("", None, 0),
    ],
)
def test_the_strategic_purpose_is_read_and_never_guessed(text, purposes, remarks):
    lot = header(2, "5.1", "Perceel", "LOT-0001")
    told = row("Doel van strategische aanbestedingen", text)
    found = read(
        table(header(1, "1.", "Koper"), header(1, "2.", "Procedure"), row("Titel", "x"), lot, told)
    )
    assert found.lots[0].purposes == purposes
    assert len([x for x in found.remarks if "BT-06" in x]) == remarks


def test_an_award_of_which_one_tender_is_unknown_has_no_value():
    html = table(
        header(1, "2.", "Procedure"),
        row("Titel", "x"),
        header(1, "6.", "Resultaten"),
        header(2, "6.1", "ID resultaat perceel", "LOT-0001"),
        row("Waarde van de aanbesteding", "400 000", "Euro"),
        row("Waarde van de aanbesteding", "-"),
    )
    notice = read(html)
    assert notice.lots[0].awarded is None
    assert any(x.startswith("no total: awarded LOT-0001") for x in notice.remarks)


OLDER_FORM = (
    '<div id="publicatie"><h3 class="section-header-1">Afdeling I: <span>Aanbestedende dienst'
    "</span></h3><dl><dt>Officiële benaming:</dt><dd>Gemeente Voorbeeldstad</dd></dl>"
    '<h3 class="section-header-1">Afdeling II: <span>Voorwerp</span></h3>'
    "<h5>II.1.1) <span>Benaming: </span></h5><p>Brug en kade</p>"
    "<h5>II.1.5) <span>Geraamde totale waarde</span></h5>"
    "<p>Waarde, exclusief btw: 1.250.000,00</p><p>Munt: EUR</p>"
    '<h3 class="section-header-1">Afdeling V: <span>Gunning van een opdracht</span></h3>'
    "<p><span>Opdracht nr.: </span>-<br /><span>Perceel nr.: </span>1<br />"
    "<span>Benaming: </span>Brug</p>"
    "<h5><span>V.2.1)</span> <span>Datum van de sluiting van de overeenkomst: </span></h5>"
    "<p>20/10/2022</p>"
    "<h5><span>V.2.3)</span> <span>Naam en adres van de contractant</span></h5>"
    "<dl><dt>Offici&euml;le benaming:</dt><dd>Een B.V.</dd><dt>Plaats:</dt><dd>Ede</dd></dl>"
    "<h5><span>V.2.3)</span> <span>Naam en adres van de contractant</span></h5>"
    "<dl><dt>Offici&euml;le benaming:</dt><dd>Ander B.V.</dd></dl>"
    "<h5><span>V.2.4)</span> <span>Inlichtingen over de waarde</span></h5>"
    "<p>Aanvankelijk geraamde totale waarde van de opdracht/het perceel: <br />1,00</p>"
    "<p>Totale waarde van de opdracht/het perceel: 1 200 000,00</p><p>Munt: EUR</p>"
    '<h3 class="section-header-1">Afdeling V: <span>Gunning van een opdracht</span></h3>'
    "<p><span>Perceel nr.: </span>2<br /><span>Benaming: </span>-</p>"
    '<h3 class="section-header-1">Afdeling VI: <span>Aanvullende inlichtingen</span></h3>'
    "<dl><dt>Officiële benaming:</dt><dd>Rechtbank Voorbeeld</dd></dl></div>"
)


def test_a_standard_form_from_before_eforms_is_read():
    notice = read(OLDER_FORM)
    assert (notice.title, notice.kind, notice.language) == ("Brug en kade", "result", "nl")
    assert notice.estimated == Amount(value=1_250_000, currency="EUR")
    # One value for two contractors together, once.
    assert notice.lots == (
        Lot(
            lot_id="1",
            title="Brug",
            awarded=Amount(value=1_200_000, currency="EUR"),
            outcome="selec-w",
            awarded_on=dt.date(2022, 10, 20),
        ),
        Lot(lot_id="2"),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("800 000 Euro", 800_000),
        ("1.250.000,50 EUR", 1_250_000.5),
        ("1 234 567.89 Euro", 1_234_567.89),
        ("€ 2.500", 2_500),
        ("1,00 EUR", 1),
        ("12 euro", 12),
    ],
)
def test_amounts_are_read_as_they_are_written(text, value):
    assert stated_amount(text, "x", Remarks()) == Amount(value=value, currency="EUR")


@pytest.mark.parametrize(
    "text", ["", "-", "800 000", "Euro", "0 Euro", "1.2.3 Euro", "circa 5 Euro"]
)
def test_what_is_no_amount_becomes_a_remark(text):
    remarks = Remarks()
    assert stated_amount(text, "x", remarks) is None
    assert remarks == [f"no amount: x={text}"]


def test_another_currency_is_kept():
    assert stated_amount("1 000 GBP", "x", Remarks()) == Amount(value=1_000, currency="GBP")


@pytest.mark.parametrize("text", ["-", "31/02/2026", "2026-13-01", "1-2-2026"])
def test_what_is_no_day_becomes_a_remark(text):
    remarks = Remarks()
    assert stated_day(text, remarks) is None
    assert remarks == [f"no date: {text}"]


@pytest.mark.parametrize(
    ("html", "message"),
    [
        pytest.param("", "no HTML", id="empty"),
        pytest.param("<div><p>Iets anders</p></div>", "without headers", id="another layout"),
        pytest.param(table(header(1, "1.", "Koper")), "without a title", id="no title"),
        pytest.param(7, "expected text", id="no text"),
    ],
)
def test_what_is_no_rendering_is_refused(html, message):
    with pytest.raises(NoticeError, match=f"470012/html: .*{message}"):
        read(html)


def test_a_rendering_is_recognised_by_what_is_in_it():
    assert collect.read_notice(raw(AWARD, media_type="application/json")).format == "tenderned_html"
    other = RawNotice(
        source="tenderned",
        source_id="1",
        url="x",
        fetched_at=dt.datetime(2026, 6, 13, tzinfo=dt.UTC),
        media_type="application/json",
        body=b'{"html": "x", "publicatieId": 1}',
    )
    assert not tenderned_html.matches(other)


def test_scripts_and_external_things_in_a_rendering_do_nothing():
    nasty = AWARD.replace(
        "Twee percelen.",
        "Twee <script>alert(1)</script><img src='http://example.org/x'>&xxe; percelen.",
    )
    assert read(nasty).lots == read(AWARD).lots


DETAIL = Notice(
    notice_id="470012",
    source="tenderned",
    format="tenderned_json",
    kind="result",
    title="Brug",
    cpv=("45221119",),
    lots=(Lot(cpv=("45221119",), nature="works", framework=True, outcome="clos-nw"),),
    remarks=("of the detail",),
)


def test_a_detail_is_completed_with_what_only_its_rendering_has():
    whole = tenderned_html.completed(DETAIL, read(AWARD))
    assert (whole.notice_id, whole.format, whole.title) == ("470012", "tenderned_json", "Brug")
    assert (whole.cpv, whole.language) == (("45221119",), "nl")
    assert whole.estimated == Amount(value=800_000, currency="EUR")
    first, second = whole.lots
    assert first.awarded == Amount(value=490_000, currency="EUR")
    assert (first.cpv, first.outcome) == (("45221119",), "selec-w")
    assert (second.cpv, second.outcome) == (("45241000",), "clos-nw")
    assert (second.nature, second.framework) == ("works", True)
    assert whole.remarks[0] == "of the detail"


def test_a_rendering_without_lots_or_kind_takes_nothing_away():
    bare = read(table(header(1, "1.", "Koper"), header(1, "2.", "Procedure"), row("Titel", "x")))
    whole = tenderned_html.completed(DETAIL, bare)
    assert (whole.lots, whole.kind, whole.remarks) == (DETAIL.lots, "result", DETAIL.remarks)


PIECES = st.one_of(
    st.text(max_size=20),
    st.builds(row, st.sampled_from(["Titel", "Waarde van het resultaat", "x"]), st.text()),
    st.builds(header, st.integers(0, 4), st.sampled_from(["1.", "5.1", "6.", "", "a"]), st.text()),
    st.sampled_from(["<tr>", "</table>", "<h3>Afdeling V:</h3>", "<p>V.2.1) a: 1/1/2020</p>"]),
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_rendered_is_a_notice_or_refused(html):
    try:
        notice = read(html)
    except NoticeError as error:
        assert "470012/html" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert notice.title
