"""A country is one file: the frame, names and days that follow from it."""

import csv
import datetime as dt
import re
import shutil
from dataclasses import replace

import pytest
from stage_quarter import ROOT, shelve
from typer.testing import CliRunner

from pipeline import cli, countries, settings
from pipeline.countries import NETHERLANDS, country_of, region_name
from pipeline.errors import SettingsError
from pipeline.estimates.material import assembled
from pipeline.home import Home, remembered
from pipeline.notices._holidays import workdays
from pipeline.records import BUYER_KINDS, Amount, Lot, Notice, Period
from pipeline.report import names
from pipeline.sources import source_names
from pipeline.store import Store

QUARTER = Period.quarter(2026, 3)
FLEMISH = country_of("BE", language="nl")
FILES = sorted(x.stem for x in countries.FOLDER.glob("*.toml"))

LUXEMBOURG = """
alpha_3 = "LUX"
name = "Luxemburg"
government = "de Luxemburgse overheid"
region = "regio"
sources = ["ted"]
reference = "lu"
[regions]
LU00 = "Luxemburg"
"""


def award(number, *, country="BE", language="nl", nuts="BE23", buyer="Stad Gent", **facts):
    """A notice of one awarded lot of 100,000 euro."""
    lot = Lot(
        lot_id="1", nuts=(nuts,), outcome="selec-w", awarded=Amount(value=1e5, currency="EUR")
    )
    return Notice(
        notice_id=f"{number}-2026",
        source="ted",
        format="eforms",
        kind="result",
        title=f"Fictieve opdracht {number}",
        published_on=dt.date(2026, 8, 3),
        language=language,
        country=country,
        buyer=buyer,
        lots=(lot,),
        **facts,
    )


def frame_of(country, *notices):
    made = assembled(
        notices, QUARTER, rates={}, readings=notices, quarantined={}, country=country
    ).frame
    return {lot.notice_id.split("-")[0]: lot for lot in made.lots}


@pytest.fixture
def luxembourg(tmp_path, monkeypatch):
    """A third country, added as somebody new would: a file in the folder."""
    (tmp_path / "lu.toml").write_text(LUXEMBOURG, encoding="utf-8")
    monkeypatch.setattr(countries, "FOLDER", tmp_path)
    return country_of("LU")


@pytest.mark.parametrize("code", FILES)
def test_every_country_file_is_whole(code):
    country = country_of(code.upper())
    assert country.alpha_2.lower() == code
    assert len(set(country.regions.values())) == len(country.regions)


def test_what_a_country_file_may_name_is_what_there_is():
    assert set(countries.SOURCES) == set(source_names())
    assert {*BUYER_KINDS, "unknown"} == set(names.BUYER_KINDS)


@pytest.mark.parametrize(("code", "extra"), [("BE", {"BEZZ"}), ("NL", {"NLZZ"})])
def test_regions_are_those_of_the_regulation(code, extra, shared):
    table = csv.reader((shared / "reference" / "nuts_nl_be.csv").open(encoding="utf-8"))
    listed = {line[0] for line in table if re.fullmatch(rf"{code}\w\w", line[0])} - extra
    country = country_of(code)
    assert {country.renumbered.get(x, x) for x in listed} == set(country.regions)


def test_only_notices_in_dutch_of_belgian_buyers_are_in_the_flemish_frame():
    found = frame_of(
        FLEMISH,
        award(1),
        award(2, country="NL", nuts="NL32"),
        award(3, language="fr", nuts="BE10", buyer="Ville de Bruxelles"),
        award(4, nuts="BE10", buyer="Stad Brussel"),
        award(5, country=None, language=None),
    )
    assert {name: lot.excluded for name, lot in found.items()} == {
        "1": None,
        "2": "foreign_buyer",
        "3": "other_language",
        "4": None,
        "5": None,
    }
    assert found["4"].province == "BE10"


def test_the_same_notices_make_another_frame_in_the_netherlands():
    found = frame_of(NETHERLANDS, award(1), award(2, country="NL", language="fr", nuts="NL32"))
    assert {name: lot.excluded for name, lot in found.items()} == {"1": "foreign_buyer", "2": None}
    assert found["1"].province is None


