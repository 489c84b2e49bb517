"""Which notices belong to one tender, and why.

The rules, their order and their limits stand in ``docs/procedures.md``. Every rule looks at the
whole set of notices, so that the order in which they arrived does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.notices._claims import Claim, Stage, join_claims, stages
from pipeline.notices._likeness import ALIKE, buyer_names, in_one_country, likeness, subject
from pipeline.notices.relations import Relations, announces
from pipeline.notices.versions import Groups, current, order, stand_ins
from pipeline.records import Link, Notice, Procedure

# A prior notice holds for a year, a consultation is often held two years ahead.
LONGEST_LEAD = dt.timedelta(days=3 * 365)

# Whose name becomes that of the procedure: a kenmerk is there from the first notice on, while an
# old tender gets several BT-04 as its awards appear in eForms.
NAMES = ("kenmerk", "BT-04", "ocid")

REASONS = {
    "BT-04": "they carry the same procedure identifier (BT-04)",
    "BT-701": "they carry the same notice identifier (BT-701)",
    "kenmerk": "TenderNed lists them under one tender (kenmerk)",
    "ocid": "they carry the same OCID",
    "pbNummerTed": "the second is the TED publication of the first (pbNummerTed)",
    "changes": "the first changes the second",
    "modifies": "the first modifies the contract of the second",
    "previous": "the first names the second as an earlier publication",
    "likeness": "the same buyer and a title alike, inferred",
}


def procedures(said: Relations) -> list[Procedure]:
    """Return the procedures of a set of notices, by key; each notice is in exactly one.

    Args:
        said: By the notices, from :func:`relations`.
    """
    groups = Groups()
    claims = list(_join_certain(said, groups))
    join_claims(said.notices, groups, claims)
    inferred = list(_alike(said, groups))
    for link in inferred:
        groups.join(link.notice_id, link.other)
    return _procedures(said, groups, inferred)


def explain_procedure(procedure: Procedure, notices: Mapping[str, Notice]) -> list[str]:
    """Return one line per notice, the earliest first, then one per reason to join two.

    Args:
        notices: By ``notice_id``; at least those of the procedure.
    """
    members = sorted(procedure.notice_ids, key=lambda x: order(notices[x]))
    lines = [f"{procedure.procedure_key}: {len(members)} notices"]
    for notice_id in members:
        notice = notices[notice_id]
        line = f"{notice.published_on or 'no date'} {notice_id} {notice.kind}: {notice.title}"
        if (holds := procedure.current[notice_id]) != notice_id:
            line += f" (replaced by {holds})"
        if notice_id in procedure.copies:
            line += f" (copy of {procedure.copies[notice_id]})"
        lines.append(line)
    return [*lines, *(f"{x.notice_id} and {x.other}: {_reason(x.rule)}" for x in procedure.links)]


def _reason(rule: str) -> str:
    if rule.startswith("absent:"):
        return f"both refer to {rule.removeprefix('absent:')}, which is not here"
    return REASONS.get(rule, f"{rule} lists them under one tender")


def _join_certain(said: Relations, groups: Groups) -> Iterator[Claim]:
    """Join by identifiers; yield the references that may be to a notice about many tenders."""
    for members in (*said.tenders.values(), *said.versions.values()):
        for one, other in pairwise(members):
            groups.join(one, other)
    core = _presumed(said)
    for source, kind, target in said.pointers:
        if kind != "previous" or core.get(target):
            groups.join(source, target)
        else:
            yield source, target


def _presumed(said: Relations) -> dict[str, bool]:
    """Whether a notice is part of one tender; an absent one is what its change or original is.

    An absent notice of which that is not known has no entry.
    """
    core: dict[str, bool] = {}
    for source, kind, target in said.pointers:
        notice = said.notices[source]
        if kind == "modifies":
            core.setdefault(target, True)
        elif kind in {"ted", "changes"} and notice.kind != "change":
            core[target] = core.get(target, True) and not announces(notice)
    return core | {notice_id: not announces(x) for notice_id, x in said.notices.items()}


def _alike(said: Relations, groups: Groups) -> Iterator[Link]:
    """Link announcements without a tender's name to the call of that buyer most like them."""
    reached = stages(said.notices.values(), groups)
    named = {groups.find(x) for members in said.tenders.values() for x in members[:1]}
    calls: dict[str, list[tuple[Notice, str]]] = defaultdict(list)
    alone: dict[Hashable, list[Notice]] = defaultdict(list)
    for notice in said.notices.values():
        group = groups.find(notice.notice_id)
        if notice.kind == "competition" and not announces(notice):
            for name in set(buyer_names(notice)):
                calls[name].append((notice, subject(notice.title)))
        elif announces(notice) and group not in named and reached[group][0] == Stage.ANNOUNCED:
            alone[group].append(notice)
    for announcements in alone.values():
        found = [x for notice in announcements for x in _matches(notice, calls)]
        if found:
            *_, notice_id, call_id = min(found)
            yield Link(notice_id=notice_id, other=call_id, rule="likeness", inferred=True)


def _matches(
    notice: Notice, calls: Mapping[str, Sequence[tuple[Notice, str]]]
) -> Iterator[tuple[float, object, str, str]]:
    """The calls that are like an announcement: most alike first, then the earliest."""
    if notice.published_on is None:
        return
    announced = subject(notice.title)
    for name in buyer_names(notice):
        for call, called in calls.get(name, ()):
            lead = (call.published_on or dt.date.min) - notice.published_on
            if dt.timedelta(0) <= lead <= LONGEST_LEAD and in_one_country(notice, call):
                score = likeness(announced, called)
                if score >= ALIKE:
                    yield -score, order(call), notice.notice_id, call.notice_id


def _procedures(said: Relations, groups: Groups, inferred: Iterable[Link]) -> list[Procedure]:
    members: dict[Hashable, list[str]] = defaultdict(list)
    names: dict[Hashable, list[str]] = defaultdict(list)
    links: dict[Hashable, list[Link]] = defaultdict(list)
    for notice_id in said.notices:
        members[groups.find(notice_id)].append(notice_id)
    for name, carriers in said.tenders.items():
        names[groups.find(carriers[0])].append(name)
    for link in (*said.links(), *inferred):
        if (group := groups.find(link.notice_id)) == groups.find(link.other):
            links[group].append(link)
    holds = current(said.notices, said.copies, said.resolve)
    stands_in = stand_ins(said.copies)
    found = []
    for group, notice_ids in members.items():
        originals = {said.copies.get(holds[x], holds[x]) for x in notice_ids}
        standing = said.sorted({stands_in.get(x, x) for x in originals})
        found.append(
            Procedure(
                procedure_key=_key(names[group], said.sorted(notice_ids)),
                notice_ids=tuple(sorted(notice_ids)),
                current={x: holds[x] for x in sorted(notice_ids)},
                calls=tuple(x for x in standing if said.notices[x].kind == "competition"),
                awards=tuple(x for x in standing if said.notices[x].kind == "result"),
                copies={x: said.copies[x] for x in sorted(notice_ids) if x in said.copies},
                links=tuple(sorted(links[group], key=lambda x: (x.notice_id, x.other, x.rule))),
            )
        )
    return sorted(found, key=lambda x: x.procedure_key)


def _key(names: Iterable[str], notice_ids: Sequence[str]) -> str:
    """The smallest name of the first kind there is, else the earliest notice."""

    def rank(name: str) -> tuple[int, int, str]:
        kind = name.partition(":")[0]
        return NAMES.index(kind) if kind in NAMES else len(NAMES), len(name), name

    return min(names, key=rank, default=f"notice:{notice_ids[0]}")
