"""What there is to judge, by whom: lists that were chosen, and random draws.

The turn of a notice is over for a person who judged it, or once as many others did as the duty
asks. Of a draw nothing but the notice itself is shown to whoever still has to judge: neither what
the model says nor what others said.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.codec import from_plain, to_plain
from pipeline.corpus import annotations as judging
from pipeline.corpus.draws import drawn_ids, permanent_number
from pipeline.corpus.exchange import probabilities
from pipeline.errors import CorpusError, SettingsError
from pipeline.records import Annotation, Draw
from pipeline.store import Store

READERS = 2
CLOSED = "closed"
# Who has a notice before them for longer has gone away.
LONGEST_CLAIM = dt.timedelta(minutes=10)
# Files of judgements that belong to notices of the repository.
TAKEN = frozenset({"authored", "demo", "passages", "real"})
# In the order in which they are offered.
Order = Literal["list", "uncertain", "novel", "disagreement", "suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Notices to judge, in order.

    Attributes:
        name: Of the list, or the id of the draw.
        file: In ``corpora/annotations``, without ``.csv``.
        title: As people call it.
        notice_ids: Each once.
        readers: How many people judge each.
        order: Why these, in this order; of a draw always ``list``.
        made_by, made_on: Of a list.
        closed: Nobody has a turn in it any more, unless it is opened again.
        draw: Where they were drawn.
        chances: Of a draw, per notice.
    """

    name: str
    file: str
    title: str
    notice_ids: tuple[str, ...]
    readers: int = READERS
    order: Order = "list"
    made_by: str = ""
    made_on: str = ""
    closed: bool = False
    draw: bool = False
    chances: Mapping[str, float] | None = None

    def turns(self, person: str, readings: Mapping[str, Sequence[Annotation]]) -> list[str]:
        """Return the notices that a person still has to judge, in order."""
        return [] if self.closed else self.unread_by(person, readings)

    def unread_by(self, person: str, readings: Mapping[str, Sequence[Annotation]]) -> list[str]:
        """Return the notices that would be a person's turn, were it open; in order."""
        open_to = []
        for notice_id in self.notice_ids:
            by = {one.annotator for one in readings.get(notice_id, ())}
            if person not in by and len(by) < self.readers:
                open_to.append(notice_id)
        return open_to

    def round_for(self, person: str, readings: Sequence[Annotation]) -> str:
        """Return in which round a person judges: the first who does is the first."""
        own = [one.round for one in readings if one.annotator == person]
        return own[0] if own else "second" if readings else "first"


def duties(store: Store) -> dict[str, Duty]:
    """Return all lists and draws, by name; draws first.

    Raises:
        CorpusError: One cannot be read.
    """
    found = [_of_draw(table) for table in store.kept("draws", "*").values()]
    found += [_of_list(table) for table in store.kept("lists", "*").values()]
    closed = store.kept("state", CLOSED).get(CLOSED, {})
    return {duty.name: replace(duty, closed=duty.name in closed) for duty in found}


def close_duty(store: Store, name: str, *, by: str, on: dt.date) -> None:
    """Close a list or a draw: nobody has a turn in it; what was judged stays."""
    _closed(store, lambda known: known | {name: {"by": by, "on": on.isoformat()}})


def reopen_duty(store: Store, name: str) -> None:
    """Open a list or a draw again."""
    _closed(store, lambda known: {x: facts for x, facts in known.items() if x != name})


