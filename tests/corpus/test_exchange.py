"""Judgements survive the way to a tool and back; what is wrong comes back whole, with its place."""

import csv
import datetime as dt
import io
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree

from pipeline import codebook, settings
from pipeline.corpus import exchange
from pipeline.corpus.annotations import read, text_hash
from pipeline.corpus.exchange import label_studio
from pipeline.errors import CorpusError
from pipeline.records import (
    Annotation,
    Draw,
    Evidence,
    Judgement,
    Lot,
    Notice,
    Prediction,
)
from pipeline.store import Store

BOOK = codebook.load(Store(settings.load().home))
NONE = Judgement(degree="none", aspect=(), openness="closed", forms=())
NEW = Judgement(
    degree="disruptive",
    aspect=("rd", "solution"),
    openness="asked",
    forms=("innovation_partnership", "living_lab"),
)
TODAY = dt.date(2026, 11, 21)
SITTING = exchange.Sitting(annotator="lezer-c", annotated_at=TODAY)

EXCHANGES = pytest.mark.parametrize("name", exchange.EXCHANGES)
TOOLS = pytest.mark.parametrize("name", [x for x in exchange.EXCHANGES if x != "csv"])


def notice(
    notice_id, title="Slimme stuw", description="Een 🌊 stuw\ndie nog niet bestaat."
) -> Notice:
    return Notice(
        notice_id=notice_id,
        source="test",
        format="tabular",
        kind="competition",
        title=title,
        description=description,
        procedure="innovation",
        lots=(Lot(lot_id="LOT-0001", title="Proef in de Vecht; met “aanhalingstekens”"),),
    )


NOTICES = {x.notice_id: x for x in [notice("1-2026"), notice("2-2026"), notice("PPP/3_x", "=1+1")]}


def judged(notice_id="1-2026", **changes) -> Annotation:
    facts = {
        "notice_id": notice_id,
        "text_hash": text_hash(NOTICES[notice_id]),
        "judgement": NEW,
        "evidence": (
            Evidence(
                label="living_lab", section="lot:LOT-0001:title", start=0, end=5, text="Proef"
            ),
            Evidence(label="innovation_partnership", field="procedure", value="innovation"),
            # In the description, behind a character of two UTF-16 units.
            Evidence(label="disruptive", section="description", start=15, end=32),
            Evidence(label="rd", section="description", start=15, end=32),
        ),
        "annotator": "lezer-a",
        "annotated_at": dt.date(2026, 10, 2),
        "codebook_version": BOOK.version,
        "codebook_fingerprint": BOOK.meaning,
        "round": "first",
        "draw_id": "2026Q1-strata-300-7-0a1b2c3d",
        "inclusion_probability": 0.1 + 0.2,
        "unsure": True,
    }
    return Annotation(**(facts | changes))


PLAIN = {"judgement": NONE, "evidence": (), "draw_id": None, "inclusion_probability": None}
GIVEN = (
    judged(),
    judged(annotator="lezer-b", round="second", unsure=False, **PLAIN),
    judged("2-2026", text_hash=None, unsure=False, **PLAIN),
    judged("PPP/3_x", round="adjudicated", annotator="scheids/rechter"),
)

PREDICTION = Prediction(
    notice=NOTICES["2-2026"],
    language="nl",
    probabilities={"none": 0.25, "disruptive": 0.75},
    judgement=NEW,
    forms=NEW.forms,
    rules=(),
    differs=(),
    evidence=(
        Evidence(label="disruptive", section="description", start=0, end=9, text="Een 🌊 stuw"[:9]),
        Evidence(label="innovation_partnership", field="procedure", value="innovation"),
    ),
    abstained=None,
    model_id="model-1",
)


def exported(name, judged_=GIVEN, **options) -> bytes:
    tasks = exchange.tasks(NOTICES.values(), judged_, **options)
    return exchange.EXCHANGES[name].export(tasks, BOOK)


