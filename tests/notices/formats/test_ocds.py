"""OCDS releases, made up after the TenderNed dataset and the standard."""

import datetime as dt
import json

import pytest

from pipeline.errors import NoticeError
from pipeline.notices.formats import ocds
from pipeline.records import Amount, Lot, Notice, RawNotice

RELEASE = {
    "ocid": "ocds-1l04xe-456789",
    "id": "356212-1",
    "date": "2026-01-30T00:00:00Z",
    "tag": ["tender", "award"],
    "language": "nl",
    "initiationType": "tender",
    "buyer": {"id": "12345678", "name": "Gemeente Voorbeeldstad"},
    "parties": [
        {"id": "9", "name": "Bouwer B.V.", "roles": ["supplier"]},
        {
            "id": "12345678",
            "name": "Gemeente Voorbeeldstad",
            "roles": ["buyer"],
            "address": {"countryName": "Nederland"},
            "contactPoint": {"name": "A. Persoon", "email": "a@example.org"},
        },
    ],
    "tender": {
        "id": "t",
        "title": "Beweegbare brug",
        "description": "Twee percelen.",
        "procurementMethod": "open",
        "procurementMethodDetails": "Niet-openbaar",
        "mainProcurementCategory": "works",
        "classification": {"scheme": "CPV", "id": "45000000-7"},
        "items": [
            {"id": "1", "classification": {"scheme": "CPV", "id": "45221119"}, "relatedLot": "B"},
            {"id": "2", "classification": {"scheme": "CPC", "id": "53"}, "relatedLot": "A"},
        ],
        "value": {"amount": 900000, "currency": "EUR"},
        "awardCriteriaDetails": "Beste prijs-kwaliteit verhouding",
        "techniques": {"hasFrameworkAgreement": True},
        "lots": [
            {"id": "A", "title": "Val", "value": {"amount": 500000.5, "currency": "EUR"}},
            {"id": "B", "title": "Weg", "description": "Asfalt", "status": "complete"},
        ],
        "documents": [{"documentType": "tenderNotice", "url": "https://example.org/356212"}],
    },
    "awards": [
        {
            "id": "1",
            "status": "active",
            "date": "2026-01-20T00:00:00Z",
            "value": {"amount": 100000, "currency": "EUR"},
            "relatedLots": ["A"],
        },
        {
            "id": "2",
            "status": "active",
            "value": {"amount": 50000, "currency": "EUR"},
            "relatedLots": ["A"],
        },
        {"id": "3", "status": "unsuccessful", "relatedLots": ["B"]},
    ],
}


def raw(release) -> RawNotice:
    return RawNotice(
        source="files",
        source_id="2026.json#3",
        url="2026.json",
        fetched_at=dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
        media_type="application/json",
        body=json.dumps(release).encode(),
    )


def read(*, tender=None, **changes) -> Notice:
    return ocds.read(raw(RELEASE | {"tender": RELEASE["tender"] | (tender or {})} | changes))


def test_a_release_is_read_whole():
    assert read() == Notice(
        notice_id="356212-1",
        source="files",
        format="ocds",
        kind="result",
        published_on=dt.date(2026, 1, 30),
        language="nl",
        country="NL",
        buyer="Gemeente Voorbeeldstad",
        buyer_id="12345678",
        buyer_kind="municipality",
        title="Beweegbare brug",
        description="Twee percelen.",
        procedure="restricted",
        cpv=("45000000", "45221119"),
        nature="works",
        estimated=Amount(value=900000, currency="EUR"),
        criteria=("Beste prijs-kwaliteit verhouding",),
        lots=(
            Lot(
                lot_id="A",
                title="Val",
                nature="works",
                estimated=Amount(value=500000.5, currency="EUR"),
                awarded=Amount(value=150000, currency="EUR"),
                framework=True,
                outcome="selec-w",
                awarded_on=dt.date(2026, 1, 20),
            ),
            Lot(
                lot_id="B",
                title="Weg",
                description="Asfalt",
                cpv=("45221119",),
                nature="works",
                framework=True,
                outcome="clos-nw",
            ),
        ),
        procedure_key="ocds-1l04xe-456789",
        url="https://example.org/356212",
    )


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (["planning"], "planning"),
        (["tender"], "competition"),
        (["planning", "tender"], "competition"),
        (["award"], "result"),
        (["award", "contract"], "result"),
        (["tenderAmendment"], "change"),
        (["tenderUpdate"], "change"),
        (["planningUpdate"], "change"),
        (["award", "contractAmendment"], "change"),
        (["tenderCancellation"], "change"),
        (["implementation"], "change"),
        (["compiled"], "result"),
    ],
)
def test_the_kind_follows_the_tags(tags, kind):
    assert read(tag=tags).kind == kind


