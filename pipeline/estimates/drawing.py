"""Draws: planned on the frame, stored before anyone judges, and their judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.codec import from_plain, to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus import draws
from pipeline.corpus.adjudication import merged
from pipeline.corpus.exchange import EXCHANGES, Sitting, tasks
from pipeline.errors import CorpusError
from pipeline.estimates import planner
from pipeline.estimates.judged import Floats
from pipeline.estimates.material import Material
from pipeline.labels.scores import Scores
from pipeline.records import INNOVATION, Annotation, Draw, Period
from pipeline.store import Store


def plan_draw(material: Material, scores: Scores, *, half_width: float, seed: int) -> planner.Plan:
    """Say how many labels a half-width needs.

    Args:
        half_width: As a fraction.

    Raises:
        TooFewLabels: The frame is too small to draw from.
    """
    return planner.plan(
        draws.sizes(material.lots),
        _scores(material, scores),
        half_width=half_width,
        rng=np.random.default_rng(seed),
    )


def draw_lots(
    material: Material, scores: Scores, *, labels: int, seed: int, store: Store
) -> tuple[Draw, list[str]]:
    """Draw lots to judge and store the draw.

    Returns:
        The draw, and the notices to judge in the order in which to judge them, each once.

    Raises:
        CorpusError: n does not fit the frame, or the draw exists with other lots.
    """
    texts = [lot.text_notice_id for lot in material.lots]
    drawn, order = draws.draw(
        material.lots,
        dict(zip(texts, _scores(material, scores).tolist(), strict=True)),
        labels=labels,
        seed=seed,
        period=material.period,
        frame_fingerprint=material.frame.fingerprint,
        codebook=codebooks.load(store),
    )
    for stored in stored_draws(store, material.period):
        if stored.draw_id == drawn.draw_id and stored != drawn:
            raise CorpusError(
                f"draw {drawn.draw_id} is stored with other lots: the scores have changed",
                hint="Judge the stored draw, or take another seed.",
            )
    store.keep("draws", drawn.draw_id, to_plain(drawn))
    return drawn, list(dict.fromkeys(lot.text_notice_id for lot in order))


def export_draw(
    drawn: Draw, order: Iterable[str], material: Material, codebook: Codebook, *, tool: str
) -> bytes:
    """Write what was drawn for the tool in which people judge.

    Suggestions of the model are left out: they would steer the judgements it is measured by.

    Args:
        tool: Name in ``EXCHANGES``.
    """
    notices = [material.whole[notice_id] for notice_id in order]
    return EXCHANGES[tool].export(tasks(notices, draw=drawn), codebook)


def take_over(
    body: bytes,
    material: Material,
    codebook: Codebook,
    *,
    store: Store,
    tool: str,
    sitting: Sitting | None,
) -> tuple[Annotation, ...]:
    """Take judgements of a drawn list over, to ``corpora/annotations/<period>.csv``.

    Args:
        body: What the tool gave back.
        tool: Name in ``EXCHANGES``.
        sitting: Who judged, where the tool does not tell.

    Raises:
        CorpusError: A judgement is wrong, or contradicts one that is there; then none is taken.
    """
    name = str(material.period)
    added: tuple[Annotation, ...] = EXCHANGES[tool].import_(
        body, codebook, notices=material.whole, sitting=sitting
    )
    before: tuple[Annotation, ...] = ()
    if store.has_annotations(name):
        before = judging.read(store.annotations(name), codebook, name=f"{name}.csv")
    store.write_annotations(name, judging.write(merged(before, added)))
    return added


def stored_draws(store: Store, period: Period) -> list[Draw]:
    """Return the draws of a period, by id."""
    found = map(_read, store.kept("draws", f"{period}-*").values())
    return [drawn for drawn in found if drawn.period == str(period)]


def _read(table: Mapping[str, Any]) -> Draw:
    try:
        return from_plain(Draw, table)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise CorpusError(f"draw {table.get('draw_id')}: {error!r}") from None


def judgements(store: Store, codebook: Codebook) -> tuple[Annotation, ...]:
    """Read the judgements of all files.

    Raises:
        CorpusError: A file does not agree with the codebook.
    """
    return tuple(
        one
        for name, text in store.annotation_files().items()
        for one in judging.read(text, codebook, name=f"{name}.csv")
    )


def judged_draw(
    drawn: Sequence[Draw], annotations: Iterable[Annotation]
) -> tuple[Draw | None, tuple[Annotation, ...]]:
    """Choose the draw with the most judged notices, and its judgements; the last of equals.

    Judgements that were made outside a draw never speak for the frame, so they are left out.
    """
    by_draw = [x for x in annotations if x.draw_id is not None]
    counts = Counter(draw_id for draw_id, _ in {(x.draw_id, x.notice_id) for x in by_draw})
    if not drawn:
        return None, ()
    chosen = max(drawn, key=lambda x: (counts[x.draw_id], x.draw_id))
    return chosen, tuple(x for x in by_draw if x.draw_id == chosen.draw_id)


def _scores(material: Material, scores: Scores) -> Floats:
    return scores.probabilities(INNOVATION, [lot.text_notice_id for lot in material.lots])
