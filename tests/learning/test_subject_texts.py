"""Short texts of what is bought teach missions, and nothing else; each has its judgement."""

import json
import shutil

import pytest

from pipeline import codebook, settings
from pipeline.codebook import MISSION
from pipeline.corpus import missions
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import CorpusError
from pipeline.learning.sets import Beside
from pipeline.learning.subjects import FIRST_SUBJECT, SUBJECTS, subjects
from pipeline.store import Store

HOME = settings.load().home


@pytest.fixture
def store(tmp_path):
    """A store with the codebook and two texts of which the missions are known."""
    (tmp_path / "corpora" / "subjects").mkdir(parents=True)
    shutil.copy(HOME / "corpora" / "codebook.toml", tmp_path / "corpora")
    made = Store(tmp_path)
    ours = list(Store(HOME).subjects())[:2]
    lines = "".join(json.dumps(x) + "\n" for x in ours)
    (tmp_path / "corpora" / "subjects" / "a.jsonl").write_text(lines)
    made.write_missions(SUBJECTS, Store(HOME).missions(SUBJECTS))
    return made


def learned(store):
    return subjects(store, codebook.load(store), Analyzer("embedded"))


def test_they_teach_missions_and_no_judgement(store):
    found = learned(store)
    book = codebook.load(store)
    told = missions.agreed(missions.read(store.missions(SUBJECTS), book, name="subjects"))
    assert len(found.examples) == 2
    for number, (reading, target) in enumerate(found.examples):
        assert target.judgement is None
        assert target.missions == told[reading.document.notice.notice_id].missions
        assert target.group == FIRST_SUBJECT - number


def test_another_text_another_buyer_or_another_answer_is_another_fingerprint(store):
    before = learned(store).fingerprint
    path = store.corpora / "subjects" / "a.jsonl"
    lines = [json.loads(x) for x in path.read_text().splitlines()]
    for name, value in (("buyer", "Gemeente Elders"), ("cpv", "45000000")):
        path.write_text("".join(json.dumps(x | {name: value}) + "\n" for x in lines))
        assert learned(store).fingerprint != before
    path.write_text("".join(json.dumps(x) + "\n" for x in lines))
    assert learned(store).fingerprint == before


def test_a_text_that_changed_since_it_was_judged_is_refused(store):
    path = store.corpora / "subjects" / "a.jsonl"
    lines = [json.loads(x) for x in path.read_text().splitlines()]
    path.write_text(json.dumps(lines[0] | {"text": "Iets anders."}) + "\n")
    with pytest.raises(CorpusError, match=lines[0]["subject_id"] + ".*changed"):
        learned(store)


def test_a_text_that_nobody_judged_is_refused(store):
    path = store.corpora / "subjects" / "a.jsonl"
    line = json.loads(path.read_text().splitlines()[0]) | {"subject_id": "s-z-001"}
    path.write_text(json.dumps(line) + "\n")
    with pytest.raises(CorpusError, match="s-z-001: nobody judged"):
        learned(store)


def test_a_home_without_such_texts_learns_without_them(store):
    (store.corpora / "subjects" / "a.jsonl").unlink()
    assert learned(store) == Beside()


def test_every_subject_is_bought_once_and_read_by_two():
    store = Store(HOME)
    book = codebook.load(store)
    ours = list(store.subjects())
    assert len(ours) == 1980
    for name in ("subject_id", "title", "text"):
        assert len({x[name] for x in ours}) == len(ours), name
    read = missions.read(store.missions(SUBJECTS), book, name="subjects")
    assert {len(x) for x in missions.pairs(read)} == {2}
    told = missions.agreed(read)
    assert set(told) == {x["subject_id"] for x in ours}
    for mission in book.of(MISSION):
        assert sum(mission in x.missions for x in told.values()) >= 90, mission
    assert sum(not x.missions for x in told.values()) >= 250