@pytest.mark.parametrize(
    ("buyer", "said", "expected"),
    [
        pytest.param("FOD Economie", "other", "central", id="a word of Belgium"),
        pytest.param("OCMW Gent", None, "municipality", id="a welfare body"),
        pytest.param("Gemeente en OCMW Puurs", "municipality", "municipality", id="both"),
        pytest.param("Universiteit Gent, agentschap", "education", "education", id="first word"),
        pytest.param("Onbekende vzw", "other", "other", id="no word"),
        pytest.param("Agentschap van de EU", "international", "international", id="of the Union"),
        pytest.param("Podium De Stroom", "other", "other", id="part of a word"),
        # As on real notices: these fill in that they are central governments.
        pytest.param("Politiezone Antwerpen", "central", "other", id="police zone"),
        pytest.param("SOLVA", "central", "other", id="intercommunal company"),
        pytest.param("Intercommunale Waterdienst", "utility", "utility", id="one for water"),
        pytest.param("Farys", "other", "utility", id="water company"),
        pytest.param("Vlaams Parlement", None, "central", id="region"),
        pytest.param("Museum van de Stad", "other", "other", id="a word in the name of another"),
        pytest.param("POM, Provinciale Ontwikkelingsmaatschappij", None, "province", id="province"),
    ],
)
def test_the_word_that_stands_first_tells_the_kind_of_a_belgian_buyer(buyer, said, expected):
    (lot,) = frame_of(FLEMISH, award(1, buyer=buyer, buyer_kind=said)).values()
    assert lot.buyer_kind == expected


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        ("Administration communale de Mamer", "municipality"),
        ("Administration des ponts et chaussées", "central"),
        ("Mamer, administration communale", "municipality"),
        # What stands first goes before what is longest.
        ("Administration de l'enseignement fondamental", "central"),
        # A word of all countries at the same place decides nothing.
        ("Ministry of Mobility", "central"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_of_words_at_one_place_the_longest_tells_the_kind(luxembourg, buyer, expected, turned):
    words = {
        "central": "administration|ministry",
        "municipality": "administration communale",
        "education": "enseignement fondamental",
    }
    own = dict(reversed(words.items())) if turned else words
    found = frame_of(replace(luxembourg, buyers=own), award(1, country="LU", buyer=buyer))
    assert [x.buyer_kind for x in found.values()] == [expected]


@pytest.mark.parametrize(
    ("buyer", "country", "expected"),
    [
        ("Ministerie van Landsverdediging", FLEMISH, True),
        ("MRMP-L/A - Algemene Directie Material Resources", FLEMISH, True),
        ("Koninklijke Marine", NETHERLANDS, True),
        ("Koninklijke Musea", FLEMISH, False),
    ],
)
def test_defence_has_other_names_in_another_country(buyer, country, expected):
    (lot,) = frame_of(country, award(1, country=country.alpha_2, buyer=buyer)).values()
    assert lot.defence is expected


def test_belgium_has_its_own_holidays():
    july = Period(dt.date(2026, 7, 20), dt.date(2026, 7, 22))
    assert dt.date(2026, 7, 21) not in workdays(july, FLEMISH)
    assert dt.date(2026, 7, 21) in workdays(july)


def test_a_reader_sees_the_names_of_the_country():
    assert names.domain("province=BE23", FLEMISH) == "Oost-Vlaanderen"
    assert names.domain("buyer_kind=central", FLEMISH).startswith("Federale overheid")
    assert names.domain("buyer_kind=central") == "Rijk"
    assert names.exclusions(FLEMISH)["foreign_buyer"] == "Opdrachtgever buiten België"


def test_a_third_country_needs_one_file(luxembourg):
    found = frame_of(luxembourg, award(1, country="LU", nuts="LU000"), award(2))
    assert {name: lot.excluded for name, lot in found.items()} == {"1": None, "2": "foreign_buyer"}
    assert found["1"].province == "LU00"
    assert region_name("LU00") == "Luxemburg"
    assert names.domain("province=unknown", luxembourg) == "Geen of meer dan één regio"
    day = dt.date(2026, 6, 23)
    assert list(workdays(Period(day, day), luxembourg)) == []
    assert not found["1"].defence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('language = "lb"', "language", id="no member of a file"),
        pytest.param('capital = "Luxemburg"', "capital", id="unknown member"),
        pytest.param('defence = "("', "regular expression", id="wrong pattern"),
        pytest.param("name =", "not TOML", id="no TOML"),
        pytest.param('notes = "wet"', "notes is 'wet'; expected a list", id="no list"),
        pytest.param("notes = [3]", "notes is 3; expected a text", id="a list of numbers"),
        pytest.param("defence = 3", "defence is 3; expected a text", id="no pattern"),
        pytest.param(
            'buyers = { comune = "x" }',
            "buyers is 'comune'; expected one of 'central', 'municipality'",
            id="unknown kind of buyer",
        ),
        pytest.param(
            'buyer_names = { commune = "Gemeenten" }', "expected one of .*'unknown'", id="its name"
        ),
        pytest.param(
            'buyers = { care = "(" }', r"buyers is '\('; expected a regular", id="its words"
        ),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path, monkeypatch, line, expected):
    refused(tmp_path, monkeypatch, f"{line}\n{LUXEMBOURG}", expected)


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        pytest.param('"ted"', '"tedd"', "sources is 'tedd'; expected one of 'ted'", id="source"),
        pytest.param('["ted"]', "[]", "sources is ''; expected one of 'ted'", id="no source"),
        pytest.param('name = "Luxemburg"', "name = 3", "name is 3; expected a text", id="number"),
        pytest.param('name = "Luxemburg"', 'name = ""', "name is ''; expected a text", id="empty"),
        pytest.param("LU00", "NL11", "regions is 'NL11'; expected a NUTS 2 code", id="region"),
        pytest.param('= "lu"', '= ""', "reference is ''; expected one of 'lu'", id="reference"),
        pytest.param("LUX", "Luxemburg", "alpha_3 is 'Luxemburg'; expected one of", id="no code"),
        pytest.param('LUX"', 'LUX"\ndefence = []', r"defence is \(\); expected a text", id="list"),
    ],
)
def test_a_wrong_line_is_refused_with_what_was_expected(
    tmp_path, monkeypatch, right, wrong, expected
):
    refused(tmp_path, monkeypatch, LUXEMBOURG.replace(right, wrong, 1), expected)


