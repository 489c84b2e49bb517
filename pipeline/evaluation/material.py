"""What a model learned, put together again so that it can be measured on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus import dutch_excel
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.draws import drawn_ids
from pipeline.errors import CorpusError
from pipeline.learning import shelf, weak
from pipeline.learning.examples import authored, silvered
from pipeline.learning.sets import TrainingSet
from pipeline.learning.shelf import ADDED, SILVER
from pipeline.records import Annotation, ModelCard, Notice
from pipeline.store import Store


def learned_by(
    card: ModelCard,
    codebook: Codebook,
    analyzer: Analyzer,
    *,
    store: Store,
    notices: Mapping[str, Notice],
) -> TrainingSet:
    """Return all that a model learned from: the corpus, and what was added to it.

    Args:
        notices: By id, at least those that were added; their texts are not kept with the model.

    Raises:
        CorpusError: A notice that it learned from is not among them, or has another text now.
    """
    added = shelf.learned_beside(store, card, ADDED)
    silver = shelf.learned_beside(store, card, SILVER)
    judged = judging.read(added, codebook, name=ADDED) if added else ()
    suggested = weak.read(silver, codebook, name=SILVER) if silver else ()
    _require(card, {x.notice_id for x in judged} | {x.notice_id for x in suggested}, notices)
    learned = authored(
        store, codebook, analyzer, added={ADDED: added} if added else {}, notices=notices
    )
    if not suggested:
        return learned
    some = [notices[x] for x in {one.notice_id for one in suggested}]
    return silvered(some, learned, codebook, analyzer, drawn=drawn_ids(store))


def _require(card: ModelCard, wanted: set[str], notices: Mapping[str, Notice]) -> None:
    if missing := sorted(wanted - set(notices)):
        raise CorpusError(
            f"{card.model_id} also learned from {len(wanted)} notices that are no part of the "
            f"corpus; {len(missing)} of them have no text here, such as {', '.join(missing[:3])}",
            hint="Name the files that hold them with --input.",
        )


CASE_COLUMNS = ("id", "title", "description", "buyer", "procedure", "cpv", *dutch_excel.LABELLED)


def judged_table(
    text: str, codebook: Codebook, *, name: str
) -> tuple[dict[str, Notice], dict[str, Annotation]]:
    """Read notices and their judgements from one CSV, such as ``cases/dev.csv``.

    Args:
        text: With ``id``, ``title``, ``description``, ``buyer``, ``procedure``, ``cpv`` and the
            four judgements as in files of annotations.
        name: Of the file, for messages.

    Raises:
        CorpusError: A column is missing, or a label is unknown.
    """
    notices, judged = {}, {}
    for number, line in enumerate(dutch_excel.table(text, CASE_COLUMNS), 2):
        with judging.numbered(f"{name}, line {number}"):
            notice = Notice(
                notice_id=line["id"],
                source=name,
                format="table",
                kind="competition",
                title=line["title"],
                description=line["description"] or None,
                buyer=line["buyer"] or None,
                procedure=line["procedure"] or None,
                cpv=tuple(filter(None, [line["cpv"]])),
                language="nl",
            )
            notices[notice.notice_id] = notice
            judged[notice.notice_id] = Annotation(
                notice_id=notice.notice_id,
                text_hash=judging.text_hash(notice),
                judgement=judging.judgement(dutch_excel.labels_as_ours(line, codebook), codebook),
                evidence=(),
                annotator=name,
                annotated_at=dt.date.min,
                codebook_version=codebook.version,
                codebook_fingerprint=codebook.meaning,
                round="adjudicated",
            )
    return notices, judged
