"""Raw notices become notices: each is handed to the format that recognises it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from pipeline.errors import NoticeError
from pipeline.notices import formats
from pipeline.notices.formats import eforms
from pipeline.notices.formats._xml import root_name
from pipeline.records import Notice, RawNotice


def read_notice(raw: RawNotice) -> Notice:
    """Read a notice with the first format that says it is its own.

    Raises:
        NoticeError: No format knows it, or the one that does cannot read it.
    """
    for module in known_formats():
        if module.matches(raw):
            notice: Notice = module.read(raw)
            return notice
    raise NoticeError(
        f"{raw.source_id}: not a notice format we know: starts with {raw.body[:40]!r}"
    )


def is_registration(raw: RawNotice) -> bool:
    """Whether it registers a company (X01, X02), which TED publishes among tenders."""
    return (root_name(raw) or ("", ""))[1] == eforms.REGISTRATION


@cache
def known_formats() -> tuple[ModuleType, ...]:
    """Every module in ``formats/``, in order of name; no list to keep up."""
    names = sorted(x.name for x in pkgutil.iter_modules(formats.__path__) if x.name[0] != "_")
    return tuple(importlib.import_module(f"{formats.__name__}.{name}") for name in names)
