"""A form's name counts where it is said of the notice itself."""

import numpy as np
import pytest

from pipeline import codebook, settings
from pipeline.corpus.analyzer import Analyzer
from pipeline.features.cues import CueFinder
from pipeline.features.names import ABSENT, NameScope
from pipeline.features.targets import Target
from pipeline.records import Judgement, Notice, Reading
from pipeline.store import Store

OWN = "Wij schrijven een SBIR uit voor {}."
OTHERS = "De buurgemeente deed een SBIR voor {}."
SUBJECTS = [
    "bruggen",
    "slib",
    "gras",
    "kades",
    "riolen",
    "dijken",
    "wegen",
    "water",
    "zand",
    "hout",
]


@pytest.fixture(scope="module")
def read():
    analyzer = Analyzer("embedded")
    finder = CueFinder(codebook.load(Store(settings.load().home)), analyzer)

    def reading(text, title="Een opdracht"):
        given = Notice(
            notice_id=text,
            source="t",
            format="t",
            kind="competition",
            title=title,
            description=text,
            language="nl",
        )
        (document,) = analyzer.analyze([given])
        return Reading(document=document, hits=finder.find(document))

    return reading


def target(number, *forms):
    judgement = Judgement(degree="none", aspect=(), openness="closed", forms=forms)
    return Target(judgement=judgement, group=number)


@pytest.fixture(scope="module")
def taught(read):
    readings, targets = [], []
    for number, subject in enumerate(SUBJECTS):
        readings += [read(OWN.format(subject)), read(OTHERS.format(subject))]
        targets += [target(number, "sbir"), target(number)]
    return readings, targets


def test_the_words_around_a_name_tell_whose_it_is(taught, read):
    scope = NameScope(("sbir",)).fit(*taught)
    own, others = scope.transform([read(OWN.format("sluizen")), read(OTHERS.format("sluizen"))])
    assert own[1] > 0 > others[1]
    assert own[0] == ABSENT


def test_a_name_in_the_title_is_told_apart_from_one_in_the_text(taught, read):
    scope = NameScope(("sbir",)).fit(*taught)
    ((title, body),) = scope.transform([read("Zie bijlage.", title="SBIR schone sloten")])
    assert title > ABSENT
    assert body == ABSENT


def test_training_values_are_out_of_fold(taught):
    # With two groups, of which one has only own names, a fold that learns from it knows no other.
    readings, targets = taught
    alone = [target(0, "sbir") if x.judgement.forms else target(1) for x in targets]
    values = NameScope(("sbir",), folds=2).fit_transform(readings, alone)
    assert (values == ABSENT).all()


def test_masked_names_say_nothing(taught):
    readings, targets = taught
    assert (NameScope(("sbir",), mask_names=True).fit_transform(readings, targets) == ABSENT).all()


def test_the_number_of_columns_is_two_per_form(taught):
    values = NameScope(("sbir", "pcp")).fit_transform(*taught)
    assert values.shape == (2 * len(SUBJECTS), 4)
    assert np.isfinite(values).all()