def test_a_compiled_release_without_awards_is_a_competition():
    assert read(tag=["compiled"], awards=None).kind == "competition"


@pytest.mark.parametrize("tags", [[], None, ["novelty"], 3])
def test_without_a_known_tag_the_contents_tell_the_kind(tags):
    assert read(tag=tags).kind == "result"
    notice = read(tag=tags, awards=None)
    assert notice.kind == "competition"
    assert "taken for competition" in notice.remarks[0]


def without_tender(**changes) -> Notice:
    return ocds.read(raw(RELEASE | {"tender": None, "awards": None} | changes))


def test_a_release_with_nothing_in_it_is_refused():
    with pytest.raises(NoticeError, match=r"2026\.json#3: tag is"):
        without_tender(tag=[])


@pytest.mark.parametrize(
    ("ocid", "release_id", "expected"),
    [
        ("ocds-1l04xe-456789", "356212-1", "356212-1"),
        ("ocds-213czf-000-1", "1", "ocds-213czf-000-1/1"),
        ("ocds-213czf-000-1", "ocds-213czf-000-1-tender", "ocds-213czf-000-1-tender"),
    ],
)
def test_a_release_is_known_by_its_procedure_and_its_id(ocid, release_id, expected):
    assert read(ocid=ocid, id=release_id).notice_id == expected


@pytest.mark.parametrize("part", ["awards", "contracts"])
def test_an_award_or_contract_brings_its_own_words(part):
    own = {part: [{"id": "1", "title": "Gegund: brug", "description": "Aan de laagste."}]}
    notice = without_tender(tag=["contract"], **own)
    assert (notice.kind, notice.title) == ("result", "Gegund: brug")
    assert notice.description == "Aan de laagste."


def test_a_title_may_lack_where_there_is_a_description():
    notice = read(tender={"title": None})
    assert (notice.title, notice.description) == ("", "Twee percelen.")


@pytest.mark.parametrize("language", ["nl", "nl-NL", "nl_NL", "NL", "nl-Latn-NL"])
def test_a_language_may_say_where_it_is_spoken(language):
    assert read(language=language).language == "nl"


@pytest.mark.parametrize("buyer", ["Gemeente Elders", {"name": "Gemeente Elders"}])
def test_a_buyer_may_be_only_a_name(buyer):
    assert read(buyer=buyer).buyer == "Gemeente Elders"


@pytest.mark.parametrize("amount", ["900000", "900000.00", 900000, "9e5"])
def test_an_amount_may_be_written_as_text(amount):
    notice = read(tender={"value": {"amount": amount, "currency": "EUR"}})
    assert notice.estimated == Amount(value=900000, currency="EUR")


@pytest.mark.parametrize("amount", ["n.v.t.", "1.234.567,89", "1_000", "inf"])
def test_an_amount_that_is_no_number_is_a_remark(amount):
    notice = read(tender={"value": {"amount": amount, "currency": "EUR"}})
    assert notice.estimated is None
    assert notice.remarks == (f"unreadable: value={amount}",)


def test_goals_of_sustainability_are_the_codes_they_were_mapped_from():
    goals = ["economic.innovativePurchase", "economic.processInnovation", "social.other", "x"]
    lot = {"id": "A", "sustainability": [{"goal": goal} for goal in goals]}
    notice = read(tender={"lots": [lot]}, awards=[])
    (found,) = notice.lots
    assert (found.purposes, found.innovation) == (("inn-pur", "soc-obj"), ("proc-innov",))
    assert found.innovation_declared == "declared"
    assert notice.remarks == ("unknown code: sustainability/goal=x",)


def test_additional_classifications_are_read_wherever_they_stand():
    more = [{"scheme": "cpv", "id": "73000000"}]
    assert read(tender={"additionalClassifications": more, "items": []}).cpv == (
        "45000000",
        "73000000",
    )


def test_a_market_consultation_is_known_by_its_procedure():
    notice = read(tag=["tender"], tender={"procurementMethodDetails": "Marktconsultatie"})
    assert (notice.kind, notice.procedure) == ("consultation", None)


def test_the_method_is_never_read():
    assert read(tender={"procurementMethodDetails": None}).procedure is None
    assert read(tender={"procurementMethod": "selective"}).procedure == "restricted"