def imported(name, body, **options):
    return exchange.EXCHANGES[name].import_(body, BOOK, **({"notices": NOTICES} | options))


# --- Round trips


@EXCHANGES
def test_a_round_trip_loses_nothing(name):
    expected = tuple(sorted(GIVEN, key=lambda x: (x.notice_id, x.round, x.annotator)))
    assert imported(name, exported(name)) == expected


@EXCHANGES
def test_a_second_round_trip_gives_the_same_bytes(name):
    once = exported(name)
    assert exported(name, imported(name, once)) == once


@st.composite
def annotations(draw):
    """Any judgement the records allow, with any evidence that lies in the text."""
    none = draw(st.booleans())
    forms = draw(st.lists(st.sampled_from(BOOK.forms), unique=True).map(sorted))
    aspects = st.lists(st.sampled_from(BOOK.of("aspect")), min_size=1, unique=True).map(sorted)
    judgement = Judgement(
        degree="none" if none else draw(st.sampled_from(BOOK.degrees[1:])),
        aspect=() if none else tuple(draw(aspects)),
        openness="closed" if none else draw(st.sampled_from(("asked", "room"))),
        forms=tuple(forms),
    )
    lengths = {"title": 11, "description": 32, "lot:LOT-0001:title": 40}

    @st.composite
    def passages(draw):
        section = draw(st.sampled_from(list(lengths)))
        start = draw(st.integers(0, lengths[section] - 1))
        label = draw(st.sampled_from([x.label_id for x in BOOK.labels]))
        end = draw(st.integers(start + 1, lengths[section]))
        return Evidence(label=label, section=section, start=start, end=end)

    fields = st.builds(
        Evidence,
        label=st.sampled_from((judgement.degree, *judgement.forms)),
        field=st.sampled_from(("procedure", "variants")),
        value=st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    )
    chance = draw(st.none() | st.floats(0, 1, exclude_min=True))
    return judged(
        judgement=judgement,
        evidence=tuple(draw(st.lists(passages() | fields, max_size=4, unique=True))),
        annotated_at=draw(st.dates()),
        round=draw(st.sampled_from(("first", "second", "adjudicated"))),
        draw_id=None if chance is None else "d1",
        inclusion_probability=chance,
        unsure=draw(st.booleans()),
    )


@EXCHANGES
@hypothesis_settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(one=annotations())
def test_any_judgement_survives_a_round_trip(name, one):
    assert imported(name, exported(name, [one])) == (one,)


def test_our_own_annotation_files_can_be_imported_as_they_are():
    from pipeline.corpus.annotations import write

    assert set(imported("csv", write(GIVEN).encode())) == set(GIVEN)


def test_what_was_exported_as_csv_reads_as_an_annotation_file():
    assert set(read(exported("csv").decode(), BOOK, name="x.csv")) == set(GIVEN)


# --- Notices nobody judged, and predictions


@EXCHANGES
@pytest.mark.parametrize("known", [(), (PREDICTION,)], ids=["nothing", "a prediction"])
def test_what_nobody_judged_is_not_imported(name, known):
    assert imported(name, exported(name, known), sitting=SITTING) == ()


def test_label_studio_gets_predictions_with_a_version_and_a_score():
    task = json.loads(exported("label-studio", [PREDICTION]))[1]
    assert task["annotations"] == []
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("model-1", 0.75)
    assert [(x["from_name"], x["value"]) for x in prediction["result"]] == [
        ("degree", {"choices": ["disruptive"]}),
        ("aspect", {"choices": ["rd", "solution"]}),
        ("openness", {"choices": ["asked"]}),
        ("forms", {"choices": ["innovation_partnership", "living_lab"]}),
        # The title has eleven characters and a line break follows it.
        ("evidence", {"start": 12, "end": 21, "text": "Een 🌊 stu", "labels": ["disruptive"]}),
    ]


