"""The gate: which measured figures a model must reach before `classify` uses it.

``models/floors.json`` holds the bounds, the sets they were measured on and the codebook's
version; and why any of that was ever changed. A model measured on anything else is refused,
for its figures say nothing about these bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import CorpusError, GateFailed
from pipeline.learning import shelf
from pipeline.records import ModelCard
from pipeline.store import Store

Floors = Mapping[str, Any]

# The texts of real notices are no part of the repository: where they are absent, a model can
# be measured on the other sets only.
WHERE_PRESENT = frozenset({"real"})
BOUNDS = ("at_least", "at_most")


def check(card: ModelCard, floors: Floors) -> list[str]:
    """Hold a model's figures against the bounds.

    Args:
        floors: ``codebook_version``; ``evaluation``, set name to fingerprint; ``at_least`` and
            ``at_most``, metric path (``authored.degree.kappa``) to bound.

    Returns:
        One sentence per failure; empty when the model may be promoted.
    """
    return [
        *_other_codebook(card, floors),
        *_other_sets(card, floors),
        *_out_of_bounds(card, floors),
    ]


def promote(store: Store, model_id: str, *, reason: str | None = None) -> list[str]:
    """Make a model the one that `classify` uses; also an earlier one.

    Args:
        reason: Why a model that fails may be used all the same; stored with the failures.

    Returns:
        The failures that the reason answers for.

    Raises:
        ModelNotFound: There is no such model.
        UntrustedModel: Its files were changed.
        GateFailed: It fails and there is no reason; or it is for another codebook, for which
            no reason is enough.
    """
    _, card = shelf.load(store, model_id)
    floors, reason = store.floors(), (reason or "").strip()
    failures = check(card, floors)
    if any(_other_codebook(card, floors)) or (failures and not reason):
        raise GateFailed(
            f"model {card.model_id} may not be promoted: " + "; ".join(failures),
            hint="Improve it, or give --reason, which is stored.",
        )
    facts: dict[str, object] = {"model_id": card.model_id}
    if failures:
        facts |= {"reason": reason, "failures": failures}
    store.write_champion(facts)
    return failures


def lower(store: Store, path: str, bound: float, *, reason: str, on: str) -> None:
    """Change one bound, in either direction, and store why.

    Args:
        path: Of a metric that has a bound.
        on: Date, ISO 8601.

    Raises:
        CorpusError: The metric has no bound, or there is no reason.
    """
    floors = store.floors()
    sides = [side for side in BOUNDS if path in floors[side]]
    if not sides:
        known = ", ".join(sorted({*floors["at_least"], *floors["at_most"]}))
        raise CorpusError(f"{path!r} has no bound; there are: {known}")
    side = sides[0]
    change = {"metric": path, "from": floors[side][path], "to": bound}
    store.write_floors(_because(floors | {side: floors[side] | {path: bound}}, change, reason, on))


def measure_on(store: Store, card: ModelCard, *, reason: str, on: str) -> None:
    """Let the bounds hold for the sets and the codebook that a model was measured on.

    Args:
        reason: Why the sets changed, for example that notices were added.
        on: Date, ISO 8601.

    Raises:
        CorpusError: The model was not measured, or there is no reason.
    """
    sets = {name: figures["fingerprint"] for name, figures in card.metrics.items()}
    if not sets:
        raise CorpusError(f"{card.model_id} was not measured", hint="Run `evaluate` first.")
    floors = store.floors()
    known = {**floors["evaluation"], **sets}
    change = {
        "evaluation": sorted(x for x in known if known[x] != floors["evaluation"].get(x)),
        "model_id": card.model_id,
    }
    renewed = floors | {"evaluation": known, "codebook_version": card.codebook_version}
    store.write_floors(_because(renewed, change, reason, on))


def measured(card: ModelCard, path: str) -> float | None:
    """Return a figure of a card by its path; ``None`` where it was not measured."""
    found: Any = card.metrics
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get("value")
    return None if found is None else float(found)


def _other_codebook(card: ModelCard, floors: Floors) -> Iterator[str]:
    if card.codebook_version != floors["codebook_version"]:
        yield (
            f"it is for codebook version {card.codebook_version}; "
            f"the floors are for version {floors['codebook_version']}"
        )


def _other_sets(card: ModelCard, floors: Floors) -> Iterator[str]:
    for name in sorted({path.partition(".")[0] for side in BOUNDS for path in floors[side]}):
        if _absent(card, name):
            continue
        expected = floors["evaluation"].get(name, "none yet")
        found = card.metrics.get(name, {}).get("fingerprint")
        if found != expected:
            yield f"{name} was measured on set {found}; the floors are about set {expected}"


def _out_of_bounds(card: ModelCard, floors: Floors) -> Iterator[str]:
    for side in BOUNDS:
        for path, bound in floors[side].items():
            if _absent(card, path.partition(".")[0]):
                continue
            value = measured(card, path)
            if value is None:
                yield f"{path} was not measured"
            elif value < bound if side == "at_least" else value > bound:
                yield f"{path} is {value:g}; it must be {side.replace('_', ' ')} {bound:g}"


def _absent(card: ModelCard, name: str) -> bool:
    return name in WHERE_PRESENT and name not in card.metrics


def _because(
    floors: Floors, change: Mapping[str, object], reason: str, on: str
) -> dict[str, object]:
    if not reason.strip():
        raise CorpusError("floors are changed only with a reason")
    return {**floors, "reasons": [*floors["reasons"], {**change, "reason": reason, "on": on}]}
