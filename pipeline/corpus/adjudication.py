"""Disagreements between first and second readings, and the decisions that settle them.

Nothing is overwritten: a decision stands next to the judgements it decides between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.codebook import Codebook
from pipeline.corpus.annotations import in_force, key, read_all, write
from pipeline.errors import CorpusError
from pipeline.records import Annotation
from pipeline.store import Store

JUDGEMENTS = ("degree", "aspect", "openness", "forms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A notice that was judged differently, and that nobody decided on yet.

    Attributes:
        annotations: The readings, in order of round and annotator; at least two.
        differs: Which of degree, aspect, openness and forms.
    """

    notice_id: str
    annotations: tuple[Annotation, ...]
    differs: tuple[str, ...]


def readings(annotations: Iterable[Annotation]) -> dict[str, tuple[Annotation, ...]]:
    """Return the independent judgements by notice, decisions left out, in order of round.

    Raises:
        CorpusError: A notice was judged twice by one annotator, or on different texts: such
            judgements say nothing about agreement.
    """
    found: defaultdict[str, list[Annotation]] = defaultdict(list)
    for one in sorted(annotations, key=key):
        if one.round != "adjudicated":
            found[one.notice_id].append(one)
    for notice_id, several in found.items():
        if len({one.annotator for one in several}) < len(several):
            raise CorpusError(f"{notice_id}: judged more than once by {several[0].annotator}")
        if len({one.text_hash for one in several}) > 1:
            raise CorpusError(
                f"{notice_id}: judged on different texts: "
                f"{', '.join(str(one.text_hash) for one in several)}"
            )
    return {notice_id: tuple(several) for notice_id, several in found.items()}


def open_disagreements(annotations: Iterable[Annotation]) -> tuple[Disagreement, ...]:
    """Return the disagreements that nobody decided on, ordered by notice.

    Raises:
        CorpusError: See :func:`readings`.
    """
    everything = tuple(annotations)
    decided = {one.notice_id for one in everything if one.round == "adjudicated"}
    return tuple(
        Disagreement(notice_id=notice_id, annotations=several, differs=differs)
        for notice_id, several in sorted(readings(everything).items())
        if notice_id not in decided and (differs := _differs(several))
    )


def adjudicate(
    annotations: Iterable[Annotation], decisions: Iterable[Annotation]
) -> tuple[Annotation, ...]:
    """Add decisions to the judgements they decide between; these are kept.

    Args:
        annotations: All judgements so far.
        decisions: Judgements of round ``adjudicated``, one per open disagreement; the draw, if
            any, is taken over from the readings.

    Raises:
        CorpusError: A decision is of another round, about another text, or about a notice
            that is not in disagreement or was decided on before. Then none is taken over.
    """
    everything = tuple(annotations)
    still_open = {x.notice_id: x.annotations for x in open_disagreements(in_force(everything))}
    added = [_decided(one, still_open) for one in decisions]
    return merged(everything, added)


def merged(existing: Iterable[Annotation], added: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """Join judgements; one that is already there is taken once.

    Args:
        existing: The whole history, superseded ones too.

    Raises:
        CorpusError: An annotator already judged a notice otherwise in that round.
    """
    joined = list(existing)
    known = {key(one): one for one in joined}
    for one in added:
        if key(one) not in known:
            joined.append(one)
        if known.setdefault(key(one), one) != one:
            raise CorpusError(
                f"{one.notice_id}: {one.annotator} already judged it in round {one.round}",
                hint="Judgements are not overwritten; use another round, or adjudicate.",
            )
    return tuple(joined)


def supersede(store: Store, name: str, added: Iterable[Annotation], codebook: Codebook) -> None:
    """Add judgements to a file of the store; where one changes an earlier one, both stay.

    Raises:
        CorpusError: The file does not agree with the codebook; then nothing is added.
    """
    with store.exclusive("annotations"):
        known = store.has_annotations(name)
        before = read_all(store.annotations(name), codebook, name=f"{name}.csv") if known else ()
        store.write_annotations(name, write((*before, *added)))


def _decided(one: Annotation, still_open: Mapping[str, tuple[Annotation, ...]]) -> Annotation:
    if one.round != "adjudicated":
        raise CorpusError(f"{one.notice_id}: a decision is of round adjudicated, not {one.round}")
    if one.notice_id not in still_open:
        raise CorpusError(f"{one.notice_id}: no open disagreement to decide on")
    first = still_open[one.notice_id][0]
    if one.text_hash != first.text_hash:
        raise CorpusError(
            f"{one.notice_id}: decided on text {one.text_hash}, judged on {first.text_hash}"
        )
    return replace(one, draw_id=first.draw_id, inclusion_probability=first.inclusion_probability)


def _differs(several: tuple[Annotation, ...]) -> tuple[str, ...]:
    return tuple(
        name for name in JUDGEMENTS if len({getattr(x.judgement, name) for x in several}) > 1
    )