def test_prodigy_shows_a_prediction_ticked_and_marked_but_unanswered():
    entry = [json.loads(x) for x in exported("prodigy", [PREDICTION]).splitlines()][1]
    assert entry["accept"][:2] == ["disruptive", "rd"]
    assert entry["spans"] == [{"start": 12, "end": 21, "label": "disruptive"}]
    assert {"id": "living_lab", "text": "proeftuin of pilot"} in entry["options"]
    assert "answer" not in entry


def test_doccano_and_csv_show_a_prediction_as_a_suggestion():
    suggested = "disruptive;rd;solution;asked;innovation_partnership;living_lab"
    entry = [json.loads(x) for x in exported("doccano", [PREDICTION]).splitlines()][1]
    assert (entry["cats"], entry["entities"], entry["suggested"]) == ([], [], suggested)
    lines = csv.DictReader(io.StringIO(exported("csv", [PREDICTION]).decode()))
    assert [x["suggested"] for x in lines] == ["", suggested, ""]


def test_an_abstention_suggests_its_forms_only():
    silent = replace(PREDICTION, judgement=None, probabilities={}, abstained="te kort", evidence=())
    task = json.loads(exported("label-studio", [silent]))[1]["predictions"][0]
    assert [x["from_name"] for x in task["result"]] == ["forms"]
    assert "score" not in task


def test_what_the_model_thinks_of_a_drawn_notice_reaches_nobody():
    drawn = replace(DRAW, text_notice_ids=("2-2026",) * 3)
    for name in exchange.EXCHANGES:
        body = exported(name, [PREDICTION], draw=drawn)
        assert b"model-1" not in body
        # What is ticked or suggested; the labels that can be ticked stand in Prodigy's options.
        assert body.replace(b'"id": "living_lab"', b"").count(b"living_lab") == 0, name


# --- New judgements, made in the tool

DRAW = Draw(
    draw_id="d7",
    period="2026Q1",
    frame_fingerprint="0" * 64,
    design="strata",
    seed=7,
    lot_keys=("a", "b", "c"),
    text_notice_ids=("1-2026", "1-2026", "2-2026"),
    probabilities=(0.2, 0.5, 1.0),
    strata=("x", "x", "x"),
    stratum_sizes={"x": 9},
)


def choices(box, *labels, result_id="x1"):
    return {
        "id": result_id,
        "from_name": box,
        "to_name": "text",
        "type": "choices",
        "value": {"choices": [*labels]},
    }


def in_label_studio(task):
    """What Label Studio adds when user 7 judges a task."""
    task["annotations"].append(
        {
            "id": 31,
            "completed_by": {"id": 7, "email": "iemand@example.org"},
            "created_at": "2026-11-20T09:00:00.000000Z",
            "was_cancelled": False,
            "result": [
                choices("degree", "incremental"),
                choices("aspect", "solution"),
                choices("openness", "room"),
                {
                    "id": "x2",
                    "from_name": "evidence",
                    "to_name": "text",
                    "type": "labels",
                    # From the title into the description.
                    "value": {"start": 7, "end": 15, "text": "stuw\\nEen", "labels": ["solution"]},
                },
            ],
        }
    )


def in_doccano(entry):
    entry |= {"cats": ["incremental", "solution", "room"], "entities": [[7, 15, "solution"]]}


def in_prodigy(entry):
    entry |= {
        "accept": ["incremental", "solution", "room"],
        "spans": [{"start": 7, "end": 15, "label": "solution", "token_start": 1}],
        "answer": "accept",
        "_session_id": "set-naam-van-iemand",
        "_timestamp": 1795165200,  # 2026-11-20T09:00:00Z
    }


def worked(name, change, known=(), **options) -> bytes:
    """An export, after ``change`` was done to its first entry."""
    body = exported(name, known, **options)
    entries = (
        json.loads(body) if name == "label-studio" else [json.loads(x) for x in body.splitlines()]
    )
    change(entries[0])
    if name == "label-studio":
        return json.dumps(entries).encode()
    return "\n".join(json.dumps(x) for x in entries).encode()


