"""Judgements go out to a tool and come back whole, or not at all."""

import csv
import json
import shutil

import pytest
from typer.testing import CliRunner

from pipeline import cli, settings
from pipeline.errors import CorpusError, SettingsError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with the codebook and two judged notices in it."""
    source = settings.load().home / "corpora"
    target = tmp_path / "home" / "corpora"
    (target / "annotations").mkdir(parents=True)
    shutil.copy(source / "codebook.toml", target)
    shutil.copy(source / "annotations" / "demo.csv", target / "annotations")
    monkeypatch.setenv("INNOVATIEMONITOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


DEMO = [str(path) for path in (settings.load().home / "corpora" / "demo").iterdir()][:]
NOTICES = [path for path in DEMO if not path.endswith(".md")]


def run(*arguments):
    result = CliRunner().invoke(cli.app, ["annotations", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("tool", ["csv", "label-studio", "doccano", "prodigy"])
def test_what_a_tool_gets_comes_back_the_same(home, tmp_path, tool):
    before = (home / "corpora" / "annotations" / "demo.csv").read_text(encoding="utf-8")
    out = tmp_path / "tasks"
    told = run("export", *NOTICES, "-o", str(out), "--format", tool, "--annotations", "demo")
    assert "54 notices, 54 judgements" in told.stderr
    inputs = [x for path in NOTICES for x in ("--input", path)]
    run("import", str(out), *inputs, "--into", "again", "--format", tool)
    after = (home / "corpora" / "annotations" / "again.csv").read_text(encoding="utf-8")
    assert after == before


def test_a_file_with_one_wrong_label_changes_nothing(home, tmp_path):
    path = tmp_path / "judged.csv"
    text = (home / "corpora" / "annotations" / "demo.csv").read_text(encoding="utf-8")
    path.write_text(text.replace(",incremental,", ",revolutionary,", 1), encoding="utf-8")
    inputs = [x for place in NOTICES for x in ("--input", place)]
    with pytest.raises(CorpusError, match="revolutionary"):
        run("import", str(path), *inputs, "--into", "new")
    assert not (home / "corpora" / "annotations" / "new.csv").exists()


def test_an_unknown_format_is_named_with_those_that_are_known(home, tmp_path):
    with pytest.raises(
        SettingsError, match="--format is 'brat'; expected one of csv, label-studio"
    ):
        run("export", *NOTICES, "-o", str(tmp_path / "x"), "--format", "brat")


def test_open_disagreements_are_listed_and_decisions_close_them(home, tmp_path):
    folder = home / "corpora" / "annotations"
    with (folder / "demo.csv").open(encoding="utf-8", newline="") as handle:
        first = next(x for x in csv.DictReader(handle) if x["degree"] == "none")
    second = first | {"annotator": "a2", "round": "second", "forms": "hackathon"}
    decided = second | {"annotator": "a3", "round": "adjudicated"}
    for name, lines in (("two", [first, second]), ("decided", [decided])):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, first.keys())
            writer.writeheader()
            writer.writerows(lines)
    assert run("adjudicate", "two").stdout == f"{first['notice_id']}: forms\n"
    run("adjudicate", "two", "--decisions", str(folder / "decided.csv"))
    assert run("adjudicate", "two").stdout == ""
    with (folder / "two.csv").open(encoding="utf-8", newline="") as handle:
        assert [x["round"] for x in csv.DictReader(handle)] == ["adjudicated", "first", "second"]


def test_agreement_is_shown_per_judgement():
    told = run("agreement", "real").stdout
    assert "degree" in told
    assert "innovation_oriented" in told or "innovation-oriented" in told


NAMES = ["../x", "/tmp/x", "a/b", "..", "", "x\0", "authored", "demo", "CON", "nul.x", "a" * 300]


@pytest.mark.parametrize("name", NAMES)
def test_judgements_are_never_written_outside_their_folder_or_into_ours(home, tmp_path, name):
    path = home / "corpora" / "annotations" / "demo.csv"
    before = path.read_bytes()
    with pytest.raises(SettingsError):
        run("import", str(path), "--input", NOTICES[0], "--into", name)
    assert path.read_bytes() == before
    assert [x.name for x in home.rglob("*.csv")] == ["demo.csv"]


def filled(path, notice, annotator, degree="none"):
    """Fill in the line of one notice in an exported CSV, and keep no other."""
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    (line,) = [x for x in lines if x["notice_id"] == notice]
    none = degree == "none"
    line |= {
        "degree": degree,
        "aspect": "" if none else "solution",
        "openness": "closed" if none else "asked",
        "forms": "conventional",
        "annotator": annotator,
    }
    out = path.with_name(f"{annotator}-{degree}.csv")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*line], lineterminator="\n")
        writer.writeheader()
        writer.writerow(line)
    return str(out)


def test_a_file_that_cannot_be_read_does_not_keep_the_rest_of_a_folder_from_a_tool(home, tmp_path):
    told = run("export", *DEMO, "-o", str(tmp_path / "tasks.json"), "--format", "label-studio")
    assert "LEESMIJ.md: not a format we know" in told.stderr
    assert "54 notices" in told.stderr
    assert (tmp_path / "tasks.xml").is_file()
    for step in ("2 annotations per task", "Label All Tasks", "Export, JSON"):
        assert step in told.stderr


def test_a_correction_is_taken_over_and_a_file_that_is_stuck_is_repaired(home, tmp_path):
    out = tmp_path / "tasks.csv"
    run("export", *NOTICES, "-o", str(out))
    inputs = [x for path in NOTICES for x in ("--input", path)]
    notice = "99000101-2025"

    def take(*given, round_="first"):
        return run("import", filled(out, notice, *given), *inputs, "--into", "x", "--round", round_)

    assert "1 judgements added" in take("a1").stderr
    assert "0 judgements added, 1 corrected" in take("a1", "incremental").stderr
    take("a2", round_="second")
    # Whoever judged first keeps that round.
    assert "1 corrected" in take("a1", round_="second").stderr
    run("adjudicate", "x")
    path = home / "corpora" / "annotations" / "x.csv"
    stuck = path.read_text(encoding="utf-8").splitlines()
    twice = stuck[-1].replace(",a2,", ",a1,")
    path.write_text("\n".join([*stuck, twice, ""]), encoding="utf-8")
    with pytest.raises(CorpusError, match="judged more than once"):
        run("adjudicate", "x")
    assert "1 judgements changed rounds" in run("repair", "x").stderr
    run("adjudicate", "x")
    with pytest.raises(SettingsError, match="needs a --reason"):
        run("repair", "x", "--withdraw", f"{notice}=a2")
    run("repair", "x", "--withdraw", f"{notice}=a2", "--reason", "wrong notice")
    assert ",a2," not in path.read_text(encoding="utf-8")
    kept = (home / "corpora" / "withdrawn.jsonl").read_text(encoding="utf-8")
    assert '"annotator":"a2"' in kept
    assert '"reason":"wrong notice"' in kept


def test_the_model_is_not_even_asked_of_a_notice_that_was_drawn(home, tmp_path, monkeypatch):
    draws = home / "corpora" / "draws"
    draws.mkdir()
    drawn = {"text_notice_ids": ["99000101-2025"]}
    (draws / "2026Q3-x.json").write_text(json.dumps(drawn), encoding="utf-8")
    asked = []

    class Silent:
        def judge_notices(self, notices):
            asked.extend(x.notice_id for x in notices)
            return []

    monkeypatch.setattr("pipeline.labels.classify.Classifier.load", lambda *_, **__: Silent())
    told = run("export", *NOTICES, "-o", str(tmp_path / "tasks.csv"), "--predictions")
    assert len(asked) == 53
    assert "99000101-2025" not in asked
    assert "none of 1 drawn" in told.stderr
