"""A small made-up quarter of Belgium in Dutch, with a draw and without: its own names and law."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
from fictional import BOOK, STORE

from pipeline.corpus import draws
from pipeline.countries import country_of
from pipeline.estimates import reference
from pipeline.estimates.arrays import Basis
from pipeline.estimates.figured import diagnostics, estimated
from pipeline.estimates.material import assembled
from pipeline.estimates.signs import signs
from pipeline.labels.scores import Scores, schema
from pipeline.records import Amount, Annotation, Judgement, Lot, Notice, Period
from pipeline.report.assembled import Background, assemble_facts

COUNTRY = country_of("BE", language="nl")
QUARTER = Period.quarter(2026, 3)
# Of each buyer so many lots, each worth a bit more than the one before.
ROUNDS = 20

# Buyer, what the notice says of its kind, country, language, place, euro.
TOLD = (
    ("Stad Gent", "municipality", "BE", "nl", "BE234", 2_000_000),
    ("OCMW Leuven", None, "BE", "nl", "BE242", 1_000_000),
    ("FOD Economie", "other", "BE", "nl", "BE100", 3_000_000),
    ("Provincie West-Vlaanderen", "province", "BE", "nl", "BE251", 500_000),
    ("Zuidijzerpolder en Polder Noordwatering", None, "BE", "nl", "BE258", 250_000),
    ("Universiteit Gent", "education", "BE", "nl", "BE234", 750_000),
    ("Politiezone Antwerpen", "central", "BE", "nl", "BE211", 600_000),
    ("Ministerie van Landsverdediging", "central", "BE", "nl", "BE100", 4_000_000),
    ("Ville de Liège", "municipality", "BE", "fr", "BE332", 9_000_000),
    ("Gemeente Sluis", "municipality", "NL", "nl", "NL341", 8_000_000),
)
NOTHING = Judgement(degree="none", aspect=(), openness="closed", forms=())
SOMETHING = Judgement(
    degree="incremental", aspect=("solution",), openness="asked", forms=("living_lab",)
)


def _award(number):
    buyer, kind, country, language, place, euro = TOLD[number % len(TOLD)]
    worth = Amount(value=float(euro + 1_000 * number), currency="EUR")
    return Notice(
        notice_id=f"{number + 1}-2026",
        source="ted",
        format="eforms",
        kind="result",
        title=f"Fictieve opdracht {number + 1}",
        published_on=dt.date(2026, 7, 20) + dt.timedelta(days=number % 60),
        language=language,
        country=country,
        buyer=buyer,
        buyer_kind=kind,
        cpv=("45000000",),
        lots=(Lot(lot_id="1", nuts=(place,), outcome="selec-w", awarded=worth),),
    )


NOTICES = [_award(number) for number in range(ROUNDS * len(TOLD))]
MATERIAL = assembled(NOTICES, QUARTER, rates={}, readings=NOTICES, quarantined={}, country=COUNTRY)


def _judgement(notice_id):
    """One in eight is innovation-oriented."""
    return SOMETHING if int(notice_id.split("-")[0]) % 8 == 0 else NOTHING


def _scores():
    """A model that is right, and never sure."""
    lines = [
        {
            "notice_id": x.notice_id,
            "degree": _judgement(x.notice_id).degree,
            "forms": (),
            **dict.fromkeys((f"p_{label.label_id}" for label in BOOK.labels), 0.1),
            "p_innovation": 0.7 if _judgement(x.notice_id) is SOMETHING else 0.1,
        }
        for x in NOTICES
    ]
    return Scores.of("verzonnen-model", pa.Table.from_pylist(lines, schema=schema(BOOK)))


def _annotation(lot, drawn):
    chances = dict(zip(drawn.lot_keys, drawn.probabilities, strict=True))
    return Annotation(
        notice_id=lot.text_notice_id,
        text_hash=None,
        judgement=_judgement(lot.text_notice_id),
        evidence=(),
        annotator="lezer-1",
        annotated_at=dt.date(2026, 10, 20),
        codebook_version=BOOK.version,
        round="first",
        draw_id=drawn.draw_id,
        inclusion_probability=chances[lot.lot_key],
    )


def _basis():
    scores = _scores()
    texts = [lot.text_notice_id for lot in MATERIAL.lots]
    said = scores.probabilities("innovation", texts).tolist()
    drawn, order = draws.draw(
        MATERIAL.lots,
        dict(zip(texts, said, strict=True)),
        labels=110,
        seed=1,
        period=QUARTER,
        frame_fingerprint=MATERIAL.frame.fingerprint,
    )
    return Basis(
        period=QUARTER,
        lots=MATERIAL.lots,
        scores=scores,
        codebook=BOOK,
        draw=drawn,
        signs=signs(MATERIAL.lots, MATERIAL.notices, BOOK),
        annotations=tuple(_annotation(lot, drawn) for lot in order),
    )


def report_of(basis, figured, material=MATERIAL):
    """The facts of a report of a basis."""
    return assemble_facts(
        material,
        figured,
        basis.scores,
        basis.annotations,
        background=Background(
            codebook=BOOK,
            as_of=dt.date(2026, 11, 2),
            settings_fingerprint="0" * 64,
            fictional=True,
            yardsticks=reference.yardsticks(
                STORE.reference("yardsticks", of=COUNTRY.reference), of=COUNTRY.reference
            ),
        ),
    )


BASIS = _basis()
BELGIAN = report_of(BASIS, estimated(BASIS))
UNDRAWN = replace(BASIS, draw=None, annotations=())
BELGIAN_WITHOUT = report_of(UNDRAWN, diagnostics(UNDRAWN))
