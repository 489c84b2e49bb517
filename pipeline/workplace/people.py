"""Who may come in: a name and a secret link per person.

The store holds the SHA-256 of each secret and never the secret: a link is shown once, when it is
made. A secret is 32 random bytes, so a plain hash of it cannot be guessed back.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping

from pipeline.errors import SettingsError
from pipeline.store import Store, sha256

# A pseudonym: it stands in every judgement, in files that are published.
NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
PEOPLE = "people"


def people(store: Store) -> dict[str, Mapping[str, str]]:
    """Return what is known of each person, by name: ``token`` (a hash) and ``since``."""
    return dict(store.kept("state", PEOPLE).get(PEOPLE, {}))


def invite(store: Store, name: str, *, now: dt.datetime) -> str:
    """Let a person in, and return the secret of their link; an earlier one no longer works.

    Raises:
        SettingsError: The name is not a pseudonym of small letters, digits and hyphens.
    """
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} is not a name for the workplace; expected small letters, digits and hyphens",
            hint="Take a pseudonym such as lezer-1: it stands in every judgement.",
        )
    secret = secrets.token_urlsafe(32)
    with store.exclusive("people"):
        known = people(store)
        known[name] = {"token": sha256(secret.encode()), "since": now.isoformat()}
        store.keep("state", PEOPLE, known)
    return secret


def person_of(store: Store, secret: str) -> str | None:
    """Return whose secret it is; ``None`` where it is nobody's."""
    found = sha256(secret.encode())
    return next(
        (
            name
            for name, facts in people(store).items()
            if secrets.compare_digest(facts["token"], found)
        ),
        None,
    )


def form_token(secret: str) -> str:
    """Return what every form of a person carries, so that no other site can send one.

    It follows from the secret, so that a page outlives a restart of the server.
    """
    return sha256(f"form:{secret}".encode())