def test_an_unknown_procedure_is_kept_with_a_remark():
    notice = read(tender={"procurementMethodDetails": "Iets nieuws"})
    assert notice.procedure == "Iets nieuws"
    assert notice.remarks == ("unknown code: procurementMethodDetails=Iets nieuws",)


def test_without_lots_one_lot_stands_for_the_whole():
    award = {"value": {"amount": 5.0, "currency": "eur"}, "date": "2026-01-02"}
    notice = read(tender={"lots": []}, awards=[award])
    assert notice.awarded == Amount(value=5, currency="EUR")
    assert notice.lots == (
        Lot(
            cpv=("45000000", "45221119"),
            nature="works",
            estimated=Amount(value=900000, currency="EUR"),
            awarded=Amount(value=5, currency="EUR"),
            framework=True,
            outcome="selec-w",
            awarded_on=dt.date(2026, 1, 2),
        ),
    )


def test_awards_that_name_no_lot_are_not_added_up():
    award = {"value": {"amount": 5, "currency": "EUR"}}
    notice = read(tender={"lots": []}, awards=[award, award])
    assert notice.awarded is None
    assert notice.lots[0].awarded is None
    assert notice.remarks == ("awards that name no lot: 2",)


def test_an_award_for_several_lots_is_not_divided():
    award = {"value": {"amount": 5, "currency": "EUR"}, "relatedLots": ["A", "B"]}
    notice = read(awards=[award])
    assert [lot.awarded for lot in notice.lots] == [None, None]
    assert notice.remarks == ("one award for lots A, B: value not divided",)


def test_an_award_for_a_lot_that_is_not_there_is_remarked():
    notice = read(awards=[{"relatedLots": ["Z"]}])
    assert notice.remarks == ("awards for lots that are not listed: Z",)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            [{"amount": 1, "currency": "EUR"}, {"amount": 1, "currency": "USD"}], id="two"
        ),
        pytest.param([{"amount": 1, "currency": "EUR"}, None], id="one unknown"),
        pytest.param([{"amount": -1, "currency": "EUR"}], id="withheld"),
        pytest.param([{"amount": 0, "currency": "EUR"}], id="zero"),
        pytest.param([{"amount": 7}], id="no currency"),
    ],
)
def test_a_sum_that_is_not_known_is_not_made_up(values):
    notice = read(awards=[{"relatedLots": ["A"], "value": value} for value in values])
    assert notice.lots[0].awarded is None
    assert notice.lots[0].outcome == "selec-w"


def test_a_pending_award_is_no_award_yet():
    notice = read(awards=[{"relatedLots": ["A"], "status": "pending"}])
    assert notice.lots[0].outcome is None


def test_withheld_amounts_are_remarked():
    notice = read(tender={"value": {"amount": -1, "currency": "EUR"}})
    assert notice.estimated is None
    assert notice.remarks == ("withheld: value=-1 EUR",)


def test_cpv_may_stand_in_the_description_only():
    words = {"scheme": "CPV", "description": "73000000-2 Diensten voor onderzoek"}
    assert read(tender={"classification": words, "items": []}).cpv == ("73000000",)


def test_criteria_and_variants_of_a_lot_are_read():
    lot = {
        "id": "A",
        "submissionTerms": {"variantPolicy": "notAllowed"},
        "awardCriteria": {"criteria": [{"name": "Kwaliteit", "description": "Innovatie"}]},
        "techniques": {"hasFrameworkAgreement": False, "hasDynamicPurchasingSystem": True},
    }
    (found,) = read(tender={"lots": [lot]}, awards=[]).lots
    assert (found.variants, found.criteria) == ("not-allowed", ("Kwaliteit", "Innovatie"))
    assert (found.framework, found.dynamic_purchasing) == (False, True)


def test_no_contact_of_a_person_is_kept():
    assert "Persoon" not in repr(read())
    assert "a@example.org" not in repr(read())


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"tender": {"title": None, "description": None}, "awards": []}, "tender: title"),
        ({"tender": {"lots": [{"title": "a"}]}}, "tender lots/0: id"),
        ({"tender": {"value": {"amount": [], "currency": "EUR"}}}, "tender value: amount"),
        ({"tender": {"items": {}}}, "tender: items"),
        ({"awards": ["a"]}, ": awards"),
        ({"buyer": ["a"]}, ": buyer"),
        ({"date": "gisteren"}, ": date"),
        ({"id": None}, ": id"),
    ],
)
def test_what_has_a_wrong_shape_is_refused_with_its_place(changes, place):
    with pytest.raises(NoticeError) as caught:
        read(**changes)
    assert str(caught.value).startswith("2026.json#3")
    assert f"{place} is" in str(caught.value)
