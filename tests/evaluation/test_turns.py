"""The queue of a home: what is judged does not come up, what looks wrong comes up until it is
looked at again, and nothing of it reaches an estimate."""

import csv
import datetime as dt
import io
import shutil
from dataclasses import replace
from functools import partial

import pytest

from pipeline.corpus import annotations as judging
from pipeline.corpus.exchange import EXCHANGES, Sitting, tasks
from pipeline.errors import CorpusError
from pipeline.estimates.drawing import judged_draw
from pipeline.evaluation.suspects import FILE, keep_suspects
from pipeline.evaluation.turns import judgement_counts, judgement_history, turns
from pipeline.labels.queue import queued_ids, write_queue
from pipeline.records import INNOVATION, Annotation, Draw, Judgement, Notice, Suspect
from pipeline.spreadsheet import csv_table
from pipeline.store import Store

NONE = Judgement(degree="none", aspect=(), openness="closed", forms=())
NOVEL = "De gemeente zoekt een nieuw soort brug van vlas, die nog niet op de markt bestaat. "
PLAIN = "De gemeente koopt kantoorartikelen: papier, pennen en enveloppen voor alle locaties. "


def notice(number, text):
    return Notice(
        notice_id=f"n{number}",
        source="ted",
        format="eforms",
        kind="competition",
        title=f"Opdracht {number}",
        description=text * 3 + f"Perceel kavel{number}.",
        language="nl",
    )


NOTICES = {x.notice_id: x for x in (notice(1, NOVEL), notice(2, PLAIN), notice(3, PLAIN))}


@pytest.fixture
def store(tmp_path, classifier):
    """A home with the codebook and the model, and nothing judged."""
    (tmp_path / "corpora").mkdir()
    shutil.copy(classifier.settings.home / "corpora" / "codebook.toml", tmp_path / "corpora")
    model_id = classifier.card.model_id
    shutil.copytree(classifier.settings.home / "models" / model_id, tmp_path / "models" / model_id)
    return Store(tmp_path)


@pytest.fixture
def asked(store, classifier):
    return partial(turns, classifier, NOTICES, store=store, length=9, seed=1)


def judge(store, classifier, name, *several):
    book = classifier.codebook
    lines = [
        Annotation(
            notice_id=notice_id,
            text_hash=judging.text_hash(NOTICES[notice_id]),
            judgement=judgement,
            evidence=(),
            annotator=annotator,
            annotated_at=dt.date(2026, 11, 29),
            codebook_version=book.version,
            codebook_fingerprint=book.meaning,
            round="first",
        )
        for notice_id, judgement, annotator in several
    ]
    store.write_annotations(name, judging.write(lines))


def test_a_judgement_that_the_model_is_sure_is_wrong_comes_up_until_it_is_looked_at_again(
    store, classifier, asked
):
    both = [
        ("n1", NONE, "a1"),
        ("n2", replace(NONE, degree="incremental", aspect=("solution",), openness="asked"), "a1"),
    ]
    judge(store, classifier, "mine", *both)
    again = {x.notice_id for x in asked(mix={"suspect": 1})}
    assert again == {"n1", "n2"}
    judge(store, classifier, "other", ("n1", NONE, "a2"), ("n2", NONE, "a2"))
    assert asked(mix={"suspect": 1}) == ()


def test_what_a_trial_doubted_comes_up_until_it_is_judged_again(store, classifier, asked):
    judge(store, classifier, "mine", ("n1", NONE, "a1"))
    doubt = Suspect(notice_id="n1", label=INNOVATION, given=False, confidence=0.1)
    known = judgement_counts(judgement_history(store, classifier.codebook))
    model_id = classifier.card.model_id
    keep_suspects(store, model_id, [doubt], known)
    (first,) = asked(mix={"suspect": 1})
    assert (first.notice_id, first.label, first.score) == ("n1", INNOVATION, 0.9)
    judge(store, classifier, "again", ("n1", NONE, "a2"))
    assert asked(mix={"suspect": 1}) == ()
    store.write_model(model_id, {FILE: b'[{"odd": 1}]'})
    with pytest.raises(CorpusError, match="damaged"):
        asked()


def test_what_is_judged_or_drawn_does_not_come_up_and_the_rest_does(store, classifier, asked):
    judge(store, classifier, "mine", ("n2", NONE, "a1"))
    assert [x.notice_id for x in asked(mix={"uncertain": 1})] == ["n1"], "n3 is much like n2"


def test_a_queued_judgement_has_no_inclusion_probability_and_is_no_part_of_an_estimate(
    classifier, asked
):
    found = asked()
    ids = queued_ids(write_queue(found))
    assert set(ids) <= {*NOTICES}
    sitting = Sitting(annotator="a1", annotated_at=dt.date(2026, 11, 29))
    body = EXCHANGES["csv"].export(tasks(NOTICES[x] for x in ids), classifier.codebook)
    lines = list(csv.DictReader(io.StringIO(body.decode())))
    filled = csv_table(
        [*lines[0]], [x | {"degree": "none", "openness": "closed", "forms": ""} for x in lines]
    )
    judged = EXCHANGES["csv"].import_(filled, classifier.codebook, notices=NOTICES, sitting=sitting)
    assert {x.notice_id for x in judged} == {*ids}
    assert {(x.draw_id, x.inclusion_probability) for x in judged} == {(None, None)}
    drawn = Draw(
        draw_id="2026Q3-x",
        period="2026Q3",
        frame_fingerprint="0" * 64,
        design="strata",
        seed=1,
        lot_keys=ids,
        text_notice_ids=ids,
        probabilities=(0.5,) * len(ids),
        strata=("1",) * len(ids),
        stratum_sizes={"1": 4},
        frame_lots="",
        codebook_version=None,
        codebook_fingerprint=None,
    )
    # Even of notices that a draw holds too.
    assert judged_draw([drawn], judged) == ((drawn,), ())


def test_a_file_that_is_no_queue_is_refused():
    for body in (b"", b"notice_id,reason\n", b"a,b\n1,2\n", b"\xff\xfe"):
        with pytest.raises(CorpusError, match="no notices in the queue"):
            queued_ids(body)