# doccano does not tell; the others know better than who imports.
JUDGED_AT = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
TOLD = {"label-studio": JUDGED_AT, "doccano": TODAY, "prodigy": JUDGED_AT.date()}

JUDGE = {"label-studio": in_label_studio, "doccano": in_doccano, "prodigy": in_prodigy}


@TOOLS
def test_a_new_judgement_knows_text_draw_and_passages(name):
    (one,) = imported(name, worked(name, JUDGE[name], draw=DRAW), sitting=SITTING)
    assert one == Annotation(
        notice_id="1-2026",
        text_hash=text_hash(NOTICES["1-2026"]),
        judgement=Judgement(degree="incremental", aspect=("solution",), openness="room", forms=()),
        # A passage lies in one section, so what crosses a border becomes two.
        evidence=(
            Evidence(label="solution", section="title", start=7, end=11),
            Evidence(label="solution", section="description", start=0, end=3),
        ),
        annotator="lezer-c",
        annotated_at=TOLD[name],
        codebook_version=BOOK.version,
        codebook_fingerprint=BOOK.meaning,
        round="first",
        draw_id="d7",
        inclusion_probability=0.5,
    )


def test_label_studio_tells_the_number_of_the_user_and_never_the_address():
    (one,) = imported("label-studio", worked("label-studio", in_label_studio))
    assert (one.annotator, one.annotated_at, one.round) == (
        "label-studio-7",
        JUDGED_AT,
        "first",
    )


def test_of_two_who_judge_a_task_in_label_studio_the_later_is_second():
    def twice(task):
        in_label_studio(task)
        in_label_studio(task)
        task["annotations"][1]["completed_by"] = 8

    found = imported("label-studio", worked("label-studio", twice))
    assert [(x.annotator, x.round) for x in found] == [
        ("label-studio-7", "first"),
        ("label-studio-8", "second"),
    ]


def test_a_cancelled_annotation_and_an_ignored_answer_are_no_judgements():
    def cancelled(task):
        in_label_studio(task)
        task["annotations"][0]["was_cancelled"] = True

    def ignored(entry):
        in_prodigy(entry)
        entry["answer"] = "ignore"

    assert imported("label-studio", worked("label-studio", cancelled)) == ()
    assert imported("prodigy", worked("prodigy", ignored), sitting=SITTING) == ()


def test_a_line_that_was_filled_in_takes_who_and_when_from_the_import():
    filled = (
        exported("csv", (), draw=DRAW)
        .decode()
        .replace(
            "1-2026," + text_hash(NOTICES["1-2026"]) + ",,,,,",
            "1-2026," + text_hash(NOTICES["1-2026"]) + ",none,,closed,conventional,",
        )
    )
    (one,) = imported("csv", filled.encode(), sitting=SITTING)
    assert (one.judgement, one.annotator, one.round) == (NONE, "lezer-c", "first")
    assert (one.draw_id, one.inclusion_probability) == ("d7", 0.5)


@pytest.mark.parametrize("name", ["doccano", "prodigy"])
def test_who_judged_must_be_known(name):
    with pytest.raises(CorpusError, match="line 1: 1-2026: the file does not say annotator"):
        imported(name, worked(name, JUDGE[name]))


@TOOLS
def test_evidence_that_was_unmarked_is_gone_and_a_field_stays_with_its_label(name):
    def change(entry):
        """Take away the spans, and the tick of innovation_partnership."""
        if name == "label-studio":
            (one,) = entry["annotations"]
            one["result"] = [x for x in one["result"] if x["type"] == "choices"]
            for x in one["result"]:
                x["value"]["choices"] = [y for y in x["value"]["choices"] if y not in gone]
        else:
            entry["spans" if name == "prodigy" else "entities"] = []
            ticked = "accept" if name == "prodigy" else "cats"
            entry[ticked] = [x for x in entry[ticked] if x not in gone]

    gone = set()
    (one,) = imported(name, worked(name, change, [judged()]), sitting=SITTING)
    # What doccano cannot show nobody has unmarked: rd, which overlaps disruptive.
    hidden = ["rd"] if name == "doccano" else []
    assert [x.label for x in one.evidence] == ["innovation_partnership", *hidden]
    gone = {"innovation_partnership", "rd"}
    (one,) = imported(name, worked(name, change, [judged()]), sitting=SITTING)
    assert (one.evidence, one.judgement.forms) == ((), ("living_lab",))


