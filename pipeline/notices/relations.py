"""What notices say about which others they belong with: names of tenders and references."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from pipeline.notices.outlines import without_texts
from pipeline.notices.versions import PUBLICATION, Groups, Resolve, order, resolver
from pipeline.records import Link, Notice

# Of several readings of one notice the one that tells most of links comes first.
FORMATS = (
    "eforms",
    "ted_export",
    "tenderned_json",
    "tenderned_dataset",
    "tenderned_html",
    "ocds",
    "tabular",
)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Periodic notices, qualification systems and buyer profiles may be calls, but for many tenders.
FOR_MANY = frozenset(
    {
        *("15", "EF15", "F04", "F07", "F08"),
        *("PERIODIC_INDICATIVE_UTILITIES", "QUALIFICATION_SYSTEM_UTILITIES", "BUYER_PROFILE"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What is said about a set of notices, before anything is joined.

    Attributes:
        notices: By ``notice_id``.
        tenders: Notices per name of a tender, ``kenmerk:123`` for example; earliest first.
        pointers: Source, kind and target of each reference; the target may be absent.
        copies: Copy to original.
        versions: Notices per identifier and version (BT-701, BT-757) that several carry.
        resolve: From any spelling of an identifier to that of the notice.
    """

    notices: Mapping[str, Notice]
    tenders: Mapping[str, Sequence[str]]
    pointers: Sequence[tuple[str, str, str]]
    copies: Mapping[str, str]
    versions: Mapping[str, Sequence[str]]
    resolve: Resolve

    def referrers(self) -> dict[str, list[str]]:
        """Return the notices that point at each absent notice, the earliest first."""
        found: dict[str, set[str]] = defaultdict(set)
        for source, _, target in self.pointers:
            if target not in self.notices:
                found[target].add(source)
        return {target: self.sorted(sources) for target, sources in found.items()}

    def sorted(self, notice_ids: Iterable[str]) -> list[str]:
        """Return notices by date and number."""
        return sorted(notice_ids, key=lambda x: order(self.notices[x]))

    def links(self) -> Iterator[Link]:
        """Yield everything that may hold notices together; not all of it does."""
        for name, members in self.tenders.items():
            yield from _to_the_first(members, name.partition(":")[0])
        for members in self.versions.values():
            yield from _to_the_first(members, "BT-701")
        for source, kind, target in self.pointers:
            if target in self.notices:
                rule = "pbNummerTed" if kind == "ted" else kind
                yield Link(notice_id=source, other=target, rule=rule)
        for target, sources in self.referrers().items():
            yield from _to_the_first(sources, f"absent:{target}")


def relations(notices: Iterable[Notice]) -> Relations:
    """Collect what notices say; several readings of one notice become one.

    Args:
        notices: In any order.
    """
    readings: dict[str, list[Notice]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        readings[notice.notice_id].append(notice)
        if notice.procedure_key:
            names[tender_name(notice)].add(notice.notice_id)
    unique = {notice_id: one_reading(group) for notice_id, group in readings.items()}
    resolve = resolver(unique)
    versions = _versions(unique.values())
    pointers = [pointer for notice in unique.values() for pointer in _pointers(notice, resolve)]
    return Relations(
        notices=unique,
        tenders={key: sorted(x, key=lambda y: order(unique[y])) for key, x in names.items()},
        pointers=pointers,
        copies=_copies(unique, pointers, versions),
        versions=versions,
        resolve=resolve,
    )


def tender_name(notice: Notice) -> str:
    """Return the name of the notice's tender with whose name it is: ``BT-04:...``.

    ``BT-04``, ``kenmerk`` and ``ocid`` are known by their form; other names count within
    their source only.
    """
    key = (notice.procedure_key or "").strip().lower()
    if UUID.fullmatch(key):
        return f"BT-04:{key}"
    if key.startswith("ocds-"):
        return f"ocid:{key}"
    if notice.format.startswith("tenderned") or notice.source.startswith("tenderned"):
        return f"kenmerk:{key}"
    return f"{notice.source}:{key}"


def announces(notice: Notice) -> bool:
    """Whether it announces tenders, perhaps many, rather than being part of one."""
    return notice.kind in {"planning", "consultation"} or notice.subtype in FOR_MANY


def one_reading(readings: Sequence[Notice]) -> Notice:
    """The richest reading, with the references and identifiers of all."""
    if len(readings) == 1:
        return readings[0]

    def poverty(notice: Notice) -> tuple[int, int, str]:
        rank = FORMATS.index(notice.format) if notice.format in FORMATS else len(FORMATS)
        empty = sum(not getattr(notice, x.name) for x in fields(notice))
        # Without its texts, so that it is the same one whether or not these are there.
        return rank, empty, repr(without_texts(notice))

    first, *others = sorted(readings, key=poverty)
    pointers = dict.fromkeys(x for notice in (first, *others) for x in notice.references)
    versions = (notice.version_id for notice in (first, *others))
    return replace(first, references=tuple(pointers), version_id=next(filter(None, versions), None))


def _versions(notices: Iterable[Notice]) -> dict[str, list[str]]:
    """Notices under one identifier and version; only those with more than one."""
    found: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.version_id:
            found[notice.version_id.lower()].append(notice)
    return {
        version: [x.notice_id for x in sorted(group, key=order)]
        for version, group in found.items()
        if len(group) > 1
    }


def _pointers(notice: Notice, resolve: Resolve) -> Iterator[tuple[str, str, str]]:
    for reference in notice.references:
        target = resolve(reference.target)
        if target != notice.notice_id:
            yield notice.notice_id, reference.kind, target


def _copies(
    notices: Mapping[str, Notice],
    pointers: Iterable[tuple[str, str, str]],
    versions: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """Copy to original: TED publication to the notice of TenderNed, the earliest of several."""
    groups = Groups()
    certain = [(x, target) for x, kind, target in pointers if kind == "ted" and target in notices]
    originals = {source for source, _ in certain}
    for one, other in (
        *certain,
        *(pair for group in versions.values() for pair in pairwise(group)),
    ):
        groups.join(one, other)
    publications: dict[Hashable, list[str]] = defaultdict(list)
    for notice_id in notices:
        publications[groups.find(notice_id)].append(notice_id)

    def place(notice_id: str) -> tuple[bool, bool, object]:
        # A publication number is given by TED, to the copy.
        numbered = bool(PUBLICATION.fullmatch(notice_id))
        return notice_id not in originals, numbered, order(notices[notice_id])

    copies: dict[str, str] = {}
    for publication in publications.values():
        first = min(publication, key=place)
        copies |= {x: first for x in publication if x != first and x not in originals}
    return copies


def _to_the_first(members: Sequence[str], rule: str) -> Iterator[Link]:
    for member in members[1:]:
        yield Link(notice_id=member, other=members[0], rule=rule)
