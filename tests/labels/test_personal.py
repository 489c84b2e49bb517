"""No output that people see holds an address or a number of a person, or text that turns."""

import csv
import datetime as dt
import html
import io
import json
import zipfile

import pandas as pd
import pytest
from rich.console import Console

from pipeline.errors import SettingsError
from pipeline.estimates.frame import Frame, audit
from pipeline.labels.find import find
from pipeline.labels.run import Run
from pipeline.labels.show import show
from pipeline.labels.table import line
from pipeline.records import AwardLot, Period
from pipeline.report.examples import _passages
from pipeline.report.pages import labels_page, notice_page

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
SECRETS = ("j.jansen@dorp.example.nl", "06-12345678", "020 123 45 67")
TEXT = (
    "Wij zoeken een innovatief systeem dat nog niet op de markt bestaat en vragen om onderzoek en "
    f"ontwikkeling; mail {SECRETS[0]} of bel {SECRETS[1]} voor het innovatiepartnerschap. "
    "Daarna volgt de levering aan het waterschap."
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("personal") / "in.csv"
    rows = [
        ("notice_id", "title", "description", "buyer"),
        ("1\u202e", f"Dijken\u202e, bel {SECRETS[2]}", TEXT, f"Dorp\u2067 {SECRETS[0]}"),
    ]
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return path


def content(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            return html.unescape("".join(packed.read(x).decode() for x in packed.namelist()))
    return path.read_text(encoding="utf-8")


def assert_clean(text):
    assert "•" in text
    assert not [x for x in (*SECRETS, "\u202e", "\u2067") if x in text]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_tables_of_labels(classifier, source, tmp_path, kind):
    run = Run(inputs=[source], path=tmp_path / f"out.{kind}", classifier=classifier, now=NOW)
    run.go()
    assert_clean(content(run.path))


def test_the_quarantine(classifier, tmp_path):
    source = tmp_path / f"Foto\u202egpj {SECRETS[1]}.xml"
    source.write_text(f"<a>{SECRETS[0]}</a>")
    run = Run(inputs=[source], path=tmp_path / "out.csv", classifier=classifier, now=NOW)
    run.go()
    assert "\u202e" not in content(run.quarantine_path)
    assert not [x for x in SECRETS[:1] if x in content(run.quarantine_path)]


def test_evidence_keeps_the_offsets_of_the_text_itself(classifier, source):
    prediction, document = classifier.explain(find("1\u202e", [source], now=NOW))
    values = line(prediction, classifier.codebook)
    places = {section.name: section for section in document.sections}
    cited = [x for x in json.loads(values["evidence"]) if "text" in x]
    assert any("•" in x["text"] for x in cited)
    for one in cited:
        start = places[one["section"]].start
        whole = document.text[start + one["start"] : start + one["end"]]
        assert len(whole) == len(one["text"])
        assert [a for a, b in zip(whole, one["text"], strict=True) if b not in {a, "•"}] == []


def test_labels_are_those_of_the_text_itself(classifier, source):
    prediction, document = classifier.explain(find("1\u202e", [source], now=NOW))
    assert SECRETS[0] in document.text
    assert any(SECRETS[0] in (x.text or "") for x in prediction.evidence)


def test_pages_and_the_terminal(classifier, source):
    prediction, document = classifier.explain(find("1\u202e", [source], now=NOW))
    assert_clean(notice_page(prediction, document, classifier.codebook))
    assert_clean(labels_page([prediction], classifier.codebook, title="x", notes=["\u202enoot"]))
    screen = io.StringIO()
    Console(file=screen, width=200).print(show(prediction, document, classifier.codebook))
    assert_clean(screen.getvalue())


def test_examples_in_the_report(classifier, source):
    prediction, _ = classifier.explain(find("1\u202e", [source], now=NOW))
    shown = list(_passages(prediction.notice, prediction.evidence))
    assert_clean(" ".join(x.before + x.marked + x.after for x in shown))


def test_the_audit_of_lots():
    lot = AwardLot(
        **dict.fromkeys(AwardLot.__dataclass_fields__),
    )
    object.__setattr__(lot, "title", f"Dijk\u202e {SECRETS[0]}")
    object.__setattr__(lot, "buyer", f"Dorp {SECRETS[1]}")
    object.__setattr__(lot, "flags", ())
    day = dt.date(2026, 1, 1)
    frame = Frame(period=Period(day, day), lots=(lot,), calls_only=False, not_taken={})
    (told,) = audit(frame)
    assert_clean(f"{told['title']} {told['buyer']}")


@pytest.mark.parametrize("wanted", ["a" * 5_000, "../../etc/passwd\0", "CON"])
def test_a_notice_that_is_asked_by_a_name_no_file_can_have_is_not_found(source, wanted):
    with pytest.raises(SettingsError, match="no notice"):
        find(wanted, [source], now=NOW)
