"""Notices about many tenders, and absent ones of which nothing is known, go to one tender.

Several calls may name one prior notice as an earlier publication. That must not make them one
tender: every group of notices without a call picks one other group, and a group with a call
picks none, so that no two calls are ever joined by what both refer to.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from pipeline.notices.relations import announces
from pipeline.notices.versions import Groups, Order, order
from pipeline.records import Notice

Claim = tuple[str, str]


class Stage(enum.IntEnum):
    """How far a tender came; the smallest is the one that others are joined to."""

    CALL = 0
    AWARD = 1
    ANNOUNCED = 2


Stages = Mapping[Hashable, tuple[Stage, Order]]


def stage(notice: Notice) -> Stage:
    """Return what a notice says of its tender; changes say nothing."""
    if announces(notice):
        return Stage.ANNOUNCED
    return {"competition": Stage.CALL, "result": Stage.AWARD}.get(notice.kind, Stage.ANNOUNCED)


def stages(notices: Iterable[Notice], groups: Groups) -> Stages:
    """Return per group how far its tender came, and its first notice there."""
    best: dict[Hashable, tuple[Stage, Order]] = {}
    for notice in notices:
        group, place = groups.find(notice.notice_id), (stage(notice), order(notice))
        best[group] = min(best.get(group, place), place)
    return best


def join_claims(notices: Mapping[str, Notice], groups: Groups, claims: Sequence[Claim]) -> None:
    """Join what is claimed to one of those that claim it, the earliest call if there is one.

    Args:
        notices: By ``notice_id``.
        groups: Joined by all that is certain.
        claims: Source and target of references to a notice that announces, or to an absent
            one.
    """
    for award, target in list(_awards_of_an_absent_call(notices, groups, claims)):
        groups.join(award, target)
    for group, choice in _picks(stages(notices.values(), groups), groups, claims).items():
        groups.join(group, choice)


def _awards_of_an_absent_call(
    notices: Mapping[str, Notice], groups: Groups, claims: Sequence[Claim]
) -> Iterator[Claim]:
    """Awards refer to calls: two that share an absent notice that no call claims share a call."""
    known = stages(notices.values(), groups)
    claimants: dict[str, list[str]] = defaultdict(list)
    for source, target in claims:
        if target not in notices:
            claimants[target].append(source)
    for target, sources in claimants.items():
        reached = {x: known[groups.find(x)][0] for x in sources}
        if Stage.CALL not in reached.values():
            yield from ((x, target) for x in sources if reached[x] == Stage.AWARD)


def _picks(known: Stages, groups: Groups, claims: Sequence[Claim]) -> dict[Hashable, Hashable]:
    """Return per group without a call the one group that it is joined to."""
    claimants: dict[Hashable, set[Hashable]] = defaultdict(set)
    targets: dict[Hashable, set[str]] = defaultdict(set)
    for source, target in claims:
        group, claimed = groups.find(source), groups.find(target)
        if group != claimed:
            claimants[claimed].add(group)
            targets[group].add(target)
    picks: dict[Hashable, Hashable] = {}
    for group in claimants.keys() | targets.keys():
        reached = known[group][0] if group in known else Stage.ANNOUNCED
        if reached == Stage.ANNOUNCED and group in claimants:
            picks[group] = min(claimants[group], key=lambda x: known[x])
        elif reached == Stage.ANNOUNCED:
            picks[group] = groups.find(min(targets[group]))
        elif reached == Stage.AWARD:
            rivals = {y for x in targets[group] for y in claimants[groups.find(x)]}
            calls = [x for x in rivals if known[x][0] == Stage.CALL]
            # With more calls than one nobody knows which of them led to this award.
            if len(calls) == 1:
                picks[group] = calls[0]
    return picks
