"""Which notice holds now: change notices replace what they change.

An eForms change notice is the whole notice again with an identifier of its own, so the latest
version is the leaf of the chain of back-pointers, never "the same identifier, highest version".
A corrigendum (F14) or rectification holds only what differs: it is linked, and the notice it
corrects stays the text.
Source: OP-TED/eforms-docs, FAQ; fields BT-701, BT-757 and BT-758 of eForms SDK 1.15.1.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

from scipy.cluster.hierarchy import DisjointSet

from pipeline.records import Notice

PUBLICATION = re.compile(r"0*(\d+)-(\d{4})")
# What comes before the version is one notice: versions count drafts before publication.
VERSIONED = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d\d")

Order = tuple[dt.date, int, int, str]
Resolve = Callable[[str], str]


def plain_identifier(identifier: str) -> str:
    """Return one spelling per notice: no leading zeros, small letters, no version of a UUID."""
    stripped = identifier.strip().lower()
    if number := PUBLICATION.fullmatch(stripped):
        return f"{number[1]}-{number[2]}"
    version = VERSIONED.fullmatch(stripped)
    return version[1] if version else stripped


def order(notice: Notice) -> Order:
    """Order by publication date, then by number: 9999-2025 comes before 10000-2025.

    A notice without a date comes first, so that it never replaces one with a date.
    """
    number = PUBLICATION.fullmatch(notice.notice_id)
    year, serial = (int(number[2]), int(number[1])) if number else (0, 0)
    if number is None and notice.notice_id.isascii() and notice.notice_id.isdigit():
        serial = int(notice.notice_id)
    return notice.published_on or dt.date.min, year, serial, notice.notice_id


def resolver(notices: Mapping[str, Notice]) -> Resolve:
    """Return a function from any spelling of an identifier to the notice's own.

    An identifier of no notice comes back in its plain spelling. Where an eForms notice and its
    copy carry the same identifier (BT-701), the earlier one has it.
    """
    known: dict[str, str] = {}
    for notice in sorted(notices.values(), key=order):
        if notice.version_id:
            known.setdefault(plain_identifier(notice.version_id), notice.notice_id)
    known |= {plain_identifier(notice_id): notice_id for notice_id in sorted(notices)}

    def resolve(target: str) -> str:
        spelling = plain_identifier(target)
        return known.get(spelling, spelling)

    return resolve


class Groups:
    """Things that belong together, whatever the order in which that became known."""

    def __init__(self) -> None:
        self._joined = DisjointSet()

    def find(self, thing: Hashable) -> Hashable:
        """Return the thing that stands for the group, for now."""
        self._joined.add(thing)
        root: Hashable = self._joined[thing]
        return root

    def join(self, one: Hashable, other: Hashable) -> None:
        """Say that two things belong together."""
        self._joined.merge(self.find(one), self.find(other))


def current(
    notices: Mapping[str, Notice], copies: Mapping[str, str], resolve: Resolve
) -> dict[str, str]:
    """Return for every notice the one that holds now; unchanged notices are their own.

    Of several change notices of one target the one published last holds, then the one with
    the higher number. A copy and its original are changed together; the copy, which is the
    one with lots and values, stands for both.

    Args:
        notices: By ``notice_id``.
        copies: Copy to original, by ``notice_id``.
        resolve: From :func:`resolver`.
    """
    groups, replaced = Groups(), set()
    for newer, older in _replacements(notices, copies, resolve):
        groups.join(newer, older)
        replaced.add(older)
    stands_in = stand_ins(copies)
    members: dict[Hashable, list[str]] = defaultdict(list)
    for notice_id in notices:
        members[groups.find(copies.get(notice_id, notice_id))].append(notice_id)
    holds: dict[str, str] = {}
    for group in members.values():
        originals = {copies.get(x, x) for x in group}
        leaf = _leaf(originals, replaced, notices)
        for x in group:
            holds[x] = x if copies.get(x, x) == leaf else stands_in.get(leaf, leaf)
    return holds


def stand_ins(copies: Mapping[str, str]) -> dict[str, str]:
    """Return original to the copy that stands for it; of several the first by identifier."""
    found: dict[str, str] = {}
    for copy, original in sorted(copies.items()):
        found.setdefault(original, copy)
    return found


def _replacements(
    notices: Mapping[str, Notice], copies: Mapping[str, str], resolve: Resolve
) -> Iterator[tuple[str, str]]:
    """Newer and older publication; the older one may be absent."""
    for notice in notices.values():
        # Only eForms publishes a changed modification as a whole.
        if notice.kind == "change" and notice.format != "eforms":
            continue
        for target in _changed(notice, resolve):
            older = notices.get(target)
            newer_id, older_id = (copies.get(x, x) for x in (notice.notice_id, target))
            if newer_id != older_id and (older is None or older.kind == notice.kind):
                yield newer_id, older_id


def _changed(notice: Notice, resolve: Resolve) -> Iterable[str]:
    return (resolve(x.target) for x in notice.references if x.kind == "changes")


def _leaf(originals: set[str], replaced: set[str], notices: Mapping[str, Notice]) -> str:
    # Notices that change each other in a circle are all replaced: then the latest holds.
    leaves = (originals - replaced) or originals
    return max(leaves, key=lambda x: order(notices[x]))
