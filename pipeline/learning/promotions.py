"""The history of promotions: lines are added, never changed; the last one is in force.

Each line is sealed and names the seal of the line before, so a changed, moved or removed line in
the middle is seen. Lines cut off at the end are seen in version control only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from pipeline.errors import ModelNotFound, UntrustedModel
from pipeline.learning.sealing import SEAL, sealed, unsealed
from pipeline.records import Promotion
from pipeline.store import Store, canonical


def history(store: Store) -> tuple[Promotion, ...]:
    """Read all promotions, the first one first.

    Raises:
        UntrustedModel: A line was changed, moved or removed.
    """
    found: list[Promotion] = []
    before = None
    for number, line in enumerate(store.promotions(), 1):
        place = f"promotions.jsonl, line {number}"
        try:
            table = json.loads(line)
            values = unsealed(table, name=place)
            one = Promotion(**values | {"failures": tuple(values["failures"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UntrustedModel(f"{place} is no promotion: {error}") from None
        if one.before != before:
            raise UntrustedModel(
                f"{place} does not follow from the line before it",
                hint="Restore it from version control.",
            )
        before = table[SEAL]
        found.append(one)
    return tuple(found)


def champion(store: Store) -> Promotion:
    """Return the promotion that is in force.

    Raises:
        ModelNotFound: None was promoted.
        UntrustedModel: The history was changed.
    """
    if not (lines := history(store)):
        raise ModelNotFound(
            f"no model was promoted in {store.models}",
            hint="Run `innovatiemonitor train`, `evaluate` and `promote`.",
        )
    return lines[-1]


def add(store: Store, promotion: Promotion) -> None:
    """Add a promotion to the history, unless it repeats the last one on another moment.

    Raises:
        UntrustedModel: The history was changed.
    """
    with store.exclusive("promotions"):
        known = history(store)
        if known and replace(known[-1], on=promotion.on, before=None) == promotion:
            return
        lines = store.promotions()
        before = json.loads(lines[-1])[SEAL] if lines else None
        added = canonical(sealed(asdict(replace(promotion, before=before))))
        store.write_promotions([*lines, added])
