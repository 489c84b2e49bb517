"""The authored corpus holds what it promises, and no text is a variation of another."""

import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from pipeline import codebook, settings
from pipeline.corpus import annotations
from pipeline.learning.examples import require_same
from pipeline.records import BUYER_KINDS, KINDS
from pipeline.store import Store

NATURES = ("works", "supplies", "services")

# Two notices may share a formula ("er kunnen geen rechten aan worden ontleend"), no more.
MOST_OVERLAP = 0.25
# A telegram of a few words says "Zie bijlage" like every other.
FEWEST_GRAMS = 12


@pytest.fixture(scope="module")
def store():
    return Store(settings.load().home)


@pytest.fixture(scope="module")
def notices(store):
    return list(store.authored())


@pytest.fixture(scope="module")
def judged(store):
    book = codebook.load(store)
    read = annotations.read(store.annotations("authored"), book, name="authored.csv")
    return annotations.final(read)


@pytest.fixture(scope="module")
def readings(store):
    book = codebook.load(store)
    return annotations.read(store.annotations("authored"), book, name="authored.csv")


@pytest.fixture(scope="module")
def paragraphs(store):
    return {x["paragraph_id"]: x for x in store.boilerplate()}


def words(notice):
    return re.findall(r"\w+", notice["description"].lower())


def core(notice, paragraphs):
    """What of a notice is its own: without the boilerplate that was put around it."""
    text = notice["description"]
    for paragraph in notice.get("boilerplate", ()):
        assert paragraphs[paragraph]["text"] in text, notice["notice_id"]
        text = text.replace(paragraphs[paragraph]["text"], " ")
    return {**notice, "description": text}


def test_every_notice_is_judged_and_every_judgement_has_its_notice(notices, judged):
    require_same({x["notice_id"] for x in notices}, set(judged))
    assert len(notices) >= 1500


def test_the_degrees_are_there_in_number(notices, judged):
    counts = Counter(x.judgement.degree for x in judged.values())
    assert counts["none"] >= 600
    assert counts["incremental"] >= 350
    assert counts["disruptive"] >= 300
    assert counts["transformative"] >= 250
    hard = sum(
        judged[x["notice_id"]].judgement.degree == "none" and bool(x["hard"]) for x in notices
    )
    assert hard >= counts["none"] / 2


def test_every_form_is_there_with_and_without_its_name_and_as_a_trap(store, notices, judged):
    positive = Counter(f for x in judged.values() for f in x.judgement.forms)
    nameless = Counter(f for x in notices for f in x["without_keyword"])
    traps = Counter(f for x in notices for f in x["hard_negative_for"])
    for form in codebook.load(store).forms:
        assert positive[form] >= 70, form
        assert nameless[form] >= 30, form
        assert traps[form] >= 40, form


