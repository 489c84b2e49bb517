"""A fictional quarter for the demonstration: everything in it is made up, and says so.

Texts are those of the authored notices. What the model says of them is made up too, right and
wrong about as often as a model is on notices it never saw (AUC 0.93): the real model learned from
these very texts, and would be right about all of them. The judgements are the intended ones.

The way from notices to report is the real one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pipeline.codebook import Codebook
from pipeline.corpus import draws
from pipeline.demo.made_up import SEED, AuthoredText, MadeUp, made_up
from pipeline.estimates import reference
from pipeline.estimates.arrays import Basis
from pipeline.estimates.figured import estimated, headline_total
from pipeline.estimates.material import Material, assembled
from pipeline.estimates.signs import signs
from pipeline.notices import checks, indicators
from pipeline.records import INNOVATION, Annotation, AwardLot, Check, Judgement, Period
from pipeline.report.assembled import Background, assemble_facts, beside_published
from pipeline.report.facts import Facts, Imprint, Reconciled
from pipeline.store import Store

PERIOD = Period.quarter(2026, 3)
QUARTERS = tuple(Period.parse(x) for x in ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"))
LOTS = 600
LOTS_BEFORE = 200
LABELS = 240
LABELS_BEFORE = 110

# Part of the drawn lots that two people judge, and of these, those they judge otherwise.
READ_TWICE, DIFFERENT = 0.4, 0.04


def fictional(store: Store, codebook: Codebook, *, settings_fingerprint: str) -> Facts:
    """Make up a quarter, with four before it, and return the facts of its report.

    Args:
        settings_fingerprint: For the provenance.
    """
    lots = {quarter: LOTS if quarter == PERIOD else LOTS_BEFORE for quarter in QUARTERS}
    all_of_it = made_up(store, codebook, lots=lots)
    before = [
        headline_total(_basis(_material(quarter, all_of_it), all_of_it, codebook, LABELS_BEFORE))
        for quarter in QUARTERS[:-1]
    ]
    material = _material(PERIOD, all_of_it)
    basis = _basis(material, all_of_it, codebook, LABELS)
    return assemble_facts(
        material,
        estimated(basis),
        all_of_it.scores,
        basis.annotations,
        background=Background(
            codebook=codebook,
            as_of=PERIOD.last_day + dt.timedelta(days=33),
            settings_fingerprint=settings_fingerprint,
            fictional=True,
            before=before,
            indicators=_reconciled(material, all_of_it, store),
            checks=_checks(material, all_of_it),
            imprint=Imprint(
                responsible="Voorbeelddienst Inkoopcijfers (verzonnen)",
                contact="vragen@example.org",
                next_release=dt.date(2027, 2, 19),
                final_from=dt.date(2027, 9, 30),
            ),
            yardsticks=reference.yardsticks(store.reference("yardsticks")),
        ),
    )


def _material(quarter: Period, all_of_it: MadeUp) -> Material:
    known = list(chain.from_iterable(all_of_it.notices.values()))
    readings = [x for x in known if x.published_on and x.published_on in quarter]
    return assembled(known, quarter, rates={}, readings=readings, quarantined={})


def _basis(material: Material, all_of_it: MadeUp, codebook: Codebook, labels: int) -> Basis:
    """Draw, and judge as intended."""
    texts = [lot.text_notice_id for lot in material.lots]
    said = all_of_it.scores.probabilities(INNOVATION, texts).tolist()
    drawn, order = draws.draw(
        material.lots,
        dict(zip(texts, said, strict=True)),
        labels=labels,
        seed=SEED,
        period=material.period,
        frame_fingerprint=material.frame.fingerprint,
    )
    chances = dict(zip(drawn.lot_keys, drawn.probabilities, strict=True))
    return Basis(
        period=material.period,
        lots=material.lots,
        scores=all_of_it.scores,
        codebook=codebook,
        draw=drawn,
        signs=signs(material.lots, material.notices, codebook),
        annotations=tuple(
            replace(
                one,
                notice_id=lot.text_notice_id,
                text_hash=None,
                draw_id=drawn.draw_id,
                inclusion_probability=chances[lot.lot_key],
            )
            for lot in order
            for one in _readings(all_of_it.written[lot.text_notice_id], lot)
        ),
    )


def _readings(text: AuthoredText, lot: AwardLot) -> Iterator[Annotation]:
    """The intended judgement; of some lots a second one, now and then a degree apart."""
    first = text.readings[0]
    yield first
    chance = draws.permanent_number(lot.lot_key, SEED + 2)
    if chance < READ_TWICE:
        differs = chance < READ_TWICE * DIFFERENT
        second = _a_degree_apart(first.judgement) if differs else first.judgement
        yield replace(first, annotator="lezer-2", round="second", judgement=second, evidence=())


def _a_degree_apart(judgement: Judgement) -> Judgement:
    if judgement.degree == "none":
        return replace(judgement, degree="incremental", aspect=("solution",), openness="room")
    if judgement.degree == "incremental":
        return replace(judgement, degree="none", aspect=(), openness="closed")
    lower = {"disruptive": "incremental", "transformative": "disruptive"}
    return replace(judgement, degree=lower[judgement.degree])


def _reconciled(material: Material, all_of_it: MadeUp, store: Store) -> list[Reconciled]:
    known = {x: indicators.read_indicator(table, x) for x, table in store.indicators().items()}
    forms = all_of_it.scores.forms()
    counts = {
        name: indicators.count_indicator(
            indicator, material.procedures, material.notices, forms_by_notice=forms
        )
        for name, indicator in known.items()
    }
    days = {x.published_on for x in material.notices.values() if x.published_on}
    return list(beside_published(known, counts, days))


def _checks(material: Material, all_of_it: MadeUp) -> list[Check]:
    return checks.inspect(
        checks.Inspection(
            period=material.period,
            notices=material.readings,
            previous=[all_of_it.notices[quarter] for quarter in QUARTERS[:-1]],
        )
    )
