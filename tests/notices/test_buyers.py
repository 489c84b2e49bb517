"""What sort of organisation a buyer is."""

import pytest

from pipeline.notices.buyers import buyer_kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Gemeente Utrecht", "municipality"),
        ("Stad Gent", "municipality"),
        ("Provincie Noord-Brabant", "province"),
        ("Hoogheemraadschap van Delfland", "water_board"),
        ("Waterschap Limburg, mede namens Gemeente Venlo", "water_board"),
        ("Ministerie van Defensie", "central"),
        ("Rijkswaterstaat Corporate Dienst", "central"),
        ("Universitair Medisch Centrum Groningen", "care"),
        ("Radboudumc", "care"),
        ("Albert Schweitzer ziekenhuis", "care"),
        ("Technische Universiteit Delft", "education"),
        ("Stichting Hogeschool Utrecht", "education"),
        ("ROC van Twente", "education"),
        ("IJsselgemeenten", None),
        ("Theater de Stad", None),
        (None, None),
    ],
)
def test_the_official_name_tells(name, kind):
    assert buyer_kind(name, None, None, utility=False) == kind


@pytest.mark.parametrize(
    ("legal_type", "activity", "utility", "kind"),
    [
        ("cga", "defence", False, "central"),
        ("cga", "education", False, "central"),
        ("body-pl", "education", False, "education"),
        ("body-pl", "health", False, "care"),
        ("body-pl", "gen-pub", False, "other"),
        ("eu-ins-bod-ag", None, False, "international"),
        ("int-org", "rail", True, "international"),
        ("ra", "gen-pub", False, None),
        ("la", "education", False, None),
        (None, "rail", True, "utility"),
        ("cga", "port", True, "utility"),
        (None, None, False, None),
    ],
)
def test_without_a_telling_name_the_codes_tell_or_nothing_does(legal_type, activity, utility, kind):
    assert buyer_kind("Naamloos", legal_type, activity, utility=utility) == kind


def test_a_province_that_fills_in_a_utilities_form_stays_a_province():
    assert buyer_kind("Provincie Limburg", "ra", "urttb", utility=True) == "province"