def test_sectors_buyers_and_both_kinds_of_dutch_are_spread(notices):
    assert len({x["sector"] for x in notices}) >= 25
    assert {x["buyer_kind"] for x in notices} >= {
        "central",
        "municipality",
        "province",
        "water_board",
        "utility",
        "education",
        "care",
    }
    assert Counter(x["variety"] for x in notices)["be"] >= 300
    lengths = sorted(len(words(x)) for x in notices)
    assert lengths[len(lengths) // 10] < 50
    assert lengths[-len(lengths) // 10] > 200


def test_what_is_coded_is_coded_as_in_notices(notices):
    """A code that no notice can have would stand in a report as it is."""
    for name, known in (("kind", KINDS), ("buyer_kind", BUYER_KINDS), ("nature", NATURES)):
        assert {x.get(name) for x in notices} - {None} <= set(known), name


def test_no_notice_is_a_variation_of_another_unless_they_are_a_pair(notices, paragraphs):
    owners = defaultdict(set)
    sizes = []
    notices = [core(x, paragraphs) for x in notices]
    for number, notice in enumerate(notices):
        w = words(notice)
        grams = set(zip(w, w[1:], w[2:], w[3:], w[4:], strict=False))
        sizes.append(len(grams))
        for gram in grams:
            owners[gram].add(number)
    shared = Counter(
        pair for who in owners.values() if len(who) > 1 for pair in combinations(sorted(who), 2)
    )
    overlap = {pair: count / min(sizes[pair[0]], sizes[pair[1]]) for pair, count in shared.items()}
    apart = {
        pair: share
        for pair, share in overlap.items()
        if min(sizes[i] for i in pair) >= FEWEST_GRAMS
        and len({notices[i].get("pair", notices[i]["notice_id"]) for i in pair}) == 2
    }
    worst = max(apart, key=apart.get)
    names = [notices[i]["notice_id"] for i in worst]
    assert overlap[worst] <= MOST_OVERLAP, f"{names} share {overlap[worst]:.0%} of their 5-grams"


def test_the_vocabulary_of_each_degree_is_rich_and_mostly_shared(notices, judged):
    """A degree must not hang on words of its own; run with -s to see the vocabularies."""
    used = defaultdict(Counter)
    for notice in notices:
        used[judged[notice["notice_id"]].judgement.degree].update(words(notice))
    everything = Counter()
    for counts in used.values():
        everything.update(counts)
    for degree, counts in sorted(used.items()):
        own = [w for w, n in counts.items() if n >= 5 and n == everything[w]]
        told = f"{degree}: {len(counts)} words; {len(own)} frequent ones only here: {own[:12]}"
        print(told)  # noqa: T201 - shown with -s
        assert len(counts) > 3000
        frequent = [w for w, n in counts.items() if n >= 5]
        assert len(own) / len(frequent) < 0.25


def test_at_least_500_notices_were_read_twice_and_all_differences_decided(readings):
    rounds = defaultdict(dict)
    for one in readings:
        rounds[one.notice_id][one.round] = one.judgement
    twice = {k: v for k, v in rounds.items() if "second" in v}
    assert len(twice) >= 500
    for notice_id, by_round in twice.items():
        differs = by_round["first"] != by_round["second"]
        assert "adjudicated" in by_round or not differs, notice_id


def test_no_contact_data_stand_in_the_corpus(notices):
    for notice in notices:
        text = f"{notice['title']} {notice['description']}"
        assert not re.search(r"[\w.]+@[\w.]+\.\w", text), notice["notice_id"]
        assert not re.search(r"\b0\d{1,3}[ -]?\d{6,8}\b", text), notice["notice_id"]


def test_notices_in_buyers_style_stand_among_boilerplate_that_differs(notices, paragraphs):
    ours = [x for x in notices if x.get("style") == "buyers"]
    assert len(ours) >= 1500
    assert sum(len(x["boilerplate"]) >= 2 for x in ours) >= 0.6 * len(ours)
    used = Counter(y for x in ours for y in x["boilerplate"])
    assert len(used) >= 150
    threes = Counter(y for x in ours for y in combinations(sorted(x["boilerplate"]), 3))
    assert max(threes.values()) == 1
    assert not [y for y in used if paragraphs[y]["reserved"]]
    assert sum(x["reserved"] for x in paragraphs.values()) >= 40


def test_what_is_new_is_marked_to_the_clause(store):
    book = codebook.load(store)
    judged = annotations.read(store.annotations("authored"), book, name="authored.csv")
    ours = [x for x in judged if x.annotated_at.isoformat() == "2026-11-29" and x.round == "first"]
    ours = [x for x in ours if x.annotator.startswith("author-") and "+" not in x.annotator]
    new = [x for x in ours if x.judgement.innovation_oriented]
    assert len(new) >= 900
    assert all(any(y.label in book.degrees for y in x.evidence) for x in new)
    lengths = sorted(len((y.text or "").split()) for x in new for y in x.evidence)
    assert lengths[len(lengths) // 2] <= 15


def test_passages_come_in_pairs_that_differ(store):
    book = codebook.load(store)
    judged = annotations.final(
        annotations.read(store.annotations("passages"), book, name="passages.csv")
    )
    passages = list(store.passages())
    require_same({x["passage_id"] for x in passages}, set(judged))
    assert len(passages) >= 1500
    pairs = defaultdict(set)
    for one in passages:
        pairs[one["pair"]].add(judged[one["passage_id"]].judgement)
    assert sum(len(x) > 1 for x in pairs.values()) >= 0.9 * len(pairs)
