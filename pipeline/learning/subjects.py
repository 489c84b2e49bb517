"""Short texts of what public buyers buy: they teach what words go with a mission, and nothing else.

A few thousand whole notices cannot show all that is bought. These are fictional too, two sentences
long, each about another product, system, service or work; they are never measured on.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.codebook import Codebook
from pipeline.corpus import missions
from pipeline.corpus.analyzer import Analyzer
from pipeline.errors import CorpusError
from pipeline.features.cues import CueFinder
from pipeline.features.targets import Target
from pipeline.learning.sets import Beside
from pipeline.records import Notice, Reading
from pipeline.store import Store, canonical, short_hash

# The file of judgements of missions.
SUBJECTS = "subjects"

# Groups are numbered downwards from here: below those of passages.
FIRST_SUBJECT = -(2 * 10**9)


def subjects(store: Store, codebook: Codebook, analyzer: Analyzer) -> Beside:
    """Read the texts and the missions each serves.

    Raises:
        CorpusError: A text has no judgement, or has changed since it was judged.
    """
    notices = [_notice(x) for x in store.subjects()]
    if not (codebook.missions and notices):
        return Beside()
    read = missions.read(store.missions(SUBJECTS), codebook, name=f"missions/{SUBJECTS}.csv")
    told = missions.agreed(read)
    for notice in notices:
        if notice.notice_id not in told:
            raise CorpusError(f"{notice.notice_id}: nobody judged which missions it serves")
        missions.check(told[notice.notice_id], notice)
    finder = CueFinder(codebook, analyzer)
    examples = tuple(
        (
            Reading(document=document, hits=finder.find(document)),
            Target(
                judgement=None,
                missions=told[document.notice.notice_id].missions,
                group=FIRST_SUBJECT - number,
            ),
        )
        for number, document in enumerate(analyzer.analyze(notices))
    )
    facts = sorted((x.notice_id, x.text_hash, x.missions) for x in told.values())
    return Beside(examples=examples, fingerprint=short_hash(canonical([facts, _fields(notices)])))


def _notice(values: Mapping[str, str]) -> Notice:
    return Notice(
        notice_id=values["subject_id"],
        source="authored",
        format="authored",
        kind="competition",
        title=values["title"],
        description=values["text"],
        buyer=values["buyer"],
        cpv=(values["cpv"],),
        language="nl",
    )


def _fields(notices: list[Notice]) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """What a model may look at besides the text."""
    return [(x.notice_id, x.buyer, x.cpv) for x in notices]
