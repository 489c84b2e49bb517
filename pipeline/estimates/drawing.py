"""Draws: planned on the frame, stored before anyone judges, and their judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.codec import from_plain, to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus import draws, missions
from pipeline.corpus.corrections import Joined, corrected
from pipeline.corpus.exchange import EXCHANGES, Sitting, tasks
from pipeline.errors import CorpusError
from pipeline.estimates import planner
from pipeline.estimates._drawn import as_drawn, places_of
from pipeline.estimates.enough import require_enough, require_lots
from pipeline.estimates.judged import Floats
from pipeline.estimates.material import Material
from pipeline.labels.scores import Scores
from pipeline.records import INNOVATION, Annotation, Draw, MissionReading, Period
from pipeline.store import Store

# What a plan is made for.
PLANNED = (INNOVATION, "rd")


def plan_draw(
    material: Material,
    scores: Scores,
    *,
    half_width: float,
    seed: int,
    earlier: Iterable[Annotation] = (),
) -> planner.Plan:
    """Say how many labels a half-width needs, of what is innovation-oriented and of R&D.

    Args:
        half_width: As a fraction.
        earlier: Judgements, of which those of draws measure how good the scores are.

    Raises:
        TooFewLabels: The frame is too small to draw from.
    """
    require_lots(material)
    texts = [lot.text_notice_id for lot in material.lots]
    drawn = [one for one in earlier if one.draw_id and one.notice_id in scores.places]
    found = {name: _measured(name, drawn, scores) for name in PLANNED}
    return planner.plan(
        planner.PlannedFrame(
            values=draws.sizes(material.lots),
            scores={name: scores.probabilities(name, texts) for name in PLANNED},
            measured={name: one for name, one in found.items() if one is not None},
        ),
        half_width=half_width,
        rng=np.random.default_rng(seed),
    )


def _measured(
    quantity: str, drawn: Sequence[Annotation], scores: Scores
) -> planner.Measured | None:
    said = scores.probabilities(quantity, [one.notice_id for one in drawn])
    truth = np.array([float(one.judgement.has(quantity)) for one in drawn])
    return planner.Measured.of(truth, said)


def draw_lots(
    material: Material, scores: Scores, *, labels: int, seed: int, store: Store
) -> tuple[Draw, list[str]]:
    """Draw lots to judge and store the draw.

    Returns:
        The draw, and the notices to judge in the order in which to judge them, each once.

    Raises:
        TooFewLabels: No share would be published of so few, however well they are judged.
        CorpusError: n does not fit the frame, or the draw exists with other lots.
    """
    require_enough(labels, material)
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
    with store.exclusive("draws"):
        _keep(drawn, material, store)
    return drawn, list(dict.fromkeys(lot.text_notice_id for lot in order))


def supplement(
    material: Material, scores: Scores, *, labels: int, seed: int, store: Store
) -> tuple[Draw, list[str]]:
    """Draw from the lots that entered since the draw that speaks for the period, and store it.

    All of them are drawn where there are no more than ``labels``.

    Returns:
        As :func:`draw_lots`.

    Raises:
        CorpusError: There is no draw, it did not record its frame, or nothing entered since.
    """
    codebook = codebooks.load(store)
    with store.exclusive("draws"):
        stored = stored_draws(store, material.period)
        spoken, _ = judged_draw(stored, judgements(store, codebook))
        if not spoken or not spoken[0].frame_lots:
            raise CorpusError(
                f"no draw of {material.period} that recorded the lots it was made from",
                hint=f"Draw from all lots: `innovatiemonitor draw {material.period}"
                f"{material.country.options} --labels N --seed 1`.",
            )
        first = spoken[0]
        seen = {
            x
            for each in stored
            if first.draw_id in {each.draw_id, each.supplement_to}
            for x in each.frame
        }
        lots = [x for x in material.lots if Draw.fingerprint_of(x.lot_key) not in seen]
        if not lots:
            raise CorpusError(
                f"no lots entered since draw {first.draw_id}; there is nothing to add"
            )
        texts = [lot.text_notice_id for lot in lots]
        chances = scores.probabilities(INNOVATION, texts).tolist()
        drawn, order = draws.draw(
            lots,
            dict(zip(texts, chances, strict=True)),
            labels=min(labels, len(lots)),
            seed=seed,
            period=material.period,
            frame_fingerprint=material.frame.fingerprint,
            codebook=codebook,
        )
        added = replace(drawn, draw_id=f"{drawn.draw_id}-supplement", supplement_to=first.draw_id)
        _keep(added, material, store)
    return added, list(dict.fromkeys(lot.text_notice_id for lot in order))


def _keep(drawn: Draw, material: Material, store: Store) -> None:
    for stored in stored_draws(store, material.period):
        if stored.draw_id == drawn.draw_id and stored != drawn:
            raise CorpusError(
                f"draw {drawn.draw_id} is stored with other lots: the scores have changed",
                hint="Judge the stored draw, or take another seed.",
            )
    store.keep("draws", drawn.draw_id, to_plain(drawn))


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
) -> tuple[tuple[Annotation, ...], Joined]:
    """Take judgements of a drawn list over, to ``corpora/annotations/<period>.csv``.

    Args:
        body: What the tool gave back.
        tool: Name in ``EXCHANGES``.
        sitting: Who judged, where the tool does not tell.

    Returns:
        The judgements of the list, and what became of them.

    Raises:
        CorpusError: There is no judgement, one is wrong, or one is not as it was drawn; then
            none is taken.
    """
    name = str(material.period)
    added: tuple[Annotation, ...] = EXCHANGES[tool].import_(
        body, codebook, notices=material.whole, sitting=sitting
    )
    if not added:
        raise CorpusError(
            "the list holds no judgement",
            hint="Fill in degree, aspect, openness and forms; save it as the same kind of file.",
        )
    places = places_of(body, sitting) if tool == "csv" else {}
    drawn = {each.draw_id: each for each in stored_draws(store, material.period)}
    exact = []
    for one in added:
        with judging.numbered(places.get(judging.key(one), f"{tool}, {one.notice_id}")):
            exact.append(as_drawn(one, drawn))
    added = tuple(exact)
    before: tuple[Annotation, ...] = ()
    with store.exclusive("annotations"):
        if store.has_annotations(name):
            before = judging.read_all(store.annotations(name), codebook, name=f"{name}.csv")
        joined = corrected(before, added)
        store.write_annotations(name, judging.write(joined.annotations))
    return added, joined


def left(drawn: Draw, annotations: Iterable[Annotation]) -> int:
    """Return how many notices of a draw nobody judged yet."""
    judged = {x.notice_id for x in annotations if x.draw_id == drawn.draw_id}
    return len({*drawn.text_notice_ids} - judged)


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


def missions_of(
    store: Store, codebook: Codebook, notice_ids: Collection[str]
) -> tuple[MissionReading, ...]:
    """Read the missions that people judged of some notices, from all files.

    Raises:
        CorpusError: A file does not agree with the codebook.
    """
    return tuple(
        one
        for name, text in store.mission_files().items()
        for one in missions.read(text, codebook, name=f"missions/{name}.csv")
        if one.notice_id in notice_ids
    )


def judged_draw(
    drawn: Sequence[Draw], annotations: Iterable[Annotation]
) -> tuple[tuple[Draw, ...], tuple[Annotation, ...]]:
    """Choose the draw with the most judged notices, and its judgements; the last of equals.

    Its supplements come with it once all of their notices are judged: until then their lots
    count as lots of which nothing is known. Judgements that were made outside a draw never speak
    for the frame, so they are left out.

    Returns:
        The draw, then its supplements; nothing where there is no draw.
    """
    by_draw = [x for x in annotations if x.draw_id is not None]
    counts = Counter(draw_id for draw_id, _ in {(x.draw_id, x.notice_id) for x in by_draw})
    whole = [x for x in drawn if x.supplement_to is None]
    if not whole:
        return (), ()
    chosen = max(whole, key=lambda x: (counts[x.draw_id], x.draw_id))
    added = (x for x in drawn if x.supplement_to == chosen.draw_id and not left(x, by_draw))
    found = chosen, *added
    names = {x.draw_id for x in found}
    return found, tuple(x for x in by_draw if x.draw_id in names)


def _scores(material: Material, scores: Scores) -> Floats:
    return scores.probabilities(INNOVATION, [lot.text_notice_id for lot in material.lots])
