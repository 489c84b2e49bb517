"""The province, or other region, of a place of performance, from its NUTS code."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.countries import NETHERLANDS, Country


def province(codes: Iterable[str], country: Country = NETHERLANDS) -> str | None:
    """Return the one province of some places, as its NUTS 2 code in the country's regions.

    A code of a larger area around the province, ``NL3`` or ``NL`` for example, adds nothing and
    is passed over, like places abroad. Places in several provinces or regions have no province:
    ``None``.
    """
    areas = {code.strip().upper()[:4] for code in codes}
    inland = {country.renumbered.get(x, x) for x in areas if x.startswith(country.nuts)}
    found = inland & country.regions.keys()
    if len(found) != 1 or not all(next(iter(found)).startswith(area) for area in inland):
        return None
    return found.pop()
