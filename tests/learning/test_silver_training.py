"""Silver teaches a little, and never measures."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline import codebook, settings
from pipeline.features.targets import Target
from pipeline.learning.judge import Judge
from pipeline.learning.weak import SilverJudgement, suggestions
from pipeline.records import Judgement
from pipeline.store import Store

DEGREES = ("none", "incremental", "disruptive", "transformative")
GOLD = Target(
    judgement=Judgement(degree="disruptive", aspect=("rd",), openness="asked", forms=("sbir",)),
    group=0,
)
NONE = replace(GOLD, judgement=Judgement(degree="none", aspect=(), openness="closed", forms=()))
SILVER = Target(
    judgement=None,
    group=-1,
    silver={"innovation_oriented": (1.0, 0.5), "sbir": (0.0, 0.25)},
)


@pytest.fixture(scope="module")
def judge():
    return Judge.for_codebook(codebook.load(Store(settings.load().home)))


@pytest.mark.parametrize(
    ("question", "target", "answer"),
    [
        ("degree>0", GOLD, (1.0, 1.0)),
        ("degree>1", GOLD, (1.0, 1.0)),
        ("degree>2", GOLD, (0.0, 1.0)),
        ("degree>0", NONE, (0.0, 1.0)),
        ("degree>1", NONE, None),
        ("aspect=rd", GOLD, (1.0, 1.0)),
        ("aspect=solution", GOLD, (0.0, 1.0)),
        ("aspect=rd", NONE, None),
        ("openness=asked", GOLD, (1.0, 1.0)),
        ("form=sbir", GOLD, (1.0, 1.0)),
        ("form=pcp", NONE, (0.0, 1.0)),
        ("degree>0", SILVER, (1.0, 0.5)),
        ("degree>1", SILVER, None),
        ("form=sbir", SILVER, (0.0, 0.25)),
        ("form=pcp", SILVER, None),
    ],
)
def test_what_a_document_answers_and_how_much_it_counts(judge, question, target, answer):
    found = judge._answer(question, target)
    if answer is None:
        assert np.isnan(found[0])
        assert found[1] == 0
    else:
        assert found == answer


def test_a_suggestion_keeps_the_strongest_and_leaves_out_what_never_trains():
    def silver(label, value, strength, share=1.0):
        return SilverJudgement(
            notice_id="1", label=label, value=value, source="x", strength=strength, share=share
        )

    found = suggestions(
        [
            silver("innovation_oriented", True, "A", 0.5),
            silver("innovation_oriented", False, "B"),
            silver("rd", True, "C"),
        ]
    )
    assert found == {"innovation_oriented": (1.0, 0.25)}
