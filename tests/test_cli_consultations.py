"""The list of consultations by the command that a user types."""

import csv
import datetime as dt
import io
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from stage_quarter import FICTIONAL, MODEL, ROOT, shelve
from typer.testing import CliRunner

from pipeline import cli
from pipeline.errors import SettingsError
from pipeline.labels.scores import LABELS, schema
from pipeline.learning import promotions
from pipeline.rawstore import disk
from pipeline.records import Notice
from pipeline.store import Store


def notice(number, kind, day, **more):
    return Notice(
        notice_id=number,
        source="tenderned",
        format="tenderned_json",
        kind=kind,
        published_on=dt.date.fromisoformat(day),
        **{"title": f"Onderwerp {number}", "buyer": "Gemeente Noordwoud", **more},
    )


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A home without a model: two consultations, of one of which the call followed."""
    (tmp_path / "corpora").mkdir()
    shutil.copy(ROOT / "corpora" / "codebook.toml", tmp_path / "corpora")
    found = Store(tmp_path)
    shelve(
        found,
        [
            notice("1", "consultation", "2025-11-03", procedure_key="10"),
            notice("2", "competition", "2026-02-02", procedure_key="10"),
            notice("3", "consultation", "2026-01-12"),
            notice("4", "planning", "2026-01-13"),
        ],
    )
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return found


def run(*words):
    done = CliRunner().invoke(cli.app, ["consultations", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.output


def listed(*words):
    run(*words, "-o", "list.csv")
    lines = csv.DictReader(io.StringIO(Path("list.csv").read_text(encoding="utf-8")))
    return {x["onderwerp"]: (x["oproep gevolgd"], x["herkend aan"]) for x in lines}


FORM, TEXT = "het formulier", "de tekst, volgens het model"


def test_without_a_model_forms_alone_tell_what_is_a_consultation(store):
    assert "2 consultations, 1 followed" in run()
    assert "Onderwerp 1" in Path("marktconsultaties.html").read_text(encoding="utf-8")
    assert listed() == {"Onderwerp 3": ("niet gevonden", FORM), "Onderwerp 1": ("ja", FORM)}


def test_of_a_period_are_those_that_were_published_in_it(store):
    # The call is of the next year, and is found all the same.
    assert listed("2025") == {"Onderwerp 1": ("ja", FORM)}
    assert list(listed("2025Q3", "2026Q1")) == ["Onderwerp 3"]


def say(store, codebook, columns):
    promotions.add(store, FICTIONAL)
    asked = schema(codebook)
    for name in set(columns) - set(asked.names):
        asked = asked.append(pa.field(name, LABELS))
    table = pa.Table.from_pylist([{"notice_id": "4", **columns}], schema=asked)
    path = store.scores(MODEL, codebook.fingerprint) / "00000.parquet"
    disk.write_table(path, [table], schema=asked, facts=dict)


def test_the_promoted_model_adds_those_that_only_the_text_shows(store, codebook):
    say(store, codebook, {"forms": ["market_consultation"]})
    assert listed("2026") == {
        "Onderwerp 4": ("niet gevonden", TEXT),
        "Onderwerp 3": ("niet gevonden", FORM),
    }


def test_what_rules_found_in_a_language_that_is_not_read_is_not_called_the_models(store, codebook):
    reason = "forms by rules only, text is not Dutch: fr"
    say(store, codebook, {"forms": ["market_consultation"], "abstained": reason})
    assert listed("2026")["Onderwerp 4"] == ("niet gevonden", "de tekst, volgens vaste regels")


def test_a_column_of_scores_that_nobody_knows_changes_nothing(store, codebook):
    say(store, codebook, {"forms": ["prize"], "later": ["x"]})
    assert list(listed("2026")) == ["Onderwerp 3"]


def test_a_name_with_another_ending_is_refused_before_anything_is_read(store, monkeypatch):
    def read(*_):
        raise AssertionError("notices were read")

    monkeypatch.setattr("pipeline.notices.overview.Overview.of", read)
    with pytest.raises(SettingsError, match=r"cannot write 'list.pdf'"):
        run("-o", "list.pdf")


def test_a_home_of_a_country_lists_its_own(store):
    abroad = {"buyer": "Provincie Limburg", "country": "BE"}
    shelve(
        store,
        [
            notice("5", "consultation", "2026-02-01", **abroad, language="nl"),
            notice("6", "consultation", "2026-02-02", **abroad, language="fr"),
        ],
    )
    assert set(listed()) == {"Onderwerp 1", "Onderwerp 3"}
    store.keep("state", "country", {"country": "BEL"})
    # What names no country may be of any.
    unsaid = {"Onderwerp 1", "Onderwerp 3"}
    assert set(listed("--country", "BE")) == unsaid | {"Onderwerp 5", "Onderwerp 6"}
    assert set(listed("--country", "BE", "--language", "nl")) == unsaid | {"Onderwerp 5"}
