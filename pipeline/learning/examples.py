"""The notices a model learns from, put together: authored, added later, and silver."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus import missions
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.cleaning import clean
from pipeline.corpus.draws import drawn_ids, training_ids
from pipeline.errors import CorpusError
from pipeline.features.cues import CueFinder
from pipeline.features.targets import Target
from pipeline.learning import weak
from pipeline.learning.groups import groups
from pipeline.learning.sets import Added, Beside, Silver, TrainingSet, hash_of
from pipeline.learning.subjects import subjects
from pipeline.learning.weak import SilverJudgement
from pipeline.notices.formats import tabular
from pipeline.records import ROW, Annotation, Notice, RawNotice, Reading
from pipeline.store import Store, canonical, short_hash

# The file of judgements, in both folders, of the notices that were written for this project.
AUTHORED = "authored"

# Groups of passages are numbered downwards from here: below those of silver.
FIRST_PAIR = -(10**9)


def authored(
    store: Store,
    codebook: Codebook,
    analyzer: Analyzer,
    *,
    added: Mapping[str, str] | None = None,
    notices: Mapping[str, Notice] | None = None,
) -> TrainingSet:
    """Read the authored notices and their judgements, and newly judged ones beside them.

    Args:
        added: File name to judgements as CSV, of notices that are not ours.
        notices: The notices that ``added`` judges, by id; those it does not judge are left out.

    Raises:
        CorpusError: A notice has no judgement or a judgement no notice, the text has changed
            since it was judged, or a judged notice was drawn at random.
    """
    written = {x["notice_id"]: x for x in store.authored()}
    ours = {notice_id: _notice(x) for notice_id, x in written.items()}
    judged = judging.final(
        judging.read(store.annotations(AUTHORED), codebook, name=f"{AUTHORED}.csv")
    )
    newly: dict[str, Annotation] = {}
    for name, text in (added or {}).items():
        read = judging.read(text, codebook, name=name)
        require_undrawn(read, drawn_ids(store))
        newly |= judging.final(read)
    found = {x: notices[x] for x in newly if notices and x in notices}
    learned = examples(
        ours | found, judged | newly, codebook, analyzer, asides=_asides(store, written.values())
    )
    learned = replace(
        learned,
        passages=_passages(store, codebook, analyzer),
        subjects=subjects(store, codebook, analyzer),
    )
    learned = with_missions(learned, store, codebook)
    kept = (replace(one, text_hash=judging.text_hash(found[x])) for x, one in newly.items())
    return replace(learned, added=Added(annotations=tuple(kept), files=tuple(sorted(added or ()))))


def with_missions(learned: TrainingSet, store: Store, codebook: Codebook) -> TrainingSet:
    """Tell of each notice which missions it serves, where people were asked.

    Raises:
        CorpusError: A text has changed since its missions were judged.
    """
    if not codebook.missions or not store.has_missions(AUTHORED):
        return learned
    read = missions.read(store.missions(AUTHORED), codebook, name=f"missions/{AUTHORED}.csv")
    told = missions.agreed(read)
    targets = []
    for reading, target in zip(learned.readings, learned.targets, strict=True):
        one = told.get(_id_of(reading))
        if one and one.text_hash != short_hash(reading.document.text):
            raise CorpusError(f"{one.notice_id}: the text has changed since it was judged")
        targets.append(replace(target, missions=one.missions) if one else target)
    facts = sorted((x.notice_id, x.text_hash, x.missions) for x in told.values())
    return replace(learned, targets=tuple(targets), missions=short_hash(canonical(facts)))


def examples(
    notices: Mapping[str, Notice],
    judged: Mapping[str, Annotation],
    codebook: Codebook,
    analyzer: Analyzer,
    *,
    asides: Mapping[str, Sequence[str]] | None = None,
) -> TrainingSet:
    """Join notices with their judgements, leave out the unsure ones, and analyse the texts.

    Args:
        asides: Notice id to the paragraphs of its text that say nothing of it.

    Raises:
        CorpusError: They do not fit together.
    """
    require_same(set(notices), set(judged))
    for notice_id, one in judged.items():
        if one.text_hash and one.text_hash != judging.text_hash(notices[notice_id]):
            raise CorpusError(
                f"{notice_id}: the text has changed since it was judged",
                hint="Judge it again, or restore the text.",
            )
    sure = [notice_id for notice_id in sorted(judged) if not judged[notice_id].unsure]
    finder = CueFinder(codebook, analyzer)
    documents = analyzer.analyze([notices[notice_id] for notice_id in sure])
    readings = tuple(Reading(document=x, hits=finder.find(x)) for x in documents)
    facts = [
        (
            hash_of(notices[x]),
            asdict(judged[x].judgement),
            [y.as_dict() for y in judged[x].evidence],
        )
        for x in sure
    ]
    return TrainingSet(
        readings=readings,
        targets=tuple(
            Target(
                judgement=judged[x].judgement,
                evidence=judged[x].evidence,
                group=int(group),
                asides=_places(reading.document.text, (asides or {}).get(x, ())),
            )
            for x, reading, group in zip(
                sure, readings, groups([x.document for x in readings]), strict=True
            )
        ),
        fingerprint=short_hash(canonical(facts)),
    )


def _passages(store: Store, codebook: Codebook, analyzer: Analyzer) -> Beside:
    written = list(store.passages())
    if not written:
        return Beside()
    notices = {x["passage_id"]: _passage(x) for x in written}
    read = judging.read(store.annotations("passages"), codebook, name="passages.csv")
    learned = examples(notices, judging.final(read), codebook, analyzer)
    pairs = {x["passage_id"]: x["pair"] for x in written}
    numbers = {pair: FIRST_PAIR - n for n, pair in enumerate(sorted(set(pairs.values())))}
    return Beside(
        examples=tuple(
            (reading, replace(target, passage=True, group=numbers[pairs[_id_of(reading)]]))
            for reading, target in zip(learned.readings, learned.targets, strict=True)
        ),
        fingerprint=learned.fingerprint,
    )


def _passage(values: Mapping[str, str]) -> Notice:
    return Notice(
        notice_id=values["passage_id"],
        source="authored",
        format="authored",
        kind="competition",
        title=values["title"],
        description=values["text"],
        language="nl",
    )


def _id_of(reading: Reading) -> str:
    return reading.document.notice.notice_id


def _asides(store: Store, written: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return per authored notice the paragraphs of boilerplate that were put around it.

    Raises:
        CorpusError: A paragraph is not among those of the store.
    """
    texts = {x["paragraph_id"]: x["text"] for x in store.boilerplate()}
    wanted = {x["notice_id"]: x.get("boilerplate", ()) for x in written}
    for notice_id, paragraphs in wanted.items():
        if missing := set(paragraphs) - set(texts):
            raise CorpusError(
                f"{notice_id} names paragraph {min(missing)!r}; corpora/boilerplate.jsonl has "
                f"{len(texts)} others"
            )
    return {x: [texts[paragraph] for paragraph in some] for x, some in wanted.items()}


