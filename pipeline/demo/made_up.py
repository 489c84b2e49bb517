"""Notices that are made up around the authored texts, and what a made-up model says of them.

Buyers, dates, values, places and scores are made up with a fixed seed; nothing of them is real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.codebook import MISSION, Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus import missions
from pipeline.countries import NETHERLANDS
from pipeline.labels.scores import Scores, schema
from pipeline.records import (
    Amount,
    Annotation,
    Judgement,
    Lot,
    MissionReading,
    Notice,
    Period,
)
from pipeline.store import Store

SEED = 2026
MODEL = "verzonnen-model"
PREVALENCE = 0.1

# Beta distributions that make an AUC of about 0.93.
LIKELY, UNLIKELY = (3.0, 2.0), (0.7, 6.0)

SOURCES = ("ted", "tenderned")
NO_AWARD, NOT_AWARDED = 0.05, 0.03
WITHOUT_ESTIMATE = 0.2
DECLARING = (0.1, 0.45)
CODES = ("prod-innov", "proc-innov", "mar-nov", "rd-act")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredText:
    """An authored notice with the judgements it was written for."""

    table: Mapping[str, Any]
    readings: tuple[Annotation, ...]
    served: MissionReading | None = None

    @property
    def judgement(self) -> Judgement:
        """The intended one."""
        return self.readings[0].judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """Everything that is made up.

    Attributes:
        notices: Per quarter.
        written: Per notice id its text.
        scores: What a made-up model says of every text.
    """

    notices: Mapping[Period, Sequence[Notice]]
    written: Mapping[str, AuthoredText]
    scores: Scores


def made_up(store: Store, codebook: Codebook, *, lots: Mapping[Period, int]) -> MadeUp:
    """Make up notices, and what a model says of them.

    Args:
        lots: Per quarter, how many.
    """
    rng = np.random.default_rng(SEED)
    pools = _texts(store, codebook)
    pairs = {quarter: _notices(quarter, pools, rng, lots=lots[quarter]) for quarter in lots}
    written = {x.notice_id: text for found in pairs.values() for x, text in found}
    return MadeUp(
        notices={quarter: [x for x, _ in found] for quarter, found in pairs.items()},
        written=written,
        scores=_scores(written, codebook, rng),
    )


def _texts(store: Store, codebook: Codebook) -> dict[bool, list[AuthoredText]]:
    """Return the calls among the authored notices, by whether they are innovation-oriented."""
    readings: dict[str, list[Annotation]] = {}
    for one in judging.read(store.annotations("authored"), codebook, name="authored.csv"):
        readings.setdefault(one.notice_id, []).append(one)
    served = _served(store, codebook)
    pools: dict[bool, list[AuthoredText]] = {True: [], False: []}
    for table in store.authored():
        several = sorted(readings.get(table["notice_id"], ()), key=lambda x: x.round)
        # A bare title would be a lot whose text is missing, which is what checks look for.
        told = table["description"] and table["kind"] in {"competition", "result"}
        asked = served.get(table["notice_id"])
        if several and told and (asked or not served):
            text = AuthoredText(table=table, readings=tuple(several), served=asked)
            pools[text.judgement.innovation_oriented].append(text)
    return pools


def _served(store: Store, codebook: Codebook) -> dict[str, MissionReading]:
    """Return the missions of the authored notices, by their id."""
    if not codebook.missions or not store.has_missions("authored"):
        return {}
    text = store.missions("authored")
    return missions.agreed(missions.read(text, codebook, name="missions/authored.csv"))


def _notices(
    quarter: Period,
    pools: Mapping[bool, Sequence[AuthoredText]],
    rng: np.random.Generator,
    *,
    lots: int,
) -> list[tuple[Notice, AuthoredText]]:
    """Make up a call and an award per lot; each with its text."""
    oriented = rng.random(lots) < PREVALENCE
    chosen = [pools[bool(yes)][int(rng.integers(len(pools[bool(yes)])))] for yes in oriented]
    # Euro; lognormal, with a tail like that of published awards.
    values = np.round(np.exp(rng.normal(12.9, 1.5, lots)), -3)
    # Every workday has notices: days are dealt out, not drawn.
    days = [day for day in quarter.days() if day.weekday() < 5]
    found = []
    for number, (text, value) in enumerate(zip(chosen, values.tolist(), strict=True), 1):
        name, day = f"fictief-{quarter}-{number:03d}", days[number % len(days)]
        found += [(x, text) for x in _pair(name, text, max(value, 5_000.0), day, rng)]
    return found


def _pair(
    name: str, text: AuthoredText, value: float, awarded_on: dt.date, rng: np.random.Generator
) -> list[Notice]:
    """Make up a call and, of most, its award."""
    lot = _lot(text, value, rng)
    call = _call(name, text, lot, awarded_on, rng)
    end = rng.random()
    if end < NO_AWARD:
        return [call]
    won = end >= NO_AWARD + NOT_AWARDED
    outcome = replace(
        lot,
        awarded=_awarded(value, lot, rng) if won else None,
        outcome="selec-w" if won else "clos-nw",
        awarded_on=awarded_on,
    )
    award = replace(
        call,
        notice_id=f"{name}-gunning",
        kind="result",
        published_on=awarded_on,
        lots=(outcome,),
    )
    return [call, award]


def _lot(text: AuthoredText, value: float, rng: np.random.Generator) -> Lot:
    declared = rng.random() < DECLARING[text.judgement.innovation_oriented]
    code = CODES[int(rng.integers(len(CODES)))]
    said = ("none",) if rng.random() < 0.35 else None
    estimate = Amount(value=round(value * rng.uniform(0.8, 1.2), -3), currency="EUR")
    framework = bool(rng.random() < 0.25)
    return Lot(
        lot_id="1",
        cpv=(text.table["cpv"],),
        nuts=(list(NETHERLANDS.regions)[int(rng.integers(len(NETHERLANDS.regions)))],),
        estimated=estimate if rng.random() > WITHOUT_ESTIMATE else None,
        framework=framework,
        framework_maximum=estimate if framework and rng.random() < 0.5 else None,
        purposes=("inn-pur",) if declared else said,
        innovation=(code,) if declared else None,
    )


def _call(
    name: str, text: AuthoredText, lot: Lot, awarded_on: dt.date, rng: np.random.Generator
) -> Notice:
    table = text.table
    published_on = awarded_on - dt.timedelta(days=int(rng.integers(60, 150)))
    weekend = max(0, published_on.weekday() - 4)
    return Notice(
        notice_id=name,
        source=SOURCES[int(rng.integers(len(SOURCES)))],
        format="fictional",
        kind="competition",
        title=table["title"],
        description=table["description"],
        published_on=published_on - dt.timedelta(days=weekend),
        language=table["language"],
        buyer=table["buyer"],
        buyer_kind=table["buyer_kind"],
        country="NL",
        procedure=table["procedure"],
        cpv=(table["cpv"],),
        nature=table["nature"],
        lots=(lot,),
        procedure_key=f"kenmerk:{name}",
    )


def _awarded(value: float, lot: Lot, rng: np.random.Generator) -> Amount | None:
    """What the award states: mostly the value, sometimes nothing, one euro or a slip."""
    chance = rng.random()
    if chance < (0.2 if lot.estimated else 0.5):
        return None
    slip = 1.0 if chance > 0.98 else value
    return Amount(value=slip, currency="EUR")


def _scores(
    written: Mapping[str, AuthoredText], codebook: Codebook, rng: np.random.Generator
) -> Scores:
    # Of its own, so that a mission more or less changes nothing else.
    others = np.random.default_rng(SEED + 3)
    lines = [
        _said(x, text, codebook, rng) | _served_by(text, codebook, others)
        for x, text in written.items()
    ]
    return Scores.of(MODEL, pa.Table.from_pylist(lines, schema=schema(codebook)))


def _said(
    notice_id: str, text: AuthoredText, codebook: Codebook, rng: np.random.Generator
) -> dict[str, object]:
    """Make up what a model says: innovation first, and each label as a part of it."""
    judgement = text.judgement
    oriented = float(rng.beta(*(LIKELY if judgement.innovation_oriented else UNLIKELY)))
    true = {judgement.degree, *judgement.aspect, *judgement.forms}
    parts = {
        x.label_id: float(rng.beta(*(LIKELY if x.label_id in true else UNLIKELY)))
        for x in codebook.labels
    }
    degrees = codebook.degrees[1:]
    together = sum(parts[x] for x in degrees)
    probabilities = {x: oriented * parts[x] for x in codebook.of("aspect")}
    probabilities |= {x: oriented * parts[x] / together for x in degrees}
    probabilities |= {x: parts[x] for x in codebook.of("forms")} | {"none": 1 - oriented}
    probabilities |= {"closed": 1 - oriented, "asked": oriented / 2, "room": oriented / 2}
    degree = max(degrees, key=lambda x: probabilities[x]) if oriented > 0.5 else "none"
    return {
        "notice_id": notice_id,
        "fingerprint": text.table["notice_id"],
        "degree": degree,
        "forms": judgement.forms,
        "p_innovation": oriented,
        **{f"p_{name}": value for name, value in probabilities.items()},
    }


def _served_by(
    text: AuthoredText, codebook: Codebook, rng: np.random.Generator
) -> dict[str, object]:
    """Make up what a model says of the missions, where people read them."""
    if text.served is None:
        return {}
    true = text.served.missions
    chances = {
        x: float(rng.beta(*(LIKELY if x in true else UNLIKELY))) for x in codebook.of(MISSION)
    }
    return {"missions": true, **{f"p_{name}": value for name, value in chances.items()}}