def test_a_copy_that_still_is_another_country_is_refused(tmp_path, monkeypatch):
    copied = (countries.FOLDER / "be.toml").read_text(encoding="utf-8")
    refused(tmp_path, monkeypatch, copied, "alpha_3 is 'BEL'; expected in be.toml only")


def refused(folder, monkeypatch, text, expected):
    """A file is refused when it is read, by its path."""
    path = folder / "lu.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(countries, "FOLDER", folder)
    with pytest.raises(SettingsError, match=f"{re.escape(str(path))}.*{expected}"):
        country_of("LU")


def test_a_region_of_another_country_is_refused():
    with pytest.raises(SettingsError, match="country BEL: regions is 'NL11'"):
        replace(FLEMISH, regions={"NL11": "Groningen"})


@pytest.mark.parametrize("code", ["XX", "FR", "be", "../nl", ""])
def test_a_country_without_a_file_is_refused(code):
    with pytest.raises(SettingsError, match=re.escape(repr(code))):
        country_of(code)


def test_a_country_goes_by_both_of_its_codes():
    assert settings.load(country="BE").country == settings.load(country="BEL").country == "BEL"


def test_a_language_that_is_not_asked_for_leaves_fingerprints_as_they_were():
    plain = settings.load()
    assert settings.load(language="").fingerprint == plain.fingerprint
    assert settings.load(language="nl").fingerprint != plain.fingerprint
    with pytest.raises(SettingsError, match="Dutch"):
        settings.load(language="Dutch")


@pytest.fixture
def belgian(tmp_path, monkeypatch):
    """A home for Belgium with a notice in Dutch and one in French."""
    folder = tmp_path / "home"
    for name in ("codebook.toml", "reference/ecb_rates.toml", "reference/volume.toml"):
        path = folder / "corpora" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / "corpora" / name).read_bytes())
    Home(settings=settings.load(home=folder, country="BE")).settle()
    shelve(Store(folder), [award(1), award(2, language="fr", buyer="Ville de Liège")])
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(folder))
    return folder


