"""A notice as one line of JSON and back, without loss."""

from __future__ import annotations

import json

from pipeline.codec import from_plain, to_plain
from pipeline.errors import CorpusError
from pipeline.records import Notice


def notice_to_json(notice: Notice) -> str:
    """Write a notice as one line of ASCII; every field is there, unknown ones as null."""
    # ASCII, because half a surrogate pair, which JSON sources may send, is no UTF-8.
    return json.dumps(to_plain(notice))


def notice_from_json(text: str) -> Notice:
    """Read what :func:`notice_to_json` wrote.

    Raises:
        CorpusError: It is no notice, or one with fields that this version does not have.
    """
    try:
        return from_plain(Notice, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorpusError(
            f"not a notice as this version writes it: {error!r}, in {text[:80]!r}",
            hint="Run `innovatiemonitor collect` again.",
        ) from None
