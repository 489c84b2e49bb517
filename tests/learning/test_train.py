"""What measures a model never trains it, and its id follows from what it was made of."""

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from pipeline import codebook, settings, sourcecode
from pipeline.codebook import Cue
from pipeline.corpus import annotations
from pipeline.corpus.analyzer import NO_TOKENS, Analyzer
from pipeline.errors import CorpusError
from pipeline.features.targets import Target
from pipeline.learning.card import card, identity, modules_of_learning
from pipeline.learning.describe import describe
from pipeline.learning.examples import authored, examples, require_undrawn, silvered
from pipeline.learning.sets import Added, Silver, TrainingSet
from pipeline.learning.train import FORM_THRESHOLD, Recipe
from pipeline.learning.weak import SilverJudgement
from pipeline.records import Annotation, Document, Evidence, Judgement, Notice, Reading
from pipeline.sourcecode import code_fingerprint
from pipeline.store import Store

STORE = Store(settings.load().home)
BOOK = codebook.load(STORE)
ANALYZER = Analyzer("embedded")
TEXT = "De gemeente koopt een brug van vlas, die nog niet op de markt is en nieuw is voor ons. "


def judged(notice_id="1-2026", **changes):
    facts = {
        "notice_id": notice_id,
        "text_hash": None,
        "judgement": Judgement(degree="none", aspect=(), openness="closed", forms=()),
        "evidence": (),
        "annotator": "a1",
        "annotated_at": dt.date(2026, 11, 21),
        "codebook_version": BOOK.version,
        "codebook_fingerprint": BOOK.meaning,
        "round": "first",
    }
    return Annotation(**facts | changes)


def notice(notice_id, description=TEXT, **changes):
    return Notice(
        notice_id=notice_id,
        source="t",
        format="t",
        kind="competition",
        title=f"Brug {notice_id}",
        description=description,
        language="nl",
        **changes,
    )


def test_a_notice_that_was_ever_drawn_is_refused_also_when_decided_outside_the_draw():
    drawn = judged(draw_id="d1", inclusion_probability=0.5)
    decided = judged(annotator="a2", round="adjudicated")
    with pytest.raises(CorpusError, match="1 notices were drawn at random, for example 1-2026"):
        authored(STORE, BOOK, ANALYZER, added={"new.csv": annotations.write([drawn, decided])})


def test_a_drawn_notice_is_refused_also_when_its_judgement_names_no_draw(tmp_path):
    (tmp_path / "corpora" / "annotations").mkdir(parents=True)
    for name in ("codebook.toml", "annotations/authored.csv"):
        (tmp_path / "corpora" / name).symlink_to(STORE.corpora / name)
    (tmp_path / "corpora" / "authored").symlink_to(STORE.corpora / "authored")
    store = Store(tmp_path)
    new = {"new.csv": annotations.write([judged()])}
    store.keep("draws", "2026Q1-strata", {"text_notice_ids": ["7-2026", "1-2026"]})
    with pytest.raises(CorpusError, match="1 notices were drawn at random, for example 1-2026"):
        authored(store, BOOK, ANALYZER, added=new)
    require_undrawn([judged()], drawn=["7-2026"])


def test_silver_leaves_out_what_was_drawn_or_is_known_to_people():
    own = notice("a", "Dit is een innovatiepartnerschap.", procedure_key="p1")
    learned = TrainingSet(
        readings=tuple(
            Reading(
                document=Document(
                    notice=own, text="", tokens=NO_TOKENS, sections=(), language="nl", analyzer="x"
                ),
                hits=(),
            )
            for _ in range(1)
        ),
        targets=(),
        fingerprint="f",
    )
    text = "De gemeente sluit een innovatiepartnerschap voor een brug van vlas. " * 3
    given = [
        notice("drawn", text),
        notice("a", text),
        notice("award", text, procedure_key="p1"),
        notice("free", text),
    ]
    found = silvered(given, learned, BOOK, ANALYZER, drawn={"drawn"})
    assert [x.document.notice.notice_id for x, _ in found.silver.examples] == ["free"]
    assert {x.notice_id for x in found.silver.judgements} == {"free"}


@pytest.fixture(scope="module")
def learned():
    names = ["b", "a", "c"]
    return examples({x: notice(x) for x in names}, {x: judged(x) for x in names}, BOOK, ANALYZER)


def made(learned, recipe=None, book=BOOK, **options):
    given = {"analyzer": "embedded-1", "created": "2026-01-01"} | options
    return card(learned, recipe or Recipe(), book, **given)


def test_the_id_is_the_same_on_another_day_and_in_another_order(learned):
    names = ["c", "b", "a"]
    again = examples({x: notice(x) for x in names}, {x: judged(x) for x in names}, BOOK, ANALYZER)
    one, other = made(learned), made(again, created="2027-12-31")
    assert one.model_id == other.model_id
    assert len(one.model_id) == len("m-1a2b3c4d")
    assert one.created == "2026-01-01"
    assert identity(one) != identity(other)