def updated(task):
    """What Label Studio adds when user 7 opens what user 1 uploaded, and saves it."""
    task["annotations"][0] |= {
        "completed_by": {"id": 1, "email": "iemand@example.org"},
        "created_at": "2026-11-01T09:00:00.000000Z",
        "updated_by": 7,
        "updated_at": "2026-11-20T09:00:00.000000Z",
    }


def test_who_changes_a_judgement_in_label_studio_is_named_for_it_with_the_day():
    def change(task):
        updated(task)
        ticks("label-studio", task)[0] = "incremental"

    (one,) = imported("label-studio", worked("label-studio", change, [judged()]))
    assert one.judgement.degree == "incremental"
    assert (one.annotator, one.annotated_at, one.round) == (
        "label-studio-7",
        JUDGED_AT,
        "adjudicated",
    )
    assert (one.draw_id, one.inclusion_probability) == (judged().draw_id, 0.1 + 0.2)


def test_what_was_saved_without_a_change_stays_of_who_judged_it():
    assert imported("label-studio", worked("label-studio", updated, [judged()])) == (judged(),)


@pytest.mark.parametrize("name", ["doccano", "prodigy"])
def test_a_changed_judgement_is_not_credited_to_who_made_it(name):
    def change(entry):
        ticks(name, entry)[0] = "incremental"

    body = worked(name, change, [judged()])
    with pytest.raises(CorpusError, match="line 1: 1-2026: the file does not say annotator"):
        imported(name, body)
    (one,) = imported(name, body, sitting=SITTING)
    assert (one.annotator, one.annotated_at) == ("lezer-c", TODAY)


# --- What is refused


def ticks(name, entry):
    """The list of ticked labels, degree first."""
    if name == "label-studio":
        return entry["annotations"][0]["result"][0]["value"]["choices"]
    return entry["accept" if name == "prodigy" else "cats"]


def place(name):
    return {"label-studio": "task 1", "csv": "csv, line 2"}.get(name, "line 1")


@TOOLS
def test_an_unknown_label_is_refused_with_its_entry(name):
    def change(entry):
        ticks(name, entry).append("magisch")

    with pytest.raises(CorpusError, match=f"{place(name)}: unknown label 'magisch'"):
        imported(name, worked(name, change, GIVEN))


@TOOLS
@pytest.mark.parametrize("degrees", [[], ["disruptive", "incremental"]])
def test_no_degree_or_two_are_refused(name, degrees):
    def change(entry):
        ticked = ticks(name, entry)
        ticked[:] = degrees + [x for x in ticked if x != "disruptive"]

    with pytest.raises(CorpusError, match=f"{place(name)}: 1-2026: degree is .*; expected one of"):
        imported(name, worked(name, change, [judged()]))


@EXCHANGES
def test_an_unknown_notice_is_refused(name):
    known = {key: x for key, x in NOTICES.items() if key != "1-2026"}
    with pytest.raises(CorpusError, match=f"{place(name)}: unknown notice '1-2026'; 2 notices"):
        imported(name, exported(name), notices=known)


@EXCHANGES
def test_a_text_that_has_changed_is_refused(name):
    changed = NOTICES | {"1-2026": notice("1-2026", title="Slimme sluis")}
    with pytest.raises(CorpusError, match=f"{place(name)}: 1-2026: the text has changed since"):
        imported(name, exported(name), notices=changed)


