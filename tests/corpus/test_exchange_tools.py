"""What Label Studio 1.23 and doccano 1.8 really do with what they get, and what they give back."""

import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from test_exchange import (
    BOOK,
    JUDGED_AT,
    NOTICES,
    SITTING,
    TODAY,
    exported,
    imported,
    in_doccano,
    in_label_studio,
    judged,
    updated,
    worked,
)

from pipeline.corpus import exchange
from pipeline.corpus.adjudication import readings
from pipeline.corpus.annotations import in_force
from pipeline.corpus.corrections import aligned, corrected, on_different_texts, withdrawn
from pipeline.errors import CorpusError
from pipeline.records import Evidence

# A name of a style: what Label Studio makes of the id of a passage.
STYLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def first_of(body):
    return json.loads(body.splitlines()[0])


# --- Label Studio


def test_every_passage_of_label_studio_has_an_id_that_is_a_name_of_a_style():
    tasks = json.loads(exported("label-studio"))
    results = [x for t in tasks for a in t["annotations"] for x in a["result"]]
    assert results
    assert all(STYLE.fullmatch(x["id"]) for x in results), {x["id"] for x in results}


def test_a_third_reader_of_a_task_makes_a_further_independent_reading():
    def three(task):
        for user, hour in ((9, "11"), (7, "09"), (8, "10")):
            in_label_studio(task)
            task["annotations"][-1] |= {
                "completed_by": user,
                "created_at": f"2026-11-20T{hour}:00:00.000000Z",
            }

    found = imported("label-studio", worked("label-studio", three))
    # In order of time, not of the file.
    assert {x.annotator: x.round for x in found} == {
        "label-studio-7": "first",
        "label-studio-8": "second",
        "label-studio-9": "second",
    }


def test_the_round_that_is_said_at_import_holds_also_where_the_tool_tells_who():
    sitting = exchange.Sitting(annotator=None, annotated_at=TODAY, round="second")
    (one,) = imported("label-studio", worked("label-studio", in_label_studio), sitting=sitting)
    assert (one.annotator, one.annotated_at, one.round) == ("label-studio-7", JUDGED_AT, "second")


def test_who_corrects_their_own_exported_judgement_keeps_its_round():
    def change(task):
        updated(task)
        box = next(x for x in task["annotations"][0]["result"] if x["from_name"] == "degree")
        box["value"]["choices"] = ["incremental"]

    mine = judged(annotator="label-studio-7", round="second")
    (one,) = imported("label-studio", worked("label-studio", change, [mine]))
    assert (one.annotator, one.round, one.judgement.degree) == (
        "label-studio-7",
        "second",
        "incremental",
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'[{"notice_id": "1-2026", "text": "x", "degree": "none", "annotator": 1}]', "JSON-MIN"),
        (b'"annotation_id","annotator","aspect"\r\n1,"1",""\r\n', "CSV"),
        (b"annotation_id,annotator,aspect\n", "CSV"),
        (b'"annotation_id"\t"annotator"\t"aspect"\r\n', "TSV"),
        (b"-DOCSTART- -X- O\nLevering -X- _ O\n", "CoNLL"),
    ],
)
def test_what_label_studio_exports_without_who_judged_is_refused_with_advice(body, kind):
    with pytest.raises(CorpusError, match=kind) as refused:
        imported("label-studio", body)
    assert "choose Export, JSON" in refused.value.hint


def test_all_errors_are_told_at_once_with_the_numbers_of_the_tool():
    tasks = json.loads(exported("label-studio", ()))
    for number, task in zip((311, 312, 313), tasks, strict=True):
        task["id"] = number
        in_label_studio(task)
    tasks[0]["annotations"][0]["result"][0]["value"]["choices"] = ["nieuw"]
    with pytest.raises(CorpusError) as refused:
        imported("label-studio", json.dumps(tasks).encode())
    first, second = str(refused.value).splitlines()
    assert first.startswith("task 311: ")
    # Its title is shorter, so that other words stand there.
    assert second.startswith("task 313: characters 7 to 15 are not the words")


@pytest.mark.parametrize("name", exchange.EXCHANGES)
def test_an_annotator_that_is_an_address_is_refused_and_not_repeated(name):
    with pytest.raises(CorpusError, match="e-mail address") as refused:
        imported(name, exported(name, [judged(annotator="jan.jansen@example.org")]))
    assert "jansen" not in str(refused.value)
    assert "--annotator" in refused.value.hint


# --- doccano


def test_doccano_gets_ascii_because_it_guesses_at_other_encodings():
    body = exported("doccano")
    assert body.isascii()
    assert "🌊" in first_of(body)["text"]


def test_doccano_gets_no_overlapping_passages_and_none_is_lost():
    one = judged()
    body = exported("doccano", [one])
    assert first_of(body)["entities"] == [[45, 50, "living_lab"], [27, 44, "disruptive"]]
    assert exchange.EXCHANGES["doccano"].lost(exchange.tasks(NOTICES.values(), [one])) == 1
    assert imported("doccano", body) == (one,)
    touching = replace(
        one,
        evidence=tuple(
            Evidence(label="rd", section="description", start=n, end=n + 5) for n in (0, 5, 10)
        ),
    )
    assert exchange.EXCHANGES["doccano"].lost(exchange.tasks(NOTICES.values(), [touching])) == 0


