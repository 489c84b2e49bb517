"""The judgements of real notices are those of the two readers, on the texts they read.

The repository holds ids, judgements and offsets, no texts. Who quoted what is not known: where
both readings agree the evidence stands with the first, else with the decision.
"""

import csv

import pytest

from pipeline import codebook, settings
from pipeline.corpus import annotations
from pipeline.corpus.adjudication import open_disagreements
from pipeline.corpus.analyzer import assemble
from pipeline.corpus.real import publication_id, real_notices
from pipeline.errors import CorpusError, SettingsError
from pipeline.store import Store

STORE = Store(settings.load().home)
JUDGED = ("degree", "aspect", "openness", "forms")

# Quoted from parts of the XML that hold no text of the notice's own: additional information
# and review procedures, or a name of a document.
OUTSIDE_OUR_SECTIONS = {"53877-2021", "308325-2021", "223495-2021"}
FIELDS = {
    "PT_COMPETITIVE_DIALOGUE": ("procedure", "comp-dial"),
    "procedure: comp-dial": ("procedure", "comp-dial"),
    "innovative-acquisition:mar-nov": ("innovation", "mar-nov"),
    "F13_2014/F13": ("subtype", "F13"),
}


@pytest.fixture(scope="module")
def judged():
    book = codebook.load(STORE)
    return annotations.read(STORE.annotations("real"), book, name="real.csv")


@pytest.fixture(scope="module")
def gold(shared):
    with (shared / "gold" / "real_notices.csv").open(encoding="utf-8", newline="") as lines:
        return {publication_id(x["notice_id"]): x for x in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def notices(shared):
    return real_notices(shared / "notices")


def shape(one):
    judgement = one.judgement
    forms = ";".join(judgement.forms) or "conventional"
    return "|".join([judgement.degree, ";".join(judgement.aspect), judgement.openness, forms])


def quote(text):
    """What of the evidence is a quotation: without the field before it, and without marks."""
    for field in FIELDS:
        text = text.removeprefix(field)
    text = text.lstrip("; ")
    return text[1:-1] if text.startswith('"') else text


def test_497_notices_were_read_twice_and_every_difference_was_decided_on(judged):
    per_round = {name: [x for x in judged if x.round == name] for name in annotations.ROUNDS}
    assert {name: len(x) for name, x in per_round.items()} == {
        "first": 497,
        "second": 497,
        "adjudicated": 14,
    }
    assert len(annotations.final(judged)) == 497
    assert open_disagreements(judged) == ()


def test_no_words_of_others_are_in_the_file(judged):
    assert [x.notice_id for x in judged if any(each.text for each in x.evidence)] == []


def test_ids_and_judgements_are_those_of_the_gold_file(judged, gold):
    final = annotations.final(judged)
    assert set(final) == set(gold)
    assert {
        notice_id: ("|".join(x[name] for name in JUDGED), x["unsure"])
        for notice_id, x in gold.items()
    } == {notice_id: (shape(x), str(x.unsure).lower()) for notice_id, x in final.items()}


@pytest.mark.parametrize(("name", "column"), [("first", "round_a"), ("second", "round_b")])
def test_first_judgements_are_those_of_the_gold_file(judged, gold, name, column):
    assert {x.notice_id: shape(x) for x in judged if x.round == name} == {
        notice_id: x[column] for notice_id, x in gold.items()
    }


def test_every_judgement_is_about_the_text_as_it_is_read_now(judged, notices):
    for one in judged:
        annotations.check(one, notices[one.notice_id])
    assert all(one.text_hash for one in judged)


def test_every_passage_is_the_one_that_was_quoted(judged, gold, notices):
    found = {}
    for one in judged:
        text, sections = assemble(notices[one.notice_id])
        starts = {section.name: section.start for section in sections}
        for each in one.evidence:
            if each.section is not None:
                start = starts[each.section]
                found[one.notice_id] = text[start + each.start : start + each.end]
    expected = {key: words for key, x in gold.items() if (words := quote(x["evidence"]))}
    assert set(expected) - set(found) == OUTSIDE_OUR_SECTIONS
    assert {key: expected[key] for key in found} == found
    for key in OUTSIDE_OUR_SECTIONS:
        assert expected[key] not in assemble(notices[key])[0]


def test_every_field_is_the_one_that_was_named(judged, gold, notices):
    found = {
        one.notice_id: (each.field, each.value)
        for one in judged
        for each in one.evidence
        if each.field is not None
    }
    assert found == {
        key: pair
        for key, x in gold.items()
        for name, pair in FIELDS.items()
        if x["evidence"].startswith(name)
    }
    for notice_id, (field, value) in found.items():
        notice = notices[notice_id]
        if field == "innovation":
            assert any(value in (lot.innovation or ()) for lot in notice.lots)
        else:
            assert getattr(notice, field) == value


def test_real_notices_are_known_by_their_publication_number(notices):
    # 171 + 84 + 51 + 6 of the XML, 274 of the extract; no notice is in both.
    assert len(notices) == 586
    assert all(key == notice.notice_id for key, notice in notices.items())
    # The extract calls this one 028483-2026.
    assert notices["28483-2026"].format == "tabular"
    assert notices["53877-2021"].format == "ted_export"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("028483-2026", "28483-2026"),
        ("00123456-2026", "123456-2026"),
        ("433026-2024", "433026-2024"),
        ("25-2722_pub01", "25-2722_pub01"),
        ("0356212", "0356212"),
    ],
)
def test_only_publication_numbers_lose_their_zeros(given, expected):
    assert publication_id(given) == expected


def extract(folder, *ids):
    lines = "".join(f'{{"notice_id": "{x}", "title": "Een uittreksel"}}\n' for x in ids)
    (folder / "descriptions.jsonl").write_text(lines, encoding="utf-8")


def test_xml_is_preferred_over_the_extract(tmp_path):
    published = STORE.corpora / "demo" / "eforms" / "99000101-2025.xml"
    (tmp_path / "eforms").mkdir()
    (tmp_path / "eforms" / published.name).write_bytes(published.read_bytes())
    extract(tmp_path, "099000101-2025", "7-2025")
    found = real_notices(tmp_path)
    assert {key: notice.format for key, notice in found.items()} == {
        "99000101-2025": "eforms",
        "7-2025": "tabular",
    }


def test_a_folder_without_notices_and_a_notice_that_stands_there_twice_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="no notices in"):
        real_notices(tmp_path)
    extract(tmp_path, "7-2025", "07-2025")
    with pytest.raises(CorpusError, match="7-2025 stands twice"):
        real_notices(tmp_path)
