"""Saved indicators count what their file says, beside what was published."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.errors import CorpusError, SettingsError
from pipeline.notices.indicators import count_indicator, read_indicator
from pipeline.notices.procedures import procedures
from pipeline.notices.relations import relations
from pipeline.records import Lot, Notice, Reference
from pipeline.store import Store

HOME = Path(__file__).parent.parent.parent
SAVED = {name: read_indicator(table, name) for name, table in Store(HOME).indicators().items()}
TABLE = {
    "name": "Innovatiepartnerschappen",
    "description": "Per jaar.",
    "source": "niemand",
    "count": "procedures",
    "per": "year",
}


def notice(notice_id, kind="competition", *, year=2018, refers=(), **more):
    return Notice(
        notice_id=notice_id,
        kind=kind,
        title=f"Opdracht {notice_id}",
        references=tuple(Reference(kind=k, target=x) for k, x in refers),
        **{
            "source": "ted",
            "format": "eforms",
            "country": "NL",
            "procedure": "innovation",
            "published_on": dt.date(year, 12, 31),
            **more,
        },
    )


def counts(indicator, notices, forms=None):
    by_id = {x.notice_id: x for x in notices}
    found = count_indicator(
        indicator, procedures(relations(notices)), by_id, forms_by_notice=forms or {}
    )
    return {x.value: x.ours for x in found if x.ours}


def test_published_counts_are_those_of_their_sources():
    partnerships = SAVED["innovatiepartnerschappen"]
    # The news of 2022 ends with 2021; the count of 2022 has no page, so it may not pass as checked.
    assert partnerships.published == {
        "2016": 1, "2017": 7, "2018": 12, "2019": 8, "2020": 7, "2021": 3, "2022": 3,
    }  # fmt: skip
    assert "2022" in partnerships.unchecked
    assert list(SAVED["sbir"].published) == [str(year) for year in range(2011, 2022)]
    assert sum(SAVED["sbir"].published.values()) == 55
    started = SAVED["innovatievriendelijke_procedures_2023"].published
    assert sum(started.values()) == 99
    assert len(started) == 12
    assert started["Noord-Holland"] == 26


def test_every_published_count_is_shown_also_where_we_have_none():
    found = count_indicator(SAVED["innovatiepartnerschappen"], [], {}, forms_by_notice={})
    assert [(x.value, x.ours, x.published) for x in found][:2] == [("2016", 0, 1), ("2017", 0, 7)]


def test_partnerships_count_once_in_the_year_of_the_first_call():
    notices = [
        notice("1-2018", procedure_key="a"),
        notice("2-2019", year=2019, procedure_key="a", refers=[("changes", "1-2018")]),
        notice("3-2019", "result", year=2019, procedure_key="a"),
        notice("4-2019", year=2019, procedure_key="b"),
    ]
    assert counts(SAVED["innovatiepartnerschappen"], notices) == {"2018": 1, "2019": 1}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"country": "BE"}, id="Belgian"),
        pytest.param({"country": None}, id="of no country"),
        pytest.param({"procedure": "open"}, id="another procedure"),
        pytest.param({"procedure": None}, id="no procedure"),
        pytest.param({"kind": "result"}, id="an award without a call"),
    ],
)
def test_partnerships_leave_out(other):
    made = notice("1-2018", **{"kind": "competition", **other})
    assert counts(SAVED["innovatiepartnerschappen"], [made]) == {}


def test_a_partnership_that_became_another_procedure_does_not_count():
    notices = [
        notice("1-2018"),
        notice("2-2018", procedure="open", refers=[("changes", "1-2018")]),
    ]
    assert counts(SAVED["innovatiepartnerschappen"], notices) == {}


def test_a_notice_and_its_copy_count_once():
    original = notice(
        "100", source="tenderned", format="tenderned_json", refers=[("ted", "1-2018")]
    )
    assert counts(SAVED["innovatiepartnerschappen"], [original, notice("1-2018")]) == {"2018": 1}
    by_notice = read_indicator(TABLE | {"count": "notices"}, "a")
    assert counts(by_notice, [original, notice("1-2018")]) == {"2018": 1}


def test_sbir_follows_the_forms_of_a_notice_or_its_original():
    notices = [
        notice("1-2016", year=2016),
        notice("2-2016", year=2016),
        notice("100", year=2016, format="tenderned_json", refers=[("ted", "2-2016")]),
        notice("3-2016", year=2016),
    ]
    forms = {"1-2016": ["sbir"], "100": ["sbir"], "3-2016": ["pcp"]}
    assert counts(SAVED["sbir"], notices, forms) == {"2016": 2}


def test_provinces_follow_the_first_nuts_code_of_either_edition():
    places = {"1": "NL310", "2": "NL350", "3": "NL321", "4": "NL", "5": "NL423"}
    notices = [
        notice(f"{number}-2023", year=2023, procedure="comp-dial", nuts=(code, "NL111"))
        for number, code in places.items()
    ]
    assert counts(SAVED["innovatievriendelijke_procedures_2023"], notices) == {
        "Utrecht": 2,
        "Noord-Holland": 1,
        "Groningen": 1,
        "Limburg": 1,
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"buyer_kind": "central"}, id="a ministry"),
        pytest.param({"buyer_kind": "utility"}, id="special sectors"),
        pytest.param({"lots": (Lot(dynamic_purchasing=True),)}, id="a dynamic purchasing system"),
        pytest.param({"published_on": dt.date(2024, 1, 1)}, id="another year"),
        pytest.param({"published_on": None}, id="no date"),
    ],
)
def test_procedures_per_province_leave_out(other):
    kept = {"published_on": dt.date(2023, 5, 5), "nuts": ("NL112",), "buyer_kind": None}
    indicator = SAVED["innovatievriendelijke_procedures_2023"]
    assert counts(indicator, [notice("1-2023", **kept)]) == {"Groningen": 1}
    assert counts(indicator, [notice("1-2023", **{**kept, **other})]) == {}


def test_what_cannot_be_placed_is_unknown():
    assert counts(read_indicator(TABLE, "a"), [notice("1-2018", published_on=None)]) == {
        "unknown": 1
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "indicator a: name is None; expected a text"),
        ({"titel": "x"}, "unknown titel"),
        ({"count": "lots"}, "count is 'lots'; expected procedures or notices"),
        ({"per": "month"}, "per is 'month'; expected year or province"),
        ({"period": "2023Q5"}, "2023Q5"),
        ({"where": {"kleur": ["rood"]}}, "where is 'kleur'; expected one of procedure"),
        ({"where": {"kind": "result"}}, "where.kind is 'result'; expected a list"),
        ({"where": ["kind"]}, "where is .* expected a table"),
        ({"published": {"2016": "1"}}, "published.2016 is '1'; expected a count"),
        ({"published": [1]}, "published is .* expected a table"),
        ({"per": "province", "published": {"Holland": 1}}, "'Holland'; expected a province"),
    ],
)
def test_a_wrong_file_is_named(change, message):
    with pytest.raises(SettingsError, match=message):
        read_indicator(TABLE | change, "a")


def test_a_missing_member_is_named():
    with pytest.raises(SettingsError, match="indicator a: source missing"):
        read_indicator({name: value for name, value in TABLE.items() if name != "source"}, "a")


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "corpora" / "indicators").mkdir(parents=True)
    (tmp_path / "corpora" / "codebook.toml").write_text("")
    (tmp_path / "corpora" / "indicators" / "kapot.toml").write_text("name =")
    with pytest.raises(CorpusError, match=r"kapot\.toml is not TOML"):
        Store(tmp_path).indicators()
