"""What to judge next, so that a judgement teaches the model most: a list, with a reason for each.

What stands in a queue was chosen, not drawn: its judgements have no inclusion probability and
never reach an estimate.

    turns = queue.to_judge(candidates, judged=texts, length=50, seed=1)

Source:
    Settles, Active Learning Literature Survey (2009), §3.1 (uncertainty), §3.6 (density). Sener &
    Savarese, Active Learning for Convolutional Neural Networks: a Core-Set Approach (2018):
    farthest first from what is judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Literal, Self, get_args

import numpy as np
from scipy.special import entr

from pipeline.codebook import Codebook
from pipeline.corpus import dutch_excel
from pipeline.corpus.analyzer import assemble
from pipeline.errors import CorpusError, SettingsError
from pipeline.labels.nearness import Nearness
from pipeline.records import INNOVATION, Prediction, Suspect
from pipeline.spreadsheet import csv_table

Reason = Literal["uncertain", "novel", "disagreement", "suspect"]
REASONS: tuple[Reason, ...] = get_args(Reason)

COLUMNS = ("notice_id", "reason", "label", "score")

# A notice as like as this to one that is judged, or stands in the queue, would teach it again.
ALIKE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A notice that may be judged, and what model and rules say of it.

    Attributes:
        text: As people would read it.
        probabilities: Per label id, 0 to 1; without ``none`` where the model abstained.
        chosen: Label ids by the model.
        rules: Label ids by cues and fields alone; ``None`` where nobody asked them.
    """

    notice_id: str
    text: str
    probabilities: Mapping[str, float]
    chosen: tuple[str, ...]
    rules: tuple[str, ...] | None

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """Make a candidate of what a classifier gave."""
        judgement = prediction.judgement
        return cls(
            notice_id=prediction.notice.notice_id,
            text=assemble(prediction.notice)[0],
            probabilities=prediction.probabilities,
            chosen=judgement.labels if judgement else prediction.forms,
            rules=prediction.rules,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedNotice:
    """A notice to judge, and why.

    Attributes:
        reason: ``uncertain``, ``novel``, ``disagreement`` or ``suspect``; a suspect is judged
            already and is to be read again.
        label: What it is about: ``innovation_oriented`` or a form; ``None`` where it is novel.
        score: 0 to 1. Uncertain: entropy of the label, in bits. Novel: 1 minus the cosine
            similarity with what it is most like, of all that is judged or stands before it.
            Disagreement: how sure the model is, against the rules. Suspect: how sure it is,
            against people.
    """

    notice_id: str
    reason: Reason
    label: str | None
    score: float


def to_judge(
    candidates: Iterable[Unjudged],
    codebook: Codebook,
    *,
    judged: Mapping[str, str],
    mix: Mapping[str, float],
    length: int,
    seed: int,
    suspects: Sequence[Suspect] = (),
    drawn: Collection[str] = (),
) -> tuple[QueuedNotice, ...]:
    """Put notices in the order in which to judge them.

    Every beginning of the list has reasons in the proportions of the mix, as far as there are
    notices for each. Some ten thousand candidates take seconds; of more, hand over a part.

    Args:
        candidates: Left out are those that are judged, were drawn, on which the model abstained,
            or that are much like one that is judged or stands before them.
        judged: Notice id to text of everything that people judged, authored notices included.
        mix: Reason to its share, at least 0; need not add up to 1.
        length: Notices in the list, at most.
        seed: Decides between equals.
        suspects: Judged labels that look wrong, see ``pipeline.evaluation.suspects``.
        drawn: Ids of all notices that were ever drawn: these measure the model, so they are
            judged for their draw alone, and no reason may bring them up.

    Raises:
        SettingsError: A reason is unknown, or no share is above 0.
    """
    shares = require_mix(mix)
    apart = {*judged, *drawn}
    able = {x.notice_id: x for x in candidates if "none" in x.probabilities}
    free = [able[x] for x in sorted({*able} - apart)]
    free = [free[i] for i in np.random.default_rng(seed).permutation(len(free))]
    pool = _Pool(free, judged.values())
    labels = (INNOVATION, *codebook.forms)
    streams = {
        "uncertain": pool.only_new(_uncertain(free, labels)),
        "novel": pool.farthest(),
        "disagreement": pool.only_new(_disagreements(free, labels)),
        "suspect": _doubted(x for x in suspects if x.notice_id not in {*drawn}),
    }
    return tuple(_mixed({name: streams[name] for name in shares}, shares, length))


def write_queue(queue: Iterable[QueuedNotice]) -> bytes:
    """Write a queue as CSV, one line per notice, in order."""
    lines = (asdict(x) | {"score": f"{x.score:.3f}"} for x in queue)
    return csv_table(COLUMNS, lines)


def queued_ids(body: bytes) -> tuple[str, ...]:
    """Read which notices a written queue holds, in order.

    Raises:
        CorpusError: It is no queue, or holds nothing.
    """
    lines = dutch_excel.table(dutch_excel.decode(body), COLUMNS)
    named = [x["notice_id"] for x in lines] if "notice_id" in (lines.fieldnames or ()) else []
    if not named:
        raise CorpusError("no notices in the queue; expected a CSV as `queue` writes it")
    return tuple(named)


def require_mix(mix: Mapping[str, float]) -> dict[Reason, float]:
    """Return the reasons of a mix that count, in the order of ``REASONS``.

    Raises:
        SettingsError: A reason is unknown, or no share is above 0.
    """
    if unknown := sorted({*mix} - {*REASONS}):
        raise SettingsError(f"unknown reason {unknown[0]!r}; known: {', '.join(REASONS)}")
    numbers = all(isinstance(x, int | float) and 0 <= x < np.inf for x in mix.values())
    if not numbers or not any(mix.values()):
        raise SettingsError(f"the mix is {dict(mix)}; expected shares of at least 0, one above")
    return {x: mix[x] for x in REASONS if mix.get(x)}


def probability_of(label: str, probabilities: Mapping[str, float]) -> float:
    """Return the probability of a form or of ``innovation_oriented``, 0 to 1."""
    return 1 - probabilities["none"] if label == INNOVATION else probabilities[label]


class _Pool:
    """Candidates that are taken one by one, and how near each is to all that was."""

    def __init__(self, free: Sequence[Unjudged], judged: Iterable[str]) -> None:
        self._free = free
        self._near = Nearness([x.text for x in free], [*judged])

    def only_new(self, ranked: Iterable[tuple[int, QueuedNotice]]) -> Iterator[QueuedNotice]:
        """Yield and take those that are unlike all that was taken before them."""
        for place, one in ranked:
            if self._near.nearest[place] < ALIKE:
                self._near.add(place)
                yield one

    def farthest(self) -> Iterator[QueuedNotice]:
        """Yield and take what is unlike all that was taken, and yet like many others.

        Without the latter it would be odd texts, which teach nothing of others.
        """
        while len(self._free):
            place = int(np.argmax((1 - self._near.nearest) * self._near.density))
            distance = float(1 - self._near.nearest[place])
            if distance <= 1 - ALIKE:
                return
            self._near.add(place)
            yield QueuedNotice(
                notice_id=self._free[place].notice_id, reason="novel", label=None, score=distance
            )


def _uncertain(free: Sequence[Unjudged], labels: Sequence[str]) -> list[tuple[int, QueuedNotice]]:
    """Rank by the entropy of the label that is least sure."""
    found = []
    for place, one in enumerate(free):
        p = np.array([probability_of(label, one.probabilities) for label in labels])
        bits = (entr(p) + entr(1 - p)) / np.log(2)
        most = int(bits.argmax())
        found.append((place, _queued(one, "uncertain", labels[most], float(bits[most]))))
    return sorted(found, key=lambda x: -x[1].score)


def _disagreements(
    free: Sequence[Unjudged], labels: Sequence[str]
) -> Iterator[tuple[int, QueuedNotice]]:
    """Rank by how sure the model is, by turns of label and of who gave it.

    A rule that is wrong in one way all the time would fill the list otherwise.
    """
    kinds: defaultdict[tuple[str, bool], list[tuple[int, QueuedNotice]]] = defaultdict(list)
    for place, one in enumerate(free):
        for label in labels:
            given = _gives(one.chosen, label)
            if one.rules is not None and given != _gives(one.rules, label):
                p = probability_of(label, one.probabilities)
                queued = _queued(one, "disagreement", label, p if given else 1 - p)
                kinds[label, given].append((place, queued))
    ranked = [sorted(kinds[kind], key=lambda x: -x[1].score) for kind in sorted(kinds)]
    return (x for turn in zip_longest(*ranked) for x in turn if x is not None)


def _doubted(suspects: Iterable[Suspect]) -> Iterator[QueuedNotice]:
    """Yield each doubted notice once, for its most doubtful label."""
    seen: set[str] = set()
    for one in sorted(suspects, key=lambda x: (x.confidence, x.notice_id, x.label)):
        if one.notice_id not in seen:
            seen.add(one.notice_id)
            yield QueuedNotice(
                notice_id=one.notice_id,
                reason="suspect",
                label=one.label,
                score=1 - one.confidence,
            )


def _mixed(
    streams: Mapping[Reason, Iterator[QueuedNotice]], shares: Mapping[Reason, float], length: int
) -> Iterator[QueuedNotice]:
    """Take from the reason that is furthest behind its share; what runs dry is passed over."""
    left, taken = dict(shares), dict.fromkeys(shares, 0)
    number = 0
    while left and number < length:
        name = min(left, key=lambda x: (taken[x] + 1) / left[x])
        if (one := next(streams[name], None)) is None:
            del left[name]
            continue
        taken[name] += 1
        number += 1
        yield one


def _gives(labels: Collection[str], label: str) -> bool:
    return "none" not in labels if label == INNOVATION else label in labels


def _queued(one: Unjudged, reason: Reason, label: str, score: float) -> QueuedNotice:
    return QueuedNotice(notice_id=one.notice_id, reason=reason, label=label, score=score)