def test_a_passage_that_doccano_could_not_show_goes_with_its_label():
    def untick(entry):
        entry["cats"].remove("rd")

    (one,) = imported("doccano", worked("doccano", untick, [judged()]), sitting=SITTING)
    assert [x.label for x in one.evidence if x.section] == ["living_lab", "disruptive"]


def test_the_files_of_labels_hold_every_label_that_a_line_can_hold():
    files = exchange.EXCHANGES["doccano"].beside(BOOK)
    ticked, marked = ([x["text"] for x in json.loads(body)] for body in files.values())
    labels = [x.label_id for x in BOOK.labels]
    assert (ticked, marked) == ([*labels, "conventional", "unsure"], labels)
    colours = [x["background_color"] for x in json.loads(files[".span-labels.json"])]
    assert all(re.fullmatch("#[0-9a-f]{6}", x) for x in colours)


def archived(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "."), body)
    return out.getvalue()


def test_the_archive_of_doccano_tells_who_judged():
    # It writes its own number first.
    mine = worked("doccano", in_doccano).replace(b"{", b'{"id": 41, ', 1)
    empty = exported("doccano", ())
    sitting = exchange.Sitting(annotator=None, annotated_at=TODAY)
    body = archived(lezer1__jsonl=mine, lezer2__jsonl=empty, unknown__jsonl=b"")
    (one,) = imported("doccano", body, sitting=sitting)
    assert (one.annotator, one.annotated_at, one.round) == ("lezer1", TODAY, "first")
    wrong = mine.replace(b'"incremental"', b'"nieuw"')
    with pytest.raises(CorpusError, match=r"lezer1.jsonl, line 1, example 41: .*nieuw"):
        imported("doccano", archived(lezer1__jsonl=wrong), sitting=sitting)


@pytest.mark.parametrize(
    "body",
    [b"PK\x03\x04 torn", archived(all__csv="text"), archived(a__jsonl="{}")[:-30]],
    ids=["torn", "another format", "cut off"],
)
def test_an_archive_that_is_none_of_doccano_is_refused(body):
    with pytest.raises(CorpusError):
        imported("doccano", body, sitting=SITTING)


# --- What comes back twice


def judge(annotator="a1", *, at=dt.date(2026, 11, 20), round_="first", **changes):
    return judged(annotator=annotator, annotated_at=at, round=round_, **changes)


def test_a_correction_supersedes_and_what_is_the_same_or_older_does_not():
    first = judge()
    again = replace(first, unsure=False, annotated_at=dt.date(2026, 11, 21))
    joined = corrected([first], [again])
    assert joined.annotations == (first, again)
    assert (joined.new, joined.corrected, joined.missing) == (0, 1, ())
    same = corrected(joined.annotations, [replace(again, annotated_at=dt.date(2026, 11, 25))])
    assert (same.annotations, same.same) == (joined.annotations, 1)
    older = corrected(joined.annotations, [first])
    assert (older.annotations, older.older) == (joined.annotations, 1)
    moment = dt.datetime(2026, 11, 21, 7, tzinfo=dt.UTC)
    on_the_day = replace(first, annotated_at=moment)
    assert corrected(joined.annotations, [on_the_day]).corrected == 1


def test_a_judgement_deleted_in_the_tool_stays_is_named_and_blocks_nothing():
    a, b = judge("a"), judge("b", round_="second")
    other = judge("a", notice_id="2-2026")
    # a deleted theirs, so that the tool now counts that of b as the first.
    joined = corrected([a, b, other], [replace(b, round="first"), other])
    assert joined.annotations == (a, b, other)
    assert (joined.same, joined.missing) == (2, (a,))
    assert set(readings(joined.annotations)) == {"1-2026", "2-2026"}


def test_repair_leaves_one_reading_of_each_reader_the_latest_in_their_first_round():
    early, late = judge(), judge(at=dt.date(2026, 11, 22), round_="second", unsure=False)
    decided = judge("a1", round_="adjudicated")
    with pytest.raises(CorpusError, match="judged more than once by a1"):
        readings([early, late])
    found, changed = aligned([late, decided, early])
    assert changed == 1
    assert set(in_force(found)) == {replace(late, round="first"), decided}
    assert early in found
    assert aligned(found)[1] == 0
    readings(in_force(found))


def test_what_is_withdrawn_is_all_that_one_reader_said_of_the_notice():
    mine, theirs = judge(), judge("b", round_="second", text_hash="0" * 16)
    assert on_different_texts([mine, theirs]) == ["1-2026"]
    assert withdrawn([mine, theirs], "1-2026", "b") == ((mine,), (theirs,))
    with pytest.raises(CorpusError, match="c judged no notice"):
        withdrawn([mine], "1-2026", "c")
