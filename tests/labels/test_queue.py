"""What to judge next: each reason finds what it is for, and nothing twice."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from pipeline import codebook as codebooks
from pipeline import settings
from pipeline.errors import SettingsError
from pipeline.labels.nearness import Nearness
from pipeline.labels.queue import REASONS, Unjudged, to_judge
from pipeline.records import INNOVATION, Suspect
from pipeline.store import Store

BOOK = codebooks.load(Store(settings.load().home))
FORM = BOOK.forms[0]

# Texts of words that occur twice at least, each about something else.
SUBJECTS = ("brug weg asfalt", "zorg verpleging wond", "software licentie server", "gras park boom")


def notice(number, *, none=0.9, form=0.01, chosen=("none", "closed"), rules=None, text=None):
    probabilities = {"none": none, **dict.fromkeys(BOOK.forms, 0.01), FORM: form}
    return Unjudged(
        notice_id=f"n{number}",
        text=text or f"{SUBJECTS[number % 4]} " * 3 + f"eigen{number} eigen{number}",
        probabilities=probabilities,
        chosen=chosen,
        rules=chosen if rules is None else rules,
    )


def queue(candidates, *, judged=None, length=10, seed=1, suspects=(), drawn=(), **mix):
    return to_judge(
        candidates,
        BOOK,
        judged=judged or {},
        mix=mix,
        length=length,
        seed=seed,
        suspects=suspects,
        drawn=drawn,
    )


def test_the_most_uncertain_comes_first_with_the_label_it_is_uncertain_of():
    several = [notice(0, none=0.6), notice(1, form=0.5), notice(2)]
    first, second, third = queue(several, uncertain=1)
    assert (first.notice_id, first.label, first.score) == ("n1", FORM, 1.0)
    # Entropy of 0.4: -(0.4 log2 0.4 + 0.6 log2 0.6).
    assert (second.notice_id, second.label) == ("n0", INNOVATION)
    assert second.score == pytest.approx(-(0.4 * math.log2(0.4) + 0.6 * math.log2(0.6)))
    assert third.notice_id == "n2"


def test_what_is_like_nothing_that_was_judged_is_novel():
    several = [notice(number) for number in range(8)]
    judged = {f"j{n}": f"{SUBJECTS[n]} " * 3 for n in range(3)}
    first, *rest = queue(several, judged=judged, novel=1, length=8)
    assert first.notice_id in {"n3", "n7"}
    assert first.score == pytest.approx(1.0)
    assert all(x.score < 1 for x in rest)


def test_an_odd_text_that_is_like_no_other_is_not_the_most_novel():
    many = [notice(4 * n, text=f"brug weg asfalt {SUBJECTS[0]}") for n in range(3)]
    odd = [
        notice(99, text="xq xq"),
        notice(98, text="zorg wond zorg"),
        notice(97, text="zorg wond"),
    ]
    judged = {"j": "brug asfalt"}
    assert queue([*many, *odd], judged=judged, novel=1)[0].notice_id != "n99"


def test_rules_and_model_disagree_by_turns_of_label():
    always = [
        notice(n, chosen=("none", "closed"), rules=("none", "closed", FORM)) for n in range(6)
    ]
    once = notice(7, none=0.1, chosen=("incremental", "asked"), rules=("none", "closed"))
    found = queue([*always, once], disagreement=1, length=3)
    assert {x.label for x in found[:2]} == {FORM, INNOVATION}
    scores = {x.label: x.score for x in found}
    # The model is sure of its own side: 1 - 0.01 that it is no such form, 1 - 0.1 of innovation.
    assert scores == pytest.approx({FORM: 0.99, INNOVATION: 0.9})


def test_who_never_asked_the_rules_knows_of_no_disagreement():
    unasked = dataclasses.replace(notice(1, chosen=("incremental", "asked")), rules=None)
    assert queue([unasked], disagreement=1) == ()


def test_suspects_are_read_again_the_most_doubtful_first_and_each_once():
    doubts = [
        Suspect(notice_id="j1", label=FORM, given=True, confidence=0.2),
        Suspect(notice_id="j1", label=INNOVATION, given=True, confidence=0.1),
        Suspect(notice_id="j2", label=FORM, given=False, confidence=0.15),
    ]
    found = queue([], judged={"j1": "a", "j2": "b"}, suspects=doubts, suspect=1)
    assert [(x.notice_id, x.label) for x in found] == [("j1", INNOVATION), ("j2", FORM)]
    assert found[0].score == pytest.approx(0.9)


def test_every_beginning_of_the_list_has_the_mix():
    # Each shares one of its two words with the next, so that none is a copy of another.
    several = [notice(n, none=0.5, text=f"w{n} w{n + 1}") for n in range(40)]
    found = queue(several, length=12, uncertain=2, novel=1)
    for end in (3, 6, 9, 12):
        reasons = [x.reason for x in found[:end]]
        assert reasons.count("uncertain") == 2 * end // 3


def test_a_reason_that_runs_dry_leaves_its_places_to_the_others():
    found = queue([notice(n) for n in range(4)], length=6, suspect=3, uncertain=1)
    assert [x.reason for x in found] == ["uncertain"] * 4


def test_judged_and_drawn_notices_and_abstentions_never_come_up():
    silent = dataclasses.replace(notice(3), probabilities={})
    doubt = Suspect(notice_id="n2", label=FORM, given=True, confidence=0.1)
    found = queue(
        [notice(0), notice(1), notice(2), silent],
        judged={"n1": "gebouw"},
        drawn={"n2"},
        suspects=[doubt],
        **dict.fromkeys(REASONS, 1),
    )
    assert [x.notice_id for x in found] == ["n0"]


def test_copies_of_one_text_come_up_once():
    copies = [notice(n, none=0.5, text="zelfde tekst van een perceel") for n in range(50)]
    other = [notice(n) for n in range(50, 54)]
    found = queue([*copies, *other], uncertain=1, novel=1, length=54)
    assert sum(int(x.notice_id[1:]) < 50 for x in found) == 1
    judged = queue([*copies, *other], judged={"j": copies[0].text}, uncertain=1, length=54)
    assert all(int(x.notice_id[1:]) >= 50 for x in judged)


def test_the_seed_decides_between_equals_and_the_order_of_what_comes_in_does_not():
    several = [notice(n, text=f"w{n} w{n + 1}") for n in range(20)]
    first = queue(several, uncertain=1, length=20)
    assert first == queue(several[::-1], uncertain=1, length=20)
    assert first != queue(several, uncertain=1, length=20, seed=2)


@pytest.mark.parametrize(
    "mix", [{}, {"uncertain": 0}, {"novel": -1, "uncertain": 1}, {"odd": 1}, {"novel": "1"}]
)
def test_a_mix_that_says_nothing_is_refused(mix):
    with pytest.raises(SettingsError):
        queue([notice(0)], **mix)


@trying(deadline=None, max_examples=25)
@given(
    texts=st.lists(st.text(max_size=30), max_size=12),
    read=st.lists(st.text(max_size=30), max_size=4),
)
def test_nearness_lies_between_0_and_1_whatever_the_texts(texts, read):
    near = Nearness(texts, read)
    assert near.nearest.shape == near.density.shape == (len(texts),)
    assert ((near.nearest >= 0) & (near.nearest <= 1 + 1e-6)).all()
    assert ((near.density >= 0) & (near.density <= 1 + 1e-6)).all()


@trying(deadline=None, max_examples=25)
@given(texts=st.lists(st.text(max_size=30), max_size=12), seed=st.integers(0, 9))
def test_no_notice_stands_in_a_queue_twice_whatever_the_texts(texts, seed):
    several = [notice(n, text=text, rules=("incremental",)) for n, text in enumerate(texts)]
    found = queue(several, seed=seed, length=99, **dict.fromkeys(REASONS, 1))
    assert len({x.notice_id for x in found}) == len(found)
