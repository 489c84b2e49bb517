"""What measures a model never trains it."""

import datetime as dt

import pytest

from pipeline import codebook, settings
from pipeline.corpus import annotations
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import CorpusError
from pipeline.learning import train
from pipeline.records import Annotation, Judgement
from pipeline.store import Store


def test_a_notice_that_was_ever_drawn_is_refused_also_when_decided_outside_the_draw():
    facts = {
        "notice_id": "1-2026",
        "text_hash": None,
        "judgement": Judgement(degree="none", aspect=(), openness="closed", forms=()),
        "evidence": (),
        "annotated_at": dt.date(2026, 11, 21),
        "codebook_version": 1,
    }
    drawn = Annotation(
        annotator="a1", round="first", draw_id="d1", inclusion_probability=0.5, **facts
    )
    decided = Annotation(annotator="a2", round="adjudicated", **facts)
    store = Store(settings.load().home)
    with pytest.raises(CorpusError, match="1 notices were drawn at random, for example 1-2026"):
        train.authored(
            store,
            codebook.load(store),
            Analyzer("embedded"),
            added={"new.csv": annotations.write([drawn, decided])},
        )