def _places(text: str, paragraphs: Iterable[str]) -> tuple[tuple[int, int], ...]:
    cleaned = [clean(x) for x in paragraphs]
    starts = [(text.find(x), len(x)) for x in cleaned]
    return tuple((start, start + length) for start, length in starts if start >= 0)


def silvered(
    notices: Iterable[Notice],
    learned: TrainingSet,
    codebook: Codebook,
    analyzer: Analyzer,
    *,
    drawn: Collection[str],
) -> TrainingSet:
    """Learn also from what fields and cues suggest of notices that nobody judged.

    Left out are notices that were drawn, and those of a procedure or with a text that people
    judged: out of fold, a model must not know its answers from elsewhere.

    Args:
        drawn: Ids of all notices that were ever drawn.
    """
    judged = {key for x in learned.readings for key in _keys(x.document.notice)}
    ordered = sorted(notices, key=lambda x: x.notice_id)
    apart = [x for x in ordered if x.notice_id not in drawn and judged.isdisjoint(_keys(x))]
    finder = CueFinder(codebook, analyzer)
    found: list[tuple[Reading, Target]] = []
    suggested: list[SilverJudgement] = []
    for number, document in enumerate(analyzer.analyze(apart), 1):
        reading = Reading(document=document, hits=finder.find(document))
        silver = weak.silver(reading, codebook)
        if document.language == "nl" and (told := weak.suggestions(silver)):
            # Each is a group of its own; negative numbers are never those of judged notices.
            found.append((reading, Target(judgement=None, group=-number, silver=told)))
            suggested += silver
    return replace(learned, silver=Silver(examples=tuple(found), judgements=tuple(suggested)))


def require_undrawn(judged: Sequence[Annotation], drawn: Collection[str]) -> None:
    """Refuse to learn from notices that were drawn at random.

    Args:
        drawn: Ids of all notices that were ever drawn, whoever judged them and where.

    Raises:
        CorpusError: Some were drawn.
    """
    measuring = sorted({one.notice_id for one in judged} - training_ids(judged, drawn))
    if measuring:
        raise CorpusError(
            f"{len(measuring)} notices were drawn at random, for example {measuring[0]}",
            hint="Drawn judgements measure the model, so it must not have learned from them.",
        )


def require_same(notices: Collection[str], judged: Collection[str]) -> None:
    """Require that every notice is judged and every judgement has its notice.

    Raises:
        CorpusError: Some are missing.
    """
    for some, what in (
        ({*notices} - {*judged}, "have no judgement"),
        ({*judged} - {*notices}, "are judged but there is no such notice"),
    ):
        if some:
            raise CorpusError(
                f"{len(some)} notices {what}, for example {min(some)}",
                hint="Name the files of added notices with --input.",
            )


def _keys(notice: Notice) -> set[str]:
    keys = {notice.notice_id, judging.text_hash(notice)}
    return keys | ({notice.procedure_key} if notice.procedure_key else set())


def _notice(values: dict[str, Any]) -> Notice:
    day = dt.date.fromisoformat(values["published_on"])
    return tabular.read(
        RawNotice(
            source="authored",
            source_id=values["notice_id"],
            url="",
            fetched_at=dt.datetime.combine(day, dt.time(), dt.UTC),
            media_type=ROW,
            body=json.dumps(values).encode(),
        )
    )
