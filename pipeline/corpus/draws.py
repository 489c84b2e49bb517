"""Random draws of award lots for judging, with inclusion probabilities known beforehand.

The largest values are all taken, about a quarter of the labels; the rest is drawn in strata of
value by model score, by Neyman allocation. Every lot has a chance.

Random numbers are permanent: they depend on the lot and the seed alone, so that two draws
from overlapping frames share lots (Ohlsson 1995, in Business Survey Methods, ch. 9).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from pipeline.codebook import Codebook
from pipeline.corpus.selection import FEWEST_DRAWN, TAKE_ALL, Floats, Selection, select
from pipeline.errors import CorpusError
from pipeline.records import Annotation, AwardLot, Draw, Period
from pipeline.store import Store

# How lots are drawn; it stands in draws, so that those of another design can be told apart.
DESIGN = "strata"


def permanent_number(lot_key: str, seed: int) -> float:
    """Return the lot's random number, the same in every draw with that seed; in [0, 1)."""
    digest = hashlib.sha256(f"{seed}:{lot_key}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


# A mean of fewer values is mostly the largest of them.
FEWEST_KNOWN = 5


def sizes(lots: Sequence[AwardLot]) -> Floats:
    """Return the value that decides a lot's chance; shape (N,), euro, at least 1.

    A lot without value counts for the mean of its kind: CPV division x procedure x buyer
    kind, or a wider kind where few values are known. Its value in the estimate is imputed
    separately.
    """
    known: defaultdict[tuple[str | None, ...], list[float]] = defaultdict(list)
    for lot in lots:
        if lot.value_eur is not None:
            for kind in _kinds(lot):
                known[kind].append(lot.value_eur)
    means = {
        kind: float(np.mean(amounts))
        for kind, amounts in known.items()
        if len(amounts) >= FEWEST_KNOWN or not kind
    }
    return np.array([max(1.0, _size(lot, means)) for lot in lots])


def _kinds(lot: AwardLot) -> list[tuple[str | None, ...]]:
    """Return the kinds a lot belongs to, the narrowest first, all lots last."""
    parts = (lot.cpv_division, lot.procedure, lot.buyer_kind)
    return [parts[:length] for length in (3, 2, 1, 0)]


def _size(lot: AwardLot, means: Mapping[tuple[str | None, ...], float]) -> float:
    if lot.value_eur is not None:
        return lot.value_eur
    return next((means[kind] for kind in _kinds(lot) if kind in means), 1.0)


def draw(
    lots: Sequence[AwardLot],
    scores: Mapping[str, float],
    *,
    labels: int,
    seed: int,
    period: Period,
    frame_fingerprint: str,
    codebook: Codebook | None = None,
) -> tuple[Draw, tuple[AwardLot, ...]]:
    """Draw lots to judge.

    Args:
        lots: The lots of the frame that are in.
        scores: Per ``text_notice_id`` the model's probability of being innovation-oriented.
            Lots on which the model abstained count for the mean score; scores only steer
            the draw, they cannot bias it.
        labels: Lots to draw (n).
        frame_fingerprint: SHA-256 of the frame.
        codebook: By which the drawn notices are to be judged.

    Returns:
        The draw, and the drawn lots in the order in which to judge them: random, so that an
        unfinished list says nothing about strata or scores.

    Raises:
        CorpusError: A lot is excluded or stands in the frame twice, or n does not fit.
    """
    _check(lots)
    numbers = np.array([permanent_number(lot.lot_key, seed) for lot in lots])
    if labels == len(lots) < FEWEST_DRAWN:
        selection = take_all_lots(labels)
    else:
        selection = select(sizes(lots), _scores(lots, scores), numbers=numbers, labels=labels)
    drawn = [lots[index] for index in selection.chosen]
    stored = Draw(
        draw_id=f"{period}-{DESIGN}-{labels}-{seed}-{frame_fingerprint[:8]}",
        period=str(period),
        frame_fingerprint=frame_fingerprint,
        design=DESIGN,
        seed=seed,
        lot_keys=tuple(lot.lot_key for lot in drawn),
        text_notice_ids=tuple(lot.text_notice_id for lot in drawn),
        probabilities=tuple(selection.probabilities.tolist()),
        strata=tuple(map(stratum_name, selection.strata.tolist())),
        stratum_sizes=dict(Counter(map(stratum_name, selection.everyone.tolist()))),
        frame_lots="".join(sorted(Draw.fingerprint_of(lot.lot_key) for lot in lots)),
        codebook_version=codebook.version if codebook else None,
        codebook_fingerprint=codebook.fingerprint if codebook else None,
    )
    # Another seed: by the same numbers the small strata would come first.
    return stored, tuple(sorted(drawn, key=lambda lot: permanent_number(lot.lot_key, seed + 1)))


def take_all_lots(lots: int) -> Selection:
    """Take every lot of a frame that is too small to draw from."""
    certain = np.full(lots, TAKE_ALL, dtype=np.int64)
    return Selection(
        chosen=np.arange(lots), probabilities=np.ones(lots), strata=certain, everyone=certain
    )


def stratum_name(number: int) -> str:
    """Return the name of a stratum: ``take_all`` or ``stratum-07``."""
    return "take_all" if number == TAKE_ALL else f"stratum-{number:02d}"


def _check(lots: Sequence[AwardLot]) -> None:
    out = [lot.lot_key for lot in lots if lot.excluded is not None]
    twice = [key for key, times in Counter(lot.lot_key for lot in lots).items() if times > 1]
    if out or twice:
        raise CorpusError(f"lots that are out of the frame: {out[:5]}; in it twice: {twice[:5]}")


def _scores(lots: Sequence[AwardLot], scores: Mapping[str, float]) -> Floats:
    known = [scores[lot.text_notice_id] for lot in lots if lot.text_notice_id in scores]
    middle = float(np.mean(known)) if known else 0.5
    return np.array([scores.get(lot.text_notice_id, middle) for lot in lots])


def drawn_ids(store: Store) -> frozenset[str]:
    """Return the notices of all stored draws, judged or not.

    Raises:
        CorpusError: A draw cannot be read.
    """
    tables = store.kept("draws", "*").items()
    try:
        return frozenset(x for _, table in tables for x in table["text_notice_ids"])
    except (KeyError, TypeError) as error:
        raise CorpusError(f"a stored draw has no {error}") from None


def training_ids(
    annotations: Iterable[Annotation], drawn: Collection[str] = frozenset()
) -> frozenset[str]:
    """Return the notices that may train a model.

    A notice that was ever drawn measures the model's error, so it is left out, also where
    somebody judged it outside the draw as well.

    Args:
        annotations: All judgements, chosen and drawn.
        drawn: Notices of all stored draws, see :func:`drawn_ids`.
    """
    judged = tuple(annotations)
    measuring = {each.notice_id for each in judged if each.draw_id is not None} | set(drawn)
    return frozenset(each.notice_id for each in judged) - measuring
