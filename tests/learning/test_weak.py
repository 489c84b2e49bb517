"""Silver judgements: fields with three states, and what absence does not say."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.codebook import load
from pipeline.corpus.analyzer import NO_TOKENS, Analyzer
from pipeline.errors import CorpusError
from pipeline.features.cues import CueFinder
from pipeline.learning import weak
from pipeline.learning.weak import SilverJudgement
from pipeline.records import CueHit, Document, Lot, Notice, Reading
from pipeline.store import Store

HOME = Path(__file__).parents[2]
INNOVATION = weak.INNOVATION


@pytest.fixture(scope="module")
def codebook():
    return load(Store(HOME))


SILENT = (Lot(),)


def reading(*hits, lots=SILENT, **facts):
    notice = Notice(
        **{"notice_id": "1-2024", "source": "test", "format": "eforms", "kind": "competition"}
        | {"title": "Titel", "subtype": "16", "lots": lots}
        | facts
    )
    document = Document(
        notice=notice, text="", tokens=NO_TOKENS, sections=(), language="nl", analyzer="none"
    )
    return Reading(document=document, hits=hits)


def cue(label, *, names=False, status="asserted"):
    return CueHit(label=label, start=0, end=1, names=names, status=status)


def said(reading, codebook, label=INNOVATION):
    """Return (value, source, strength, share) of one label."""
    return [
        (x.value, x.source, x.strength, x.share)
        for x in weak.silver(reading, codebook)
        if x.label == label
    ]


def test_a_notice_without_any_field_says_nothing(codebook):
    assert weak.silver(reading(), codebook) == ()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            {"lots": (Lot(purposes=("env-imp", "inn-pur")),)},
            (True, "BT-06=inn-pur", "A", 1.0),
            id="innovative purchase ticked",
        ),
        pytest.param(
            {"lots": (Lot(innovation=("prod-innov",)),)},
            (True, "BT-776=prod-innov", "A", 1.0),
            id="kind of innovation without a purpose",
        ),
        pytest.param(
            {"lots": (Lot(innovation=("rd-act",)),)},
            (True, "BT-776=rd-act", "B", 1.0),
            id="research",
        ),
        pytest.param(
            {"lots": (Lot(innovation=("org-nov",)),)},
            (True, "BT-776=org-nov", "C", 1.0),
            id="a retired code is grey",
        ),
        pytest.param(
            {"direct_award": ("resd",)}, (True, "BT-136=resd", "C", 1.0), id="research award"
        ),
        pytest.param({"cpv": ("73110000",)}, (True, "CPV=731", "C", 1.0), id="research CPV"),
        pytest.param(
            {"lots": (Lot(purposes=("none",)), Lot(purposes=("none",)))},
            (False, "BT-06=none", "B", 1.0),
            id="declared none everywhere",
        ),
    ],
)
def test_a_field_suggests_innovation(codebook, facts, expected):
    assert said(reading(**facts), codebook) == [expected]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"lots": (Lot(purposes=("none",)), Lot())}, id="another lot is silent"),
        pytest.param({"lots": (Lot(purposes=("env-imp",)),)}, id="another purpose"),
        pytest.param({"lots": ()}, id="no lots"),
        pytest.param(
            {"lots": (Lot(purposes=("none",)),), "subtype": "4"}, id="the form cannot carry it"
        ),
        pytest.param(
            {"lots": (Lot(purposes=("inn-pur",)),), "subtype": "E1", "kind": "consultation"},
            id="a market consultation cannot be ticked",
        ),
        pytest.param({"cpv": ("73200000",)}, id="research consultancy"),
    ],
)
def test_what_is_not_said_is_no_negative(codebook, facts):
    assert said(reading(**facts), codebook) == []


def test_declared_none_is_no_negative_when_the_text_speaks_of_innovation(codebook):
    none = (Lot(purposes=("none",)),)
    assert said(reading(cue("disruptive"), lots=none), codebook) == [
        (True, "cue=disruptive:description", "C", 1.0)
    ]
    assert said(reading(cue("disruptive", status="negated"), lots=none), codebook) == [
        (False, "BT-06=none", "B", 1.0)
    ]


def test_one_ticked_lot_of_four_keeps_its_share(codebook):
    lots = (Lot(purposes=("inn-pur",)), Lot(), Lot(purposes=("none",)), Lot())
    assert said(reading(lots=lots), codebook) == [(True, "BT-06=inn-pur", "A", 0.25)]


def test_a_kind_of_innovation_tells_the_aspect(codebook):
    both = reading(lots=(Lot(innovation=("rd-act", "mar-nov")),))
    assert said(both, codebook, "rd") == [(True, "BT-776=rd-act", "B", 1.0)]
    assert said(both, codebook, "solution") == [(True, "BT-776=mar-nov", "A", 1.0)]


def test_an_innovation_partnership_is_one_and_is_innovation(codebook):
    partnership = reading(procedure="innovation", published_on=dt.date(2020, 1, 1))
    expected = [(True, "BT-105=innovation", "A", 1.0)]
    assert said(partnership, codebook) == expected
    assert said(partnership, codebook, "innovation_partnership") == expected
    assert said(partnership, codebook, "competitive_dialogue") == [
        (False, "BT-105=innovation", "B", 1.0)
    ]


def test_before_the_directive_there_was_no_innovation_partnership(codebook):
    early = reading(procedure="innovation", published_on=dt.date(2016, 4, 17))
    assert said(early, codebook) == said(early, codebook, "innovation_partnership") == []


def test_another_procedure_is_a_negative_unless_the_text_names_the_form(codebook):
    assert said(reading(procedure="open"), codebook, "innovation_partnership") == [
        (False, "BT-105=open", "B", 1.0)
    ]
    named = reading(cue("innovation_partnership", names=True), procedure="open")
    assert said(named, codebook, "innovation_partnership") == [
        (True, "cue=innovation_partnership:name", "B", 1.0)
    ]


def test_a_prior_notice_has_no_procedure_to_be_a_negative(codebook):
    prior = reading(procedure="open", kind="planning", subtype="4")
    assert said(prior, codebook, "innovation_partnership") == []


def test_a_competitive_dialogue_is_grey_only_with_a_cue(codebook):
    assert said(reading(procedure="comp-dial"), codebook) == []
    found = said(reading(cue("disruptive"), procedure="comp-dial"), codebook)
    assert (True, "BT-105=comp-dial with a cue", "C", 1.0) in found


def test_variants_are_negative_only_when_every_lot_refuses_them(codebook):
    no, silent = Lot(variants="not-allowed"), Lot()
    assert said(reading(lots=(no, no)), codebook, "variants") == [
        (False, "BT-63=not-allowed", "B", 1.0)
    ]
    assert said(reading(lots=(no, silent)), codebook, "variants") == []
    assert said(reading(lots=(no, Lot(variants="allowed"))), codebook, "variants") == [
        (True, "BT-63=allowed", "A", 0.5)
    ]


def test_cues_in_real_text_are_found_with_their_status(codebook):
    analyzer = Analyzer("embedded")
    finder = CueFinder(codebook, analyzer)
    notice = Notice(
        notice_id="1",
        source="test",
        format="test",
        kind="competition",
        title="Oproep",
        description="De provincie doet een SBIR-oproep. Een hackathon wordt niet gehouden.",
        language="nl",
    )
    document = next(analyzer.analyze([notice]))
    read = Reading(document=document, hits=finder.find(document))
    assert said(read, codebook, "sbir") == [(True, "cue=sbir:name", "B", 1.0)]
    assert said(read, codebook, "hackathon") == []


def one(value=True, *, strength="A", notice_id="1", label=INNOVATION, share=1.0):
    return SilverJudgement(
        notice_id=notice_id, label=label, value=value, source="x", strength=strength, share=share
    )


def test_the_strongest_wins_and_equal_opposites_fall_away():
    strong, weaker = one(), one(value=False, strength="B")
    assert weak.strongest([weaker, strong]) == (strong,)
    assert weak.strongest([strong, weaker]) == (strong,)
    assert weak.strongest([one(), one(value=False)]) == ()


def test_silver_is_never_measured_against():
    with pytest.raises(CorpusError, match=r"'1' is a SilverJudgement; .* annotations by people"):
        weak.require_gold([one()])


def test_silver_survives_a_file(codebook):
    found = (one(notice_id="a", share=0.25), one(value=False, strength="B", notice_id="b"))
    assert weak.read(weak.write(found), codebook, name="silver.csv") == found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,sbirr,true,x,A,1.0", r"silver.csv, line 2: unknown label 'sbirr'"),
        ("1,sbir,yes,x,A,1.0", r"silver.csv, line 2: 'yes'"),
        ("1,sbir,true,x,D,1.0", r"line 2: strength 'D', share 1.0"),
        ("1,sbir,true,x,A,0", r"line 2: strength 'A', share 0.0"),
        ("1,sbir,true", r"line 2: "),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(codebook, line, message):
    with pytest.raises(CorpusError, match=message):
        weak.read(",".join(weak.COLUMNS) + "\n" + line + "\n", codebook, name="silver.csv")


def test_human_judgements_are_not_read_as_silver_nor_silver_as_human(codebook):
    from pipeline.corpus import annotations

    with pytest.raises(CorpusError, match="columns are"):
        weak.read(Store(HOME).annotations("demo"), codebook, name="demo.csv")
    with pytest.raises(CorpusError, match=r"no column .*text_hash"):
        annotations.read(weak.write([one()]), codebook, name="silver.csv")


def test_a_store_keeps_silver_apart_from_the_human_judgements(tmp_path):
    folder = tmp_path / "corpora"
    folder.mkdir()
    (folder / "codebook.toml").write_text("", encoding="utf-8")
    store = Store(tmp_path)
    store.write_silver("march", weak.write([one()]))
    assert (folder / "silver" / "march.csv").is_file()
    written = (folder / "silver" / "march.csv").read_text(encoding="utf-8")
    assert written.splitlines()[1] == "1,innovation_oriented,true,x,A,1.0"
    assert store.annotation_files() == {}
