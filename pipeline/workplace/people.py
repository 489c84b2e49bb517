"""Who may come in, and what they may do: a name, a role and a secret link per person.

The store holds the SHA-256 of each secret and never the secret: a link is shown once, when it is
made. A secret is 32 random bytes, so a plain hash of it cannot be guessed back.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.errors import SettingsError
from pipeline.store import Store, sha256

# A pseudonym: it stands in every judgement, in files that are published.
NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
PEOPLE = "people"

# Who judges; who decides on differences as well; who also keeps people, lists, draws and the model.
Role = Literal["annotator", "decider", "keeper"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who works here.

    Attributes:
        token: SHA-256 of the secret in their link; empty once it was withdrawn.
        since: When the link was made, ISO 8601.
        role: Each may do what those before it in ``ROLES`` may.
        becomes: The name that they are being given, until all their judgements have it.
    """

    name: str
    token: str
    since: str
    role: Role = "keeper"
    becomes: str = ""

    def may(self, role: Role) -> bool:
        """Whether they may do what a role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


Colleagues = dict[str, Colleague]


def people(store: Store) -> Colleagues:
    """Return who has or had a link, by name."""
    kept = store.kept("state", PEOPLE).get(PEOPLE, {})
    return {name: Colleague(name=name, **facts) for name, facts in kept.items()}


def invite(store: Store, name: str, *, role: Role, now: dt.datetime) -> str:
    """Let a person in, and return the secret of their link; an earlier one no longer works.

    Raises:
        SettingsError: The name is not a pseudonym of small letters, digits and hyphens, there is
            no such role, or nobody would be left who keeps the workplace.
    """
    _require_role(role)
    secret = secrets.token_urlsafe(32)
    made = Colleague(
        name=_pseudonym(name), token=sha256(secret.encode()), since=now.isoformat(), role=role
    )
    _change(store, lambda known: known | {name: made})
    return secret


def give_role(store: Store, name: str, role: Role) -> None:
    """Let a person do more or less.

    Raises:
        SettingsError: There is no such person or role, or nobody would be left who keeps the
            workplace.
    """
    _require_role(role)
    _change(store, lambda known: known | {name: replace(_one(known, name), role=role)})


def withdraw_link(store: Store, name: str) -> None:
    """Make a person's link void; what they judged stays theirs.

    Raises:
        SettingsError: There is no such person, or nobody would be left who keeps the workplace.
    """
    _change(store, lambda known: known | {name: replace(_one(known, name), token="")})


def rename_person(store: Store, old: str, new: str, codebook: Codebook) -> None:
    """Give a person another name, in all they judged as well; their link goes on working.

    Broken off and begun again, it goes on where it was.

    Raises:
        SettingsError: There is no such person, or the new name is none or is somebody else's.
    """
    _pseudonym(new)
    with store.exclusive("annotations"):
        begun = _one(people(store), old).becomes == new
        files = {
            name: judging.read_all(text, codebook, name=f"{name}.csv")
            for name, text in store.annotation_files().items()
        }
        theirs = any(x.annotator == new for lines in files.values() for x in lines)
        if new in people(store) or (theirs and not begun):
            raise SettingsError(f"there is somebody called {new!r} already")
        _change(store, lambda known: known | {old: replace(_one(known, old), becomes=new)})
        for name, lines in files.items():
            if any(x.annotator == old for x in lines):
                called = [replace(x, annotator=new) if x.annotator == old else x for x in lines]
                store.write_annotations(name, judging.write(called))
        _change(store, lambda known: _called(known, old, new))


def _called(known: Colleagues, old: str, new: str) -> Colleagues:
    return {
        (new if name == old else name): replace(one, name=new, becomes="") if name == old else one
        for name, one in known.items()
    }


def person_of(store: Store, secret: str) -> Colleague | None:
    """Return whose secret it is; ``None`` where it is nobody's."""
    found = sha256(secret.encode())
    return next(
        (one for one in people(store).values() if secrets.compare_digest(one.token, found)), None
    )


def form_token(secret: str) -> str:
    """Return what every form of a person carries, so that no other site can send one.

    It follows from the secret, so that a page outlives a restart of the server.
    """
    return sha256(f"form:{secret}".encode())


def _change(store: Store, change: Callable[[Colleagues], Colleagues]) -> None:
    with store.exclusive("people"):
        known = change(people(store))
        if not any(one.token and one.may("keeper") for one in known.values()):
            raise SettingsError(
                "nobody would be left who keeps the workplace",
                hint="Make somebody else keeper first.",
            )
        store.keep("state", PEOPLE, {name: _facts(one) for name, one in known.items()})


def _facts(one: Colleague) -> dict[str, str]:
    return {name: value for name, value in asdict(one).items() if name != "name"}


def _one(known: Colleagues, name: str) -> Colleague:
    if name not in known:
        raise SettingsError(f"nobody is called {name!r}; known: {', '.join(sorted(known))}")
    return known[name]


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise SettingsError(f"{role!r} is no role; known: {', '.join(ROLES)}")


def _pseudonym(name: str) -> str:
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} is not a name for the workplace; expected small letters, digits and hyphens",
            hint="Take a pseudonym such as lezer-1: it stands in every judgement.",
        )
    return name