@EXCHANGES
def test_one_wrong_entry_keeps_all_from_being_imported(name):
    known = {key: x for key, x in NOTICES.items() if key != "PPP/3_x"}
    last = {"label-studio": "task 3", "csv": "csv, line 5"}.get(name, "line 4")
    with pytest.raises(CorpusError, match=f"{last}: unknown notice"):
        imported(name, exported(name), notices=known)


@EXCHANGES
def test_a_judgement_that_stands_there_twice_is_refused(name):
    body = exported(name, [judged()])
    if name == "label-studio":
        body = json.dumps(json.loads(body)[:1] * 2).encode()
    else:
        lines = body.splitlines(keepends=True)
        body = b"".join([*lines[: 2 if name == "csv" else 1], lines[1 if name == "csv" else 0]])
    with pytest.raises(CorpusError, match="1-2026: a second judgement by lezer-a in first"):
        imported(name, body)


@EXCHANGES
@pytest.mark.parametrize("annotator", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1"])
def test_an_annotator_that_would_be_a_formula_is_refused(name, annotator):
    body = exported(name, [judged(annotator="lezer-a")]).decode()
    if name == "csv":
        body = body.replace("lezer-a", f'"{annotator}"')
    else:
        body = body.replace('"lezer-a"', json.dumps(annotator))
    with pytest.raises(CorpusError, match="would be a formula in a spreadsheet"):
        imported(name, body.encode())


def test_no_cell_of_the_csv_is_a_formula():
    cells = [x for line in csv.reader(io.StringIO(exported("csv").decode())) for x in line]
    # The third notice is called =1+1.
    assert [x for x in cells if "=1+1" in x] == ["'=1+1", "'=1+1" + cells[-1][5:]]
    assert [x for x in cells if x.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_a_notice_id_that_would_be_a_formula_is_not_exported():
    with pytest.raises(CorpusError, match="notice_id '=1' would be a formula"):
        exchange.EXCHANGES["csv"].export(exchange.tasks([notice("=1")]), BOOK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entities": [[7, 7, "rd"]]}, "rd: no passage from character 7 to 7"),
        ({"entities": [[-1, 7, "rd"]]}, "rd: no passage from character -1 to 7"),
        ({"entities": [[0, 10_000, "rd"]]}, "rd: no passage from character 0 to 10000"),
        ({"entities": [["0", 7, "rd"]]}, "is not start, end and label"),
        ({"entities": [[0, 7, "magisch"]]}, "unknown label 'magisch'"),
        ({"entities": {}}, "entities is '{}'; expected a list"),
        ({"cats": "none"}, "cats is 'none'; expected a list of str"),
        ({"cats": []}, "1-2026: passages but no labels"),
        ({"cats": ["none", "closed", "conventional", "pcp"]}, "conventional and"),
        ({"cats": ["none", "asked"]}, "degree 'none' does not go with"),
        ({"notice_id": None}, "notice_id is 'None'; expected str"),
        ({"facts": []}, "facts is '\\[\\]'; expected dict"),
        ({"facts": {"round": "third"}}, "unknown round 'third'"),
        ({"facts": {"codebook_version": 9}}, "judged by codebook version 9; expected"),
        ({"facts": {"text_hash": "f" * 16}}, "the text has changed since it was judged"),
        ({"facts": {"draw_id": "d1"}}, "a drawn notice has an inclusion probability"),
        ({"facts": {"draw_id": "d1", "inclusion_probability": 1.5}}, "at most 1"),
        ({"facts": {"draw_id": "d1", "inclusion_probability": float("nan")}}, "is nan; expected"),
        ({"facts": {"draw_id": "d1", "inclusion_probability": True}}, "inclusion_probability is"),
        ({"facts": {"annotator": ["x"]}}, "annotator is"),
        ({"facts": {"annotated_at": "gisteren"}}, "annotated_at is 'gisteren'; expected a date"),
        ({"facts": {"evidence": "x"}}, "evidence is 'x'; expected a list of dict"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(change, message):
    def wrong(entry):
        in_doccano(entry)
        entry |= change

    with pytest.raises(CorpusError, match=f"^line 1: .*{message}"):
        imported("doccano", worked("doccano", wrong), sitting=SITTING)


def test_words_that_are_not_those_that_were_marked_are_refused():
    def change(task):
        in_label_studio(task)
        task["annotations"][0]["result"][3]["value"]["text"] = "sluis"

    with pytest.raises(CorpusError, match="task 1: characters 7 to 15 are not the words"):
        imported("label-studio", worked("label-studio", change))


def test_an_answer_that_says_only_what_it_is_not_is_refused():
    def change(entry):
        in_prodigy(entry)
        entry["answer"] = "reject"

    with pytest.raises(CorpusError, match="line 1: answer is 'reject'; expected accept or ignore"):
        imported("prodigy", worked("prodigy", change), sitting=SITTING)


@EXCHANGES
@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"{",
        b"7",
        b'"x"',
        b"[" * 100_000,
        b'[{"data": 1}]',
        b'{"cats": ["none"], "answer": "accept"}',
        b'[{"data": {"text": "x", "judgements": {}}, "annotations": [{"result": [{}]}]}]',
        b'notice_id\n"x',
    ],
)
def test_what_is_no_such_file_is_refused(name, body):
    with pytest.raises(CorpusError):
        imported(name, body, sitting=SITTING)


@EXCHANGES
def test_a_file_beyond_the_limit_is_refused(name, monkeypatch):
    monkeypatch.setattr("pipeline.corpus.exchange._untrusted.MOST_BYTES", 1000)
    with pytest.raises(CorpusError, match="at most 1000 are read"):
        imported(name, exported(name))


@EXCHANGES
def test_a_judgement_of_another_text_is_not_exported(name):
    with pytest.raises(CorpusError, match="1-2026: the text has changed since it was judged"):
        exported(name, [judged(text_hash="f" * 16)])


def test_a_field_that_speaks_for_a_label_nobody_gave_is_not_exported():
    stray = Evidence(label="variants", field="variants", value="allowed")
    with pytest.raises(CorpusError, match="field variants is evidence for variants, which was not"):
        exported("csv", [judged(evidence=(stray,))])


def test_a_quotation_that_is_not_in_the_text_is_not_exported():
    false = Evidence(label="rd", section="title", start=0, end=6, text="Domme ")
    with pytest.raises(CorpusError, match="are not the words that were quoted"):
        exported("csv", [judged(evidence=(false,))])


# --- The labelling interface


def test_the_interface_offers_every_label_in_dutch_under_its_own_judgement():
    view = etree.fromstring(label_studio.interface(BOOK))
    boxes = {x.get("name"): x for x in view.iter("Choices")}
    offered = {name: [x.get("alias") for x in box] for name, box in boxes.items()}
    assert offered == {
        **{name: [*BOOK.of(name)] for name in ("degree", "aspect", "openness")},
        "forms": [*BOOK.forms, "conventional"],
        "unsure": ["unsure"],
    }
    assert {name: box.get("choice") for name, box in boxes.items()} == {
        "degree": "single",
        "aspect": "multiple",
        "openness": "single",
        "forms": "multiple",
        "unsure": "multiple",
    }
    assert [x.get("alias") for x in view.iter("Label")] == [x.label_id for x in BOOK.labels]
    names = {x.get("alias"): x.get("value") for x in view.iter("Choice")}
    assert names["transformative"] == "transformatief"
    assert "innovatiegraad" in [x.get("value") for x in view.iter("Header")]


def test_every_result_points_to_a_box_of_the_interface():
    view = etree.fromstring(label_studio.interface(BOOK))
    boxes = {x.get("name") for x in view.iter("Choices", "Labels")}
    tasks = json.loads(exported("label-studio", [*GIVEN, PREDICTION]))
    results = [
        x
        for task in tasks
        for one in (*task["annotations"], *task["predictions"])
        for x in one["result"]
    ]
    assert {x["from_name"] for x in results} == boxes
    assert {x["to_name"] for x in results} == {view.find("Text").get("name")}
