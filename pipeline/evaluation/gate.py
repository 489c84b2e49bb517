"""The gate: which measured figures a model must reach before `classify` uses it.

``models/floors.json`` holds the bounds, the sets they were measured on and the codebook's
version; and why any of that was ever changed. It is sealed, so that a bound is changed here and
nowhere else. A model measured on anything else is refused, for its figures say nothing about
these bounds. Every promotion adds a line to ``models/promotions.jsonl``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pipeline.errors import CorpusError, GateFailed
from pipeline.learning import promotions, shelf
from pipeline.learning.card import identity
from pipeline.learning.sealing import seal_of, sealed, unsealed
from pipeline.records import ModelCard, Promotion
from pipeline.store import Store

Floors = Mapping[str, Any]

# Real notices and judged cases are no part of the repository: where they are absent, a model can
# be measured on the other sets only.
WHERE_PRESENT = frozenset({"real", "cases"})
Side = Literal["at_least", "at_most"]
BOUNDS: tuple[Side, ...] = ("at_least", "at_most")

# A few hundred traps: two of them are chance. A figure of these sets fails when its whole
# interval lies beyond the bound.
BY_INTERVAL = frozenset({"traps"})


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
        *_unmeasured(card),
        *_other_sets(card, floors),
        *_out_of_bounds(card, floors),
    ]


def promote(
    store: Store, model_id: str, *, by: str, on: str, reason: str | None = None
) -> list[str]:
    """Make a model the one that `classify` uses; also an earlier one.

    Args:
        by: Who decides: a pseudonym or a role.
        on: Moment, ISO 8601.
        reason: Why; a model that fails needs one. Stored with the failures.

    Returns:
        The failures that the reason answers for.

    Raises:
        ModelNotFound: There is no such model.
        UntrustedModel: Its files, the floors or the history were changed by hand.
        GateFailed: It fails and there is no reason; or it is for another codebook, for which
            no reason is enough.
    """
    _, card = shelf.load(store, model_id)
    floors, reason = bounds(store), (reason or "").strip()
    failures = check(card, floors)
    if any(_other_codebook(card, floors)) or (failures and not reason):
        raise GateFailed(
            f"model {card.model_id} may not be promoted: " + "; ".join(failures),
            hint="Improve it, or give --reason, which is stored.",
        )
    promotion = Promotion(
        model_id=card.model_id,
        card=identity(card),
        metrics=seal_of(card.metrics),
        floors=seal_of(floors),
        by=by,
        on=on,
        reason=reason or "It reached every bound.",
        failures=tuple(failures),
    )
    promotions.add(store, promotion)
    return failures


def bounds(store: Store) -> dict[str, Any]:
    """Read the floors.

    Raises:
        UntrustedModel: They were changed by hand.
    """
    return unsealed(
        store.floors(),
        name="floors.json",
        hint="Restore it, and change a bound with `innovatiemonitor promote --lower`.",
    )


def lower(store: Store, path: str, bound: float, *, reason: str, on: str) -> None:
    """Change one bound, in either direction, and store why; one that is so already stays.

    Args:
        path: Of a metric that has a bound.
        on: Date, ISO 8601.

    Raises:
        CorpusError: The metric has no bound, or there is no reason.
    """
    with store.exclusive("floors"):
        before = bounds(store)
        after = _lowered(before, path, bound, reason=reason, on=on)
        if any(before[side] != after[side] for side in BOUNDS):
            store.write_floors(after)


def _lowered(
    floors: Mapping[str, Any], path: str, bound: float, *, reason: str, on: str
) -> dict[str, Any]:
    sides = [side for side in BOUNDS if path in floors[side]]
    if not sides:
        known = ", ".join(sorted({*floors["at_least"], *floors["at_most"]}))
        raise CorpusError(f"{path!r} has no bound; there are: {known}")
    side = sides[0]
    change = {"metric": path, "from": floors[side][path], "to": bound}
    changed = {**floors, side: floors[side] | {path: bound}}
    return sealed(_because(changed, change, reason, on))


def bind(
    store: Store, card: ModelCard, path: str, bound: float, *, side: Side, reason: str, on: str
) -> None:
    """Add a bound for a figure that has none, and store why.

    Args:
        card: Of a model that was measured: it says which figures there are, and on which set a
            bound of a new set is about.
        path: Of the metric, such as ``authored.degree.kappa``.
        on: Date, ISO 8601.

    Raises:
        CorpusError: The metric has a bound, the model has no such figure, or there is no reason.
    """
    name = path.partition(".")[0]
    if measured(card, path) is None:
        raise CorpusError(
            f"{path!r} is no figure of {card.model_id}; it has: {', '.join(sorted(card.metrics))}",
            hint="The figures stand in its card.json; `innovatiemonitor evaluate` measures them.",
        )
    with store.exclusive("floors"):
        floors = bounds(store)
        if any(path in floors[side] for side in BOUNDS):
            raise CorpusError(f"{path!r} has a bound", hint="Change it: `promote --lower`.")
        sets = {name: card.metrics[name]["fingerprint"]} | floors["evaluation"]
        changed = floors | {side: floors[side] | {path: bound}, "evaluation": sets}
        change = {"metric": path, "side": side, "from": None, "to": bound}
        store.write_floors(sealed(_because(changed, change, reason, on)))


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
    with store.exclusive("floors"):
        floors = bounds(store)
        known = {**floors["evaluation"], **sets}
        change = {
            "evaluation": sorted(x for x in known if known[x] != floors["evaluation"].get(x)),
            "model_id": card.model_id,
        }
        renewed = floors | {"evaluation": known, "codebook_version": card.codebook_version}
        store.write_floors(sealed(_because(renewed, change, reason, on)))


def measured(card: ModelCard, path: str) -> float | None:
    """Return a figure of a card by its path; ``None`` where it was not measured."""
    found = _at(card, path)
    if isinstance(found, Mapping):
        found = found.get("value")
    return float(found) if isinstance(found, int | float) else None


def _at(card: ModelCard, path: str) -> Any:
    found: Any = card.metrics
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


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
            value, best, told = measured(card, path), *_best(card, path, side)
            if value is None or best is None:
                yield f"{path} was not measured"
            elif best < bound if side == "at_least" else best > bound:
                yield f"{path} is {value:g}{told}; it must be {side.replace('_', ' ')} {bound:g}"


def _best(card: ModelCard, path: str, side: str) -> tuple[float | None, str]:
    """Return what is held against a bound: the figure, or the better end of its interval."""
    found = _at(card, path)
    if path.partition(".")[0] not in BY_INTERVAL or not isinstance(found, Mapping):
        return measured(card, path), ""
    if (low := found.get("low")) is None or (high := found.get("high")) is None:
        return None, ""
    return (high if side == "at_least" else low), f" ({low:g} to {high:g})"


def _unmeasured(card: ModelCard) -> Iterator[str]:
    """What was added must have been measured too: it is learned from like the rest."""
    if (added := card.training.get("added")) and "added" not in card.metrics:
        yield f"it learned {added['judgements']} added judgements and was not measured on them"


def _absent(card: ModelCard, name: str) -> bool:
    return name in WHERE_PRESENT and name not in card.metrics


def _because(
    floors: Floors, change: Mapping[str, object], reason: str, on: str
) -> dict[str, object]:
    if not reason.strip():
        raise CorpusError("floors are changed only with a reason")
    return {**floors, "reasons": [*floors["reasons"], {**change, "reason": reason, "on": on}]}
