"""What comes back twice: corrections supersede, and one reader has one reading of a notice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.corpus.annotations import ROUNDS, in_force, key
from pipeline.errors import CorpusError
from pipeline.records import Annotation

ADJUDICATED = "adjudicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A file of judgements after others were joined to it.

    Attributes:
        annotations: The whole history.
        new: Judgements that stood there in no form.
        corrected: Those that supersede an earlier one.
        same: Those that say what is in force.
        older: Those that were left out, because a later one is in force.
        missing: In force, by somebody whose other judgements came back, but not among them:
            perhaps deleted in the tool.
    """

    annotations: tuple[Annotation, ...]
    new: int
    corrected: int
    same: int
    older: int
    missing: tuple[Annotation, ...]

    @property
    def summary(self) -> str:
        """What happened, in a line."""
        parts = [f"{self.new} judgements added", f"{self.corrected} corrected"]
        parts += [f"{self.same} known already"] if self.same else []
        parts += [f"{self.older} older than what is there left out"] if self.older else []
        return ", ".join(parts)


def corrected(existing: Iterable[Annotation], added: Sequence[Annotation]) -> Joined:
    """Join judgements; one that differs from an earlier one of the same reader supersedes it.

    A reader keeps the round of their first reading of a notice, whatever a tool makes of the
    order in which it now stands.

    Args:
        existing: The whole history.
    """
    history = list(existing)
    force = {key(one): one for one in history}
    rounds = {(x.notice_id, x.annotator): x.round for x in force.values() if x.round != ADJUDICATED}
    said = {"new": 0, "corrected": 0, "same": 0, "older": 0}
    back = set()
    for read in added:
        one = replace(read, round=rounds.get((read.notice_id, read.annotator), read.round))
        one = read if read.round == ADJUDICATED else one
        back.add(key(one))
        what = _against(one, force.get(key(one)))
        said[what] += 1
        if what in {"new", "corrected"}:
            history.append(one)
            force[key(one)] = one
    readers = {(one.annotator, one.round) for one in added}
    gone = (x for x in force.values() if (x.annotator, x.round) in readers and key(x) not in back)
    return Joined(annotations=tuple(history), missing=tuple(gone), **said)


def _against(one: Annotation, standing: Annotation | None) -> str:
    if standing is None:
        return "new"
    if replace(one, annotated_at=standing.annotated_at) == standing:
        return "same"
    return "older" if _is_before(one.annotated_at, standing.annotated_at) else "corrected"


def _is_before(one: dt.date, other: dt.date) -> bool:
    if isinstance(one, dt.datetime) and isinstance(other, dt.datetime):
        return one < other
    return one.isoformat()[:10] < other.isoformat()[:10]


def _moment(one: Annotation) -> str:
    """When it was made, as text in order of time; of a day the last moment."""
    at = one.annotated_at
    return at.isoformat() if isinstance(at, dt.datetime) else f"{at.isoformat()}T99"


def aligned(everything: Iterable[Annotation]) -> tuple[tuple[Annotation, ...], int]:
    """Let everybody have one reading of a notice: of several, the latest in their first round.

    Returns:
        The whole history, and how many judgements changed rounds.
    """
    history = sorted(everything, key=_moment)
    rounds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in in_force(history):
        if one.round != ADJUDICATED:
            rounds[one.notice_id, one.annotator].add(one.round)
    found = [
        one
        if one.round == ADJUDICATED or (one.notice_id, one.annotator) not in rounds
        else replace(one, round=min(rounds[one.notice_id, one.annotator], key=ROUNDS.index))
        for one in history
    ]
    return tuple(found), sum(a != b for a, b in zip(found, history, strict=True))


def withdrawn(
    everything: Iterable[Annotation], notice_id: str, annotator: str
) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    """Take out all that one person said of a notice.

    Returns:
        What stays, and what was taken out.

    Raises:
        CorpusError: They said nothing of it.
    """
    history = tuple(everything)
    out = tuple(x for x in history if (x.notice_id, x.annotator) == (notice_id, annotator))
    if not out:
        raise CorpusError(f"{annotator} judged no notice {notice_id!r} in this file")
    return tuple(x for x in history if x not in out), out


def on_different_texts(everything: Iterable[Annotation]) -> Collection[str]:
    """Return the notices of which readings in force are about different texts, sorted."""
    texts: defaultdict[str, set[str | None]] = defaultdict(set)
    for one in in_force(everything):
        if one.round != ADJUDICATED:
            texts[one.notice_id].add(one.text_hash)
    return sorted(x for x, several in texts.items() if len(several) > 1)
