"""A notice as people see it: cleaned, and without addresses and telephone numbers of persons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from pipeline.corpus.cleaning import clean
from pipeline.records import Lot, Notice
from pipeline.shown import for_people

Told = TypeVar("Told", Notice, Lot)

# What buyers write; all else is codes, amounts and identifiers.
WRITTEN = ("title", "description", "buyer", "criteria", "purpose_text", "remarks")


def seen(notice: Notice) -> Notice:
    """Write the texts of a notice for people.

    It is for showing only: its hash and its offsets are no longer those of the notice.
    """
    return replace(_seen(notice), lots=tuple(map(_seen, notice.lots)))


def seen_text(text: str | None) -> str | None:
    """Write a text of a notice for people; nothing where none is left."""
    return for_people(clean(text)) if text else None


def _seen(one: Told) -> Told:
    found = {name: getattr(one, name) for name in WRITTEN if hasattr(one, name)}
    written: dict[str, Any] = {name: _value(value) for name, value in found.items()}
    return replace(one, **written)


def _value(value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    if isinstance(value, tuple):
        return tuple(seen_text(x) or "" for x in value)
    # A notice without a title has an empty one.
    return seen_text(value) or ("" if value == "" else None)
