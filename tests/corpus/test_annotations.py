"""Judgements survive writing and reading; a wrong one is refused with its line."""

import csv
import datetime as dt
import io

import pytest

from pipeline import codebook, settings
from pipeline.corpus import annotations, dutch_excel
from pipeline.errors import CorpusError
from pipeline.records import Annotation, Evidence, Judgement, Notice
from pipeline.store import Store

BOOK = codebook.load(Store(settings.load().home))


@pytest.fixture(scope="module")
def book():
    return BOOK


def judged(**changes) -> Annotation:
    facts = {
        "notice_id": "1-2026",
        "text_hash": "0123456789abcdef",
        "judgement": Judgement(
            degree="disruptive", aspect=("rd", "solution"), openness="asked", forms=("pcp", "sbir")
        ),
        "evidence": (
            Evidence(label="disruptive", section="title", start=3, end=9),
            Evidence(label="pcp", field="procedure", value="oth-mult"),
        ),
        "annotator": "a1",
        "annotated_at": dt.date(2026, 11, 21),
        "codebook_version": BOOK.version,
        "codebook_fingerprint": BOOK.meaning,
        "round": "first",
        "draw_id": "d1",
        "inclusion_probability": 0.1 + 0.2,
        "unsure": True,
    }
    return Annotation(**(facts | changes))


def test_writing_and_reading_loses_nothing(book):
    conventional = Judgement(degree="none", aspect=(), openness="closed", forms=())
    given = (
        judged(),
        judged(
            notice_id="2-2026",
            judgement=conventional,
            evidence=(),
            draw_id=None,
            inclusion_probability=None,
            unsure=False,
        ),
    )
    assert annotations.read(annotations.write(given), book, name="x.csv") == given


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("disruptive,", "revolutionary,", "line 2: degree 'revolutionary' is not in the codebook"),
        ("pcp;sbir", "pcp;magic", "line 2: forms 'magic' is not in the codebook"),
        (",asked,", ",closed,", "line 2: degree 'disruptive' does not go with"),
        (
            f",{BOOK.version},{BOOK.meaning}",
            f",9,{BOOK.meaning}",
            f"judged by codebook version 9; expected {BOOK.version}",
        ),
        (f",{BOOK.meaning},", ",0123456789abcdef,", "labels, definitions or fields have changed"),
        (f",{BOOK.meaning},", ",,", "with fingerprint unknown"),
        (",first,", ",third,", "unknown round 'third'"),
        ("2026-11-21", "2026-11-31", "line 2: annotated_at is '2026-11-31'; expected a date"),
        (",d1,", ",,", "line 2: 1-2026: a drawn notice has an inclusion probability"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(book, old, new, message):
    text = annotations.write([judged()])
    assert old in text
    with pytest.raises(CorpusError, match=message):
        annotations.read(text.replace(old, new), book, name="x.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('""start"": 3', '""start"": 9', "evidence for disruptive: not a passage: 9 to 9"),
        ('""start"": 3', '""start"": ""3""', "not a passage: '3' to 9"),
        ('""start"": 3', '""begin"": 3', "unexpected keyword argument 'begin'"),
        ('""label"": ""pcp""', '""label"": ""magic""', "unknown label 'magic'"),
        ('""procedure""', "7", "evidence for pcp: field is 7"),
        (",0.30000000000000004,", ",1.5,", "inclusion_probability is 1.5; expected more than 0"),
        (",a1,", ",=1+1,", "annotator '=1\\+1' would be a formula in a spreadsheet"),
        (",a1,", ",,", "line 2: no annotator"),
        (",true", "", "line 2: expected 15 cells"),
        (",true", ",true,more", "line 2: expected 15 cells"),
        ('}]",', '}]"x,', "line 2: ',' expected after '\"'"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused(book, old, new, message):
    text = annotations.write([judged()])
    assert old in text
    with pytest.raises(CorpusError, match=message):
        annotations.read(text.replace(old, new), book, name="x.csv")


def test_a_missing_column_is_named(book):
    with pytest.raises(CorpusError, match=r"no column .*text_hash"):
        annotations.read("notice_id\n1\n", book, name="x.csv")


def test_the_adjudicated_judgement_wins_and_the_second_never_does():
    first, second = judged(), judged(round="second", annotator="a2")
    assert annotations.final([second, first]) == {"1-2026": first}
    adjudicated = judged(round="adjudicated", annotator="a3")
    assert annotations.final([second, adjudicated, first]) == {"1-2026": adjudicated}


def test_readings_that_differ_are_no_judgement_until_somebody_decides():
    novel = Judgement(degree="disruptive", aspect=("rd",), openness="asked", forms=())
    one = judged(annotator="a")
    other = judged(annotator="z", judgement=novel)
    assert one.judgement != novel
    for several in ([one, other], [other, one]):
        assert annotations.final(several) == {}
        assert annotations.undecided(several) == {"1-2026"}
    decision = judged(round="adjudicated", annotator="b", judgement=novel)
    assert annotations.final([one, other, decision]) == {"1-2026": decision}
    against = judged(round="adjudicated", annotator="c")
    assert annotations.final([one, other, decision, against]) == {}


def test_a_changed_text_has_another_fingerprint():
    one = Notice(notice_id="1", source="t", format="t", kind="result", title="Een brug")
    other = Notice(notice_id="1", source="t", format="t", kind="result", title="Een  brug")
    changed = Notice(notice_id="1", source="t", format="t", kind="result", title="Twee bruggen")
    assert annotations.text_hash(one) == annotations.text_hash(other)
    assert annotations.text_hash(one) != annotations.text_hash(changed)


@pytest.mark.parametrize("told", ["", "sep=;\r\n"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_what_dutch_excel_makes_of_a_file_is_read_as_the_same_judgements(book, told, encoding):
    given = (judged(annotator="Zoë"),)
    ours = csv.DictReader(io.StringIO(annotations.write(given)))
    (line,) = ours
    names = {x.label_id: x.name for x in book.labels}
    for column in ("degree", "aspect", "openness", "forms"):
        line[column] = ";".join(names[x] for x in line[column].split(";"))
    line |= {"annotated_at": "21-11-2026", "unsure": "WAAR"}
    line["inclusion_probability"] = line["inclusion_probability"].replace(".", ",")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ours.fieldnames, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(line)
    saved = dutch_excel.decode((told + out.getvalue()).encode(encoding))
    assert annotations.read(saved, book, name="x.csv") == given


def test_all_that_is_wrong_with_a_file_is_told_at_once(book):
    text = annotations.write([judged(), judged(notice_id="2-2026"), judged(notice_id="3-2026")])
    first, *lines = text.splitlines()
    lines[0] = lines[0].replace(",true", ",misschien").replace("2026-11-21", "gisteren")
    lines[2] = lines[2].replace("disruptive,", "enorm,", 1)
    with pytest.raises(CorpusError) as caught:
        annotations.read("\n".join([first, *lines]), book, name="x.csv")
    told = str(caught.value).split("\n")
    assert told[0] == (
        "x.csv, line 2: annotated_at is 'gisteren'; expected a date like 2026-11-29; "
        "unsure is 'misschien'; expected true or false"
    )
    assert told[1].startswith("x.csv, line 4: degree 'enorm' is not in the codebook; known: none")