def say(*words):
    return CliRunner().invoke(cli.app, [str(x) for x in words])


def audited(folder, *options):
    """Why each lot is out, by its notice, as a command tells it."""
    done = say("audit", "2026Q3", *options, "-o", folder / "lots.csv")
    assert done.output.startswith("2 lots"), done.exception
    lines = csv.DictReader((folder / "lots.csv").open(encoding="utf-8-sig"))
    return {x["notice_id"]: x["reason"] for x in lines}


def test_the_commands_take_country_and_language(belgian, tmp_path):
    found = audited(tmp_path, "--country", "BE", "--language", "nl")
    assert found == {"1-2026": "", "2-2026": "other_language"}


def test_a_home_remembers_country_and_language_of_the_last_fetch(belgian, tmp_path):
    assert audited(tmp_path) == {"1-2026": "", "2-2026": ""}
    Home(settings=settings.load(home=belgian, country="BE", language="nl")).settle()
    assert audited(tmp_path) == {"1-2026": "", "2-2026": "other_language"}
    # What is said counts for more than what is remembered.
    (tmp_path / "all.toml").write_text('language = ""\n')
    assert audited(tmp_path, "--settings", tmp_path / "all.toml") == {"1-2026": "", "2-2026": ""}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param("national 2023 --assume half", "no total of 2023 of BEL", id="totals"),
        pytest.param("fetch tenderned 2026Q3", "tenderned has nothing of BEL", id="source"),
        pytest.param("status", "", id="a command without the option"),
    ],
)
def test_nothing_of_the_netherlands_is_taken_for_belgium(belgian, command, said):
    done = say(*command.split())
    assert said in str(done.exception)
    assert bool(done.exit_code) == bool(said)


def test_counts_of_others_about_the_netherlands_stay_there(belgian):
    folder = belgian / "corpora" / "indicators"
    shutil.copytree(ROOT / "corpora" / "indicators", folder)
    assert "No published counts of BEL" in say("indicators").output


def test_a_home_refuses_another_country_than_its_own(belgian):
    dutch = Home(settings=settings.load(home=belgian))
    with pytest.raises(SettingsError, match="holds BEL"):
        _ = dutch.raw
    with pytest.raises(SettingsError, match="holds BEL"):
        dutch.settle()


@pytest.mark.parametrize(
    ("kept", "bound"),
    [
        pytest.param("raw/ted/2026/2026-07-01/1.parquet", True, id="fetched"),
        pytest.param("notices/ted/2026/2026-07-01.parquet", True, id="collected"),
        pytest.param("draws/2026Q3-strata-100-1.json", True, id="drawn"),
        pytest.param("published/2026Q3/2026-11-02.json", True, id="published"),
        pytest.param("raw/ted/2026/2026-07-01/manifest.json", False, id="a day without notices"),
        pytest.param("raw/ted/lock", False, id="a fetch that failed"),
        pytest.param("state/fetch_log/2026-07.jsonl", False, id="requests"),
    ],
)
def test_a_home_is_bound_by_what_goes_by_its_period(tmp_path, kept, bound):
    (tmp_path / "corpora").mkdir()
    shutil.copy(ROOT / "corpora" / "codebook.toml", tmp_path / "corpora")
    Home(settings=settings.load(home=tmp_path, country="BE", language="nl")).settle()
    path = tmp_path / "corpora" / kept
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert remembered(Store(tmp_path)) == ({"country": "BEL", "language": "nl"} if bound else {})
    dutch = Home(settings=settings.load(home=tmp_path))
    if bound:
        with pytest.raises(SettingsError, match="holds BEL"):
            dutch.settle()
    else:
        dutch.settle()


def test_a_home_of_before_this_was_kept_is_dutch(belgian):
    (belgian / "corpora" / "state" / "country.json").unlink()
    _ = Home(settings=settings.load(home=belgian)).raw
    with pytest.raises(SettingsError, match="holds NLD"):
        Home(settings=settings.load(home=belgian, country="BE")).settle()
