"""A small made-up quarter of Belgium in Dutch, without a draw: its own frame, names and law."""

import datetime as dt
from dataclasses import replace

from fictional import FACTS

from pipeline.countries import country_of
from pipeline.estimates.extent import FrameFacts
from pipeline.estimates.material import assembled
from pipeline.estimates.reference import NO_YARDSTICKS
from pipeline.records import Amount, Lot, Notice, Period

COUNTRY = country_of("BE", language="nl")
QUARTER = Period.quarter(2026, 3)

# Buyer, what the notice says of its kind, country, language, place, euro.
TOLD = (
    ("Stad Gent", "municipality", "BE", "nl", "BE234", 2_000_000),
    ("OCMW Leuven", None, "BE", "nl", "BE242", 1_000_000),
    ("FOD Economie", "other", "BE", "nl", "BE100", 3_000_000),
    ("Provincie West-Vlaanderen", "province", "BE", "nl", "BE251", 500_000),
    ("Zuidijzerpolder en Polder Noordwatering", None, "BE", "nl", "BE258", 250_000),
    ("Universiteit Gent", "education", "BE", "nl", "BE234", 750_000),
    ("Ministerie van Landsverdediging", "central", "BE", "nl", "BE100", 4_000_000),
    ("Ville de Liège", "municipality", "BE", "fr", "BE332", 9_000_000),
    ("Gemeente Sluis", "municipality", "NL", "nl", "NL341", 8_000_000),
)


def _award(number, buyer, kind, country, language, place, euro):
    worth = Amount(value=float(euro), currency="EUR")
    return Notice(
        notice_id=f"{number}-2026",
        source="ted",
        format="eforms",
        kind="result",
        title=f"Fictieve opdracht {number}",
        published_on=dt.date(2026, 7, 19 + number),
        language=language,
        country=country,
        buyer=buyer,
        buyer_kind=kind,
        cpv=("45000000",),
        lots=(Lot(lot_id="1", nuts=(place,), outcome="selec-w", awarded=worth),),
    )


NOTICES = [_award(number, *told) for number, told in enumerate(TOLD, 1)]
MATERIAL = assembled(NOTICES, QUARTER, rates={}, readings=NOTICES, quarantined={}, country=COUNTRY)
BELGIAN = replace(
    FACTS,
    country=COUNTRY,
    frame=FrameFacts.of(MATERIAL.frame.lots),
    sources=MATERIAL.sources(),
    draw=None,
    estimates=(),
    suppressed=(),
    missing_bounds=None,
    extremes={},
    quarters=(),
    rolling=(),
    indicators=(),
    declared=(),
    examples=(),
    revisions=(),
    counted={},
    yardsticks=NO_YARDSTICKS,
)