def _closed(store: Store, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with store.exclusive("lists"):
        store.keep("state", CLOSED, change(store.kept("state", CLOSED).get(CLOSED, {})))


def _of_draw(table: Mapping[str, Any]) -> Duty:
    try:
        drawn = from_plain(Draw, table)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise CorpusError(f"draw {table.get('draw_id')}: {error!r}") from None
    order = sorted(
        zip(drawn.lot_keys, drawn.text_notice_ids, strict=True),
        # As `draw` lists them: random, and another number than that which drew them.
        key=lambda x: permanent_number(x[0], drawn.seed + 1),
    )
    return Duty(
        name=drawn.draw_id,
        file=drawn.period,
        title=f"Trekking {drawn.period}",
        notice_ids=tuple(dict.fromkeys(x for _, x in order)),
        draw=True,
        chances=probabilities(drawn),
    )


def _of_list(table: Mapping[str, Any]) -> Duty:
    try:
        return from_plain(Duty, table)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise CorpusError(f"list {table.get('name')}: {error!r}") from None


def make_list(
    store: Store,
    title: str,
    notice_ids: Iterable[str],
    *,
    length: int,
    order: Order,
    by: str,
    on: dt.date,
    readers: int = READERS,
) -> Duty:
    """Keep a list of notices to judge; those that were ever drawn are left out.

    Args:
        length: At most so many, the first ones.

    Raises:
        SettingsError: The title gives no name, there is such a list, or nothing is left.
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]
    if not name or name in TAKEN or name[0].isdigit():
        raise SettingsError(
            f"{title!r} is no name for a list; expected one that begins by a letter"
        )
    drawn = drawn_ids(store)
    chosen = tuple(x for x in dict.fromkeys(notice_ids) if x not in drawn)[:length]
    if not chosen:
        raise SettingsError("the list would be empty: notices of a draw are judged for it alone")
    duty = Duty(
        name=name,
        file=name,
        title=title.strip(),
        notice_ids=chosen,
        readers=readers,
        order=order,
        made_by=by,
        made_on=on.isoformat(),
    )
    with store.exclusive("lists"):
        if name in store.kept("lists", name) or store.has_annotations(name):
            raise SettingsError(f"there is a list {name!r} already", hint="Take another name.")
        store.keep("lists", name, to_plain(duty))
    return duty


def readings_of(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    """Return what people read, decisions left out, by notice."""
    found: defaultdict[str, list[Annotation]] = defaultdict(list)
    for one in annotations:
        if one.round != "adjudicated":
            found[one.notice_id].append(one)
    return dict(found)


def of_duty(duty: Duty, annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the judgements that belong to a duty."""
    wanted = set(duty.notice_ids)
    draw_id = duty.name if duty.draw else None
    return [x for x in annotations if x.notice_id in wanted and x.draw_id == draw_id]


def unshown(
    store: Store, annotations: Sequence[Annotation], person: str | None = None
) -> frozenset[str]:
    """Return the notices of which neither the model's opinion nor that of others is shown.

    Those of a draw that is not finished, closed or not, for it may be opened again; for a person,
    also of one that they still judge in.

    Args:
        annotations: In force, of all files.
    """
    hidden: set[str] = set()
    for duty in duties(store).values():
        if duty.draw:
            ours = of_duty(duty, annotations)
            readings = readings_of(ours)
            done = set(duty.notice_ids) <= set(readings) and not judging.undecided(ours)
            if not done or (person and duty.unread_by(person, readings)):
                hidden |= set(duty.notice_ids)
    return frozenset(hidden)


class Claims:
    """Who has which notice before them, so that two people do not read one that needs one reader.

    Held in memory: after a restart a notice may be read once more than was asked, which harms
    nobody.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], dict[str, dt.datetime]] = defaultdict(dict)

    def free(
        self,
        duty: Duty,
        turns: Sequence[str],
        readings: Mapping[str, Sequence[Annotation]],
        person: str,
        now: dt.datetime,
    ) -> str | None:
        """Return the first turn that is not before enough others, and hold it for this person."""
        for notice_id in turns:
            held = self._held[duty.name, notice_id]
            others = {
                x for x, since in held.items() if x != person and now - since < LONGEST_CLAIM
            } - {x.annotator for x in readings.get(notice_id, ())}
            if len(others) + len(readings.get(notice_id, ())) < duty.readers:
                held[person] = now
                return notice_id
        return turns[0] if turns else None