def test_each_thing_a_model_is_made_of_changes_its_id(learned, monkeypatch):
    sbir = BOOK.label("sbir")
    cued = replace(sbir, cues=(*sbir.cues, Cue(pattern="kiem")))
    one = SilverJudgement(notice_id="s", label="sbir", value=True, source="x", strength="A")
    silver = Silver(examples=((learned.readings[0], Target(judgement=None, group=-1)),))

    def trained(**changes):
        facts = {x: judged(x) for x in "abc"}
        texts = {x: notice(x) for x in "abc"}
        return examples(
            texts | changes.get("notices", {}), facts | changes.get("judged", {}), BOOK, ANALYZER
        )

    marked = judged("a", evidence=(Evidence(label="none", field="kind", value="result"),))
    sbirred = Judgement(degree="none", aspect=(), openness="closed", forms=("sbir",))
    others = {
        "threshold": made(learned, Recipe(thresholds={"innovation_oriented": 0.7})),
        "threshold of a form": made(
            learned, Recipe(thresholds={"innovation_oriented": 0.75, "sbir": 0.3})
        ),
        "seed": made(learned, Recipe(seed=1)),
        "cue": made(
            learned,
            book=replace(BOOK, labels=tuple(cued if x == sbir else x for x in BOOK.labels)),
        ),
        "analyzer": made(learned, analyzer="nl_core_news_md"),
        "judgement": made(trained(judged={"a": judged("a", judgement=sbirred)})),
        "evidence": made(trained(judged={"a": marked})),
        "field": made(trained(notices={"a": notice("a", procedure="innovation")})),
        "added": made(trained(notices={"d": notice("d")}, judged={"d": judged("d")})),
        "silver": made(replace(learned, silver=silver)),
        "suggestion": made(replace(learned, silver=replace(silver, judgements=(one,)))),
    }
    monkeypatch.setattr("pipeline.learning.card.metadata.version", lambda _: "9.9")
    others["library"] = made(learned)
    monkeypatch.undo()
    monkeypatch.setattr("pipeline.learning.card.learning_code", lambda: "0" * 16)
    others["code"] = made(learned)
    ids = [made(learned).model_id, *(x.model_id for x in others.values())]
    monkeypatch.undo()
    ids.append(made(learned).model_id)
    assert len(set(ids)) == len(others) + 1


def test_the_code_of_a_model_is_all_that_python_loads_of_features_and_learning():
    modules = "(x for x, m in sys.modules.items() if not hasattr(m, '__path__'))"
    code = f"import sys, pipeline.learning.train, pipeline.learning.examples; print(*{modules})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {x for x in shown.stdout.split() if x.startswith(("pipeline.fea", "pipeline.lear"))}
    behind = modules_of_learning()
    corpus = {"analyzer", "cleaning", "languages", "languages.nl"}
    assert behind == loaded | {f"pipeline.corpus.{name}" for name in corpus}
    assert {"pipeline.features.passages", "pipeline.learning.heads"} < behind


def test_the_code_of_a_model_changes_with_any_of_its_modules_and_no_other(monkeypatch):
    behind = modules_of_learning()
    before, read = code_fingerprint(behind), sourcecode._source
    for name, same in (("pipeline.features.windows", False), ("pipeline.report.dutch", True)):
        monkeypatch.setattr(
            sourcecode, "_source", lambda x, name=name: read(x) + b"\n" * (x == name)
        )
        assert (code_fingerprint(behind) == before) is same


def test_thresholds_are_those_of_the_recipe(learned):
    given = made(learned, Recipe(thresholds={"innovation_oriented": 0.6, "sbir": 0.3})).thresholds
    assert (given["innovation_oriented"], given["sbir"], given["pcp"]) == (0.6, 0.3, FORM_THRESHOLD)
    assert set(given) == {"innovation_oriented", *BOOK.forms}


def test_the_card_names_what_was_added_and_by_whom(learned):
    added = Added(
        annotations=(judged("a"), judged("b", annotator="a2"), judged("c", unsure=True)),
        files=("new.csv", "old.csv"),
    )
    told = made(replace(learned, added=added))
    assert told.training["added"] == {
        "files": ["new.csv", "old.csv"],
        "annotators": {"a1": 2, "a2": 1},
        "judgements": 3,
        "unsure": 1,
    }
    page = describe(told)
    assert "2 are of judgements that were added (new.csv, old.csv; a1 2, a2 1)" in page
    assert "written for this project, not on published ones" not in page


def test_an_unmeasured_model_does_not_claim_to_be_measured(learned):
    page = describe(made(learned))
    assert "Not measured yet" in page
    assert "held against" not in page
    recall = {"value": 0.25, "low": 0.1, "high": 0.4}
    real = {
        "notices": 497,
        "innovation_oriented": {"true": 11, "recall": recall, "f1": recall, "precision": recall},
    }
    page = describe(replace(made(learned), metrics={"real": real}))
    assert "Of the 497 published notices it was held against, 11 are innovation-oriented" in page
    assert "its recall on them is 0.25" in page


def test_probabilities_of_the_training_set_are_numbered_by_group(learned):
    assert len(learned.groups) == 3
    assert np.array_equal(learned.some(np.array([1])).groups, learned.groups[1:2])
